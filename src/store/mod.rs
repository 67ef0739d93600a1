//! What is kept: one stream of events for each case, the lists that follow from them, the outbox, programs, people.
//!
//! One trait, one suite of tests that every database has to pass (`tests/suite/store.rs`). SQL stands nowhere else.

mod sql;
mod sqlite;
mod statement;
mod writer;

pub use sqlite::{Settings, Sqlite, backup, out_of_room};

use crate::{
    case::{Entry, Judgement, OutboxEntry, Row},
    id::{CaseId, IncidentId, OutboxId, RunId},
};
use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// What keeps the store from doing it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else was faster: the stream has gone on to `head`.
    #[error("the case has gone on: its latest entry is {head}")]
    Stale {
        /// The latest entry's number.
        head: u64,
    },
    /// Something of this name exists.
    #[error("`{0}` exists already")]
    Exists(String),
    /// No room on the disk, or over a quota: nothing was written, and it goes on when there is room.
    #[error("the disk that holds the data folder is full; nothing was written")]
    Full,
    /// The database is from a later version of firstline.
    #[error("the data was written by a later version of firstline ({0}); use that version or a later one")]
    Newer(String),
    /// It holds something that cannot be read.
    #[error("the data folder holds something unreadable: {0}")]
    Corrupt(String),
    /// Anything else that the database says.
    #[error("the database: {0}")]
    Database(String),
}

/// One change of one case: its events, what the lists then show, and what has to reach other systems. All of it, or
/// nothing.
#[derive(Clone, Debug)]
pub struct Append {
    /// The case.
    pub case: CaseId,
    /// The number of the stream's latest entry as the decision saw it; 0 for a new case.
    pub after: u64,
    /// Numbered from `after + 1`, not empty.
    pub entries: Vec<Entry>,
    /// The case in lists, after the entries.
    pub row: Row,
    /// New outbox entries, due at once.
    pub outbox: Vec<OutboxEntry>,
    /// Outbox entries that the events settle.
    pub settle: Vec<(OutboxId, Standing)>,
}

/// How an outbox entry stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Standing {
    /// Waits for its time, after so many attempts; `said` is what the last one came to.
    Due { at: Timestamp, attempts: u32, said: Option<String> },
    /// The other side has it.
    Delivered { at: Timestamp, ticket: Option<String>, link: Option<String> },
    /// The other side refused it for good: it waits for a person.
    Refused { at: Timestamp, attempts: u32, said: String },
}

/// An outbox entry and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// The entry.
    pub entry: OutboxEntry,
    /// The case's number.
    pub number: u64,
    /// How it stands.
    pub standing: Standing,
    /// Whoever claimed it has until then; nobody else takes it up before.
    pub leased: Option<Timestamp>,
}

/// Which cases a list shows. What is `None` is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this tier's.
    pub tier: Option<String>,
    /// Only this team's.
    pub team: Option<String>,
    /// Only those this person works on.
    pub holder: Option<String>,
    /// Only open ones (`true`), or only resolved ones (`false`).
    pub open: Option<bool>,
    /// Only those of this requester: the folded contact, else the folded name.
    pub requester: Option<String>,
    /// At most so many, the most urgent first: by respond-by (none last), then oldest first.
    pub limit: u32,
}

/// A run as lists show it: follows from the streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// The run.
    pub run: RunId,
    /// Its case.
    pub case: CaseId,
    /// The case's number.
    pub number: u64,
    /// The playbook's id.
    pub playbook: String,
    /// The hash of the program that it goes through.
    pub program: String,
    /// Whether its case is not resolved; the run itself may have ended.
    pub open: bool,
}

/// Which runs a list shows. What is `None` is not asked for.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Only this playbook's.
    pub playbook: Option<String>,
    /// Only this program's, by its hash.
    pub program: Option<String>,
    /// Only those of open cases (`true`), or only those of resolved ones (`false`).
    pub open: Option<bool>,
}

/// What was said of a script, and the case that it was said for: follows from the streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: u64,
    /// What.
    pub judgement: Judgement,
}

/// A program that an author withdrew: nobody may start it, and whoever goes through it is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// The program's hash.
    pub program: String,
    /// The playbook's id.
    pub playbook: String,
    /// Why, for staff.
    pub why: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A program's sources: enough to link it again, whatever became of the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSource {
    /// The program's hash.
    pub hash: String,
    /// The playbook's id.
    pub playbook: String,
    /// `desk.yaml` and the files of the playbook and of all that it calls: paths in the desk, and texts.
    pub files: Vec<(String, String)>,
}

/// Somebody who signs in. The password's hash is argon2's, in PHC form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What they sign in with, folded to lower case; unique.
    pub login: String,
    /// What colleagues call them.
    pub name: String,
    /// `agent`, `author`, `lead` or `admin`.
    pub role: String,
    /// The tier they work in.
    pub tier: String,
    /// See above; never in a log.
    pub password: String,
    /// Failed attempts since the last success.
    pub failures: u32,
    /// Locked out until then.
    pub locked_until: Option<Timestamp>,
    /// Turned off: may not sign in.
    pub disabled: bool,
    /// Counts the changes of password, role and state: a session of an older generation is over.
    pub generation: u32,
}

/// A known outage: what many callers have, and what they are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// In a few words.
    pub title: String,
    /// What callers are told, Markdown.
    pub text: String,
    /// What callers say who have it.
    pub phrases: Vec<String>,
    /// Playbooks that it makes useless, by id.
    pub playbooks: Vec<String>,
    /// Whether self-service may know of it. Staff always may.
    pub self_service: bool,
    /// When it was made known.
    pub opened: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// When it was over; none while it is not.
    pub closed: Option<Timestamp>,
    /// Who said so.
    pub closed_by: Option<String>,
}

/// A browser's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of what the cookie holds, in hex; the cookie's content itself is not kept.
    pub id: String,
    /// JSON, the web's to read.
    pub data: String,
    /// Over then.
    pub expires: Timestamp,
}

/// What was searched on a day, without who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// The day.
    pub day: Date,
    /// `self-service` or `staff`.
    pub reader: String,
    /// The words, folded.
    pub words: String,
    /// How often.
    pub times: u64,
    /// What it found the latest time; nothing, if none of it may be the answer.
    pub hits: u64,
    /// How often something was opened from it.
    pub opened: u64,
}

/// What was opened on a day, without who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewed {
    /// The day.
    pub day: Date,
    /// `article` or `playbook`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How often.
    pub times: u64,
}

/// What was opened on a day of what a search found, without who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clicked {
    /// The day.
    pub day: Date,
    /// `self-service` or `staff`.
    pub reader: String,
    /// What the words are known by.
    pub terms: String,
    /// `article` or `playbook`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How many visitors opened it.
    pub opened: u64,
    /// How many said, or showed, that it helped.
    pub helped: u64,
    /// How many said, or showed, that it did not.
    pub not_helped: u64,
}

/// Whether an article helped somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Of one browser's session and one article: an answer replaces the one before.
    pub id: String,
    /// The article.
    pub article: String,
    /// Of its text.
    pub revision: String,
    /// Whether it did.
    pub helpful: bool,
    /// Why not: `did-not-work`, `not-my-problem`, `hard-to-follow` or `out-of-date`.
    pub reason: Option<String>,
    /// The same in words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

/// See the module. All of it is durable when the future is done.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // Cases

    /// A number for a new case: 1001 and up, never given twice.
    async fn number(&self) -> Result<u64, Error>;
    /// Appends, or says that somebody was faster ([`Error::Stale`]).
    async fn append(&self, append: Append) -> Result<(), Error>;
    /// A case's entries after a number, in order.
    async fn stream(&self, case: CaseId, after: u64) -> Result<Vec<Entry>, Error>;
    /// The number of a case's latest entry; `None` if there is no such case.
    async fn head(&self, case: CaseId) -> Result<Option<u64>, Error>;
    /// The case of a number.
    async fn find(&self, number: u64) -> Result<Option<CaseId>, Error>;
    /// The case that a run belongs to, from the streams' rows.
    async fn case_of(&self, run: RunId) -> Result<Option<CaseId>, Error>;
    /// A list of runs, by their cases' numbers.
    async fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>, Error>;
    /// A list of cases.
    async fn list(&self, filter: &Filter) -> Result<Vec<Row>, Error>;
    /// All cases, oldest first: to rebuild the lists.
    async fn cases(&self) -> Result<Vec<CaseId>, Error>;
    /// The same with the numbers of their latest entries.
    async fn heads(&self) -> Result<Vec<(CaseId, u64)>, Error>;
    /// What was said of scripts since a moment, of one playbook or of all, the latest first.
    async fn verdicts(&self, since: Timestamp, playbook: Option<&str>, limit: u32) -> Result<Vec<Judged>, Error>;
    /// Replaces what the lists show of a case, if its stream still ends at `row.seq`.
    async fn project(&self, row: &Row, judgements: &[Judgement]) -> Result<(), Error>;

    // Outbox

    /// Claims up to `limit` entries that are due and that nobody has a lease on, until `until`; none of the connectors
    /// in `full`.
    async fn claim(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
        full: &[String],
    ) -> Result<Vec<Outgoing>, Error>;
    /// Puts a due entry back with another standing and no lease, outside a case's stream: a later attempt, or a test's
    /// end. One that is delivered or refused stays so: whoever was too slow for their lease does not undo it.
    async fn settle(&self, id: OutboxId, standing: &Standing) -> Result<(), Error>;
    /// One entry.
    async fn outgoing(&self, id: OutboxId) -> Result<Option<Outgoing>, Error>;
    /// Entries that are not delivered, oldest first; all of them, delivered too, if `all`.
    async fn outbox(&self, all: bool, limit: u32) -> Result<Vec<Outgoing>, Error>;
    /// When the next entry is due; `None` if none waits.
    async fn next_due(&self) -> Result<Option<Timestamp>, Error>;

    // Programs

    /// Keeps a program's sources under its hash; nothing happens if they are there.
    async fn keep_program(&self, source: &ProgramSource) -> Result<(), Error>;
    /// A program's sources.
    async fn program(&self, hash: &str) -> Result<Option<ProgramSource>, Error>;
    /// Remembers the last good versions, by key (`playbook/ID` or `desk`), and keeps their sources; all in one.
    async fn keep_good(&self, good: &[(String, ProgramSource)]) -> Result<(), Error>;
    /// The hashes of all last good versions, by key.
    async fn good(&self) -> Result<Vec<(String, String)>, Error>;

    /// Withdraws a program; nothing happens if it is withdrawn.
    async fn keep_recall(&self, recall: &Recall) -> Result<(), Error>;
    /// The programs that are withdrawn, the latest first.
    async fn recalls(&self) -> Result<Vec<Recall>, Error>;

    // People

    /// Adds a person; [`Error::Exists`] if the login is taken.
    async fn add_person(&self, person: &Person) -> Result<(), Error>;
    /// Replaces a person by their login.
    async fn update_person(&self, person: &Person) -> Result<(), Error>;
    /// One person.
    async fn person(&self, login: &str) -> Result<Option<Person>, Error>;
    /// All of them, by login.
    async fn people(&self) -> Result<Vec<Person>, Error>;
    /// Keeps a session, over one of the same id.
    async fn keep_session(&self, session: &Session) -> Result<(), Error>;
    /// A session that is not over.
    async fn session(&self, id: &str, now: Timestamp) -> Result<Option<Session>, Error>;
    /// Ends a session.
    async fn end_session(&self, id: &str) -> Result<(), Error>;
    /// Forgets sessions that are over.
    async fn sweep_sessions(&self, now: Timestamp) -> Result<(), Error>;

    // Known outages

    /// Keeps an outage, over one of the same id.
    async fn keep_incident(&self, incident: &Incident) -> Result<(), Error>;
    /// One of them.
    async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, Error>;
    /// Those that are open, or those that are closed; the latest opened first.
    async fn incidents(&self, open: bool, limit: u32) -> Result<Vec<Incident>, Error>;

    // What authors learn from

    /// Adds up what was searched and opened.
    async fn count(&self, searches: &[Searched], views: &[Viewed], clicks: &[Clicked]) -> Result<(), Error>;
    /// What was searched since a day, the most frequent first.
    async fn searches(&self, since: Date, limit: u32) -> Result<Vec<Searched>, Error>;
    /// Kinds and ids of what was opened since a day, and how often; the most frequent first.
    async fn views(&self, since: Date, limit: u32) -> Result<Vec<(String, String, u64)>, Error>;
    /// What was opened from searches since a day, the latest first.
    async fn clicks(&self, since: Date, limit: u32) -> Result<Vec<Clicked>, Error>;
    /// Forgets what was counted before a day.
    async fn forget_counts(&self, before: Date) -> Result<(), Error>;
    /// Keeps an answer, over one of the same id.
    async fn keep_feedback(&self, feedback: &Feedback) -> Result<(), Error>;
    /// The answers on an article, or on all, the latest first.
    async fn feedback(&self, article: Option<&str>, limit: u32) -> Result<Vec<Feedback>, Error>;

    /// The secret of this name; `fresh` from now on, if there is none.
    async fn secret(&self, name: &str, fresh: &str) -> Result<String, Error>;

    /// Whether it answers: one read.
    async fn ping(&self) -> Result<(), Error>;
}
