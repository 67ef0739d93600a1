//! What is handed over reaches other systems: once each, whatever they do.

use crate::{
    cli,
    receiver::{Receiver, Reply, Seen},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use firstline::{
    app::{App, Pace, Worker},
    case::{Actor, Case, Intake, Move, OutboxEntry, Requester, Ticket, envelope::SCHEMA},
    connector::{Client, Limits, Outcome},
    desk::{Desk, ticket},
    id::{CaseId, OutboxId},
    store::{Outgoing, Sqlite, Standing},
};
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const SECRET: &str = "whsec_Zmlyc3RsaW5lIHRlc3RzIHNpZ24gd2l0aCB0aGlz";
const KEY: &[u8] = b"firstline tests sign with this";
const FAST: Pace = Pace {
    first: Duration::from_millis(20),
    longest: Duration::from_millis(100),
    look: Duration::from_millis(100),
    lease: Duration::from_secs(30),
    lane: 4,
    grace: Duration::from_millis(10),
};
/// Longer than a sound exchange takes on a busy machine.
const LIMITS: Limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(2) };

/// An app over a desk and a data folder.
async fn app(folder: &Path, connectors: &[(&str, String)]) -> Arc<App> {
    let lines: String = connectors.iter().map(|(name, settings)| format!("  {name}: {{{settings}}}\n")).collect();
    let names: Vec<&str> = connectors.iter().map(|(name, _)| *name).collect();
    let text = format!(
        "name: Test desk\ntiers:\n  - {{id: tier-1, level: 1}}\n  - {{id: tier-2, level: 2, deliver: [{}]}}\n{}{lines}",
        names.join(", "),
        if lines.is_empty() { "" } else { "connectors:\n" }
    );
    cli::write(folder, "desk/desk.yaml", text);
    let store = Sqlite::open(&folder.join("data")).await.expect("it opens");
    let app = App::open(Arc::new(store), &folder.join("data"), Some(&folder.join("desk"))).await.expect("it opens");
    assert!(app.live().findings.is_empty(), "{:?}", app.live().findings);
    app
}

/// A worker; stops with it.
struct Working(CancellationToken, JoinHandle<()>);

impl Working {
    fn on(app: &Arc<App>, limits: Limits) -> Self {
        let stop = CancellationToken::new();
        let worker = Worker::new(Arc::clone(app), Client::new(limits), FAST);
        Self(stop.clone(), tokio::spawn(worker.run(stop)))
    }

    async fn stop(self) {
        self.0.cancel();
        self.1.await.expect("the worker lives");
    }
}

fn webhook(receiver: &Receiver, folder: &Path) -> String {
    cli::write(folder, "secret", format!("{SECRET}\n"));
    format!("use: webhook, url: \"{}\", secret: {{file: \"{}\"}}", receiver.url(), folder.join("secret").display())
}

/// A new case that is handed on at once; `words` tell the receiver's script which one it is.
async fn escalate(app: &App, words: &str) -> Arc<Case> {
    let ann = Actor { name: "ann".into(), tier: "tier-1".into(), audience: firstline::run::Audience::Agent };
    let requester = Requester { name: "A caller".into(), contact: None };
    let case = app
        .open_case(&ann, CaseId::mint(), Intake { requester, channel: None, words: words.into() }, None)
        .await
        .expect("it opens");
    let to = Move { to: "tier-2".into(), team: None, why: "It is beyond me.".into() };
    app.hand_on(&ann, case.id, &to).await.expect("it goes on")
}

/// Waits until a case is as it has to be.
async fn until(app: &App, number: u64, enough: impl Fn(&Case) -> bool) -> Arc<Case> {
    let mut changes = app.changes();
    let wait = async {
        loop {
            let case = app.case(number).await.expect("it reads").expect("it is there");
            if enough(&case) {
                return case;
            }
            // Whoever falls behind asks again.
            let _ = changes.recv().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it comes to that")
}

fn all_delivered(case: &Case) -> bool {
    case.deliveries.iter().all(|delivery| delivery.delivered)
}

/// Waits until an entry stands as it has to.
async fn standing(app: &App, id: OutboxId, enough: impl Fn(&Standing) -> bool) -> Outgoing {
    let wait = async {
        loop {
            let outgoing = app.store().outgoing(id).await.expect("it reads").expect("it is there");
            if enough(&outgoing.standing) {
                return outgoing;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it comes to that")
}

fn said(standing: &Standing, words: &str) -> bool {
    matches!(standing, Standing::Due { said: Some(said), attempts: 1.., .. } if said.contains(words))
}

const OK: Reply = Reply::Status(200, "", "{\"ticket\": \"T-7\", \"link\": \"https://helpdesk.example.com/7\"}");

#[tokio::test(flavor = "multi_thread")]
async fn every_ticket_arrives_once_whatever_the_other_side_does() {
    let scripts: &[&[Reply]] = &[
        &[OK],
        &[Reply::Status(500, "", "broken"), OK],
        &[Reply::Status(429, "Retry-After: 0\r\n", ""), OK],
        &[Reply::Status(503, "", ""), Reply::Status(408, "", ""), Reply::Status(425, "", ""), Reply::Lost, OK],
        &[Reply::Lost, OK],
        &[Reply::Reset, OK],
        &[Reply::Reset, Reply::Lost, OK],
        &[Reply::Silence, OK],
        &[Reply::CutShort(200)],
        &[Reply::CutShort(500), Reply::Status(204, "", "")],
        &[Reply::Status(202, "", "thanks")],
    ];
    const EACH: usize = 3;
    let number = |json: &serde_json::Value| -> usize {
        json["data"]["envelope"]["words"].as_str().and_then(|words| words.parse().ok()).expect("the test wrote it")
    };
    let receiver = Receiver::start(0, move |before, json| *scripts[number(json)].get(before).unwrap_or(&OK));
    let folder = cli::folder("every_ticket_arrives_once_whatever_the_other_side_does");
    let app = app(&folder, &[("helpdesk", webhook(&receiver, &folder))]).await;
    let working = Working::on(&app, LIMITS);
    let mut cases = Vec::new();
    for n in 0..scripts.len() * EACH {
        cases.push(escalate(&app, &(n / EACH).to_string()).await);
    }
    for case in &cases {
        until(&app, case.number, all_delivered).await;
    }
    working.stop().await;
    let requests = receiver.by_key();
    assert_eq!(requests.len(), cases.len());
    let schema = serde_json::from_str(SCHEMA).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    for case in &cases {
        let key = case.deliveries[0].outbox.to_string();
        let seen = &requests[&key];
        let script = scripts[number(&seen[0].json())];
        assert_eq!(seen.len(), script.len(), "{script:?}");
        let taken = |seen: &Seen| matches!(seen.reply, Reply::Status(200..300, ..) | Reply::CutShort(200..300));
        assert_eq!(seen.iter().position(taken), Some(seen.len() - 1), "what was taken is not sent again");
        assert!(seen.iter().all(|other| other.body == seen[0].body), "a repetition is the same to the letter");
        assert!(seen.iter().all(|seen| seen.headers["idempotency-key"] == key && seen.is_signed(KEY)));
        assert!(!seen[0].is_signed(b"another key"));
        let json = seen[0].json();
        assert_eq!(json["type"], "case.escalated");
        assert!(schema.is_valid(&json["data"]["envelope"]), "{json}");
        assert_eq!(json["data"]["envelope"]["number"], case.number);
        assert_eq!(json["data"]["envelope"]["escalation"], case.escalations[0].id.to_string());
        assert!(json["data"]["subject"].as_str().expect("there is one").starts_with(&format!("#{}", case.number)));
    }
    let first = app.case(cases[0].number).await.expect("it reads").expect("it is there");
    let delivery = &first.deliveries[0];
    assert_eq!(delivery.ticket.as_deref(), Some("T-7"));
    assert_eq!(delivery.link.as_deref(), Some("https://helpdesk.example.com/7"));
    assert_eq!(app.store().outbox(false, 99).await.expect("it reads"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_gets_its_tickets_when_it_is_up() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port is free").port();
    let folder = cli::folder("a_receiver_that_is_down_gets_its_tickets_when_it_is_up");
    let app = app(&folder, &[("helpdesk", format!("use: webhook, url: \"http://127.0.0.1:{port}/\""))]).await;
    let working = Working::on(&app, LIMITS);
    let case = escalate(&app, "").await;
    standing(&app, case.deliveries[0].outbox, |standing| {
        said(standing, "refused") && matches!(standing, Standing::Due { attempts: 3.., .. })
    })
    .await;
    let receiver = Receiver::start(port, |_, _| OK);
    until(&app, case.number, all_delivered).await;
    working.stop().await;
    assert_eq!(receiver.seen().len(), 1);
    assert!(!receiver.seen()[0].headers.contains_key("webhook-signature"), "without a secret nothing is signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_waits_for_a_person() {
    let refusal = Reply::Status(400, "", "no group\r\n\u{202e}`2nd Level`\u{1b}[31m");
    let receiver = Receiver::start(0, move |before, _| if before == 0 { refusal } else { OK });
    let folder = cli::folder("what_is_refused_waits_for_a_person");
    let app = app(&folder, &[("helpdesk", webhook(&receiver, &folder))]).await;
    let working = Working::on(&app, LIMITS);
    let case = escalate(&app, "").await;
    let case = until(&app, case.number, |case| case.deliveries[0].refused.is_some()).await;
    let words = "400 Bad Request: no group `2nd Level`[31m";
    assert_eq!(case.deliveries[0].refused.as_deref(), Some(words));
    assert!(!case.deliveries[0].delivered && !case.is_resolved());
    let waiting = app.store().outbox(false, 9).await.expect("it reads");
    assert!(matches!(&waiting[0].standing, Standing::Refused { attempts: 1, said, .. } if said == words));
    // Another case's delivery shows that the worker went on without it.
    let other = escalate(&app, "").await;
    until(&app, other.number, |case| case.deliveries[0].refused.is_some()).await;
    assert_eq!(receiver.seen().len(), 2);
    let bob = Actor { name: "bob".into(), tier: "tier-2".into(), audience: firstline::run::Audience::Agent };
    app.retry(&bob, case.deliveries[0].outbox).await.expect("it is retried");
    until(&app, case.number, all_delivered).await;
    working.stop().await;
    let seen = receiver.by_key().remove(&case.deliveries[0].outbox.to_string()).expect("it came");
    assert!(seen.len() == 2 && seen[0].body == seen[1].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_system_does_not_hold_up_the_others() {
    let slow = Receiver::start(0, |_, _| Reply::Silence);
    let quick = Receiver::start(0, |_, _| OK);
    let folder = cli::folder("a_slow_system_does_not_hold_up_the_others");
    let connectors = [("slow", webhook(&slow, &folder)), ("quick", webhook(&quick, &folder))];
    let app = app(&folder, &connectors).await;
    for _ in 0..20 {
        escalate(&app, "").await;
    }
    let working = Working::on(&app, Limits { total: Duration::from_secs(600), ..LIMITS });
    quick.until(|seen| seen.len() == 20).await;
    let lane = FAST.lane as usize;
    slow.until(|seen| seen.len() >= lane).await;
    assert!(slow.seen().len() < 2 * lane, "{} at once", slow.seen().len());
    working.stop().await;
    let keys: BTreeSet<String> = quick.seen().iter().map(|seen| seen.key().to_owned()).collect();
    assert_eq!(keys.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_one_outbox() {
    let receiver = Receiver::start(0, |_, _| OK);
    let folder = cli::folder("two_processes_share_one_outbox");
    let connectors = [("helpdesk", webhook(&receiver, &folder))];
    let (one, two) = (app(&folder, &connectors).await, app(&folder, &connectors).await);
    let mut cases = Vec::new();
    for _ in 0..30 {
        cases.push(escalate(&one, "").await.deliveries[0].outbox);
    }
    let working = [Working::on(&one, LIMITS), Working::on(&two, LIMITS)];
    for id in cases {
        standing(&one, id, |standing| matches!(standing, Standing::Delivered { .. })).await;
    }
    for working in working {
        working.stop().await;
    }
    let counts: Vec<usize> = receiver.by_key().values().map(Vec::len).collect();
    assert_eq!(counts, [1; 30]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_lacks_is_said_and_waited_for() {
    let receiver = Receiver::start(0, |_, _| OK);
    let folder = cli::folder("what_the_desk_lacks_is_said_and_waited_for");
    let connectors = [("helpdesk", webhook(&receiver, &folder))];
    let before = app(&folder, &connectors).await;
    let case = escalate(&before, "").await;
    let id = case.deliveries[0].outbox;
    drop(before);
    let without = app(&folder, &[]).await;
    let working = Working::on(&without, LIMITS);
    standing(&without, id, |standing| said(standing, "no connector `helpdesk` in desk.yaml")).await;
    working.stop().await;
    fs::remove_file(folder.join("secret")).expect("it is there");
    let back = app(&folder, &[("helpdesk", webhook(&receiver, &folder))]).await;
    fs::remove_file(folder.join("secret")).expect("it is there");
    let working = Working::on(&back, LIMITS);
    standing(&back, id, |standing| said(standing, "cannot read the secret")).await;
    assert_eq!(receiver.seen().len(), 0, "nothing goes out unsigned");
    fs::write(folder.join("secret"), SECRET).expect("a file can be written");
    until(&back, case.number, all_delivered).await;
    working.stop().await;
    assert!(matches!(&receiver.seen()[..], [only] if only.is_signed(KEY)));
}

/// An entry as a case's escalation makes it, for attempts without a worker.
fn entry(connector: &str, change: impl FnOnce(&mut Ticket)) -> OutboxEntry {
    let envelope: firstline::case::Envelope = serde_json::from_str(ticket::EXAMPLE).expect("it is an envelope");
    let mut ticket = Ticket::render(Desk::build(Vec::new()).ticket(), envelope);
    change(&mut ticket);
    OutboxEntry {
        id: OutboxId::mint(),
        case: ticket.envelope.case,
        escalation: Some(ticket.envelope.escalation),
        connector: connector.into(),
        created: ticket.envelope.when,
        ticket,
    }
}

/// One attempt with a connector of these settings.
async fn attempt(settings: &str, entry: &OutboxEntry, now: Timestamp) -> Outcome {
    let text = format!("connectors:\n  it: {{{settings}}}\n");
    let desk = Desk::build(vec![("desk.yaml".into(), text.into_bytes())]);
    let connector = desk.policy.connector("it").unwrap_or_else(|| panic!("{:?}", desk.findings));
    Client::new(LIMITS).deliver(connector, entry, now).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_means_what_it_says() {
    let now: Timestamp = "2026-11-23T08:30:00Z".parse().expect("it is a moment");
    let later =
        |said: &str, after: Option<u64>| Outcome::Later { said: said.into(), after: after.map(Duration::from_secs) };
    let refused = |said: &str| Outcome::Refused { said: said.into() };
    let delivered = |ticket: Option<&str>, link: Option<&str>| Outcome::Delivered {
        ticket: ticket.map(str::to_owned),
        link: link.map(str::to_owned),
    };
    let date = "Retry-After: Mon, 23 Nov 2026 08:32:00 GMT\r\n";
    for (status, headers, body, expected) in [
        (201, "", "{\"ticket\": 4711, \"link\": \"javascript:alert(1)\"}", delivered(Some("4711"), None)),
        (200, "", "{\"ticket\": \"a\\nb\", \"link\": \"http://x/7\"}", delivered(Some("a b"), Some("http://x/7"))),
        (200, "", "[1]", delivered(None, None)),
        (204, "", "", delivered(None, None)),
        (429, "Retry-After: 7\r\n", "", later("429 Too Many Requests", Some(7))),
        (503, date, "x", later("503 Service Unavailable: x", Some(120))),
        (503, "Retry-After: 99999999\r\n", "", later("503 Service Unavailable", Some(86400))),
        (503, "Retry-After: soon\r\n", "", later("503 Service Unavailable", None)),
        (301, "Location: http://127.0.0.1:1/\r\n", "", refused("301 Moved Permanently")),
        (410, "", "gone", refused("410 Gone: gone")),
        (401, "", "who?", refused("401 Unauthorized: who?")),
    ] {
        let receiver = Receiver::start(0, move |_, _| Reply::Status(status, headers, body));
        let settings = format!("use: webhook, url: \"{}\"", receiver.url());
        assert_eq!(attempt(&settings, &entry("it", |_| {}), now).await, expected, "{status}");
        let seen = receiver.seen();
        assert_eq!(seen.len(), 1, "nothing but the outbox repeats");
        assert_eq!(seen[0].headers["webhook-timestamp"], now.as_second().to_string());
    }
    let receiver = Receiver::start(0, |_, _| Reply::Status(400, "", Box::leak("ü".repeat(9000).into_boxed_str())));
    let settings = format!("use: webhook, url: \"{}\"", receiver.url());
    let Outcome::Refused { said } = attempt(&settings, &entry("it", |_| {}), now).await else {
        panic!("a 400 refuses")
    };
    assert_eq!(said.chars().count(), 501);
}

/// Python's own SMTP server, as a process.
struct Mail {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Mail {
    /// None if the tests were told to go without.
    fn start(name: &str) -> Option<Self> {
        if env::var_os("FIRSTLINE_WITHOUT_SMTP").is_some() {
            return None;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = env::var_os("FIRSTLINE_SMTP_PYTHON").map(PathBuf::from);
        let python = python.unwrap_or_else(|| root.join("target/tools/smtp/bin/python"));
        let folder = cli::folder(name);
        let mut child = Command::new(&python)
            .arg(root.join("tests/smtp/server.py"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("no mail server ({}: {error}); tests/all installs one", python.display()));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("it can be read");
        let port = line.trim().parse().expect("the mail server prints its port; tests/all installs aiosmtpd");
        Some(Self { child, port, folder })
    }

    fn settings(&self, to: &str) -> String {
        let from = "Service desk <desk@example.com>";
        format!("use: smtp, server: 127.0.0.1, port: {}, tls: none, from: \"{from}\", to: {to}", self.port)
    }

    /// What came, in order.
    fn messages(&self) -> Vec<String> {
        let count = (1..).take_while(|n| self.folder.join(format!("{n}.eml")).exists());
        count.map(|n| fs::read_to_string(self.folder.join(format!("{n}.eml"))).expect("it can be read")).collect()
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_carries_the_ticket_and_the_envelope() {
    let Some(mail) = Mail::start("a_mail_carries_the_ticket_and_the_envelope-mail") else { return };
    let entry = entry("it", |ticket| {
        ticket.subject = "Drücker\r\nBcc: everybody@example.com".into();
        ticket.body = "Grüße\n.\nQUIT\n".into();
    });
    let delivered = Outcome::Delivered { ticket: None, link: None };
    let to = "[tier2@example.com, \"Second <second@example.com>\"]";
    for _ in 0..2 {
        assert_eq!(attempt(&mail.settings(to), &entry, Timestamp::now()).await, delivered);
    }
    let messages = mail.messages();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], messages[1], "a repetition is the same to the letter");
    let (head, body) = messages[0].split_once("\r\n\r\n").expect("a mail has a head");
    for line in [
        "X-To: tier2@example.com,second@example.com".to_owned(),
        "X-From: desk@example.com".into(),
        format!("Message-ID: <{}@example.com>", entry.id),
        "Date: Mon, 23 Nov 2026 08:30:00 +0000".into(),
        "Auto-Submitted: auto-generated".into(),
        format!("X-Firstline-Case: {}", entry.case),
    ] {
        assert!(head.lines().any(|known| known == line), "{line}\n{head}");
    }
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    let text = BASE64_STANDARD.encode("Grüße\r\n.\r\nQUIT\r\n");
    assert!(body.contains(&format!("\r\n{text}\r\n")), "{body}");
    assert!(body.contains("filename=\"envelope.json\"") && body.contains("\"number\": 1001,"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_put_off_or_refused_as_the_server_says() {
    let Some(mail) = Mail::start("mail_is_put_off_or_refused_as_the_server_says-mail") else { return };
    let folder = cli::folder("mail_is_put_off_or_refused_as_the_server_says");
    let connectors = [("mail", mail.settings("later@example.com")), ("other", mail.settings("never@example.com"))];
    let app = app(&folder, &connectors).await;
    let working = Working::on(&app, LIMITS);
    let case = escalate(&app, "").await;
    let done = |case: &Case| case.deliveries[0].delivered && case.deliveries[1].refused.is_some();
    let case = until(&app, case.number, done).await;
    working.stop().await;
    let refused = case.deliveries[1].refused.as_deref().expect("it was refused");
    assert!(refused.contains("550") && refused.contains("nobody of this name lives here"), "{refused}");
    assert_eq!(mail.messages().len(), 1);
    let entry = entry("it", |_| {});
    let settings = mail.settings("later@example.com");
    let Outcome::Later { said, .. } = attempt(&settings, &entry, Timestamp::now()).await else {
        panic!("451 is not final")
    };
    assert!(said.contains("451") && said.contains("come back soon"), "{said}");
    drop(mail);
    let Outcome::Later { .. } = attempt(&settings, &entry, Timestamp::now()).await else { panic!("it may come back") };
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_shows_the_outbox_and_tries_again() {
    let receiver = Receiver::start(0, |before, _| if before == 0 { Reply::Status(403, "", "no key") } else { OK });
    let folder = cli::folder("the_command_line_shows_the_outbox");
    let app = app(&folder, &[("helpdesk", webhook(&receiver, &folder))]).await;
    let outbox = |arguments: &[&str], code| {
        let all = [&["--desk", "desk", "--data", "data", "outbox"], arguments].concat();
        cli::out(&folder, &all, "", code)
    };
    assert_eq!(outbox(&["list"], 0), "nothing waits\n");
    let case = escalate(&app, "Nothing works.").await;
    let (id, number) = (case.deliveries[0].outbox, case.number);
    let first = format!("{id} case {number} to helpdesk: waits for its first attempt\n  #{number} Nothing works.\n");
    assert_eq!(outbox(&["list"], 0), first);
    let working = Working::on(&app, LIMITS);
    until(&app, number, |case| case.deliveries[0].refused.is_some()).await;
    let refused = outbox(&["list"], 0);
    assert!(refused.contains(", tried once\n") && refused.ends_with("  403 Forbidden: no key\n"), "{refused}");
    let json: serde_json::Value = serde_json::from_str(&outbox(&["list", "--format", "json"], 0)).expect("it is JSON");
    assert_eq!(json["entries"][0]["state"], "refused");
    assert_eq!(json["entries"][0]["said"], "403 Forbidden: no key");
    assert_eq!(outbox(&["retry", &id.to_string()], 0), "1 to be tried again\n");
    // Another process wrote it: the worker finds it the next time it looks.
    standing(&app, id, |standing| matches!(standing, Standing::Delivered { .. })).await;
    working.stop().await;
    assert_eq!(outbox(&["list"], 0), "nothing waits\n");
    assert!(outbox(&["list", "--all"], 0).contains(" as T-7\n"));
    let unknown = OutboxId::mint().to_string();
    let said = cli::failure(&folder, &["--desk", "desk", "--data", "data", "outbox", "retry", &unknown]);
    assert!(said.contains("there is no entry") && said.contains("outbox list --all"), "{said}");
}

#[test]
fn a_connector_is_tried() {
    let receiver = Receiver::start(0, |_, json| match json["data"]["test"].as_bool() {
        Some(true) => OK,
        _ => Reply::Status(400, "", "not a test"),
    });
    let refusing = Receiver::start(0, |_, _| Reply::Status(404, "", "nobody here"));
    let folder = cli::folder("a_connector_is_tried");
    let connectors = format!(
        "connectors:\n  helpdesk: {{{}}}\n  wrong: {{use: webhook, url: \"{}\"}}\n",
        webhook(&receiver, &folder),
        refusing.url()
    );
    cli::write(&folder, "desk/desk.yaml", connectors);
    let list = cli::out(&folder, &["--desk", "desk", "connector", "list"], "", 0);
    assert_eq!(list.lines().next(), Some(&*format!("helpdesk: webhook, {}; no tier uses it", receiver.url())));
    let done = cli::out(&folder, &["--desk", "desk", "connector", "try", "helpdesk"], "", 0);
    assert_eq!(done, "delivered as T-7, https://helpdesk.example.com/7\n");
    let seen = receiver.seen();
    assert!(seen[0].is_signed(KEY));
    assert!(seen[0].json()["data"]["subject"].as_str().is_some_and(|subject| subject.starts_with("[test] #1001")));
    let said = cli::failure(&folder, &["--desk", "desk", "connector", "try", "wrong"]);
    assert_eq!(said, "error: refused: 404 Not Found: nobody here\n");
    let said = cli::failure(&folder, &["--desk", "desk", "connector", "try", "helpdsk"]);
    assert!(said.contains("did you mean `helpdesk`?"), "{said}");
    let schema = cli::out(&folder, &["explain", "envelope"], "", 0);
    assert_eq!(schema, SCHEMA);
}
