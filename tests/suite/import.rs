//! What comes from wikis, tables and flowcharts: carried over, or named by a finding.

use crate::{
    generator::Random,
    support::{checked, desk, passes, split, today},
};
use firstline::{
    app,
    check::check,
    desk::{Desk, Target},
    draw::{self, Graph},
    import::{self, Content, Import, Kind, Options},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

/// The files of a folder as `import` wants them, in order.
fn files(root: &Path, name: &str, out: &mut Vec<(String, Option<Vec<u8>>)>) {
    let mut entries: Vec<_> = fs::read_dir(root).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        match (path.is_dir(), file.starts_with('.')) {
            (true, true) => out.push((format!("{name}{file}/"), None)),
            (true, false) => files(&path, &format!("{name}{file}/"), out),
            _ if file.ends_with(".md") => out.push((format!("{name}{file}"), Some(fs::read(&path).expect("a file")))),
            _ => out.push((format!("{name}{file}"), None)),
        }
    }
}

/// Each finding as `code name file:line:column message`.
fn said(import: &Import) -> Vec<String> {
    let one = |finding: &firstline::diagnostic::Diagnostic| {
        let file = import.sources.file(finding.primary.span);
        let (line, column) = file.position(finding.primary.span.start);
        format!("{} {} {}:{line}:{column} {}", finding.rule.code, finding.rule.name, file.path, finding.message)
    };
    import.findings.iter().map(one).collect()
}

fn text(import: &Import) -> String {
    let mut out = String::new();
    for (path, content) in &import.files {
        match content {
            Content::Text(text) => write!(out, "# file: {path}\n{text}").expect("a string"),
            Content::Copy(from) => writeln!(out, "# file: {path}\n(a copy of {from})").expect("a string"),
        }
    }
    out
}

/// The files of an import as those of a desk.
fn built(import: &Import) -> Vec<(String, String)> {
    let content = |content: &Content| match content {
        Content::Text(text) => text.clone(),
        Content::Copy(_) => String::new(),
    };
    import.files.iter().map(|(path, it)| (path.clone(), content(it))).collect()
}

fn shown(import: &Import) -> String {
    format!("{}\n{}\n", text(import), said(import).join("\n"))
}

#[test]
fn a_wiki_becomes_articles() {
    let mut wiki = Vec::new();
    files(&folder().join("wiki"), "", &mut wiki);
    let import = import::articles(wiki, &Options { site: None, ..Options::default() });
    insta::with_settings!({ snapshot_path => folder(), prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("wiki", shown(&import));
    });
    let desk = desk(&built(&import));
    let article = |id: &str| desk.article(id).unwrap_or_else(|| panic!("no {id}"));
    assert_eq!(article("wifi-howto").id, "wifi-setup");
    assert_eq!(article("remote").id, "vpn");
    assert!(!article("printing").self_service);
    let own: Vec<_> = desk.findings.iter().map(|finding| &finding.message).collect();
    assert!(own.is_empty(), "{own:?}");
}

#[test]
fn tables_and_flowcharts_become_playbooks() {
    for (name, kind) in [("printer.csv", Kind::Table), ("lamp.mmd", Kind::Flowchart)] {
        let bytes = fs::read(folder().join(name)).expect("it is there");
        assert_eq!(Kind::of(name, ""), Some(kind));
        let import = import::playbook(kind, &import::playbook_id(name), name, &bytes);
        insta::with_settings!({ snapshot_path => folder(), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, shown(&import));
        });
    }
    assert_eq!(Kind::of("x.txt", "%% c\n\ngraph LR; a-->b"), Some(Kind::Flowchart));
    assert_eq!(Kind::of("x.txt", "some text"), None);
}

/// The examples on the pages of what an import says are true.
#[test]
fn every_example_is_true() {
    let mut wrong = Vec::new();
    for rule in import::RULES {
        let (mut fails, mut clean, mut open) = (0, 0, None::<(String, String)>);
        assert!(rule.page.starts_with(&format!("# {}\n", rule.name)), "{}", rule.name);
        for line in rule.page.split_inclusive('\n') {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => open = Some((info.trim().to_owned(), String::new())),
                (Some(_), Some(_)) => {
                    let (info, text) = open.take().expect("it is open");
                    let (language, names) = info.split_once(' ').expect("two words");
                    let expected: BTreeSet<&str> =
                        names.strip_prefix("fails ").map(|names| names.split(' ').collect()).unwrap_or_default();
                    *(if expected.is_empty() { &mut clean } else { &mut fails }) += 1;
                    let import = match language {
                        "csv" => import::playbook(Kind::Table, "x", "x.csv", text.as_bytes()),
                        "csv-in-windows-1252" => import::playbook(Kind::Table, "x", "x.csv", &windows_1252(&text)),
                        "mermaid" => import::playbook(Kind::Flowchart, "x", "x.mmd", text.as_bytes()),
                        _ => {
                            let files =
                                split(&text, "x.md").into_iter().map(|(path, text)| (path, Some(text.into_bytes())));
                            import::articles(files.collect(), &Options::default())
                        }
                    };
                    let found: BTreeSet<&str> = import.findings.iter().map(|finding| finding.rule.name).collect();
                    if found != expected {
                        wrong.push(format!("{}: expected {expected:?}, found {found:?}\n{text}", rule.name));
                    }
                }
                (Some((_, text)), None) => text.push_str(line),
                (None, None) => {}
            }
        }
        if (fails == 0 || clean == 0) && rule.name != "skipped_file" {
            wrong.push(format!("{}: a failing and a clean example are needed", rule.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rules: BTreeSet<_> =
        firstline::check::rules().chain(import::RULES).map(|rule| (rule.code, rule.name)).collect();
    assert_eq!(rules.len(), firstline::check::rules().count() + import::RULES.len());
}

/// A text as older programs save it; what is not in Latin-1 has no place in these tests.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1")).collect()
}

fn table(bytes: &[u8]) -> Import {
    import::playbook(Kind::Table, "x", "x.csv", bytes)
}

#[test]
fn a_quote_that_stays_open_is_an_error_where_it_opens() {
    let rows = |middle: &str| format!("step,question,answer,next\n{middle}\nok,solved,,\n");
    for (middle, place) in [
        ("on,Is it on?,yes,ok\n,,no,\"unclosed", "x.csv:3:6"),
        ("on,\"He said \"\"go\"\" now,yes,Solved", "x.csv:2:4"),
        ("on,\"Is it on?,yes,ok\n,,\"no\",Contact tier 2", "x.csv:2:4"),
        ("on,\"Is it\" on?,yes,ok", "x.csv:2:4"),
    ] {
        let import = table(rows(middle).as_bytes());
        let message = "the quote that begins here is not closed at the end of its cell";
        assert_eq!(said(&import), [format!("FL531 unclosed {place} {message}")], "{middle}");
        assert!(import.files.is_empty() && import.failed());
    }
    let import = table(rows("on,\"He said \"\"go\"\" now\" ,yes,ok\non,,no,A 5\" disk").as_bytes());
    assert!(text(&import).contains(r#"ask: "He said \"go\" now""#), "{}", shown(&import));
}

#[test]
fn ids_are_what_new_takes() {
    let page =
        |name: &str| (name.to_owned(), Some(b"# X\n\nSee [y](\xc3\x9cber%20Gr\xc3\xb6\xc3\x9fen.md).\n".to_vec()));
    let import = import::articles(
        vec![page("Dru\u{308}cker.md"), page("Über Größen.md"), page("再起動 vpn.md")],
        &Options::default(),
    );
    let paths: Vec<&str> = import.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["kb/drucker.md", "kb/uber-grossen.md", "kb/再起動-vpn.md"]);
    assert!(text(&import).contains("See [y](uber-grossen)."), "{}", shown(&import));
    assert_eq!(import::playbook_id("wiki/Drücker.csv"), "drucker");
}

#[test]
fn other_diagrams_and_open_brackets_are_errors() {
    let read = |chart: &str| import::playbook(Kind::Flowchart, "x", "x.mmd", chart.as_bytes());
    for (chart, expected) in [
        (
            "---\ntitle: Printing\n---\nsequenceDiagram\n  A->>B: x",
            "FL533 other_diagram x.mmd:4:1 `sequenceDiagram` begins no flowchart, which is all that can be imported of Mermaid",
        ),
        (
            "%% c\nstateDiagram-v2\n  [*] --> A",
            "FL533 other_diagram x.mmd:2:1 `stateDiagram-v2` begins no flowchart, which is all that can be imported of Mermaid",
        ),
    ] {
        let import = read(chart);
        assert_eq!(said(&import), [expected]);
        assert!(import.files.is_empty() && import.failed());
    }
    for (line, column) in [
        ("A[On? -->|yes| B[Solved]", 4),
        ("A{On? -->|yes| B[Solved]", 4),
        ("A[On? -->|yes| B]", 4),
        ("A[\"On?] -->|yes| B[Solved]", 4),
        ("A -->|yes B[Solved]", 8),
        ("A --> B[Solved", 10),
    ] {
        let import = read(&format!("flowchart TD\n  {line}\n  A -->|no| C[Contact tier 2]\n"));
        let message = format!("x.mmd:2:{column} the bracket that begins here is not closed at the end of its text");
        assert!(said(&import).contains(&format!("FL531 unclosed {message}")), "{line}: {}", shown(&import));
    }
}

#[test]
fn a_way_between_frames_leads_from_node_to_node() {
    let read = |chart: &str| import::playbook(Kind::Flowchart, "x", "x.mmd", chart.as_bytes());
    let import = read(
        "flowchart TD\n  start[Look at it] --> one\n  subgraph one [First]\n    a[Switch it on] --> b[Wait]\n  end\n  subgraph two\n    c{Does it print?}\n    c -->|yes| d[Solved]\n    c -->|no| e[Contact tier 2]\n  end\n  one --> two\n",
    );
    let (_, graph) = drawn(&import);
    assert_eq!(graph.vertices.len(), 6, "{}", shown(&import));
    assert!(leads(&graph, "Look at it", "", "Switch it on") && leads(&graph, "Wait", "", "Does it print?"));
    assert!(said(&import).iter().all(|said| said.contains("is a frame")), "{}", shown(&import));

    let import = read(
        "flowchart TD\n  subgraph one\n    a[Switch it on]\n    b[Wait]\n  end\n  c[Look at it] --> one\n  one --> c\n",
    );
    let ways = said(&import).into_iter().filter(|said| said.contains("lost_way")).collect::<Vec<_>>();
    assert_eq!(
        ways,
        [
            "FL528 lost_way x.mmd:6:3 the frame `one` has no single first node that this way could mean",
            "FL528 lost_way x.mmd:7:3 the frame `one` has no single last node that this way could mean",
        ]
    );
    assert!(import.failed() && drawn(&import).1.vertices.iter().all(|vertex| vertex.id != "one"));
}

#[test]
fn a_name_with_two_questions_is_an_error_with_both_lines() {
    let import = table(
        b"step,question,answer,next\non,Is it on?,yes,Solved\nOn,Is it on?,no,b\nb,Is it red?,yes,Solved\n,,no,on\non,Is it blue?,yes,Solved\n",
    );
    assert_eq!(said(&import), ["FL532 reused_name x.csv:6:1 `on` is the name of two steps"], "{}", shown(&import));
    let also = &import.findings[0].secondary[0];
    assert_eq!(import.sources.file(also.span).position(also.span.start), (2, 1));
    assert!(import.failed());
}

#[test]
fn other_encodings_are_read_and_named() {
    let rows = "step\tquestion\tanswer\tnext\na\tIst der L\u{fc}fter laut?\tja\tContact tier 2\n\t\tnein\tSolved\n";
    let wide = |bytes: fn(u16) -> [u8; 2]| rows.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let plain = table(rows.as_bytes());
    assert!(said(&plain).is_empty() && text(&plain).contains("ask: Ist der Lüfter laut?\n"), "{}", shown(&plain));
    for (bytes, name) in [
        (windows_1252(rows), "Windows-1252"),
        ([&[0xff, 0xfe], &*wide(u16::to_le_bytes)].concat(), "UTF-16"),
        ([&[0xfe, 0xff], &*wide(u16::to_be_bytes)].concat(), "UTF-16"),
    ] {
        let import = table(&bytes);
        assert_eq!(text(&import), text(&plain));
        assert!(said(&import)[0].contains(&format!("this file is {name}, not UTF-8")), "{:?}", said(&import));
        assert!(import.findings.len() == 1 && !import.failed());
    }
    assert_eq!(Kind::of("x.txt", rows), Some(Kind::Table));
    let with_line = format!("sep=;\r\n{}", rows.replace('\t', ";").replace('\n', "\r\n"));
    assert_eq!(text(&table(with_line.as_bytes())), text(&plain));
    let none = table(b"step,question\na,\x81\n");
    assert!(none.files.is_empty() && none.failed(), "{}", shown(&none));

    let page = |name: &str, bytes: &[u8]| (name.to_owned(), Some(bytes.to_owned()));
    let wiki =
        vec![page("a.md", b"# L\xfcfter\n\nSee [b](b.md).\n"), page("b.md", b"# B\n"), page("c.md", b"# C\x81\n")];
    let import = import::articles(wiki, &Options::default());
    assert_eq!(text(&import), "# file: kb/a.md\n# Lüfter\n\nSee [b](b).\n# file: kb/b.md\n# B\n");
    assert_eq!(
        said(&import),
        [
            "FL530 other_encoding a.md:1:4 this file is Windows-1252, not UTF-8: it is read as such",
            "FL523 skipped_file c.md:1:1 `c.md` was not taken: neither UTF-8 nor another encoding that is known",
        ]
    );
}

/// Ids with the ways between them, apart from how ids join words.
fn ways(graph: &Graph) -> (BTreeSet<String>, BTreeSet<(String, String, String)>) {
    let plain = |id: &str| id.replace(['.', '/', '_'], "-");
    let id = |at: usize| plain(&graph.vertices[at].id);
    let label = |label: &str| label.replace('`', "'").trim().to_lowercase();
    let steps = graph.vertices.iter().map(|vertex| plain(&vertex.id)).collect();
    (steps, graph.edges.iter().map(|edge| (id(edge.from), label(&edge.label), id(edge.to))).collect())
}

#[test]
fn a_drawn_playbook_comes_back() {
    let starter = app::starter();
    let mut again: Vec<(String, String)> = Vec::new();
    for (id, playbook) in &starter.playbooks {
        let drawn = draw::mermaid(&draw::graph(playbook));
        let import = import::playbook(Kind::Flowchart, id, &format!("{id}.mmd"), drawn.as_bytes());
        // What is typed in has one way without words besides `stuck`.
        let expected = |said: &String| said.contains("is about looks") || said.contains("unlabelled_way");
        let other: Vec<_> = said(&import).into_iter().filter(|said| !expected(said)).collect();
        assert!(other.is_empty(), "{id}\n{}\n{drawn}", other.join("\n"));
        again.extend(built(&import));
    }
    assert!(again.len() >= 10);
    let (again, mut findings) = checked(&again);
    // Mermaid carries no facts, and long texts are cut, in the midst of a `{{ fact }}` too.
    findings.retain(|finding| !matches!(finding.rule.name, "undeclared_fact" | "malformed_text"));
    assert!(passes(&findings), "{}", firstline::diagnostic::human(&findings, &again.sources));
    for (id, playbook) in &starter.playbooks {
        let (mine, theirs) = (ways(&draw::graph(playbook)), ways(&draw::graph(&again.playbooks[id])));
        assert_eq!(mine.0, theirs.0, "{id}");
        let bare = |(from, _, to): &(String, String, String)| (from.clone(), String::new(), to.clone());
        let theirs = theirs.1.into_iter().map(|way| if mine.1.contains(&bare(&way)) { bare(&way) } else { way });
        assert_eq!(mine.1, theirs.collect(), "{id}");
    }
}

/// Lines (from 1) that findings name.
fn named(import: &Import) -> BTreeMap<usize, BTreeSet<&'static str>> {
    let mut out: BTreeMap<usize, BTreeSet<_>> = BTreeMap::new();
    for finding in &import.findings {
        let file = import.sources.file(finding.primary.span);
        let (first, last) = (file.position(finding.primary.span.start).0, file.position(finding.primary.span.end).0);
        for line in first..=last {
            out.entry(line).or_default().insert(finding.rule.name);
        }
    }
    out
}

/// What the playbook of an import has: texts, and ways from text to text.
fn drawn(import: &Import) -> (Desk, Graph) {
    let desk = desk(&built(import));
    let graph = draw::graph(&desk.playbooks["x"]);
    (desk, graph)
}

fn leads(graph: &Graph, from: &str, label: &str, to: &str) -> bool {
    let is = |at: usize, text: &str| graph.vertices[at].label() == text;
    let says = |edge: &draw::Edge| edge.label.eq_ignore_ascii_case(label);
    graph.edges.iter().any(|edge| is(edge.from, from) && is(edge.to, to) && says(edge))
}

/// An import whose playbook has the form of one, whatever it came from.
fn well_formed(import: &Import, seed: u64, source: &str) {
    let (desk, findings) = checked(&built(import));
    let form: Vec<_> = findings.iter().filter(|finding| finding.rule.code < "FL200").collect();
    let report = firstline::diagnostic::human(&findings, &desk.sources);
    assert!(form.is_empty(), "seed {seed}\n{source}\n{}\n{report}", text(import));
}

#[test]
fn every_node_and_edge_of_a_flowchart_is_there_or_named() {
    let (mut edges, mut by_finding) = (0, 0);
    for seed in 0..600u64 {
        let random = &mut Random::new(seed + 71_000);
        let count = 2 + random.below(9);
        let texts: Vec<String> = (0..count)
            .map(|n| format!("{} {seed} {n}", random.pick(&["Look at", "Is it", "Solved by", "Contact"])))
            .collect();
        let mut chart = String::from("flowchart TD\n");
        for (n, text) in texts.iter().enumerate() {
            let (open, close) = *random.pick(&[
                ("[", "]"),
                ("{", "}"),
                ("(", ")"),
                ("([", "])"),
                ("((", "))"),
                ("[/", "/]"),
                (">", "]"),
                ("{{", "}}"),
            ]);
            let text = if random.chance(30) { format!("\"{text}\"") } else { text.clone() };
            writeln!(chart, "  n{n}{open}{text}{close}").expect("a string");
            if random.chance(10) {
                chart.push_str(random.pick::<&str>(&[
                    "  style n0 fill:#fff\n",
                    "  %% a comment\n",
                    "\n",
                    "  subgraph s [Frame]\n  end\n",
                    "  n0 -- \n",
                ]));
            }
        }
        let mut expected = Vec::new();
        for _ in 0..random.below(2 * count) {
            let (a, b) = (random.below(count), random.below(count));
            let label = random.pick(&["", "yes", "no", "It is red (4)", "worked", "failed", "stuck"]).to_string();
            let line = chart.lines().count() + 1;
            let more = random.chance(15).then(|| random.below(count));
            let arrow = match (label.as_str(), random.below(4)) {
                ("", 0) => "==>".to_owned(),
                ("", 1) => "-.->".to_owned(),
                ("", _) => "-->".to_owned(),
                (label, 0) if !label.contains('(') => format!("-- {label} -->"),
                (label, 1) => format!("-.->|{label}|"),
                (label, _) => format!("-->|\"{label}\"|"),
            };
            let and = more.map_or(String::new(), |c| format!(" & n{c}"));
            writeln!(chart, "  n{a} {arrow} n{b}{and};").expect("a string");
            expected.extend([Some(b), more].into_iter().flatten().map(|to| (a, label.clone(), to, line)));
        }
        let import = import::playbook(Kind::Flowchart, "x", "x.mmd", chart.as_bytes());
        well_formed(&import, seed, &chart);
        let named = named(&import);
        let (_, graph) = drawn(&import);
        for text in &texts {
            assert!(
                graph.vertices.iter().any(|vertex| vertex.label() == *text),
                "seed {seed}: {text}\n{chart}\n{}",
                shown(&import)
            );
        }
        for (from, label, to, line) in expected {
            edges += 1;
            let there = leads(&graph, &texts[from], &label, &texts[to]);
            by_finding += usize::from(!there);
            assert!(
                there || named.contains_key(&line),
                "seed {seed}: line {line} is lost\n{chart}\n{}",
                shown(&import)
            );
        }
    }
    assert!(edges > 3_000 && by_finding * 3 < edges, "{edges} edges, {by_finding} of them only named");
}

#[test]
fn every_row_of_a_table_is_there_or_named() {
    let (mut rows, mut by_finding) = (0, 0);
    for seed in 0..600u64 {
        let random = &mut Random::new(seed + 72_000);
        let separator = *random.pick(&[",", ";", "\t"]);
        let count = 1 + random.below(7);
        let cell = |text: &str, quoted: bool| {
            if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
        };
        let mut table = if random.chance(30) { String::from("\u{feff}") } else { String::new() };
        table += &["ID", "Question", "answer", "goto", "type"].join(separator);
        table.push('\n');
        let mut line = 1;
        let mut expected = Vec::new();
        let text = |n: usize| format!("Text {seed} {n}");
        for n in 0..count {
            let answers = random.below(4);
            for k in 0..answers.max(1) {
                let own = k == 0 || random.chance(30);
                let (id, question) = if own {
                    (format!("s{n}"), if k == 0 { text(n) } else { String::new() })
                } else {
                    Default::default()
                };
                let label = if answers == 0 { "" } else { random.pick(&["yes", "no", "It \"shows\" E4", "", "stuck"]) };
                let next = match random.below(6) {
                    _ if answers == 0 => String::new(),
                    0 => String::new(),
                    1 => "Problem solved".to_owned(),
                    2 => "nobody knows".to_owned(),
                    _ => format!("s{}", random.below(count)),
                };
                let kind = if answers == 0 { *random.pick(&["", "resolve", "escalate", "riddle"]) } else { "" };
                line += 1;
                let quoted = random.chance(30);
                let cells =
                    [id, cell(&question, quoted), cell(label, label.contains('"')), next.clone(), kind.to_owned()];
                writeln!(table, "{}", cells.join(separator)).expect("a string");
                if question.is_empty() && label.is_empty() && next.is_empty() {
                    continue;
                }
                let ends = answers == 0 || (label.is_empty() && next.is_empty());
                expected.push((n, label.to_owned(), next, line, ends));
            }
        }
        let import = import::playbook(Kind::Table, "x", "x.csv", table.as_bytes());
        well_formed(&import, seed, &table);
        let named = named(&import);
        let (_, graph) = drawn(&import);
        for (n, label, next, line, ends) in expected {
            rows += 1;
            let to = match next.strip_prefix('s').and_then(|to| to.parse().ok()) {
                Some(to) => text(to),
                None => next,
            };
            let there = graph.vertices.iter().any(|vertex| vertex.label() == text(n));
            assert!(there, "seed {seed}: {n}\n{table}\n{}", shown(&import));
            let way = ends || leads(&graph, &text(n), &label, &to);
            by_finding += usize::from(!way);
            assert!(way || named.contains_key(&line), "seed {seed}: line {line} is lost\n{table}\n{}", shown(&import));
        }
    }
    assert!(rows > 2_000 && by_finding * 2 < rows, "{rows} rows, {by_finding} of them only named");
}

#[test]
fn a_sound_flowchart_passes_the_check() {
    for seed in 0..150u64 {
        let random = &mut Random::new(seed + 73_000);
        let count = 3 + random.below(8);
        let mut chart = String::from("graph LR\n");
        for n in 0..count {
            let left = count - n - 1;
            if left < 2 || (n > 0 && random.chance(15)) {
                let end = random.pick(&["Problem solved", "Contact tier 2", "Not solved"]);
                writeln!(chart, "  n{n}([{end} {n}])").expect("a string");
            } else {
                let way = if random.chance(50) { format!("  n{n}[Say {n}] --> n{}\n", n + 1) } else { String::new() };
                let ask =
                    format!("  n{n}{{Ask {n}}} -->|yes| n{}\n  n{n} -->|no| n{}\n", n + 1, n + 1 + random.below(left));
                chart += if way.is_empty() { &ask } else { &way };
            }
        }
        let import = import::playbook(Kind::Flowchart, "x", "x.mmd", chart.as_bytes());
        let (desk, findings) = checked(&built(&import));
        let starts = import.findings.iter().any(|finding| finding.rule.name == "several_starts");
        let report = firstline::diagnostic::human(&findings, &desk.sources);
        assert!(starts || (import.findings.is_empty() && passes(&findings)), "seed {seed}\n{chart}\n{report}");
    }
}

#[test]
fn links_of_a_random_library_lead_where_they_did() {
    let mut links = 0;
    for seed in 0..120u64 {
        let random = &mut Random::new(seed + 74_000);
        let count = 2 + random.below(12);
        let folders = ["", "a/", "a/b/", "_c/", "d e/"];
        let mut paths = BTreeSet::new();
        while paths.len() < count {
            let n = random.below(30);
            let name = *random.pick(&["page", "Page Two", "read_me", "x.y"]);
            paths.insert(format!("{}{name}{n}.md", random.pick(&folders)));
        }
        let paths: Vec<String> = paths.into_iter().collect();
        let unique = |stem: &str| {
            paths.iter().filter(|path| path.rsplit('/').next() == Some(&format!("{stem}.md"))).count() == 1
        };
        let mut expected = Vec::new();
        let mut library = Vec::new();
        for (n, path) in paths.iter().enumerate() {
            let mut body = format!("# Title {n}\n\nText of {n}.\n\n");
            for _ in 0..random.below(6) {
                let to = random.below(paths.len());
                let target = &paths[to];
                let up = "../".repeat(path.matches('/').count());
                let encoded = format!("{up}{target}").replace(' ', "%20");
                let stem = target.rsplit('/').next().and_then(|name| name.strip_suffix(".md")).expect("a page");
                let form = random.below(8);
                let words = format!("w{}", expected.len());
                body += &match form {
                    0 => format!("[{words}]({encoded})\n"),
                    1 => format!("[{words}](<{up}{target}> \"see {target}\")\n"),
                    2 => format!("[{words}]\n\n[{words}]: {encoded}#title-{to}\n\n"),
                    3 => format!("<a href=\"{encoded}\">{words}</a>\n"),
                    4 if unique(stem) => format!("[[{stem}|{words}]]\n"),
                    5 => format!("[{words}](/{})\n", target.replace(' ', "%20")),
                    6 => format!("[{words}]({})\n", encoded.replace(".md", ".html")),
                    _ => format!("[{words}]({}#title-{to})\n", encoded.trim_end_matches(".md")),
                };
                expected.push((n, words, to));
            }
            library.push((path.clone(), Some(body.into_bytes())));
        }
        let import = import::articles(library, &Options::default());
        let desk = desk(&built(&import));
        let by_title: BTreeMap<&str, &firstline::kb::Article> =
            desk.articles.values().map(|a| (a.title.as_str(), a)).collect();
        assert_eq!(by_title.len(), paths.len(), "seed {seed}");
        for (from, words, to) in expected {
            links += 1;
            let article = by_title[format!("Title {from}").as_str()];
            // Words of links in raw HTML are not read: they are told by their order there.
            let found = article.outline.links.iter().find(|link| link.text == words);
            let html = || article.body.split(&format!("\">{words}</a>")).next()?.rsplit('"').next();
            let target = found.map(|link| link.target.as_str()).or_else(html).expect("the link is there");
            let wanted = by_title[format!("Title {to}").as_str()];
            match desk.target(Some(article), target) {
                Target::Article(id, anchor) if id == wanted.id => {
                    assert!(anchor.is_none_or(|anchor| wanted.anchor(anchor).is_some()), "seed {seed}: {target}")
                }
                other => panic!(
                    "seed {seed}: {words} in {} leads to {other:?}, not {}\n{}",
                    paths[from],
                    wanted.id,
                    shown(&import)
                ),
            }
        }
        assert!(passes(&check(&desk, today())), "seed {seed}\n{}", shown(&import));
    }
    assert!(links > 1_500, "{links}");
}

#[test]
fn whatever_the_bytes_nothing_panics() {
    let pieces = [
        "---\n",
        "+++\n",
        "title: x\n",
        "a = [\n",
        "a = \"",
        "[[",
        "]]",
        ":::image source=\"",
        "\":::",
        "{{<",
        "}}",
        "[x](",
        ")",
        "<a href=",
        ">",
        "![",
        "\n",
        "\n\n",
        "flowchart TD\n",
        "a",
        "-->",
        "|",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "&",
        ";",
        "subgraph ",
        "end\n",
        "@{",
        ":::",
        "step,question,answer,next\n",
        ",",
        "é",
        "\u{feff}",
        "\\",
        "# ",
        "--",
        "x ",
        " ",
        "~~~",
        "#35;",
        "<br/>",
        "yes",
        "%%",
    ];
    for seed in 0..1_500u64 {
        let random = &mut Random::new(seed + 75_000);
        let mut text = String::from(*random.pick(&["", "flowchart TD\n", "step,question,answer,next\n", "---\n"]));
        for _ in 0..random.below(40) {
            text.push_str(random.pick::<&str>(&pieces));
        }
        let mut bytes = text.clone().into_bytes();
        if random.chance(10) && !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = 0xff;
        }
        for kind in [Kind::Table, Kind::Flowchart] {
            let import = import::playbook(kind, "x", "x", &bytes);
            if !import.files.is_empty() && seed % 10 == 0 && !text.contains("{{") {
                well_formed(&import, seed, &text);
            }
        }
        let import = import::articles(
            vec![("a/x.md".into(), Some(bytes)), ("b.md".into(), Some(b"[[x]]".to_vec()))],
            &Options::default(),
        );
        assert!(import.files.len() <= 2);
    }
}

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("firstline-import-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn import(&self, arguments: &[&str]) -> (i32, String, String) {
        let out = Command::new(env!("CARGO_BIN_EXE_firstline"))
            .arg("import")
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("FIRSTLINE_DESK")
            .env_remove("FIRSTLINE_FORMAT")
            .output()
            .expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
        (out.status.code().expect("a code"), text(out.stdout), text(out.stderr))
    }

    fn files(&self) -> Vec<String> {
        let mut out = Vec::new();
        files(&self.0, "", &mut out);
        out.into_iter().map(|(path, _)| path).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_command_writes_all_or_nothing() {
    let place = Place::new("command");
    let wiki = folder().join("wiki").display().to_string();
    let lamp = folder().join("lamp.mmd").display().to_string();
    let (code, out, _) = place.import(&[&wiki, "--into", "desk", "--dry-run"]);
    assert!(code == 0 && out.contains("kb/docs/network/vpn.md") && out.contains("to be imported"), "{out}");
    assert!(place.files().is_empty());

    let (code, out, err) = place.import(&[&wiki, "--into", "desk", "--audience", "self-service"]);
    assert!(code == 0 && out.contains("8 articles, 2 pictures imported"), "{out}{err}");
    let written = place.files();
    assert!(written.contains(&"desk/kb/assets/networks.png".into()) && written.contains(&"desk/desk.yaml".into()));
    let desk = app::load(Some(&place.0.join("desk"))).expect("it is a desk");
    assert!(desk.article("vpn").is_some_and(|vpn| vpn.self_service));
    assert!(desk.article("printing").is_some_and(|draft| !draft.self_service));

    let (code, out, err) = place.import(&[&wiki, "--into", "desk"]);
    assert!(code == 2 && err.contains("already") && out.is_empty(), "{out}{err}");
    assert_eq!(place.files(), written);

    let (code, out, err) = place.import(&[&lamp, "--into", "desk", "--id", "lamp-dark", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!((code, &report["files"]), (0, &serde_json::json!(["playbooks/lamp-dark.yaml"])), "{err}");
    assert!(report["findings"].as_array().is_some_and(|findings| findings.iter().all(|one| one["line"].is_u64())));
    let (code, _, err) = place.import(&[&lamp, "--into", "desk", "--id", "lamp-dark"]);
    assert!(code == 2 && err.contains("playbooks/lamp-dark.yaml"), "{err}");

    for (name, text) in [
        ("open.csv", "question,answer,next\non,\"yes,ok\n"),
        ("lost.csv", "question,answer,next\non,yes,\n"),
        ("who.mmd", "pie\n"),
    ] {
        fs::write(place.0.join(name), text).expect("a file");
        let (code, out, err) = place.import(&[name, "--into", "none"]);
        assert!(code == 1 && out.contains("nothing imported; 1 error\nnothing was written"), "{out}{err}");
        assert!(!place.0.join("none").exists());
    }

    // One article with a trap of YAML keeps none of the others back.
    fs::create_dir(place.0.join("trap")).expect("a folder");
    fs::write(place.0.join("trap/sum.md"), "---\ntitle: Why #VALUE! comes\n---\nText.\n").expect("a file");
    fs::write(place.0.join("trap/other.md"), "# Other\n\nText.\n").expect("a file");
    let (code, out, err) = place.import(&["trap", "--into", "trapped"]);
    assert!(code == 1 && out.contains("2 articles imported; 1 error"), "{out}{err}");

    fs::create_dir(place.0.join("full")).expect("a folder");
    fs::write(place.0.join("full/letter.txt"), "x").expect("a file");
    for (arguments, words) in [
        (vec![wiki.as_str(), "--into", "full"], "is no desk"),
        (vec!["full/letter.txt", "--into", "new"], "none of what can be imported"),
        (vec!["gone", "--into", "new"], "cannot be read"),
        (vec![wiki.as_str(), "--into", "full/letter.txt"], "can be imported into `full/letter.txt`: "),
        (vec![wiki.as_str(), "--into", "new", "--as", "playbook"], "one file"),
    ] {
        let (code, _, err) = place.import(&arguments);
        assert!(code == 2 && err.contains(words), "{arguments:?}: {err}");
    }
    assert!(!place.0.join("new").exists());
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    let place = Place::new("links");
    fs::create_dir_all(place.0.join("wiki/more")).expect("a folder");
    for (path, text) in [
        ("secret.md", "secret"),
        ("secret.png", "secret"),
        ("wiki/a.md", "# A\n\n![p](p.png)\n"),
        ("wiki/more/b.md", "# B\n"),
    ] {
        fs::write(place.0.join(path), text).expect("a file");
    }
    for (to, link) in
        [("../secret.md", "wiki/s.md"), ("../secret.png", "wiki/p.png"), ("..", "wiki/up"), ("more/b.md", "wiki/c.md")]
    {
        std::os::unix::fs::symlink(to, place.0.join(link)).expect("a link");
    }
    let (code, out, err) = place.import(&["wiki", "--into", "desk"]);
    assert_eq!(code, 0, "{out}{err}");
    for link in ["p.png", "s.md", "up"] {
        assert!(out.contains(&format!("`{link}` was not taken: a link that leads out of the folder")), "{link}: {out}");
    }
    let mut written = Vec::new();
    files(&place.0.join("desk"), "", &mut written);
    let written: Vec<String> = written.into_iter().map(|(path, _)| path).collect();
    assert_eq!(written, ["desk.yaml", "kb/a.md", "kb/c.md", "kb/more/b.md"]);
}
