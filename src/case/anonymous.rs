//! Texts without whoever has the problem.

use super::Requester;
use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// What stands for a name.
const SOMEBODY: &str = "the caller";
/// What stands for a mail address or a number to call.
const CONTACT: &str = "(contact)";

static CONTACTS: LazyLock<Regex> = LazyLock::new(|| {
    let mail = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+";
    let phone = r"(?:\+[1-9]|\b00[1-9]|\b0[1-9])[\d /()-]{5,}\d\b";
    Regex::new(&format!("{mail}|{phone}")).expect("it is a pattern")
});

/// A text without the name and the contact of whoever has the problem, and without anything that looks like a mail
/// address or a number to call.
pub fn anonymous(text: &str, requester: &Requester) -> String {
    let contact = requester.contact.as_deref().map(str::trim);
    let name = [requester.name.trim()].into_iter().chain(requester.name.split(|c: char| !c.is_alphanumeric()));
    // A name inside an address would take it apart: addresses and numbers first.
    let text = contact.into_iter().fold(text.to_owned(), |text, contact| without(text, contact, CONTACT));
    let text = CONTACTS.replace_all(&text, CONTACT).into_owned();
    name.fold(text, |text, name| without(text, name, SOMEBODY))
}

/// A text with something put for a word, wherever it stands in any case with no letter or digit beside it. Words of up
/// to two letters say nothing of anybody.
fn without(text: String, word: &str, put: &str) -> String {
    match whole(word).filter(|_| word.chars().count() > 2) {
        Some(word) => word.replace_all(&text, format!("${{1}}{put}${{2}}")).into_owned(),
        None => text,
    }
}

/// A word in any case, with no letter or digit beside it.
fn whole(word: &str) -> Option<Regex> {
    let pattern = format!(r"(^|[^\p{{L}}\p{{N}}]){}($|[^\p{{L}}\p{{N}}])", regex::escape(word));
    RegexBuilder::new(&pattern).case_insensitive(true).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_named() {
        let kim = Requester { name: "Kim Lee-Roth".into(), contact: Some("4711".into()) };
        for (text, expected) in [
            ("Kim Lee-Roth cannot print", "the caller cannot print"),
            ("KIM says: roth@example.com, call 4711.", "the caller says: (contact), call (contact)."),
            ("call +49 30 123 456 or 0171/1234567", "call (contact) or (contact)"),
            (
                "Kimberley's error 0x80070005, KB5034441, 2026-11-22",
                "Kimberley's error 0x80070005, KB5034441, 2026-11-22",
            ),
        ] {
            assert_eq!(anonymous(text, &kim), expected);
        }
        assert_eq!(anonymous("as it is", &Requester::default()), "as it is");
    }
}
