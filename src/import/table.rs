//! Rows of step, question, answer and next, as spreadsheets save them.

use super::{
    draft::{Draft, Kind, Node, To, Way, judged},
    finding, shown, span,
};
use crate::diagnostic::{Diagnostic, FileId, wording};
use std::{collections::HashMap, ops::Range};

/// A cell: its text, and where it stands.
#[derive(Debug, Default)]
struct Cell {
    text: String,
    at: Range<usize>,
}

/// What columns can hold, with the names that people give them.
const COLUMNS: [(Column, &[&str]); 7] = [
    (Column::Step, &["step", "id", "key", "no", "nr", "number", "#", "node", "step id", "schritt"]),
    (
        Column::Question,
        &["question", "ask", "text", "prompt", "instruction", "action", "description", "title", "say", "do", "frage"],
    ),
    (Column::Answer, &["answer", "option", "choice", "reply", "response", "if", "condition", "antwort"]),
    (Column::Next, &["next", "goto", "go to", "then", "target", "next step", "to", "leads to", "weiter"]),
    (Column::Type, &["type", "kind", "ending", "outcome", "result", "art"]),
    (Column::Tip, &["tip", "note", "notes", "hint", "comment", "comments", "hinweis"]),
    (Column::Article, &["article", "kb", "artikel"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Step,
    Question,
    Answer,
    Next,
    Type,
    Tip,
    Article,
}

/// What the type column can say.
const TYPES: [(Option<Kind>, &[&str]); 7] = [
    (Some(Kind::Ask), &["ask", "question", "decision", "frage"]),
    (Some(Kind::Do), &["do", "action", "task"]),
    (Some(Kind::Call), &["call", "playbook"]),
    (Some(Kind::Resolve), &["resolve", "resolved", "solved", "solution", "fix", "fixed", "gelöst"]),
    (Some(Kind::NotResolved), &["not resolved", "not_resolved", "unresolved", "not solved"]),
    (Some(Kind::Escalate), &["escalate", "escalation", "escalated", "hand over"]),
    (None, &["say", "info", "instruction", "step", "message", "text"]),
];

/// What a column holds, by its name.
fn column(cell: &Cell) -> Option<Column> {
    let name = cell.text.trim().to_lowercase().replace('_', " ");
    COLUMNS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
}

/// Whether a text is a table, by its first row.
pub(super) fn begins(text: &str) -> bool {
    let head = rows(text).ok().and_then(|rows| rows.into_iter().next());
    let columns: Vec<Column> = head.iter().flatten().filter_map(column).collect();
    columns.contains(&Column::Question) && (columns.contains(&Column::Answer) || columns.contains(&Column::Next))
}

/// Reads a table. Every row is in the draft, or a finding names it.
pub(super) fn read(text: &str, title: String, findings: &mut Vec<Diagnostic>) -> Draft {
    let mut draft = Draft { title, ..Draft::default() };
    let rows = match rows(text) {
        Ok(rows) => rows,
        Err(quote) => {
            let message = "the quote that begins here is not closed at the end of its cell".to_owned();
            let help = "close it, or drop it; a quote within quotes is written twice: `\"He said \"\"go\"\" now\"`";
            findings.push(Diagnostic::new(&finding::UNCLOSED, span(FileId(0), quote..quote + 1), message).help(help));
            return draft;
        }
    };
    let mut rows = rows.into_iter();
    let Some(head) = rows.next() else { return draft };
    let mut find = |rule, at: &Range<usize>, message: String, help: &str| {
        findings.push(Diagnostic::new(rule, span(FileId(0), at.clone()), message).help(help));
    };
    let mut columns: HashMap<Column, usize> = HashMap::new();
    for (n, cell) in head.iter().enumerate() {
        match column(cell).filter(|column| !columns.contains_key(column)) {
            Some(column) => drop(columns.insert(column, n)),
            None if cell.text.trim().is_empty() => {}
            None => {
                let message =
                    format!("the column {} is none of ours: what stands in it is not carried over", shown(&cell.text));
                find(
                    &finding::UNMAPPED_KEY,
                    &cell.at,
                    message,
                    "columns are step, question, answer, next, type, tip and article",
                );
            }
        }
    }
    if !columns.contains_key(&Column::Question) {
        let at = head.first().map_or(0..0, |cell| cell.at.start..head[head.len() - 1].at.end);
        let message = "no column is called `question`".to_owned();
        find(&finding::LOST_WAY, &at, message, "name the columns in the first row: step, question, answer, next");
        return draft;
    }
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut ways: Vec<(usize, String, Cell, Range<usize>)> = Vec::new();
    let mut current: Option<usize> = None;
    let mut reused = Vec::new();
    for mut row in rows {
        let whole = row[0].at.start..row[row.len() - 1].at.end;
        let mut take =
            |column: Column| columns.get(&column).and_then(|n| row.get_mut(*n)).map(std::mem::take).unwrap_or_default();
        let [step, question, answer, next, kind, tip, article] =
            [Column::Step, Column::Question, Column::Answer, Column::Next, Column::Type, Column::Tip, Column::Article]
                .map(|column| {
                    let cell = take(column);
                    Cell { text: cell.text.trim().to_owned(), at: cell.at }
                });
        for cell in row.iter().skip(head.len()).filter(|cell| !cell.text.trim().is_empty()) {
            let message = format!("{} stands in a column without a name: it is not carried over", shown(&cell.text));
            find(&finding::UNMAPPED_KEY, &cell.at, message, "name the column in the first row");
        }
        let name = if step.text.is_empty() { &question.text } else { &step.text };
        let at = match (known.get(&name.to_lowercase()), name.is_empty(), current) {
            (Some(at), false, _) => *at,
            (None, false, _) => {
                known.insert(name.to_lowercase(), draft.nodes.len());
                known.entry(question.text.to_lowercase()).or_insert(draft.nodes.len());
                draft.nodes.push(Node { name: name.clone(), at: whole.clone(), ..Node::default() });
                draft.nodes.len() - 1
            }
            (_, true, Some(current)) => current,
            (_, true, None) => {
                let message = "this row belongs to no step".to_owned();
                find(&finding::UNREAD_LINE, &whole, message, "write a step or a question in the first row of a step");
                continue;
            }
        };
        current = Some(at);
        let node = &mut draft.nodes[at];
        if !question.text.is_empty() && !node.text.is_empty() && node.text != question.text {
            let message = format!("{} is the name of two steps", shown(name));
            let help = "give one of them another name; a text of several lines stands in one cell";
            let finding = Diagnostic::new(&finding::REUSED_NAME, span(FileId(0), whole), message).help(help);
            reused.push(finding.also(span(FileId(0), node.at.clone()), "it has this name too"));
            continue;
        }
        if node.text.is_empty() {
            node.text = question.text;
        }
        if !tip.text.is_empty() {
            let told = node.tip.get_or_insert_default();
            if !told.split('\n').any(|line| line == tip.text) && *told != tip.text {
                told.push_str(if told.is_empty() { "" } else { "\n" });
                told.push_str(&tip.text);
            }
        }
        if !article.text.is_empty() && node.article.as_ref().is_none_or(|known| *known == article.text) {
            node.article = Some(article.text);
        } else if !article.text.is_empty() {
            let message = format!("{} is a second article of this step", shown(&article.text));
            find(&finding::UNREAD_LINE, &article.at, message, "name it in the step's `articles`");
        }
        if !kind.text.is_empty() {
            let word = kind.text.to_lowercase();
            match TYPES.iter().find(|(_, names)| names.contains(&word.as_str())) {
                Some((kind, _)) => node.kind = kind.or(node.kind),
                None => {
                    let message = format!("{} is no type of ours", shown(&kind.text));
                    let help = "types are ask, say, do, call, resolve, not_resolved and escalate";
                    find(&finding::UNMAPPED_KEY, &kind.at, message, help);
                }
            }
        }
        if !answer.text.is_empty() || !next.text.is_empty() {
            ways.push((at, answer.text, next, whole));
        }
    }
    for (from, label, next, at) in ways {
        let to = match known.get(&next.text.to_lowercase()) {
            Some(to) if !next.text.is_empty() => To::Node(*to),
            _ if next.text.is_empty() => {
                let message = format!("the answer {} leads nowhere", shown(&label));
                find(&finding::LOST_WAY, &at, message, "write the step that comes next, or how it ends");
                To::Nowhere
            }
            _ if judged(&next.text).is_some() => To::End(next.text),
            _ => match wording::nearest(&next.text, known.keys().map(String::as_str)) {
                // A sentence is something to do; a word is a step that is not there.
                None if next.text.contains(' ') => {
                    let node = Node { name: next.text.clone(), text: next.text, at: next.at, ..Node::default() };
                    draft.nodes.push(node);
                    To::Node(draft.nodes.len() - 1)
                }
                near => {
                    let message =
                        format!("{} is no step of this table, and no ending that can be judged", shown(&next.text));
                    let help = "write a step's name as it stands in its column, or how it ends".to_owned();
                    let help = near.map_or(help, |near| format!("did you mean `{near}`?"));
                    find(&finding::LOST_WAY, &next.at, message, &help);
                    To::End(next.text)
                }
            },
        };
        draft.nodes[from].ways.push(Way { label, to, at });
    }
    findings.extend(reused);
    draft
}

/// The rows that say something, as cells; quotes may hold separators, breaks and doubled quotes. An error is where a
/// quote stands that is not closed where its cell ends.
fn rows(text: &str) -> Result<Vec<Vec<Cell>>, usize> {
    let begin = text.len() - text.trim_start_matches('\u{feff}').len();
    let first = text[begin..].lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    // Excel says in a line of its own what stands between cells.
    let said = first.strip_prefix("sep=").and_then(|said| said.chars().next());
    let counted = || [',', ';', '\t'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(',');
    let separator = said.unwrap_or_else(counted);
    let begin = if said.is_some() { begin + text[begin..].find(first).unwrap_or(0) + first.len() } else { begin };
    let mut out = vec![Vec::new()];
    let mut cell = Cell { text: String::new(), at: begin..begin };
    // Where the quote stands that is open, and that of the cell that is closed.
    let (mut open, mut closed) = (None, None);
    let mut rest = text[begin..].char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let (at, end) = (begin + at, begin + at + c.len_utf8());
        let twice = rest.peek().is_some_and(|(_, next)| *next == '"');
        match c {
            '"' if open.is_some() && twice => {
                rest.next();
                cell.text.push('"');
            }
            '"' if open.is_some() => closed = open.take(),
            '"' if cell.text.trim().is_empty() && closed.is_none() => {
                cell.text.clear();
                open = Some(at);
            }
            '\r' if open.is_some() || rest.peek().is_some_and(|(_, next)| *next == '\n') => {}
            c if open.is_some() => cell.text.push(c),
            c if c == separator || c == '\n' || c == '\r' => {
                let done = std::mem::replace(&mut cell, Cell { text: String::new(), at: end..end });
                closed = None;
                let row = out.last_mut().expect("there is always one");
                row.push(Cell { text: done.text, at: done.at.start..at });
                if c != separator {
                    out.push(Vec::new());
                }
            }
            c => match closed {
                Some(quote) if !c.is_whitespace() => return Err(quote),
                _ => cell.text.push(c),
            },
        }
    }
    if let Some(quote) = open {
        return Err(quote);
    }
    cell.at.end = text.len();
    out.last_mut().expect("there is always one").push(cell);
    out.retain(|row| row.iter().any(|cell| !cell.text.trim().is_empty()));
    Ok(out)
}
