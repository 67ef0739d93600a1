//! Findings for people: the source line underlined, as rustc does it.

use super::{Diagnostic, Label, Severity, Sources};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};
use std::{collections::BTreeMap, ops::Range};

/// Longer lines are cut out around the finding.
const LINE: usize = 160;
/// Places further apart than this many lines are shown one by one.
const NEAR: usize = 200;

/// All findings, styled with ANSI escapes; the output stream strips them where they are not wanted.
pub fn human(findings: &[Diagnostic], sources: &Sources) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let blocks = findings.iter().map(|finding| renderer.render(&report(finding, sources)) + "\n\n");
    blocks.collect()
}

/// `3 errors, 1 warning`
pub fn summary(findings: &[Diagnostic]) -> String {
    let count = |severity| findings.iter().filter(|f| f.rule.severity == severity).count();
    let words = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "no findings".to_owned(),
        (errors, 0) => words(errors, "error"),
        (0, warnings) => words(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", words(errors, "error"), words(warnings, "warning")),
    }
}

fn report<'a>(finding: &'a Diagnostic, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match finding.rule.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title =
        level.primary_title(printable(&finding.message)).id(format!("{} {}", finding.rule.code, finding.rule.name));
    let mut files: BTreeMap<_, Vec<(AnnotationKind, &Label)>> = BTreeMap::new();
    for label in &finding.secondary {
        files
            .entry((label.span.file != finding.primary.span.file, label.span.file))
            .or_default()
            .push((AnnotationKind::Context, label));
    }
    files.entry((false, finding.primary.span.file)).or_default().push((AnnotationKind::Primary, &finding.primary));
    let snippets = files.into_values().flat_map(|labels| snippets(labels, sources));
    let mut group = title.elements(snippets);
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    vec![group]
}

/// One snippet for a file's labels, or one each where a line is too long to be shown whole.
fn snippets<'a>(labels: Vec<(AnnotationKind, &'a Label)>, sources: &'a Sources) -> Vec<Snippet<'a, Annotation<'a>>> {
    let file = sources.file(labels[0].1.span);
    let window = |label: &Label| {
        let line = file.line_at(label.span.start);
        (line, file.line(line))
    };
    let lines = || labels.iter().map(|(_, label)| window(label).0);
    let far = lines().max().unwrap_or(0) - lines().min().unwrap_or(0) > NEAR;
    let long = labels.iter().any(|(_, label)| window(label).1.len() > LINE);
    let groups: Vec<Vec<(AnnotationKind, &Label)>> =
        if long || far { labels.into_iter().map(|l| vec![l]).collect() } else { vec![labels] };
    groups
        .into_iter()
        .map(|labels| {
            let ranges = labels.iter().map(|(_, label)| window(label));
            let (first, mut range) = ranges.clone().min_by_key(|(line, _)| *line).expect("a group has a label");
            range.end = ranges.map(|(_, range)| range.end).max().expect("a group has a label");
            if long {
                range = excerpt(&file.text, range, labels[0].1.span.start as usize);
            }
            let annotations = labels.into_iter().map(|(kind, label)| {
                let boundary = |byte: u32| file.text.floor_char_boundary(byte as usize);
                let (start, end) = (boundary(label.span.start), boundary(label.span.end));
                let line_end = file.line(file.line_at(label.span.start)).end;
                let start = start.clamp(range.start, range.end);
                let end = end.min(line_end).clamp(start, range.end);
                let text = (!label.text.is_empty()).then(|| printable(&label.text));
                kind.span(start - range.start..end - range.start).label(text)
            });
            Snippet::source(printable(&file.text[range.clone()]))
                .line_start(first)
                .path(file.path.as_str())
                .annotations(annotations)
        })
        .collect()
}

/// The part of a long line around a place.
fn excerpt(text: &str, line: Range<usize>, at: usize) -> Range<usize> {
    let floor = |mut byte: usize| {
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    };
    let start = floor(at.saturating_sub(40).clamp(line.start, line.end));
    start..floor((start + LINE).min(line.end).max(start))
}

/// Control characters (but line breaks and tabs) of a file must not reach a terminal; same length in bytes.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_control() && !matches!(c, '\n' | '\t' | '\r') { '?' } else { c }).collect()
}
