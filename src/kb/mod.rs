//! Articles: Markdown behind a header.

use crate::diagnostic::FileId;

/// An article as far as playbooks need it: that it is there, and its text.
#[derive(Debug)]
pub struct Article {
    /// The file's stem.
    pub id: String,
    /// Its file.
    pub file: FileId,
    /// Markdown, without the header.
    pub body: String,
}

/// Takes an article in.
pub fn parse(id: &str, file: FileId, text: &str) -> Article {
    Article { id: id.to_owned(), file, body: body(text).to_owned() }
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
