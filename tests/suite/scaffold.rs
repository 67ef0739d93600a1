//! `init` and `new`: what they write passes the check and its tests, reaches everything, and overwrites nothing.

use crate::cli::{failure, folder, out, write};
use firstline::{app, check::check, clock, diagnostic, run::author::run_tests};
use std::collections::HashSet;
use std::{collections::BTreeMap, fs, path::Path};

/// Every file below a folder, with its text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("it is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it lies there").display().to_string();
                out.insert(name, fs::read_to_string(path).expect("it is text"));
            }
        }
    }
    out
}

/// No finding, every test passes, and they reach everything.
fn is_whole(folder: &Path) {
    let desk = app::load(Some(folder)).expect("it is a desk");
    let findings = check(&desk, clock::today());
    assert!(findings.is_empty(), "{}", diagnostic::human(&findings, &desk.sources));
    let (reports, coverage) = run_tests(&desk, &HashSet::new(), |_| true);
    assert!(reports.len() > 2 && reports.iter().all(|report| report.failure.is_none()), "{reports:#?}");
    for playbook in desk.playbooks.values() {
        assert!(coverage.of(playbook).gaps.is_empty(), "{}: {:#?}", playbook.id, coverage.of(playbook).gaps);
    }
}

#[test]
fn a_new_desk_is_whole_and_so_is_what_is_added() {
    let folder = folder("scaffold");
    let desk = folder.join("desk");
    let said = out(&folder, &["init", "desk"], "", 0);
    assert_eq!(said.lines().count(), files(&desk).len(), "{said}");
    is_whole(&desk);
    for words in [
        &["new", "playbook", "printers/scanner-jams"][..],
        &["new", "playbook", "null", "--self-service"],
        &["new", "playbook", "809", "--title", "Error 809: \"no\" tunnel #1"],
        &["new", "article", "printers/clean-the-rollers", "--self-service"],
        &["new", "article", "scanner-jams"],
        &["new", "article", "uber-grossen"],
    ] {
        out(&desk, words, "", 0);
        is_whole(&desk);
    }
    let all = files(&desk);
    assert!(all["playbooks/printers/scanner-jams.yaml"].starts_with("title: Scanner jams\n"), "{all:#?}");
    assert!(all["kb/printers/clean-the-rollers.md"].contains("audience: [self-service, agent]"), "{all:#?}");
    let desk = app::load(Some(&desk)).expect("it is a desk");
    let title = |id: &str| desk.playbooks[id].title.as_ref().map(|title| title.value.clone());
    assert_eq!(title("809").as_deref(), Some("Error 809: \"no\" tunnel #1"));
}

#[test]
fn nothing_is_overwritten_and_every_refusal_says_the_way_out() {
    let folder = folder("scaffold-refusals");
    write(&folder, "desk/README.md", "mine\n");
    write(&folder, "desk/.githooks/pre-commit", "mine too\n");
    let desk = folder.join("desk");
    let said = out(&folder, &["init", "desk", "--ci", "none"], "", 0);
    assert!(said.contains("README.md: was there, and is left as it was"), "{said}");
    let before = files(&desk);
    assert_eq!((before["README.md"].as_str(), before[".githooks/pre-commit"].as_str()), ("mine\n", "mine too\n"));
    assert!(!before.keys().any(|path| path.starts_with(".github")), "{before:#?}");

    write(&desk, "playbooks/half.test.yaml", "[]\n");
    let before = files(&desk);
    for (words, why) in [
        (&["init", "."][..], "`firstline new playbook ID` adds to it"),
        (&["new", "playbook", "no-sound"], "there already, in `playbooks/no-sound.yaml`"),
        (&["new", "playbook", "mail/no-sound"], "there already, in `playbooks/no-sound.yaml`"),
        (&["new", "article", "turn-the-sound-on"], "there already, in `kb/turn-the-sound-on.md`"),
        (&["new", "playbook", "half"], "there already, in `playbooks/half.test.yaml`"),
        (&["new", "playbook", "No Sound"], "write `no-sound`"),
        (&["new", "playbook", "drücker"], "write `drucker`"),
        (&["new", "article", "Über Größen"], "write `uber-grossen`"),
        (&["new", "article", "../x"], "cannot be the id of a folder"),
        (&["new", "article", ""], "cannot be the id of an article"),
    ] {
        let said = failure(&desk, words);
        assert!(said.contains(why), "{words:?}: {said}");
    }
    assert_eq!(files(&desk), before);
    let said = failure(&folder, &["new", "playbook", "x"]);
    assert!(said.contains("`firstline init DIR` makes one"), "{said}");
}

/// Runs git in a folder, with `firstline` on the path and nothing of whoever runs the tests.
fn git(folder: &Path, words: &[&str]) -> (bool, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_firstline")).parent().expect("it lies in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([binary.to_owned()].into_iter().chain(std::env::split_paths(&path)));
    let mut command = std::process::Command::new("git");
    command.args(words).current_dir(folder).env("PATH", path.expect("paths can be joined"));
    command.env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1").env_remove("FIRSTLINE_DESK");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ann").env(format!("GIT_{who}_EMAIL"), "ann@example.com");
    }
    let output = command.output().expect("there is a git");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("all output is UTF-8"))
}

#[test]
fn the_hook_judges_what_is_committed() {
    let folder = folder("hook");
    out(&folder, &["init", "desk"], "", 0);
    let desk = folder.join("desk");
    let done = |words: &[&str]| {
        let (well, said) = git(&desk, words);
        assert!(well, "{words:?}: {said}");
        said
    };
    done(&["init", "--quiet"]);
    done(&["config", "core.hooksPath", ".githooks"]);
    done(&["add", "."]);
    assert!(done(&["commit", "-m", "A desk"]).contains("no findings in 1 playbook"));
    let head = done(&["rev-parse", "HEAD"]);

    // A mistake of flow, and one that only a test sees.
    let playbook = "playbooks/no-sound.yaml";
    let good = fs::read_to_string(desk.join(playbook)).expect("it is there");
    for (bad, why) in [
        (good.replace("goto: turn-up", "goto: turn-upp"), "there is no step `turn-upp`"),
        (good.replacen("worked: heard", "worked: silent", 1), "the sound was only turned off"),
    ] {
        assert_ne!(bad, good);
        write(&desk, playbook, &bad);
        done(&["add", playbook]);
        let (well, said) = git(&desk, &["commit", "-m", "A mistake"]);
        assert!(!well && said.contains(why), "{said}");
        assert_eq!(done(&["rev-parse", "HEAD"]), head);
    }
    // What lies in the folder and is not committed does not count.
    write(&desk, playbook, &good);
    done(&["add", playbook]);
    write(&desk, playbook, "steps: {");
    write(&desk, "notes.txt", "x");
    done(&["add", "notes.txt"]);
    done(&["commit", "-m", "Notes"]);
    assert_ne!(done(&["rev-parse", "HEAD"]), head);
}

#[test]
fn the_pipelines_are_yaml_that_checks_and_tests() {
    let folder = folder("pipelines");
    for (ci, path) in [("github", ".github/workflows/desk.yml"), ("gitlab", ".gitlab-ci.yml")] {
        out(&folder, &["init", ci, "--ci", ci], "", 0);
        let text = &files(&folder.join(ci))[path];
        let (_, tree, found) = firstline::yaml::parse(diagnostic::FileId(0), path, text.as_bytes());
        assert!(tree.is_some() && found.is_empty(), "{found:#?}");
        for word in ["firstline check", "firstline test", "firstline diff"] {
            assert!(text.contains(word), "{ci}: {word}");
        }
    }
}

/// What pre-commit reads of this repository names commands that there are.
#[test]
fn hooks_for_pre_commit_name_commands() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let text = fs::read_to_string(path).expect("it is there");
    let (_, tree, found) = firstline::yaml::parse(diagnostic::FileId(0), "hooks", text.as_bytes());
    assert!(tree.is_some() && found.is_empty(), "{found:#?}");
    let entries: Vec<_> = text.lines().filter_map(|line| line.trim().strip_prefix("entry: firstline ")).collect();
    assert_eq!(entries, ["check", "test"]);
    for entry in entries {
        assert!(out(Path::new(env!("CARGO_MANIFEST_DIR")), &["help", entry], "", 0).contains("--format"));
    }
}
