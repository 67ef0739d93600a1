//! Where an index lies: in memory, or in a folder that is named for what it holds.
//!
//! A folder never changes once it has its name, so that several processes share it without knowing of each other. The
//! next one begins with the files of the last (its segments never change), takes the difference in, and is renamed.

use super::{
    Error,
    entry::Entry,
    shelf::{Fields, Shelf, VERSION, prints},
};
use crate::language::Language;
use sha2::{Digest, Sha256};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy};

/// Older folders that are kept beside the one in use.
const KEPT: usize = 2;
/// What an index is called that is not ready yet.
const UNFINISHED: &str = "new-";
/// An unfinished one this old has nobody who works on it.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// From so many entries on, two threads write.
const MANY: usize = 2_000;

/// Builds in memory.
pub fn in_memory(language: Language, entries: Vec<Arc<Entry>>) -> Result<Shelf, Error> {
    let fields = Fields::new(language);
    let index = tantivy::Index::create_in_ram(fields.schema.clone());
    write(&index, &fields, &entries)?;
    Ok(Shelf::new(entries, fields, reader(&index)?.searcher())?.expect("what was just written is there"))
}

/// Opens the index of these entries below a folder; builds it if it is not there, or not sound.
pub fn in_folder(language: Language, folder: &Path, entries: Vec<Arc<Entry>>) -> Result<Shelf, Error> {
    let name = name(language, &entries);
    let target = folder.join(&name);
    if target.is_dir() {
        match open(language, &target, &entries) {
            Ok(Some(shelf)) => return Ok(shelf),
            Ok(None) => {
                tracing::warn!(folder = %target.display(), "the search index holds something else; built again")
            }
            Err(error) => {
                tracing::warn!(folder = %target.display(), %error, "the search index is damaged; built again")
            }
        }
        remove(&target)?;
    }
    fs::create_dir_all(folder).map_err(|source| Error::Io { folder: folder.to_owned(), source })?;
    let unfinished = folder.join(format!("{UNFINISHED}{}", uuid::Uuid::now_v7().simple()));
    let built = build(language, folder, &unfinished, &entries);
    // Losing a race is fine: what the other one put there is the same.
    let renamed = built.and_then(|()| match fs::rename(&unfinished, &target) {
        Err(source) if !target.is_dir() => Err(Error::Io { folder: target.clone(), source }),
        _ => Ok(()),
    });
    let _ = fs::remove_dir_all(&unfinished);
    renamed?;
    tidy(folder, &name);
    open(language, &target, &entries)?.ok_or_else(|| {
        let source = io::Error::other("it changed while it was opened");
        Error::Io { folder: target, source }
    })
}

/// For what it holds, and how its words end.
fn name(language: Language, entries: &[Arc<Entry>]) -> String {
    let mut prints: Vec<u64> = entries.iter().map(|entry| entry.print).collect();
    prints.sort_unstable();
    let mut hasher = Sha256::new();
    hasher.update(language.code());
    prints.iter().for_each(|print| hasher.update(print.to_le_bytes()));
    let hash: String = hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("{VERSION}-{hash}")
}

/// `None` if it holds something else.
fn open(language: Language, folder: &Path, entries: &[Arc<Entry>]) -> Result<Option<Shelf>, Error> {
    let fields = Fields::new(language);
    let index = sound(folder, &fields)?;
    Ok(Shelf::new(entries.to_vec(), fields, reader(&index)?.searcher())?)
}

/// An index whose files are all as they were written.
fn sound(folder: &Path, fields: &Fields) -> Result<tantivy::Index, Error> {
    let index = tantivy::Index::open_in_dir(folder)?;
    if index.schema() != fields.schema || !index.validate_checksum()?.is_empty() {
        let source = io::Error::other("its files are not as they were written");
        return Err(Error::Io { folder: folder.to_owned(), source });
    }
    Ok(index)
}

fn reader(index: &tantivy::Index) -> Result<IndexReader, Error> {
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// Builds on what the newest folder has, or from nothing.
fn build(language: Language, folder: &Path, unfinished: &Path, entries: &[Arc<Entry>]) -> Result<(), Error> {
    let fields = Fields::new(language);
    for previous in finished(folder) {
        let linked = link(&previous, unfinished).map_err(|source| Error::Io { folder: previous, source });
        let index = linked.and_then(|()| sound(unfinished, &fields));
        if index.and_then(|index| write(&index, &fields, entries)).is_ok() {
            return Ok(());
        }
        remove(unfinished)?;
    }
    let made = fs::create_dir_all(unfinished);
    made.map_err(|source| Error::Io { folder: unfinished.to_owned(), source })?;
    let index = tantivy::Index::create_in_dir(unfinished, fields.schema.clone())?;
    write(&index, &fields, entries)
}

/// Makes an index hold these entries and nothing else.
fn write(index: &tantivy::Index, fields: &Fields, entries: &[Arc<Entry>]) -> Result<(), Error> {
    fields.register(index);
    let mut there = HashSet::new();
    for segment in reader(index)?.searcher().segment_readers() {
        there.extend(prints(segment)?.map(|(_, print)| print));
    }
    let wanted: HashSet<u64> = entries.iter().map(|entry| entry.print).collect();
    let new: Vec<_> = entries.iter().filter(|entry| !there.contains(&entry.print)).collect();
    let bytes: usize = new.iter().flat_map(|entry| entry.documents()).map(|document| document.body.len()).sum();
    let threads = if new.len() < MANY { 1 } else { 2 };
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, (4 * bytes).clamp(32 << 20, 256 << 20))?;
    for print in there.difference(&wanted) {
        writer.delete_term(fields.by_print(*print));
    }
    for entry in &new {
        writer.add_document(fields.document(entry))?;
    }
    tracing::debug!(new = new.len(), kept = entries.len() - new.len(), "indexed");
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// The folders of this version that are ready, the newest first.
fn finished(folder: &Path) -> Vec<PathBuf> {
    let version = format!("{VERSION}-");
    let mut found: Vec<_> = children(folder).filter(|(name, ..)| name.starts_with(&version)).collect();
    found.sort_by_key(|(_, _, time)| std::cmp::Reverse(*time));
    found.into_iter().map(|(_, path, _)| path).collect()
}

fn children(folder: &Path) -> impl Iterator<Item = (String, PathBuf, SystemTime)> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| {
        let time = entry.metadata().ok()?.modified().ok()?;
        Some((entry.file_name().to_string_lossy().into_owned(), entry.path(), time))
    })
}

/// Gives a folder the files of another; segments never change, the rest is replaced and never written into.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let target = to.join(&name);
        if !name.to_string_lossy().ends_with(".lock") && fs::hard_link(&path, &target).is_err() {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// Removes what nobody needs any more; what is in use elsewhere stays until the next time.
fn tidy(folder: &Path, name: &str) {
    let finished = finished(folder).into_iter().filter(|path| !path.ends_with(name)).skip(KEPT);
    let foreign = children(folder).filter(|(other, _, time)| {
        let old = time.elapsed().is_ok_and(|age| age > FORGOTTEN);
        !other.starts_with(&format!("{VERSION}-")) && old
    });
    for path in finished.chain(foreign.map(|(_, path, _)| path)) {
        let _ = fs::remove_dir_all(path);
    }
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Io { folder: folder.to_owned(), source }),
        _ => Ok(()),
    }
}
