//! A case: one caller's problem, from the first word to the end, as data. No I/O: what happens is decided and applied
//! here, and kept elsewhere.

pub mod envelope;
mod escalation;
mod event;
mod row;

mod decide;
mod escalate;
mod state;
mod ticket;

mod anonymous;
pub mod draft;
pub mod numbers;
mod passage;
mod verdict;

pub use anonymous::anonymous;
pub use decide::{Actor, Change, Context, Decision, Denied, Intake, MAX_TEXT, Move, Script, open};
pub use envelope::{Attachment, Envelope, Note, Party, Requester};
pub use escalate::kind;
pub use escalation::{Escalation, OutboxEntry};
pub use event::{Entry, Event};
pub use passage::{Fate, Passage, Spot, passages};
pub use row::Row;
pub use state::{Case, CaseRun, Delivery, Fault, State, fold};
pub use ticket::Ticket;
pub use verdict::{Choice, Judgement, Opinion, Verdict};
