//! A person at a terminal: number keys, the path so far, back and change.

use super::{
    Followed,
    screen::{self, Entered},
};
use crate::{
    cli::output::*,
    language::Language,
    markdown,
    playbook::flow::{EndKind, PromptKind},
    run::{Audience, Choice, Input, Outcome, Prompt, Refused, Said, Signal, View},
    web::page::case::label,
};
use std::io::{self, Write};

/// What a key or line comes to.
enum Command {
    Take(Input),
    Change,
    Path,
    Facts,
    Help,
    Note,
    Quit,
    Unclear(String),
}

/// Follows the run until the person leaves.
pub fn follow(mut followed: Followed<'_>) -> io::Result<()> {
    let language = followed.language;
    let kept = match followed.number() {
        Some(number) => language.fill("case {number}", &[("number", &number)]),
        None => language.say("practice, nothing is kept").to_owned(),
    };
    say("")?;
    say(&format!("{}  {}", paint(STRONG, &followed.title), paint(QUIET, &kept)))?;
    let mut show = true;
    loop {
        let view = followed.run.view(&followed.case);
        if show {
            match &view {
                View::Prompt(prompt) => show_prompt(&followed, prompt)?,
                View::Outcome(outcome) => show_outcome(&followed, outcome)?,
            }
        }
        show = false;
        match ask(&view)? {
            Command::Quit => return say(""),
            Command::Path => show_path(&followed)?,
            Command::Facts => show_facts(&followed)?,
            Command::Help => show_help(&view, language)?,
            Command::Unclear(why) => complain(&why, language)?,
            Command::Note => {
                say(&paint(QUIET, format!("  {}", language.say("Your note:"))))?;
                if let Entered::Text(text) = screen::line()? {
                    take(&mut followed, &Input::Note(text))?;
                    say(&paint(QUIET, format!("  {}", language.say("Noted."))))?;
                }
            }
            Command::Change => show = change(&mut followed)?,
            Command::Take(input) => {
                let upset = input == Input::Signal(Signal::Upset);
                show = take(&mut followed, &input)?;
                if show && screen::has_keys() {
                    echo(&view, &input, language)?;
                }
                if upset {
                    show_calming(&followed)?;
                }
            }
        }
    }
}

fn say(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// A block of Markdown, indented.
fn block(text: &str, style: Option<anstyle::Style>) -> io::Result<()> {
    for line in markdown::render(text, screen::width()).lines() {
        match style {
            Some(style) => say(&format!("  {}", paint(style, anstream::adapter::strip_str(line))))?,
            None => say(&format!("  {line}"))?,
        }
    }
    Ok(())
}

fn complain(why: &str, language: Language) -> io::Result<()> {
    say(&format!("  {}", paint(WARNING, language.reword(why))))
}

/// True if it was taken.
fn take(followed: &mut Followed<'_>, input: &Input) -> io::Result<bool> {
    match followed.take(input, None) {
        Ok(_) => Ok(true),
        Err(Refused { why, valid }) => {
            let valid = if valid.is_empty() { String::new() } else { format!(" — {}", valid.join(", ")) };
            let why = followed.language.reword(&why).into_owned();
            complain(&(why + &valid), followed.language)?;
            Ok(false)
        }
    }
}

// Showing

fn show_prompt(followed: &Followed<'_>, prompt: &Prompt) -> io::Result<()> {
    let steps = followed.run.walk().trail.len() + 1;
    let language = followed.language;
    let about = |minutes| language.fill(" · about {n} min", &[("n", &language.decimal(minutes))]);
    let minutes = prompt.minutes.map(about).unwrap_or_default();
    let again = if prompt.visit > 1 { language.fill(" · {n}. time", &[("n", &prompt.visit)]) } else { String::new() };
    say("")?;
    say(&paint(QUIET, format!("─── {steps} · {}{again}{minutes} ", prompt.at)))?;
    say("")?;
    block(&prompt.text, None)?;
    if let Some(verify) = &prompt.verify {
        say("")?;
        block(&format!("**{verify}**"), None)?;
    }
    if let Some(tip) = &prompt.tip {
        say("")?;
        block(&format!("{}: {tip}", language.say("Tip")), Some(QUIET))?;
    }
    for article in &prompt.articles {
        say(&format!("  {}", paint(QUIET, format!("{}: {article}", language.say("Article")))))?;
    }
    say("")?;
    show_choices(prompt, language)?;
    say("")?;
    say(&format!("  {}", paint(QUIET, hints(prompt, followed.run.walk().trail.is_empty(), language))))
}

fn show_choices(prompt: &Prompt, language: Language) -> io::Result<()> {
    let held = |id: &str| match &prompt.held {
        Some(said) if said.words() == id && prompt.typed.is_none() => {
            paint(QUIET, format!("  {}", language.say("your answer before; Enter keeps it")))
        }
        _ => String::new(),
    };
    if let Some(typed) = &prompt.typed {
        let known = prompt.held.as_ref().map(|said| said.words().to_owned()).or(prompt.prefilled.clone());
        let range = match (&typed.min, &typed.max) {
            (Some(min), Some(max)) => language.fill(" from {low} to {high}", &[("low", min), ("high", max)]),
            (Some(min), None) => language.fill(" from {low} on", &[("low", min)]),
            (None, Some(max)) => language.fill(" up to {high}", &[("high", max)]),
            (None, None) => String::new(),
        };
        let unit = typed.unit.as_ref().map(|unit| language.fill(", in {unit}", &[("unit", unit)])).unwrap_or_default();
        let word = if typed.kind == "date" {
            language.say("a date, as in 2027-05-01")
        } else if typed.kind == "number" {
            language.say("a number")
        } else {
            language.say("an answer")
        };
        let keep = known.map(|known| language.fill("; Enter takes {known}", &[("known", &paint(STRONG, known))]));
        let keep = keep.unwrap_or_default();
        let asked = language.fill("Type {what} and Enter", &[("what", &format!("{word}{range}{unit}"))]);
        say(&format!("  {asked}{keep}"))?;
    }
    for (n, choice) in numbered(prompt).enumerate() {
        say(&format!("  {}  {}{}", paint(KEY, n + 1), label(&choice.label, language), held(&choice.id)))?;
    }
    if let Some(stuck) = prompt.choices.iter().find(|choice| choice.id == "stuck") {
        let key = if prompt.typed.is_some() { ":s" } else { "s" };
        say(&format!("  {}  {}{}", paint(KEY, key), label(&stuck.label, language), held("stuck")))?;
    }
    Ok(())
}

fn numbered(prompt: &Prompt) -> impl Iterator<Item = &Choice> {
    prompt.choices.iter().filter(|choice| choice.id != "stuck")
}

fn hints(prompt: &Prompt, first: bool, language: Language) -> String {
    let colon = if prompt.typed.is_some() { ":" } else { "" };
    let mut hints: Vec<&str> = if first { vec![] } else { vec!["b back", "c change", "p path"] };
    hints.extend(["h hand over", "? more", "q quit"]);
    hints.iter().map(|hint| format!("{colon}{}", language.say(hint))).collect::<Vec<_>>().join(" · ")
}

fn echo(view: &View, input: &Input, language: Language) -> io::Result<()> {
    let (View::Prompt(prompt), Input::Say(said)) = (view, input) else { return Ok(()) };
    let chosen = prompt.choices.iter().find(|choice| choice.id == said.words());
    let label = label(chosen.map_or(said.words(), |choice| &choice.label), language);
    // What was typed stands there already.
    let shown = prompt.kind == PromptKind::Say || prompt.typed.is_some();
    if shown { Ok(()) } else { say(&format!("  {} {label}", paint(GOOD, "→"))) }
}

fn show_outcome(followed: &Followed<'_>, outcome: &Outcome) -> io::Result<()> {
    let language = followed.language;
    let to = followed.destination(outcome);
    let place = to.map(|to| {
        let name =
            followed.desk.policy.tier(&to.to).and_then(|tier| tier.name.clone()).unwrap_or_else(|| to.to.clone());
        let team = to.team.map(|team| language.fill(", team {team}", &[("team", &team)]));
        let priority = to.priority.map(|priority| language.fill(", priority {priority}", &[("priority", &priority)]));
        let (team, priority) = (team.unwrap_or_default(), priority.unwrap_or_default());
        format!("{name} ({}){team}{priority}", to.to)
    });
    let place = place.unwrap_or_default();
    let headline = match (outcome.ending, outcome.reason) {
        (Some(EndKind::Resolved), _) => paint(GOOD, language.say("Solved")),
        (Some(EndKind::NotResolved), _) => {
            paint(WARNING, language.fill("Not solved: goes to {place}", &[("place", &place)]))
        }
        (Some(EndKind::Escalated), _) => paint(WARNING, language.fill("Handed over to {tier}", &[("tier", &place)])),
        (None, reason) => {
            let reason = reason.map(|reason| reason.to_string()).unwrap_or_default();
            let stopped = "Stopped at {step} ({reason}): goes to {place}";
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("step", &outcome.at), ("reason", &reason), ("place", &place)];
            paint(WARNING, language.fill(stopped, &values))
        }
    };
    say("")?;
    say(&paint(QUIET, "───"))?;
    say("")?;
    say(&format!("  {headline}"))?;
    if let Some(text) = &outcome.text {
        say("")?;
        block(text, None)?;
    }
    if let Some(tell) = &outcome.tell {
        say("")?;
        say(&format!("  {}", paint(STRONG, language.say("Tell the caller"))))?;
        block(tell, None)?;
    }
    if outcome.ending != Some(EndKind::Resolved) {
        say("")?;
        say(&format!("  {}", paint(STRONG, language.say("They get all of this"))))?;
        show_path(followed)?;
        show_facts(followed)?;
    }
    say("")?;
    if let Some(number) = followed.number().filter(|_| outcome.ending == Some(EndKind::Resolved)) {
        let open = "Case {number} stays open until somebody closes it in the console.";
        say(&format!("  {}", language.fill(open, &[("number", &number)])))?;
        say("")?;
    }
    let ways = if followed.is_held() { "b back · c change · p path · q quit" } else { "p path · q quit" };
    say(&format!("  {}", paint(QUIET, language.say(ways))))
}

fn show_path(followed: &Followed<'_>) -> io::Result<()> {
    let path = followed.run.path(&followed.case);
    if path.is_empty() {
        return say(&format!("  {}", paint(QUIET, followed.language.say("nothing was answered so far"))));
    }
    for (n, line) in path.iter().enumerate() {
        let first = markdown::render(&line.text, 10_000);
        let text = anstream::adapter::strip_str(first.lines().next().unwrap_or_default()).to_string();
        let text: String = text.chars().take(screen::width().saturating_sub(30).max(20)).collect();
        say(&format!("  {:>3}  {text} {} {}", n + 1, paint(GOOD, "→"), label(&line.label, followed.language)))?;
    }
    Ok(())
}

fn show_facts(followed: &Followed<'_>) -> io::Result<()> {
    for (name, value) in followed.run.known() {
        say(&format!("  {}  {value}", paint(QUIET, name)))?;
    }
    Ok(())
}

fn show_help(view: &View, language: Language) -> io::Result<()> {
    let colon = if matches!(view, View::Prompt(prompt) if prompt.typed.is_some()) { ":" } else { "" };
    let keys = [
        ("b", "back to the prompt before; nothing is lost"),
        ("c", "change an answer further up"),
        ("p", "the path so far"),
        ("f", "the facts that are known"),
        ("s", "stuck: no answer fits, it cannot be done, or nobody can tell"),
        ("h", "hand over to the next tier"),
        ("u", "the caller is upset"),
        ("!", "report a security incident"),
        ("i", "write a note"),
        ("q", "quit"),
    ];
    for (key, what) in keys {
        say(&format!("  {}  {}", paint(KEY, format!("{colon}{key}")), language.say(what)))?;
    }
    Ok(())
}

fn show_calming(followed: &Followed<'_>) -> io::Result<()> {
    let language = followed.language;
    let article = followed.calming().and_then(|id| followed.desk.article(id));
    match article {
        Some(article) if followed.run.book().audience == Audience::Agent => {
            say("")?;
            block(&article.body, None)?;
            say("")?;
            say(&format!("  {}", paint(QUIET, language.say("h hands over to a person, if the caller wishes"))))
        }
        _ => say(&format!("  {}", paint(QUIET, language.say("h hands over to a person")))),
    }
}

// Asking

fn ask(view: &View) -> io::Result<Command> {
    let typed = matches!(view, View::Prompt(prompt) if prompt.typed.is_some());
    let many = matches!(view, View::Prompt(prompt) if numbered(prompt).count() > 9);
    let mut out = anstream::stdout().lock();
    write!(out, "  {} ", paint(KEY, "›"))?;
    out.flush()?;
    let entered = if typed || many { screen::line()? } else { screen::key()? };
    if screen::has_keys() && !(typed || many) {
        writeln!(out)?;
    }
    drop(out);
    Ok(match (entered, view) {
        (Entered::End, _) => Command::Quit,
        (Entered::Nothing, View::Prompt(prompt)) => keep(prompt),
        (Entered::Nothing, View::Outcome(_)) => Command::Unclear("q quits".into()),
        (Entered::Text(text), View::Prompt(prompt)) if typed => match text.strip_prefix(':') {
            Some(key) => letter(key),
            None => typed_answer(prompt, text),
        },
        (Entered::Text(text), View::Prompt(prompt)) => match answer(prompt, &text) {
            Some(said) => Command::Take(Input::Say(said)),
            None => letter(text.strip_prefix(':').unwrap_or(&text)),
        },
        (Entered::Text(text), View::Outcome(_)) => letter(text.strip_prefix(':').unwrap_or(&text)),
    })
}

/// Enter alone: goes on, keeps the answer from before, or takes what is known.
fn keep(prompt: &Prompt) -> Command {
    let next = prompt.choices.iter().any(|choice| choice.id == "next").then(|| Said::Answer("next".into()));
    let known = prompt.prefilled.clone().filter(|_| prompt.typed.is_some()).map(Said::Value);
    match next.or(prompt.held.clone()).or(known) {
        Some(said) => Command::Take(Input::Say(said)),
        None => Command::Unclear("choose a number, or ? for help".into()),
    }
}

fn typed_answer(prompt: &Prompt, text: String) -> Command {
    let known = prompt.typed.as_ref().is_some_and(|typed| typed.kind == "number");
    Command::Take(Input::Say(Said::Value(if known { text.replace(',', ".") } else { text })))
}

/// A number, or an answer's id written out.
fn answer(prompt: &Prompt, text: &str) -> Option<Said> {
    let by_number = text.parse::<usize>().ok().and_then(|n| numbered(prompt).nth(n.checked_sub(1)?));
    let by_id = || prompt.choices.iter().find(|choice| choice.id == text && text.len() > 1);
    let stuck = || prompt.choices.iter().find(|choice| choice.id == "stuck" && text == "s");
    by_number.or_else(by_id).or_else(stuck).map(|choice| Said::Answer(choice.id.clone()))
}

fn letter(key: &str) -> Command {
    match key {
        "b" | "back" => Command::Take(Input::Back(1)),
        "c" | "change" => Command::Change,
        "p" | "path" => Command::Path,
        "f" | "facts" => Command::Facts,
        "s" | "stuck" => Command::Take(Input::Say(Said::Answer("stuck".into()))),
        "h" | "hand-over" => Command::Take(Input::Signal(Signal::HandOver)),
        "u" | "upset" => Command::Take(Input::Signal(Signal::Upset)),
        "!" | "security" => Command::Take(Input::Signal(Signal::Security)),
        "i" | "note" => Command::Note,
        "?" | "help" => Command::Help,
        "q" | "quit" => Command::Quit,
        other => Command::Unclear(format!("`{other}` means nothing here; ? shows the keys")),
    }
}

/// Lets the person choose an answer further up and a new one; shows first what must be confirmed then.
fn change(followed: &mut Followed<'_>) -> io::Result<bool> {
    let path = followed.run.path(&followed.case);
    if path.is_empty() {
        complain("nothing was answered so far", followed.language)?;
        return Ok(false);
    }
    show_path(followed)?;
    let language = followed.language;
    say(&paint(QUIET, format!("  {}", language.say("Which number? Enter leaves everything as it is."))))?;
    let Entered::Text(number) = screen::line()? else { return Ok(false) };
    let Some(line) = number.parse::<usize>().ok().and_then(|n| path.get(n.checked_sub(1)?)) else {
        complain(&format!("there is no number {number}"), language)?;
        return Ok(false);
    };
    let mut there = followed.run.clone();
    let back = path.len() - path.iter().position(|other| std::ptr::eq(other, line)).expect("it is on the path");
    let moved = there.take(&Input::Back(back), None, crate::clock::now(), "practice");
    let (Ok(_), View::Prompt(prompt)) = (moved, there.view(&followed.case)) else { return Ok(false) };
    say("")?;
    block(&prompt.text, None)?;
    show_choices(&prompt, language)?;
    let Entered::Text(text) = screen::line()? else { return Ok(false) };
    let said = match (&prompt.typed, text.as_str()) {
        (Some(_), ":s") => Said::Answer("stuck".into()),
        (Some(_), _) => Said::Value(text),
        (None, _) => match answer(&prompt, &text) {
            Some(said) => said,
            None => {
                complain(&format!("`{text}` is not an answer here"), language)?;
                return Ok(false);
            }
        },
    };
    match followed.run.would_confirm(&line.at, Some(line.visit), &said) {
        Err(refused) => {
            complain(&refused.why, language)?;
            return Ok(false);
        }
        Ok(confirm) if !confirm.is_empty() => {
            let names: Vec<String> = confirm
                .into_iter()
                .map(
                    |(name, visit)| {
                        if visit > 1 { name + &language.fill(" ({n}. time)", &[("n", &visit)]) } else { name }
                    },
                )
                .collect();
            let again = language.say("These will be asked again, with your answers kept:");
            say(&format!("  {again} {}", names.join(", ")))?;
            say(&paint(QUIET, format!("  {}", language.say("y changes it, Enter leaves everything as it is"))))?;
            if !matches!(screen::key()?, Entered::Text(yes) if yes == "y" || yes == "yes") {
                return Ok(false);
            }
        }
        Ok(_) => {}
    }
    take(followed, &Input::Change { at: line.at.clone(), visit: Some(line.visit), said })
}
