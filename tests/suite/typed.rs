//! What people type is text, on every page, in the terminal's JSON and in tickets.

use crate::{
    receiver::{Receiver, Reply},
    server::{Answer, Folder, Server, Visitor, firstline, unescape},
};
use std::{
    io::Write,
    process::Stdio,
    time::{Duration, Instant},
};

/// Markup of every kind, letters that turn a line around, and control characters.
const EVIL: &str = "zq<img src=x onerror=alert(1)>\"'><script>alert(1)</script></textarea></title>\
    [x](javascript:alert(1)) ![y](http://evil.example/z.png) <u>under</u> {{ 1234*5678 }} \
    \u{202e}abc\u{2066}\u{200f} \u{1b}[31m\u{7} &lt; `code`";

const PLAYBOOK: &str = "
title: A question
symptoms: [one]
start: ask
facts:
  model: {type: text}
steps:
  ask: {ask: Which model is it?, save: model, then: on}
  on: {ask: \"Is the {{ model }} of {{ case.caller }} on?\", answers: {yes: done, no: up}}
  up: {escalate: \"The {{ model }} stays dark.\", tell: \"Somebody looks at the {{ model }}.\", to: tier-2}
  done: {resolve: It works.}
";

fn policy(receiver: &Receiver) -> String {
    format!(
        "name: Test desk\ntiers:\n  - {{id: tier-1, level: 1}}\n  - {{id: tier-2, level: 2, deliver: [helpdesk]}}\n\
         connectors:\n  helpdesk: {{use: webhook, url: \"{}\"}}\n",
        receiver.url()
    )
}

/// Every element of a page is one of ours, none has a handler, no link leads where it must not.
fn is_clean(page: &Answer, what: &str) {
    let tags = page.body.split('<').skip(1).map(|rest| rest.split('>').next().expect("a first part"));
    for tag in tags {
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().expect("a first part");
        assert!(!matches!(name, "img" | "u" | "iframe" | "object" | "style" | "base"), "{what}: <{tag}>");
        if name == "script" && !tag.starts_with('/') {
            assert!(tag.contains("src=\"&#x2f;assets&#x2f;"), "{what}: <{tag}>");
        }
        for (at, _) in tag.match_indices(" on") {
            let rest = &tag[at + 3..];
            let quoted = tag[..at].matches('"').count() % 2 == 1;
            let handler = rest.split(|c: char| !c.is_ascii_alphabetic()).next().is_some_and(|name| !name.is_empty());
            assert!(quoted || !handler, "{what}: <{tag}>");
        }
        for attribute in ["href=\"", "src=\"", "action=\""] {
            let target = tag.split(attribute).nth(1).map(|rest| unescape(rest.split('"').next().expect("it ends")));
            let own = target.as_ref().is_none_or(|to| to.starts_with(['/', '#', '?']) || to.starts_with("http"));
            assert!(own, "{what}: {target:?}");
        }
    }
    assert!(!page.body.contains("7006652"), "{what}: a template in a value was run");
    let bad = |c: &char| (c.is_control() && !"\n\r\t".contains(*c)) || ('\u{202a}'..='\u{202e}').contains(c);
    assert_eq!(page.body.chars().find(bad), None, "{what}");
}

fn run_of(page: &Answer) -> String {
    let run = page.body.split("runs&#x2f;").nth(1).and_then(|rest| rest.get(..32));
    run.unwrap_or_else(|| panic!("there is no run on {}", page.body)).to_owned()
}

fn attach(visitor: &Visitor, path: &str, name: &str, bytes: &str) -> Answer {
    let mut sender = visitor.clone();
    sender.headers.push(("content-type".into(), "multipart/form-data; boundary=mark".into()));
    // Headers have no control characters.
    let name = name.replace('"', "%22").replace(char::is_control, "");
    let body = format!(
        "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n{bytes}\r\n--mark--\r\n"
    );
    sender.ask("POST", path, Some(body))
}

#[test]
fn what_people_type_is_text_wherever_it_is_shown() {
    let receiver = Receiver::start(0, |_, _| Reply::Status(422, "", EVIL));
    let folder = Folder::new();
    folder.write(&[("desk/desk.yaml", &policy(&receiver)), ("desk/playbooks/question.yaml", PLAYBOOK)]);
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    let server = Server::start(&data, Some(&desk));
    let mut ann = server.visitor();
    let evil_name: String = EVIL.chars().take(190).collect();

    let fields = [("words", EVIL), ("name", &evil_name), ("contact", &evil_name), ("channel", &evil_name)];
    let page = ann.submit("/cases", &[&fields[..], &[("playbook", "question")]].concat());
    is_clean(&page, "the first step");
    let run = run_of(&page);
    let answer = format!("/cases/1001/runs/{run}/answer");
    let page = ann.submit(&answer, &[("position", &page.field("position")), ("value", EVIL)]);
    assert!(page.body.contains("Is the "), "{}", page.body);
    is_clean(&page, "a value in a text");
    is_clean(&ann.submit("/cases/1001/note", &[("text", EVIL)]), "a note");
    assert_eq!(attach(&ann, "/cases/1001/attach", EVIL, "<script>alert(1)</script>").status, 303);
    is_clean(&ann.get(&format!("/cases/1001/runs/{run}/change?at=model&visit=1")), "a change");
    let no = [("position", page.field("position")), ("answer", "no".to_owned())];
    let page = ann.submit(&answer, &no.each_ref().map(|(name, value)| (*name, value.as_str())));
    assert!(page.body.contains("stays dark"), "{}", page.body);
    is_clean(&page, "an ending");
    // What the other side said when it refused the ticket, too.
    let until = Instant::now() + Duration::from_secs(30);
    while !ann.get("/outbox").body.contains("422") {
        assert!(Instant::now() < until, "the refusal is shown");
    }
    ann.submit("/cases/1001/claim", &[]);
    is_clean(&ann.submit("/cases/1001/hand-back", &[("question", EVIL), ("text", EVIL), ("why", EVIL)]), "a question");
    for path in ["/", "/queue", "/queue?tier=tier-2", "/cases", "/cases?find=zq", "/cases/1001", "/outbox", "/library"]
    {
        let page = ann.get(path);
        assert_eq!(page.status, 200, "{path}");
        is_clean(&page, path);
    }
    let nowhere = format!("/cases?find={}", EVIL.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>());
    is_clean(&ann.get(&nowhere), "a search");

    // A megabyte is refused, and said so; nothing is lost of what was there.
    let mega = "x".repeat(1 << 20);
    for (path, field) in [("/cases", "words"), ("/cases/1001/note", "text"), ("/cases", "name")] {
        let page = ann.post(path, &[(field, &mega)]);
        assert!((400..500).contains(&page.status), "{path}: {}", page.status);
        is_clean(&page, path);
    }
    assert_eq!(ann.get("/cases/1002").status, 404);

    // In JSON a value is a value; in the ticket it cannot turn or forge a line.
    let mut terminal = firstline(&data, Some(&desk));
    terminal.args(["run", "--case", "1001", "--as", "bob", "--tier", "tier-2", "--format", "json"]);
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    terminal.stdin.take().expect("it is piped").write_all(b"{\"note\":\"seen\"}\n").expect("it reads");
    let said = terminal.wait_with_output().expect("it ends").stdout;
    let first: serde_json::Value =
        serde_json::from_slice(said.split(|byte| *byte == b'\n').next().expect("a line")).expect("JSON");
    assert_eq!(first["facts"]["model"], EVIL, "{first}");
    assert!(!said.contains(&0x1b) && !said.contains(&7), "control characters are escaped in JSON");

    let seen = receiver.seen();
    let data = &seen.first().expect("the ticket was sent").json()["data"];
    for part in ["subject", "body"] {
        let text = data[part].as_str().expect("it is text");
        assert!(part == "subject" || text.contains("zq"), "{text}");
        let bad =
            |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c) || *c == '\u{2066}';
        assert_eq!(text.chars().find(bad), None, "{part}: {text:?}");
    }
    assert_eq!(data["envelope"]["facts"]["question/model"], EVIL);
}
