//! The interface's words: every text of ours has its translation, and a page comes in the reader's language.

use super::server::{Folder, Server, unescape};
use firstline::language::{Language, entries};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Functions of the source that take a text of ours, and in which places.
const TAKE: [(&str, &[usize]); 4] = [("_(", &[0]), (".say(", &[0]), (".fill(", &[0]), (".reword(", &[0])];
/// The same with a number before two texts.
const COUNT: [&str; 2] = ["_n(", ".count("];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All files of an ending below a folder, by their paths.
fn files(folder: &Path, ending: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            out.extend(files(&path, ending));
        } else if path.extension().is_some_and(|known| known == ending) {
            let name = path.strip_prefix(root()).expect("it lies in src").display().to_string();
            out.insert(name, fs::read_to_string(&path).expect("it is text"));
        }
    }
    out
}

/// The catalogues, by their languages.
fn catalogues() -> Vec<(Language, Vec<(String, String)>)> {
    let read = |language: Language| {
        let file = root().join(format!("language/{language}.po"));
        (language, entries(&fs::read_to_string(file).expect("every language has a catalogue")))
    };
    Language::all().filter(|language| *language != Language::ENGLISH).map(read).collect()
}

/// The arguments of a call as they are written; the text begins behind its bracket.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped, mut start) = (0, None, false, 0);
    let mut out = Vec::new();
    for (at, c) in text.char_indices() {
        match (quoted, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(quote), c) if quote == c => quoted = None,
            (Some(_), _) => {}
            (None, '"') => quoted = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth > 0 => depth -= 1,
            (None, ')' | ']' | '}') => {
                out.push(text[start..at].trim());
                return out;
            }
            (None, ',') if depth == 0 => {
                out.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    out
}

/// What a literal says; `None` for anything else.
fn literal(argument: &str) -> Option<String> {
    let inner = argument.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('"', _) => return None,
            ('\\', Some('\n')) => while letters.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some(_)) => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    Some(out)
}

/// The texts of ours in one file.
fn texts(source: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut take = |mark: &str, places: &[usize]| {
        for (at, _) in source.match_indices(mark) {
            let before = source[..at].chars().next_back();
            if !mark.starts_with('.') && before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                continue;
            }
            let arguments = arguments(&source[at + mark.len()..]);
            out.extend(places.iter().filter_map(|place| literal(arguments.get(*place)?)));
        }
    };
    TAKE.iter().for_each(|(mark, places)| take(mark, places));
    COUNT.iter().for_each(|mark| take(mark, &[1, 2]));
    out
}

/// All texts of ours, with the file that has them.
fn ours() -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for ending in ["html", "rs", "js"] {
        for (path, source) in files(&root(), ending) {
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            out.extend(texts(source).into_iter().map(|text| (text, path.clone())));
        }
    }
    out
}

fn names(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[test]
fn every_text_has_its_translation() {
    let ours = ours();
    assert!(ours.contains_key("To the content"), "{ours:?}");
    for (language, catalogue) in catalogues() {
        let known: BTreeMap<&str, &str> =
            catalogue.iter().map(|(text, other)| (text.as_str(), other.as_str())).collect();
        let missing: Vec<_> =
            ours.iter().filter(|(text, _)| known.get(text.as_str()).is_none_or(|other| other.is_empty())).collect();
        assert!(missing.is_empty(), "not in {language}.po: {missing:#?}");
    }
}

#[test]
fn catalogues_hold_each_text_once_with_its_names() {
    for (language, catalogue) in catalogues() {
        let mut seen = BTreeSet::new();
        for (text, other) in &catalogue {
            assert!(seen.insert(text), "{language}.po has `{text}` twice");
            assert_eq!(names(text), names(other), "{language}.po: {text}");
            let ends = |text: &str| text.chars().next_back().filter(|c| ".:?…".contains(*c));
            assert_eq!(ends(text), ends(other), "{language}.po: {text}");
        }
    }
}

#[test]
fn catalogues_hold_nothing_else() {
    let sources: Vec<String> = ["html", "rs", "js"]
        .iter()
        .flat_map(|ending| files(&root(), ending).into_values())
        .map(|source| source.replace("\\\n", "\n").split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for (language, catalogue) in catalogues() {
        let used = |text: &str| {
            let written = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "\\\"");
            sources.iter().any(|source| source.contains(&format!("\"{written}\"")))
        };
        let unused: Vec<_> = catalogue.iter().map(|(text, _)| text).filter(|text| !used(text)).collect();
        assert!(unused.is_empty(), "nothing says these of {language}.po: {unused:#?}");
    }
}

#[test]
fn a_page_comes_in_the_readers_language() {
    let folder = Folder::new();
    let server = Server::start(&folder.path().join("data"), None);
    let mut visitor = server.visitor();
    assert!(visitor.get("/help").body.contains("<html lang=\"en\">"), "the desk's language, if a browser says nothing");

    visitor.headers.push(("Accept-Language".into(), "de-AT,de;q=0.9,en;q=0.5".into()));
    for page in ["/help", "/", "/queue", "/help/nowhere", "/nowhere"] {
        let page = visitor.get(page);
        assert!(page.body.contains("<html lang=\"de\">"), "{}", page.body);
        assert!(page.body.contains("Zum Inhalt"), "{}", page.body);
    }

    let asked = visitor.get("/help/search?q=drucker%20offline&lang=en");
    assert_eq!((asked.status, asked.header("location")), (303, Some("/help/search?q=drucker%20offline")));
    let page = visitor.get("/help/search?q=drucker%20offline");
    assert!(page.body.contains("<html lang=\"en\">"), "what was chosen is kept, against the browser's wish");
    assert!(unescape(&page.body).contains("/help/search?q=drucker%20offline&lang=de"), "{}", page.body);
    assert!(visitor.get("/").body.contains("<html lang=\"en\">"), "in the console too");

    let elsewhere = visitor.get("//example.org/?lang=de");
    assert_eq!(elsewhere.header("location"), Some("/"), "nobody is sent elsewhere");
    assert_eq!(visitor.get("/help?lang=xx").status, 200, "a language that nobody speaks is no choice");
}
