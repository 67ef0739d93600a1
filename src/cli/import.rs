//! `firstline import`

use super::{Error, Status, output::*};
use crate::{
    app,
    diagnostic::{self, Diagnostic, wording},
    import::{self, Content, Import, Kind, Options},
};
use clap::{Args, ValueEnum};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Make articles of a folder of Markdown, or a playbook of a table (CSV) or a Mermaid flowchart
#[derive(Debug, Args)]
pub struct Arguments {
    /// A folder or file of Markdown, a `.csv`, or a `.mmd`
    source: PathBuf,
    /// The desk that it goes into; a folder that is not there becomes a new desk
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// What it is to become [default: by what the source is]
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    kind: Option<What>,
    /// The playbook's id [default: the file's name]
    #[arg(long)]
    id: Option<String>,
    /// Who may read articles that do not say so
    #[arg(long, value_enum, default_value = "agent")]
    audience: Audience,
    /// The website whose places are meant by links that begin with `/`
    #[arg(long, value_name = "URL")]
    site: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Articles,
    Playbook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Audience {
    Agent,
    SelfService,
}

/// Folders nested deeper than this are not gone into.
const MAX_DEPTH: usize = 32;
/// The largest table or flowchart that is read, in bytes.
const MAX_BYTES: u64 = 4 << 20;
/// Findings of one kind that people are shown; scripts get all.
const SHOWN: usize = 5;

pub fn run(arguments: &Arguments) -> Result<Status, Error> {
    let source = &arguments.source;
    let (folder, import) = read(arguments)?;
    if import.files.is_empty() && !import.failed() {
        return Err(Error::Usage(format!("there is nothing to import in `{}`", source.display())));
    }
    let is_new = refuse(arguments, &import)?;
    let is_written = !arguments.dry_run && !import.is_held_back();
    if is_written {
        write(&arguments.into, &folder, &import, is_new)?;
    }
    match arguments.format {
        Format::Json => {
            let files: Vec<&str> = import.files.iter().map(|(path, _)| path.as_str()).collect();
            let findings = diagnostic::json(&import.findings, &import.sources);
            let report = serde_json::json!({"files": files, "findings": findings, "written": is_written});
            writeln!(std::io::stdout(), "{report}")?;
        }
        Format::Human => show(arguments, &import)?,
    }
    Ok(if import.failed() { Status::Findings } else { Status::Fine })
}

/// Reads the source; the folder is where the files lie that are copied.
fn read(arguments: &Arguments) -> Result<(PathBuf, Import), Error> {
    let source = &arguments.source;
    let kind = arguments.kind;
    let fail = |error: std::io::Error| Error::Usage(format!("`{}` cannot be read: {error}", source.display()));
    let file = fs::metadata(source).map_err(fail)?;
    let shown = source.display().to_string().replace('\\', "/");
    let options = |folder, outside| Options {
        self_service: arguments.audience == Audience::SelfService,
        site: arguments.site.as_deref(),
        folder,
        outside,
    };
    if file.is_dir() {
        if kind == Some(What::Playbook) {
            return Err(Error::Usage("a playbook is made of one file: name a table or a flowchart".into()));
        }
        let mut wiki = Wiki { root: source.canonicalize().map_err(fail)?, files: Vec::new(), outside: Vec::new() };
        wiki.collect(source, "", 0)?;
        wiki.files.sort();
        wiki.outside.sort();
        let shown = format!("{}/", shown.trim_end_matches('/'));
        return Ok((source.clone(), import::articles(wiki.files, &options(&shown, &wiki.outside))));
    }
    if file.len() > MAX_BYTES {
        return Err(Error::Usage(format!("`{}` is larger than {} MiB", source.display(), MAX_BYTES >> 20)));
    }
    let bytes = fs::read(source).map_err(fail)?;
    let text = import::decode(&bytes).map(|decoded| decoded.text).unwrap_or_default();
    let found = Kind::of(&shown, &text).filter(|_| kind != Some(What::Articles));
    let folder = source.parent().unwrap_or(Path::new("")).to_owned();
    match found {
        Some(found) => {
            let id = arguments.id.clone().unwrap_or_else(|| import::playbook_id(&shown));
            Ok((folder, import::playbook(found, &id, &shown, &bytes)))
        }
        None if kind != Some(What::Playbook) && is_markdown(&shown) => {
            let (shown, name) = shown.rsplit_once('/').map_or(("", shown.as_str()), |(folder, name)| (folder, name));
            let shown = if shown.is_empty() { String::new() } else { format!("{shown}/") };
            Ok((folder, import::articles(vec![(name.to_owned(), Some(bytes))], &options(&shown, &[]))))
        }
        None => Err(Error::Usage(format!(
            "`{}` is none of what can be imported: a folder or file of Markdown, a table (`.csv`), a flowchart (`.mmd`)",
            source.display()
        ))),
    }
}

fn is_markdown(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("md" | "markdown"))
}

/// A folder of Markdown.
struct Wiki {
    root: PathBuf,
    /// Paths below it, and the bytes of those that are Markdown.
    files: Vec<(String, Option<Vec<u8>>)>,
    /// Links that lead elsewhere: whose files those are nobody knows.
    outside: Vec<String>,
}

impl Wiki {
    fn collect(&mut self, folder: &Path, name: &str, depth: usize) -> Result<(), Error> {
        let fail = |error: std::io::Error| Error::Usage(format!("`{}` cannot be read: {error}", folder.display()));
        for entry in fs::read_dir(folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let (path, file_name) = (entry.path(), entry.file_name());
            let plain = file_name.to_str().is_some_and(|name| !name.starts_with('.'));
            let name = format!("{name}{}", file_name.to_string_lossy());
            let kind = entry.file_type().map_err(fail)?;
            if kind.is_symlink() && path.canonicalize().is_ok_and(|path| !path.starts_with(&self.root)) {
                self.outside.push(name);
            } else if kind.is_dir() && plain && depth < MAX_DEPTH {
                self.collect(&path, &format!("{name}/"), depth + 1)?;
            } else if path.is_dir() {
                self.files.push((format!("{name}/"), None));
            } else if plain && is_markdown(&name) && path.is_file() {
                self.files.push((name, Some(fs::read(&path).map_err(fail)?)));
            } else {
                self.files.push((name, None));
            }
        }
        Ok(())
    }
}

/// Refuses what would overwrite something; true if there is no desk yet.
fn refuse(arguments: &Arguments, import: &Import) -> Result<bool, Error> {
    let into = &arguments.into;
    let fail = |error| Error::Usage(format!("nothing can be imported into `{}`: {error}", into.display()));
    let is_new = !into.exists() || fs::read_dir(into).map_err(fail)?.next().is_none();
    if is_new {
        return Ok(true);
    }
    if !app::is_desk(into) {
        return Err(Error::Usage(format!(
            "`{}` holds files and is no desk: name a desk, or a new folder",
            into.display()
        )));
    }
    let desk = app::load(Some(into))?;
    let mut taken = import.clashes(&desk);
    let there = |(path, _): &&(String, Content)| into.join(path).exists() && !taken.contains(path);
    let there: Vec<String> = import.files.iter().filter(there).map(|(path, _)| path.clone()).collect();
    taken.extend(there);
    if taken.is_empty() {
        return Ok(false);
    }
    let names = wording::list(&taken[..taken.len().min(10)], "and");
    let more = taken.len().saturating_sub(10);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Err(Error::Usage(format!(
        "the desk has {names}{more} already, by path or by id; nothing was written: rename or remove what is there"
    )))
}

/// Writes everything beside its place first, then moves it there; what was moved is taken back if that fails.
fn write(into: &Path, source: &Path, import: &Import, is_new: bool) -> Result<(), Error> {
    let name = into.file_name().unwrap_or_default().to_string_lossy();
    let part = into.with_file_name(format!(".{name}.import-{}", std::process::id()));
    let staged = stage(&part, source, import, is_new.then_some(&*name));
    let moved = staged.and_then(|()| if is_new { whole(&part, into) } else { each(&part, into, import) });
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    moved.map_err(|error| Error::Usage(format!("nothing was imported: {error}")))
}

/// Writes all files below a folder of their own; with a desk's name, a desk.
fn stage(part: &Path, source: &Path, import: &Import, name: Option<&str>) -> std::io::Result<()> {
    for (path, content) in &import.files {
        let target = part.join(path);
        fs::create_dir_all(target.parent().unwrap_or(part))?;
        match content {
            Content::Text(text) => fs::write(&target, text)?,
            Content::Copy(from) => drop(fs::copy(source.join(from), &target)?),
        }
    }
    match name {
        Some(name) => fs::write(part.join("desk.yaml"), import::desk_file(name)),
        None => Ok(()),
    }
}

/// A new desk comes into being at once.
fn whole(part: &Path, into: &Path) -> std::io::Result<()> {
    if into.exists() {
        fs::remove_dir(into)?;
    }
    fs::rename(part, into)
}

/// Files of a desk that is there come one by one.
fn each(part: &Path, into: &Path, import: &Import) -> std::io::Result<()> {
    let mut moved = Vec::new();
    let mut all = || {
        for (path, _) in &import.files {
            let target = into.join(path);
            fs::create_dir_all(target.parent().unwrap_or(into))?;
            if target.exists() {
                return Err(std::io::Error::other(format!("`{path}` is there")));
            }
            fs::rename(part.join(path), &target)?;
            moved.push(target);
        }
        Ok(())
    };
    all().inspect_err(|_| moved.iter().for_each(|path| drop(fs::remove_file(path))))
}

/// Findings of a kind that say the same are shown once, and of each kind a few.
fn show(arguments: &Arguments, import: &Import) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let mut kinds: BTreeMap<&str, BTreeMap<&str, Vec<&Diagnostic>>> = BTreeMap::new();
    for finding in &import.findings {
        kinds.entry(finding.rule.code).or_default().entry(&finding.message).or_default().push(finding);
    }
    for messages in kinds.into_values() {
        let mut groups: Vec<Vec<&Diagnostic>> = messages.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        let hidden: usize = groups.iter().skip(SHOWN).map(Vec::len).sum();
        let name = groups[0][0].rule.name;
        for group in groups.iter().take(SHOWN) {
            let more = group.len() - 1;
            let first = group[0].clone();
            let first = if more == 0 { first } else { first.label(format!("and {more} more like this")) };
            write!(out, "{}", diagnostic::human(&[first], &import.sources))?;
        }
        if hidden > 0 {
            writeln!(out, "{}\n", paint(QUIET, format!("{hidden} more of `{name}`; `--format json` lists all")))?;
        }
    }
    if arguments.dry_run {
        import.files.iter().try_for_each(|(path, _)| writeln!(out, "{path}"))?;
    }
    let count = |start: &str, copied: bool| {
        let is = |(path, content): &&(String, Content)| {
            path.starts_with(start) && matches!(content, Content::Copy(_)) == copied
        };
        import.files.iter().filter(is).count()
    };
    let sizes =
        [(count("kb/", false), "article"), (count("kb/", true), "picture"), (count("playbooks/", false), "playbook")];
    let sizes = sizes.into_iter().filter(|(n, _)| *n > 0);
    let sizes: Vec<String> = sizes.map(|(n, word)| format!("{n} {word}{}", if n == 1 { "" } else { "s" })).collect();
    let style = if import.failed() { ERROR } else { GOOD };
    let did = if arguments.dry_run { "to be imported" } else { "imported" };
    let sizes = if import.is_held_back() { "nothing".to_owned() } else { sizes.join(", ") };
    writeln!(out, "{}; {}", paint(style, format!("{sizes} {did}")), diagnostic::summary(&import.findings))?;
    let next = match import.is_held_back() {
        true => "nothing was written: mend the errors in the source, and import it again".to_owned(),
        false => format!("`firstline --desk {} check` judges the rest", arguments.into.display()),
    };
    writeln!(out, "{}", paint(QUIET, next))?;
    Ok(())
}
