//! Two versions of a text beside each other, line by line.

use serde::Serialize;
use similar::{DiffTag, TextDiff};

/// So many lines that are the same stand around those that are not.
const AROUND: usize = 3;

/// A line of the one, of the other, or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its number and text in the older text.
    pub old: Option<(usize, String)>,
    /// The same in the newer one.
    pub new: Option<(usize, String)>,
    /// Both are the same.
    pub same: bool,
}

/// What differs, in parts that lie apart; none if nothing does.
pub fn beside(old: &str, new: &str) -> Vec<Vec<Row>> {
    let diff = TextDiff::from_lines(old, new);
    let line = |lines: &[&str], at: usize| (at + 1, lines[at].trim_end_matches(['\r', '\n']).to_owned());
    let part = |ops: &Vec<similar::DiffOp>| {
        let mut rows = Vec::new();
        for (tag, olds, news) in ops.iter().map(similar::DiffOp::as_tag_tuple) {
            for at in 0..olds.len().max(news.len()) {
                rows.push(Row {
                    old: olds.clone().nth(at).map(|at| line(diff.old_slices(), at)),
                    new: news.clone().nth(at).map(|at| line(diff.new_slices(), at)),
                    same: tag == DiffTag::Equal,
                });
            }
        }
        rows
    };
    diff.grouped_ops(AROUND).iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_beside_each_other() {
        let rows = beside("a\nb\nc\nd\ne\nf\n", "a\nB\nc\nd\ne\nf\ng\n");
        let text =
            |side: &Option<(usize, String)>| side.as_ref().map_or(String::new(), |(n, text)| format!("{n} {text}"));
        let shown: Vec<String> =
            rows.concat().iter().map(|row| format!("{}|{}", text(&row.old), text(&row.new))).collect();
        assert_eq!(shown, ["1 a|1 a", "2 b|2 B", "3 c|3 c", "4 d|4 d", "5 e|5 e", "6 f|6 f", "|7 g"]);
        assert!(beside("a\n", "a\n").is_empty());
    }
}
