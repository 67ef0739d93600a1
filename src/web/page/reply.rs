//! Texts to be copied into a mail or a chat.

use crate::app::reply::Reply;
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyPage {
    /// What they are of.
    pub title: String,
    /// An address of ours and its words.
    pub back: (String, String),
    /// The texts.
    pub texts: Vec<Text>,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct Text {
    /// `article`, `step` or `path`.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// In both forms.
    #[serde(flatten)]
    pub reply: Reply,
}
