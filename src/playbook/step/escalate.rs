//! `escalate`: ends here and goes on elsewhere.

use super::{super::flow::EndKind, reader::Reader};

pub fn read(step: &mut Reader<'_>) {
    step.end_step("escalate", EndKind::Escalated);
}
