//! `not_resolved`: ends, this script has nothing more.

use super::{super::flow::EndKind, reader::Reader};

pub fn read(step: &mut Reader<'_>) {
    step.end_step("not_resolved", EndKind::NotResolved);
}
