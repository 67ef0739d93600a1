//! Known outages: who opens them, who sees them, and when they come first.

use crate::server::{Folder, Server, Visitor, firstline};

const PASSWORD: &str = "correct horse battery";

fn folder() -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder can be made");
    (folder, data)
}

/// Makes an outage known; where it is to be seen.
fn open(visitor: &mut Visitor, title: &str, phrases: &str, playbooks: &[&str]) -> String {
    let id = visitor.get("/incidents").field("id");
    let mut fields = vec![("id", id.as_str()), ("title", title), ("text", "We are **on it**."), ("phrases", phrases)];
    fields.extend(playbooks.iter().map(|id| ("playbook", *id)));
    let answer = visitor.post("/incidents", &fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    // The same form again is the same outage.
    let again = visitor.post("/incidents", &fields);
    assert_eq!(again.header("location"), answer.header("location"));
    answer.header("location").expect("it leads somewhere").to_owned()
}

#[test]
fn an_outage_from_its_first_word_to_its_end() {
    let (_folder, data) = folder();
    let server = Server::start(&data, None);
    let mut lead = server.visitor();
    assert!(lead.get("/incidents").body.contains("Everything runs"));
    let page =
        open(&mut lead, "Mail is down", "Outlook shows no new messages\n\n it cannot send ", &["password-reset"]);

    let list = lead.get("/incidents").body;
    assert!(list.contains("Mail is down") && !list.contains("Everything runs"), "{list}");
    assert!(list.contains("<b class=\"count warning\">1<"), "the menu counts it: {list}");
    let shown = lead.get(&page).body;
    assert!(shown.contains("We are <strong>on it</strong>.") && shown.contains("<li>it cannot send</li>"), "{shown}");
    assert!(shown.contains("Staff only"), "{shown}");

    let edited = [("title", "Mail is slow"), ("text", "It is better."), ("phrases", "slow"), ("self_service", "yes")];
    let shown = lead.submit(&page, &edited).body;
    assert!(shown.contains("Mail is slow") && !shown.contains("Staff only"), "{shown}");

    let empty = lead.post(&page, &[("title", "  "), ("text", "<b>typed</b>"), ("phrases", "")]);
    assert_eq!(empty.status, 422);
    assert!(empty.body.contains("An outage needs a title.") && empty.body.contains("&lt;b&gt;typed&lt;"), "{empty:?}");

    let list = lead.submit(&format!("{page}/close"), &[]).body;
    assert!(list.contains("Everything runs") && list.contains("Mail is slow"), "{list}");
    let over = lead.submit(&page, &[("title", "Mail is fine"), ("text", ""), ("phrases", "")]).body;
    assert!(over.contains(">Over<") && !over.contains("It is over"), "an edit does not open it again: {over}");
    assert_eq!(lead.get("/incidents/0190a5c0000070008000000000000000").status, 404);
}

#[test]
fn what_another_process_made_known_shows() {
    let (_folder, data) = folder();
    let (one, other) = (Server::start(&data, None), Server::start(&data, None));
    let mut there = other.visitor();
    assert!(there.get("/incidents").body.contains("Everything runs"));
    open(&mut one.visitor(), "Mail is down", "", &[]);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !there.get("/incidents").body.contains("Mail is down") {
        assert!(std::time::Instant::now() < end, "it did not show in the other process");
    }
}

#[test]
fn only_a_lead_changes_outages() {
    let (folder, data) = folder();
    folder.write(&[("password", PASSWORD)]);
    for (login, role) in [("ann", "agent"), ("lee", "lead")] {
        let mut add = firstline(&data, None);
        add.args(["user", "add", login, "--role", role, "--tier", "tier-1", "--password-file"]);
        assert!(add.arg(folder.path().join("password")).output().expect("it runs").status.success());
    }
    let server = Server::start(&data, None);
    let sign_in = |login: &str| {
        let mut visitor = server.visitor();
        visitor.get("/sign-in");
        let answer = visitor.post("/sign-in", &[("login", login), ("password", PASSWORD)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        visitor
    };
    let (mut ann, mut lee) = (sign_in("ann"), sign_in("lee"));
    let token = lee.get("/incidents").field("token");
    let fields = [("token", token.as_str()), ("title", "Mail is down"), ("text", ""), ("phrases", "")];
    let page = lee.post("/incidents", &fields).header("location").expect("it is there").to_owned();

    let list = ann.get("/incidents").body;
    assert!(list.contains("Mail is down") && !list.contains("Make it known"), "{list}");
    let token = ann.get("/me").field("token");
    let fields = [("token", token.as_str()), ("title", "Nothing works"), ("text", ""), ("phrases", "")];
    for path in ["/incidents", &page, &format!("{page}/close")] {
        let refused = ann.post(path, &fields);
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.body.contains("may not do this; ask an admin"), "{}", refused.body);
    }
    assert!(ann.get(&page).body.contains(">Open<"));
}
