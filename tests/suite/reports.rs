//! What `check` and `test` hand to other tools: SARIF by its schema, GitHub's annotations, JUnit as XML.

use crate::cli::{folder, out, write};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// A desk with findings of both severities, one of them in two files, and names that have to be escaped.
const DESK: &str = r#"# file: playbooks/Ä, 100%: b.yaml
title: Ä
symptoms: [x]
start: one
steps:
  one: {ask: "Fine, 100%?", answers: {yes: {resolve: Yes.}, no: {resolv: No.}}}
# file: playbooks/a.yaml
title: A
start: one
facts:
  x: {type: yes-no}
steps:
  one: {ask: Fine?, answers: {yes: {resolve: Yes.}, no: two}}
  one: {say: Hm., then: two}
# file: playbooks/a.test.yaml
- {name: "fine <&> \"well\"\u0001", answers: [{one: yes}], expect: {resolved: one.yes}}
- {name: not fine, answers: [{one: no}], expect: {resolved: one.yes}}
# file: playbooks/c.yaml
title: C
symptoms: [c]
start: one
steps:
  one: {ask: Fine?, answers: {yes: {resolve: Yes.}, no: {not_resolved: No.}}}
# file: playbooks/c.test.yaml
- {name: "fine <&> \"well\"", answers: [{one: yes}], expect: {resolved: one.yes}}
- {name: "not\nfine", answers: [{one: no}], expect: {resolved: one.yes}}
"#;

fn desk(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    for (path, text) in crate::support::split(DESK, "nothing") {
        write(&folder, &format!("support/{path}"), text);
    }
    folder
}

/// The schema is the one that OASIS publishes; its `$id` says where.
#[test]
fn sarif_follows_its_schema_and_says_what_the_check_says() {
    let folder = desk("sarif");
    let schema = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sarif-2.1.0.json"));
    let schema: Value = serde_json::from_slice(&schema.expect("the schema is there")).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let read = |format| -> Value {
        let said = out(&folder, &["--desk", "support", "check", "--format", format], "", 1);
        serde_json::from_str(&said).expect("it is JSON")
    };
    let (sarif, json) = (read("sarif"), read("json"));
    let wrong: Vec<String> =
        schema.iter_errors(&sarif).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // A schema that takes anything proves nothing.
    let mut other = sarif.clone();
    other["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = "one".into();
    assert!(!schema.is_valid(&other));

    let run = &sarif["runs"][0];
    let (results, findings) =
        (run["results"].as_array().expect("a list"), json["findings"].as_array().expect("a list"));
    assert!(results.len() > 4 && results.len() == findings.len());
    let mut prints = std::collections::BTreeSet::new();
    for (result, finding) in results.iter().zip(findings) {
        let place = &result["locations"][0]["physicalLocation"];
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().expect("a number") as usize];
        assert_eq!(
            (&result["ruleId"], &rule["id"], &rule["name"]),
            (&finding["code"], &finding["code"], &finding["name"])
        );
        assert!(rule["help"]["markdown"].as_str().is_some_and(|page| page.starts_with("# ")), "{rule}");
        assert_eq!(result["level"], finding["severity"]);
        let here = (&place["region"]["startLine"], &place["region"]["startColumn"]);
        assert_eq!(here, (&finding["line"], &finding["column"]));
        assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| uri.starts_with("support/playbooks/")));
        let text = result["message"]["text"].as_str().expect("a text");
        let said = [&finding["message"], &finding["help"]].map(|said| said.as_str().expect("a text"));
        assert_eq!(text, said.join("\n"));
        let related = finding["related"].as_array().map_or(0, Vec::len);
        assert_eq!(result["relatedLocations"].as_array().map_or(0, Vec::len), related);
        assert!(prints.insert(result["partialFingerprints"].to_string()), "two findings of one fingerprint");
    }
    assert!(sarif.to_string().contains("support/playbooks/%C3%84%2C%20100%25%3A%20b.yaml"), "{sarif}");

    // A line more above changes places, not fingerprints.
    let path = folder.join("support/playbooks/a.yaml");
    let text = std::fs::read_to_string(&path).expect("it is there");
    write(&folder, "support/playbooks/a.yaml", format!("# A comment.\n{text}"));
    let moved = read("sarif");
    let all = |log: &Value, key: &str| -> Vec<String> {
        log["runs"][0]["results"].as_array().expect("a list").iter().map(|result| result[key].to_string()).collect()
    };
    assert_eq!(all(&moved, "partialFingerprints"), all(&sarif, "partialFingerprints"));
    assert_ne!(all(&moved, "locations"), all(&sarif, "locations"));
}

#[test]
fn github_shows_each_finding_and_failure_beside_its_line() {
    let folder = desk("github");
    let desk = ["--desk", "./support"];
    let said = out(&folder, &[&desk[..], &["check", "--format", "github"]].concat(), "", 1);
    let json = out(&folder, &[&desk[..], &["check", "--format", "json"]].concat(), "", 1);
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(said.lines().count(), json["findings"].as_array().map_or(0, Vec::len), "{said}");
    let tests = out(&folder, &[&desk[..], &["test", "--format", "github"]].concat(), "", 1);
    insta::assert_snapshot!([said, tests].concat());
}

#[test]
fn junit_is_xml_that_counts_what_failed() {
    let folder = desk("junit");
    let said = out(&folder, &["--desk", "support", "test", "--format", "junit"], "", 1);
    let root = Element::parse(&said);
    assert_eq!((root.name.as_str(), root.get("tests"), root.get("failures")), ("testsuites", "3", "2"));
    let suites: Vec<_> = root.children.iter().map(|suite| (suite.get("name"), suite.get("failures"))).collect();
    assert_eq!(suites, [("a", "1"), ("c", "1")]);
    let c = &root.children[1];
    let names: Vec<_> = c.children.iter().map(|case| (case.get("classname"), case.get("name"))).collect();
    assert_eq!(names, [("c", "fine <&> \"well\""), ("c", "not\nfine")]);
    assert_eq!((c.children[1].get("file"), c.children[1].get("line")), ("support/playbooks/c.test.yaml", "2"));
    assert!(c.children[0].children.is_empty());
    let failure = &c.children[1].children[0];
    assert!(
        failure.text.starts_with("support/playbooks/c.test.yaml:2: ") && failure.text.contains("\nit went one: no")
    );
    assert!(failure.text.contains(failure.get("message")), "{failure:?}");
}

/// An element as a strict reader of XML sees it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// The root of a document. Anything that is not well formed panics.
    fn parse(text: &str) -> Self {
        let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("it says what it is");
        let mut open = vec![Self::default()];
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('<') {
            open.last_mut().expect("one is open").text += &unescaped(before);
            let (tag, behind) = behind.split_once('>').expect("a tag ends");
            rest = behind;
            if let Some(name) = tag.strip_prefix('/') {
                let closed = open.pop().expect("one is open");
                assert_eq!(closed.name, name);
                open.last_mut().expect("the root is not closed").children.push(closed);
                continue;
            }
            let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, mut written) = tag.split_once(' ').unwrap_or((tag, ""));
            let mut element = Self { name: name.to_owned(), ..Self::default() };
            while let Some((key, behind)) = written.split_once("=\"") {
                let (value, behind) = behind.split_once('"').expect("a value ends");
                let earlier = element.attributes.insert(key.trim().to_owned(), unescaped(value));
                assert!(earlier.is_none(), "{key} twice");
                written = behind;
            }
            assert_eq!(written.trim(), "");
            match is_empty {
                true => open.last_mut().expect("one is open").children.push(element),
                false => open.push(element),
            }
        }
        assert!(rest.trim().is_empty() && open.len() == 1 && open[0].children.len() == 1, "{rest}");
        open.remove(0).children.remove(0)
    }
}

fn unescaped(text: &str) -> String {
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(['<', '"']) && !text.contains(control), "{text:?}");
    let mut parts = text.split('&');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (name, rest) = part.split_once(';').expect("an entity ends");
        let c = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#10" => '\n',
            other => panic!("&{other};"),
        };
        format!("{text}{c}{rest}")
    })
}
