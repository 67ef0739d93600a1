//! An article for staff where people who help themselves are sent to it.

use super::{Context, Findings, links};
use crate::{
    desk::Target,
    diagnostic::{Diagnostic, Rule, Span},
    kb::Article,
    playbook::flow::Node,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL508", "staff_article", Error);

/// For the desk: steps that self-service may reach, and articles that it may read.
pub fn check(context: &Context<'_>, out: &Findings) {
    for at in reached(context) {
        let flow = &context.subjects[at].playbook.flow;
        for step in flow.steps.iter().filter(|step| !step.staff) {
            for (_, node) in flow.nodes_of(step) {
                let Node::Prompt(prompt) = node else { continue };
                prompt.articles.iter().for_each(|article| report(context, &article.value, article.span, out));
            }
        }
    }
    for (article, link, target) in links::all(context).filter(|(article, ..)| article.self_service) {
        if let Target::Article(id, _) = target {
            report(context, id, article.span(&link.at), out);
        }
    }
}

/// The playbooks that self-service may start, and what they call that is not for staff.
fn reached(context: &Context<'_>) -> Vec<usize> {
    let is_open = |at: &usize| context.subjects[*at].playbook.audience.self_service;
    let mut reached: Vec<usize> = (0..context.subjects.len()).filter(is_open).collect();
    let mut next = 0;
    while let Some(at) = reached.get(next) {
        let called: Vec<usize> = context.calls[*at].iter().map(|callee| *callee as usize).collect();
        for callee in called {
            if !reached.contains(&callee) && !context.subjects[callee].playbook.audience.is_staff() {
                reached.push(callee);
            }
        }
        next += 1;
    }
    reached
}

fn report(context: &Context<'_>, id: &str, span: Span, out: &Findings) {
    let is_staff = |article: &&Article| !article.self_service && !context.desk.is_unread(article.file);
    let Some(article) = context.desk.article(id).filter(is_staff) else { return };
    let message = format!("article `{}` is for staff: people who help themselves cannot open it", article.id);
    let help = "open it with `audience: [self-service, agent]`, or mark the step `audience: agent`, or drop the link";
    out.push(Diagnostic::new(&RULE, span, message).help(help));
}
