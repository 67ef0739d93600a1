//! Copy as reply: what a caller is sent of a step, of everything up to it, and of an article, and what never.

use crate::server::{Folder, Server, Visitor, unescape};

const DESK: &str = "name: Test\nlink: http://localhost:9/\n";
const PLAYBOOK: &str = r#"title: The cable
audience: [agent]
start: hello
steps:
  hello:
    say: Sit down **first**, {{ case.caller }}.
    tip: The tip is secret.
    then: plug
  plug:
    do: Pull the plug, as in [the picture](public-one#plug) and [the rules](staff-one).
    verify: Is it out?
    worked: look
    failed: {not_resolved: It is stuck.}
    tip: Another secret.
  look:
    ask: Look it up in the secret list.
    audience: agent
    answers:
      fine: {label: Fine, goto: colour}
      bad: {label: Bad, goto: {not_resolved: No.}}
  colour:
    ask: Which colour is [the cable](https://cables.example/a_b)?
    answers:
      red: {label: Red one, goto: {resolve: Good.}}
      blue: {label: Blue_one, goto: {resolve: Good.}}
"#;

const LAMP: &str = "title: The lamp
audience: [agent, self-service]
start: on
steps:
  on:
    do: Switch it on.
    verify: Is it on?
    worked: {resolve: Good.}
    failed: {not_resolved: Bad.}
";

fn served() -> (Folder, Server) {
    let folder = Folder::new();
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    std::fs::create_dir_all(&data).expect("a folder can be made");
    folder.write(&[
        ("desk/desk.yaml", DESK),
        ("desk/playbooks/cable.yaml", PLAYBOOK),
        ("desk/playbooks/lamp.yaml", LAMP),
        ("desk/kb/public-one.md", "---\ntitle: Public one\naudience: [self-service]\n---\n\n## Plug\n\nPull **hard**; [then](playbook:lamp) or ask [staff](staff-one).\n"),
        ("desk/kb/staff-one.md", "---\ntitle: Staff one\n---\n\nSecret words.\n"),
    ]);
    let server = Server::start(&data, Some(&desk));
    (folder, server)
}

/// A text of a case's reply alone.
fn text(visitor: &mut Visitor, case: &str, of: &str, form: &str) -> String {
    let answer = visitor.get(&format!("{case}/reply?of={of}&as={form}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    answer.body
}

#[test]
fn a_step_and_the_way_to_it_are_sent_without_what_is_for_staff() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    let opened = ann.post("/cases", &[("words", "no light"), ("name", "Maria_K"), ("playbook", "cable")]);
    let case = opened.header("location").expect("it leads to the case").to_owned();
    let say = |ann: &mut Visitor, answer: &str| {
        let page = ann.get(&case);
        let run =
            page.body.split("data-run=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a run").to_owned();
        let position = page.field("position");
        ann.submit(&format!("{case}/runs/{run}/answer"), &[("position", &position), ("answer", answer)])
    };
    assert_eq!(text(&mut ann, &case, "step", "plain"), "Sit down first, Maria_K.");
    assert_eq!(text(&mut ann, &case, "step", "markdown"), "Sit down **first**, Maria\\_K.");

    let page = say(&mut ann, "next");
    assert!(page.body.contains("Another secret."), "agents see the tip: {}", page.body);
    let plain = text(&mut ann, &case, "step", "plain");
    assert!(plain.starts_with("Pull the plug, as in the picture") && plain.ends_with("Is it out?"), "{plain}");
    assert!(plain.contains(" and the rules."), "{plain}");

    // The step in between is for staff only.
    let page = say(&mut ann, "worked");
    assert!(page.body.contains("secret list"), "{}", page.body);
    let answer = ann.get(&format!("{case}/reply?of=step&as=plain"));
    assert_eq!(answer.status, 404, "{}", answer.body);
    assert!(!answer.body.contains("secret list"), "{}", answer.body);
    assert!(!page.body.contains("reply?of=step"), "{}", page.body);
    let path = text(&mut ann, &case, "path", "plain");
    assert!(path.contains("Sit down first") && path.contains("Is it out?") && !path.contains("secret"), "{path}");

    say(&mut ann, "fine");
    let plain = text(&mut ann, &case, "step", "plain");
    assert!(plain.starts_with("Which colour is the cable (https://cables.example/a_b)?"), "{plain}");
    assert!(plain.contains("Red one") && plain.contains("Blue_one") && !plain.contains("No answer fits"), "{plain}");
    let path = text(&mut ann, &case, "path", "markdown");
    assert!(path.starts_with("1. Sit down **first**, Maria\\_K.\n\n2. Pull the plug"), "{path}");
    assert!(path.contains("3. Which colour is [the cable](<https://cables.example/a_b>)?"), "{path}");
    assert!(!path.to_lowercase().contains("secret"), "{path}");

    // The same on a page, for those without a script.
    let page = ann.get(&format!("{case}/reply"));
    assert_eq!(page.status, 200);
    assert!(unescape(&page.body).contains("Which colour is the cable (https://cables.example/a_b)?"), "{}", page.body);
    assert!(page.body.contains("readonly") && page.body.contains("Back to the case"), "{}", page.body);
    assert_eq!(ann.get("/cases/4/reply").status, 404);
}

#[test]
fn an_article_is_sent_if_callers_may_read_it() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    assert!(unescape(&ann.get("/articles/public-one").body).contains("/articles/public-one/reply"));
    let plain = ann.get("/articles/public-one/reply?as=plain").body;
    let expected = "Public one\n\nPlug\n\nPull hard; then (http://localhost:9/help/playbooks/lamp) or ask staff.\n\n\
                    http://localhost:9/help/articles/public-one";
    assert_eq!(plain, expected);
    let markdown = ann.get("/articles/public-one/reply?as=markdown").body;
    assert!(markdown.starts_with("# Public one\n\n## Plug\n\nPull **hard**; [then](<http://"), "{markdown}");
    assert!(markdown.contains(" or ask staff."), "{markdown}");

    assert!(!unescape(&ann.get("/articles/staff-one").body).contains("staff-one/reply"));
    for path in ["/articles/staff-one/reply", "/articles/staff-one/reply?as=plain"] {
        let answer = ann.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("Secret words"), "{}", answer.body);
    }
    assert_eq!(ann.get("/articles/none/reply").status, 404);
}
