//! An engine in a program of its own, fed over a pipe: texts, then queries. It takes its own time.

use super::engines::Engine;
use firstline::search::evaluation::Set;
use serde::Deserialize;
use serde_json::json;
use std::{
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub struct Outside {
    child: Child,
    input: Option<BufWriter<ChildStdin>>,
    output: BufReader<ChildStdout>,
}

/// What it says when it has the texts.
#[derive(Deserialize)]
pub struct Told {
    pub seconds: f64,
    pub bytes: u64,
    pub place: String,
}

#[derive(Deserialize)]
struct Answer {
    ms: f64,
    ids: Vec<String>,
}

impl Outside {
    /// Starts a program, which may be one below the folder of tools, and feeds it.
    pub fn start(program: &str, arguments: &[&str], set: &Set) -> Result<(Self, Told), String> {
        let tools = tools();
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/search");
        let within = tools.join(program);
        let mut command = Command::new(if within.exists() { within } else { program.into() });
        command.args(arguments).current_dir(scripts).env("NODE_PATH", tools.join("node_modules"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("`{program}`: {error}"))?;
        let input = child.stdin.take().map(BufWriter::new);
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut outside = Self { child, input, output };
        let told = outside
            .feed(set)
            .map_err(|error| format!("{error}; README.md says how it is installed in `{}`", tools.display()))?;
        Ok((outside, told))
    }

    fn feed(&mut self, set: &Set) -> io::Result<Told> {
        let input = self.input.as_mut().expect("it is open until the end");
        writeln!(input, "{}", set.texts.len())?;
        for text in &set.texts {
            writeln!(input, "{}", json!({ "id": text.id, "title": text.title, "body": text.body }))?;
        }
        input.flush()?;
        self.read()
    }

    fn read<T: for<'a> Deserialize<'a>>(&mut self) -> io::Result<T> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|_| io::Error::other("it did not answer"))
    }

    fn answer(&mut self, words: &str) -> io::Result<Answer> {
        let input = self.input.as_mut().expect("it is open until the end");
        writeln!(input, "{}", json!(words))?;
        input.flush()?;
        self.read()
    }
}

impl Engine for Outside {
    fn ask(&mut self, words: &str) -> (Vec<String>, f64) {
        let Answer { ms, ids } = self.answer(words).expect("it answers while it is open");
        (ids, ms)
    }
}

impl Drop for Outside {
    /// It ends with its input, and tidies up.
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Beside what is compiled.
fn tools() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools")
}
