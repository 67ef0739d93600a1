//! New desks, playbooks and articles: files that pass the check as they are, and are there to be edited.

use super::load;
use crate::{
    desk::{Desk, schema::DOCUMENTS},
    diagnostic::{FileId, Sink, Span, Spanned, wording},
    yaml,
};
use jiff::{ToSpan, civil::Date};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// What a new desk has, wherever it is kept.
const DESK: [(&str, &str); 7] = [
    ("desk.yaml", include_str!("desk/desk.yaml")),
    ("playbooks/no-sound.yaml", include_str!("desk/no-sound.yaml")),
    ("playbooks/no-sound.test.yaml", include_str!("desk/no-sound.test.yaml")),
    ("kb/turn-the-sound-on.md", include_str!("desk/turn-the-sound-on.md")),
    ("README.md", include_str!("desk/README.md")),
    (HOOK, include_str!("desk/pre-commit")),
    (SETTINGS, include_str!("desk/settings.json")),
];
const SETTINGS: &str = ".vscode/settings.json";
const HOOK: &str = ".githooks/pre-commit";

/// What checks a desk when it is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipeline {
    /// A workflow.
    Github,
    /// A job.
    Gitlab,
}

/// What is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With its tests.
    Playbook,
    /// Markdown behind a header.
    Article,
}

/// What keeps something from being begun.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds a desk.
    #[error("`{0}` is a desk already; `firstline new playbook ID` adds to it")]
    IsDesk(PathBuf),
    /// There is none to add to.
    #[error("there is no desk here to add to; `firstline init DIR` makes one, or name one with --desk")]
    NoDesk,
    /// An id that cannot be one.
    #[error("{message}; {help}")]
    Malformed {
        /// What is wrong.
        message: String,
        /// What to write.
        help: String,
    },
    /// The id is taken.
    #[error("{what} `{id}` is there already, in `{path}`; choose another id, or edit that file")]
    Taken {
        /// "the playbook"
        what: &'static str,
        /// Which.
        id: String,
        /// Its file.
        path: String,
    },
    /// The system would not let us write.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A file of a desk, and whether it was written, or was there before and is left as it was.
pub type Written = (String, bool);

/// Makes a new desk in a folder, which need not be there. Files that are there are left as they are.
pub fn init(folder: &Path, pipeline: Option<Pipeline>, today: Date) -> Result<Vec<Written>, Error> {
    if load::is_desk(folder) {
        return Err(Error::IsDesk(folder.to_owned()));
    }
    let pipeline = pipeline.map(|pipeline| match pipeline {
        Pipeline::Github => (".github/workflows/desk.yml", include_str!("github.yml")),
        Pipeline::Gitlab => (".gitlab-ci.yml", include_str!("gitlab.yml")),
    });
    let texts = DESK.into_iter().chain(pipeline).map(|(path, text)| (path.to_owned(), dated(text, today)));
    let schemas = DOCUMENTS
        .iter()
        .map(|document| (format!(".firstline/schema/{}.json", document.name), format!("{:#}\n", (document.schema)())));
    texts.chain(schemas).map(|(path, text)| write(folder, &path, &text).map(|is_new| (path, is_new))).collect()
}

/// Begins a playbook or an article in the desk in a folder. `place` is its id, with or without folders before it; a
/// title is made of the id if there is none.
pub fn begin(
    folder: &Path,
    desk: &Desk,
    kind: Kind,
    place: &str,
    title: Option<&str>,
    self_service: bool,
    today: Date,
) -> Result<Vec<String>, Error> {
    let parts: Vec<&str> = place.split('/').collect();
    let id = *parts.last().expect("a text has a last part");
    let what = match kind {
        Kind::Playbook => "a playbook",
        Kind::Article => "an article",
    };
    parts[..parts.len() - 1].iter().try_for_each(|part| well_formed(part, "a folder"))?;
    well_formed(id, what)?;
    let taken = match kind {
        Kind::Playbook => desk.playbooks.get(id).map(|playbook| ("the playbook", playbook.file)),
        Kind::Article => desk.article(id).map(|article| ("the article", article.file)),
    };
    if let Some((what, file)) = taken {
        let path = desk.sources.0[file.0 as usize].path.clone();
        return Err(Error::Taken { what, id: id.to_owned(), path });
    }
    let title = title.map_or_else(|| wording::in_words(id), str::to_owned);
    let audience = if self_service { "[self-service, agent]" } else { "[agent]" };
    let filled = |text: &str| {
        let text = text.replace("<title>", &scalar(&title)).replace("<symptom>", &scalar(&title.to_lowercase()));
        dated(&text.replace("<audience>", audience), today)
    };
    let files = match kind {
        Kind::Playbook => vec![
            (format!("playbooks/{place}.yaml"), include_str!("playbook.yaml")),
            (format!("playbooks/{place}.test.yaml"), include_str!("playbook.test.yaml")),
        ],
        Kind::Article => vec![(format!("kb/{place}.md"), include_str!("article.md"))],
    };
    if let Some((path, _)) = files.iter().find(|(path, _)| folder.join(path).exists()) {
        return Err(Error::Taken { what: "a file of", id: id.to_owned(), path: path.clone() });
    }
    files.into_iter().map(|(path, text)| write(folder, &path, &filled(text)).map(|_| path)).collect()
}

/// Ids of folders and files; those of articles may be more, but these can be typed.
fn well_formed(id: &str, what: &str) -> Result<(), Error> {
    let findings = Sink::default();
    let nowhere = Span { file: FileId(0), start: 0, end: 0 };
    yaml::ident(&Spanned::new(id.to_owned(), nowhere), what, '-', &findings);
    match findings.into_vec().pop() {
        None => Ok(()),
        Some(found) => Err(Error::Malformed { message: found.message, help: found.help.unwrap_or_default() }),
    }
}

/// A text as YAML writes it on one line, in quotes if it needs them.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'))
        && !text.ends_with([' ', '-'])
        && !text.eq_ignore_ascii_case("null");
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn dated(text: &str, today: Date) -> String {
    let review_by = today.saturating_add(6.months());
    text.replace("<today>", &today.to_string()).replace("<review_by>", &review_by.to_string())
}

/// Writes a new file, and the folders that it lies in; false if it is there.
fn write(folder: &Path, path: &str, text: &str) -> Result<bool, Error> {
    let to = folder.join(path);
    let fail = |source| Error::Write { path: to.clone(), source };
    fs::create_dir_all(to.parent().expect("it lies in a folder")).map_err(fail)?;
    let mut file = match fs::File::create_new(&to) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(fail(error)),
    };
    file.write_all(text.as_bytes()).map_err(fail)?;
    #[cfg(unix)]
    if path == HOOK {
        let runs = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        file.set_permissions(runs).map_err(fail)?;
    }
    Ok(true)
}
