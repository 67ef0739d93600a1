//! A data folder on a disk that loses what was not synced. `unsynced.c` says how it is kept; this starts programs on it
//! and makes the power cut.

use crate::random::Random;
use std::{
    fs, io,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    process::Command,
};

/// What a disk writes in one piece.
const SECTOR: usize = 512;

/// See the module.
pub struct Disk {
    /// The data folder.
    pub folder: PathBuf,
    /// While it exists, writes fail with the error number that it holds.
    pub full: PathBuf,
    shadow: PathBuf,
    shim: PathBuf,
}

impl Disk {
    /// An empty one; `work` is made anew.
    pub fn new(work: &Path) -> io::Result<Self> {
        if work.exists() {
            fs::remove_dir_all(work)?;
        }
        fs::create_dir_all(work)?;
        let work = work.canonicalize()?;
        let shim = work.join("unsynced.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/unsynced.c");
        let built =
            Command::new("cc").args(["-O1", "-Wall", "-fPIC", "-shared", "-o"]).arg(&shim).arg(source).status()?;
        assert!(built.success(), "cc fails");
        let disk = Self { folder: work.join("data"), full: work.join("full"), shadow: work.join("shadow"), shim };
        fs::create_dir(&disk.folder)?;
        Ok(disk)
    }

    /// Lets a program run on it.
    pub fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("LD_PRELOAD", &self.shim)
            .env("FIRSTLINE_FAULT_DIR", &self.folder)
            .env("FIRSTLINE_FAULT_SHADOW", &self.shadow)
            .env("FIRSTLINE_FAULT_FULL", &self.full)
    }

    /// The power cut, after the programs on it were killed. Of what was not synced, each sector and each name is there
    /// with this chance in a hundred. Returns how many sectors were.
    pub fn cut(&self, chance: u64, random: &mut Random) -> io::Result<u64> {
        let next = self.folder.with_file_name("next");
        let mut torn = 0;
        self.survive(Path::new(""), &next, chance, random, &mut torn)?;
        fs::remove_dir_all(&self.folder)?;
        fs::rename(next, &self.folder)?;
        Ok(torn)
    }

    /// Takes everything in the folder as durable: before programs start on it.
    pub fn settle(&self) -> io::Result<()> {
        if self.shadow.exists() {
            fs::remove_dir_all(&self.shadow)?;
        }
        fs::create_dir_all(self.shadow.join(".ino"))?;
        mirror(&self.folder, &self.shadow, &self.shadow.join(".ino"))
    }

    /// A copy of the folder, to look into: whoever opens a store changes it.
    pub fn copy(&self) -> io::Result<PathBuf> {
        let copy = self.folder.with_file_name("copy");
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        copied(&self.folder, &copy)?;
        Ok(copy)
    }

    fn survive(&self, at: &Path, next: &Path, chance: u64, random: &mut Random, torn: &mut u64) -> io::Result<()> {
        let (real, shadow) = (self.folder.join(at), self.shadow.join(at));
        fs::create_dir_all(next.join(at))?;
        let mut names = names(&real)?;
        names.extend(self::names(&shadow)?);
        names.sort();
        names.dedup();
        for name in names.into_iter().filter(|name| name != ".ino") {
            let (real, shadow, path) = (real.join(&name), shadow.join(&name), at.join(&name));
            if real.is_dir() || shadow.is_dir() {
                if shadow.is_dir() || random.percent(chance) {
                    self.survive(&path, next, chance, random, torn)?;
                }
                continue;
            }
            let unsynced = if real.exists() {
                let content = self.shadow.join(".ino").join(fs::metadata(&real)?.ino().to_string());
                let same = content.exists() && shadow.exists() && inode(&content)? == inode(&shadow)?;
                (same || random.percent(chance)).then_some(content)
            } else if random.percent(chance) {
                continue;
            } else {
                None
            };
            match unsynced {
                Some(content) => *torn += tear(&content, &real, &next.join(path), chance, random)?,
                None if shadow.exists() => {
                    fs::copy(&shadow, next.join(path))?;
                }
                None => {}
            }
        }
        Ok(())
    }
}

fn inode(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.ino())
}

fn names(folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn copied(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for name in names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copied(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

fn mirror(from: &Path, to: &Path, contents: &Path) -> io::Result<()> {
    for name in names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            fs::create_dir(&to)?;
            mirror(&from, &to, contents)?;
        } else {
            let content = contents.join(inode(&from)?.to_string());
            fs::copy(&from, &content)?;
            fs::hard_link(content, to)?;
        }
    }
    Ok(())
}

/// What is synced of a file, and some of what is not.
fn tear(synced: &Path, real: &Path, to: &Path, chance: u64, random: &mut Random) -> io::Result<u64> {
    let old = if synced.exists() { fs::read(synced)? } else { Vec::new() };
    let new = fs::read(real)?;
    fs::write(to, &old)?;
    let file = fs::OpenOptions::new().write(true).open(to)?;
    if new.len() < old.len() && random.percent(chance) {
        file.set_len(new.len() as u64)?;
    }
    let mut torn = 0;
    for (number, sector) in new.chunks(SECTOR).enumerate() {
        let start = number * SECTOR;
        if old.get(start..start + sector.len()) != Some(sector) && random.percent(chance) {
            file.write_all_at(sector, start as u64)?;
            torn += 1;
        }
    }
    Ok(torn)
}
