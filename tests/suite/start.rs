//! The start page: from the caller's words to a playbook or an article, with a script and without.

use super::{
    chromium::{Browser, Scripts, is_left_out},
    server::{Answer, Folder, Server, unescape},
};
use thirtyfour::Key;

fn served() -> (Folder, Server) {
    let folder = Folder::new();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder can be made");
    let server = Server::start(&data, None);
    (folder, server)
}

/// Where texts stand in a page, in this order.
fn in_order(answer: &Answer, texts: &[&str]) {
    let body = unescape(&answer.body);
    let mut from = 0;
    for text in texts {
        let at = body[from..].find(text).unwrap_or_else(|| panic!("no {text:?} behind the others in {body}"));
        from += at + text.len();
    }
}

#[test]
fn words_lead_to_a_playbook_that_starts_in_one_go() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    let home = ann.get("/");
    assert!(home.body.contains("What is the caller’s problem?") && home.body.contains("autofocus"), "{}", home.body);
    let (case, words) = (home.field("case"), "my printer says offline");
    let caller = [("case", case.as_str()), ("words", words), ("name", "Maria Keller"), ("contact", "4711")];

    // Without a script, what fits comes with the page; nothing is opened yet, and nothing that was typed is lost.
    let page = ann.post("/", &caller);
    assert_eq!(page.status, 200);
    in_order(&page, &["Maria Keller", "value=\"printer-offline\"", "All playbooks", "You have none."]);
    assert_eq!((page.field("case"), page.field("words")), (case.clone(), words.to_owned()));

    let mut start = caller.to_vec();
    start.push(("playbook", "printer-offline"));
    let opened = ann.post("/cases", &start);
    assert_eq!(opened.header("location"), Some("/cases/1001"));
    assert_eq!(ann.post("/cases", &start).header("location"), Some("/cases/1001"), "a form sent twice is one case");
    let page = ann.get("/cases/1001");
    in_order(&page, &[words, "Is the printer switched on"]);
}

#[test]
fn what_is_typed_is_answered_with_options() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    let id = ann.get("/incidents").field("id");
    let outage = [
        ("id", id.as_str()),
        ("title", "Printing is down"),
        ("text", "**Wait** for it."),
        ("phrases", "printer offline"),
    ];
    assert_eq!(ann.post("/incidents", &outage).status, 303);

    let part = ann.get("/suggest?q=my+printer+says+offline");
    in_order(
        &part,
        &["Known outage", "Printing is down", "Wait for it.", "value=\"printer-offline\"", "Open a case without"],
    );
    let options = part.body.matches("role=\"option\"").count();
    assert_eq!(part.body.matches(" id=\"pick-").count(), options, "every option can be named: {}", part.body);
    assert!(options >= 3 && !part.body.contains("<html"), "{}", part.body);
    assert!(!ann.get("/suggest?q=").body.contains("option"));
    assert!(!ann.get("/suggest?q=%3Cb%3Ex%22%27").body.contains("<b>x"));

    // One who opens a case sees it there too, and can go on.
    let fields = [("words", "it does nothing"), ("playbook", "printer-offline")];
    let page = ann.submit("/cases", &fields);
    assert!(!page.body.contains("Known outage"), "{}", page.body);
    let page = ann.submit("/cases", &[("words", "the printer is offline"), ("playbook", "printer-offline")]);
    in_order(&page, &["Known outage: Printing is down", "Is the printer switched on"]);
}

#[test]
fn a_case_looks_things_up_without_leaving_the_run() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    let page = ann.submit("/cases", &[("words", "nothing prints"), ("playbook", "printer-offline")]);
    assert!(page.body.contains("/cases/1001/search") || unescape(&page.body).contains("/cases/1001/search"));

    let found = ann.get("/cases/1001/search?q=upset+caller");
    in_order(&found, &["Back to case 1001", "value=\"upset caller\"", "/articles/calm-an-upset-caller?case=1001"]);
    let article = ann.get("/articles/calm-an-upset-caller?case=1001");
    in_order(&article, &["Back to case 1001", "<h1>"]);

    let found = ann.get("/cases/1001/search?q=my+account+is+locked");
    in_order(&found, &["action=\"/cases/1001/start\"", "value=\"account-locked-out\""]);
    let page = ann.submit("/cases/1001/start", &[("playbook", "account-locked-out")]);
    assert!(page.body.contains("data-run=") && page.body.contains("nothing prints"), "{}", page.body);

    // Somebody else's case: to be read, not to be started for.
    let mut bo = server.visitor();
    bo.post("/me", &[("name", "Bo"), ("tier", "tier-1")]);
    let found = bo.get("/cases/1001/search?q=my+account+is+locked");
    assert!(found.body.contains("Back to case 1001") && !found.body.contains("name=\"playbook\""), "{}", found.body);
    assert_eq!(bo.get("/cases/7/search?q=x").status, 404);
}

const PLAYBOOK: &str = "title: The cable
start: which
steps:
  which:
    ask: Which system is it?
    save: os
    then: pull
  pull:
    do: Pull the cable.
    verify: Is it out?
    articles: [on-windows, on-macos, for-all]
    worked: bare
    failed: bare
  bare:
    do: Polish the lens of the projector.
    verify: Is it clean?
    worked: {resolve: Good.}
    failed: {not_resolved: Bad.}
";

const POLICY: &str = "name: Test\nfacts:\n  os: {ask: Which system?, choices: {windows: Windows, macos: macOS}}\n";

#[test]
fn articles_stand_beside_the_step_if_they_fit_what_is_known() {
    let folder = Folder::new();
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    std::fs::create_dir_all(&data).expect("a folder can be made");
    let article =
        |title: &str, header: &str| format!("---\ntitle: {title}\n{header}\n---\n\n## Part of {title}\n\nText.\n");
    folder.write(&[
        ("desk/desk.yaml", POLICY),
        ("desk/playbooks/cable.yaml", PLAYBOOK),
        ("desk/kb/on-windows.md", &article("On Windows", "applies_to: {os: [windows]}")),
        ("desk/kb/on-macos.md", &article("On macOS", "applies_to: {os: [macos]}")),
        ("desk/kb/for-all.md", &article("For all", "review_by: 2020-01-01")),
        ("desk/kb/lens.md", "---\ntitle: Polish the lens of the projector\n---\n\nWith a soft cloth.\n"),
    ]);
    let server = Server::start(&data, Some(&desk));
    let mut ann = server.visitor();
    let mut page = ann.submit("/cases", &[("words", "no picture"), ("playbook", "cable")]);
    let mut say = |page: &Answer, answer: &str| {
        let run =
            page.body.split("data-run=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a run").to_owned();
        let position = page.field("position");
        ann.submit(&format!("/cases/1001/runs/{run}/answer"), &[("position", &position), ("answer", answer)])
    };
    page = say(&page, "windows");
    in_order(
        &page,
        &["Pull the cable.", "id=\"beside\"", "On Windows", "Part of On Windows", "For all", "To be reviewed"],
    );
    assert!(!page.body.contains("On macOS"), "{}", page.body);
    page = say(&page, "worked");
    in_order(&page, &["Polish the lens", "id=\"beside\"", "May help here", "/articles/lens?case=1001"]);
    assert!(!page.body.contains("data-beside"), "a suggestion is not the whole article: {}", page.body);
}

#[test]
fn by_keyboard_alone() {
    if is_left_out() {
        return;
    }
    let (_folder, server) = served();
    let browser = Browser::open(&server.address, Scripts::On);
    browser.go("/");
    // The field has the focus; what fits comes while one types, and the field says which option is meant.
    browser.press("my printer says offline");
    browser.sees("#found", "Printer is offline");
    let active = || browser.ask("return document.querySelector('#words').getAttribute('aria-activedescendant')");
    browser.press(Key::Down);
    browser.until("an option", || active().is_string().then_some(()));
    let first = active();
    browser.press(Key::Down);
    browser.until("the next option", || (active() != first).then_some(()));
    browser.press(Key::Up);
    browser.until("the first option", || (active() == first).then_some(()));
    let chosen = browser.texts("[role=option][aria-selected=true] .pick-title");
    assert!(chosen.len() == 1 && chosen[0].contains("Printer is offline"), "{chosen:?}");
    browser.press(Key::Enter);
    browser.sees("#prompt", "switched on");
    browser.sees("h1", "my printer says offline");

    // Looking something up does not leave the step.
    let position = browser.attribute("#step", "data-position");
    browser.press("/");
    browser.sees("#panel", "Search");
    browser.until("the field", || (browser.ask("return document.activeElement.id") == "look-up").then_some(()));
    browser.press("calm an upset caller");
    browser.sees("#looked-up", "Calm");
    let is_article = || {
        let address = browser.ask("return document.activeElement.pathname ?? ''");
        address.as_str().is_some_and(|address| address.starts_with("/articles/")).then_some(())
    };
    browser.until("an article below", || {
        browser.press(Key::Down);
        is_article()
    });
    browser.press(Key::Enter);
    browser.until("the article", || {
        (browser.ask("return document.querySelectorAll('#panel .prose').length") == 1).then_some(())
    });
    browser.press(Key::Escape);
    browser.until("the step", || (browser.ask("return document.activeElement.id") == "prompt").then_some(()));
    assert_eq!((browser.at(), browser.attribute("#step", "data-position")), ("/cases/1001".to_owned(), position));
    browser.press("1");
    browser.sees("#prompt", "Can other people print");
}
