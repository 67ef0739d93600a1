//! What authors should write next, as the console, the portal and the command line bring it about and show it.

use crate::{
    server::{Answer, Folder, Server, Visitor, firstline},
    support,
};
use serde_json::{Value, json};
use std::path::Path;

const VPN: &str = "
title: The VPN does not connect
audience: [self-service, agent]
symptoms: [no connection from home]
start: light
steps:
  light:
    ask: Is the light green?
    answers:
      yes: restart
      no: {escalate: The light is off.}
  restart:
    do: Restart the {{ os }} computer.
    verify: Is the padlock closed?
    worked: done
    failed: nothing-more
  done: {resolve: The computer was restarted.}
  nothing-more: {escalate: A restart did not help.}
";

const ARTICLE: &str = "---
title: Connect from home
audience: [self-service, agent]
---

Press the button.
";

const FILES: [(&str, &str); 3] = [
    ("desk.yaml", "name: Test\nfacts:\n  os: {ask: Which system?, choices: {windows: Windows, linux: Linux}}\n"),
    ("playbooks/vpn.yaml", VPN),
    ("kb/connect.md", ARTICLE),
];

struct Place {
    folder: Folder,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write(&FILES);
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data).expect("a folder can be made");
        let server = Server::start(&data, Some(folder.path()));
        Self { folder, server }
    }

    fn named(&self, name: &str, tier: &str) -> Visitor {
        let mut visitor = self.server.visitor();
        assert_eq!(visitor.post("/me", &[("name", name), ("tier", tier)]).status, 303);
        visitor
    }

    /// What a command prints.
    fn says(&self, arguments: &[&str]) -> String {
        let data = self.folder.path().join("data");
        let done = firstline(&data, Some(self.folder.path())).args(arguments).output().expect("it runs");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("it prints text")
    }

    fn gaps(&self, arguments: &[&str]) -> Vec<Value> {
        let all = self.says(&[&["gaps", "--format", "json"], arguments].concat());
        let all: Value = serde_json::from_str(&all).expect("it prints JSON");
        all["gaps"].as_array().expect("a list").clone()
    }
}

/// A case that went up from `restart`, or from the step before if `os` is not known, and its number.
fn went_up(visitor: &mut Visitor, answers: &[&str]) -> String {
    let fields = [
        ("words", "Maria Keller here: no *connection*, {{ nothing }} <b>at all</b>\nsince 2026-11-02"),
        ("name", "Maria Keller"),
        ("contact", "maria@example.com"),
        ("channel", "phone"),
        ("playbook", "vpn"),
    ];
    let mut page = visitor.submit("/cases", &fields);
    let number = page.body.split("data-case=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a number");
    let number = number.to_owned();
    for answer in answers {
        let path = run(&page);
        page = visitor.submit(&format!("{path}/answer"), &[("position", &page.field("position")), ("answer", answer)]);
        assert_eq!(page.status, 200, "{}", page.body);
    }
    number
}

/// Where the run's forms of a page go.
fn run(page: &Answer) -> String {
    let actions = page.body.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut paths = actions.map(|action| action.replace("&#x2f;", "/"));
    let answer = paths.find(|path| path.ends_with("/answer")).unwrap_or_else(|| panic!("no step in {}", page.body));
    answer.trim_end_matches("/answer").to_owned()
}

fn kinds(gaps: &[Value]) -> Vec<(&str, u64)> {
    gaps.iter().map(|gap| (gap["lack"].as_str().expect("a word"), gap["count"].as_u64().expect("a count"))).collect()
}

#[test]
fn in_two_clicks_a_resolver_says_what_was_missing() {
    let place = Place::new();
    let mut ann = place.named("Ann", "tier-1");
    let number = went_up(&mut ann, &["yes", "windows", "stuck"]);
    let case = format!("/cases/{number}");
    assert!(!ann.get(&case).body.contains("name=\"verdict\""), "whoever does not hold it closes nothing");
    let mut bo = place.named("Bo", "tier-1");
    let page = bo.submit(&format!("{case}/claim"), &[]);
    // The stop comes first; each place of the path is there once.
    let choices: Vec<_> =
        page.body.split("<select name=\"step\">").nth(1).expect("a list").split("<option value=\"").skip(1).collect();
    let steps: Vec<_> = choices.iter().map(|rest| rest.split('"').next().expect("a value")).take(4).collect();
    assert_eq!(steps, ["restart", "os", "light", ""], "{}", page.body);
    assert!(choices[0].contains("Restart the Windows computer. (where it stopped)"), "{}", choices[0]);
    let fields = [
        ("text", "Maria Keller had no power. Call maria@example.com for {{ more }}: \"yes\""),
        ("verdict", "missing-step"),
        ("step", "restart"),
        ("confirmed", "yes"),
    ];
    let page = bo.submit(&format!("{case}/resolve"), &fields);
    assert!(page.body.contains("A step was missing · <code>restart</code>"), "{}", page.body);
    assert!(page.body.contains("said of the script: missing step, at restart"), "{}", page.body);
    // Put right later, and by somebody else too; without a verdict nothing is said.
    let page = bo.submit(&format!("{case}/judge"), &[("verdict", "unclear-step"), ("step", "light"), ("solved", "")]);
    assert!(page.body.contains("A step was not clear · <code>light</code>"), "{}", page.body);
    let page = bo.submit(&format!("{case}/judge"), &[("verdict", "missing-step"), ("step", "restart"), ("solved", "")]);
    assert!(!page.body.contains("not clear ·"), "the last word counts: {}", page.body);
    assert!(ann.submit(&format!("{case}/judge"), &[("verdict", "missing-step"), ("step", "restart")]).status == 200);
    assert_eq!(ann.post(&format!("{case}/judge"), &[("step", "light")]).status, 422);
    assert_eq!(ann.post(&format!("{case}/judge"), &[("verdict", "wrong-step"), ("step", "elsewhere")]).status, 422);
    // Opened again and closed without a word, both verdicts stand.
    bo.submit(&format!("{case}/reopen"), &[("why", "again")]);
    bo.submit(&format!("{case}/resolve"), &[("text", "It had no power."), ("confirmed", "no")]);

    let gaps = place.gaps(&[]);
    assert_eq!(kinds(&gaps), [("verdict", 2), ("stop", 1)], "{gaps:?}");
    assert_eq!((&gaps[0]["step"], &gaps[0]["reason"]), (&json!("restart"), &json!("missing-step")));
    let number: u64 = number.parse().expect("a number");
    assert_eq!((&gaps[0]["cases"], &gaps[1]["cases"]), (&json!([number]), &json!([number])));
    assert_eq!(gaps[1]["reason"], "stuck");
    let text = json!(gaps).to_string();
    assert!(["Maria", "Keller", "@", "Ann", "Bo\""].iter().all(|name| !text.contains(name)), "{text}");
    assert_eq!(kinds(&place.gaps(&["vpn"])), [("verdict", 2), ("stop", 1)]);
    assert_eq!(kinds(&place.gaps(&["--since", "2100-01-01"])), []);
    let human = place.says(&["gaps"]);
    assert!(human.starts_with("    2  vpn at restart: missing step, resolvers say (staff)\n"), "{human}");

    let stats: Value = serde_json::from_str(&place.says(&["stats", "--format", "json"])).expect("JSON");
    let outcomes = &stats["playbooks"][0]["all"]["outcomes"];
    assert_eq!((&outcomes["started"], &outcomes["escalated"]), (&json!(1), &json!({"stuck": 1})));
    let human = place.says(&["stats", "vpn"]);
    assert!(
        human.contains("started 1: solved and confirmed 0, solved as it seems 0") && human.contains("stuck 1"),
        "{human}"
    );
}

#[test]
fn what_is_searched_in_vain_and_what_does_not_help_is_listed() {
    let place = Place::new();
    let (mut ann, mut guest) = (place.named("Ann", "tier-1"), place.server.visitor());
    for _ in 0..3 {
        guest.get("/help/search?q=zzyzx");
    }
    guest.get("/help/search?q=connect");
    ann.submit("/", &[("words", "qqyzx wrryx")]);
    guest.get("/help/articles/connect");
    let opinion =
        [("helpful", "no"), ("reason", "hard-to-follow"), ("words", "which button? write to kim@example.com")];
    assert_eq!(guest.post("/help/articles/connect/feedback", &opinion).status, 303);
    let Place { folder, server } = place;
    assert!(server.stop());
    let server = Server::start(&folder.path().join("data"), Some(folder.path()));
    let place = Place { folder, server };
    let gaps = place.gaps(&[]);
    let found = |lack: &str, words: &str| {
        let is_it = |gap: &&Value| gap["lack"] == lack && (gap["words"] == words || gap["article"] == words);
        gaps.iter().find(is_it).unwrap_or_else(|| panic!("no {lack} of {words} in {gaps:?}"))
    };
    let vain = found("no-hits", "zzyzx");
    assert_eq!((&vain["count"], &vain["audience"]), (&json!(3), &json!("self-service")));
    assert_eq!(found("not-opened", "connect")["count"], 1);
    assert_eq!(gaps[0], *vain, "the most frequent comes first");
    let article = found("feedback", "connect");
    assert_eq!(article["reasons"], json!({"hard-to-follow": 1}));
    assert_eq!(article["said"], json!(["which button? write to (contact)"]));
    // A search that finds something today is no gap any more.
    place.folder.write(&[("kb/zzyzx.md", "---\ntitle: Zzyzx\naudience: [self-service, agent]\n---\n\nText.\n")]);
    let after = place.gaps(&[]);
    assert!(after.iter().all(|gap| gap["words"] != "zzyzx" || gap["lack"] == "not-opened"), "{after:?}");
}

fn checks(folder: &Path) -> Vec<String> {
    let mut files: support::Files = FILES.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    for name in ["kb/draft.md", "playbooks/vpn.yaml"] {
        if let Ok(text) = std::fs::read_to_string(folder.join(name)) {
            files.retain(|(path, _)| path != name);
            files.push((name.to_owned(), text));
        }
    }
    let (_, findings) = support::checked(&files);
    findings.iter().map(|finding| format!("{}: {}", finding.rule.name, finding.message)).collect()
}

#[test]
fn drafts_pass_the_check_and_name_nobody() {
    let place = Place::new();
    let (mut ann, mut bo) = (place.named("Ann", "tier-1"), place.named("Bo", "tier-1"));
    let before = checks(Path::new("/nowhere"));
    let solved = "Maria Keller pulled the plug: {{ os }} # 1\n- [x](javascript:alert(1)) <b>and</b>\n\t\"quoted\" 'it' \\ {% if %}\u{7}";
    for (answers, step, from, to) in [
        (&["yes", "windows", "stuck"][..], "restart", "yes: restart", "yes: FROM"),
        (&["yes", "linux", "failed"], "nothing-more", "failed: nothing-more", "failed: FROM"),
        (&["no"], "light.no", "no: {escalate: The light is off.}", "no: {goto: FROM}"),
    ] {
        let number = went_up(&mut ann, answers);
        let case = format!("/cases/{number}");
        bo.submit(&format!("{case}/claim"), &[]);
        let fields = [("text", solved), ("verdict", "missing-step"), ("step", step), ("confirmed", "yes")];
        let page = bo.submit(&format!("{case}/resolve"), &fields);
        assert!(
            page.body.contains(&format!("{case}/draft?of=step").replace('/', "&#x2f;"))
                || page.body.contains("draft?of=step")
        );
        let article = place.says(&["gaps", "--draft", &number]);
        let draft = place.says(&["gaps", "--draft", &number, "--as", "step"]);
        assert_eq!(bo.get(&format!("{case}/draft?of=article")).body, article);
        assert_eq!(bo.get(&format!("{case}/draft?of=step")).body, draft);
        for text in [&article, &draft] {
            assert!(["Maria", "Keller", "maria@", "Ann", "Bo"].iter().all(|name| !text.contains(name)), "{text}");
        }
        let folder = Folder::new();
        let id = format!("from-case-{number}");
        let wanted = VPN.replace(from, &to.replace("FROM", &id));
        assert_ne!(wanted, VPN);
        folder.write(&[("kb/draft.md", &article), ("playbooks/vpn.yaml", &format!("{wanted}{draft}"))]);
        assert_eq!(checks(folder.path()), before, "{draft}\n{article}");
        assert!(draft.contains("playbooks/vpn.yaml"), "{draft}");
        if let Some(os) = answers.get(1) {
            assert!(article.contains(&format!("applies_to: {{os: [\"{os}\"]}}")), "{article}");
        }
    }
}
