//! What is indexed: an article and each of its sections, a playbook and each of its steps.

use crate::{
    diagnostic::Spanned,
    kb::Article,
    markdown,
    playbook::{
        Texts,
        flow::{Flow, Node},
    },
};
use serde::{Deserialize, Serialize};

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A whole article.
    Article,
    /// A part of an article below a heading.
    Section,
    /// A playbook that can be started.
    Playbook,
    /// A step of one.
    Step,
}

/// One entry of an index; texts are plain, without markup.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// The article's or the playbook's id.
    pub id: String,
    /// The section's heading as an address, or the step's id.
    pub anchor: Option<String>,
    /// The article's or the playbook's title.
    pub title: String,
    /// The section's heading or the step's title; of an article, all its headings.
    pub heading: String,
    /// In a sentence.
    pub summary: String,
    /// What callers say.
    pub symptoms: Vec<String>,
    /// For lists.
    pub category: Option<String>,
    /// For lists.
    pub tags: Vec<String>,
    /// Its title and what callers say, in other languages: it is found by them, and never shown.
    pub elsewhere: Vec<String>,
    /// What it says; of an article with sections, the part above the first heading.
    pub body: String,
    /// Facts and their values that it is for; everybody, if empty.
    pub applies_to: Vec<(String, Vec<String>)>,
    /// Self-service may read it. Staff may read everything.
    pub self_service: bool,
    /// Staff may start or read it as their own.
    pub agent: bool,
    /// Its `review_by` is over.
    pub expired: bool,
}

/// An article's entries: itself, then its sections that say something.
pub fn articles(article: &Article, expired: bool) -> Vec<Document> {
    let words = |list: &[Spanned<String>]| list.iter().map(|word| word.value.clone()).collect::<Vec<_>>();
    let (body, sections) = article.texts();
    let headings = article.sections.iter().filter_map(|section| section.path.last().cloned());
    let mut out = vec![Document {
        kind: Kind::Article,
        id: article.id.clone(),
        anchor: None,
        title: article.title.clone(),
        heading: headings.collect::<Vec<_>>().join("\n"),
        summary: article.summary.clone().unwrap_or_default(),
        symptoms: words(&article.symptoms),
        category: article.category.clone(),
        tags: words(&article.tags),
        elsewhere: Vec::new(),
        body,
        applies_to: article.applies_to.iter().map(|(fact, values)| (fact.clone(), words(values))).collect(),
        self_service: article.self_service,
        agent: true,
        expired,
    }];
    for (section, body) in sections.into_iter().filter(|(_, body)| !body.trim().is_empty()) {
        out.push(Document {
            kind: Kind::Section,
            anchor: Some(section.anchor.clone()),
            heading: section.path.join(" › "),
            summary: String::new(),
            symptoms: Vec::new(),
            elsewhere: Vec::new(),
            body,
            ..out[0].clone()
        });
    }
    out
}

/// A playbook's entries: `head` is what stands at its top; a step for each prompt of its flow follows, as `texts` have
/// it.
pub fn playbook(head: Document, flow: &Flow, texts: Option<&Texts>) -> Vec<Document> {
    let mut out = Vec::new();
    for step in &flow.steps {
        let id = &step.id.value;
        let said = |text: &str| texts.and_then(|texts| texts.words(&head.id, id, text)).unwrap_or(text).to_owned();
        let texts = flow.nodes_of(step).filter_map(|(_, node)| match node {
            Node::Prompt(prompt) => Some(markdown::plain(&said(&prompt.text.source.value))),
            _ => None,
        });
        let body = texts.collect::<Vec<_>>().join("\n");
        if !body.trim().is_empty() {
            out.push(Document {
                kind: Kind::Step,
                anchor: Some(step.id.value.clone()),
                heading: step.title.as_deref().map(said).unwrap_or_default(),
                summary: String::new(),
                symptoms: Vec::new(),
                elsewhere: Vec::new(),
                body,
                self_service: head.self_service && !step.staff,
                ..head.clone()
            });
        }
    }
    out.insert(0, head);
    out
}
