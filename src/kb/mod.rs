//! Articles: Markdown behind a header.

use crate::diagnostic::{FileId, Spanned};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// An article. Its Markdown stands as it was written; what pages show is rendered from it.
#[derive(Debug)]
pub struct Article {
    /// The file's stem.
    pub id: String,
    /// Its file.
    pub file: FileId,
    /// What people call it: the header's, else the first heading, else the id in words.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// Whether self-service may read it. Staff may read everything.
    pub self_service: bool,
    /// For lists: the header's, else the folder below `kb/`.
    pub category: Option<String>,
    /// For search.
    pub tags: Vec<Spanned<String>>,
    /// What callers say, in their words.
    pub symptoms: Vec<Spanned<String>>,
    /// Earlier ids; links to them keep working.
    pub aliases: Vec<Spanned<String>>,
    /// Articles and playbooks (`playbook:ID` or an id) to read on.
    pub related: Vec<Spanned<String>>,
    /// Facts and their values that it is for; everybody, if empty.
    pub applies_to: BTreeMap<String, Vec<Spanned<String>>>,
    /// The team that keeps it.
    pub owner: Option<String>,
    /// When somebody last looked at it.
    pub reviewed: Option<Date>,
    /// When somebody has to look at it again.
    pub review_by: Option<Spanned<Date>>,
    /// Markdown, without the header.
    pub body: String,
    /// Where the body begins in its file, in bytes.
    pub body_at: u32,
}

impl Article {
    /// Whether its `review_by` is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.review_by.as_ref().is_some_and(|date| date.value < today)
    }

    /// Whether a known fact says that it is for others.
    pub fn contradicts<'a>(&self, fact: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.applies_to
            .iter()
            .any(|(name, values)| fact(name).is_some_and(|known| values.iter().all(|value| value.value != known)))
    }
}

/// Takes an article in.
pub fn parse(id: &str, file: FileId, text: &str) -> Article {
    let body = body(text);
    Article {
        id: id.to_owned(),
        file,
        title: id.replace(['-', '_'], " "),
        summary: None,
        self_service: false,
        category: None,
        tags: Vec::new(),
        symptoms: Vec::new(),
        aliases: Vec::new(),
        related: Vec::new(),
        applies_to: BTreeMap::new(),
        owner: None,
        reviewed: None,
        review_by: None,
        body: body.to_owned(),
        body_at: (text.len() - body.len()) as u32,
    }
}

/// What stands behind the header; all of it, if there is none.
fn body(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}');
    let inner = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"));
    let end = inner.and_then(|inner| Some((inner, inner.find("\n---")?)));
    match end {
        Some((inner, at)) => inner[at + 4..].trim_start_matches(['-', '\r']).trim_start_matches('\n'),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn the_header_is_not_part_of_the_body() {
        assert_eq!(body("---\ntitle: A\n---\n\n# Text\n"), "# Text\n");
        assert_eq!(body("# Text\n---\n"), "# Text\n---\n");
        assert_eq!(body("---\r\ntitle: A\r\n---\r\nText"), "Text");
    }
}
