//! How findings are worded: near names, lists, ids of words.

use unicode_normalization::UnicodeNormalization;

/// The candidate that was probably meant, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| {
            let length = word.chars().count().max(candidate.chars().count());
            *distance <= (length / 3).clamp(1, 3) && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Names differ least in case and in the kind of dash.
fn fold(word: &str) -> String {
    word.chars().take(200).flat_map(char::to_lowercase).map(|c| if c == '_' || c == ' ' { '-' } else { c }).collect()
}

/// `` did you mean `x`? `` or, for a short list, what there is.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(near) = nearest(word, candidates.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all: Vec<&str> = candidates.into_iter().take(13).collect();
    match all.len() {
        0 | 13.. => None,
        1 => Some(format!("there is only {}", list(&all, "and"))),
        _ => Some(format!("there are {}", list(&all, "and"))),
    }
}

/// `` `a`, `b` and `c` ``
pub fn list<S: AsRef<str>>(words: &[S], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// `an ask`, `a step`.
pub fn article(word: &str) -> String {
    let vowel = word.trim_start_matches('`').starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

/// `not-sure` -> `Not sure`
pub fn in_words(id: &str) -> String {
    let words = id.replace(['-', '_'], " ");
    let mut letters = words.trim().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_else(|| id.to_owned())
}

/// A letter that has no accent to lose, in plain ones.
pub fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' => "d",
        'ı' => "i",
        _ => return None,
    })
}

/// Lower case, without accents.
fn folded(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).flat_map(char::to_lowercase);
    bare.fold(String::with_capacity(text.len()), |mut out, c| {
        match plain(c) {
            Some(plain) => out.push_str(plain),
            None => out.push(c),
        }
        out
    })
}

/// Whether an id in plain letters says all of a text.
pub fn is_latin(text: &str) -> bool {
    folded(text).chars().all(|c| c.is_ascii() || !c.is_alphanumeric())
}

/// Words as an id, lower case, joined by `-`, cut between words; `None` if nothing of it can stand in an id.
pub fn slug(text: &str, max: usize) -> Option<String> {
    let folded = folded(text);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut out = String::new();
    for word in words {
        match out.len() + usize::from(!out.is_empty()) + word.len() {
            long if long > max && !out.is_empty() => break,
            long if long > max => out.push_str(&word[..max]),
            _ => {
                out.push_str(if out.is_empty() { "" } else { "-" });
                out.push_str(word);
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Cut to a length that fits in a message.
pub fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 60 { line.to_owned() } else { line.chars().take(59).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words() {
        for (text, expected) in [
            ("Is the printer on?", Some("is-the-printer-on")),
            ("Größe ändern, Café", Some("grosse-andern-cafe")),
            ("Smørrebrød, STRAẞE", Some("smorrebrod-strasse")),
            ("再起動", None),
            (
                "a-very-long-sentence that does not end where ids have to",
                Some("a-very-long-sentence-that-does-not-end"),
            ),
            ("1.", Some("1")),
        ] {
            assert_eq!(slug(text, 40).as_deref(), expected, "{text}");
        }
    }
}
