//! Pictures of articles, for those who may see them.

use super::{App, load};
use crate::{clock, kb, search::Reader};

/// A picture as pages are given it.
#[derive(Debug)]
pub struct Image {
    /// Its media type.
    pub media: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl App {
    /// A picture of the desk, by its path (`kb/…`). Self-service sees what an article shows that it may read.
    pub async fn image(&self, reader: Reader, path: &str) -> Option<Image> {
        let desk = std::sync::Arc::clone(&self.live().desk);
        let is_there = match reader {
            Reader::Staff => desk.images.contains_key(path),
            Reader::SelfService => desk.is_public_image(path, clock::today()),
        };
        let media = kb::media(path).filter(|_| is_there)?;
        let (folder, path) = (self.desk_folder().map(ToOwned::to_owned), path.to_owned());
        let read = tokio::task::spawn_blocking(move || load::image(folder.as_deref(), &path));
        Some(Image { media, bytes: read.await.expect("reading a file does not panic")? })
    }
}
