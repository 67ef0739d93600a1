//! A folder of authors' mistakes: each is reported at its place, in words that say what to write.
//!
//! The first lines of a file say what must be found: `# expect: rule LINE:COLUMN`, or with the path of another file of
//! the same desk before the place. How it reads is in the snapshot beside it.

use crate::support::{checked, split};
use firstline::{check, diagnostic};
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_mistake_is_reported_where_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    assert!(paths.len() >= 60);
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in &paths {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("names are plain");
        let text = fs::read_to_string(path).expect("it can be read");
        let expected: BTreeSet<String> =
            text.lines().map_while(|line| line.strip_prefix("# expect: ")).map(full).collect();
        let (desk, findings) = checked(&split(&text, "playbooks/example.yaml"));
        let found: BTreeSet<String> = findings
            .iter()
            .map(|finding| {
                let file = desk.sources.file(finding.primary.span);
                let (line, column) = file.position(finding.primary.span.start);
                format!("{} {} {line}:{column}", finding.rule.name, file.path)
            })
            .collect();
        let report = anstream::adapter::strip_str(&diagnostic::human(&findings, &desk.sources)).to_string();
        if found != expected {
            wrong.push(format!("{name}\n  expected {expected:?}\n  found    {found:?}\n{report}"));
        }
        for finding in &findings {
            seen.insert(finding.rule.name);
            if finding.help.is_none() {
                wrong.push(format!("{name}: no help\n{report}"));
            }
        }
        insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, report);
        });
    }
    assert!(wrong.is_empty(), "{} of {} files\n{}", wrong.len(), paths.len(), wrong.join("\n"));
    let missing: Vec<_> = check::rules()
        .map(|rule| rule.name)
        .filter(|name| !seen.contains(name) && !matches!(*name, "not_utf8" | "too_large"))
        .collect();
    assert!(missing.is_empty(), "no mistake for {missing:?}");
}

/// `rule 3:4` -> `rule playbooks/example.yaml 3:4`
fn full(expected: &str) -> String {
    match expected.split(' ').collect::<Vec<_>>().as_slice() {
        [rule, place] => format!("{rule} playbooks/example.yaml {place}"),
        _ => expected.trim().to_owned(),
    }
}
