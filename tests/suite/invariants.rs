//! The numbered invariants of `lib.rs`: 2, 3, 4 and 6. The first is `hostile.rs`'s, the fifth `guarantee.rs`'s.

use crate::{
    driver::{input, say, shape, start},
    generator::{self, Random},
    support::{desk, shown, split},
};
use firstline::{
    id::RunId,
    playbook::Program,
    run::{Audience, CaseInfo, Event, Input, Run, Said, View},
};
use std::sync::Arc;

/// Random runs: `check` gets each after a dozen inputs, as it began, and what to print if it is wrong.
fn each_run(desks: u64, mut check: impl FnMut(&mut Random, Run, Run, &str)) {
    for seed in 0..desks {
        let random = &mut Random::new(seed + 300);
        let shape = shape(random);
        let files = generator::desk(random, &shape);
        let desk = desk(&files);
        for id in desk.playbooks.keys() {
            let Some(program) = desk.program(id).map(Arc::new) else { continue };
            let fresh = start(random, &desk, id, &program);
            let mut run = fresh.clone();
            for _ in 0..12 {
                let input = input(random, &run);
                say(&mut run, &input);
            }
            let told = format!("seed {seed}, playbook {id}\n{:#?}\n{}", run.entries, shown(&files));
            check(random, run, fresh, &told);
        }
    }
}

fn shows(run: &Run) -> String {
    let case = CaseInfo::default();
    format!("{:?} {:?} {:?} {}", run.view(&case), run.path(&case), run.known(), run.position())
}

/// Invariant 2.
#[test]
fn the_walk_is_pure() {
    each_run(60, |_, run, _, told| {
        let walk = || format!("{:?}", firstline::run::walk(&run.program, run.book(), None));
        assert_eq!(walk(), walk(), "{told}");
    });
}

/// Invariant 3.
#[test]
fn a_run_keeps_its_program() {
    let playbook = |text: &str| {
        split(
            &format!(
                "title: A\nsymptoms: [a]\nstart: a\nsteps:\n  a:\n    ask: {text}\n    answers: {{yes: {{resolve: Done.}}, no: {{escalate: Not done.}}}}\n"
            ),
            "playbooks/example.yaml",
        )
    };
    let program = |text: &str| Arc::new(desk(&playbook(text)).program("example").expect("it can be run"));
    let (old, same, new) = (program("Old?"), program("Old?"), program("New?"));
    assert_eq!(old.hash, same.hash);
    assert_ne!(old.hash, new.hash);
    let run = Run::start(RunId::mint(), old, Audience::Agent, "tier-1".into(), &[]).expect("nothing is refused");
    drop(new);
    let View::Prompt(prompt) = run.view(&CaseInfo::default()) else { panic!("it stands at its question") };
    assert_eq!(prompt.text, "Old?");
}

/// Invariant 3: the hash covers callees and the desk's facts that are read, and nothing else.
#[test]
fn the_hash_covers_what_the_run_depends_on() {
    let base = "title: A\nsymptoms: [a]\nstart: a\nsteps:\n  a:\n    call: b\n    resolved: {resolve: Done.}\n# file: playbooks/b.yaml\ntitle: B\naudience: []\nstart: b\nsteps:\n  b:\n    resolve: On {{ os }}.\n# file: desk.yaml\nfacts:\n  os: {ask: Which?, choices: [one, two]}\n  other: {ask: What?, type: text}\n";
    let hash =
        |text: &str| desk(&split(text, "playbooks/example.yaml")).program("example").expect("it can be run").hash;
    assert_ne!(hash(base), hash(&base.replace("On {{ os }}", "With {{ os }}")));
    assert_ne!(hash(base), hash(&base.replace("[one, two]", "[one, two, three]")));
    assert_eq!(hash(base), hash(&base.replace("What?", "What else?")));
}

/// Invariant 4: back, and the same answer again, is as if nothing had been.
#[test]
fn back_equals_never_having_answered() {
    let mut tried = 0;
    each_run(150, |random, mut run, _, told| {
        let moves =
            |event: &Event| matches!(event, Event::Answered { .. } | Event::Changed { .. } | Event::WentBack { .. });
        let moved = run.entries.iter().rev().find(|entry| moves(&entry.event));
        let is_back = moved.is_some_and(|entry| matches!(entry.event, Event::WentBack { .. }));
        let path = run.path(&CaseInfo::default());
        if path.is_empty() || run.handed_over().is_some() || is_back {
            return;
        }
        tried += 1;
        let before = shows(&run);
        let by = 1 + random.below(path.len());
        let line = &path[path.len() - by];
        assert!(say(&mut run, &Input::Back(by)), "{told}");
        let View::Prompt(prompt) = run.view(&CaseInfo::default()) else { panic!("back leads to a prompt: {told}") };
        assert_eq!((&prompt.at, prompt.visit), (&line.at, line.visit), "{told}");
        assert_eq!(prompt.held.as_ref(), Some(&line.said), "{told}");
        assert_eq!(run.path(&CaseInfo::default()).len(), path.len() - by, "{told}");
        assert!(say(&mut run, &Input::Say(line.said.clone())), "{told}");
        assert_eq!(shows(&run), before, "{told}");
    });
    assert!(tried > 100, "{tried}");
}

/// Invariant 4: the recorded entries, read back from JSON, lead a fresh run to the same place.
#[test]
fn replay_equals_live() {
    each_run(150, |_, run, mut again, told| {
        let text = serde_json::to_string(&run.entries).expect("entries are plain data");
        let entries: Vec<firstline::run::Entry> = serde_json::from_str(&text).expect("they are read back");
        assert_eq!(entries, run.entries, "{told}");
        for entry in entries {
            again.record(entry).unwrap_or_else(|refused| panic!("{refused:?}: {told}"));
        }
        assert_eq!(shows(&run), shows(&again), "{told}");
    });
}

/// Invariant 6.
#[test]
fn texts_run_with_nothing_but_values() {
    for text in [
        "{% for x in [1] %}{% endfor %}",
        "{{ [0]*100000000 }}",
        "{{ range(9) }}",
        "{{ 1/0 }}",
        "{{ os.path }}",
        "{{ debug() }}",
        "{# x #}",
        "{{ os|safe }}",
    ] {
        let files = split(
            &format!("title: A\nsymptoms: [a]\nstart: a\nsteps:\n  a:\n    resolve: |\n      {text}\n"),
            "playbooks/example.yaml",
        );
        let desk = desk(&files);
        assert!(
            desk.findings.iter().any(|finding| matches!(finding.rule.name, "malformed_text" | "text_block")),
            "{text}"
        );
        assert!(desk.program("example").is_none(), "{text}");
    }
}

/// What a person typed is shown as text, never as markup, wherever a text prints it.
#[test]
fn a_value_is_not_markup() {
    let files = split(
        "title: A\nsymptoms: [a]\nstart: a\nfacts:\n  name: {ask: Which name?, type: text}\nsteps:\n  a:\n    resolve: Dear {{ name }}.\n",
        "playbooks/example.yaml",
    );
    let program: Arc<Program> = Arc::new(desk(&files).program("example").expect("it can be run"));
    let mut run =
        Run::start(RunId::mint(), program, Audience::Agent, "tier-1".into(), &[]).expect("nothing is refused");
    assert!(say(&mut run, &Input::Say(Said::Value("[x](javascript:alert(1)) **b** <i>\u{1b}[31m".into()))));
    let View::Outcome(outcome) = run.view(&CaseInfo::default()) else { panic!("it has ended") };
    assert_eq!(outcome.text.as_deref(), Some("Dear \\[x\\](javascript:alert(1)) \\*\\*b\\*\\* \\<i\\>\u{fffd}\\[31m."));
}

/// The same answer at the same position is a success, however it was spelt; another one there is refused.
#[test]
fn a_repeated_answer_is_known_by_its_meaning() {
    let files = split(
        "title: A\nsymptoms: [a]\nstart: a\nfacts:\n  name: {ask: Which name?, type: text}\nsteps:\n  a:\n    resolve: Dear {{ name }}.\n",
        "playbooks/example.yaml",
    );
    let program = Arc::new(desk(&files).program("example").expect("it can be run"));
    let mut run =
        Run::start(RunId::mint(), program, Audience::Agent, "tier-1".into(), &[]).expect("nothing is refused");
    let token = run.position();
    let mut again = |words: &str| {
        let input = Input::Say(Said::Value(words.into()));
        run.take(&input, Some(&token), jiff::Timestamp::UNIX_EPOCH, "somebody").map_err(|refused| refused.why)
    };
    assert_eq!(again(" x "), Ok(true));
    assert_eq!(again(" x "), Ok(false));
    assert_eq!(again("x"), Ok(false));
    assert!(again("y").is_err());
}

/// A playbook that comes back to itself is not linked, so that no run nests ten thousand frames.
#[test]
fn a_playbook_that_calls_itself_is_not_linked() {
    let call = |other: &str| {
        format!(
            "title: A\nsymptoms: [a]\nstart: a\nsteps:\n  a:\n    call: {other}\n    resolved: {{resolve: Done.}}\n"
        )
    };
    let ring = desk(&split(&format!("{}# file: playbooks/b.yaml\n{}", call("b"), call("a")), "playbooks/a.yaml"));
    assert!(ring.program("a").is_none() && ring.program("b").is_none());
}
