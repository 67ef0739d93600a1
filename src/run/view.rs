//! What a surface shows of a run: the prompt or the outcome, the path, the facts. The same for all of them.

use super::{
    book::{Answer, Audience, Place},
    event::Said,
    session::Run,
    walk::{Position, State},
};
use crate::{
    expression::{Slot, Type, Value},
    language::Language,
    playbook::{
        Texts,
        flow::{EndKind, Node, Options, PromptKind, Step},
        program::Unit,
    },
    reason::Reason,
    template::{Read, Text},
};
use std::sync::Arc;

/// What texts may say of the case around a run, and what they are read in.
#[derive(Clone, Debug, Default)]
pub struct CaseInfo {
    /// Who called.
    pub caller: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// How they reached the desk.
    pub channel: Option<String>,
    /// Stand for those of the playbooks as far as they are translated; the walk knows nothing of them.
    pub texts: Option<Arc<Texts>>,
    /// The language of what is not translated, where that is not the reader's.
    pub written_in: Option<Language>,
}

impl CaseInfo {
    /// The same, read in another language.
    pub fn reading(self, texts: Option<Arc<Texts>>) -> Self {
        Self { texts, ..self }
    }

    fn translated(&self, source: &Text, part: &str, place: &str) -> Option<&Text> {
        self.texts.as_ref().and_then(|texts| texts.text(part, place, source))
    }

    /// The language of a text, where that is not the reader's.
    fn language(&self, source: &Text, part: &str, place: &str) -> Option<Language> {
        self.written_in.filter(|_| self.translated(source, part, place).is_none())
    }

    /// A playbook's title.
    pub fn title(&self, playbook: &str, title: &str) -> String {
        let texts = self.texts.as_ref();
        texts.and_then(|texts| texts.words(playbook, "", title)).unwrap_or(title).to_owned()
    }
}

/// An answer that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub id: String,
    /// What is read.
    pub label: String,
}

/// What a typed prompt takes.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedInput {
    /// `text`, `number` or `date`.
    pub kind: &'static str,
    /// The least, as typed.
    pub min: Option<String>,
    /// The greatest, as typed.
    pub max: Option<String>,
    /// What the whole must match.
    pub pattern: Option<String>,
    /// What a number counts.
    pub unit: Option<String>,
}

/// The prompt that a run stands at.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Its name.
    pub at: String,
    /// The step's visit.
    pub visit: u32,
    /// What it is.
    pub kind: PromptKind,
    /// Markdown.
    pub text: String,
    /// Markdown.
    pub verify: Option<String>,
    /// Markdown; never for self-service.
    pub tip: Option<String>,
    /// Ids of articles.
    pub articles: Vec<String>,
    /// Expected minutes.
    pub minutes: Option<f64>,
    /// What can be answered, `stuck` last where it is taken.
    pub choices: Vec<Choice>,
    /// What is typed instead.
    pub typed: Option<TypedInput>,
    /// The earlier answer, preselected.
    pub held: Option<Said>,
    /// What is known already of the fact that is asked for.
    pub prefilled: Option<String>,
    /// Whether only staff may read it.
    pub staff: bool,
    /// Whether this is a fact's prompt, where `stuck` means "can't tell".
    pub is_fact: bool,
    /// The language of its text, where that is not the reader's.
    pub language: Option<Language>,
}

impl Prompt {
    /// An answer in one word or value, as authors write it.
    pub fn said(&self, words: &str) -> Said {
        match self.typed {
            Some(_) if words != "stuck" => Said::Value(words.to_owned()),
            _ => Said::Answer(words.to_owned()),
        }
    }
}

/// How it ended, or that it stopped.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The ending; `None` for a stop.
    pub ending: Option<EndKind>,
    /// Why it stopped.
    pub reason: Option<Reason>,
    /// The ending's or the prompt's name.
    pub at: String,
    /// Markdown.
    pub text: Option<String>,
    /// For the caller, Markdown.
    pub tell: Option<String>,
    /// What the ending itself says of where it goes.
    pub to: Option<String>,
    /// The team there.
    pub team: Option<String>,
    /// How urgent.
    pub priority: Option<String>,
    /// A closing code.
    pub code: Option<String>,
}

/// One or the other.
#[derive(Clone, Debug)]
pub enum View {
    /// It waits.
    Prompt(Box<Prompt>),
    /// It does not.
    Outcome(Box<Outcome>),
}

/// One answered prompt of the path.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name.
    pub at: String,
    /// The step's visit.
    pub visit: u32,
    /// What it was.
    pub kind: PromptKind,
    /// Markdown.
    pub text: String,
    /// Whether only staff may read it.
    pub staff: bool,
    /// How it was to be seen that an action worked, Markdown.
    pub verify: Option<String>,
    /// What was answered.
    pub said: Said,
    /// The same as people read it.
    pub label: String,
}

impl Run {
    /// What to show now.
    pub fn view(&self, case: &CaseInfo) -> View {
        match self.walk().position {
            Position::At { frame, place } if self.handed_over().is_none() => {
                View::Prompt(Box::new(self.view_prompt(frame, place, case)))
            }
            _ => View::Outcome(Box::new(self.outcome(case).expect("what does not ask is over"))),
        }
    }

    /// Whether it waits for a number.
    pub fn takes_number(&self) -> bool {
        match self.view(&CaseInfo::default()) {
            View::Prompt(prompt) => prompt.typed.is_some_and(|typed| typed.kind == "number"),
            View::Outcome(_) => false,
        }
    }

    /// What it came to; `None` while it asks.
    pub fn outcome(&self, case: &CaseInfo) -> Option<Outcome> {
        match self.walk().position {
            Position::At { frame, place } => self.handed_over().map(|reason| stopped(reason, self.name(frame, place))),
            Position::Ended { frame, node } => {
                let flow = &self.unit(frame).flow;
                let Node::End(end) = &flow.nodes[node as usize] else { unreachable!("a run ends at an end") };
                let step = &flow.steps[flow.step_of(node) as usize].id.value;
                let word =
                    |word: &Option<crate::diagnostic::Spanned<String>>| word.as_ref().map(|word| word.value.clone());
                Some(Outcome {
                    ending: Some(end.kind),
                    reason: None,
                    at: self.prefix(frame) + &end.name,
                    text: Some(self.render(&end.text, step, frame, case)),
                    tell: end.tell.as_ref().map(|tell| self.render(tell, step, frame, case)),
                    to: word(&end.to),
                    team: word(&end.team),
                    priority: word(&end.priority),
                    code: word(&end.code),
                })
            }
            Position::Stopped { reason, frame, step, .. } => {
                let at = match (reason, self.walk().trail.last()) {
                    (Reason::Stuck, Some(last)) => self.name(last.frame, last.place),
                    _ => {
                        let unit = self.walk().frames[frame as usize].unit;
                        self.prefix(frame) + &self.program.units[unit as usize].flow.steps[step as usize].id.value
                    }
                };
                Some(stopped(reason, at))
            }
        }
    }

    fn view_prompt(&self, frame: u32, place: Place, case: &CaseInfo) -> Prompt {
        let fact_prompt = match place {
            Place::Fact(slot) => Some((self.fact(frame, slot), slot)),
            Place::Node { .. } => None,
        };
        let choices_of = |slot| self.fact_choices(frame, slot, case);
        let typed_of = |slot| self.typed(frame, slot, case);
        let base = Prompt {
            at: self.name(frame, place),
            visit: self.visit(place),
            kind: PromptKind::Ask,
            text: String::new(),
            verify: None,
            tip: None,
            articles: Vec::new(),
            minutes: None,
            choices: Vec::new(),
            typed: None,
            held: self.held(),
            prefilled: None,
            staff: self.is_staff(frame, place),
            is_fact: fact_prompt.is_some(),
            language: None,
        };
        if let Some((fact, slot)) = fact_prompt {
            let ask = fact
                .ask
                .as_ref()
                .map(|text| self.render_from(text, self.part(frame, slot), &fact.name.value, frame, case));
            let text = ask.unwrap_or_default();
            let source = fact.ask.as_ref();
            let language = source.and_then(|text| case.language(text, self.part(frame, slot), &fact.name.value));
            return Prompt { text, choices: choices_of(slot), typed: typed_of(slot), language, ..base };
        }
        let prompt = self.prompt(frame, place).expect("what is no fact is a prompt");
        let step = self.step_id(frame, place);
        let render = |text: &Text| self.render(text, step, frame, case);
        let saved = prompt.save.as_ref().map(|slot| (slot.value, self.state(frame, slot.value)));
        let stuck = if prompt.kind == PromptKind::Do { "I cannot do this" } else { "No answer fits" };
        let choices = match (&prompt.options, &saved) {
            (Options::Next(_), _) => vec![Choice { id: "next".into(), label: "Next".into() }],
            (Options::Choices(choices), _) => {
                let answers =
                    choices.iter().map(|choice| Choice { id: choice.id.value.clone(), label: render(&choice.label) });
                answers.chain([Choice { id: "stuck".into(), label: stuck.into() }]).collect()
            }
            (Options::Typed(_), Some((slot, _))) => choices_of(*slot),
            (Options::Typed(_), None) => Vec::new(),
        };
        Prompt {
            kind: prompt.kind,
            language: case.language(&prompt.text, &self.unit(frame).id, step),
            text: render(&prompt.text),
            verify: prompt.verify.as_deref().map(render),
            tip: prompt.tip.as_deref().filter(|_| self.book().audience == Audience::Agent).map(render),
            articles: prompt.articles.iter().map(|article| article.value.clone()).collect(),
            minutes: prompt.minutes,
            choices,
            typed: saved
                .as_ref()
                .filter(|_| matches!(prompt.options, Options::Typed(_)))
                .and_then(|(slot, _)| typed_of(*slot)),
            prefilled: saved.and_then(|(_, state)| state.value().map(ToString::to_string)),
            ..base
        }
    }

    /// Whether a place belongs to a step that only staff may read.
    fn is_staff(&self, frame: u32, place: Place) -> bool {
        self.step(frame, place).is_some_and(|step| step.staff)
    }

    fn unit(&self, frame: u32) -> &Unit {
        &self.program.units[self.walk().frames[frame as usize].unit as usize]
    }

    /// The id of the step that a place belongs to; empty for a fact's prompt.
    pub(super) fn step_id(&self, frame: u32, place: Place) -> &str {
        self.step(frame, place).map_or("", |step| &step.id.value)
    }

    /// The step that a place belongs to; none for a fact's prompt.
    fn step(&self, frame: u32, place: Place) -> Option<&Step> {
        let Place::Node { node, .. } = place else { return None };
        let flow = &self.unit(frame).flow;
        Some(&flow.steps[flow.step_of(node) as usize])
    }

    /// The id under which the texts of a fact are translated.
    fn part(&self, frame: u32, slot: Slot) -> &str {
        match slot {
            Slot::Own(_) => &self.unit(frame).id,
            Slot::Desk(_) => "",
        }
    }

    /// A text of a step of a frame with its values.
    pub(super) fn render(&self, text: &Text, step: &str, frame: u32, case: &CaseInfo) -> String {
        self.render_from(text, &self.unit(frame).id, step, frame, case)
    }

    fn render_from(&self, source: &Text, part: &str, place: &str, frame: u32, case: &CaseInfo) -> String {
        let scope = self.program.scope(self.walk().frames[frame as usize].unit);
        let text = case.translated(source, part, place);
        text.unwrap_or(source).render(|read| match read {
            Read::Case("caller") => case.caller.clone(),
            Read::Case("number") => case.number.clone(),
            Read::Case(_) => case.channel.clone(),
            Read::Fact(name) => {
                let slot = scope.find(&name.value)?;
                let value = self.state(frame, slot).value()?;
                Some(match text {
                    Some(_) => self.shown(frame, slot, value, case),
                    None => scope.fact(slot).shown(value),
                })
            }
        })
    }

    /// A word that belongs to a fact, as it is translated.
    fn word(&self, frame: u32, slot: Slot, word: &str, case: &CaseInfo) -> String {
        let name = &self.fact(frame, slot).name.value;
        let texts = case.texts.as_ref();
        texts.and_then(|texts| texts.words(self.part(frame, slot), name, word)).unwrap_or(word).to_owned()
    }

    /// A value as people are shown it.
    fn shown(&self, frame: u32, slot: Slot, value: &Value, case: &CaseInfo) -> String {
        let fact = self.fact(frame, slot);
        let id = value.to_string();
        match (fact.choices.iter().find(|(choice, _)| choice.value == id), &fact.unit) {
            (Some((_, label)), _) => self.word(frame, slot, label, case),
            (None, Some(unit)) => format!("{id} {}", self.word(frame, slot, unit, case)),
            (None, None) => id,
        }
    }

    fn fact_choices(&self, frame: u32, slot: Slot, case: &CaseInfo) -> Vec<Choice> {
        let fact = self.fact(frame, slot);
        let choice = |id: &str, label: &str| Choice { id: id.to_owned(), label: label.to_owned() };
        let mut choices = match &fact.kind {
            Type::YesNo => vec![choice("yes", "Yes"), choice("no", "No")],
            Type::Choice(_) => {
                let choices = fact.choices.iter();
                choices.map(|(id, label)| choice(&id.value, &self.word(frame, slot, label, case))).collect()
            }
            _ => Vec::new(),
        };
        choices.push(choice("stuck", "I can't tell"));
        choices
    }

    fn typed(&self, frame: u32, slot: Slot, case: &CaseInfo) -> Option<TypedInput> {
        let fact = self.fact(frame, slot);
        let (kind, min, max) = match &fact.kind {
            Type::Text(_) => ("text", None, None),
            Type::Number(low, high) => ("number", low.map(|n| n.to_string()), high.map(|n| n.to_string())),
            Type::Date(low, high) => ("date", low.map(|d| d.to_string()), high.map(|d| d.to_string())),
            _ => return None,
        };
        let unit = fact.unit.as_ref().map(|unit| self.word(frame, slot, unit, case));
        Some(TypedInput { kind, min, max, pattern: fact.kind.pattern().map(str::to_owned), unit })
    }

    /// The path so far.
    pub fn path(&self, case: &CaseInfo) -> Vec<Line> {
        self.walk()
            .trail
            .iter()
            .filter_map(|passed| {
                Some(self.line(passed.frame, passed.place, &self.book().get(&passed.key)?.answer, case))
            })
            .collect()
    }

    fn line(&self, frame: u32, place: Place, answer: &Answer, case: &CaseInfo) -> Line {
        let said = self.said(frame, place, answer);
        let prompt = self.view_prompt(frame, place, case);
        let chosen = prompt.choices.iter().find(|choice| choice.id == said.words() && matches!(said, Said::Answer(_)));
        let label = chosen.map_or_else(|| said.words().to_owned(), |choice| choice.label.clone());
        Line {
            at: prompt.at,
            visit: prompt.visit,
            kind: prompt.kind,
            text: prompt.text,
            staff: prompt.staff,
            verify: prompt.verify,
            said,
            label,
        }
    }

    /// What is known: the desk's facts, then those of every open frame, named as prompts are.
    pub fn known(&self) -> Vec<(String, crate::expression::Value)> {
        let value = |state: &State| state.value().cloned();
        let desk = self.program.facts.list.iter().zip(&self.walk().facts);
        let mut known: Vec<_> =
            desk.filter_map(|(fact, state)| Some((fact.name.value.clone(), value(state)?))).collect();
        let mut open = vec![self.walk().frame];
        while let Some((parent, _)) = self.walk().frames[*open.last().expect("never empty") as usize].caller {
            open.push(parent);
        }
        for frame in open.into_iter().rev() {
            let facts = &self.walk().frames[frame as usize].facts;
            if facts.iter().all(|state| state.value().is_none()) {
                continue;
            }
            let prefix = self.prefix(frame);
            for at in 0..facts.len() as u32 {
                if let Some(value) = value(self.state(frame, Slot::Own(at))) {
                    known.push((format!("{prefix}{}", self.fact(frame, Slot::Own(at)).name.value), value));
                }
            }
        }
        known
    }
}

fn stopped(reason: Reason, at: String) -> Outcome {
    Outcome {
        ending: None,
        reason: Some(reason),
        at,
        text: None,
        tell: None,
        to: None,
        team: None,
        priority: None,
        code: None,
    }
}
