//! The examples on the reference pages raise what they say, and nothing else.

use crate::support::{checked, split};
use firstline::{check, desk::connector::USES, playbook::KINDS, reason::REASONS};
use std::collections::BTreeSet;

/// The fenced blocks of a page with what follows the fence.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.split_inclusive('\n') {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => text.push_str(line),
            (None, None) => {}
        }
    }
    blocks
}

fn try_page(name: &str, page: &str, wrong: &mut Vec<String>) -> (usize, usize) {
    let (mut fails, mut clean) = (0, 0);
    if !page.starts_with(&format!("# {name}\n")) || page.lines().count() < 5 {
        wrong.push(format!("{name}: the page does not begin with its name, or says too little"));
    }
    for (info, text) in blocks(page) {
        let expected: BTreeSet<&str> = match info.split_once(' ') {
            Some(("yaml", "clean")) => BTreeSet::new(),
            Some(("yaml", names)) => names.strip_prefix("fails ").unwrap_or("?").split(' ').collect(),
            _ if info == "text" || info.is_empty() => continue,
            _ => BTreeSet::from(["a known info string"]),
        };
        *if expected.is_empty() { &mut clean } else { &mut fails } += 1;
        let (desk, findings) = checked(&split(&text, "playbooks/example.yaml"));
        let found: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.name).collect();
        if found != expected {
            let report = firstline::diagnostic::human(&findings, &desk.sources);
            wrong.push(format!(
                "{name}: expected {expected:?}, found {found:?}\n{text}\n{}",
                anstream::adapter::strip_str(&report)
            ));
        }
    }
    (fails, clean)
}

#[test]
fn every_example_is_true() {
    let mut wrong = Vec::new();
    for kind in KINDS {
        let (_, clean) = try_page(kind.key, kind.page, &mut wrong);
        if clean == 0 {
            wrong.push(format!("{}: no clean example", kind.key));
        }
    }
    for known in USES {
        let (_, clean) = try_page(known.name, known.page, &mut wrong);
        if clean == 0 {
            wrong.push(format!("{}: no clean example", known.name));
        }
    }
    for rule in check::rules() {
        let (fails, clean) = try_page(rule.name, rule.page, &mut wrong);
        let shown = fails > 0 || matches!(rule.name, "not_utf8" | "too_large");
        if !shown || clean == 0 {
            wrong.push(format!("{}: a failing and a clean example are needed", rule.name));
        }
    }
    for reason in REASONS {
        try_page(reason.name, reason.page, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} pages\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn codes_and_names_are_unique() {
    let rules: Vec<_> = check::rules().collect();
    assert_eq!(rules.iter().map(|rule| rule.code).collect::<BTreeSet<_>>().len(), rules.len());
    assert_eq!(rules.iter().map(|rule| rule.name).collect::<BTreeSet<_>>().len(), rules.len());
}
