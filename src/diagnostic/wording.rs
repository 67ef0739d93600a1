//! How findings are worded: near names, lists.

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

/// Cut to a length that fits in a message.
pub fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 60 { line.to_owned() } else { line.chars().take(59).chain(['…']).collect() }
}
