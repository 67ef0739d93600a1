//! Everything that can be proved of a desk before anyone runs it: one file for each rule.

mod branches;
mod context;
mod faults;
mod graph;
mod known;
mod links;
mod reads;
mod references;
mod space;
mod translated;

mod endless_cycle;
mod expired_article;
mod fact_cycle;
mod foreign_header;
mod foreign_markup;
mod impossible_condition;
mod known_on_asked_fact;
mod may_be_unknown;
mod mismatched_headings;
mod mismatched_values;
mod missing_article;
mod missing_image;
mod missing_translation;
mod missing_way;
mod never_known;
mod never_read;
mod no_symptoms;
mod no_way_out;
mod password_prompt;
mod recursive_call;
mod review_overdue;
mod same_label;
mod shadowed_condition;
mod site_link;
mod staff_article;
mod staff_call;
mod stale_translation;
mod test_mismatch;
mod too_long;
mod too_many_combinations;
mod type_mismatch;
mod uncovered_branch;
mod undeclared_fact;
mod undeclared_language;
mod unknown_calendar;
mod unknown_connector;
mod unknown_heading;
mod unknown_link;
mod unknown_playbook;
mod unknown_priority;
mod unknown_step;
mod unknown_team;
mod unknown_tier;
mod unknown_translation;
mod unreachable_step;
mod unstaffed_tier;
mod value_not_allowed;
mod way_never_taken;

use context::{Context, Subject};

use crate::{
    desk::Desk,
    diagnostic::{self, Diagnostic, Rule, Sink, form},
};
use jiff::civil::Date;

type Findings = Sink<Diagnostic>;

/// A rule with what looks for it.
struct Check {
    rule: &'static Rule,
    each: Option<fn(&Context<'_>, &Subject<'_>, &Findings)>,
    desk: Option<fn(&Context<'_>, &Findings)>,
}

/// `each`: once for every playbook; `desk`: once; `both`.
macro_rules! checks {
    ($($how:ident $name:ident),* $(,)?) => { [$(checks!(@ $how $name)),*] };
    (@ each $name:ident) => { Check { rule: &$name::RULE, each: Some($name::check), desk: None } };
    (@ desk $name:ident) => { Check { rule: &$name::RULE, each: None, desk: Some($name::check) } };
    (@ both $name:ident) => { Check { rule: &$name::RULE, each: Some($name::check), desk: Some($name::check_desk) } };
}

/// The closed list.
static CHECKS: &[Check] = &checks![
    each unknown_step,
    each unknown_playbook,
    each endless_cycle,
    each unreachable_step,
    each no_way_out,
    desk recursive_call,
    each missing_way,
    each way_never_taken,
    desk too_long,
    each uncovered_branch,
    each impossible_condition,
    each shadowed_condition,
    each too_many_combinations,
    both undeclared_fact,
    each never_known,
    each may_be_unknown,
    both never_read,
    both type_mismatch,
    both value_not_allowed,
    both password_prompt,
    each known_on_asked_fact,
    both fact_cycle,
    both same_label,
    each staff_call,
    each review_overdue,
    each no_symptoms,
    both missing_article,
    desk unknown_link,
    desk unknown_heading,
    desk missing_image,
    desk staff_article,
    desk expired_article,
    desk foreign_header,
    desk foreign_markup,
    desk site_link,
    desk missing_translation,
    desk stale_translation,
    desk unknown_translation,
    desk mismatched_values,
    desk undeclared_language,
    desk mismatched_headings,
    desk unknown_tier,
    desk unknown_team,
    desk unknown_calendar,
    desk unknown_connector,
    desk unknown_priority,
    desk unstaffed_tier,
    desk test_mismatch,
];

/// All rules, those of the form first, by code.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    form::RULES.iter().copied().chain(CHECKS.iter().map(|check| check.rule))
}

/// Every finding of a desk, in the order of its files.
pub fn check(desk: &Desk, today: Date) -> Vec<Diagnostic> {
    let context = Context::new(desk, today);
    let mut findings = desk.findings.clone();
    let out = Sink::default();
    CHECKS.iter().filter_map(|check| check.desk).for_each(|check| check(&context, &out));
    findings.extend(out.into_vec());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let chunk = context.subjects.len().div_ceil(threads).max(64);
    let context = &context;
    let parts: Vec<Vec<Diagnostic>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            context.subjects.chunks(chunk).map(|subjects| scope.spawn(move || check_each(context, subjects))).collect();
        workers.into_iter().map(|worker| worker.join().expect("rules never panic")).collect()
    });
    findings.extend(parts.into_iter().flatten());
    diagnostic::sort(&mut findings, &desk.sources);
    findings
}

fn check_each(context: &Context<'_>, subjects: &[Subject<'_>]) -> Vec<Diagnostic> {
    let out = Sink::default();
    for subject in subjects {
        CHECKS.iter().filter_map(|check| check.each).for_each(|check| check(context, subject, &out));
    }
    out.into_vec()
}
