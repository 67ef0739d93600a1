//! The portal over HTTP: guided to a solution, handed over to a person, and nothing of staff on any page.

use super::server::{Answer, Folder, Server, Visitor, firstline};
use firstline::store::{Sqlite, Store};
use jiff::civil::date;
use std::fs;

/// Stands in everything that only staff may read.
const STAFF: &str = "zebrawood";

const POLICY: &str = "
name: Help Desk
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1, name: Service desk, respond_within: 15m}
  - {id: tier-2, level: 2, name: Technical teams, teams: [zebrawood-team]}
";

const PRINTER: &str = r#"
title: The printer stays dark
summary: It does not switch on, or prints nothing.
audience: [self-service, agent]
category: printers
symptoms: [my printer says offline, the printer is dark]
start: lamp
facts:
  pages: {ask: How many pages came out?, type: number, min: 0, max: 10}
steps:
  lamp:
    ask: Is the lamp on?
    tip: Ask for the zebrawood lamp.
    minutes: 1
    answers:
      yes: {label: "Yes", goto: page}
      no: {label: "No, it is dark", goto: plug}
  plug:
    do: Plug it in, and press the *button*.
    verify: Is the lamp on now?
    minutes: 3
    worked: page
    failed: {escalate: "A zebrawood power supply", tell: "Somebody brings another printer.", to: tier-2, team: zebrawood-team}
  page:
    ask: Print a page. Does it come out?
    article: dark-printer
    answers:
      yes: {label: "It does", goto: {resolve: A page came out.}}
      half: {label: "Only a part", goto: count}
      no: {label: "It does not", goto: panel}
  count:
    branch:
      - {if: pages > 5, goto: {resolve: Enough pages came out.}}
    else: panel
  panel:
    audience: agent
    do: Open the zebrawood panel.
    verify: Is the zebrawood open?
    worked: {resolve: The zebrawood panel was open.}
    failed: {not_resolved: The zebrawood is worn.}
"#;

const BACKROOM: &str = "
title: The zebrawood playbook
audience: [agent]
category: zebrawood
symptoms: [zebrawood]
steps:
  look: {say: Look at the zebrawood., then: {resolve: Seen.}}
start: look
";

const DARK: &str = "---
title: A dark printer
summary: What the lamp says.
audience: [self-service, agent]
category: printers
aliases: [lamp-dark]
related: [printer-dark, backroom]
---

The lamp is green when it is ready. See [the back room](backroom) and [the guide](playbook:printer-dark).

## When it blinks

Wait for a **minute**.

```
lpstat -p
```
";

const SECRET: &str = "---
title: The zebrawood room
audience: [agent]
category: zebrawood
tags: [zebrawood]
aliases: [old-backroom]
---

The zebrawood key hangs behind the printer.
";

/// A desk that serves.
struct Scene {
    server: Server,
    folder: Folder,
}

impl Scene {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write(&[
            ("desk/desk.yaml", POLICY),
            ("desk/playbooks/printer-dark.yaml", PRINTER),
            ("desk/playbooks/zebrawood.yaml", BACKROOM),
            ("desk/kb/dark-printer.md", DARK),
            ("desk/kb/backroom.md", SECRET),
        ]);
        let data = folder.path().join("data");
        fs::create_dir_all(&data).expect("a folder can be made");
        let server = Server::start(&data, Some(&folder.path().join("desk")));
        Self { server, folder }
    }

    fn guest(&self) -> Guest {
        Guest { visitor: self.server.visitor(), page: String::new() }
    }
}

/// Somebody who helps themselves, on one page after the other; none may hold a word of staff.
struct Guest {
    visitor: Visitor,
    page: String,
}

impl Guest {
    fn seen(answer: Answer) -> Answer {
        assert!(!answer.body.contains(STAFF), "a word of staff: {}", answer.body);
        answer
    }

    fn get(&mut self, path: &str) -> Answer {
        Self::seen(self.visitor.get(path))
    }

    /// Posts a form, follows it, and stays there.
    fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.visitor.post(path, fields);
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        self.page = answer.header("location").expect("it leads on").to_owned();
        let answer = self.get(&self.page.clone());
        assert_eq!(answer.status, 200);
        answer
    }

    fn start(&mut self, words: &str) -> Answer {
        let page = self.get(&format!("/help/playbooks/printer-dark?q={}", words.replace(' ', "+")));
        assert_eq!(page.status, 200, "{}", page.body);
        let (case, words) = (page.field("case"), page.field("words"));
        self.submit("/help/playbooks/printer-dark", &[("case", &case), ("words", &words)])
    }

    /// Gives an answer where they stand.
    fn answer(&mut self, answer: &str) -> Answer {
        let page = self.get(&self.page.clone());
        let position = page.field("position");
        self.submit(&format!("{}/answer", self.page), &[("position", &position), ("answer", answer)])
    }

    /// The case's number, out of its link.
    fn number(&self) -> String {
        let link = self.page.strip_prefix("/help/cases/").expect("it is a case's page");
        link.split_once('-').expect("a number and an end").0.to_owned()
    }
}

fn shows(answer: &Answer, words: &[&str]) {
    for word in words {
        assert!(answer.body.contains(word), "no {word:?} in {}", answer.body);
    }
}

#[test]
fn guided_to_a_solution() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    shows(&guest.get("/help"), &["What do you need help with?", "The printer stays dark", "Printers", "Help Desk"]);
    shows(&guest.get("/help/playbooks/printer-dark"), &["The printer stays dark", "Takes about", "minutes"]);
    shows(&guest.start("it is dark"), &["Is the lamp on?", "No, it is dark", "Step 1", "it is dark"]);
    shows(&guest.answer("no"), &["<em>button</em>", "Is the lamp on now?", "I cannot do this", "Step 2"]);
    // Back, and on again with the answer kept.
    let page = guest.get(&guest.page.clone());
    let back = guest.submit(&format!("{}/back", guest.page), &[("position", &page.field("position"))]);
    shows(&back, &["Is the lamp on?", "Is it still so?"]);
    guest.answer("no");
    shows(&guest.answer("worked"), &["Does it come out?", "A dark printer", "When it blinks"]);
    // A change says what is asked again.
    let change = guest.get(&format!("{}/change?at=lamp&amp;visit=1", guest.page).replace("&amp;", "&"));
    shows(&change, &["Is the lamp on?", "No, it is dark"]);
    let typed = guest.answer("half");
    shows(&typed, &["How many pages came out?", "From 0", "to 10"]);
    let position = typed.field("position");
    let wrong = guest.visitor.post(&format!("{}/answer", guest.page), &[("position", &position), ("value", "many")]);
    assert_eq!(wrong.status, 422);
    shows(&wrong, &["does not fit", "How many pages came out?"]);
    let ended = guest.submit(&format!("{}/answer", guest.page), &[("position", &position), ("value", "7,5")]);
    shows(&ended, &["Does it work?", "Enough pages came out."]);
    let solved = guest.submit(&format!("{}/solved", guest.page), &[("confirmed", "yes")]);
    shows(&solved, &["<h1>Solved</h1>", "Good that it works"]);
    // Twice is once.
    shows(&guest.submit(&format!("{}/solved", guest.page), &[("confirmed", "yes")]), &["<h1>Solved</h1>"]);
    let mut agent = scene.server.visitor();
    shows(&agent.get(&format!("/cases/{}", guest.number())), &["the caller confirmed it"]);
}

#[test]
fn what_only_seems_solved_is_not_confirmed() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    guest.start("dark");
    guest.answer("yes");
    guest.answer("yes");
    let later = guest.submit(&format!("{}/solved", guest.page), &[("confirmed", "later")]);
    shows(&later, &["This should be solved", "Yes, it works", "No, not solved"]);
    let open = guest.submit(&format!("{}/reopen", guest.page), &[("words", "dark again")]);
    shows(&open, &["Does it work?"]);
    let waiting = guest.submit(
        &format!("{}/person", guest.page),
        &[("words", "It is dark again"), ("name", "Kim"), ("contact", "4711")],
    );
    shows(&waiting, &["A colleague takes over", "Service desk", "We reach you here", "Kim, 4711"]);
    let mut agent = scene.server.visitor();
    shows(&agent.get("/queue?tier=tier-1"), &[&guest.number()]);
    shows(&agent.get(&format!("/cases/{}", guest.number())), &["It is dark again", "4711"]);
}

#[test]
fn a_dead_end_stands_in_the_queue_at_its_step_and_an_agent_goes_on_there() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    guest.start("my printer says offline");
    guest.answer("yes");
    let waiting = guest.answer("no");
    shows(
        &waiting,
        &["A colleague takes over from here", "nothing has to be told again", "Service desk", "somebody answers by"],
    );
    shows(&waiting, &["my printer says offline", "Is the lamp on?", "It does not", "How do we reach you?"]);
    let described =
        guest.submit(&format!("{}/describe", guest.page), &[("name", "Kim"), ("contact", "kim@example.com")]);
    shows(&described, &["kim@example.com"]);
    guest.submit(&format!("{}/add", guest.page), &[("words", "I am in until four")]);

    let mut agent = scene.server.visitor();
    let number = guest.number();
    shows(&agent.get("/queue?tier=tier-1"), &[&number, "Kim"]);
    let case = format!("/cases/{number}");
    shows(&agent.get(&case), &["from here on it takes staff", "I am in until four", "kim@example.com"]);
    let claimed = agent.submit(&format!("{case}/claim"), &[]);
    assert_eq!(claimed.status, 200);
    shows(&guest.get(&guest.page.clone()), &["Somebody is working on it", "I am in until four"]);
    let run = claimed.field("run");
    shows(&agent.submit(&format!("{case}/take-over"), &[("run", &run)]), &["Open the zebrawood panel."]);
    agent.submit(&format!("{case}/note"), &[("text", "The zebrawood looks bad")]);
    agent.submit(&format!("{case}/describe"), &[("name", "zebrawood"), ("contact", "1"), ("words", "zebrawood words")]);
    // Whoever opened it sees that somebody works on it, and what they did themselves.
    let worked_on = guest.get(&guest.page.clone());
    shows(&worked_on, &["Somebody is working on it", "my printer says offline", "kim@example.com", "It does not"]);
    // They cannot go on with the run any more.
    let late = guest.visitor.post(&format!("{}/answer", guest.page), &[("answer", "worked")]);
    assert_eq!(late.status, 409);
    shows(&Guest::seen(late), &["gone on with a person"]);

    let position = agent.get(&case).field("position");
    agent.submit(&format!("{case}/runs/{run}/answer"), &[("position", &position), ("answer", "worked")]);
    agent.submit(&format!("{case}/resolve"), &[("text", "new zebrawood"), ("confirmed", "no")]);
    shows(&guest.get(&guest.page.clone()), &["This should be solved", "Does it work for you?", "What you did"]);
    let again = guest.submit(&format!("{}/reopen", guest.page), &[("words", "Still dark")]);
    shows(&again, &["Somebody is working on it"]);
    agent.submit(&format!("{case}/resolve"), &[("text", "newer zebrawood"), ("confirmed", "no")]);
    let solved = guest.submit(&format!("{}/solved", guest.page), &[("confirmed", "yes")]);
    shows(&solved, &["<h1>Solved</h1>"]);
    shows(&agent.get(&case), &["the caller confirmed it"]);
}

#[test]
fn what_the_playbook_tells_the_caller_is_told() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    guest.start("dark");
    guest.answer("no");
    shows(&guest.answer("failed"), &["Somebody brings another printer.", "Technical teams"]);
}

#[test]
fn a_person_at_any_time() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    guest.start("dark");
    let waiting = guest.submit(&format!("{}/person", guest.page), &[("words", "I would rather talk"), ("name", "")]);
    shows(&waiting, &["A colleague takes over", "How do we reach you?"]);
    // Twice is once.
    guest.submit(&format!("{}/person", guest.page), &[("words", "I would rather talk")]);
    let mut agent = scene.server.visitor();
    let case = agent.get(&format!("/cases/{}", guest.number()));
    shows(&case, &["handed over on request", "I would rather talk"]);
    let claimed = agent.submit(&format!("/cases/{}/claim", guest.number()), &[]);
    let run = claimed.field("run");
    let on = agent.submit(&format!("/cases/{}/take-over", guest.number()), &[("run", &run)]);
    shows(&on, &["Is the lamp on?"]);
}

#[test]
fn a_question_without_a_playbook() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    shows(&guest.get("/help/ask?words=my+printer+says+offline"), &["Does one of these help", "The printer stays dark"]);
    let page = guest.get("/help/ask");
    let case = page.field("case");
    let fields = [("case", case.as_str()), ("words", "A new badge"), ("name", "Kim"), ("contact", "4711")];
    let sent = guest.submit("/help/ask", &fields);
    shows(&sent, &["A colleague takes over", "A new badge", "Kim, 4711"]);
    let first = guest.page.clone();
    guest.submit("/help/ask", &fields);
    assert_eq!(guest.page, first, "the form sent twice is one case");
    let mut agent = scene.server.visitor();
    shows(&agent.get("/queue?tier=tier-1"), &["A new badge", "Kim"]);
    assert_eq!(guest.visitor.post("/help/ask", &[("words", "  ")]).status, 422);
}

#[test]
fn twice_is_once_and_an_old_page_says_so() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    let start = guest.get("/help/playbooks/printer-dark");
    let fields = [("case", start.field("case")), ("words", "x".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let first = guest.submit("/help/playbooks/printer-dark", &fields);
    let link = guest.page.clone();
    guest.submit("/help/playbooks/printer-dark", &fields);
    assert_eq!(guest.page, link, "the form sent twice is one case");
    let old = first.field("position");
    let twice = [("position", old.as_str()), ("answer", "no")];
    guest.submit(&format!("{link}/answer"), &twice);
    shows(&guest.submit(&format!("{link}/answer"), &twice), &["Is the lamp on now?"]);
    let stale = Guest::seen(guest.visitor.post(&format!("{link}/answer"), &[("position", &old), ("answer", "yes")]));
    assert_eq!(stale.status, 409);
    shows(&stale, &["You were further already", "Is the lamp on now?"]);
    let none = Guest::seen(guest.visitor.post(&format!("{link}/answer"), &[("position", &stale.field("position"))]));
    assert_eq!(none.status, 422);
}

/// An answer without what is the asker's own.
fn bare(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, headers, answer.body.clone())
}

#[test]
fn what_may_not_be_read_is_as_if_it_did_not_exist() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    let nothing = bare(&guest.get("/help/articles/there-is-none"));
    assert_eq!(nothing.0, 404);
    for path in [
        "/help/articles/backroom",
        "/help/articles/old-backroom",
        "/help/playbooks/zebrawood",
        "/help/playbooks/there-is-none",
        "/help/elsewhere",
        "/help/cases/1001-AAAAAAAAAAAAAAAAAAAAAA",
        "/help/cases/1001",
        "/help/cases/x-y",
    ] {
        assert_eq!(bare(&guest.get(path)), nothing, "{path}");
    }
    for path in ["/help/playbooks/zebrawood", "/help/playbooks/none", "/help/articles/backroom/feedback"] {
        let answer = Guest::seen(guest.visitor.post(path, &[("helpful", "yes"), ("words", "x")]));
        assert_eq!(bare(&answer), nothing, "{path}");
    }
    guest.start("dark");
    let link = guest.page.clone();
    assert_eq!(guest.get(&link).status, 200);
    let (end, rest) = (link.len() - 1, &link[..link.len() - 2]);
    let forged = [format!("{rest}AA"), link[..end].to_owned(), link.replace("1001-", "1002-"), format!("{link}A")];
    for link in forged {
        assert_eq!(bare(&guest.get(&link)), nothing, "{link}");
        assert_eq!(guest.visitor.post(&format!("{link}/answer"), &[("answer", "no")]).status, 404);
    }
    // A case that staff opened has no page here, whatever its number.
    let mut agent = scene.server.visitor();
    agent.submit("/cases", &[("words", "called")]);
    let of_staff = link.replace("1001-", "1002-");
    assert_eq!(bare(&guest.get(&of_staff)), nothing);
    for q in [STAFF, "key+behind", "back+room"] {
        for page in ["suggest", "search"] {
            let found = scene.server.visitor().get(&format!("/help/{page}?q={q}"));
            assert_eq!(found.status, 200);
            let own_words = found.body.replace(&format!("“{q}”"), "").replace(&format!("={q}"), "");
            let own_words = own_words.replace(&format!("value=\"{q}\""), "").replace(&format!("<title>{q}"), "");
            assert!(!own_words.contains(STAFF), "{own_words}");
        }
    }
}

#[test]
fn search_leads_to_the_playbook() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    assert_eq!(guest.get("/help/").header("location"), Some("/help"));
    let found = guest.get("/help/search?q=my+printer+says+offline");
    shows(&found, &["The printer stays dark", "printer-dark?q=my%20printer%20says%20offline"]);
    let suggested = guest.get("/help/suggest?q=my+prin");
    shows(&suggested, &["role=\"listbox\"", "role=\"option\"", "Search for “my prin”"]);
    assert!(!suggested.body.contains("<html"), "it is a part of a page");
    let nothing = guest.get("/help/search?q=qqqqqq");
    shows(&nothing, &["Nothing was found for “qqqqqq”", "The printer stays dark", "ask?words=qqqqqq"]);
    let typed = guest.get("/help/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert!(!typed.body.contains("<script>alert"), "{}", typed.body);
    shows(&guest.get("/help/search?category=printers"), &["The printer stays dark", "<h1>Printers</h1>"]);
    for odd in ["/help/search", "/help/search?page=x&q=a", "/help/search?q=a&page=999999", "/help/search?q=%00"] {
        assert_eq!(guest.get(odd).status, 200, "{odd}");
    }
}

#[test]
fn what_is_searched_and_opened_is_counted_without_who() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    for path in [
        "/help/search?q=My++Printer+says+offline",
        "/help/search?q=my+printer+says+offline",
        "/help/search?q=my+printer+says+offline&category=printers",
        "/help/suggest?q=my+pri",
        "/help/playbooks/printer-dark?q=my+printer+says+offline",
        "/help/playbooks/printer-dark",
        "/help/articles/dark-printer",
        "/help/articles/backroom",
    ] {
        guest.get(path);
    }
    shows(&guest.get("/help"), &["Fix it step by step"]);
    let Scene { server, folder } = scene;
    assert!(server.stop(), "it ends well");
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let (searches, views) = runtime.block_on(async {
        let store = Sqlite::open(&data).await.expect("it opens");
        let since = date(2020, 1, 1);
        (store.searches(since, 9).await.expect("it reads"), store.views(since, 9).await.expect("it reads"))
    });
    let said: Vec<_> = searches.iter().map(|known| (known.words.as_str(), known.times, known.opened)).collect();
    assert_eq!(said, [("my printer says offline", 2, 1)]);
    assert!(searches[0].hits > 0 && searches[0].reader == "self-service");
    let seen: Vec<_> = views.iter().map(|(kind, id, times)| (kind.as_str(), id.as_str(), *times)).collect();
    assert_eq!(seen, [("playbook", "printer-dark", 2), ("article", "dark-printer", 1)]);
    // The next time, that is what is popular.
    let server = Server::start(&data, Some(&folder.path().join("desk")));
    let scene = Scene { server, folder };
    shows(&scene.guest().get("/help"), &["Often opened", "A dark printer", "The printer stays dark"]);
}

#[test]
fn an_article_and_whether_it_helped() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    let article = guest.get("/help/articles/dark-printer?q=lamp");
    shows(&article, &["<h1>A dark printer</h1>", "What the lamp says.", "When it blinks", "<strong>minute</strong>"]);
    shows(&article, &["lpstat -p", "Was this helpful?", "Fix it step by step", "search?q=lamp", "the back room"]);
    assert!(!article.body.contains("backroom"), "a link to what may not be read leads nowhere");
    let moved = guest.get("/help/articles/lamp-dark");
    assert_eq!((moved.status, moved.header("location")), (301, Some("/help/articles/dark-printer")));

    let at = "/help/articles/dark-printer/feedback";
    shows(&guest.submit(at, &[("helpful", "yes")]), &["Thank you"]);
    shows(&guest.submit(at, &[("helpful", "no")]), &["What was wrong?", "It is out of date"]);
    let why = [("helpful", "no"), ("reason", "out-of-date"), ("words", "the lamp is blue")];
    shows(&guest.submit(at, &why), &["Thank you", "Talk to a person"]);
    let mut other = scene.guest();
    other.submit(at, &[("helpful", "yes"), ("reason", "out-of-date"), ("words", "x")]);
    other.submit(at, &[("helpful", "no"), ("reason", "elsewhere")]);
    let Scene { server, folder } = scene;
    assert!(server.stop(), "it ends well");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let feedback = runtime.block_on(async {
        let store = Sqlite::open(&folder.path().join("data")).await.expect("it opens");
        store.feedback(Some("dark-printer"), 9).await.expect("it reads")
    });
    let said: Vec<_> =
        feedback.iter().map(|known| (known.helpful, known.reason.as_deref(), known.words.as_str())).collect();
    assert_eq!(said, [(false, None, ""), (false, Some("out-of-date"), "the lamp is blue")]);
    assert_eq!(feedback[0].revision, feedback[1].revision);
    assert_ne!(feedback[0].id, feedback[1].id);
}

#[test]
fn a_known_outage_stands_first_for_those_who_may_know_of_it() {
    let scene = Scene::new();
    let mut agent = scene.server.visitor();
    let mut guest = scene.guest();
    for (title, audience) in [("Mail is down", "yes"), ("The zebrawood is down", "")] {
        let page = agent.get("/incidents");
        let fields = [
            ("id", page.field("id")),
            ("title", title.to_owned()),
            ("text", "We are **on it**.".to_owned()),
            ("phrases", "no mail arrives".to_owned()),
            ("self_service", audience.to_owned()),
        ];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let fields = &fields[..if audience.is_empty() { 4 } else { 5 }];
        assert_eq!(agent.post("/incidents", fields).status, 303);
    }
    for path in ["/help", "/help/search?q=no+mail+arrives", "/help/ask?words=no+mail+arrives"] {
        shows(&guest.get(path), &["Known problem", "Mail is down", "<strong>on it</strong>"]);
    }
    assert!(!guest.get("/help/search?q=printer").body.contains("Known problem"));
}

#[test]
fn a_page_with_all_it_loads_is_small() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), None);
    let mut guest = Guest { visitor: server.visitor(), page: String::new() };
    let loaded: usize = firstline::web::assets::all()
        .iter()
        .filter(|asset| ["base", "portal", "icon"].iter().any(|name| asset.name.starts_with(name)))
        .map(|asset| asset.text.len())
        .sum();
    let desk = firstline::app::starter();
    let articles = desk.articles.values().filter(|article| article.self_service);
    let playbooks = desk.playbooks.values().filter(|playbook| playbook.audience.self_service);
    let pages = ["/help", "/help/search?q=printer", "/help/search", "/help/ask"].map(str::to_owned).into_iter();
    let pages = pages.chain(articles.map(|article| format!("/help/articles/{}", article.id)));
    for page in pages.chain(playbooks.map(|playbook| format!("/help/playbooks/{}", playbook.id))) {
        let answer = guest.visitor.get(&page);
        assert_eq!(answer.status, 200, "{page}");
        // Not even compressed.
        assert!(answer.bytes.len() + loaded < 60_000, "{page}: {} and {loaded}", answer.bytes.len());
    }
}

#[test]
fn too_much_from_one_address_is_refused() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    let post = |guest: &mut Guest| guest.visitor.post("/help/playbooks/printer-dark", &[]);
    let refused = (0..80).map(|_| post(&mut guest)).find(|answer| answer.status != 303).expect("it ends");
    assert_eq!(refused.status, 429);
    shows(&refused, &["A short break, please", "Search for help"]);
    // Somebody else behind the same proxy may.
    guest.visitor.headers.push(("x-forwarded-for".into(), "192.0.2.7".into()));
    assert_eq!(post(&mut guest).status, 303);
}

#[test]
fn nobody_signs_in_and_those_who_did_are_not_in_the_way() {
    let scene = Scene::new();
    let data = scene.folder.path().join("data");
    scene.folder.write(&[("password", "correct horse battery")]);
    let mut add = firstline(&data, Some(&scene.folder.path().join("desk")));
    add.args(["user", "add", "ann", "--role", "agent", "--tier", "tier-1", "--password-file"]);
    assert!(add.arg(scene.folder.path().join("password")).output().expect("it runs").status.success());
    let mut guest = scene.guest();
    assert_eq!(guest.visitor.get("/queue").status, 303, "the console asks who it is");
    shows(&guest.start("dark"), &["Is the lamp on?"]);
    shows(&guest.answer("no"), &["Is the lamp on now?"]);
    let mut staff = scene.guest();
    let signed = staff.visitor.post("/sign-in", &[("login", "ann"), ("password", "correct horse battery")]);
    assert_eq!(signed.status, 303);
    let page = staff.get("/help/playbooks/printer-dark");
    let (case, token) = (page.field("case"), page.field("token"));
    assert_eq!(staff.visitor.post("/help/playbooks/printer-dark", &[("case", &case)]).status, 403);
    let fields = [("case", case.as_str()), ("token", token.as_str())];
    // What they do here, they do as anybody.
    shows(&staff.submit("/help/playbooks/printer-dark", &fields), &["Is the lamp on?"]);
}

#[test]
fn forms_of_other_web_pages_are_refused() {
    let scene = Scene::new();
    let mut guest = scene.guest();
    guest.visitor.headers.push(("origin".into(), "https://elsewhere.example".into()));
    guest.visitor.headers.push(("sec-fetch-site".into(), "cross-site".into()));
    assert_eq!(guest.visitor.post("/help/playbooks/printer-dark", &[]).status, 403);
}
