//! Logs say what happened to which case, and nothing that a person said.

use crate::server::{Folder, Server};

const DESK: &str = "
name: Test desk
tiers:
  - {id: tier-1, level: 1}
  - {id: tier-2, level: 2, deliver: [nobody]}
connectors:
  nobody: {use: webhook, url: \"http://127.0.0.1:9/in\", secret: {env: FIRSTLINE_TEST_SECRET}}
";
const PLAYBOOK: &str = "
title: A question
symptoms: [one]
start: ask
facts:
  model: {type: text}
steps:
  ask: {ask: Which model is it?, save: model, then: on}
  on: {ask: Is it on?, answers: {yes: done, no: up}}
  up: {escalate: It stays dark., to: tier-2}
  done: {resolve: It works.}
";

#[test]
fn no_words_names_or_contacts_are_in_a_log() {
    let folder = Folder::new();
    folder.write(&[("desk/desk.yaml", DESK), ("desk/playbooks/question.yaml", PLAYBOOK)]);
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    let secret = "xyzzy-secret";
    let environment = [("FIRSTLINE_LOG", "debug"), ("FIRSTLINE_TEST_SECRET", secret)];
    let server = Server::start_with(&data, Some(&desk), &[], &environment);
    let mut ann = server.visitor();
    let said = ["xyzzy-words", "Xyzzy Name", "xyzzy@example.com", "xyzzy-model", "xyzzy-note", "xyzzy-why"];
    let [words, name, contact, model, note, why] = said;
    let fields = [("words", words), ("name", name), ("contact", contact), ("playbook", "question")];
    let page = ann.submit("/cases", &fields);
    let run = page.body.split("runs&#x2f;").nth(1).and_then(|rest| rest.get(..32)).expect("a run").to_owned();
    let answer = format!("/cases/1001/runs/{run}/answer");
    let page = ann.submit(&answer, &[("position", &page.field("position")), ("value", model)]);
    assert!(page.body.contains("Is it on?"), "{}", page.body);
    // Refusals have their own words: an answer that there is none of, a position that is past.
    assert_ne!(ann.post(&answer, &[("position", "0000"), ("answer", "xyzzy-answer")]).status, 303);
    assert_eq!(ann.post("/cases/1001/note", &[("text", note)]).status, 303);
    assert_ne!(ann.post("/cases/1001/hand-on", &[("to", "xyzzy-tier"), ("why", why)]).status, 303);
    assert_eq!(ann.post(&answer, &[("position", &page.field("position")), ("answer", "no")]).status, 303);
    assert!(server.stop());
    let log = std::fs::read_to_string(data.with_extension("log")).expect("there is a log");
    assert!(log.contains("/cases/{number}/runs/{run}/answer"), "requests are in it: {log}");
    assert!(!log.to_lowercase().contains("xyzzy"), "{log}");
}
