//! Triage: how often what callers say leads to the right playbook, and how often it is sure of the wrong one.

use firstline::{
    app,
    language::Language,
    search::sentences::{Said, Sentence, Summary, ask, leave_one_out, load},
};
use std::path::Path;

/// The sentences of one half; constants of triage were chosen on the first, but for the curve, which is fitted to both.
fn half(second: bool) -> Vec<Said> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/triage/triage.tsv");
    let mut sentences = load(&path).expect("it can be read");
    // FNV-1a of the words: which half has nothing to do with the playbook.
    let hash = |text: &str| {
        text.bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    };
    sentences.retain(|sentence| (hash(&sentence.text) >> 32) % 2 == u64::from(second));
    let index = app::find::index(&app::starter(), Language::ENGLISH, None).expect("it opens");
    ask(&index, &sentences)
}

#[test]
fn what_callers_say_is_understood_or_asked_about() {
    for (second, least) in [(false, 0.86), (true, 0.81)] {
        let said = half(second);
        let summary = Summary::of(&said);
        for said in said.iter().filter(|said| !said.is_right() && (said.sure || !said.playbooks.is_empty())) {
            println!("{said:?}");
        }
        println!("{summary:?}");
        let share = |part: usize, of: usize| part as f32 / of as f32;
        assert!(share(summary.first, summary.meant) >= least, "too seldom the first is right");
        assert!(share(summary.sure, summary.sentences) >= 0.25, "it asks too often");
        assert!(share(summary.right_and_sure, summary.sure) >= 0.96, "sure and wrong too often");
        assert_eq!(summary.none_and_sure, 0, "sure of what no playbook is about");
    }
}

#[test]
fn sentences_about_the_same_lead_to_each_other() {
    let sentence = |(text, playbook): (&str, &str)| Sentence { text: text.into(), playbooks: vec![playbook.into()] };
    let sentences: Vec<_> = [
        ("how do I upgrade from one release to the next", "upgrade"),
        ("upgrade to the newest release", "upgrade"),
        ("can I upgrade two releases at once", "upgrade"),
        ("how do I shut down from the terminal", "shutdown"),
        ("shutdown at a certain time", "shutdown"),
        ("a shortcut to shut down the computer", "shutdown"),
    ]
    .map(sentence)
    .into();
    let said = leave_one_out(Language::ENGLISH, &sentences).expect("indexes open");
    assert_eq!(Summary::of(&said).first, sentences.len(), "{said:#?}");
}
