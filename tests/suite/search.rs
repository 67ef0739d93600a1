//! Search and triage: what is found, what is shown of it, and where to begin.

use crate::server::Folder;
use firstline::{
    app,
    language::Language,
    search::{Document, Found, Index, Kind, Query, Reader},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

fn starter() -> Index {
    app::find::index(&app::starter(), Language::ENGLISH, None).expect("it opens")
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

/// What authors read of: whether there was an answer. Typos and words around the matter do not make one of less.
#[test]
fn an_answer_is_told_from_the_nearest_there_is() {
    let index = starter();
    let answers = |words: &str| index.search(Reader::Staff, &query(words)).answers();
    for words in [
        "my pritner says ofline",
        "hi, since this morning my printer at home prints only blank pages, what can I do",
        "wifi",
        "password forgotten",
    ] {
        assert!(answers(words) > 0, "`{words}`");
    }
    for words in ["what is on the canteen menu today", "how do I book a flight to lisbon", "asdfgh", "asdfgh printer"] {
        assert_eq!(answers(words), 0, "`{words}`");
    }
}

fn document(kind: Kind, id: &str, title: &str, body: &str) -> Document {
    Document {
        kind,
        id: id.to_owned(),
        anchor: None,
        title: title.to_owned(),
        heading: String::new(),
        summary: String::new(),
        symptoms: Vec::new(),
        elsewhere: Vec::new(),
        category: None,
        tags: Vec::new(),
        body: body.to_owned(),
        applies_to: Vec::new(),
        self_service: true,
        agent: true,
        expired: false,
    }
}

fn article(id: &str, title: &str, body: &str) -> Document {
    document(Kind::Article, id, title, body)
}

fn section(id: &str, title: &str, heading: &str, body: &str) -> Document {
    let anchor = Some(heading.to_lowercase().replace(' ', "-"));
    Document { anchor, heading: heading.to_owned(), ..document(Kind::Section, id, title, body) }
}

fn step(id: &str, title: &str, anchor: &str, body: &str) -> Document {
    Document { anchor: Some(anchor.to_owned()), ..document(Kind::Step, id, title, body) }
}

fn index(documents: Vec<Document>) -> Index {
    Index::open(Language::ENGLISH, None, documents, &[]).expect("it opens")
}

fn ids(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.id.as_str()).collect()
}

fn finds(index: &Index, words: &str) -> Vec<String> {
    ids(&index.search(Reader::Staff, &query(words))).into_iter().map(str::to_owned).collect()
}

/// A text, what finds it, and what does not.
#[test]
fn words_are_found_however_they_are_written() {
    let cases: [(&str, &[&str], &[&str]); 15] = [
        (
            "Access denied, 0x80070005.",
            &["0x80070005", "80070005", "-2147024891", "2147942405", "0X80070005"],
            &["0x80070006"],
        ),
        ("OneDrive shows 0x8004def4", &["8004def4", "0x8004DEF4"], &["8004de88"]),
        ("The update returns -2147024891", &["0x80070005"], &["0x80070002"]),
        ("Install KB5034441 first", &["KB5034441", "kb 5034441", "5034441", "KB-5034441"], &[]),
        ("See KB 5034441", &["KB5034441"], &[]),
        ("End spoolsv.exe in the task manager", &["spoolsv.exe", "spoolsv", "SPOOLSV.EXE"], &[]),
        ("Turn the Wi-Fi on", &["wifi", "wi-fi", "WiFi", "wi fi", "WLAN"], &[]),
        ("The wifi is slow", &["wi-fi", "Wi-Fi"], &[]),
        ("Your sign-in was blocked", &["signin", "sign in", "sign-in"], &[]),
        ("Event ID 2213 in the log", &["2213", "event id 2213"], &["2214"]),
        ("The café’s Zürich printer", &["cafe", "CAFÉ", "zurich", "Zu\u{308}rich"], &[]),
        ("Ｗｉｎｄｏｗｓ update", &["windows"], &[]),
        ("プリンターがオフラインです", &["プリンター", "オフライン"], &["スキャナー"]),
        ("打印机脱机", &["打印机", "脱机"], &["扫描仪"]),
        ("프린터가 오프라인입니다", &["프린터", "오프라인"], &["스캐너"]),
    ];
    for (text, finding, missing) in cases {
        let index = index(vec![article("one", "Something", text), article("two", "Else", "Nothing of the sort")]);
        for words in finding {
            assert_eq!(finds(&index, words), ["one"], "`{words}` in `{text}`");
        }
        for words in missing {
            assert!(!finds(&index, words).contains(&"one".to_owned()), "`{words}` in `{text}`");
        }
    }
}

#[test]
fn the_nearer_a_word_and_the_higher_its_place_the_better() {
    let index = index(vec![
        article("title", "Printer offline", "It shows so."),
        article("body", "Devices", "The printer may be offline, or it may be out of paper."),
        article("stem", "Devices", "The printers may be offline, or they may be out of paper."),
        article("other", "Other", "Nothing of the sort."),
    ]);
    assert_eq!(finds(&index, "printer offline"), ["title", "body", "stem"]);
    assert_eq!(finds(&index, "pritner"), ["title", "body", "stem"]);
    let found = index.search(Reader::Staff, &query("pritner offlien"));
    assert_eq!(found.did_you_mean.as_deref(), Some("printer offline"));
    assert!(found.widened);
    let found = index.search(Reader::Staff, &query("printer offline"));
    assert_eq!((found.did_you_mean.as_deref(), found.widened, found.total), (None, false, 3));
    let typing = Query { typing: true, ..query("offl") };
    assert_eq!(ids(&index.search(Reader::Staff, &typing)).len(), 3);
    assert_eq!(finds(&index, "what is it"), finds(&index, "what is it"), "a question of small words does no harm");
}

#[test]
fn phrases_have_to_be_there_and_what_has_a_minus_must_not() {
    let index = index(vec![
        article("jam", "Paper jam", "The paper jam is in the tray."),
        article("paper", "Paper", "Jam the tray with paper of another size."),
        article("canon", "Paper jam at a Canon", "A paper jam in a Canon."),
    ]);
    assert_eq!(finds(&index, "\"paper jam\"").len(), 2);
    assert_eq!(finds(&index, "\"paper jam\" -canon"), ["jam"]);
    assert_eq!(finds(&index, "paper -\"paper jam\""), ["paper"]);
    assert_eq!(finds(&index, "\"paper").len(), 3);
    // What nothing has as it stands in quotes is looked for without them.
    let found = index.search(Reader::Staff, &query("\"tray jam\" canon"));
    assert!(found.widened && ids(&found)[0] == "canon", "{found:?}");
}

#[test]
fn german_callers_find_what_is_not_translated() {
    let documents = vec![
        article("drucker", "Drucker einrichten", "Der Drucker steht im Flur."),
        article("password", "Change a password", "Open the settings."),
        article("langsam", "Der Rechner ist träge", "Starten Sie ihn neu."),
    ];
    let index = Index::open(Language::parse("de").expect("a language"), None, documents, &[]).expect("it opens");
    for (words, wanted) in [
        ("Tintenstrahldrucker", "drucker"),
        ("Kennwort ändern", "password"),
        ("mein Computer ist langsam", "langsam"),
        ("printer", "drucker"),
    ] {
        assert_eq!(finds(&index, words).first().map(String::as_str), Some(wanted), "{words}");
    }
}

#[test]
fn what_is_written_together_is_one_word() {
    let index = starter();
    let first = |words: &str| {
        let triage = index.triage(Reader::Staff, &query(words));
        (triage.playbooks.first().map(|first| first.id.clone()), triage.sure)
    };
    assert_eq!(first("suspicious e-mail").0.as_deref(), Some("report-phishing"));
    assert_eq!(first("suspicious e-mail").0, first("suspicious email").0);
    assert_eq!(first("OneDrive").0, None, "a drive that cannot be opened is another matter");
    // What something is about is not what is wrong with it.
    for word in ["printer", "outlook", "vpn"] {
        assert!(!first(word).1, "{word}");
    }
}

#[test]
fn two_that_are_about_as_like_are_asked_about() {
    let index = starter();
    for words in ["printer prints blank pages", "locked out and forgot my password", "vpn over wifi fails"] {
        let triage = index.triage(Reader::Staff, &query(words));
        let [first, second, ..] = &triage.playbooks[..] else { panic!("`{words}` -> {triage:?}") };
        assert!(!triage.sure && second.confidence > 0.1, "`{words}` -> {triage:?}");
        let all: f32 = triage.playbooks.iter().map(|one| one.confidence).sum();
        assert!(first.confidence >= second.confidence && all <= 1.0, "`{words}` -> {triage:?}");
    }
}

#[test]
fn a_hit_opens_where_it_matches_best_and_marks_all_that_matched() {
    let index = index(vec![
        article("a", "The printer", "General words about it."),
        section("a", "The printer", "Cleaning", "Wipe the rollers. <b>Carefully</b> & often."),
        section("a", "The printer", "Spooler", "Restart the spooler & wait; printing <goes> on. The queues empty."),
        document(Kind::Playbook, "p", "Printer is offline", ""),
        step("p", "Printer is offline", "cable", "Is the network cable plugged in?"),
        article("r", "Forget a router", "Forget the router and join it again."),
        section("r", "Forget a router", "Sources", "Router one. Router two. Router three, of another router."),
    ]);
    let found = index.search(Reader::Staff, &query("spoolre print queue"));
    let hit = &found.hits[0];
    assert_eq!((hit.kind, hit.anchor.as_deref(), found.total), (Kind::Section, Some("spooler"), 1));
    assert_eq!(
        hit.snippet,
        "Restart the <mark>spooler</mark> &amp; wait; <mark>printing</mark> &lt;goes&gt; on. The <mark>queues</mark> empty."
    );
    let found = index.search(Reader::Staff, &query("network cable"));
    assert_eq!((found.hits[0].kind, found.hits[0].anchor.as_deref()), (Kind::Step, Some("cable")));
    assert_eq!(found.hits[0].snippet, "Is the <mark>network</mark> <mark>cable</mark> plugged in?");
    // What names it most often is not what it is about.
    let found = index.search(Reader::Staff, &query("router"));
    assert_eq!((found.hits[0].kind, found.hits[0].anchor.as_deref()), (Kind::Article, None));
    assert_eq!(found.hits[0].snippet, "Forget the <mark>router</mark> and join it again.");
    let found = index.search(Reader::Staff, &Query { kinds: vec![Kind::Playbook], ..query("printer") });
    assert_eq!(ids(&found), ["p"]);
    let found = index.search(Reader::Staff, &Query { explain: true, ..query("spoolers") });
    assert!(found.hits[0].explanation.as_deref().is_some_and(|why| why.contains("stem `~spooler`")), "{found:?}");
}

#[test]
fn facets_count_and_narrow_and_facts_hide_what_is_for_others() {
    let with = |id: &str, category: &str, tag: &str, os: &str| Document {
        category: Some(category.to_owned()),
        tags: vec![tag.to_owned()],
        applies_to: vec![("os".to_owned(), vec![os.to_owned()])],
        ..article(id, "Printing", "How to print.")
    };
    let index = index(vec![
        with("a", "Printers", "Queue", "windows"),
        with("b", "printers", "queue", "macos"),
        with("c", "Mail", "queue", "windows"),
    ]);
    let found = index.search(Reader::Staff, &query("print"));
    assert_eq!(found.categories, [("Printers".to_owned(), 2), ("Mail".to_owned(), 1)]);
    assert_eq!(found.tags.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [3]);
    assert_eq!(found.systems["os"], [("windows".to_owned(), 2), ("macos".to_owned(), 1)]);
    let narrowed = index.search(Reader::Staff, &Query { category: Some("PRINTERS".to_owned()), ..query("print") });
    assert_eq!((narrowed.total, narrowed.categories.len()), (2, 2));
    let facts = [("os".to_owned(), "macos".to_owned())].into();
    assert_eq!(ids(&index.search(Reader::Staff, &Query { facts, ..query("print") })), ["b"]);
    let listed = index.search(Reader::Staff, &Query { category: Some("mail".to_owned()), ..query("") });
    assert_eq!(ids(&listed), ["c"]);
    let second = index.search(Reader::Staff, &Query { limit: 1, offset: 1, ..query("print") });
    assert_eq!((second.hits.len(), second.total), (1, 3));
}

#[test]
fn a_desks_synonyms_lead_to_its_words() {
    let own = [vec!["Kraken".to_owned(), "travel expenses".to_owned()]];
    let documents = vec![article("a", "Kraken", "Book it there."), article("b", "Holidays", "Ask your lead.")];
    let index = Index::open(Language::ENGLISH, None, documents, &own).expect("it opens");
    assert_eq!(finds(&index, "how do I claim travel expenses"), ["a"]);
    assert_eq!(finds(&index, "laptop").len(), 0);
}

/// Half of it is for staff alone, under words of its own.
static HALVES: LazyLock<Index> = LazyLock::new(|| {
    let mut documents = Vec::new();
    for n in 0..20 {
        let open = n % 2 == 0;
        let secret = if open { "" } else { "vaultkey" };
        let tags = vec![if open { "open" } else { "vaultkey" }.to_owned()];
        let one = article(&format!("n{n}"), &format!("Printer {n} {secret}"), &format!("The printer {secret} prints."));
        documents.push(Document { self_service: open, tags, category: Some(secret.to_owned()), ..one });
    }
    documents.push(document(Kind::Playbook, "p", "Printer offline", ""));
    documents.push(step("p", "Printer offline", "open", "Is it on?"));
    documents.push(Document { self_service: false, ..step("p", "Printer offline", "hidden", "Try the vaultkey.") });
    index(documents)
});

#[test]
fn self_service_learns_nothing_of_what_is_for_staff() {
    for words in ["vaultkey", "vaultkye", "vaultk", "printer vaultkey", "\"the vaultkey\"", "-vaultkey printer"] {
        for typing in [false, true] {
            let query = Query { typing, limit: 50, explain: true, ..query(words) };
            let found = HALVES.search(Reader::SelfService, &query);
            let mut told = format!("{found:?}{:?}", HALVES.triage(Reader::SelfService, &query)).to_lowercase();
            if let Some(meant) = &found.did_you_mean {
                assert_ne!(meant, "vaultkey");
            }
            told = told.replace(&words.to_lowercase(), "");
            assert!(!told.contains("vaultkey"), "`{words}`: {told}");
            assert!(found.hits.iter().all(|hit| hit.audience.contains(&"self-service")));
        }
    }
    assert!(!finds(&HALVES, "vaultkey").is_empty(), "staff finds it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is typed, there is an answer, its snippets are escaped, and self-service sees no more than staff.
    #[test]
    fn any_query_is_answered(words in "(printer|-|\"|#|~|=|0x|vaultkey|-printer|\\PC{0,8}|\\s|[가-힣ぁ-ん一-龥]){0,12}", typing: bool) {
        let query = Query { words, typing, limit: 100, explain: true, ..Query::default() };
        let (open, staff) = (HALVES.search(Reader::SelfService, &query), HALVES.search(Reader::Staff, &query));
        HALVES.triage(Reader::SelfService, &query);
        for hit in open.hits.iter().chain(&staff.hits) {
            let bare = hit.snippet.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!bare.contains(['<', '>']), "{}", hit.snippet);
            prop_assert!(hit.score.is_finite());
        }
        prop_assert!(open.hits.iter().all(|hit| hit.id == "p" || hit.tags_are_open()));
        prop_assert!(open.total <= 11);
    }
}

trait Open {
    fn tags_are_open(&self) -> bool;
}

impl Open for firstline::search::Hit {
    fn tags_are_open(&self) -> bool {
        self.id[1..].parse::<u32>().is_ok_and(|n| n % 2 == 0)
    }
}

fn listed(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn library(changed: &str) -> Vec<Document> {
    let one = |n: usize| article(&format!("n{n}"), &format!("Article {n}"), "The printer prints on paper.");
    let mut documents: Vec<Document> = (0..50).map(one).collect();
    documents[7].body = changed.to_owned();
    documents
}

#[test]
fn an_index_is_opened_again_taken_further_and_built_anew() {
    let folder = Folder::new();
    let place = folder.path().join("index");
    let open = |text: &str| Index::open(Language::ENGLISH, Some(&place), library(text), &[]).expect("it opens");
    assert_eq!(finds(&open("The scanner scans."), "scanner"), ["n7"]);
    let first = listed(&place.join("staff"));
    assert_eq!(first.len(), 1);
    let inside = |name: &str| {
        let files = listed(&place.join("staff").join(name));
        let time = |file: &String| {
            fs::metadata(place.join("staff").join(name).join(file)).and_then(|meta| meta.modified()).ok()
        };
        files.into_iter().filter(|file| !file.ends_with(".lock")).map(|file| (time(&file), file)).collect::<Vec<_>>()
    };
    let name = first.first().expect("there is one").clone();
    let before = inside(&name);
    // The second start writes nothing.
    assert_eq!(finds(&open("The scanner scans."), "scanner"), ["n7"]);
    assert_eq!((listed(&place.join("staff")), inside(&name)), (first.clone(), before.clone()));
    // A change begins with the files that are there.
    let changed = open("The beamer beams.");
    assert_eq!((finds(&changed, "beamer"), finds(&changed, "scanner").len()), (vec!["n7".to_owned()], 0));
    assert_eq!(changed.search(Reader::Staff, &query("printer")).total, 49);
    let next = listed(&place.join("staff")).difference(&first).next().cloned().expect("a new one");
    let names = |name: &str| inside(name).into_iter().map(|(_, file)| file).collect::<BTreeSet<_>>();
    let segment = names(&name).into_iter().find(|file| file.ends_with(".idx")).expect("there is a segment");
    assert!(names(&next).contains(&segment), "{:?} has none of {:?}", names(&next), names(&name));
    // What nobody has any more is no word to suggest.
    assert_eq!(changed.search(Reader::Staff, &query("scaner")).did_you_mean, None);
    // A damaged one is built again.
    drop(changed);
    let damaged = place.join("staff").join(&next).join(&segment);
    fs::remove_file(&damaged).expect("it is there");
    fs::write(&damaged, "no segment").expect("it can be written");
    assert_eq!(finds(&open("The beamer beams."), "beamer"), ["n7"]);
    fs::write(place.join("staff").join(&next).join("meta.json"), "{}").expect("it can be written");
    assert_eq!(finds(&open("The beamer beams."), "beamer"), ["n7"]);
    // Few old ones stay.
    for n in 0..5 {
        open(&format!("Number {n} counts."));
    }
    assert!(listed(&place.join("staff")).len() <= 3, "{:?}", listed(&place.join("staff")));
}

#[test]
fn several_may_open_one_folder_at_once() {
    let folder = Folder::new();
    let place = folder.path().join("index");
    std::thread::scope(|scope| {
        let open = |n: usize| {
            let place = &place;
            scope.spawn(move || {
                let word = if n.is_multiple_of(2) { "scanner" } else { "beamer" };
                let index = Index::open(Language::ENGLISH, Some(place), library(&format!("The {word} hums.")), &[])
                    .expect("it opens");
                assert_eq!(finds(&index, word), ["n7"]);
            })
        };
        let all: Vec<_> = (0..6).map(open).collect();
        all.into_iter().for_each(|one| one.join().expect("it finds"));
    });
}
