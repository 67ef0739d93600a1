//! Everything that the console does, as a browser without JavaScript does it.

use crate::server::{Answer, Folder, Server, Visitor};

/// The number of the case that an answer leads to or shows.
pub fn number(answer: &Answer) -> String {
    let path = answer.header("location").map(str::to_owned).unwrap_or_else(|| {
        let mark = "data-case=\"";
        let at = answer.body.find(mark).unwrap_or_else(|| panic!("no case in {}", answer.body));
        answer.body[at + mark.len()..].split('"').next().expect("it ends").to_owned()
    });
    path.rsplit('/').next().expect("it has a last part").to_owned()
}

/// Opens a case with a playbook.
fn start(visitor: &mut Visitor, playbook: &str) -> (String, Answer) {
    let fields = [
        ("words", "It prints nothing"),
        ("name", "Maria Keller"),
        ("contact", "4711"),
        ("channel", "phone"),
        ("playbook", playbook),
    ];
    let page = visitor.submit("/cases", &fields);
    assert_eq!(page.status, 200, "{}", page.body);
    (number(&page), page)
}

/// Where the form of the step that a page shows goes.
fn step(page: &Answer) -> String {
    let at = page.body.find("action=\"&#x2f;cases").or(page.body.find("class=\"answers\"")).expect("a form");
    let action = page.body[at..].match_indices("action=\"").map(|(at, _)| at).find_map(|inner| {
        let path = page.body[at + inner + 8..].split('"').next()?.replace("&#x2f;", "/");
        path.strip_suffix("/answer").map(str::to_owned)
    });
    action.unwrap_or_else(|| panic!("no step in {}", page.body))
}

pub fn say(visitor: &mut Visitor, page: &Answer, answer: &str) -> Answer {
    let path = format!("{}/answer", step(page));
    visitor.submit(&path, &[("position", &page.field("position")), ("answer", answer)])
}

fn named(server: &Server, name: &str, tier: &str) -> Visitor {
    let mut visitor = server.visitor();
    let answer = visitor.post("/me", &[("name", name), ("tier", tier)]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    visitor
}

fn served() -> (Folder, Server) {
    let folder = Folder::new();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder can be made");
    let server = Server::start(&data, None);
    (folder, server)
}

#[test]
fn a_call_from_the_first_word_to_the_last() {
    let (_folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    let home = ann.get("/");
    assert!(home.body.contains("What is the caller’s problem?") && home.body.contains("value=\"printer-offline\""));

    let (case, page) = start(&mut ann, "printer-offline");
    assert!(page.body.contains("Is the printer switched on"), "{}", page.body);
    let page = say(&mut ann, &page, "yes");
    let page = say(&mut ann, &page, "others-can");
    let page = say(&mut ann, &page, "usb");
    assert!(page.body.contains("Reseat") || page.body.contains("Pull the USB cable"), "{}", page.body);

    // Back shows the answer from before, to be confirmed.
    let run = step(&page);
    let page = ann.submit(&format!("{run}/back"), &[("position", &page.field("position"))]);
    assert!(page.body.contains("as before: confirm"), "{}", page.body);
    let page = say(&mut ann, &page, "usb");

    // A change says first what comes of it.
    let change = ann.get(&format!("{run}/change?at=connection&visit=1"));
    assert!(change.body.contains("The answer is <b>With a USB cable</b>"), "{}", change.body);
    let fields = [("at", "connection"), ("visit", "1"), ("answer", "network"), ("position", &change.field("position"))];
    let page_after = ann.submit(&format!("{run}/change"), &fields);
    assert!(page_after.body.contains("Where is the device now?"), "{}", page_after.body);
    let fields = [("at", "connection"), ("visit", "1"), ("answer", "usb"), ("position", &page_after.field("position"))];
    let page_after = ann.submit(&format!("{run}/change"), &fields);
    assert!(page_after.body.contains("Pull the USB cable"), "{}", page_after.body);
    drop(page);

    // Notes, facts, the caller, the priority.
    let at = |what: &str| format!("/cases/{case}/{what}");
    assert!(ann.submit(&at("note"), &[("text", "Speaks from the train")]).body.contains("Speaks from the train"));
    let page = ann.submit(&at("fact"), &[("name", "os"), ("value", "windows")]);
    assert!(page.body.contains("<dd>Windows</dd>"), "{}", page.body);
    let caller =
        [("name", "Maria Keller-Roth"), ("contact", "4712"), ("channel", "phone"), ("words", "Nothing comes out")];
    assert!(ann.submit(&at("describe"), &caller).body.contains("Keller-Roth"));
    let page = ann.submit(&at("rate"), &[("impact", "company"), ("urgency", "stopped")]);
    assert!(page.body.contains("Critical"), "{}", page.body);

    // Parked, and on.
    let page = ann.submit(&at("park"), &[("in", "2h"), ("why", "fetches the cable")]);
    assert!(page.body.contains("Call back") && page.body.contains("fetches the cable"), "{}", page.body);
    assert!(ann.get("/queue?tier=tier-1").body.contains("Call-backs"));
    let page = ann.submit(&at("resume"), &[]);

    // Solved, closed, reopened, found again.
    let page = say(&mut ann, &page, "worked");
    let page = say(&mut ann, &page, "worked");
    assert!(page.body.contains("Solved – confirm it with the caller"), "{}", page.body);
    let page = ann.submit(&at("resolve"), &[("confirmed", "yes"), ("text", "")]);
    assert!(page.body.contains("Solved, and the caller confirmed it"), "{}", page.body);
    assert!(ann.submit(&at("reopen"), &[("why", "again")]).body.contains("Yours"));
    let found = ann.get("/cases?find=4712");
    assert!(found.body.contains(&format!("<a href=\"/cases/{case}\">Nothing comes out</a>")), "{}", found.body);
    assert!(!ann.get("/cases?find=4711").body.contains("Nothing comes out"), "the contact was put right");
    assert_eq!(ann.get(&format!("/cases?find={case}")).status, 303);
}

#[test]
fn of_two_who_claim_one_wins_and_the_other_is_told() {
    let (_folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    let (case, page) = start(&mut ann, "printer-offline");
    let run = step(&page);
    let page = ann.submit(&format!("{run}/signal"), &[("signal", "hand-over"), ("position", &page.field("position"))]);
    assert!(page.body.contains("Tell the caller") && page.body.contains("Claim this case"), "{}", page.body);

    let (bo, cy) = (named(&server, "Bo", "tier-2"), named(&server, "Cy", "tier-2"));
    let mut queue = bo.clone();
    assert!(queue.get("/queue").body.contains("It prints nothing"), "the queue opens at one's own tier");
    let claim = |mut visitor: Visitor| {
        let path = format!("/cases/{case}/claim");
        std::thread::spawn(move || visitor.post(&path, &[]))
    };
    let answers: Vec<Answer> =
        [claim(bo.clone()), claim(cy.clone())].into_iter().map(|claim| claim.join().expect("it answers")).collect();
    let won: Vec<bool> = answers.iter().map(|answer| answer.status == 303).collect();
    assert!(won[0] != won[1], "{answers:?}");
    let loser = answers.iter().find(|answer| answer.status != 303).expect("one lost");
    let winner = if won[0] { "Bo" } else { "Cy" };
    assert_eq!(loser.status, 409);
    assert!(loser.body.contains(&format!("Somebody else was faster: {winner} works on this case")), "{}", loser.body);

    // Whoever has it goes on at the step, with nothing asked again.
    let mut winner = if won[0] { bo } else { cy };
    let run = run.rsplit('/').next().expect("an id").to_owned();
    let page = winner.submit(&format!("/cases/{case}/take-over"), &[("run", &run)]);
    assert!(page.body.contains("Is the printer switched on"), "{}", page.body);
    let page = say(&mut winner, &page, "yes");
    assert!(page.body.contains("Can other people print"), "{}", page.body);

    // And back with a question, to where it came from.
    let page = winner.submit(&format!("/cases/{case}/hand-back"), &[("why", "Which floor?")]);
    assert!(page.body.contains("Handed back with a question") && page.body.contains("Which floor?"), "{}", page.body);
    assert!(ann.get("/queue").body.contains("It prints nothing"));
    assert!(ann.submit(&format!("/cases/{case}/claim"), &[]).body.contains("Yours"));
    let page =
        ann.submit(&format!("/cases/{case}/hand-on"), &[("to", "tier-2/network"), ("why", "the switch is dark")]);
    assert!(page.body.contains("Technical teams, Network"), "{}", page.body);
    assert!(ann.get("/queue?tier=tier-2&team=network").body.contains("It prints nothing"));
    assert!(!ann.get("/queue?tier=tier-2&team=hardware").body.contains("It prints nothing"));
}

#[test]
fn an_old_page_is_refused_with_the_present_one_and_a_double_click_is_not() {
    let (_folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    let (_, old) = start(&mut ann, "printer-offline");
    let path = format!("{}/answer", step(&old));
    let position = old.field("position");
    assert_eq!(ann.post(&path, &[("position", &position), ("answer", "yes")]).status, 303);
    assert_eq!(ann.post(&path, &[("position", &position), ("answer", "yes")]).status, 303, "the same again");
    let other = ann.post(&path, &[("position", &position), ("answer", "no")]);
    assert_eq!(other.status, 409);
    assert!(
        other.body.contains("Can other people print") && other.body.contains("meant for another position"),
        "{}",
        other.body
    );
    let position = other.field("position");
    let wrong = ann.post(&path, &[("position", &position), ("answer", "perhaps")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("<code>perhaps</code> is not an answer here"), "{}", wrong.body);
}

#[test]
fn only_whoever_holds_a_case_goes_on_with_it() {
    let (_folder, server) = served();
    let (mut ann, mut bo) = (named(&server, "Ann", "tier-1"), named(&server, "Bo", "tier-1"));
    let (case, page) = start(&mut ann, "printer-offline");
    let path = format!("{}/answer", step(&page));
    let answer = bo.post(&path, &[("position", &page.field("position")), ("answer", "yes")]);
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("Ann works on this case"), "{}", answer.body);
    assert_eq!(
        bo.post(&format!("/cases/{case}/note"), &[("text", "I know this printer")]).status,
        303,
        "notes never conflict"
    );
    assert_eq!(bo.post(&format!("/cases/{case}/claim"), &[]).status, 409);
    assert_eq!(
        bo.post(&format!("/cases/{case}/claim"), &[("from", "Ann")]).status,
        303,
        "who says from whom may take it"
    );
    assert!(ann.get(&format!("/cases/{case}")).body.contains("Take it from Bo"));
}

#[test]
fn what_is_not_there_or_not_possible_is_a_page_with_a_way_on() {
    let (_folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    for (path, status) in [
        ("/nothing", 404),
        ("/cases/99", 404),
        ("/cases/none", 400),
        ("/articles/none", 404),
        ("/assets/console-0.css", 404),
        ("/cases/99/attachments/ab", 404),
        ("/cases/99/runs/0/change?at=a", 400),
    ] {
        let answer = ann.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body.contains("<h1>") && answer.body.contains("To the first page"), "{path}: {}", answer.body);
    }
    let case = number(&ann.post("/cases", &[("words", "a")]));
    let answer = ann.post(&format!("/cases/{case}/start"), &[("playbook", "none")]);
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("This playbook cannot be started"), "{}", answer.body);
    assert_eq!(ann.post(&format!("/cases/{case}/park"), &[("in", "soon"), ("why", "x")]).status, 422);
    assert_eq!(ann.post(&format!("/cases/{case}/fact"), &[("name", "os"), ("value", "amiga")]).status, 422);
    assert_eq!(ann.post(&format!("/cases/{case}/note"), &[("text", "  ")]).status, 422);
    assert_eq!(ann.post(&format!("/cases/{case}/start"), &[]).status, 422, "a field is missing");
    assert_eq!(ann.ask("PUT", &format!("/cases/{case}"), Some(String::new())).status, 405);
}

#[test]
fn a_file_comes_back_as_it_was_and_is_never_shown() {
    let (_folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    let case = number(&ann.post("/cases", &[("words", "a")]));
    let file = "<script>alert(1)</script>";
    let body = |name: &str, file: &str| {
        format!(
            "--b\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n\r\n--b\r\ncontent-disposition: form-data; \
             name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/html\r\n\r\n{file}\r\n--b--\r\n"
        )
    };
    ann.headers.push(("content-type".into(), "multipart/form-data; boundary=b".into()));
    let path = format!("/cases/{case}/attach");
    assert_eq!(ann.ask("POST", &path, Some(body("../a b.html", file))).status, 303);
    let large = "x".repeat(11 << 20);
    let refused = ann.ask("POST", &path, Some(body("large", &large)));
    assert!(matches!(refused.status, 413 | 422), "{}", refused.status);
    assert!(refused.body.contains("MiB"), "{}", refused.body);
    ann.headers.clear();
    let page = ann.get(&format!("/cases/{case}"));
    let link = page
        .body
        .split("attachments")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a link")
        .replace("&#x2f;", "/");
    let answer = ann.get(&format!("/cases/{case}/attachments{link}"));
    assert_eq!(answer.bytes, file.as_bytes());
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename*=UTF-8''a%20b.html"));
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    let other = number(&ann.post("/cases", &[("words", "b")]));
    assert_eq!(ann.get(&format!("/cases/{other}/attachments{link}")).status, 404, "another case's");
}

#[test]
fn others_changes_are_told_and_nothing_between_page_and_stream_is_missed() {
    let (_folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    let case = number(&ann.post("/cases", &[("words", "a")]));
    let mut next = server.events(&format!("/events?case={case}"));
    assert_eq!(next(), format!("{{\"case\":{case},\"seq\":1}}"));
    let other = number(&ann.post("/cases", &[("words", "b")]));
    ann.post(&format!("/cases/{other}/note"), &[("text", "elsewhere")]);
    ann.post(&format!("/cases/{case}/note"), &[("text", "here")]);
    assert_eq!(next(), format!("{{\"case\":{case},\"seq\":2}}"));
    assert!(server.stop(), "an open stream does not hold up the end");
}

#[test]
fn what_pages_load_is_kept_by_browsers_until_it_changes() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    let home = ann.get("/");
    for ending in [".css", ".js", ".svg"] {
        let path = home.body.split('"').map(|part| part.replace("&#x2f;", "/"));
        let path =
            path.filter(|part| part.starts_with("/assets/")).find(|path| path.ends_with(ending)).expect("it is linked");
        let asset = ann.get(&path);
        assert_eq!((asset.status, asset.header("cache-control")), (200, Some("public, max-age=31536000, immutable")));
    }
    assert_eq!(home.header("cache-control"), Some("no-store"));
}

#[test]
fn what_was_answered_is_there_after_a_power_cut() {
    let (folder, server) = served();
    let mut ann = named(&server, "Ann", "tier-1");
    let (case, page) = start(&mut ann, "printer-offline");
    say(&mut ann, &page, "yes");
    server.kill();
    let server = Server::start(&folder.path().join("data"), None);
    let page = server.visitor().get(&format!("/cases/{case}"));
    assert!(page.body.contains("Can other people print") && page.body.contains("Ann works on it"), "{}", page.body);
}

#[test]
fn a_form_sent_twice_is_one_case_one_run_and_one_note() {
    let (_folder, server) = served();
    let mut ann = server.visitor();
    let id = ann.get("/").field("case");
    let fields = [("case", id.as_str()), ("words", "nothing prints"), ("playbook", "printer-offline")];
    let first = ann.post("/cases", &fields);
    let second = ann.post("/cases", &fields);
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.header("location"), second.header("location"));
    // The same page from the browser's history, with another caller: nothing of theirs is lost.
    let other = ann.post("/cases", &[("case", &id), ("words", "the screen is dark")]);
    assert_ne!(other.header("location"), first.header("location"));
    let case = first.header("location").expect("it leads to the case").to_owned();
    for _ in 0..2 {
        assert_eq!(ann.post(&format!("{case}/start"), &[("playbook", "printer-offline")]).status, 303);
        assert_eq!(ann.post(&format!("{case}/note"), &[("text", "called twice")]).status, 303);
    }
    let page = ann.get(&case).body;
    assert_eq!(page.matches("wrote a note").count(), 1, "{page}");
    assert_eq!(page.matches("started “").count(), 1, "{page}");
}
