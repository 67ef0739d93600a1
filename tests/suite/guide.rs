//! The author guide is true: whoever follows `first-playbook.md` from an empty folder sees what it shows.
//!
//! A block of YAML whose first line is a comment with a path is written there. In a block of a console, what stands
//! behind `$ ` is run, what stands behind `› ` is typed, and the rest is what must be shown.
//! `FIRSTLINE_WRITE_GUIDE=1` writes what is shown into the article; read the difference before it is committed.

use crate::cli::{firstline, folder};
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

const GUIDE: &str = "kb/authoring/first-playbook.md";

/// The reader, who is somewhere.
struct Reader {
    at: PathBuf,
    home: PathBuf,
}

impl Reader {
    /// Writes a file as a block shows it; `, at the end` behind its path appends.
    fn write(&self, block: &str) {
        let (first, text) = block.split_once('\n').expect("a block has lines");
        let name = first.strip_prefix("# ").expect("a block says which file it is");
        let (path, before) = match name.strip_suffix(", at the end") {
            Some(path) => (path, fs::read_to_string(self.at.join(path)).expect("it is there") + "\n"),
            None => (name, String::new()),
        };
        assert!(self.at.join(path).exists(), "{path}: the guide has said how it comes to be");
        fs::write(self.at.join(path), before + text).expect("it can be written");
    }

    /// Runs a line, with what is typed; returns all that is shown.
    fn run(&mut self, line: &str, typed: &str) -> String {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.at = self.at.join(folder);
            return String::new();
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_firstline")).parent().expect("it lies in a folder");
        let path = env::join_paths(
            [binary.to_owned()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
        );
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", &format!("{line} 2>&1")])
            .current_dir(&self.at)
            .env("PATH", path.expect("paths can be joined"));
        for (name, value) in firstline().get_envs() {
            assert!(value.is_none(), "{name:?}");
            command.env_remove(name);
        }
        command.env("HOME", &self.home).env("GIT_CONFIG_NOSYSTEM", "1").env("COLUMNS", "80");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ann").env(format!("GIT_{who}_EMAIL"), "ann@example.com");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("there is a shell");
        drop(child.stdin.take().expect("it is piped").write_all(typed.as_bytes()));
        let output = child.wait_with_output().expect("it ends");
        let shown = String::from_utf8(output.stdout).expect("all output is UTF-8");
        assert!(output.status.code().is_some_and(|code| code < 2), "{line}: {shown}");
        // What is typed is seen in a terminal.
        let mut typed = typed.lines();
        let seen = shown.lines().map(|line| match line.strip_suffix("› ") {
            Some(before) => format!("{before}› {}\n", typed.next().unwrap_or_default()),
            None => format!("{}\n", line.trim_end()),
        });
        let seen: String = seen.collect();
        assert_eq!(typed.next(), None, "{line}: nobody asked for that");
        seen
    }

    /// Follows the commands of a block, and returns the block as it really goes.
    fn follow(&mut self, block: &str) -> String {
        let mut out = String::new();
        for part in block.split_inclusive('\n').fold(Vec::<String>::new(), |mut parts, line| {
            match (line.starts_with("$ "), parts.last_mut()) {
                (false, Some(last)) => last.push_str(line),
                _ => parts.push(line.to_owned()),
            }
            parts
        }) {
            let line = part.lines().next().and_then(|line| line.strip_prefix("$ ")).expect("a block begins with `$`");
            let typed: String =
                part.lines().filter_map(|line| line.split_once("› ")).map(|(_, typed)| format!("{typed}\n")).collect();
            out += &format!("$ {line}\n{}", self.run(line, &typed));
        }
        out
    }
}

#[test]
fn whoever_follows_the_guide_sees_what_it_shows() {
    let folder = folder("guide");
    let (at, home) = (folder.join("empty"), folder.join("home"));
    for folder in [&at, &home] {
        fs::create_dir_all(folder).expect("the target folder can be written");
    }
    let mut reader = Reader { at, home };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE);
    let guide = fs::read_to_string(&path).expect("the guide is there");
    let mut real = String::new();
    for (n, part) in guide.split("```").enumerate() {
        let block = part.split_once('\n').filter(|_| n % 2 == 1);
        match block {
            Some(("yaml", block)) => {
                reader.write(block);
                real += part;
            }
            Some(("console", block)) => real += &format!("console\n{}", reader.follow(block)),
            Some((other, _)) => panic!("a block of {other}: it is not followed"),
            None => real += part,
        }
        real += "```";
    }
    let real = real.trim_end_matches("```");
    if env::var_os("FIRSTLINE_WRITE_GUIDE").is_some() {
        fs::write(&path, real).expect("it can be written");
    } else {
        assert!(real == guide, "what is shown has changed; the whole of it:\n{real}");
    }
    let desk = firstline::app::load(Some(&reader.at)).expect("it is a desk");
    let findings = firstline::check::check(&desk, firstline::clock::today());
    assert!(findings.is_empty(), "{findings:#?}");
    assert!(desk.playbooks.contains_key("scanner-jams") && desk.tests.len() == 2);
    assert!(reader.at.join(".git/refs/heads").read_dir().is_ok_and(|mut heads| heads.next().is_some()), "a commit");
}

/// The files that `init` writes are those that the articles show.
#[test]
fn articles_show_the_files_that_init_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("it is there");
    for (article, files) in [
        ("kb/authoring/checking-in-git.md", &["desk/pre-commit", "github.yml", "gitlab.yml"][..]),
        ("kb/authoring/editors.md", &["desk/settings.json"]),
    ] {
        for file in files {
            let text = read(&format!("src/app/scaffold/{file}"));
            assert!(read(article).contains(&format!("\n{text}```\n")), "{article} shows another {file}");
        }
    }
}

/// The page of playbooks lists the kinds of steps, in their order.
#[test]
fn the_manual_lists_every_kind_of_step() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("kb/authoring/playbooks.md"));
    let page = page.expect("it is there");
    let table = page.lines().skip_while(|line| !line.starts_with("| kind |")).skip(2);
    let listed = table.map_while(|line| line.strip_prefix("| `")?.split('`').next());
    let kinds: Vec<_> = firstline::playbook::KINDS.iter().map(|kind| kind.key).collect();
    assert_eq!(listed.collect::<Vec<_>>(), kinds);
}
