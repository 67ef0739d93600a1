//! What an import may have to say: a closed list, each with its page.

use crate::{diagnostic::Rule, rule};

/// A key of a header, or a column of a table, that is none of ours.
pub static UNMAPPED_KEY: Rule = rule!("FL520", "unmapped_key", Warning);
/// Markup that only the other system carries out.
pub static UNMAPPED_MARKUP: Rule = rule!("FL521", "unmapped_markup", Warning);
/// A link or a picture that leads to nothing that was imported.
pub static LOST_LINK: Rule = rule!("FL522", "lost_link", Warning);
/// A file that was not taken.
pub static SKIPPED_FILE: Rule = rule!("FL523", "skipped_file", Warning);
/// An id that had to be another one.
pub static CHANGED_ID: Rule = rule!("FL524", "changed_id", Warning);
/// A row or a line that says nothing to a playbook.
pub static UNREAD_LINE: Rule = rule!("FL525", "unread_line", Warning);
/// Whether a problem is solved there is not said.
pub static UNCLEAR_ENDING: Rule = rule!("FL526", "unclear_ending", Warning);
/// A way without words, where words have to tell it from others.
pub static UNLABELLED_WAY: Rule = rule!("FL527", "unlabelled_way", Warning);
/// A way to something that is not there.
pub static LOST_WAY: Rule = rule!("FL528", "lost_way", Error);
/// More than one beginning.
pub static SEVERAL_STARTS: Rule = rule!("FL529", "several_starts", Warning);
/// A file that is not UTF-8, and was read all the same.
pub static OTHER_ENCODING: Rule = rule!("FL530", "other_encoding", Warning);
/// A quote or a bracket that does not end where it should.
pub static UNCLOSED: Rule = rule!("FL531", "unclosed", Error);
/// A step's name with another question.
pub static REUSED_NAME: Rule = rule!("FL532", "reused_name", Error);
/// A diagram that is no flowchart.
pub static OTHER_DIAGRAM: Rule = rule!("FL533", "other_diagram", Error);

/// All of them, by code.
pub static RULES: [&Rule; 14] = [
    &UNMAPPED_KEY,
    &UNMAPPED_MARKUP,
    &LOST_LINK,
    &SKIPPED_FILE,
    &CHANGED_ID,
    &UNREAD_LINE,
    &UNCLEAR_ENDING,
    &UNLABELLED_WAY,
    &LOST_WAY,
    &SEVERAL_STARTS,
    &OTHER_ENCODING,
    &UNCLOSED,
    &REUSED_NAME,
    &OTHER_DIAGRAM,
];
