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

/// For the desk: steps that self-service may reach, and what it may read.
pub fn check(context: &Context<'_>, out: &Findings) {
    let reached = links::reached(context).into_iter().enumerate().filter(|(_, reached)| *reached);
    for (at, _) in reached {
        let flow = &context.subjects[at].playbook.flow;
        for step in flow.steps.iter().filter(|step| !step.staff) {
            for (_, node) in flow.nodes_of(step) {
                let Node::Prompt(prompt) = node else { continue };
                prompt.articles.iter().for_each(|article| report(context, &article.value, article.span, out));
            }
        }
    }
    for linked in links::all(context).filter(|linked| linked.open) {
        if let Target::Article(id, _) = linked.target {
            report(context, id, linked.span, out);
        }
    }
}

fn report(context: &Context<'_>, id: &str, span: Span, out: &Findings) {
    let is_staff = |article: &&Article| !article.self_service && !context.desk.is_unread(article.file);
    let Some(article) = context.desk.article(id).filter(is_staff) else { return };
    let message = format!("article `{}` is for staff: people who help themselves cannot open it", article.id);
    let help = "open it with `audience: [self-service, agent]`, or mark the step `audience: agent`, or drop the link";
    out.push(Diagnostic::new(&RULE, span, message).help(help));
}
