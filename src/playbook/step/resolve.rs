//! `resolve`: ends, solved.

use super::{super::flow::EndKind, reader::Reader};

pub fn read(step: &mut Reader<'_>) {
    step.end_step("resolve", EndKind::Resolved);
}
