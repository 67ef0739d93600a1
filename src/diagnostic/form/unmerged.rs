//! A file in which a merge was not finished.

use crate::diagnostic::{Diagnostic, FileId, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL125", "unmerged", Error);

/// The first place at which two versions stand one after the other, as git leaves them, but for examples in Markdown.
pub fn unmerged(file: FileId, text: &str) -> Option<Diagnostic> {
    let (mut at, mut fenced, mut begun) = (0, false, None);
    for line in text.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced && line.starts_with("<<<<<<< ") {
            begun = Some(at);
        }
        if let Some(start) = begun.filter(|_| line.starts_with(">>>>>>> ")) {
            let span = Span { file, start: start as u32, end: start as u32 + 7 };
            let help = "keep what is right of the two, and take out the lines `<<<<<<<`, `=======` and `>>>>>>>`";
            return Some(Diagnostic::new(&RULE, span, "a merge is not finished here").help(help));
        }
        at += line.len();
    }
    None
}
