//! Files of cases: in the data folder, each under the SHA-256 of its bytes.

use super::Error;
use crate::{
    case::{Attachment, Denied},
    clock,
    run::Refused,
    store::{self, out_of_room},
};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The largest file that is taken, in bytes.
pub const MAX_ATTACHMENT: usize = 10 << 20;

/// Keeps the bytes; they are on the disk when this is done.
pub(super) async fn keep(data: &Path, name: &str, media: &str, bytes: Vec<u8>, by: &str) -> Result<Attachment, Error> {
    if bytes.is_empty() || bytes.len() > MAX_ATTACHMENT {
        let most = MAX_ATTACHMENT >> 20;
        let why = format!("a file has between one byte and {most} MiB");
        return Err(Denied::Refused(Refused::new(why, Vec::new())).into());
    }
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let attachment = Attachment {
        name: plain(name),
        media: media.chars().filter(char::is_ascii_graphic).take(100).collect(),
        bytes: bytes.len() as u64,
        hash: hash.clone(),
        by: by.to_owned(),
        when: clock::now(),
    };
    let path = place(data, &hash);
    let written = tokio::task::spawn_blocking(move || write(&path, &bytes).map_err(|source| (path, source)));
    match written.await.expect("writing a file does not panic") {
        Ok(()) => Ok(attachment),
        Err((_, source)) if out_of_room(&source) => Err(store::Error::Full.into()),
        Err((path, source)) => Err(Error::Write { path, source }),
    }
}

/// The bytes of a hash; `None` if there are none, or it is no hash.
pub(super) async fn read(data: &Path, hash: &str) -> Result<Option<Vec<u8>>, Error> {
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let path = place(data, hash);
    match tokio::fs::read(&path).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// Copies every file from one data folder into another.
pub fn copy(data: &Path, to: &Path) -> io::Result<usize> {
    let from = data.join("attachments");
    let mut copied = 0;
    if !from.is_dir() {
        return Ok(copied);
    }
    for shelf in fs::read_dir(from)? {
        for file in fs::read_dir(shelf?.path())? {
            let file = file?;
            let Some(hash) = file.file_name().to_str().filter(|name| name.len() == 64).map(str::to_owned) else {
                continue;
            };
            write(&place(to, &hash), &fs::read(file.path())?)?;
            copied += 1;
        }
    }
    Ok(copied)
}

fn place(data: &Path, hash: &str) -> PathBuf {
    data.join("attachments").join(&hash[..2]).join(hash)
}

/// Whole or not at all: written beside, synced and renamed; then the folders are synced, from the data folder down, for
/// whoever made them or the file may not have come to that.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().expect("it lies in a folder of its own");
    fs::create_dir_all(folder)?;
    if !path.is_file() {
        let beside = folder.join(format!(".{}", uuid::Uuid::new_v4().simple()));
        let put = || {
            let mut file = File::create_new(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, path)
        };
        let done = put();
        if done.is_err() {
            let _ = fs::remove_file(&beside);
        }
        done?;
    }
    #[cfg(unix)]
    for folder in path.ancestors().take(4).collect::<Vec<_>>().iter().skip(1).rev() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// A file's name without its folders and without what could turn a line around.
fn plain(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let name: String = name.chars().filter(|c| !c.is_control() && !bidi(*c)).take(150).collect();
    if name.trim().is_empty() { "file".into() } else { name.trim().to_owned() }
}
