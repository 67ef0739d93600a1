//! What another system is told of an escalation.

use super::Envelope;
use crate::{
    desk::ticket::STANDARD,
    template::{self, Document},
};
use serde::{Deserialize, Serialize};

/// A subject is cut behind so many characters.
const SUBJECT: usize = 200;

/// A rendered ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// One line without control characters.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The envelope, for systems.
    pub envelope: Envelope,
}

impl Ticket {
    /// Fills a template in: its first line is the subject, the rest the body. One that fails on this envelope gives
    /// way to the built-in one: a hand-over never waits for a template.
    pub fn render(document: &Document, envelope: Envelope) -> Self {
        let rendered = document.render(&envelope).or_else(|fault| {
            tracing::warn!(line = fault.line, "the ticket's template fails; the built-in one is used");
            STANDARD.render(&envelope)
        });
        let text = rendered.map_or_else(|_| String::new(), |rendered| rendered.text);
        let (subject, body) = text.trim_start().split_once('\n').unwrap_or((&text, ""));
        let subject: String = template::line(subject).chars().take(SUBJECT).collect();
        let subject = if subject.is_empty() { format!("Case {}", envelope.number) } else { subject };
        Self { subject, body: paragraphs(body), envelope }
    }
}

/// Text with at most one empty line between others, which conditions in a template leave behind.
fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for line in text.trim().lines().map(str::trim_end) {
        if line.is_empty() {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}
