//! Playbooks and articles in another language: what is translated as it is, is read so; all else as it was written.

use crate::{
    server::{Answer, Folder, Server, Visitor, firstline},
    support::{checked, desk, split},
};
use firstline::{
    app,
    desk::Desk,
    id::RunId,
    language::{Language, translation::hash},
    playbook::translation::write,
    run::{Audience, CaseInfo, Input, Run, Said, View},
    search::{Query, Reader},
};
use std::{collections::BTreeSet, fs, process::Stdio, sync::Arc};

const DESK: &str = r#"# file: desk.yaml
languages: [en, de]
facts:
  os: {ask: Which system is it?, choices: {windows: Windows, mac: A Mac}}
# file: playbooks/printer.yaml
title: Printer is offline
symptoms: [nothing comes out]
audience: [self-service, agent]
start: lights
facts:
  tray: {type: number, unit: sheets}
  link: {ask: How is it connected?, choices: {usb: USB cable, air: Wi-Fi}}
steps:
  lights:
    ask: Is it switched on?
    tip: Stay calm.
    answers:
      yes: sheets
      no: {label: It is off, resolve: It was off.}
  sheets:
    ask: How much paper is in it?
    save: tray
    then: system
  system:
    branch:
      - {if: os == "mac", goto: check}
    else: check
    unknown: check
  check:
    do: |
      Pull the {{ link }} out.

      Put it back, {{ case.caller }}.
    verify: Does it print?
    worked: {resolve: "The {{ link }} was loose; {{ tray }} were in it."}
    failed: {escalate: Broken, tell: A colleague comes today.}
"#;

/// Its German file with every text, of which `change` may take some away or change them.
fn german(change: impl Fn(&str, &str) -> Option<(String, &'static str)>) -> String {
    let desk = desk(&split(DESK, ""));
    let words = [
        ("Printer is offline", "Drucker ist offline"),
        ("nothing comes out", "es kommt nichts heraus"),
        ("sheets", "Blatt"),
        ("How is it connected?", "Wie ist er angeschlossen?"),
        ("USB cable", "USB-Kabel"),
        ("Wi-Fi", "WLAN"),
        ("Is it switched on?", "Ist er eingeschaltet?"),
        ("Stay calm.", "Bleiben Sie ruhig."),
        ("Yes", "Ja"),
        ("It is off", "Er ist aus"),
        ("It was off.", "Er war aus."),
        ("How much paper is in it?", "Wie viel Papier ist darin?"),
        (
            "Pull the {{ link }} out. Put it back, {{ case.caller }}.",
            "Ziehen Sie {{ link }} heraus, {{ case.caller }}.",
        ),
        ("Does it print?", "Druckt er?"),
        ("The {{ link }} was loose; {{ tray }} were in it.", "{{ link }} war lose; {{ tray }} waren darin."),
        ("Broken", "Kaputt"),
        ("A colleague comes today.", "Heute kommt jemand."),
    ];
    let known = |of: &str| {
        let (source, text) = words.iter().find(|(source, _)| hash(source) == of)?;
        let (_, text) = change(source, text).map_or((String::new(), *text), |(of, text)| (of, text));
        (!text.is_empty()).then(|| vec![text.to_owned()])
    };
    let language = Language::parse("de").expect("two letters");
    let (mut text, _) = write("printer", language, &desk.originals("printer"), None, known);
    for (source, german) in words {
        if let Some((of, _)) = change(source, german).filter(|(of, _)| !of.is_empty()) {
            text = text.replace(&hash(source), &of);
        }
    }
    text
}

fn with(more: &[(&str, &str)]) -> Desk {
    let mut files = split(DESK, "");
    files.extend(more.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    desk(&files)
}

const FILE: &str = "playbooks/printer.de.yaml";
const FACTS: (&str, &str) = (
    "desk.de.yaml",
    "facts:\n  os:\n    ask: {of: OF, text: Welches System ist es?}\n    choices: {mac: {of: OM, text: Ein Mac}}\n",
);

fn facts() -> String {
    FACTS.1.replace("OF", &hash("Which system is it?")).replace("OM", &hash("A Mac"))
}

fn language() -> Language {
    Language::parse("de").expect("two letters")
}

fn reading(desk: &Desk) -> CaseInfo {
    let case = CaseInfo { caller: Some("Ada".into()), ..CaseInfo::default() };
    case.reading(desk.texts(language()))
}

fn run(desk: &Desk) -> Run {
    let program = Arc::new(desk.program("printer").expect("it links"));
    Run::start(RunId::mint(), program, Audience::Agent, "tier-1".into(), &[]).expect("it starts")
}

fn say(run: &mut Run, answer: &str) {
    let typed = matches!(run.view(&CaseInfo::default()), View::Prompt(prompt) if prompt.typed.is_some());
    let said = if typed { Said::Value(answer.into()) } else { Said::Answer(answer.into()) };
    run.take(&Input::Say(said), None, jiff::Timestamp::UNIX_EPOCH, "somebody").expect("it is an answer");
}

/// Everything that is shown, in one text.
fn shown(run: &Run, case: &CaseInfo) -> String {
    match run.view(case) {
        View::Prompt(prompt) => {
            let labels: Vec<_> = prompt.choices.iter().map(|choice| choice.label.as_str()).collect();
            let unit = prompt.typed.and_then(|typed| typed.unit);
            [Some(prompt.text), prompt.verify, prompt.tip, Some(labels.join("|")), unit]
                .map(Option::unwrap_or_default)
                .join(" / ")
        }
        View::Outcome(outcome) => [outcome.text, outcome.tell].map(Option::unwrap_or_default).join(" / "),
    }
}

const ANSWERS: [&str; 4] = ["yes", "5", "mac", "usb"];

/// What is shown at each prompt on the way, and at the end.
fn walk(desk: &Desk, mut run: Run, case: &CaseInfo) -> Vec<String> {
    let mut all = vec![shown(&run, case)];
    for answer in ANSWERS.into_iter().chain(["worked"]) {
        say(&mut run, answer);
        all.push(shown(&run, case));
    }
    assert!(desk.playbooks.contains_key("printer"));
    all
}

#[test]
fn a_run_is_read_in_german() {
    let desk = with(&[(FILE, &german(|_, _| None)), (FACTS.0, &facts())]);
    assert_eq!(desk.findings, []);
    assert_eq!(
        walk(&desk, run(&desk), &reading(&desk)),
        [
            "Ist er eingeschaltet? /  / Bleiben Sie ruhig. / Ja|Er ist aus|No answer fits / ",
            "Wie viel Papier ist darin? /  /  / I can't tell / Blatt",
            "Welches System ist es? /  /  / Windows|Ein Mac|I can't tell / ",
            "Wie ist er angeschlossen? /  /  / USB-Kabel|WLAN|I can't tell / ",
            "Ziehen Sie USB-Kabel heraus, Ada. / Druckt er? /  / It worked|It did not work|I cannot do this / ",
            "USB-Kabel war lose; 5 Blatt waren darin. / ",
        ]
    );
}

#[test]
fn what_is_stale_or_missing_or_unfit_is_read_as_it_was_written() {
    let file = german(|source, text| match source {
        "Is it switched on?" => Some(("akblcmdn".into(), "Ist er eingeschaltet?")),
        "Does it print?" => Some((String::new(), "")),
        "The {{ link }} was loose; {{ tray }} were in it." => Some((String::new(), "{{ os }}: {{ link }} war lose.")),
        _ => {
            assert!(!text.is_empty());
            None
        }
    });
    let desk = with(&[(FILE, &file)]);
    let all = walk(&desk, run(&desk), &reading(&desk));
    assert_eq!(all[0], "Is it switched on? /  / Bleiben Sie ruhig. / Ja|Er ist aus|No answer fits / ");
    assert_eq!(all[2], "Which system is it? /  /  / Windows|A Mac|I can't tell / ");
    let third = "Ziehen Sie USB-Kabel heraus, Ada. / Does it print? /  / It worked|It did not work|I cannot do this / ";
    assert_eq!(all[4], third);
    // The values of a text that stays in English are English too.
    assert_eq!(all[5], "The USB cable was loose; 5 sheets were in it. / ");
    let (_, findings) = checked(&{
        let mut files = split(DESK, "");
        files.push((FILE.to_owned(), file));
        files
    });
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(rules, ["missing_translation", "stale_translation", "mismatched_values"]);
}

#[test]
fn an_older_program_is_read_as_far_as_it_says_the_same() {
    let old = with(&[(FILE, &german(|_, _| None))]);
    let run = run(&old);
    // Since then one text has another wording, and its translation too.
    let now = split(&DESK.replace("Is it switched on?", "Does a lamp shine?"), "");
    let new = german(|source, _| {
        (source == "Is it switched on?").then(|| (hash("Does a lamp shine?"), "Leuchtet eine Lampe?"))
    });
    let mut files = now.clone();
    files.push((FILE.to_owned(), new));
    let newest = desk(&files);
    let first = |desk: &Desk, run: &Run| shown(run, &reading(desk));
    assert_eq!(first(&newest, &run), "Is it switched on? /  / Bleiben Sie ruhig. / Ja|Er ist aus|No answer fits / ");
    let fresh = self::run(&newest);
    assert!(first(&newest, &fresh).starts_with("Leuchtet eine Lampe? /"));
    // As long as nobody has translated the new wording, the old one is read in German by those who follow it.
    let mut files = now;
    files.push((FILE.to_owned(), german(|_, _| None)));
    let stale = desk(&files);
    assert!(first(&stale, &run).starts_with("Ist er eingeschaltet? /"));
    assert!(first(&stale, &self::run(&stale)).starts_with("Does a lamp shine? /"));
}

#[test]
fn reading_in_another_language_leaves_no_trace() {
    let desk = with(&[(FILE, &german(|_, _| None)), (FACTS.0, &facts())]);
    let plain = with(&[]);
    assert_eq!(
        desk.program("printer").map(|program| program.hash),
        plain.program("printer").map(|program| program.hash)
    );
    let (mut one, mut other) = (run(&desk), run(&plain));
    let german = reading(&desk);
    for (n, answer) in ANSWERS.into_iter().enumerate() {
        assert_eq!(one.position(), other.position());
        // Here and back: read in German at every second prompt.
        if n % 2 == 0 {
            assert_ne!(shown(&one, &german), shown(&one, &CaseInfo::default()));
        }
        say(&mut one, answer);
        say(&mut other, answer);
    }
    for run in [&mut one, &mut other] {
        run.take(&Input::Back(2), None, jiff::Timestamp::UNIX_EPOCH, "somebody").expect("there is a way back");
        say(run, "windows");
    }
    let events = |run: &Run| run.entries.iter().map(|entry| format!("{:?}", entry.event)).collect::<Vec<_>>();
    assert_eq!(events(&one), events(&other));
    let case = CaseInfo::default();
    assert_eq!(
        format!("{:?} {:?}", one.path(&case), one.view(&case)),
        format!("{:?} {:?}", other.path(&case), other.view(&case))
    );
    assert_ne!(format!("{:?}", one.path(&german)), format!("{:?}", one.path(&case)));
}

#[test]
fn the_translators_file_keeps_what_is_there() {
    let language = language();
    let whole = german(|_, _| None);
    let desk = with(&[(FILE, &whole)]);
    let texts = desk.texts(language).expect("it is declared");
    let originals = desk.originals("printer");
    let (again, progress) = write("printer", language, &originals, texts.parts.get("printer"), |_| None);
    assert_eq!(again, whole);
    assert_eq!(
        (progress.all, progress.current, progress.stale, progress.dropped),
        (originals.len(), originals.len(), 0, 0)
    );
    insta::assert_snapshot!("the_translators_file", whole);
    // A step has another name, one text other words, one is new, one is gone.
    let changed = DESK
        .replace("sheets\n", "paper\n")
        .replace("  sheets:", "  paper:")
        .replace("ask: Is it switched on?", "ask: Does a lamp shine?")
        .replace("    tip: Stay calm.\n", "    title: The lamp\n");
    let mut files = split(&changed, "");
    files.push((FILE.to_owned(), whole));
    let desk = self::desk(&files);
    let texts = desk.texts(language).expect("it is declared");
    let (next, progress) = write("printer", language, &desk.originals("printer"), texts.parts.get("printer"), |_| None);
    insta::assert_snapshot!("the_translators_file_after_changes", next);
    assert_eq!((progress.stale, progress.dropped), (1, 1));
    let (_, findings) = checked(&{
        files.pop();
        files.push((FILE.to_owned(), next));
        files
    });
    let rules: BTreeSet<_> = findings.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(rules, BTreeSet::from(["missing_translation", "stale_translation"]));
}

#[test]
fn texts_of_any_kind_come_back_from_the_translators_file() {
    let odd = [
        "null",
        "- a",
        "a: b",
        "a #b",
        "\"q\" \\ 'p'",
        "{{ link }} x",
        "a\n\n  b\n- c",
        "*x*",
        "yes",
        "12",
        "  x\n y",
        "Ä:",
        "é\u{7}",
    ];
    let desk = with(&[]);
    let originals: Vec<_> =
        desk.originals("printer").into_iter().filter(|original| !original.list).take(odd.len()).collect();
    let at = std::cell::Cell::new(0);
    let next = |_: &str| Some(vec![odd[at.replace(at.get() + 1)].to_owned()]);
    let (file, _) = write("printer", language(), &originals, None, next);
    let desk = with(&[(FILE, &file)]);
    let texts = desk.texts(language()).expect("it is declared");
    let read: Vec<_> =
        texts.parts["printer"].list.iter().map(|text| text.texts[0].source.value.trim_end().to_owned()).collect();
    assert_eq!(read, odd, "{file}");
}

const ARTICLE: &str = "---\ntitle: Paper\nsummary: Which paper fits.\naudience: [agent]\ntags: [paper]\n---\n\
                       See [the size](#size).\n\n## Size\n\nA4.\n\n## Weight\n\n80 g.\n";

fn article(header: &str, size: &str) -> String {
    format!("---\ntitle: Papier\n{header}---\nSiehe [die Größe](#size).\n\n## {size}\n\nA4.\n\n## Gewicht\n\n80 g.\n")
}

fn print() -> String {
    with(&[("kb/paper.md", ARTICLE)]).articles["paper"].hash()
}

#[test]
fn an_article_is_read_in_german_while_it_says_the_same() {
    let title = |desk: &Desk| desk.article_in(language(), desk.article("paper").expect("it is there")).title.clone();
    let marked = format!("translates: {}\n", print());
    let current = article(&marked, "Größe");
    for (text, source, expected) in [
        (current.clone(), ARTICLE.to_owned(), "Papier"),
        (article("", "Größe"), ARTICLE.to_owned(), "Paper"),
        (current.clone(), ARTICLE.replace("80 g", "90 g"), "Paper"),
        // Other lines and other things around it are no other text.
        (current.clone(), ARTICLE.replace("See [", "See\n[").replace("[paper]", "[a4]"), "Papier"),
    ] {
        let desk = with(&[("kb/paper.md", &source), ("kb/paper.de.md", &text)]);
        assert_eq!(desk.articles.len(), 1);
        assert_eq!(title(&desk), expected, "{source}\n{text}");
    }
    let desk = with(&[("kb/paper.md", ARTICLE), ("kb/paper.de.md", &current)]);
    let german = desk.article_in(language(), &desk.articles["paper"]);
    assert_eq!(
        (german.id.as_str(), german.anchor("size"), german.anchor("weight")),
        ("paper", Some("größe"), Some("gewicht"))
    );
    assert_eq!((german.anchor("größe"), german.anchor("color")), (Some("größe"), None));
    assert_eq!(german.tags[0].value, "paper");
    // In a language that the desk does not have, it is read as it was written.
    let french = Language::parse("fr").expect("two letters");
    assert_eq!(desk.article_in(french, &desk.articles["paper"]).title, "Paper");
    assert!(desk.texts(french).is_none() && desk.texts(Language::ENGLISH).is_none());
}

#[test]
fn a_translation_opens_nothing() {
    let header = format!("translates: {}\naudience: [self-service, agent]\n", print());
    let files = [("kb/paper.md", ARTICLE), ("kb/paper.de.md", &article(&header, "Größe"))];
    let desk = with(&files);
    assert!(desk.findings.iter().any(|finding| finding.rule.name == "unknown_key"));
    let german = desk.article_in(language(), &desk.articles["paper"]);
    assert!(!german.self_service);
    assert!(!desk.is_public(german, crate::support::today()));
}

#[test]
fn german_words_find_first_what_they_mean() {
    let desk = app::starter();
    let [own, german] = [desk.policy.language(), language()]
        .map(|language| app::find::index(&desk, language, None).expect("memory takes it"));
    let query = |words: &str| Query { words: words.to_owned(), ..Query::default() };
    for (words, id, title) in [
        ("Drucker druckt nicht", "printer-offline", "Drucker ist offline oder druckt nicht"),
        ("mein Drucker ist offline", "printer-offline", "Drucker ist offline oder druckt nicht"),
        ("das WLAN funktioniert nicht", "wifi", "WLAN funktioniert nicht"),
        ("das Internet ist langsam", "wifi", "WLAN funktioniert nicht"),
        ("keine Mails auf dem Handy", "mail-on-phone", "Geschäftliche E-Mail auf dem Smartphone"),
    ] {
        for reader in [Reader::SelfService, Reader::Staff] {
            let found = german.search(reader, &query(words));
            let first = &found.hits[0];
            assert_eq!((first.id.as_str(), first.title.as_str()), (id, title), "{words}");
            assert_eq!(german.triage(reader, &query(words)).playbooks[0].id, id, "{words}");
            // Whoever reads English and was told so in German finds it as well.
            let found = own.search(reader, &query(words));
            assert_eq!(found.hits[0].id, id, "{words}");
            assert!(desk.playbooks[id].title.as_ref().is_some_and(|title| title.value == found.hits[0].title));
        }
    }
    // And the other way round; a part of an article opens under its German heading.
    let triage = german.triage(Reader::Staff, &query("nothing comes out when I print"));
    assert_eq!((triage.sure, triage.playbooks[0].id.as_str()), (true, "printer-offline"));
    let found = german.search(Reader::Staff, &query("freigegebenen Drucker über den Namen auswählen"));
    let anchor = found.hits[0].anchor.as_deref();
    assert_eq!((found.hits[0].id.as_str(), anchor), ("add-a-network-printer", Some("unter-windows")));
    // What only staff may read stays so.
    let spooler = query("spoolsv.exe Druckwarteschlange beenden");
    assert_eq!(german.search(Reader::Staff, &spooler).hits[0].id, "restart-the-print-spooler");
    for index in [&own, &german] {
        let found = index.search(Reader::SelfService, &spooler);
        assert!(found.hits.iter().all(|hit| hit.id != "restart-the-print-spooler"));
    }
}

#[test]
fn words_of_a_language_are_found_by_their_stems() {
    let desk = with(&[
        ("kb/paper.md", ARTICLE),
        ("kb/paper.de.md", &article(&format!("translates: {}\n", print()), "Größen")),
    ]);
    let index = app::find::index(&desk, language(), None).expect("memory takes it");
    let find = |words: &str| index.search(Reader::Staff, &Query { words: words.to_owned(), ..Query::default() });
    assert_eq!(find("gewichte").hits[0].anchor.as_deref(), Some("gewicht"));
    // By its title in another language, without a word of that being shown.
    let found = find("paper");
    assert_eq!((found.hits[0].title.as_str(), found.hits[0].snippet.contains("Paper")), ("Papier", false));
}

#[test]
fn the_command_writes_the_file_and_a_run_reads_it() {
    let (data, folder) = (Folder::new(), Folder::new());
    for (path, text) in split(DESK, "") {
        folder.write(&[(&path, &text)]);
    }
    folder.write(&[("kb/paper.md", ARTICLE)]);
    let told = |arguments: &[&str]| {
        let output = firstline(data.path(), Some(folder.path())).args(arguments).stdin(Stdio::null()).output();
        let output = output.expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
        (output.status.code().expect("it ends by itself"), text)
    };
    let written = (0, "playbooks/printer.de.yaml: 0 of 17 texts translated\n".to_owned());
    assert_eq!(told(&["translate", "printer", "de"]), written);
    let path = folder.path().join(FILE);
    let file = fs::read_to_string(&path).expect("it is there");
    let file =
        file.replace("  # Printer is offline\n  of: ", "  # Printer is offline\n  text: Drucker ist offline\n  of: ");
    let file = file.replacen("  text:\n", "", 1);
    fs::write(&path, file).expect("it can be written");
    let (code, text) = told(&["translate", "printer", "de"]);
    assert_eq!((code, text.as_str()), (0, "playbooks/printer.de.yaml: 1 of 17 texts translated\n"));
    assert!(told(&["run", "printer", "--language", "de"]).1.contains("Drucker ist offline"));
    assert!(told(&["run", "printer"]).1.contains("Printer is offline"));
    // An article is copied; as long as nobody says that it is translated, it is not.
    let (code, text) = told(&["translate", "paper", "de"]);
    assert_eq!((code, text.as_str()), (0, "kb/paper.de.md: a copy of the article; translate it where it stands\n"));
    let (code, text) = told(&["check"]);
    assert_eq!((code, text.matches("missing_translation").count()), (0, 3), "{text}");
    let path = folder.path().join("kb/paper.de.md");
    let copy = fs::read_to_string(&path).expect("it is there").replace("# translates", "translates");
    fs::write(&path, copy).expect("it can be written");
    assert_eq!(told(&["translate", "paper", "de"]).1, "kb/paper.de.md: it is translated as it is\n");
    // Mistakes are told, and nothing is written.
    for (arguments, said) in [
        (["translate", "printer", "en"], "the desk is written in `en`"),
        (["translate", "pinter", "de"], "did you mean `printer`?"),
        (["translate", "printer", "German"], "write two letters"),
    ] {
        let (code, text) = told(&arguments);
        assert!(code == 2 && text.contains(said), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_keeps_its_translations() {
    let (data, folder) = (Folder::new(), Folder::new());
    let whole = german(|_, _| None);
    let source = split(DESK, "");
    let put = |path: &str, text: &str| folder.write(&[(path, text)]);
    let told = |arguments: &[&str]| {
        let output = firstline(data.path(), Some(folder.path())).args(arguments).stdin(Stdio::null()).output();
        let output = output.expect("it starts");
        (output.status.code().expect("it ends by itself"), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let mut said = String::new();
    let playbook = "playbooks/printer.yaml";
    for (path, from, to) in [
        (FILE, "title:\n", "title:\n   of: x\n"),
        (FILE, "text: Ja\n", "text: *Ja*\n"),
        (FILE, "title:\n", "summary: Drucker\ntitle:\n"),
        (playbook, "start: lights\n", "start: lights\n  more: x\n"),
        (playbook, "title: Printer", "title: &Printer"),
        ("desk.yaml", "languages: [en, de]", "languages: [en, de]\n  more: x"),
    ] {
        source.iter().for_each(|(path, text)| put(path, text));
        put(FILE, &whole);
        let before = fs::read_to_string(folder.path().join(path)).expect("it is there");
        let broken = before.replacen(from, to, 1);
        assert_ne!(before, broken, "{from}");
        put(path, &broken);
        let before = fs::read_to_string(folder.path().join(FILE)).expect("it is there");
        let (code, text) = told(&["translate", "printer", "de"]);
        assert_eq!(code, 2, "{to}: {text}");
        said += &text;
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).expect("it is there"), before, "{to}");
    }
    insta::assert_snapshot!("what_translate_refuses", said);
}

#[test]
fn a_translation_comes_back_with_its_source() {
    let language = language();
    let whole = german(|_, _| None);
    let without = DESK.replace("    tip: Stay calm.\n", "").replace("symptoms: [nothing comes out]\n", "");
    let next = |source: &str, file: &str| {
        let mut files = split(source, "");
        files.push((FILE.to_owned(), file.to_owned()));
        let desk = self::desk(&files);
        let texts = desk.texts(language).expect("it is declared");
        write("printer", language, &desk.originals("printer"), texts.parts.get("printer"), |_| None)
    };
    let (kept, progress) = next(&without, &whole);
    assert_eq!(progress.dropped, 2);
    // They stay for as long as it takes.
    assert_eq!(next(&without, &kept).0, kept);
    assert_eq!(next(DESK, &kept).0, whole);
    let (changed, progress) = next(&DESK.replace("Stay calm.", "Keep calm."), &kept);
    assert_eq!((progress.stale, progress.dropped, changed.contains("Bleiben Sie ruhig.")), (1, 0, true));
}

/// Starts the printer's playbook of the starter desk on the portal; gives the case's address.
fn start(visitor: &mut Visitor) -> (String, Answer) {
    let page = visitor.get("/help/playbooks/printer-offline");
    let answer = visitor.post("/help/playbooks/printer-offline", &[("case", &page.field("case"))]);
    let address = answer.header("location").expect("it leads on").to_owned();
    let page = visitor.get(&address);
    (address, page)
}

fn answer(visitor: &mut Visitor, address: &str, answer: &str) -> Answer {
    let position = visitor.get(address).field("position");
    visitor.submit(&format!("{address}/answer"), &[("position", &position), ("answer", answer)])
}

#[test]
fn the_portal_is_read_in_german_and_the_case_in_the_desks_language() {
    let data = Folder::new();
    let server = Server::start(data.path(), None);
    let [mut german, mut english] = ["de", "en"].map(|language| {
        let mut visitor = server.visitor();
        visitor.headers.push(("accept-language".into(), language.into()));
        visitor
    });
    let shows = |page: &Answer, words: &[&str]| {
        for word in words {
            assert!(page.body.contains(word), "no {word:?} in {}", page.body);
        }
    };
    shows(&german.get("/help/playbooks/printer-offline"), &["Drucker ist offline oder druckt nicht"]);
    shows(&german.get("/help/search?q=Drucker+druckt+nicht"), &["Drucker ist offline oder druckt nicht"]);
    let article = german.get("/help/articles/add-a-network-printer");
    shows(&article, &["Einen Netzwerkdrucker hinzufügen", "id=\"auf-einem-mac\"", "Seiten sind schlecht gedruckt"]);
    // A link that is written for the source leads to the same part in German.
    let link = "/help/articles/add-a-network-printer#auf-einem-mac";
    shows(&german.get("/help/articles/clear-the-print-queue-on-a-mac"), &[link]);
    shows(&english.get("/help/articles/clear-the-print-queue-on-a-mac"), &["add-a-network-printer#on-a-mac"]);
    // What is not translated says in which language it is.
    shows(&german.get("/help/articles/choose-a-good-password"), &["<html lang=\"de\"", "<h1 lang=\"en\""]);
    assert!(!article.body.contains("<h1 lang"));
    // What only staff may read does not exist, in whatever language.
    assert_eq!(german.get("/help/articles/restart-the-print-spooler").status, 404);
    // From German to English and back: each time the same step.
    let (address, page) = start(&mut german);
    shows(&page, &["Ist der Drucker eingeschaltet, ohne dass ein Fehlerlämpchen leuchtet?", "Er ist aus"]);
    shows(&english.get(&address), &["Is the printer switched on, and free of error lights?", "It is off"]);
    shows(&answer(&mut english, &address, "no"), &["Does the printer show that it is ready?"]);
    shows(&german.get(&address), &["Zeigt der Drucker an, dass er bereit ist?", "Er ist aus"]);
    shows(&answer(&mut german, &address, "failed"), &["Welcher Name oder welche Nummer steht auf dem Etikett"]);
    let position = german.get(&address).field("position");
    let fields = [("position", position.as_str()), ("value", "P-7")];
    let end = german.submit(&format!("{address}/answer"), &fields);
    shows(&end, &["Jemand aus dem Hardware-Team sieht sich den Drucker an"]);
    shows(&english.get(&address), &["A colleague from the hardware team will look at the printer"]);
    // What staff gets with the case is in the desk's language.
    let number = address.rsplit('/').next().and_then(|link| link.split('-').next()).expect("a number");
    let case = english.get(&format!("/cases/{number}"));
    shows(&case, &["Plug the printer in", "It did not work"]);
    let case = german.get(&format!("/cases/{number}"));
    shows(&case, &["Drucker ist offline oder druckt nicht", "Stecken Sie den Drucker ein"]);
}

#[test]
fn whoever_says_nothing_reads_the_desks_first_language() {
    let (data, folder) = (Folder::new(), Folder::new());
    folder.write(&[("desk.yaml", "languages: [de, en]\n"), ("kb/paper.md", ARTICLE)]);
    let server = Server::start(data.path(), Some(folder.path()));
    let mut visitor = server.visitor();
    assert!(visitor.get("/help").body.contains("<html lang=\"de\""));
    visitor.headers.push(("accept-language".into(), "en".into()));
    assert!(visitor.get("/help").body.contains("<html lang=\"en\""));
}
