//! What people open of what they find, and whether it helped: it moves searches a little, and names nobody.

use crate::server::{Folder, Server, Visitor, firstline};
use firstline::{
    app::{App, Trail},
    language::Language,
    search::{Hit, Kind, Query, Reader},
    store::{Clicked, Sqlite, Store},
};
use jiff::civil::date;
use std::{fs, path::Path, sync::Arc};

const PLAYBOOK: &str = "
title: The printer stays dark
audience: [self-service, agent]
symptoms: [the lamp is out]
start: lamp
steps:
  lamp: {ask: Is the lamp on?, answers: {yes: fine, no: dark}}
  fine: {resolve: It is on.}
  dark: {not_resolved: It is broken.}
";

fn article(title: &str, body: &str) -> String {
    format!("---\ntitle: {title}\naudience: [self-service, agent]\n---\n\n{body}\n")
}

/// Two articles that a search cannot tell apart, and one that fits better.
fn desk(policy: &str) -> Folder {
    let folder = Folder::new();
    let same = article("Scanner setup", "How the flatbed scanner is set up.");
    folder.write(&[
        ("desk/desk.yaml", policy),
        ("desk/playbooks/dark.yaml", PLAYBOOK),
        ("desk/kb/a.md", &same),
        ("desk/kb/b.md", &same),
        ("desk/kb/c.md", &article("Calibrate the flatbed scanner", "Calibrate the scanner once a year.")),
    ]);
    fs::create_dir_all(folder.path().join("data")).expect("a folder can be made");
    folder
}

async fn open(folder: &Folder) -> Arc<App> {
    let data = folder.path().join("data");
    let store = Arc::new(Sqlite::open(&data).await.expect("it opens"));
    App::open(store, &data, Some(&folder.path().join("desk"))).await.expect("it opens")
}

fn trail<'a>(visitor: &'a str, words: &'a str) -> Trail<'a> {
    Trail { reader: Reader::SelfService, language: Language::ENGLISH, words, visitor }
}

/// What is written, and learned from.
async fn learned(app: &App) {
    app.flush_counts().await;
    app.learn().await.expect("it reads");
}

async fn hits(app: &App, reader: Reader, words: &str) -> Vec<Hit> {
    let query = Query { words: words.into(), explain: true, ..Query::default() };
    app.search(reader, query).await.hits
}

async fn ids(app: &App, words: &str) -> Vec<String> {
    hits(app, Reader::SelfService, words).await.into_iter().map(|hit| hit.id).collect()
}

/// Whether it was moved.
fn says_so(hit: &Hit) -> bool {
    hit.explanation.as_deref().is_some_and(|why| why.contains("opened and helped before"))
}

async fn clicks(app: &App) -> Vec<Clicked> {
    app.store().clicks(date(2020, 1, 1), 100).await.expect("it reads")
}

const WORDS: &str = "scanner setup";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_visitor_moves_nothing() {
    let folder = desk("name: Test\n");
    let app = open(&folder).await;
    let before = hits(&app, Reader::SelfService, WORDS).await;
    for n in 0..100 {
        for words in [WORDS, "setup of my scanner", "set up scanner", "flatbed scanner setup"] {
            app.opened(trail("192.0.2.1", words), Kind::Article, "b");
            app.judged(trail("192.0.2.1", words), Kind::Article, "b", n > 0);
        }
    }
    learned(&app).await;
    let counted: Vec<_> = clicks(&app).await.iter().map(|it| (it.opened, it.helped, it.not_helped)).collect();
    assert_eq!(counted, [(1, 0, 1)], "once, as said first");
    let after = hits(&app, Reader::SelfService, WORDS).await;
    let shown = |hits: &[Hit]| hits.iter().map(|hit| (hit.id.clone(), hit.explanation.clone())).collect::<Vec<_>>();
    assert_eq!(shown(&before), shown(&after));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_visitors_move_a_tie_and_the_explanation_says_so() {
    let folder = desk("name: Test\n");
    let (app, other) = (open(&folder).await, open(&folder).await);
    assert_eq!(ids(&app, WORDS).await[..2], ["a", "b"]);
    // Two come by one process, and one by another.
    for (app, visitor) in [(&app, "192.0.2.1"), (&app, "192.0.2.2"), (&other, "192.0.2.3")] {
        app.opened(trail(visitor, "Scanner   SETUP"), Kind::Article, "b");
        app.flush_counts().await;
    }
    app.learn().await.expect("it reads");
    assert_eq!(ids(&app, WORDS).await[..2], ["b", "a"]);
    assert_eq!(ids(&app, "please, how do I setup my scaner").await[..2], ["b", "a"], "other words, and a misspelt one");
    assert_eq!(hits(&app, Reader::SelfService, "flatbed").await.iter().filter(|hit| says_so(hit)).count(), 0);
    let best = &hits(&app, Reader::Staff, WORDS).await[0];
    let why = best.explanation.as_deref().unwrap_or_default();
    assert!(best.id == "b" && why.ends_with("opened and helped before: ×1.01"), "{why}");
    let says: Vec<_> = hits(&app, Reader::Staff, WORDS).await.iter().map(says_so).collect();
    assert!(says[0] && !says[1..].contains(&true), "{says:?}");
    let run = firstline(&folder.path().join("data"), Some(&folder.path().join("desk")))
        .args(["search", WORDS, "--explain", "--audience", "self-service"])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(said.contains("opened and helped before: ×1.01"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_help_sinks_gently() {
    let folder = desk("name: Test\n");
    let app = open(&folder).await;
    let words = "calibrate scanner";
    assert_eq!(ids(&app, words).await[0], "c");
    let score = |hits: &[Hit], id: &str| hits.iter().find(|hit| hit.id == id).expect("it is found").score;
    let before = hits(&app, Reader::SelfService, WORDS).await;
    for n in 0..30 {
        let visitor = format!("192.0.2.{n}");
        for (words, id) in [(WORDS, "a"), (words, "c")] {
            app.opened(trail(&visitor, words), Kind::Article, id);
            app.judged(trail(&visitor, words), Kind::Article, id, false);
        }
    }
    learned(&app).await;
    assert_eq!(ids(&app, WORDS).await[..2], ["b", "a"]);
    let after = hits(&app, Reader::SelfService, WORDS).await;
    let share = score(&after, "a") / score(&before, "a");
    assert!((0.9..0.97).contains(&share), "{share}");
    assert_eq!(score(&after, "b"), score(&before, "b"));
    assert_eq!(ids(&app, words).await[0], "c", "nothing that fits worse comes before it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_open_moves_nothing_in_self_service() {
    let folder = desk("name: Test\n");
    let app = open(&folder).await;
    for visitor in ["ann", "bo", "cy"] {
        app.opened(Trail { reader: Reader::Staff, ..trail(visitor, WORDS) }, Kind::Article, "b");
    }
    learned(&app).await;
    assert_eq!(ids(&app, WORDS).await[..2], ["a", "b"]);
    assert_eq!(hits(&app, Reader::Staff, WORDS).await[0].id, "b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_may_rank_by_texts_alone() {
    let folder = desk("name: Test\n");
    let app = open(&folder).await;
    for visitor in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        app.opened(trail(visitor, WORDS), Kind::Article, "b");
    }
    learned(&app).await;
    assert_eq!(ids(&app, WORDS).await[0], "b");
    let known = clicks(&app).await;

    folder.write(&[("desk/desk.yaml", "name: Test\nranking: texts\n")]);
    let app = open(&folder).await;
    app.searched(Reader::SelfService, WORDS, 2);
    for visitor in ["192.0.2.4", "192.0.2.5", "192.0.2.6"] {
        app.opened(trail(visitor, WORDS), Kind::Article, "b");
        app.judged(trail(visitor, WORDS), Kind::Article, "b", true);
    }
    learned(&app).await;
    assert_eq!(ids(&app, WORDS).await[..2], ["a", "b"]);
    assert_eq!(clicks(&app).await, known, "nothing is counted for it");
    let searches = app.store().searches(date(2020, 1, 1), 9).await.expect("it reads");
    assert_eq!((searches[0].times, searches[0].opened), (1, 6), "what authors read is");
}

fn guest(server: &Server, address: &str) -> Visitor {
    let mut visitor = server.visitor();
    visitor.headers.push(("x-forwarded-for".into(), address.into()));
    visitor
}

fn rows(data: &Path) -> Vec<(String, String, String, [u64; 3])> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let clicks = runtime.block_on(async {
        let store = Sqlite::open(data).await.expect("it opens");
        store.clicks(date(2020, 1, 1), 100).await.expect("it reads")
    });
    assert!(clicks.iter().all(|it| !it.terms.contains("xyzzy")), "{clicks:?}");
    let row = |it: Clicked| (it.reader, it.kind, it.id, [it.opened, it.helped, it.not_helped]);
    clicks.into_iter().map(row).collect()
}

#[test]
fn the_portal_counts_what_helped_and_keeps_nothing_of_a_person() {
    let folder = desk("name: Test\n");
    let data = folder.path().join("data");
    let server = Server::start(&data, Some(&folder.path().join("desk")));
    let name = "Xyzzy";
    let mail = "xyzzy%40example.com";
    for address in ["203.0.113.77", "2001:db8:77:1::1", "2001:db8:77:1::2"] {
        let mut guest = guest(&server, address);
        guest.get(&format!("/help/search?q=lamp+out+call+{mail}"));
        let page = guest.get(&format!("/help/playbooks/dark?q=lamp+out+{name}+call+{mail}"));
        let fields = [("case", &*page.field("case")), ("words", &*page.field("words"))];
        let page = guest.submit("/help/playbooks/dark", &fields);
        let link = page.body.split("action=\"").find_map(|rest| rest.split_once("answer\"").map(|(link, _)| link));
        let link = link.expect("a step").replace("&#x2f;", "/");
        guest.submit(&format!("{link}answer"), &[("position", &page.field("position")), ("answer", "yes")]);
        assert_eq!(guest.submit(&format!("{link}solved"), &[("confirmed", "yes")]).status, 200);

        let page = guest.get("/help/articles/b?q=scanner+setup");
        assert_eq!(page.field("q"), WORDS);
        let fields = [("helpful", "no"), ("q", WORDS)];
        let said = guest.post("/help/articles/b/feedback", &fields);
        assert_eq!(said.header("location"), Some("/help/articles/b?said=no&q=scanner%20setup#feedback"));
        guest.get("/help/articles/b?said=no&q=scanner%20setup");
    }
    assert!(server.stop(), "it ends well");
    let row = |kind: &str, id: &str, counts| ("self-service".to_owned(), kind.to_owned(), id.to_owned(), counts);
    // A network of the new addresses is one visitor.
    assert_eq!(rows(&data), [row("playbook", "dark", [2, 2, 0]), row("article", "b", [2, 0, 2])]);

    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let searches = runtime.block_on(async {
        let store = Sqlite::open(&data).await.expect("it opens");
        store.searches(date(2020, 1, 1), 100).await.expect("it reads")
    });
    assert!(searches.iter().any(|known| known.words == "lamp out call (contact)"), "{searches:?}");
    for file in ["firstline.db", "firstline.db-wal"] {
        let bytes = fs::read(data.join(file)).unwrap_or_default();
        for secret in ["203.0.113.77", "2001:db8:77", "203.0.113"] {
            let held = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!held, "{secret} is in {file}");
        }
    }
}

#[test]
fn authors_see_what_is_opened_and_what_does_not_help() {
    let folder = desk("name: Test\n");
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    let server = Server::start(&data, Some(&desk));
    for address in ["203.0.113.1", "203.0.113.2"] {
        let mut guest = guest(&server, address);
        guest.get("/help/search?q=Scanner+setup");
        guest.get("/help/search?q=qwertz");
        guest.get("/help/articles/b?q=scanner+setup");
        guest.post("/help/articles/b/feedback", &[("helpful", "no"), ("q", "scanner setup")]);
        guest.get("/help/articles/a?q=setup+scanner");
        guest.post("/help/articles/a/feedback", &[("helpful", "yes"), ("q", "setup scanner")]);
    }
    assert!(server.stop(), "it ends well");
    let says = |arguments: &[&str]| {
        let done = firstline(&data, Some(&desk)).args(arguments).output().expect("it runs");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("it prints text")
    };
    let said = says(&["gaps"]);
    assert!(said.contains("“scanner setup”: b was opened, and did not help (self-service)"), "{said}");
    assert!(!said.contains("”: a was opened"), "{said}");
    let said = says(&["gaps", "--searches"]);
    for line in [
        "    2  “qwertz” found no answer, opened 0 (self-service)",
        "    2  “scanner setup” found 3, opened 2 (self-service)",
        "       a opened 2, helped 2, did not 0",
        "       b opened 2, helped 0, did not 2",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let all: serde_json::Value =
        serde_json::from_str(&says(&["gaps", "--searches", "--format", "json"])).expect("JSON");
    assert_eq!(all["searches"][0]["times"], 2);
    let server = Server::start(&data, Some(&desk));
    let page = server.visitor().get("/library").body;
    for part in ["What people search", "2 opened, 0 helped, 2 not", "Opened from a search, and did not help:"] {
        assert!(page.contains(part), "{page}");
    }
}

#[test]
fn the_console_counts_too() {
    let folder = desk("name: Test\n");
    let data = folder.path().join("data");
    let server = Server::start(&data, Some(&folder.path().join("desk")));
    let mut ann = server.visitor();
    let suggested = ann.get("/suggest?q=scanner+setup").body;
    assert!(suggested.contains("&#x2f;articles&#x2f;a?q=scanner%20setup"), "{suggested}");
    ann.get("/articles/a?q=scanner%20setup");
    let words = "Xyzzy says the lamp is out";
    let page = ann.submit("/cases", &[("words", words), ("name", "Xyzzy Kim"), ("playbook", "dark")]);
    let number = page.body.split("data-case=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a number");
    let long = "the scanner of Xyzzy Kim on the second floor is new and needs its setup today please";
    let found = ann.get(&format!("/cases/{number}/search?q={}", long.replace(' ', "+")));
    assert!(found.body.contains("q=the%20scanner"), "{}", found.body);
    ann.get(&format!("/cases/{number}/search?q=scann&typing=1"));
    assert!(server.stop(), "it ends well");

    let row = |kind: &str, id: &str| ("staff".to_owned(), kind.to_owned(), id.to_owned(), [1, 0, 0]);
    let mut rows = rows(&data);
    rows.sort();
    assert_eq!(rows, [row("article", "a"), row("playbook", "dark")]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let searches = runtime.block_on(async {
        let store = Sqlite::open(&data).await.expect("it opens");
        store.searches(date(2020, 1, 1), 100).await.expect("it reads")
    });
    let mut said: Vec<_> = searches.iter().map(|it| (it.words.as_str(), it.times, it.opened)).collect();
    said.sort();
    let expected = [("scanner setup", 1, 1), ("the caller says the lamp is out", 1, 1)];
    assert_eq!(said, expected, "a long text keeps the desk's words only");
}
