//! How a translation is known: by its file's name, and by the hash of the text that it translates.

use super::Language;
use sha2::{Digest, Sha256};

/// The hash of a text: of its words, so that another way of breaking lines keeps it. Letters alone: YAML takes
/// `6e770222` for a number.
pub fn hash(text: &str) -> String {
    let mut hasher = Sha256::new();
    for word in text.split_whitespace() {
        hasher.update(word);
        hasher.update(" ");
    }
    let letter = |half: u8| char::from(b'a' + half);
    hasher.finalize().iter().take(4).flat_map(|byte| [letter(byte >> 4), letter(byte & 15)]).collect()
}

/// What the file of a translation translates, and into which language, by its stem: `printer-offline.de`.
pub fn split(stem: &str) -> Option<(&str, Language)> {
    let (of, code) = stem.rsplit_once('.').filter(|(of, _)| !of.is_empty())?;
    Some((of, Language::parse(code).filter(|language| language.code() == code)?))
}
