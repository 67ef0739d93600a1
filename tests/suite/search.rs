//! Search and triage: what is found, what is shown of it, and where to begin.

use firstline::{
    app,
    search::{Index, Query, Reader},
};
use std::path::Path;

fn starter() -> Index {
    app::find::index(&app::starter(), None).expect("it opens")
}

fn query(words: &str) -> Query {
    Query { words: words.to_owned(), ..Query::default() }
}

/// Every sentence of `tests/data/callers.tsv` leads first to its playbook; for self-service too, where it may start it.
#[test]
fn what_callers_say_leads_to_the_playbook() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/callers.tsv");
    let text = std::fs::read_to_string(path).expect("it is there");
    let desk = app::starter();
    let index = starter();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let (sentence, wanted) = line.split_once('\t').expect("a sentence and a playbook");
        let playbook = desk.playbooks.get(wanted).unwrap_or_else(|| panic!("there is no playbook `{wanted}`"));
        let readers = [Reader::Staff].into_iter().chain(playbook.audience.self_service.then_some(Reader::SelfService));
        for reader in readers {
            let triage = index.triage(reader, &query(sentence));
            let ids: Vec<_> = triage.playbooks.iter().map(|one| format!("{} {:.2}", one.id, one.confidence)).collect();
            println!("{reader:?} {} `{sentence}`: {ids:?} {}", if triage.sure { "sure" } else { "asks" }, wanted);
            if triage.playbooks.first().map(|first| first.id.as_str()) != Some(wanted) {
                wrong.push(format!("{reader:?} `{sentence}` -> {ids:?}, not `{wanted}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_playbook_is_about_starts_none() {
    let index = starter();
    for words in ["what is on the canteen menu today", "how many days of leave do I have left", "asdfgh", "", "the"] {
        let triage = index.triage(Reader::Staff, &query(words));
        assert!(!triage.sure, "`{words}` -> {:?}", triage.playbooks);
    }
}
