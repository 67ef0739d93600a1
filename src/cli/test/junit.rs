//! Results of tests as JUnit's XML, which GitLab, Jenkins and most others show.

use crate::{diagnostic::Sources, run::author::Report};

/// The whole document; a playbook is a suite. `folder` stands before the paths of the desk.
pub fn junit(reports: &[Report], sources: &Sources, folder: &str) -> String {
    let suites = reports.chunk_by(|a, b| a.playbook == b.playbook).map(|suite| {
        let cases: String = suite.iter().map(|report| case(report, sources, folder)).collect();
        let name = escaped(&suite[0].playbook);
        format!("  <testsuite name=\"{name}\" {}>\n{cases}  </testsuite>\n", counts(suite))
    });
    let suites: String = suites.collect();
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!("{head}<testsuites name=\"firstline\" {}>\n{suites}</testsuites>\n", counts(reports))
}

fn counts(reports: &[Report]) -> String {
    let failures = reports.iter().filter(|report| report.failure.is_some()).count();
    format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\"", reports.len())
}

fn case(report: &Report, sources: &Sources, folder: &str) -> String {
    let file = sources.file(report.span);
    let (name, playbook) = (escaped(&report.name), escaped(&report.playbook));
    let (path, line) = (escaped(&format!("{folder}{}", file.path)), file.position(report.span.start).0);
    let head = format!("    <testcase name=\"{name}\" classname=\"{playbook}\" file=\"{path}\" line=\"{line}\"");
    let Some(failure) = &report.failure else { return format!("{head}/>\n") };
    let mut text = format!("{folder}{}: {}", sources.place(failure.span), failure.why);
    if !failure.path.is_empty() {
        text += &format!("\nit went {}", failure.path.join(", "));
    }
    let (why, text) = (escaped(&failure.why), escaped(&text));
    format!("{head}>\n      <failure message=\"{why}\" type=\"failed\">{text}</failure>\n    </testcase>\n")
}

/// Text as XML holds it; characters that it cannot hold are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\t' => out += "&#9;",
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
