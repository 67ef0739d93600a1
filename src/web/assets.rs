//! What pages load: our own style, script and icon, under names that change with their content.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file that is built in.
pub struct Asset {
    /// `name-hash.ext`.
    pub name: String,
    /// Its media type.
    pub media: &'static str,
    /// What is in it.
    pub text: &'static str,
    /// What templates call it.
    pub file: &'static str,
}

/// File, media type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("base.css", "text/css; charset=utf-8", include_str!("assets/base.css")),
    ("console.css", "text/css; charset=utf-8", include_str!("assets/console.css")),
    ("console.js", "text/javascript; charset=utf-8", include_str!("assets/console.js")),
    ("flow.css", "text/css; charset=utf-8", crate::draw::STYLE),
    ("portal.css", "text/css; charset=utf-8", include_str!("assets/portal.css")),
    ("portal.js", "text/javascript; charset=utf-8", include_str!("assets/portal.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.iter().map(|file| asset(*file)).collect());

fn asset((file, media, text): (&'static str, &'static str, &'static str)) -> Asset {
    let (stem, ending) = file.split_once('.').expect("every file has an ending");
    let hash: String = Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Asset { name: format!("{stem}-{hash}.{ending}"), media, text, file }
}

/// The file under a name with its hash: it never changes, so browsers may keep it for ever.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// All of them.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// Where a page finds a file.
pub fn address(file: &str) -> Option<String> {
    ASSETS.iter().find(|asset| asset.file == file).map(|asset| format!("/assets/{}", asset.name))
}
