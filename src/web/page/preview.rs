//! A playbook as it is written, gone through.

use super::{
    case::{OutcomeView, StepView},
    health::Finding,
    library::{address, found, title},
};
use crate::{
    app::{Live, library::Preview},
    language::Language,
    markdown,
    playbook::Playbook,
    run::{Audience, CaseInfo, View},
    web::view::encoded,
};
use serde::Serialize;

/// A draft gone through.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewPage {
    /// The playbook's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `agent` or `self-service`.
    pub audience: &'static str,
    /// Where it begins for the others, if they may start it.
    pub other: Option<(&'static str, String)>,
    /// The beginning of the address of whatever comes next.
    pub address: String,
    /// What was answered so far, as a form carries it on.
    pub answers: Vec<String>,
    /// The prompt that it stands at.
    pub step: Option<StepView>,
    /// The prompt's name.
    pub at: Option<String>,
    /// How it ended.
    pub outcome: Option<OutcomeView>,
    /// The path, with where each prompt is gone back to.
    pub path: Vec<PreviewLine>,
    /// Why the answers from here on were left out.
    pub refused: Option<String>,
    /// What is wrong with the playbook.
    pub findings: Vec<Finding>,
}

/// An answered prompt of a preview.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewLine {
    /// The prompt in one line.
    pub text: String,
    /// What was answered.
    pub label: String,
    /// Where the preview stands at this prompt again.
    pub back: String,
}

impl PreviewPage {
    /// A draft after `answers`, each `prompt=answer`; without a draft only what keeps it from being gone through.
    pub fn new(
        live: &Live,
        playbook: &Playbook,
        audience: Audience,
        answers: &[String],
        draft: Option<&Preview>,
        language: Language,
    ) -> Self {
        let (word, other) = match audience {
            Audience::Agent => ("agent", playbook.audience.self_service.then_some("self-service")),
            Audience::SelfService => ("self-service", Some("agent")),
        };
        let begin = |audience: &str| format!("{}/preview?audience={audience}", address(&playbook.id));
        let with =
            |answers: &[String]| answers.iter().fold(begin(word), |address, answer| address + "&a=" + &encoded(answer));
        let answers = &answers[..draft.map_or(0, |draft| draft.taken)];
        let info = CaseInfo::default();
        let (mut step, mut at, mut outcome, mut path) = (None, None, None, Vec::new());
        if let Some(draft) = draft {
            match draft.run.view(&info) {
                View::Prompt(prompt) => (step, at) = (Some(StepView::new(&prompt, language)), Some(prompt.at.clone())),
                View::Outcome(ended) => outcome = Some(OutcomeView::new(&ended, language)),
            }
            path = draft.run.path(&info);
        }
        Self {
            id: playbook.id.clone(),
            title: title(playbook).to_owned(),
            audience: word,
            other: other.map(|other| (other, begin(other))),
            address: with(answers),
            answers: answers.to_vec(),
            step,
            at,
            outcome,
            path: path
                .into_iter()
                .enumerate()
                .map(|(n, line)| PreviewLine {
                    text: markdown::first_line(&line.text),
                    label: line.label,
                    back: with(&answers[..n]),
                })
                .collect(),
            refused: draft.and_then(|draft| draft.refused.clone()),
            findings: found(live, playbook),
        }
    }
}
