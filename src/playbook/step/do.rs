//! `do`: an action, and how to see that it worked.

use super::{super::flow::PromptKind, reader::Reader};

pub fn read(step: &mut Reader<'_>) {
    let text = step.text("do");
    step.fields.require("verify", "ask what the person can see if it worked: `verify: Does a test page print?`");
    step.verify();
    let worked = step.required_way("worked", "worked");
    let failed = step.required_way("failed", "failed");
    let options = step.action(worked, failed);
    let stuck = step.way("stuck", "stuck");
    step.prompt(PromptKind::Do, text, options, None, stuck);
}
