//! `firstline explain`

use super::{Error, Status, output::*};
use crate::{
    case::envelope::SCHEMA,
    check,
    desk::connector::USES,
    diagnostic::{Rule, wording},
    import, markdown,
    playbook::KINDS,
    reason::REASONS,
};
use clap::Args;
use std::io::Write;

/// The document whose JSON Schema can be shown.
const ENVELOPE: &str = "envelope";

/// Show the page of a step kind, a rule, a connector or a dead end's reason
#[derive(Debug, Args)]
pub struct Arguments {
    /// Its name, or a rule's code; without one, all names are listed
    name: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<Status, Error> {
    let mut out = anstream::stdout().lock();
    let Some(name) = &arguments.name else {
        let kinds: Vec<String> = KINDS.iter().map(|kind| kind.key.to_owned()).collect();
        let rules: Vec<String> = rules().map(|rule| format!("{} {}", rule.code, rule.name)).collect();
        let reasons: Vec<String> = REASONS.iter().map(|reason| reason.name.to_owned()).collect();
        let uses: Vec<String> = USES.iter().map(|known| known.name.to_owned()).collect();
        let all = [("Step kinds", kinds), ("Rules", rules), ("Reasons of a dead end", reasons), ("Connectors", uses)];
        let all = all.into_iter().chain([("JSON Schemas", vec![ENVELOPE.to_owned()])]);
        for (title, names) in all {
            writeln!(out, "{}", paint(STRONG, title))?;
            names.iter().try_for_each(|name| writeln!(out, "  {name}"))?;
        }
        return Ok(Status::Fine);
    };
    if name == ENVELOPE {
        writeln!(out, "{}", SCHEMA.trim_end())?;
        return Ok(Status::Fine);
    }
    let page = KINDS.iter().find(|kind| kind.key == name).map(|kind| kind.page);
    let page = page.or_else(|| {
        rules().find(|rule| rule.name == name || rule.code.eq_ignore_ascii_case(name)).map(|rule| rule.page)
    });
    let page = page.or_else(|| REASONS.iter().find(|reason| reason.name == name).map(|reason| reason.page));
    let page = page.or_else(|| USES.iter().find(|known| known.name == name).map(|known| known.page));
    let Some(page) = page else {
        let names = KINDS
            .iter()
            .map(|kind| kind.key)
            .chain(rules().map(|rule| rule.name))
            .chain(REASONS.iter().map(|reason| reason.name))
            .chain(USES.iter().map(|known| known.name))
            .chain([ENVELOPE]);
        let near = wording::nearest(name, names).map(|near| format!("did you mean `{near}`?"));
        return Err(Error::Usage(format!(
            "there is no page `{name}`; {}",
            near.unwrap_or_else(|| "`firstline explain` lists all".into())
        )));
    };
    writeln!(out, "{}", markdown::render(page, super::run::width()))?;
    Ok(Status::Fine)
}

/// What `check` and what `import` finds.
fn rules() -> impl Iterator<Item = &'static Rule> {
    check::rules().chain(import::RULES)
}
