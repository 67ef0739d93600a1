//! `diff`: each kind of edit says the right thing, wording never counts as flow, and what changes a run always does.

use crate::{
    cli::{failure, out},
    driver::{answer, say, shape, value},
    generator::{self, Random},
    revision::Repository,
    support::{Files, desk, shown, split},
};
use firstline::{
    app,
    compare::{Change, Comparison, Weight, compare},
    desk::Desk,
    diagnostic::Span,
    id::RunId,
    playbook::flow::{Node, Options},
    run::{Audience, CaseInfo, Input, Run, View},
    template::Text,
};
use serde_json::Value;
use std::{fmt::Write, sync::Arc};

/// What the edits are made to.
const BASE: &str = r#"name: Corner desk
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1}
  - {id: tier-2, level: 2, teams: [hardware, network]}
  - {id: tier-3, level: 3}
routes:
  - {when: category == "printers" and reason == "not-resolved", to: tier-2, team: hardware}
facts:
  os: {ask: Which system is it?, choices: {windows: Windows, macos: macOS}}
# file: kb/clear-error.md
---
title: Clear an error
audience: [self-service, agent]
---

Open the lid.

## Paper

Take the *paper* out.

## Toner

Shake it.
# file: playbooks/printer.yaml
title: Printer
summary: A printer that prints nothing.
audience: [self-service, agent]
category: printers
symptoms: [nothing comes out, my printer is dead]
owner: endpoint
review_by: 2027-05-01
start: lights

facts:
  connection:
    ask: How is it connected?
    choices: {usb: USB cable, network: Network}
  pages: {type: number, min: 1, max: 50}

steps:
  lights:
    ask: Is the printer switched on?
    tip: Keep them at the printer.
    answers:
      yes: count
      no: power-on
      error-light: {label: It shows an error light, goto: clear-error}

  power-on:
    do: |
      Press the power button,
      and wait.
    verify: Is it ready?
    minutes: 2
    worked: count
    failed: dead

  clear-error:
    do: Open the lid, and close it.
    verify: Is the light off?
    article: clear-error
    worked: lights
    failed: dead
    visits: {max: 2, then: {escalate: The light comes back., to: tier-2, team: hardware}}

  count:
    ask: How many pages are waiting?
    save: pages
    then: route
    stuck: route

  route:
    branch:
      - {if: connection == "network" and os == "windows", goto: fixes}
      - {if: connection == "usb", goto: driver}
    else: fixes
    unknown: dead

  fixes:
    try:
      restart:
        do: Restart the spooler.
        minutes: 1
        chance: 0.4
      power-cycle:
        if: os == "windows"
        do: Switch it off and on.
        minutes: 2
        chance: 0.3
      cable:
        do: Change the cable.
        chance: 0.1
    verify: Does a test page print?
    worked: done
    exhausted: driver

  driver:
    call: driver
    with: {system: {fact: os}, quick: yes}
    resolved: done
    not_resolved: setup

  setup:
    tasks:
      unplug: {do: Unplug it., verify: Is it unplugged?}
      reset: {do: Reset it., verify: Is it reset?, minutes: 5}
    done: done
    failed: dead
    stuck: dead

  done:
    resolve: It prints again on {{ os }}.
    code: P1

  dead:
    escalate: It does not become ready.
    tell: A colleague will come.
    to: tier-2
    team: hardware
    priority: normal
# file: playbooks/printer.test.yaml
- name: it was only off
  answers: [{lights: no}, {power-on: worked}, {count: stuck}, {connection: stuck}, {os: windows}]
  expect: {escalated: dead}
- name: an error light that goes away
  answers: [{lights: error-light}, {clear-error: failed}]
  expect: {escalated: dead, to: tier-2}
# file: playbooks/printer.de.yaml
steps:
  lights:
    ask: {of: aaaaaaaa, text: Läuft er?}
    tip: {of: aaaaaaaa, text: Beim Drucker bleiben.}
# file: kb/clear-error.de.md
---
title: Einen Fehler beheben
---

Den Deckel öffnen.
# file: playbooks/driver.yaml
title: Driver
audience: []
start: look
facts:
  system: {type: text}
  quick: {type: yes-no}
steps:
  look:
    ask: Is the driver there on {{ system }}?
    answers: {yes: {resolve: It was there.}, no: fetch}
  fetch:
    branch: [{if: quick, goto: bad}]
    else: bad
    unknown: bad
  bad: {not_resolved: There is none.}
"#;

/// What is edited, and how: `old => new`, several lines with `\n`; the first file that has it.
const EDITS: &[(&str, &[(&str, &str)])] = &[
    ("a comment", &[("start: lights", "# first\nstart: lights # the lamp")]),
    (
        "quotes and line breaks of YAML",
        &[("ask: Is the printer switched on?", "ask: \"Is the printer\n      switched on?\"")],
    ),
    (
        "Markdown that shows the same",
        &[
            ("Take the *paper* out.", "Take the\n_paper_ out."),
            ("      Press the power button,\n      and wait.", "      Press the power button, and\n      wait."),
        ],
    ),
    (
        "a condition in other words",
        &[("connection == \"network\" and os == \"windows\"", "(connection == 'network') and (os == 'windows')")],
    ),
    ("the wording of a question", &[("Is the printer switched on?", "Is the printer on?")]),
    (
        "the wording of a text further down",
        &[("and wait.\n", "and wait, for a minute and a half or so; it is an old one.\n")],
    ),
    ("a tip", &[("    tip: Keep them at the printer.\n", "")]),
    ("an article at a step", &[("    article: clear-error\n", "")]),
    ("minutes that reorder nothing", &[("    minutes: 2\n    worked", "    minutes: 3\n    worked")]),
    ("a title of a step", &[("  count:\n", "  count:\n    title: Pages\n")]),
    ("an answer's label", &[("label: It shows an error light", "label: It flashes")]),
    ("an answer's order", &[("      yes: count\n      no: power-on\n", "      no: power-on\n      yes: count\n")]),
    ("a target", &[("goto: clear-error", "goto: dead")]),
    ("a target that becomes an ending in place", &[("yes: count", "yes: {resolve: It is on.}")]),
    ("a target that is no step", &[("yes: count", "yes: cuont")]),
    (
        "an answer added",
        &[("      no: power-on\n", "      no: power-on\n      smoke: {label: It smokes, goto: dead}\n")],
    ),
    ("an answer removed", &[("      error-light: {label: It shows an error light, goto: clear-error}\n", "")]),
    (
        "an answer renamed",
        &[(
            "error-light: {label: It shows an error light,",
            "red: {was: [error-light], label: It shows an error light,",
        )],
    ),
    ("a way for the stuck", &[("    verify: Is it ready?\n", "    verify: Is it ready?\n    stuck: dead\n")]),
    ("no way for the stuck", &[("    then: route\n    stuck: route\n", "    then: route\n")]),
    (
        "a step added",
        &[
            ("yes: count", "yes: paper"),
            ("  power-on:\n", "  paper:\n    say: Put some paper in.\n    then: count\n\n  power-on:\n"),
        ],
    ),
    (
        "a step removed",
        &[
            ("      error-light: {label: It shows an error light, goto: clear-error}\n", ""),
            (
                "  clear-error:\n    do: Open the lid, and close it.\n    verify: Is the light off?\n    article: clear-error\n    worked: lights\n    failed: dead\n    visits: {max: 2, then: {escalate: The light comes back., to: tier-2, team: hardware}}\n\n",
                "",
            ),
        ],
    ),
    ("a step renamed", &[("  power-on:\n", "  switch-on:\n    was: [power-on]\n"), ("no: power-on", "no: switch-on")]),
    ("a step renamed without a word", &[("  power-on:\n", "  switch-on:\n"), ("no: power-on", "no: switch-on")]),
    (
        "a step of another kind",
        &[(
            "    resolve: It prints again on {{ os }}.\n    code: P1",
            "    not_resolved: It prints again on {{ os }}.",
        )],
    ),
    ("a step for staff alone", &[("  power-on:\n", "  power-on:\n    audience: agent\n")]),
    ("more visits", &[("visits: {max: 2,", "visits: {max: 3,")]),
    (
        "no limit of visits",
        &[("    visits: {max: 2, then: {escalate: The light comes back., to: tier-2, team: hardware}}\n", "")],
    ),
    ("a text that reads another fact", &[("Restart the spooler.", "Restart the spooler ({{ connection }}).")]),
    ("a condition", &[("if: connection == \"usb\"", "if: connection == \"usb\" and pages > 3")]),
    ("a condition less", &[("      - {if: connection == \"usb\", goto: driver}\n", "")]),
    (
        "the order of conditions",
        &[(
            "      - {if: connection == \"network\" and os == \"windows\", goto: fixes}\n      - {if: connection == \"usb\", goto: driver}\n",
            "      - {if: connection == \"usb\", goto: driver}\n      - {if: connection == \"network\" and os == \"windows\", goto: fixes}\n",
        )],
    ),
    ("where `else` leads", &[("else: fixes", "else: driver")]),
    ("a better chance that reorders", &[("chance: 0.3", "chance: 0.9")]),
    ("a better chance that reorders nothing", &[("chance: 0.3", "chance: 0.35")]),
    (
        "an item added",
        &[("      cable:\n", "      paper:\n        do: Put paper in.\n        chance: 0.2\n      cable:\n")],
    ),
    ("an item removed", &[("      cable:\n        do: Change the cable.\n        chance: 0.1\n", "")]),
    ("an item's condition", &[("if: os == \"windows\"", "if: os == \"macos\"")]),
    ("an item's text", &[("Change the cable.", "Take another cable.")]),
    ("a verify that items share", &[("Does a test page print?", "Did it print?")]),
    ("where failed tasks lead", &[("    failed: dead\n    stuck: dead\n", "    failed: driver\n    stuck: dead\n")]),
    ("what a call gives", &[("quick: yes", "quick: no")]),
    ("another callee", &[("call: driver", "call: printer")]),
    ("a callee's flow", &[("no: fetch", "no: bad")]),
    ("a callee's wording", &[("There is none.", "There is none for it.")]),
    (
        "an ending's destination",
        &[(
            "    to: tier-2\n    team: hardware\n    priority: normal",
            "    to: tier-2\n    team: network\n    priority: high",
        )],
    ),
    ("what the caller is told", &[("tell: A colleague will come.", "tell: Somebody will call.")]),
    ("a closing code", &[("code: P1", "code: P2")]),
    ("who may start it", &[("audience: [self-service, agent]\ncategory", "audience: [agent]\ncategory")]),
    ("whose script it is", &[("category: printers\nsymptoms", "category: printers\ntier: tier-2\nsymptoms")]),
    ("where it starts", &[("start: lights", "start: power-on")]),
    (
        "symptoms, owner, review",
        &[(
            "my printer is dead]\nowner: endpoint\nreview_by: 2027-05-01",
            "no page comes]\nowner: hardware\nreview_by: 2028-05-01",
        )],
    ),
    ("a fact's choice", &[("network: Network}", "network: Network, parallel: A wide plug}")]),
    ("a fact's label", &[("usb: USB cable", "usb: A USB cable")]),
    ("a fact's range", &[("max: 50", "max: 500")]),
    ("a fact's type", &[("pages: {type: number, min: 1, max: 50}", "pages: {type: text}")]),
    ("a fact of the desk", &[("macos: macOS}", "macos: macOS, linux: Linux}")]),
    ("the wording of a fact of the desk", &[("Which system is it?", "Which system do you use?")]),
    ("the desk's routes", &[("to: tier-2, team: hardware}\nfacts", "to: tier-3}\nfacts")]),
    ("a part of an article", &[("Shake it.", "Shake it well.")]),
    (
        "an article's readers",
        &[("title: Clear an error\naudience: [self-service, agent]", "title: Clear an error\naudience: [agent]")],
    ),
    (
        "texts in another language",
        &[("text: Läuft er?", "text: Ist er an?"), ("Den Deckel öffnen.", "Den Deckel aufmachen.")],
    ),
    ("a playbook that cannot be read", &[("title: Driver\n", "title: [Driver\n")]),
];

fn base() -> Files {
    split(BASE, "desk.yaml")
}

fn edited(edits: &[(&str, &str)]) -> Files {
    let mut files = base();
    for (old, new) in edits {
        let file =
            files.iter_mut().find(|(_, text)| text.contains(old)).unwrap_or_else(|| panic!("nothing has {old:?}"));
        file.1 = file.1.replacen(old, new, 1);
    }
    files
}

fn lines(comparison: &Comparison) -> String {
    let mut out = String::new();
    let mut put = |id: &str, changes: &[Change]| {
        for change in changes {
            let weight = format!("{:?}", change.weight).to_lowercase();
            let _ = writeln!(out, "  {weight} {id}: {change}");
        }
    };
    put("desk.yaml", &comparison.desk);
    comparison.playbooks.iter().for_each(|changed| put(&changed.id, &changed.changes));
    comparison.articles.iter().for_each(|changed| put(&format!("kb {}", changed.id), &changed.changes));
    if out.is_empty() { "  nothing\n".to_owned() } else { out }
}

#[test]
fn each_kind_of_edit_says_the_right_thing() {
    let old = desk(&base());
    let mut all = String::new();
    for (name, edits) in EDITS {
        let new = desk(&edited(edits));
        let _ = writeln!(all, "{name}\n{}", lines(&compare(&old, &new)));
    }
    insta::assert_snapshot!("edits", all);
}

#[test]
fn files_that_come_go_and_move() {
    let files = base();
    let (old, mut all) = (desk(&files), String::new());
    let mut say = |name: &str, files: Files| {
        let _ = writeln!(all, "{name}\n{}", lines(&compare(&old, &desk(&files))));
    };
    let moved = |from: &str, to: &str| -> Files {
        files.iter().map(|(path, text)| (path.replace(from, to), text.clone())).collect()
    };
    say("a playbook in another folder", moved("playbooks/driver", "playbooks/devices/driver"));
    say("a playbook renamed", moved("playbooks/driver", "playbooks/install-driver"));
    say("an article renamed without its earlier id", moved("kb/clear", "kb/mend"));
    say("a playbook removed", files.iter().filter(|(path, _)| !path.contains("driver")).cloned().collect());
    let mut more = files.clone();
    more.push(("playbooks/other.yaml".into(), "title: Other\nstart: a\nsteps: {a: {resolve: Done.}}\n".into()));
    more.push(("kb/other.md".into(), "# Other\n\nText.\n".into()));
    say("a playbook and an article added", more);
    insta::assert_snapshot!("files", all);
}

/// Each playbook of the starter desk with what it calls, without the articles.
fn starters() -> Vec<(String, Files)> {
    let starter = app::starter();
    let text = |path: &str| {
        let source = starter.sources.0.iter().find(|source| source.path == path).expect("it is there");
        (path.to_owned(), source.text.to_string())
    };
    let of = |id: &String| {
        let program = starter.program(id).expect("it can be run");
        let units = program.units.iter().map(|unit| text(&starter.source(&starter.playbooks[&*unit.id]).path));
        (id.clone(), units.chain([text("desk.yaml")]).collect())
    };
    starter.playbooks.keys().map(of).collect()
}

/// The files with a part of a playbook's replaced.
fn replaced(files: &Files, path: &str, at: Span, new: &str) -> Files {
    let mut files = files.clone();
    let text = &mut files.iter_mut().find(|(known, _)| known == path).expect("it is there").1;
    text.replace_range(at.start as usize..at.end as usize, new);
    files
}

#[test]
fn wording_never_counts_as_flow() {
    let mut tried = 0;
    for (id, files) in starters() {
        let old = desk(&files);
        let playbook = &old.playbooks[&id];
        let source = old.source(playbook);
        let mut texts: Vec<Span> = playbook.title.iter().chain(&playbook.summary).map(|text| text.span).collect();
        let mut add = |text: &Text| texts.push(text.source.span);
        for node in &playbook.flow.nodes {
            match node {
                Node::Prompt(prompt) => {
                    add(&prompt.text);
                    prompt.verify.iter().chain(&prompt.tip).for_each(|text| add(text));
                    if let Options::Choices(choices) = &prompt.options {
                        let written = choices.iter().filter(|choice| choice.label.source.span != choice.id.span);
                        written.for_each(|choice| add(&choice.label));
                    }
                }
                Node::End(end) => std::iter::once(&end.text).chain(&end.tell).for_each(&mut add),
                _ => {}
            }
        }
        playbook.flow.facts.list.iter().filter_map(|fact| fact.ask.as_ref()).for_each(&mut add);
        texts.retain(|span| span.file == playbook.file && span.end > span.start);
        texts.sort_by_key(|span| span.start);
        texts.dedup();
        // One of three says enough.
        for span in texts.into_iter().step_by(3) {
            // A word of it gets longer; not the name of a fact.
            let text = &source.text[span.start as usize..span.end as usize];
            let plain = text.find("{{").map_or(text, |at| &text[..at]);
            let Some(at) = plain.find(|c: char| c.is_ascii_alphabetic()) else { continue };
            let at = Span { start: span.start + at as u32, end: span.start + at as u32, ..span };
            let new = desk(&replaced(&files, &source.path, at, "Very"));
            let found = compare(&old, &new);
            let counts = (found.count(Weight::Flow), found.count(Weight::Metadata), found.count(Weight::Wording) > 0);
            assert_eq!(counts, (0, 0, true), "{id}: {text:?}: {}", lines(&found));
            tried += 1;
        }
    }
    println!("diff: {tried} wordings");
    assert!(tried > 150, "{tried}");
}

/// The lines of a text in pieces that begin with a line of this indentation, in the opposite order.
fn reversed(text: &str, indentation: usize) -> String {
    let mut pieces: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let own = line.len() - line.trim_start().len();
        let begins = own == indentation && !line.trim().is_empty() && !line.trim_start().starts_with('#');
        if begins || pieces.is_empty() {
            pieces.push(String::new());
        }
        pieces.last_mut().expect("one was put there").push_str(line);
    }
    pieces.iter().rev().map(|piece| format!("{}\n", piece.trim_end_matches('\n'))).collect()
}

#[test]
fn the_order_of_a_file_is_nothing() {
    for (id, mut files) in starters() {
        let old = desk(&files);
        let path = &old.source(&old.playbooks[&id]).path;
        let text = &mut files.iter_mut().find(|(known, _)| known == path).expect("it is there").1;
        let (head, steps) = text.split_once("\nsteps:\n").expect("its steps come last");
        let (head, steps) = (format!("{head}\n"), reversed(steps, 2));
        let turned = format!("steps:\n{steps}{}", reversed(&head, 0));
        assert_ne!(*text, turned);
        *text = turned;
        let new = desk(&files);
        assert!(new.program(&id).is_some(), "{id}: {}", shown(&files));
        assert_eq!(compare(&old, &new), Comparison::default(), "{id}");
    }
}

#[test]
fn a_target_that_changed_is_named_with_its_step() {
    let mut tried = 0;
    for (id, files) in starters() {
        let old = desk(&files);
        let playbook = &old.playbooks[&id];
        let path = &old.source(playbook).path;
        for step in &playbook.flow.steps {
            let ways = playbook.flow.ways_of(step).into_iter().filter(|way| !way.written.value.is_empty());
            for way in ways.step_by(2) {
                let other = playbook.flow.steps.iter().find(|other| other.id.value != way.written.value);
                let other = &other.expect("there are several steps").id.value;
                let found = compare(&old, &desk(&replaced(&files, path, way.written.span, other)));
                let named = found.playbooks.iter().find(|changed| changed.id == id).is_some_and(|changed| {
                    let of_step = |change: &Change| change.at.split(['/', '.']).next() == Some(&step.id.value);
                    changed.changes.iter().any(|change| of_step(change) && change.weight == Weight::Flow)
                });
                assert!(named, "{id}: {}.{} to {other}: {}", step.id.value, way.name, lines(&found));
                tried += 1;
            }
        }
    }
    println!("diff: {tried} targets");
    assert!(tried > 150, "{tried}");
}

/// Where a run stands at each prompt and what it may be answered there, and how it ends.
fn course(desk: &Desk, id: &str, seed: u64, alone: bool, facts: &[(String, String)]) -> Option<Vec<String>> {
    let random = &mut Random::new(seed);
    let program = Arc::new(desk.program(id)?);
    let (audience, tier) = match alone {
        true => (Audience::SelfService, "self-service"),
        false => (Audience::Agent, desk.tier_of(&desk.playbooks[id])),
    };
    let Ok(mut run) = Run::start(RunId::mint(), program, audience, tier.to_owned(), facts) else {
        // What the case knows does not fit the desk any more.
        return None;
    };
    let mut course = Vec::new();
    for _ in 0..60 {
        match run.view(&CaseInfo::default()) {
            View::Prompt(mut prompt) => {
                // In what order answers are shown is wording.
                prompt.choices.sort_by_key(|choice| (choice.id == "stuck", choice.id.clone()));
                let said = answer(random, &prompt);
                let choices: Vec<&str> = prompt.choices.iter().map(|choice| choice.id.as_str()).collect();
                course.push(format!("{} {choices:?} {said:?}", prompt.at));
                if !say(&mut run, &Input::Say(said)) {
                    course.push("refused".to_owned());
                    break;
                }
            }
            View::Outcome(outcome) => {
                let (to, team, priority) = (&outcome.to, &outcome.team, &outcome.priority);
                course.push(format!(
                    "{:?} {:?} {} {to:?} {team:?} {priority:?}",
                    outcome.ending, outcome.reason, outcome.at
                ));
                break;
            }
        }
    }
    Some(course)
}

/// An edit as it happens: a line goes, changes places with the next, or a number or a word in it becomes another.
fn edit(random: &mut Random, files: &Files) -> Files {
    let mut files = files.clone();
    let at = random.below(files.len());
    let mut lines: Vec<String> = files[at].1.lines().map(str::to_owned).collect();
    let n = random.below(lines.len());
    match random.below(5) {
        0 => drop(lines.remove(n)),
        1 if n + 1 < lines.len() => lines.swap(n, n + 1),
        2 => lines[n] = lines[n].replace("==", "!=").replace(" and ", " or ").replace("max: 2", "max: 1"),
        3 => lines[n] = lines[n].replace(['1', '2', '3'], "4").replace("yes", "no"),
        _ => {
            // A target, mostly: a word that stands last in another line of the file.
            let word = |line: &str| line.trim_end_matches('}').rsplit(' ').next().unwrap_or_default().to_owned();
            let (mine, other) = (word(&lines[n]), word(&lines[random.below(lines.len())]));
            if !mine.is_empty() && !other.contains(['"', ':', '[', '{']) {
                lines[n] = lines[n].replace(&mine, &other);
            }
        }
    }
    files[at].1 = lines.join("\n") + "\n";
    files
}

#[test]
fn what_changes_a_run_is_flow() {
    let (mut edits, mut changed, mut calm) = (0, 0, 0);
    for seed in 0..100 {
        let random = &mut Random::new(seed + 7_000);
        let shape = shape(random);
        let files = generator::desk(random, &shape);
        let old = desk(&files);
        for _ in 0..4 {
            let after = edit(random, &files);
            let new = desk(&after);
            let found = compare(&old, &new);
            edits += 1;
            for (id, playbook) in old.playbooks.iter().filter(|(id, _)| new.playbooks.contains_key(*id)) {
                let touched = found.playbooks.iter().any(|changed| changed.id == *id && changed.is_flow());
                calm += usize::from(!touched);
                for run in 0..6 {
                    let known = old.facts.list.iter().filter(|_| random.chance(30));
                    let known: Vec<_> = known.map(|fact| (fact.name.value.clone(), &fact.kind)).collect();
                    let facts: Vec<(String, String)> =
                        known.into_iter().filter_map(|(name, kind)| Some((name, value(random, kind)?))).collect();
                    let alone = playbook.audience.self_service && run % 2 == 0;
                    let at = seed * 100 + run;
                    let (Some(then), Some(now)) =
                        (course(&old, id, at, alone, &facts), course(&new, id, at, alone, &facts))
                    else {
                        break;
                    };
                    if then != now {
                        changed += 1;
                        let told = format!("{then:#?}\n{now:#?}\n{}\n{}", lines(&found), shown(&after));
                        assert!(touched, "seed {seed}, {id}, which was\n{}\n{told}", shown(&files));
                    }
                }
            }
        }
    }
    println!("diff: {edits} edits, {changed} runs went otherwise, {calm} playbooks without a change of flow");
    assert!(changed > 60 && calm > 60, "{changed} {calm}");
}

// The command

#[test]
fn a_reviewer_asks_what_a_change_does() {
    let repository = Repository::new("diff-review");
    base().iter().for_each(|(path, text)| repository.write(path, text));
    repository.commit("a printer");
    let diff =
        |arguments: &[&str], code| out(&repository.0, &[&["--data", "nothing", "diff"], arguments].concat(), "", code);
    let nothing = diff(&["main"], 0);
    assert!(nothing.contains("nothing changes for people"), "{nothing}");

    let edits = [
        ("goto: clear-error", "goto: dead"),
        ("Is the printer switched on?", "Is the <printer> on, @all?"),
        ("owner: endpoint", "owner: hardware"),
        ("[{lights: error-light}, {clear-error: failed}]", "[{lights: error-light}]"),
        ("Shake it.", "Shake it well."),
    ];
    edited(&edits).iter().for_each(|(path, text)| repository.write(path, text));
    let human = diff(&["main"], 1);
    let markdown = diff(&["main", "--format", "markdown"], 1);
    insta::assert_snapshot!("review", format!("{human}\n-----\n{markdown}"));
    let json: Value = serde_json::from_str(&diff(&["main", "printer", "--format", "json"], 1)).expect("it is JSON");
    assert_eq!(json["playbooks"][0]["changes"][2]["kind"], "target", "{json}");
    assert_eq!(json["playbooks"][0]["changes"][2]["weight"], "flow", "{json}");
    let only = diff(&["main", "driver"], 0);
    assert!(only.contains("nothing changes for people"), "{only}");

    repository.git(&["checkout", "--quiet", "-b", "edit"]);
    repository.commit("an edit");
    repository.git(&["checkout", "--quiet", "main"]);
    assert_eq!(diff(&["main..edit"], 1), human, "two revisions");
    assert!(diff(&["edit..main"], 0).contains("it led to `dead`"));
}

#[test]
fn a_test_that_fails_now_fails_the_comparison() {
    let repository = Repository::new("diff-fails");
    base().iter().for_each(|(path, text)| repository.write(path, text));
    repository.commit("a printer");
    edited(&[("failed: dead\n    visits", "failed: power-on\n    visits")])
        .iter()
        .for_each(|(path, text)| repository.write(path, text));
    let human = out(&repository.0, &["--data", "nothing", "diff", "HEAD"], "", 1);
    assert!(human.contains("`printer` fails “an error light that goes away”"), "{human}");
    assert!(
        failure(&repository.0, &["--data", "nothing", "diff", "nowhere"])
            .contains("neither a git revision nor the folder of a desk")
    );
    assert!(
        failure(&repository.0, &["--data", "nothing", "diff", "HEAD", "printre"]).contains("did you mean `printer`?")
    );
}

#[test]
fn recorded_runs_are_walked_over_the_change() {
    let repository = Repository::new("diff-runs");
    base().iter().for_each(|(path, text)| repository.write(path, text));
    repository.write(".gitignore", "/data\n");
    repository.commit("a printer");
    let answers = "{\"answer\":\"error-light\"}\n{\"answer\":\"failed\"}\n";
    for _ in 0..2 {
        out(&repository.0, &["--data", "data", "run", "printer", "--open-case", "--format", "json"], answers, 0);
    }
    edited(&[("goto: clear-error", "goto: power-on")]).iter().for_each(|(path, text)| repository.write(path, text));
    let human = out(&repository.0, &["--data", "data", "diff", "HEAD"], "", 1);
    assert!(
        human.contains("2 of 2 recorded runs of `printer` come to another end\n2 of them escalated at `dead`"),
        "{human}"
    );
    let json: Value =
        serde_json::from_str(&out(&repository.0, &["--data", "data", "diff", "HEAD", "--format", "json"], "", 1))
            .expect("it is JSON");
    assert_eq!((&json["runs"][0]["playbook"], &json["runs"][0]["runs"]), (&Value::from("printer"), &Value::from(2)));
}

#[test]
fn a_shallow_clone_and_an_empty_name_say_the_way_out() {
    let repository = Repository::new("diff-shallow");
    base().iter().for_each(|(path, text)| repository.write(path, text));
    repository.commit("one");
    repository.commit("two");
    let address = format!("file://{}", repository.0.display());
    repository.git(&["clone", "--quiet", "--depth", "1", &address, "clone"]);
    let diff = |folder: &str, revision| failure(&repository.0.join(folder), &["--data", "nothing", "diff", revision]);
    assert_eq!(
        diff("clone", "HEAD~1"),
        "error: `HEAD~1` is not in this clone, which is shallow; `git fetch --unshallow` gets the earlier revisions\n"
    );
    assert!(diff(".", "HEAD~9").contains("neither a git revision nor"));
    assert!(diff(".", "").contains("no version is named"), "{}", diff(".", ""));
}

#[test]
fn another_picture_and_tests_that_are_gone_are_said() {
    let repository = Repository::new("diff-pictures");
    let tests = |names: &[&str]| -> String {
        names.iter().map(|name| format!("- {{name: {name}, answers: [], expect: {{resolved: one}}}}\n")).collect()
    };
    let lamp = "title: Lamp\nsymptoms: [dark]\nstart: one\nsteps:\n  one: {resolve: It is on.}\n";
    repository.write("playbooks/lamp.yaml", lamp);
    repository.write("playbooks/lamp.test.yaml", tests(&["it burns", "it shines"]));
    repository.write("kb/shelf.md", "---\naudience: [agent]\n---\n# Shelf\n\n![The shelf](shelf.png)\n");
    repository.write("kb/shelf.png", [0, 1, 2]);
    repository.write("kb/unseen.png", [0, 1, 2]);
    repository.commit("before");
    let diff = |revision| out(&repository.0, &["--data", "nothing", "diff", revision], "", 0);
    assert!(diff("HEAD").ends_with("nothing changes for people\n"));

    repository.write("kb/shelf.png", [0, 1, 3]);
    repository.write("kb/unseen.png", [0, 1, 3]);
    repository.write("playbooks/lamp.test.yaml", tests(&["it shines", "it is on"]));
    let said = diff("HEAD");
    for line in [
        "wording kb: shelf Shelf",
        "  the picture `kb/shelf.png` was replaced by another",
        "metadata lamp Lamp",
        "  the tests got “it is on” and lost “it burns”",
        "1 change of wording, 1 of metadata",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    repository.commit("after");
    assert_eq!(diff("HEAD~1..HEAD"), said);
    assert!(diff("HEAD").ends_with("nothing changes for people\n"));
}
