//! A case: one caller's problem, from the first word to the end, as data. No I/O: what happens is decided and applied
//! here, and kept elsewhere.

pub mod envelope;
mod escalation;
mod event;
mod row;

mod case;
mod decide;
mod escalate;

pub use case::{Case, CaseRun, Delivery, Moment, State};
pub use decide::{Actor, Change, Intake, Move};
pub use envelope::{Attachment, Envelope, Note, Party, Requester};
pub use escalation::{Escalation, OutboxEntry, Ticket};
pub use event::{Entry, Event};
pub use row::Row;
