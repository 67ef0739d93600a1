//! What articles and the texts of steps lead to, for the rules about them.

use super::{Findings, context::Context, translated};
use crate::{
    desk::{Desk, Target},
    diagnostic::{Diagnostic, Rule, Span, locate, wording},
    kb::Article,
    markdown::{self, Link},
    playbook::{
        Playbook,
        flow::{EndKind, Node},
    },
    template::Text,
};

/// A link or a picture, with where it leads.
pub struct Linked<'a> {
    /// The article that it is written in; none, for a text of a step.
    pub from: Option<&'a Article>,
    /// Its place.
    pub span: Span,
    /// What is written.
    pub link: &'a Link,
    /// Where it leads.
    pub target: Target<'a>,
    /// People who help themselves may read it.
    pub open: bool,
}

/// Every link and picture of every article and its translations, and of every step.
pub fn all<'a>(context: &'a Context<'a>) -> impl Iterator<Item = Linked<'a>> {
    let desk = context.desk;
    let articles = desk.articles.values().chain(translated::articles(desk).map(|(_, article, _)| article));
    let links = articles.flat_map(|article| article.outline.links.iter().map(move |link| (article, link)));
    let of_articles = links.map(move |(article, link)| Linked {
        from: Some(article),
        span: article.span(&link.at),
        link,
        target: desk.target(Some(article), &link.target),
        open: article.self_service,
    });
    let reached = reached(context);
    let of_steps = context.subjects.iter().flat_map(move |subject| {
        let open = reached[subject.at];
        subject.links.iter().map(move |(span, link, is_open)| Linked {
            from: None,
            span: *span,
            link,
            target: desk.target(None, &link.target),
            open: open && *is_open,
        })
    });
    of_articles.chain(of_steps)
}

/// The links and pictures in the texts of a playbook, each with its place and whether more than staff may read it.
pub fn of_playbook(desk: &Desk, playbook: &Playbook) -> Vec<(Span, Link, bool)> {
    let flow = &playbook.flow;
    let file = &desk.source(playbook).text;
    let mut out: Vec<(Span, Link, bool)> = Vec::new();
    let mut add = |text: &Text, open: bool| {
        let source = &text.source;
        if !source.value.contains(['[', '<']) {
            return;
        }
        for link in markdown::outline(&source.value).links {
            let span = locate(file, source.span, &source.value[link.at.clone()], link.at.start, &source.value);
            // A text may belong to many prompts; and what a value makes of a link is not known.
            if !link.target.contains("{{") && out.iter().all(|(known, other, _)| (*known, other) != (span, &link)) {
                out.push((span, link, open));
            }
        }
    };
    flow.facts.list.iter().filter_map(|fact| fact.ask.as_ref()).for_each(|ask| add(ask, true));
    for step in &flow.steps {
        for (_, node) in flow.nodes_of(step) {
            match node {
                Node::Prompt(prompt) => {
                    [Some(&prompt.text), prompt.verify.as_deref()]
                        .into_iter()
                        .flatten()
                        .for_each(|text| add(text, !step.staff));
                    prompt.tip.iter().for_each(|tip| add(tip, false));
                }
                Node::End(end) => {
                    add(&end.text, !step.staff && end.kind != EndKind::Escalated);
                    end.tell.iter().for_each(|tell| add(tell, !step.staff));
                }
                _ => {}
            }
        }
    }
    out
}

/// Of each playbook, whether self-service may start it, or comes to it by a call that is not for staff.
pub fn reached(context: &Context<'_>) -> Vec<bool> {
    let mut reached: Vec<bool> =
        context.subjects.iter().map(|subject| subject.playbook.audience.self_service).collect();
    let mut next: Vec<usize> = (0..reached.len()).filter(|at| reached[*at]).collect();
    while let Some(at) = next.pop() {
        for callee in context.calls[at].iter().map(|callee| *callee as usize) {
            if !reached[callee] && !context.subjects[callee].playbook.audience.is_staff() {
                reached[callee] = true;
                next.push(callee);
            }
        }
    }
    reached
}

/// The name that was probably meant. Libraries are large: names of quite another length are not looked at.
pub fn near<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let alike = names.filter(|name| name.len().abs_diff(word.len()) <= 3);
    wording::nearest(word, alike).map(|near| format!("did you mean `{near}`?"))
}

/// More articles than this are one finding: a library that came from elsewhere is not mended file by file.
const FEW: usize = 10;

/// A finding for each article, or one for all: `each` is what is said of one, `all` of so many.
pub fn each_or_all(
    rule: &'static Rule,
    places: &[(Span, String)],
    all: impl Fn(usize) -> String,
    help: &str,
    out: &Findings,
) {
    match places {
        [first, ..] if places.len() > FEW => out.push(Diagnostic::new(rule, first.0, all(places.len())).help(help)),
        _ => places.iter().for_each(|(span, message)| out.push(Diagnostic::new(rule, *span, message).help(help))),
    }
}
