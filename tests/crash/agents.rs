//! Agents in front of the console, who remember what it acknowledged.

use crate::{
    random::Random,
    server::{self, Answer, Visitor, unescape},
    verify::{Kept, Stream},
};
use firstline::{case::Event, id::RunId, run};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
        mpsc::Sender,
    },
};

/// So many at once.
pub const AGENTS: u64 = 8;
const PLAYBOOKS: [&str; 4] = ["printer-offline", "printer-offline", "password-reset", "account-locked-out"];

/// A write that a form's page said is done.
#[derive(Clone, Debug)]
pub struct Written {
    /// The case's number.
    case: u64,
    what: What,
}

/// What was written. A mark stands in one write only.
#[derive(Clone, Debug)]
enum What {
    Opened {
        mark: String,
    },
    Noted {
        mark: String,
    },
    /// A file, by the SHA-256 of its bytes.
    Attached {
        hash: String,
    },
    /// An answer, `back` or `hand-over`, at a position of a run.
    Said {
        run: RunId,
        position: String,
        words: String,
    },
    HandedOn {
        mark: String,
    },
    Resolved,
}

/// A form that is sent.
#[derive(Clone, Debug)]
pub struct Form {
    path: String,
    fields: Vec<(&'static str, String)>,
    what: What,
}

/// What the agents of one server share.
pub struct Desk {
    /// `127.0.0.1:PORT`
    pub address: String,
    /// Told of every acknowledged write.
    pub written: Sender<Written>,
    /// Cases that others may go on with.
    pub cases: Mutex<Vec<u64>>,
    /// The server is about to end, or has.
    pub over: AtomicBool,
    /// The disk is full, or was until just before.
    pub full: AtomicBool,
    /// Pages that said so.
    pub refused: AtomicU64,
    /// Pages that were shown while it was.
    pub shown: AtomicU64,
    /// Forms whose end nobody knows, and which may be sent again.
    pub unsure: Mutex<Vec<Form>>,
    /// What should not have come.
    pub wrong: Mutex<Vec<String>>,
}

/// Why an agent stops: the server has gone away.
struct Gone;

impl Desk {
    /// An agent, until the server goes away.
    pub fn work(&self, seed: u64) {
        let mut agent = Agent { desk: self, visitor: Visitor::at(&self.address), random: Random(seed) };
        while !self.over.load(SeqCst) {
            if agent.serve().is_err() {
                break;
            }
        }
    }
}

struct Agent<'a> {
    desk: &'a Desk,
    visitor: Visitor,
    random: Random,
}

impl Agent<'_> {
    /// One caller, for a while.
    fn serve(&mut self) -> Result<(), Gone> {
        let again = self.desk.unsure.lock().expect("nobody panics here").pop();
        if let Some(form) = again {
            self.send(form)?;
        }
        let known = self.desk.cases.lock().expect("nobody panics here").clone();
        let recent = known.len().saturating_sub(20);
        let number = match known.len() {
            0 => self.open()?,
            _ if self.random.percent(30) => self.open()?,
            count => Some(known[recent + self.random.below((count - recent) as u64) as usize]),
        };
        let Some(number) = number else { return Ok(()) };
        for _ in 0..1 + self.random.below(30) {
            let page = self.ask("GET", &format!("/cases/{number}"), None)?;
            if page.status == 200 {
                self.go_on(number, &page)?;
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Result<Option<u64>, Gone> {
        let home = self.ask("GET", "/", None)?;
        let mark = self.mark();
        let playbook = PLAYBOOKS[self.random.below(PLAYBOOKS.len() as u64) as usize].to_owned();
        let mut fields = vec![("case", home.field("case")), ("words", mark.clone()), ("playbook", playbook)];
        if self.random.percent(80) {
            fields.extend([("name", "Ada".into()), ("contact", "4711".into()), ("channel", "phone".into())]);
        }
        let form = Form { path: "/cases".into(), fields, what: What::Opened { mark } };
        if self.random.percent(10) {
            self.send(form.clone())?;
        }
        self.send(form)
    }

    /// One form of a case's page.
    fn go_on(&mut self, case: u64, page: &Answer) -> Result<(), Gone> {
        let base = format!("/cases/{case}");
        let body = unescape(&page.body);
        let has = |form: &str| body.contains(&format!("action=\"{base}/{form}\""));
        let chance = self.random.below(100);
        let to = |form: &str, fields, what| Form { path: format!("{base}/{form}"), fields, what };
        if chance < 10 {
            let mark = self.mark();
            let text = format!("{mark} {}", "word ".repeat(self.random.below(300) as usize));
            return self.send(to("note", vec![("text", text)], What::Noted { mark })).map(drop);
        }
        if chance < 16 {
            return self.attach(case);
        }
        if has("claim") {
            return self.ask("POST", &format!("{base}/claim"), Some(String::new())).map(drop);
        }
        let run = body.split_once(&format!("{base}/runs/")).and_then(|(_, rest)| rest.get(..32)?.parse().ok());
        let Some(run): Option<RunId> = run.filter(|run| has(&format!("runs/{run}/answer"))) else {
            if self.random.percent(30) || !has("hand-on") {
                return Ok(());
            }
            if self.random.percent(30) {
                let fields = vec![("text", "it works".into()), ("confirmed", "yes".into())];
                return self.send(to("resolve", fields, What::Resolved)).map(drop);
            }
            let mark = self.mark();
            let tier = ["tier-1", "tier-2/network", "tier-3/security"][self.random.below(3) as usize];
            let fields = vec![("to", tier.into()), ("why", mark.clone())];
            return self.send(to("hand-on", fields, What::HandedOn { mark })).map(drop);
        };
        let position = page.field("position");
        let (kind, field, words) = match chance {
            16..20 => ("back", "signal", "back".to_owned()),
            20..30 => ("signal", "signal", "hand-over".to_owned()),
            _ => self.answer(page),
        };
        let what = What::Said { run, position: position.clone(), words: words.clone() };
        let form = to(&format!("runs/{run}/{kind}"), vec![("position", position), (field, words)], what);
        if chance > 95 {
            self.send(form.clone())?;
        }
        self.send(form).map(drop)
    }

    /// Something that the page takes; now and then it does not.
    fn answer(&mut self, page: &Answer) -> (&'static str, &'static str, String) {
        let mut choices = page.fields("answer");
        if page.body.contains("id=\"value\"") && self.random.percent(80) {
            let typed = if page.body.contains("type=\"date\"") {
                "2026-11-20".into()
            } else {
                self.random.below(9).to_string()
            };
            return ("answer", "value", typed);
        }
        if choices.len() > 1 && self.random.percent(90) {
            choices.retain(|choice| choice != "stuck");
        }
        let count = choices.len() as u64;
        ("answer", "answer", choices.swap_remove(self.random.below(count) as usize))
    }

    fn attach(&mut self, case: u64) -> Result<(), Gone> {
        // Few enough that the same file is added again, by two at once too.
        let bytes = format!("{} of {case}\n", self.random.below(6)).repeat(200);
        let hash = hash(bytes.as_bytes());
        let body = format!(
            "--part\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{bytes}\r\n--part--\r\n"
        );
        self.visitor.headers = vec![("content-type".into(), "multipart/form-data; boundary=part".into())];
        let answer = self.ask("POST", &format!("/cases/{case}/attach"), Some(body));
        self.visitor.headers.clear();
        if answer?.status == 303 {
            self.written(case, What::Attached { hash });
        }
        Ok(())
    }

    /// Sends a form; gives the case's number if it is done.
    fn send(&mut self, form: Form) -> Result<Option<u64>, Gone> {
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = match self.ask("POST", &form.path, Some(server::form(&fields))) {
            Ok(answer) => answer,
            Err(Gone) => {
                // Two of the same are one, where a form says which case or position it is for.
                let again =
                    matches!(&form.what, What::Opened { .. } | What::Said { .. }) && !form.path.ends_with("/back");
                if again {
                    self.desk.unsure.lock().expect("nobody panics here").push(form);
                }
                return Err(Gone);
            }
        };
        if answer.status != 303 {
            return Ok(None);
        }
        let case = answer.header("location").and_then(|to| to.strip_prefix("/cases/")?.parse().ok());
        let case = case.expect("a form leads to its case");
        if matches!(form.what, What::Opened { .. }) {
            self.desk.cases.lock().expect("nobody panics here").push(case);
        }
        self.written(case, form.what);
        Ok(Some(case))
    }

    fn written(&self, case: u64, what: What) {
        // Nobody listens any more when the round is over by then.
        let _ = self.desk.written.send(Written { case, what });
    }

    /// Every page that should not have come is noted.
    fn ask(&mut self, method: &str, path: &str, body: Option<String>) -> Result<Answer, Gone> {
        let was_full = self.desk.full.load(SeqCst);
        let answer = match self.visitor.try_ask(method, path, body) {
            Ok(answer) => answer,
            Err(_) if self.desk.over.load(SeqCst) => return Err(Gone),
            Err(error) => {
                self.wrong(format!("{method} {path}: {error}"));
                return Err(Gone);
            }
        };
        let full = was_full || self.desk.full.load(SeqCst);
        match (answer.status, method) {
            (200, "GET") => {
                self.desk.shown.fetch_add(u64::from(was_full && full), SeqCst);
            }
            (303 | 409 | 422, "POST") => {}
            // A quota that had room again when the store looked for the reason has no name.
            (503, "POST") if full && answer.body.contains("nothing was saved") => {
                self.desk.refused.fetch_add(1, SeqCst);
            }
            (status, _) => {
                let title = answer.body.split_once("<h1").map_or(&*answer.body, |(_, rest)| rest);
                self.wrong(format!("{method} {path}: {status}: {}", title.chars().take(300).collect::<String>()));
            }
        }
        Ok(answer)
    }

    fn wrong(&self, what: String) {
        self.desk.wrong.lock().expect("nobody panics here").push(what);
    }

    fn mark(&mut self) -> String {
        format!("mark-{:016x}", self.random.any())
    }
}

/// How many of which kind.
pub fn kinds(written: &[Written]) -> BTreeMap<&'static str, usize> {
    let mut out = BTreeMap::new();
    for Written { what, .. } in written {
        let kind = match what {
            What::Opened { .. } => "opened",
            What::Noted { .. } => "noted",
            What::Attached { .. } => "attached",
            What::Said { .. } => "said",
            What::HandedOn { .. } => "handed on",
            What::Resolved => "resolved",
        };
        *out.entry(kind).or_default() += 1;
    }
    out
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What was acknowledged and is not there, or is there twice.
pub fn missing(written: &[Written], folder: &Path, kept: &Kept) -> Vec<String> {
    let by_number: HashMap<u64, &Stream> = kept.streams.values().map(|stream| (stream.number, stream)).collect();
    let mut wrong = Vec::new();
    let mut opened: HashMap<&str, usize> = HashMap::new();
    for entry in by_number.values().flat_map(|stream| &stream.entries) {
        if let Event::Opened { words, .. } = &entry.event {
            *opened.entry(words).or_default() += 1;
        }
    }
    wrong
        .extend(opened.iter().filter(|(_, count)| **count > 1).map(|(mark, count)| format!("{count} cases of {mark}")));
    for Written { case, what } in written {
        let count = by_number.get(case).map_or(0, |stream| times(what, folder, stream));
        if count != 1 {
            wrong.push(format!("case {case}: {what:?} is there {count} times"));
        }
    }
    for stream in by_number.values() {
        let mut answered = HashSet::new();
        for (run, position, what) in &stream.said {
            match what {
                run::Event::Answered { .. } if !answered.insert((run, position)) => {
                    wrong.push(format!("case {}: {position} was answered twice: {what:?}", stream.number));
                }
                run::Event::WentBack { .. } | run::Event::Changed { .. } => answered.retain(|(of, _)| *of != run),
                _ => {}
            }
        }
    }
    wrong
}

fn times(what: &What, folder: &Path, stream: &Stream) -> usize {
    let events = stream.entries.iter().map(|entry| &entry.event);
    match what {
        What::Opened { mark } => {
            let started = events.clone().any(|event| matches!(event, Event::RunStarted { .. }));
            let opened = events.filter(|event| matches!(event, Event::Opened { words, .. } if words == mark)).count();
            if started { opened } else { 0 }
        }
        What::Noted { mark } => {
            events.filter(|event| matches!(event, Event::Noted { text } if text.starts_with(mark))).count()
        }
        // The same file may be added again.
        What::Attached { hash: wanted } => {
            let path = folder.join("attachments").join(&wanted[..2]).join(wanted);
            let whole = fs::read(path).is_ok_and(|bytes| hash(&bytes) == *wanted);
            let named = events.into_iter().any(|event| matches!(event, Event::Attached { hash, .. } if hash == wanted));
            usize::from(whole && named)
        }
        // After `back` the same may be said again at the same position.
        What::Said { run, position, words } => {
            let is = |(of, at, what): &(RunId, String, run::Event)| {
                let said = match what {
                    run::Event::Answered { said, .. } => said.words(),
                    run::Event::WentBack { .. } => "back",
                    run::Event::HandedOver { .. } => "hand-over",
                    _ => return false,
                };
                of == run && at == position && said == words
            };
            usize::from(stream.said.iter().any(is))
        }
        What::HandedOn { mark } => events
            .filter(|event| {
                matches!(event, Event::Escalated { escalation }
                if serde_json::to_string(&escalation.envelope.why).is_ok_and(|why| why.contains(mark.as_str())))
            })
            .count(),
        What::Resolved => usize::from(events.into_iter().any(|event| matches!(event, Event::Resolved { .. }))),
    }
}
