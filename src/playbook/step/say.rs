//! `say`: shows a text.

use super::{
    super::flow::{Options, PromptKind},
    reader::Reader,
};

pub fn read(step: &mut Reader<'_>) {
    let text = step.text("say");
    let way = step.required_way("then", "then");
    step.prompt(PromptKind::Say, text, Options::Next(way), None, None);
}
