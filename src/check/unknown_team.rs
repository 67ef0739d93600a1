//! A team that the tier does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL602", "unknown_team", Error);

/// For the desk. Without a tier any team will do: the desk's routes give the tier.
pub fn check(context: &Context<'_>, out: &Findings) {
    let policy = &context.desk.policy;
    for going in references::goings(context) {
        let Some(team) = going.team else { continue };
        let tier = going.to.map(|to| to.value.as_str()).filter(|to| policy.tier(to).is_some());
        let what = tier.map_or_else(|| "team".to_owned(), |tier| format!("team in `{tier}` called"));
        references::known(context, &RULE, &what, team, references::teams(policy, tier).iter().copied(), out);
    }
}
