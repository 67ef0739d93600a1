//! Edits of generated playbooks, as authors make them, and what they rename.

use crate::{generator::Random, support::Files};

/// What an edit calls otherwise: playbook, then old and new ids.
#[derive(Clone, Debug, Default)]
pub struct Renames {
    pub step: Option<(String, String, String)>,
    /// Playbook, step, old answer, new answer.
    pub answer: Option<(String, String, String, String)>,
}

impl Renames {
    /// A step's new id.
    pub fn step<'a>(&'a self, playbook: &str, step: &'a str) -> &'a str {
        match &self.step {
            Some((of, old, new)) if of == playbook && old == step => new,
            _ => step,
        }
    }

    /// An answer's new id, by its step's old one.
    pub fn answer<'a>(&'a self, playbook: &str, step: &str, answer: &'a str) -> &'a str {
        match &self.answer {
            Some((of, at, old, new)) if of == playbook && at == step && old == answer => new,
            _ => answer,
        }
    }
}

const KINDS: [&str; 12] = [
    "comment",
    "reword",
    "reword",
    "retarget",
    "retarget",
    "insert-ask",
    "insert-say",
    "rename-step",
    "rename-answer",
    "remove-answer",
    "change-ending",
    "forget-was",
];

/// One to three edits; what was done, for whoever reads a failed test.
pub fn edit(random: &mut Random, files: &Files) -> (Files, Renames, Vec<String>) {
    let (mut edited, mut renames, mut done) = (files.clone(), Renames::default(), Vec::new());
    for number in 0..1 + random.below(3) {
        let kind = *random.pick(&KINDS);
        let at = 1 + random.below(edited.len() - 1);
        let (path, text) = &mut edited[at];
        let id = path.trim_start_matches("playbooks/").trim_end_matches(".yaml").to_owned();
        let mut page = Page { lines: text.lines().map(str::to_owned).collect() };
        if let Some(what) = page.apply(random, kind, number, &id, &mut renames) {
            done.push(format!("{id}: {kind} {what}"));
            *text = page.lines.join("\n") + "\n";
        }
    }
    (edited, renames, done)
}

struct Page {
    lines: Vec<String>,
}

impl Page {
    fn apply(
        &mut self,
        random: &mut Random,
        kind: &str,
        number: usize,
        id: &str,
        renames: &mut Renames,
    ) -> Option<String> {
        match kind {
            "comment" => {
                self.lines.push(format!("# edit {number}"));
                Some(String::new())
            }
            "reword" => {
                let texts = ["ask", "do", "say", "verify", "tip", "resolve", "escalate"];
                let text = |line: &str| texts.iter().any(|key| line.trim_start().starts_with(&format!("{key}: \"")));
                let at = self.some(random, text)?;
                self.lines[at] = self.lines[at].replacen(": \"", ": \"Please. ", 1);
                Some(self.lines[at].clone())
            }
            "retarget" => {
                let (at, old) = self.some_target(random)?;
                let ids = self.ids();
                let new = random.pick(&ids).1.clone();
                self.lines[at] = swap(&self.lines[at], &old, &new);
                Some(self.lines[at].clone())
            }
            "insert-ask" | "insert-say" => {
                let (at, old) = self.some_target(random)?;
                let new = format!("quite-new-{number}");
                self.lines[at] = swap(&self.lines[at], &old, &new);
                let step = match kind {
                    "insert-ask" => format!("    ask: \"New?\"\n    answers:\n      yes: {old}\n      no: {old}"),
                    _ => format!("    say: \"New.\"\n    then: {old}"),
                };
                self.lines.push(format!("  {new}:"));
                self.lines.extend(step.lines().map(str::to_owned));
                Some(format!("before {old}"))
            }
            "rename-step" | "forget-was" => {
                if kind == "rename-step" && renames.step.is_some() {
                    return None;
                }
                let ids = self.ids();
                let (at, old) = random.pick(&ids).clone();
                let new = format!("{old}-renamed-{number}");
                for line in &mut self.lines {
                    *line = swap(line, &old, &new);
                }
                if kind == "rename-step" {
                    self.lines.insert(at + 1, format!("    was: [{old}]"));
                    renames.step = Some((id.to_owned(), old.clone(), new));
                }
                Some(old)
            }
            "rename-answer" | "remove-answer" => {
                let (step, answers) = self.some_answers(random)?;
                let at = *random.pick(&answers);
                let (answer, target) = self.lines[at].trim_start().split_once(": ")?;
                let (answer, target) = (answer.to_owned(), target.to_owned());
                if kind == "remove-answer" {
                    (answers.len() > 2).then(|| self.lines.remove(at))?;
                } else {
                    if renames.answer.is_some() || renames.step.is_some() {
                        return None;
                    }
                    let new = format!("{answer}-renamed-{number}");
                    self.lines[at] = match target.strip_prefix('{') {
                        Some(rest) => format!("      {new}: {{was: [\"{answer}\"], {rest}"),
                        None => format!("      {new}: {{was: [\"{answer}\"], goto: {target}}}"),
                    };
                    renames.answer = Some((id.to_owned(), step.clone(), answer.clone(), new));
                }
                Some(format!("{step}.{answer}"))
            }
            "change-ending" => {
                let (from, to) = *random.pick(&[
                    ("to: tier-2", "to: tier-1"),
                    (" resolve: ", " not_resolved: "),
                    ("{resolve: ", "{not_resolved: "),
                ]);
                let at = self.some(random, |line| line.contains(from) && !line.contains("code: "))?;
                self.lines[at] = self.lines[at].replacen(from, to, 1);
                Some(self.lines[at].clone())
            }
            _ => unreachable!("there is no edit {kind}"),
        }
    }

    fn some(&self, random: &mut Random, fits: impl Fn(&str) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.lines.len()).filter(|at| fits(&self.lines[*at])).collect();
        (!fitting.is_empty()).then(|| *random.pick(&fitting))
    }

    /// The lines that begin a step, with its id.
    fn ids(&self) -> Vec<(usize, String)> {
        let start = self.lines.iter().position(|line| line == "steps:").unwrap_or(self.lines.len());
        let id = |at: usize| {
            let id = self.lines[at].strip_prefix("  ")?.strip_suffix(':')?;
            (!id.starts_with(' ')).then(|| (at, id.to_owned()))
        };
        (start..self.lines.len()).filter_map(id).collect()
    }

    /// A line below `steps` that leads to a step, and that step.
    fn some_target(&self, random: &mut Random) -> Option<(usize, String)> {
        let ids = self.ids();
        let first = ids.first()?.0;
        let leads = |(at, line): (usize, &String)| {
            let (key, target) = line.trim_start().split_once(": ")?;
            let target = target.rsplit_once("goto: ").map_or(target, |(_, target)| target.trim_end_matches('}'));
            let is_step = at > first && !matches!(key, "save" | "call") && ids.iter().any(|(_, id)| id == target);
            is_step.then(|| (at, target.to_owned()))
        };
        let found: Vec<_> = self.lines.iter().enumerate().filter_map(leads).collect();
        (!found.is_empty()).then(|| random.pick(&found).clone())
    }

    /// A step with answers, and the lines of these.
    fn some_answers(&self, random: &mut Random) -> Option<(String, Vec<usize>)> {
        let at = self.some(random, |line| line == "    answers:")?;
        let step = self.ids().into_iter().rfind(|(step, _)| *step < at)?.1;
        let is_answer = |line: &String| line.starts_with("      ");
        let count = self.lines[at + 1..].iter().take_while(|line| is_answer(line)).count();
        Some((step, (at + 1..at + 1 + count).collect()))
    }
}

/// An id replaced wherever it stands as a whole and outside quotes.
fn swap(line: &str, old: &str, new: &str) -> String {
    let (mut out, mut word, mut quoted) = (String::new(), String::new(), false);
    for letter in line.chars().chain(['\n']) {
        if !quoted && (letter.is_ascii_alphanumeric() || letter == '-' || letter == '_' || letter == '/') {
            word.push(letter);
            continue;
        }
        out.push_str(if word == old { new } else { &word });
        word.clear();
        quoted ^= letter == '"' || letter == '\'';
        out.push(letter);
    }
    out.trim_end_matches('\n').to_owned()
}
