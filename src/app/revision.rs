//! A desk as it was at a git revision.

use super::load::{self, Files, is_desk};
use crate::{desk::Desk, kb};
use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Why there is no such desk.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no `git`, or it may not be run.
    #[error("cannot run `git`: {0}; install it, or name a folder instead of a revision")]
    NoGit(std::io::Error),
    /// The starter desk is in no folder.
    #[error("the starter desk has no earlier versions; name a desk with --desk")]
    Starter,
    /// The folder is under no version control.
    #[error("`{0}` is in no git repository; name the folder of another version instead of a revision")]
    NoRepository(PathBuf),
    /// It has no such revision.
    #[error("`{0}` is neither a git revision nor the folder of a desk")]
    NoRevision(String),
    /// Nothing is named.
    #[error("no version is named: write a git revision, as `HEAD~1`, or the folder of a desk")]
    Nameless,
    /// Only the latest revisions were fetched.
    #[error("`{0}` is not in this clone, which is shallow; `git fetch --unshallow` gets the earlier revisions")]
    Shallow(String),
    /// The desk was not there.
    #[error("at `{revision}` there was no desk in `{folder}`: neither `desk.yaml` nor `playbooks/`")]
    NoDesk {
        /// When.
        revision: String,
        /// Where.
        folder: PathBuf,
    },
    /// Git says something else.
    #[error("git could not do it: {0}")]
    Git(String),
}

/// The desk that a person means by a folder or by a git revision of the desk in `folder` (none: the starter desk).
pub fn against(folder: Option<&Path>, named: &str) -> Result<Desk, super::Error> {
    if named.trim().is_empty() {
        return Err(Error::Nameless.into());
    }
    if is_desk(Path::new(named)) {
        return load::load_with_pictures(Some(Path::new(named)));
    }
    load_revision(folder.ok_or(Error::Starter)?, named)
}

/// The desk of a folder as it was at a git revision. The folder may lie anywhere in its repository.
pub fn load_revision(folder: &Path, revision: &str) -> Result<Desk, super::Error> {
    Ok(Desk::build(files(folder, revision)?))
}

/// What git calls a file: its path below the desk, and its content's name.
type Named = (String, String);

fn files(folder: &Path, revision: &str) -> Result<Files, Error> {
    let prefix = git(folder, ["rev-parse", "--show-prefix"], "").map_err(|why| match why {
        Error::Git(why) if why.contains("not a git repository") => Error::NoRepository(folder.to_owned()),
        other => other,
    })?;
    let prefix = text(prefix)?;
    let is_shallow = || git(folder, ["rev-parse", "--is-shallow-repository"], "").is_ok_and(|said| said == b"true\n");
    let none = |why| match why {
        Error::Git(_) if is_shallow() => Error::Shallow(revision.to_owned()),
        Error::Git(_) => Error::NoRevision(revision.to_owned()),
        other => other,
    };
    let id = text(git(folder, ["rev-parse", "--verify", "--end-of-options", revision], "").map_err(none)?)?;
    let no_desk = || Error::NoDesk { revision: revision.to_owned(), folder: folder.to_owned() };
    // `^main` is the opposite of a revision.
    if id.starts_with('^') {
        return Err(Error::NoRevision(revision.to_owned()));
    }
    let tree = format!("{}:{}", id.trim_end(), prefix.trim_end_matches('\n').trim_end_matches('/'));
    let list = git(folder, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", &tree], "");
    let named = listed(&list.map_err(|why| if let Error::Git(_) = why { no_desk() } else { why })?);
    if !named.iter().any(|(path, _)| path == "desk.yaml" || path.starts_with("playbooks/")) {
        return Err(no_desk());
    }
    let wanted: String = named.iter().flat_map(|(_, id)| [id, "\n"]).collect();
    let bytes = git(folder, ["cat-file", "--batch", "--buffer"], &wanted)?;
    let mut rest = bytes.as_slice();
    let mut files = Files::new();
    for (path, _) in named {
        let content = content(&mut rest).ok_or_else(|| Error::Git(format!("`{path}` is not in the repository")))?;
        let bytes = if kb::is_image(&path) { load::fingerprint(content) } else { content.to_owned() };
        files.push((path, bytes));
    }
    Ok(files)
}

/// The desk's files in the answer of `ls-tree`: `mode type id<tab>path<nul>`. Links and other repositories are none.
fn listed(list: &[u8]) -> Vec<Named> {
    let entries = list.split(|byte| *byte == 0).filter_map(|entry| std::str::from_utf8(entry).ok());
    let files = entries.filter_map(|entry| {
        let (about, path) = entry.split_once('\t')?;
        let id = about.strip_prefix("100").and_then(|about| about.rsplit(' ').next())?;
        Some((path.to_owned(), id.to_owned()))
    });
    files.filter(|(path, _)| is_of_desk(path)).collect()
}

/// Whether a desk in a folder would have this file; see [`load::files`].
fn is_of_desk(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    let is_in_part = path.starts_with("playbooks/") || path.starts_with("kb/");
    let is_seen = folders.clone().count() <= load::MAX_DEPTH + 1 && folders.all(|name| !name.starts_with('.'));
    load::is_policy(path) || is_in_part && is_seen && (load::is_text(path) || kb::is_image(path))
}

/// Takes the next file off the answer of `cat-file`: `id blob size`, a line break, the bytes, a line break.
fn content<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (head, behind) = rest.split_at(end);
    let size: usize = std::str::from_utf8(head).ok()?.rsplit(' ').next()?.parse().ok()?;
    let bytes = behind.get(1..=size)?;
    *rest = behind.get(size + 2..)?;
    Some(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::Git("the folder's name is not UTF-8".to_owned()))
}

/// What belongs to another repository than the folder's, when we are called from a hook.
const ELSEWHERE: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
];

/// Runs git in a folder and gives what it prints.
fn git<const N: usize>(folder: &Path, arguments: [&str; N], input: &str) -> Result<Vec<u8>, Error> {
    let mut command = Command::new("git");
    ELSEWHERE.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command.args([OsStr::new("-C"), folder.as_os_str()]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(Error::NoGit)?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        // Git answers while it is asked. That it stops listening is seen in what it answers.
        scope.spawn(move || stdin.write_all(input.as_bytes()));
        child.wait_with_output()
    });
    let output = output.map_err(Error::NoGit)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it does not say why");
    Err(Error::Git(first.trim_start_matches("fatal: ").to_owned()))
}
