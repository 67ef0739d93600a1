//! From other systems: Markdown folders to articles, tables and flowcharts to playbooks. What cannot be judged is said.

mod articles;
mod draft;
mod encoding;
mod finding;
mod flowchart;
mod header;
mod table;

pub use articles::{Options, articles};
pub use encoding::decode;
pub use finding::RULES;

use crate::{
    desk::Desk,
    diagnostic::{Diagnostic, FileId, Severity, Source, Sources, Span, form, wording},
    kb,
};

/// What an import makes.
#[derive(Debug, Default)]
pub struct Import {
    /// Paths below the desk, and what stands in them.
    pub files: Vec<(String, Content)>,
    /// What was read.
    pub sources: Sources,
    /// What was not carried over, or could not be judged, with its place in the source.
    pub findings: Vec<Diagnostic>,
}

/// What stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A text.
    Text(String),
    /// The bytes of a file of the source, by its path there.
    Copy(String),
}

/// What a source can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows of question, answer and next.
    Table,
    /// Mermaid's flowchart.
    Flowchart,
}

impl Kind {
    /// Told by the name of a file, else by how its text begins.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv" | "tsv") => Some(Self::Table),
            Some("mmd" | "mermaid") => Some(Self::Flowchart),
            _ if flowchart::begins(text) => Some(Self::Flowchart),
            _ => table::begins(text).then_some(Self::Table),
        }
    }
}

/// A playbook from a table or a flowchart. `id` is the playbook's; `path` is shown in findings.
pub fn playbook(kind: Kind, id: &str, path: &str, bytes: &[u8]) -> Import {
    let decoded = decode(bytes);
    let text = decoded.as_ref().map(|decoded| decoded.text.clone()).unwrap_or_default();
    let mut import = Import { sources: Sources(vec![Source::new(path, text.as_str())]), ..Import::default() };
    let Some(decoded) = decoded else {
        import
            .findings
            .push(form::not_utf8(span(FileId(0), 0..0)).label("nor is it Windows-1252 or UTF-16 with its mark"));
        return import;
    };
    import.findings.extend(other_encoding(FileId(0), &decoded));
    let stem = path.rsplit('/').next().unwrap_or(path);
    let title = wording::in_words(stem.rsplit_once('.').map_or(stem, |(stem, _)| stem));
    let draft = match kind {
        Kind::Table => table::read(&text, title, &mut import.findings),
        Kind::Flowchart => flowchart::read(&text, title, &mut import.findings),
    };
    if !draft.nodes.is_empty() {
        let yaml = draft::write(&draft, &mut import.findings);
        import.files.push((format!("playbooks/{id}.yaml"), Content::Text(yaml)));
    }
    import.findings.sort_by_key(|finding| (finding.primary.span.start, finding.rule.code));
    import
}

/// An id for a playbook: the words of a file's name.
pub fn playbook_id(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    wording::slug(name.split('.').next().unwrap_or(name), 80).unwrap_or_else(|| "imported".to_owned())
}

/// `desk.yaml` of a new desk.
pub fn desk_file(name: &str) -> String {
    format!("name: {}\n", crate::yaml::text(&wording::in_words(name), 2))
}

impl Import {
    /// Whether something could not be carried over at all.
    pub fn failed(&self) -> bool {
        self.findings.iter().any(|finding| finding.rule.severity == Severity::Error)
    }

    /// Whether nothing may be written: half a playbook would lead callers astray, while an article with an error keeps
    /// none of the others back.
    pub fn is_held_back(&self) -> bool {
        self.failed() && self.files.iter().all(|(path, _)| path.starts_with("playbooks/"))
    }

    /// What a desk has already of that which the import would write.
    pub fn clashes(&self, desk: &Desk) -> Vec<String> {
        let stem =
            |path: &str| path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(id, _)| id.to_owned());
        let taken = |(path, _): &&(String, Content)| match path.split('/').next() {
            Some("kb") if !kb::is_image(path) => desk.article(&kb::id(path)).is_some(),
            Some("playbooks") => stem(path).is_some_and(|id| desk.playbooks.contains_key(&id)),
            _ => false,
        };
        self.files.iter().filter(taken).map(|(path, _)| path.clone()).collect()
    }
}

/// Where in a file something stands.
fn span(file: FileId, at: std::ops::Range<usize>) -> Span {
    Span { file, start: at.start as u32, end: at.end as u32 }
}

/// Says that a file was in another encoding than ours.
fn other_encoding(file: FileId, decoded: &encoding::Decoded) -> Option<Diagnostic> {
    let (name, at) = decoded.other?;
    let message = format!("this file is {name}, not UTF-8: it is read as such");
    let width = decoded.text[at..].chars().next().map_or(0, char::len_utf8);
    let help = "look at the umlauts, dashes and quotes of what was written, which is UTF-8";
    Some(Diagnostic::new(&finding::OTHER_ENCODING, span(file, at..at + width), message).help(help))
}

/// A name in a message.
fn shown(text: &str) -> String {
    format!("`{}`", wording::shorten(text.trim()))
}
