//! The library: how the desk stands, a playbook's page, a draft gone through as its file changes.

use crate::{
    live::eventually,
    server::{Folder, Server},
};

const POLICY: &str = "name: Test desk\n";
const PLAYBOOK: &str = "title: Screen is black
summary: It shows nothing.
audience: [self-service, agent]
symptoms: [my screen is black]
owner: endpoint-team
review_by: 2020-01-31
start: lights
facts:
  model: {type: text}
steps:
  lights:
    ask: Is a light on?
    answers: {yes: which, no: cable}
  which:
    ask: Which model is it?
    save: model
    then: reset
  reset:
    do: Press reset on the {{ model }}.
    verify: Does it show a picture?
    worked: done
    failed: cable
  cable:
    escalate: The cable or the screen is broken.
    tell: Somebody brings you another one.
  done:
    resolve: Reset helped.
";
const TESTS: &str = "- name: no light
  answers: [{lights: no}]
  expect: {escalated: cable}
- name: it is wrong
  answers: [{lights: no}]
  expect: {resolved: done}
";

fn server(folder: &Folder) -> Server {
    folder.write(&[
        ("desk/desk.yaml", POLICY),
        ("desk/playbooks/screen.yaml", PLAYBOOK),
        ("desk/playbooks/screen.test.yaml", TESTS),
        ("desk/kb/old.md", "---\ntitle: Old article\nreview_by: 2021-02-03\n---\nText.\n"),
    ]);
    Server::start(&folder.path().join("data"), Some(&folder.path().join("desk")))
}

/// The hash of the version that new runs get.
fn in_force(page: &str) -> String {
    let hashes = page.split("<option value=\"").skip(1).filter_map(|option| option.split_once("\">"));
    let (hash, _) = hashes.into_iter().find(|(_, text)| text.contains("in force</option>")).expect("one is in force");
    hash.to_owned()
}

#[test]
fn the_library_tells_how_everything_stands() {
    let folder = Folder::new();
    let server = server(&folder);
    let mut ann = server.visitor();
    let page = ann.get("/library").body;
    for text in ["Screen is black", "1 of 2", "since 2020-01-31", "Old article", "since 2021-02-03", "review_overdue"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let page = ann.get("/library/screen").body;
    for text in ["1 of 2 pass", "it is wrong", "lights.yes", "line 13", "in force", "Endpoint team"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    ann.submit("/cases", &[("words", "black"), ("playbook", "screen")]);
    assert!(ann.get("/library/screen").body.contains("<td class=\"figure\">1</td><td class=\"figure\">1</td>"));
    let coloured = ann.get("/playbooks/screen/flow?by=visits").body;
    assert!(
        coloured.contains("one visit") && coloured.contains("heat-4") && coloured.contains("Coloured by"),
        "{coloured}"
    );
    assert!(ann.get("/playbooks/screen/flow?by=tests").body.contains("No test"));
    assert!(ann.get("/playbooks/screen/flow?by=stops").body.contains("0 stopped"));
    assert_eq!(ann.get("/library/nothing").status, 404);
    assert_eq!(ann.get("/library/nothing/preview").status, 404);
}

#[test]
fn a_draft_is_gone_through_by_its_address_and_follows_the_file() {
    let folder = Folder::new();
    let server = server(&folder);
    let mut ann = server.visitor();
    let first = ann.get("/library/screen/preview").body;
    assert!(first.contains("Is a light on?") && first.contains("a=lights%3Dyes"), "{first}");
    let typed = ann.get("/library/screen/preview?audience=agent&a=lights%3Dyes&at=which&value=L7+%3Cb%3E").body;
    assert!(typed.contains("Press reset on the L7 &lt;b&gt;."), "{typed}");
    assert!(typed.contains("a=lights%3Dyes&amp;a=which%3DL7%20%3Cb%3E&amp;a=reset%3Dworked"), "{typed}");
    let ended = ann.get("/library/screen/preview?a=lights%3Dno").body;
    assert!(ended.contains("Somebody brings you another one."), "{ended}");
    assert!(ann.get("/library/screen/preview?audience=self-service").body.contains("Go through it as staff"));
    assert!(ann.get("/library/screen/preview?a=lights%3Dmaybe").body.contains("Is a light on?"));
    assert!(
        ann.get("/cases").body.contains("Case or caller") && ann.get("/cases/1001").status == 404,
        "nothing is kept"
    );

    // A step before it: the answers that no longer fit are left out, and it says so.
    let changed = PLAYBOOK
        .replace("start: lights", "start: hello")
        .replace("steps:\n", "steps:\n  hello:\n    say: Keep them at the screen.\n    then: lights\n");
    folder.write(&[("desk/playbooks/screen.yaml", &changed)]);
    eventually("the draft is another one", || {
        let page = ann.get("/library/screen/preview?a=lights%3Dno").body;
        page.contains("Keep them at the screen.") && page.contains("it asks <code>hello</code> where it asked")
    });
    // One with errors is gone through too, as far as it can be linked; its errors stand below.
    folder.write(&[("desk/playbooks/screen.yaml", &changed.replace("no: cable", "no: cabel"))]);
    eventually("the mistake is told of", || {
        let page = ann.get("/library/screen/preview").body;
        page.contains("cannot be gone through") && page.contains("cabel")
    });
}

#[test]
fn versions_are_compared_replayed_moved_and_withdrawn() {
    let folder = Folder::new();
    let server = server(&folder);
    let mut ann = server.visitor();
    ann.submit("/cases", &[("words", "black"), ("playbook", "screen")]);
    let page = ann.submit("/cases", &[("words", "black too"), ("playbook", "screen")]);
    assert!(crate::forms::say(&mut ann, &page, "no").body.contains("Somebody brings you another one."));
    let page = ann.get("/library/screen/versions").body;
    for text in ["The one run comes to the same end.", "One goes by the version in force.", "Withdraw it"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let before = in_force(&ann.get("/library/screen/versions").body);
    let changed = PLAYBOOK.replace("no: cable", "no: {resolve: Now it is <on>.}").replace("Is a light", "Is any light");
    folder.write(&[("desk/playbooks/screen.yaml", &changed)]);
    eventually("the new version is in force", || ann.get("/library/screen").body.contains("Compare, replay"));
    eventually("the new version is in force", || {
        ann.get("/library/screen/versions").body.contains("1 of 1 runs do not come to the same end.")
    });
    let page = ann.get(&format!("/library/screen/versions?with={}", &before[..8])).body;
    for text in ["The way", "Wording", "now leads to an ending of its own", "Is any light on?", "One can move to it"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let page = ann.get("/library/screen/versions?with=nonsense").body;
    assert!(page.contains("notice bad") && page.contains("<code>"), "{page}");
    assert_eq!(ann.post("/library/screen/rebase", &[]).status, 303);
    assert!(ann.get("/cases/1001").body.contains("Is any light on?"));

    let now = in_force(&ann.get("/library/screen/versions").body);
    assert_ne!(now, before);
    assert_eq!(ann.post("/library/screen/recall", &[("version", &now), ("why", " ")]).status, 422);
    assert_eq!(ann.post("/library/screen/recall", &[("version", &now), ("why", "it <harms>")]).status, 303);
    assert!(ann.get("/library/screen/versions").body.contains("it &lt;harms&gt;"));
    assert!(ann.get("/cases/1001").body.contains("withdrawn"));
    assert_eq!(ann.submit("/cases", &[("words", "black"), ("playbook", "screen")]).status, 404);
}

#[test]
fn pages_that_follow_are_told_of_another_desk() {
    let folder = Folder::new();
    let server = server(&folder);
    let mut next = server.events("/events");
    folder.write(&[("desk/playbooks/screen.yaml", &PLAYBOOK.replace("Is a light on?", "Is any light on?"))]);
    assert!(next().contains("\"case\":0"));
}
