//! An answer further up is replaced: what it was, what it can become, and what must be confirmed then.

use super::case::{StepView, label};
use crate::{
    case::Case,
    expression::Type,
    id::RunId,
    language::Language,
    markdown,
    playbook::flow::PromptKind,
    run::{CaseInfo, Choice, Input, Prompt, Refused, Run, Said, TypedInput, View},
};
use jiff::Timestamp;
use serde::Serialize;

/// When something happens that is only tried.
const NEVER: Timestamp = Timestamp::UNIX_EPOCH;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct ChangePage {
    /// The case.
    pub number: u64,
    /// The run.
    pub run: String,
    /// The token that the change must carry.
    pub position: String,
    /// What is changed.
    pub at: String,
    /// Its visit.
    pub visit: u32,
    /// The prompt.
    pub step: StepView,
    /// What was answered, for people.
    pub was: String,
    /// What it can become.
    pub options: Vec<OptionView>,
    /// What was typed to replace it, and what comes of that.
    pub typed: Option<OptionView>,
    /// Why what was typed cannot be taken.
    pub refused: Option<String>,
}

/// Something that the answer can become.
#[derive(Clone, Debug, Serialize)]
pub struct OptionView {
    /// What is sent.
    pub id: String,
    /// What is read.
    pub label: String,
    /// Whether it is the present answer.
    pub same: bool,
    /// What must be confirmed then: a prompt in one line, and its answer.
    pub confirm: Vec<(String, String)>,
    /// What is asked next, in one line; `None` if the run is over then.
    pub next: Option<String>,
}

impl ChangePage {
    /// The page for one answer, or a fact given at the start; `None` if it is not on the path. `typed` is what should
    /// replace it, where something is typed; `info` is what the case is read in.
    pub fn new(
        case: &Case,
        run: RunId,
        at: &str,
        visit: u32,
        typed: Option<&str>,
        language: Language,
        info: &CaseInfo,
    ) -> Option<Self> {
        let run = &case.run(run)?.run;
        let (prompt, was) = prompt(run, info, at, visit)?;
        let option = |said: &Said| {
            let same = *said == was;
            let change = Input::Change { at: at.to_owned(), visit: Some(visit), said: said.clone() };
            let (confirm, next) = if same { Default::default() } else { confirm(run, info, &change, language)? };
            Ok::<_, Refused>(OptionView {
                id: said.words().to_owned(),
                label: answer(&prompt, said.words(), language),
                same,
                confirm,
                next,
            })
        };
        let choices = prompt.choices.iter().filter(|choice| choice.id != "next");
        let options = choices.filter_map(|choice| option(&Said::Answer(choice.id.clone())).ok()).collect();
        let is_number = prompt.typed.as_ref().is_some_and(|typed| typed.kind == "number");
        let typed = typed.map(|typed| if is_number { typed.replace(',', ".") } else { typed.to_owned() });
        let (typed, refused) = match typed.map(|typed| option(&Said::Value(typed))) {
            None => (None, None),
            Some(Ok(option)) => (Some(option), None),
            Some(Err(refused)) => (None, Some(language.reword(&refused.why).into_owned())),
        };
        let mut step = StepView::new(&prompt, language);
        if let (Some(field), Said::Value(value)) = (&mut step.typed, &was) {
            field.value.clone_from(value);
        }
        Some(Self {
            number: case.number,
            run: run.id.to_string(),
            position: run.position(),
            at: at.to_owned(),
            visit,
            step,
            was: answer(&prompt, was.words(), language),
            options,
            typed,
            refused,
        })
    }
}

/// The prompt as it stood when it was answered, and the answer.
fn prompt(run: &Run, info: &CaseInfo, at: &str, visit: u32) -> Option<(Prompt, Said)> {
    let path = run.path(info);
    let Some(n) = path.iter().position(|line| line.at == at && line.visit == visit) else {
        return given(run, at);
    };
    let mut there = run.clone();
    let back = path.len() - n + usize::from(run.handed_over().is_some());
    there.take(&Input::Back(back), None, NEVER, "").ok()?;
    match there.view(info) {
        View::Prompt(prompt) => Some((*prompt, path[n].said.clone())),
        View::Outcome(_) => None,
    }
}

/// A fact that was given at the start, as if it were asked for.
fn given(run: &Run, name: &str) -> Option<(Prompt, Said)> {
    let scope = run.program.scope(0);
    let slot = scope.find(name)?;
    let (_, value) = run.book().given_at_start.iter().find(|(known, _)| *known == slot)?;
    let fact = scope.fact(slot);
    let choice = |id: &str, label: &str| Choice { id: id.into(), label: label.into() };
    let (choices, kind, min, max) = match &fact.kind {
        Type::YesNo => (vec![choice("yes", "Yes"), choice("no", "No")], None, None, None),
        Type::Choice(_) => {
            (fact.choices.iter().map(|(id, label)| choice(&id.value, label)).collect(), None, None, None)
        }
        Type::Number(min, max) => (Vec::new(), Some("number"), min.map(|n| n.to_string()), max.map(|n| n.to_string())),
        Type::Date(min, max) => (Vec::new(), Some("date"), min.map(|d| d.to_string()), max.map(|d| d.to_string())),
        _ => (Vec::new(), Some("text"), None, None),
    };
    let typed = kind.map(|kind| TypedInput {
        kind,
        min,
        max,
        pattern: fact.kind.pattern().map(str::to_owned),
        unit: fact.unit.clone(),
    });
    let said = if typed.is_some() { Said::Value(value.to_string()) } else { Said::Answer(value.to_string()) };
    let prompt = Prompt {
        staff: false,
        at: name.to_owned(),
        visit: 1,
        kind: PromptKind::Ask,
        text: crate::web::view::words(name),
        verify: None,
        tip: None,
        articles: Vec::new(),
        minutes: None,
        choices,
        typed,
        held: None,
        prefilled: None,
        is_fact: true,
        language: None,
    };
    Some((prompt, said))
}

/// Prompts in one line, with their answers.
type Asked = Vec<(String, String)>;

/// What is asked again after a change, the same as [`Run::would_confirm`] in words, and what is asked next if each is
/// confirmed as it was.
fn confirm(run: &Run, info: &CaseInfo, change: &Input, language: Language) -> Result<(Asked, Option<String>), Refused> {
    let mut run = run.clone();
    let mut asked = Vec::new();
    run.take(change, None, NEVER, "")?;
    while let View::Prompt(prompt) = run.view(info) {
        let text = markdown::first_line(&prompt.text);
        let Some(held) = &prompt.held else { return Ok((asked, Some(text))) };
        asked.push((text, answer(&prompt, held.words(), language)));
        run.take(&Input::Say(held.clone()), None, NEVER, "")?;
    }
    Ok((asked, None))
}

/// An answer as people read it.
fn answer(prompt: &Prompt, id: &str, language: Language) -> String {
    let choice = prompt.choices.iter().find(|choice| choice.id == id);
    choice.map_or_else(|| id.to_owned(), |choice| label(&choice.label, language))
}
