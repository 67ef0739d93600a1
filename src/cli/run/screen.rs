//! Keys and lines from a terminal; lines alone from anything else.

use crossterm::{
    event::{Event, KeyCode, KeyEventKind, KeyModifiers, read},
    terminal,
};
use std::io::{self, BufRead, IsTerminal, Write};

/// What a person put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// A key, or a line, without white space around it.
    Text(String),
    /// Enter alone.
    Nothing,
    /// The end of the input, or Ctrl-C.
    End,
}

/// The width to write in: the terminal's, within reason.
pub fn width() -> usize {
    let columns = terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    columns.clamp(30, 92).saturating_sub(4)
}

/// Whether single keys can be read.
pub fn has_keys() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// One key, where there are keys; else a line.
pub fn key() -> io::Result<Entered> {
    if !has_keys() {
        return line();
    }
    terminal::enable_raw_mode()?;
    let entered = wait_for_key();
    terminal::disable_raw_mode()?;
    entered
}

fn wait_for_key() -> io::Result<Entered> {
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind != KeyEventKind::Press {
            continue;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if control => return Ok(Entered::End),
            KeyCode::Char(c) if !control => return Ok(Entered::Text(c.to_string())),
            KeyCode::Enter => return Ok(Entered::Nothing),
            KeyCode::Backspace | KeyCode::Left => return Ok(Entered::Text("b".into())),
            _ => {}
        }
    }
}

/// A line that nobody else sees, from a terminal.
pub fn secret(prompt: &str) -> io::Result<String> {
    let mut out = io::stderr();
    write!(out, "{prompt}")?;
    out.flush()?;
    terminal::enable_raw_mode()?;
    let entered = unseen();
    terminal::disable_raw_mode()?;
    writeln!(out)?;
    entered
}

fn unseen() -> io::Result<String> {
    let mut text = String::new();
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match key.code {
            KeyCode::Char('c' | 'd') if key.modifiers == KeyModifiers::CONTROL => {
                return Err(io::Error::new(io::ErrorKind::Interrupted, "nothing was changed"));
            }
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => text.clear(),
            KeyCode::Char(c) => text.push(c),
            KeyCode::Backspace => drop(text.pop()),
            KeyCode::Enter => return Ok(text),
            _ => {}
        }
    }
}

/// A line, edited as the terminal edits lines.
pub fn line() -> io::Result<Entered> {
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        return Ok(Entered::End);
    }
    let text = String::from_utf8_lossy(&line).trim().to_owned();
    Ok(if text.is_empty() { Entered::Nothing } else { Entered::Text(text) })
}
