//! A desk from a folder, or the one that is built in.

use super::Error;
use crate::{desk::Desk, kb, language::translation::split};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The starter desk is this repository's own.
#[derive(RustEmbed)]
#[folder = "playbooks"]
#[prefix = "playbooks/"]
struct Playbooks;

/// Its articles.
#[derive(RustEmbed)]
#[folder = "kb"]
#[prefix = "kb/"]
struct Articles;

const DESK: [(&str, &[u8]); 2] =
    [("desk.yaml", include_bytes!("../../desk.yaml")), ("desk.de.yaml", include_bytes!("../../desk.de.yaml"))];

/// The largest picture that is shown, in bytes.
const MAX_IMAGE: u64 = 16 << 20;
/// Folders nested deeper than this are not gone into.
pub(super) const MAX_DEPTH: usize = 32;

/// The folders of a desk.
const PARTS: [&str; 2] = ["playbooks", "kb"];

/// Whether a folder is a desk.
pub fn is_desk(folder: &Path) -> bool {
    folder.join("desk.yaml").is_file() || folder.join("playbooks").is_dir()
}

/// Reads the desk in a folder; without one, the desk that the current folder is or belongs to, else the starter desk.
pub fn load(named: Option<&Path>) -> Result<Desk, Error> {
    folder(named).map_or_else(|| Ok(starter()), |folder| Ok(Desk::build(files(&folder)?)))
}

/// The same, with what tells each of its pictures from others.
pub fn load_with_pictures(named: Option<&Path>) -> Result<Desk, Error> {
    let folder = folder(named);
    let mut files = folder.as_deref().map_or_else(|| Ok(starter_files()), files)?;
    for (path, bytes) in files.iter_mut().filter(|(path, _)| kb::is_image(path)) {
        *bytes = fingerprint(&match &folder {
            Some(folder) => read(&folder.join(&*path))?,
            None => image(None, path).unwrap_or_default(),
        });
    }
    Ok(Desk::build(files))
}

/// What tells a picture from another.
pub(super) fn fingerprint(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
}

/// The folder that [`load`] would read; `None` for the starter desk.
pub fn folder(named: Option<&Path>) -> Option<PathBuf> {
    let here = || std::env::current_dir().map_or_else(|_| PathBuf::from("."), |here| around(&here));
    named.map(Path::to_owned).or_else(|| Some(here()).filter(|folder| is_desk(folder)))
}

/// The way from a folder to the desk that it is, or in whose `playbooks/` or `kb/` it lies; a folder that merely has
/// a desk above it belongs to none, nor does another repository. `.` if there is none.
fn around(here: &Path) -> PathBuf {
    let mut way = PathBuf::new();
    for folder in here.ancestors() {
        let part = here.strip_prefix(folder).ok().and_then(|below| below.components().next());
        let is_part = part.is_none_or(|part| PARTS.iter().any(|name| part.as_os_str() == *name));
        if is_part && is_desk(folder) {
            return if way.as_os_str().is_empty() { PathBuf::from(".") } else { way };
        }
        if folder.join(".git").exists() {
            break;
        }
        way.push("..");
    }
    PathBuf::from(".")
}

/// A desk's files: paths below it, with `/`, and their bytes. Pictures are read when they are shown: theirs are empty,
/// or a fingerprint.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// The files of the desk in a folder.
pub(super) fn files(folder: &Path) -> Result<Files, Error> {
    if !is_desk(folder) {
        return Err(Error::NoDesk(folder.to_owned()));
    }
    let mut files = Vec::new();
    let fail = |source| Error::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_policy(name))
            && path.is_file()
        {
            files.push((name.to_owned(), read(&path)?));
        }
    }
    for part in PARTS {
        if folder.join(part).is_dir() {
            collect(&folder.join(part), part, 0, &mut files)?;
        }
    }
    Ok(files)
}

/// Whether a file that lies beside `playbooks/` is `desk.yaml` or a translation of it.
pub(super) fn is_policy(name: &str) -> bool {
    let stem = name.strip_suffix(".yaml").unwrap_or_default();
    stem == "desk" || split(stem).is_some_and(|(of, _)| of == "desk")
}

/// The desk that is built in.
pub fn starter() -> Desk {
    Desk::build(starter_files())
}

/// Its files.
pub(super) fn starter_files() -> Files {
    let mut files: Files = DESK.map(|(path, bytes)| (path.to_owned(), bytes.to_owned())).into();
    files.extend(embedded::<Playbooks>());
    files.extend(embedded::<Articles>());
    files
}

fn embedded<E: RustEmbed>() -> impl Iterator<Item = (String, Vec<u8>)> {
    E::iter().filter_map(|path| {
        let data = if kb::is_image(&path) { Vec::new() } else { E::get(&path)?.data.into_owned() };
        Some((path.into_owned(), data))
    })
}

/// The bytes of a picture of the desk in a folder, or of the starter desk.
pub(super) fn image(folder: Option<&Path>, path: &str) -> Option<Vec<u8>> {
    let Some(folder) = folder else { return Articles::get(path).map(|file| file.data.into_owned()) };
    let file = folder.join(path);
    let is_small = fs::metadata(&file).is_ok_and(|file| file.len() <= MAX_IMAGE);
    if is_small { fs::read(file).ok() } else { None }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// Whether a file is one of those that a desk is written in, by its name.
pub(super) fn is_text(name: &str) -> bool {
    let ending = Path::new(name).extension();
    ["yaml", "yml", "md"].iter().any(|known| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(known)))
}

fn collect(folder: &Path, name: &str, depth: usize, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), Error> {
    let fail = |source| Error::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let Some(file_name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let path = entry.path();
        let name = format!("{name}/{file_name}");
        if entry.file_type().map_err(fail)?.is_dir() {
            if depth < MAX_DEPTH && !file_name.starts_with('.') {
                collect(&path, &name, depth + 1, files)?;
            }
        } else if path.is_file() && kb::is_image(&name) {
            files.push((name, Vec::new()));
        } else if path.is_file() && is_text(&name) {
            files.push((name, read(&path)?));
        }
    }
    Ok(())
}
