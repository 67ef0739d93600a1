//! Whatever the bytes: findings with their places, no crash, no hang.

use super::{
    cli::{folder, run, write},
    support::{passes, today},
};
use firstline::{check::check, desk::Desk, diagnostic};
use serde_json::Value;
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// No file may take longer than this, on whatever is slow.
const LIMIT: Duration = Duration::from_secs(10);
/// A playbook without findings, without a `desk.yaml`.
const EXAMPLE: &str = "title: Example\nsymptoms: [it does not work]\nstart: one\nsteps:\n  one: {resolve: It works.}\n";
/// Where a hostile file may lie in a desk.
const ROLES: [&str; 4] =
    ["playbooks/hostile.yaml", "desk.yaml", "playbooks/example.test.yaml", "playbooks/example.de.yaml"];

/// The starter desk's file of this path.
fn starter(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the starter desk has this file")
}

const PLAYBOOKS: [&str; 5] = [
    "playbooks/accounts/account-locked-out.yaml",
    "playbooks/accounts/password-reset.yaml",
    "playbooks/accounts/verify-identity.yaml",
    "playbooks/devices/new-laptop-setup.yaml",
    "playbooks/printers/printer-offline.yaml",
];

/// What is wrong with a file's treatment, if anything is.
type Outcome<T = ()> = Result<T, String>;

/// Every finding has a place inside the file that it names.
fn places(findings: &Value, files: &[(&str, &[u8])]) -> Outcome {
    for finding in findings.as_array().expect("findings are a list") {
        let related = finding["related"].as_array().expect("related places are a list");
        for place in related.iter().chain([finding]) {
            let (_, bytes) = files.iter().find(|(path, _)| place["file"] == *path).ok_or("a finding is in no file")?;
            let text = String::from_utf8_lossy(bytes);
            let [line, column] = ["line", "column"].map(|key| place[key].as_u64().expect("a place has numbers"));
            let there = text.split('\n').nth(line as usize - 1).ok_or_else(|| format!("no line {line}: {finding}"))?;
            if column < 1 || column > there.chars().count() as u64 + 1 {
                return Err(format!("column outside its line: {finding}"));
            }
        }
    }
    Ok(())
}

/// Checks a desk with one hostile file, and the example, by the binary: how many findings that file has.
fn findings(folder: &Path, role: &str, bytes: &[u8]) -> Outcome<usize> {
    write(folder, role, bytes);
    let report = timed(folder, &["check", "--format", "json"])?;
    let report: Value = serde_json::from_str(&report).map_err(|error| format!("no JSON: {error}"))?;
    places(&report["findings"], &[(role, bytes), ("playbooks/example.yaml", EXAMPLE.as_bytes())])?;
    let people = timed(folder, &["check"])?;
    let all = report["findings"].as_array().expect("findings are a list");
    if people.contains("no findings in ") != all.is_empty() {
        return Err(format!("people and scripts see different findings: {people}"));
    }
    Ok(all.iter().filter(|finding| finding["file"] == role).count())
}

/// Standard output of a command that ends well or with findings, in time.
fn timed(folder: &Path, arguments: &[&str]) -> Outcome<String> {
    let start = Instant::now();
    let output = run(folder, arguments, "");
    let took = start.elapsed();
    if !matches!(output.status.code(), Some(0 | 1)) {
        let errors = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> = errors.trim().lines().take(3).collect();
        return Err(format!("{arguments:?}: {}: {}", output.status, errors.join(" ")));
    }
    if took > LIMIT {
        return Err(format!("{arguments:?} took {took:?}"));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{arguments:?}: the output is no text"))
}

/// Fails with all problems at once.
fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// A desk with the example, for one file in one role.
fn desk_for(name: &str, role: &str) -> PathBuf {
    let folder = folder(&format!("hostile-{name}-{}", role.rsplit('/').next().unwrap_or(role)));
    write(&folder, "playbooks/example.yaml", EXAMPLE);
    folder
}

/// Every file of `tests/hostile` in this role.
fn every_file(role: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let (mut count, mut problems) = (0, Vec::new());
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("the files have plain names");
        let bytes = fs::read(&path).expect("the file can be read");
        match findings(&desk_for(name, role), role, &bytes) {
            Ok(0) if !name.starts_with("fine-") => problems.push(format!("{name}: no findings as {role}")),
            Ok(_) => {}
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
        count += 1;
    }
    none(problems);
    assert!(count >= 100, "only {count} files were found");
}

#[test]
fn hostile_playbooks_have_findings() {
    every_file(ROLES[0]);
}

#[test]
fn hostile_desks_have_findings() {
    every_file(ROLES[1]);
}

#[test]
fn hostile_tests_have_findings() {
    every_file(ROLES[2]);
}

#[test]
fn hostile_translations_have_findings() {
    every_file(ROLES[3]);
}

#[test]
fn a_good_playbook_in_strange_clothes_has_none() {
    let plain = starter("tests/hostile/fine-plain.yaml");
    let fine = ["byte-order-mark", "crlf", "document-start", "no-last-line-break", "quoted-keys", "very-long-text"];
    for name in fine {
        let bytes = starter(&format!("tests/hostile/fine-{name}.yaml"));
        assert_ne!(bytes, plain);
        assert_eq!(findings(&desk_for(&format!("clothes-{name}"), ROLES[0]), ROLES[0], &bytes), Ok(0), "{name}");
    }
}

/// Files too large to lie in the repository, by name.
fn large() -> Vec<(&'static str, String)> {
    let lines = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    vec![
        ("ten-megabytes-on-one-line", format!("title: \"{}\"\n", "x".repeat(10 << 20))),
        ("ten-megabytes-of-list", format!("title: [{}]\n", "a, ".repeat((10 << 20) / 3))),
        ("a-megabyte-on-one-line", format!("title: \"{}\"\nwrong: 1\n", "x".repeat(1_000_000))),
        ("a-megabyte-of-key", format!("{}: 1\n", "x".repeat(1_000_000))),
        ("a-megabyte-of-comment", format!("#{}\nwrong: 1\n", "x".repeat(1_000_000))),
        ("a-megabyte-of-empty-lines", format!("{}wrong: 1\n", "\n".repeat(1_000_000))),
        ("200000-brackets", "[".repeat(200_000)),
        ("200000-braces", "{".repeat(200_000)),
        ("200000-quotes", "\"".repeat(200_001)),
        ("200000-ampersands", "&a ".repeat(200_000)),
        ("200000-exclamation-marks", "! ".repeat(200_000)),
        ("200000-colons", ": ".repeat(200_000)),
        ("flow-lists-10000-deep", format!("x: {}{}\n", "[".repeat(10_000), "]".repeat(10_000))),
        ("flow-mappings-10000-deep", format!("x: {}1{}\n", "{a: ".repeat(10_000), "}".repeat(10_000))),
        ("block-lists-10000-deep", format!("{}x\n", "- ".repeat(10_000))),
        ("block-mappings-10000-deep", lines(10_000, &|at| format!("{}a:\n", " ".repeat(at)))),
        ("block-mappings-1000-deep", lines(1_000, &|at| format!("{}a:\n", " ".repeat(at)))),
        ("100000-keys", lines(100_000, &|at| format!("k{at}: 1\n"))),
        ("9000-unknown-keys", lines(9_000, &|at| format!("k{at}: 1\n"))),
        ("9000-times-the-same-key", "title: x\n".repeat(9_000)),
        ("9000-keys-on-one-line", format!("{{{}}}\n", lines(9_000, &|at| format!("k{at}: 1, ")))),
        ("4000-steps-in-a-row", {
            let steps = lines(4_000, &|at| format!("  s{at}: {{say: x, then: s{}}}\n", at + 1));
            format!("title: x\nsymptoms: [x]\nstart: s0\nsteps:\n{steps}")
        }),
        ("4000-steps-to-nowhere", {
            let steps = lines(4_000, &|at| format!("  s{at}: {{say: x, then: nowhere{at}}}\n"));
            format!("title: x\nsymptoms: [x]\nstart: s0\nsteps:\n{steps}")
        }),
        ("1000-facts-in-one-branch", {
            let facts = lines(1_000, &|at| format!("  f{at}: {{ask: x, type: yes-no}}\n"));
            let all = lines(1_000, &|at| format!("{}f{at}", if at == 0 { "" } else { " and " }));
            let branch = format!("  s: {{branch: [{{if: {all}, goto: r}}]}}\n  r: {{resolve: x}}\n");
            format!("title: x\nsymptoms: [x]\nstart: s\nfacts:\n{facts}steps:\n{branch}")
        }),
    ]
}

#[test]
fn large_files_have_findings_in_time() {
    let mut problems = Vec::new();
    for (name, text) in large() {
        for role in ROLES {
            let start = Instant::now();
            match findings(&desk_for(name, role), role, text.as_bytes()) {
                Ok(0) => problems.push(format!("{name}: no findings as {role}")),
                Ok(found) => {
                    println!("{:>8.2?} for both formats, {found:>5} findings: {name}, {role}", start.elapsed())
                }
                Err(problem) => problems.push(format!("{name}, {role}: {problem}")),
            }
        }
    }
    none(problems);
}

/// Checks a desk in this process, renders it in both ways, and gives how many findings there are.
fn survives(files: &[(&str, &[u8])]) -> Outcome<usize> {
    catch_unwind(AssertUnwindSafe(|| {
        let desk = Desk::build(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect());
        let found = check(&desk, today());
        places(&diagnostic::json(&found, &desk.sources), files)?;
        if diagnostic::human(&found, &desk.sources).is_empty() != found.is_empty() {
            return Err("people and scripts see different findings".to_owned());
        }
        if passes(&found) && desk.playbooks.keys().any(|id| desk.program(id).is_none()) {
            return Err("it passes and cannot be run".to_owned());
        }
        Ok(found.len())
    }))
    .unwrap_or_else(|_| Err("it panics".to_owned()))
}

#[test]
fn every_prefix_of_a_playbook_is_checked() {
    let (desk, mut problems) = (starter("desk.yaml"), Vec::new());
    for path in [PLAYBOOKS[2], PLAYBOOKS[4]] {
        let whole = starter(path);
        for end in (0..whole.len()).step_by(37) {
            match survives(&[(path, &whole[..end]), ("desk.yaml", &desk)]) {
                Ok(0) => problems.push(format!("{path} up to {end}: no findings")),
                Ok(_) => {}
                Err(problem) => problems.push(format!("{path} up to {end}: {problem}")),
            }
        }
    }
    none(problems);
}

/// Numbers that look random and are the same each time: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// Something that breaks a file, or nearly.
fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const PIECES: [&str; 16] =
        ["{", "}", "[", "]", "\"", "'", ": ", "- ", "#", "{{ ", "\t", "\u{2028}", "é", "*x ", "&x ", "\r"];
    let at = dice.below(bytes.len());
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let line = dice.below(lines.len());
    match dice.below(7) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        1 => drop(bytes.drain(at..(at + 1 + dice.below(20)).min(bytes.len()))),
        2 => drop(bytes.splice(at..at, PIECES[dice.below(PIECES.len())].bytes())),
        3 if !lines.is_empty() => {
            lines.remove(line);
            *bytes = lines.concat();
        }
        4 if !lines.is_empty() => {
            let to = dice.below(lines.len());
            lines.insert(to, lines[line].clone());
            *bytes = lines.concat();
        }
        5 if !lines.is_empty() => {
            let to = dice.below(lines.len());
            lines.swap(line, to);
            *bytes = lines.concat();
        }
        6 if !lines.is_empty() => {
            let spaces = dice.below(4);
            lines[line].splice(0..0, vec![b' '; spaces]);
            *bytes = lines.concat();
        }
        _ => {}
    }
}

/// Playbooks and tests of the starter desk, each with up to four mutations.
fn mutations(seeds: std::ops::Range<u64>) {
    let (desk, mut problems) = (starter("desk.yaml"), Vec::new());
    let files = PLAYBOOKS.map(|path| {
        let test = path.replace(".yaml", ".test.yaml");
        let texts = [starter(path), starter(&test)];
        (path, test, texts)
    });
    for seed in seeds {
        let mut dice = Dice(seed);
        let (path, test, [playbook, tests]) = &files[dice.below(files.len())];
        // One in four breaks the tests, which then lie beside their playbook.
        let broken_tests = dice.below(4) == 0;
        let mut bytes = if broken_tests { tests.clone() } else { playbook.clone() };
        for _ in 0..=dice.below(4) {
            mutate(&mut bytes, &mut dice);
        }
        let desk = ("desk.yaml", &desk[..]);
        let survived = if broken_tests {
            survives(&[(test, &bytes), (path, playbook), desk])
        } else {
            survives(&[(path, &bytes), desk])
        };
        if let Err(problem) = survived {
            problems.push(format!("mutation {seed} of {path}: {problem}"));
        }
    }
    none(problems);
}

#[test]
fn a_thousand_mutations_are_checked() {
    mutations(0..1_000);
}

#[test]
fn a_thousand_other_mutations_are_checked() {
    mutations(1_000..2_000);
}
