//! What was found wrong with names, types and values while a playbook or the desk was read.

use super::Context;
use crate::{expression::Fault, playbook::Playbook};

/// The faults of one playbook, or of `desk.yaml`.
pub fn of<'a>(context: &'a Context<'_>, playbook: Option<&'a Playbook>) -> &'a [Fault] {
    match playbook {
        Some(playbook) => &playbook.flow.faults,
        None => &context.desk.policy.faults,
    }
}
