//! What a case that was solved comes to for an author: an article, or a step. It names nobody.

use super::{Case, Spot, anonymous, passage::Counted};
use crate::{
    desk::Desk,
    markdown::{self, Place},
    playbook::Playbook,
    run::CaseInfo,
};

/// The longest title, in letters.
const TITLE: usize = 80;
/// The longest symptom, in letters.
const SYMPTOM: usize = 160;

/// What a draft is made of.
struct Found<'a> {
    case: &'a Case,
    /// What solved it.
    solved: String,
    /// The playbook that a step belongs into, and the place that it is about.
    place: Option<(&'a Playbook, String)>,
}

/// An article for `kb/`: Markdown with a header that says what is known.
pub fn article(case: &Case, desk: &Desk) -> String {
    let found = Found::new(case, desk);
    let playbook = case.judged_run().or(case.latest_run()).and_then(|known| desk.playbooks.get(&known.playbook));
    let words = found.line(case.words.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    let title = if words.is_empty() { format!("Case {}", case.number) } else { cut(&words, TITLE) };
    let mut out = format!("---\ntitle: {}\naudience: [agent]\n", quoted(&title));
    let fits =
        |os: &&String| desk.facts.position("os").is_some_and(|at| desk.facts.list[at as usize].kind.read(os).is_some());
    if let Some(os) = case.facts.get("os").filter(fits) {
        out += &format!("applies_to: {{os: [{}]}}\n", quoted(os));
    }
    if !words.is_empty() {
        out += &format!("symptoms:\n  - {}\n", quoted(&cut(&words, SYMPTOM)));
    }
    if let Some(playbook) = playbook {
        out += &format!("related: [{}]\n", quoted(&format!("playbook:{}", playbook.id)));
        if let Some(owner) = &playbook.owner {
            out += &format!("owner: {}\n", quoted(&owner.value));
        }
    }
    out += &format!("---\n\n*A draft from case {}: say it in general words, and take this line out.*\n", case.number);
    out += &format!("\n## What solved it\n\n{}\n", found.prose(&found.solved));
    if !case.words.trim().is_empty() {
        let said = found.prose(&anonymous(&case.words, &case.requester));
        let quote: String = said.lines().map(|line| format!("> {line}\n")).collect();
        out += &format!("\n## What the caller said\n\n{quote}");
    }
    let tried = found.tried();
    if !tried.is_empty() {
        let lines: String = tried.iter().map(|(what, outcome, _)| format!("- {what}: {outcome}\n")).collect();
        out += &format!("\n## What was tried before\n\n{lines}");
    }
    out
}

/// A `do` step, indented as it stands below `steps:`, with a comment that says where it belongs.
pub fn step(case: &Case, desk: &Desk) -> String {
    let found = Found::new(case, desk);
    let id = format!("from-case-{}", case.number);
    let place = found.place.as_ref().map(|(playbook, at)| {
        let file = &desk.source(playbook).path;
        let step = at.split(['.', '/']).next().unwrap_or(at);
        match at.split_once('.') {
            Some((step, way)) => {
                (format!("{file}: at `{way}` of `{step}`, write `{id}` instead of the ending that stands there"), None)
            }
            None => (format!("{file}: lead what leads to `{step}` to `{id}` instead"), Some(step.to_owned())),
        }
    });
    let (place, next) = place.unwrap_or_else(|| ("the playbook that it fits: lead an answer to it".into(), None));
    let solved = found.line(&found.solved);
    let verify = found.tried().into_iter().rev().find_map(|(.., verify)| verify);
    let verify = verify.unwrap_or_else(|| "What does the caller see that shows it?".into());
    let failed = next.unwrap_or_else(|| {
        format!("{{escalate: {}}}", quoted(&format!("What solved case {} does not help here.", case.number)))
    });
    format!(
        "  # A draft from case {}, for {place}.\n  # Say it in general words, and ask for something that can be seen.\n  \
         {id}:\n    do: {}\n    verify: {}\n    worked: {{resolve: {}}}\n    failed: {failed}\n",
        case.number,
        text(&solved),
        text(&verify),
        text(&solved),
    )
}

impl<'a> Found<'a> {
    fn new(case: &'a Case, desk: &'a Desk) -> Self {
        let judged = case.judgements.iter().rev();
        let mut said = judged.clone().filter(|said| !said.solved.trim().is_empty()).map(|said| said.solved.clone());
        let closed = match &case.state {
            super::State::Resolved { text, .. } => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            _ => None,
        };
        let solved = said.next().or(closed).unwrap_or_else(|| "Say what solved it.".into());
        let at = judged.filter_map(|said| said.step.clone()).next();
        let at = at.or_else(|| case.judgeable().into_iter().next().map(|choice| choice.step));
        let place = case.judged_run().zip(at).and_then(|(judged, at)| {
            let program = &judged.run.program;
            let spot = Spot::find(program, &at).filter(|spot| !matches!(spot.at, Counted::Fact(_)))?;
            let playbook = desk.playbooks.get(&*program.units[spot.unit as usize].id)?;
            let step = spot.step(program);
            playbook.flow.steps.iter().find(|known| known.id.value == step)?;
            // Behind its calls: the step, and the item if it is one.
            let parts: Vec<&str> = at.rsplitn(2 + usize::from(spot.item(program).is_some()), '/').collect();
            let own = &parts[..parts.len().min(1 + usize::from(spot.item(program).is_some()))];
            Some((playbook, own.iter().rev().copied().collect::<Vec<_>>().join("/")))
        });
        Self { case, solved: anonymous(&solved, &case.requester), place }
    }

    /// In one line.
    fn line(&self, text: &str) -> String {
        anonymous(text, &self.case.requester).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What somebody typed, as Markdown that shows it as it is.
    fn prose(&self, text: &str) -> String {
        let lines: Vec<String> = text.trim().lines().map(|line| markdown::escape(line, Place::Words)).collect();
        lines.join("\n")
    }

    /// Actions in a line, what came of them, and how it was to be seen.
    fn tried(&self) -> Vec<(String, &'static str, Option<String>)> {
        let Some(known) = self.case.judged_run().or(self.case.latest_run()) else { return Vec::new() };
        let line = |text: &str| {
            let text = anonymous(&markdown::first_line(text), &self.case.requester);
            markdown::escape(text.trim_end_matches('.'), Place::Words)
        };
        let tried = known.run.tried(&CaseInfo::default()).into_iter().map(|action| {
            let outcome = match action.outcome.as_str() {
                "worked" => "it worked",
                "failed" => "it did not help",
                _ => "it could not be done",
            };
            (line(&action.text), outcome, action.verify.map(|verify| self.line(&markdown::first_line(&verify))))
        });
        tried.collect()
    }
}

/// The beginning, in whole words.
fn cut(text: &str, most: usize) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if out.chars().count() + word.chars().count() >= most && !out.is_empty() {
            return out + " …";
        }
        out += if out.is_empty() { "" } else { " " };
        out.extend(word.chars().take(most));
    }
    out
}

/// A text of a playbook: nothing in it reads a fact.
fn text(value: &str) -> String {
    quoted(
        &["{{", "{%", "{#"].iter().fold(markdown::escape(value, Place::Words), |text, open| {
            text.replace(open, &format!("{{ {}", &open[1..]))
        }),
    )
}

/// A scalar between quotes, as YAML and JSON both read it.
fn quoted(value: &str) -> String {
    let plain: String =
        value.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c) { ' ' } else { c }).collect();
    serde_json::to_string(&plain).expect("text is JSON")
}
