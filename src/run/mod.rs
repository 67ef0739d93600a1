//! A run: a playbook plus a book of answers. Where the person stands follows from the two.

pub mod author;
mod book;
mod event;
mod handover;
mod names;
mod rebase;
pub mod replay;
mod session;
mod trace;
mod tried;
mod view;
mod walk;

pub use book::{Answer, AnswerBook, Audience, Given, Key, Place};
pub use event::{At, Entry, Event, Input, Refused, Said, Signal};
pub use handover::{Origin, destination};
pub use rebase::{Difference, Ending, Rebase, rebase};
pub use session::Run;
pub use trace::Trace;
pub use tried::Action;
pub use view::{CaseInfo, Choice, Line, Outcome, Prompt, TypedInput, View};
pub use walk::{Frame, Passed, Position, STEP_LIMIT, State, Taken, Walk, observe, walk};
