//! The interface's words: every text of ours has its translation, and a page comes in the reader's language.

use super::server::{Folder, Server, firstline, unescape};
use firstline::language::{Language, entries};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

/// Functions that take a text of ours, and in which places.
const SAY: [(&str, &[usize]); 5] =
    [("_(", &[0]), ("_n(", &[1, 2]), (".say(", &[0]), (".fill(", &[0]), (".count(", &[1, 2])];
/// The same for what goes wrong, which a page says in the reader's language.
const REFUSE: [(&str, &[usize]); 6] = [
    ("Problem::new(", &[1, 2]),
    (".way(", &[1]),
    ("not_found(", &[0]),
    ("refuse(", &[0, 1]),
    ("Refused::new(", &[0]),
    ("Trouble::Refused(", &[0]),
];
/// Modules whose refusals people read on pages.
const REFUSING: [&str; 5] = ["app/", "case/decide.rs", "run/", "web/", "expression/"];
/// A date's parts that have names.
const NAMED: &str = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July \
                     August September October November December Jan Feb Mar Apr Jun Jul Aug Sep Oct Nov Dec";

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
    let argument = argument.trim_end_matches(".into()").trim_end_matches(".to_owned()");
    let argument = argument.strip_prefix("format!(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(argument);
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
fn texts(source: &str, marks: &[(&str, &[usize])]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (mark, places) in marks {
        for (at, _) in source.match_indices(mark) {
            let before = source[..at].chars().next_back();
            if !mark.starts_with('.') && before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                continue;
            }
            let arguments = arguments(&source[at + mark.len()..]);
            out.extend(places.iter().filter_map(|place| literal(arguments.get(*place)?)));
        }
    }
    out.retain(|text| text.contains(char::is_alphabetic));
    out
}

/// All texts of ours, with the file that has them.
fn ours() -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for ending in ["html", "rs", "js"] {
        for (path, source) in files(&root(), ending) {
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            let mut found = texts(source, &SAY);
            if ending == "rs" && REFUSING.iter().any(|module| path.starts_with(module)) {
                found.append(&mut texts(source, &REFUSE));
            }
            out.extend(found.into_iter().map(|text| (text, path.clone())));
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
            assert!(ends(text).is_none() || ends(text) == ends(other), "{language}.po: {text}");
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
            let written = text.replace('"', "\\\"");
            NAMED.split(' ').any(|name| name == text)
                || sources.iter().any(|source| source.contains(&format!("\"{written}\"")))
        };
        let unused: Vec<_> = catalogue.iter().map(|(text, _)| text).filter(|text| !used(text)).collect();
        assert!(unused.is_empty(), "nothing says these of {language}.po: {unused:#?}");
    }
}

/// What of a template is said to people, and is no text of ours: plain words outside of `_()`.
fn plain_words(template: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (mut rest, mut page) = (template, String::new());
    while let Some((before, after)) = rest.split_once('{') {
        page += before;
        let Some(kind) = after.chars().next().filter(|kind| "{%#".contains(*kind)) else {
            rest = after;
            continue;
        };
        let close = match kind {
            '{' => "}}",
            '%' => "%}",
            _ => "#}",
        };
        let (inside, after) = after[1..].split_once(close).expect("what opens is closed");
        if kind != '#' {
            out.extend(said_inside(inside));
        }
        rest = after;
    }
    page += rest;
    for attribute in ["aria-label=\"", "placeholder=\"", "title=\"", "alt=\"", "data-label=\""] {
        out.extend(page.split(attribute).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    for part in page.split('<').flat_map(|part| part.split_once('>').filter(|(tag, _)| *tag != "kbd")) {
        out.push(part.1.trim().to_owned());
    }
    out.retain(|text| text.contains(char::is_alphabetic));
    out
}

/// Literals of an expression that read like words and are not translated.
fn said_inside(expression: &str) -> Vec<String> {
    let ours = texts(expression, &SAY);
    let double = expression.split('"').skip(1).step_by(2);
    let words = double.filter(|text| text.starts_with(char::is_uppercase) || text.contains("  "));
    words.filter(|text| !ours.contains(*text)).map(str::to_owned).collect()
}

#[test]
fn templates_say_nothing_in_plain_words() {
    let left: BTreeMap<_, _> = files(&root().join("web/templates"), "html")
        .into_iter()
        .map(|(path, template)| (path, plain_words(&template)))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    assert!(left.is_empty(), "put these into `_(\"…\")`: {left:#?}");
    assert_eq!(plain_words("<p title=\"A\">B {{ _(\"C\") }}{{ \"D\" }}<kbd>E</kbd></p>{# F #}"), ["D", "A", "B"]);
}

#[test]
fn a_refusal_is_said_in_the_readers_language() {
    let german = Language::parse("de").expect("a language");
    let said = |text: &str| german.reword(text).into_owned();
    assert_eq!(said("Ann works on this case"), "Ann bearbeitet diesen Fall");
    assert_eq!(said("`open` is not an answer here"), "`open` ist hier keine Antwort", "ids are nobody's language");
    assert_eq!(
        said("`12` does not fit: this takes a number from 1 to 10"),
        "`12` passt nicht: gefragt ist eine Zahl von 1 bis 10"
    );
    assert_eq!(said("nobody ever said this"), "nobody ever said this");
    assert_eq!(Language::ENGLISH.reword("Ann works on this case"), "Ann works on this case");
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

    visitor.get("/help?lang=de");
    let page = visitor.get("/help").body;
    for text in ["Wobei brauchen Sie Hilfe?", "Mit jemandem sprechen", "Schritt für Schritt lösen", "Themen"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let refused = visitor.post("/help/ask", &[("words", " ")]);
    assert!(refused.body.contains("Sagen Sie in wenigen Worten, was Sie brauchen."), "{}", refused.body);
    let opened = visitor.submit("/cases", &[("words", "Der Drucker druckt nicht"), ("playbook", "printer-offline")]);
    for text in ["Bisheriger Weg", "Keine Antwort passt", "weniger als 1 Min.", "hat den Fall eröffnet"] {
        assert!(opened.body.contains(text), "{text}: {}", opened.body);
    }
}

#[test]
fn the_terminal_speaks_the_readers_language() {
    let folder = Folder::new();
    let mut run = firstline(&folder.path().join("data"), None);
    run.args(["run", "printer-offline", "--language", "de"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut run = run.spawn().expect("it starts");
    run.stdin.take().expect("it is piped").write_all("?\nx\nh\nq\n".as_bytes()).expect("it reads");
    let said = run.wait_with_output().expect("it ends").stdout;
    let said = String::from_utf8_lossy(&said);
    for text in [
        "Übung, nichts wird aufgehoben",
        "s  Keine Antwort passt",
        "h übergeben · ? mehr · q beenden",
        "b  zurück zur vorigen Frage; nichts geht verloren",
        "`x` bedeutet hier nichts; ? zeigt die Tasten",
        "Das alles geht mit",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
}
