//! A desk at a git revision.

use crate::{
    cli::{folder, write},
    server::Folder,
};
use firstline::app::{against, load_revision};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A git repository with a desk in it, for one test alone.
pub struct Repository(pub PathBuf);

impl Repository {
    /// An empty one.
    pub fn new(name: &str) -> Self {
        let repository = Self(folder(name));
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        write(&self.0, path, text);
    }

    /// Commits everything as it lies there.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Runs git in it, with nobody's settings.
    pub fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command.env("HOME", &self.0).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.current_dir(&self.0).args(["-c", "user.name=Author", "-c", "user.email=author@desk.example"]);
        command.args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"]).args(arguments);
        let output = command.output().expect("git is installed");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

const PLAYBOOK: &str = "title: Lamp\nsymptoms: [dark]\nstart: one\nsteps:\n  one: {resolve: It is on.}\n";

fn words(result: Result<firstline::desk::Desk, firstline::app::Error>) -> String {
    result.map_or_else(|error| error.to_string(), |desk| desk.playbooks.keys().cloned().collect::<Vec<_>>().join(" "))
}

#[test]
fn a_desk_in_a_subfolder_is_read_as_it_was() {
    let repository = Repository::new("revision-subfolder");
    repository.write("README.md", "not of the desk");
    repository.commit("without a desk");
    let text = PLAYBOOK.replace("It is on.", "Schön an.");
    repository.write("desks/it [1]/playbooks/light/lamp.yaml", &text);
    repository.write("desks/it [1]/playbooks/.hidden/no.yaml", PLAYBOOK);
    repository.write("desks/it [1]/playbooks/notes.txt", "not read");
    repository.write("desks/it [1]/kb/ein blick.md", "# A look\n\n![shelf](shelf.png)\n");
    repository.write("desks/it [1]/kb/empty.md", "");
    repository.write("desks/it [1]/kb/shelf.png", [0, 1, 2]);
    repository.write("desks/other/playbooks/other.yaml", PLAYBOOK);
    repository.commit("a lamp");
    repository.git(&["tag", "-a", "-m", "first", "v1"]);
    repository.write("desks/it [1]/playbooks/light/lamp.yaml", PLAYBOOK);
    repository.write("desks/it [1]/playbooks/new.yaml", PLAYBOOK);
    repository.commit("a new one");

    let desk = repository.0.join("desks/it [1]");
    let then = load_revision(&desk, "v1").expect("it was there");
    let mut paths: Vec<&str> = then.sources.0.iter().map(|source| source.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["kb/ein blick.md", "kb/empty.md", "kb/shelf.png", "playbooks/light/lamp.yaml"]);
    assert_eq!(&*then.source(&then.playbooks["lamp"]).text, text.as_str());
    assert_eq!(words(against(Some(&desk), "main")), "lamp new");
    assert_eq!(words(against(Some(&desk), "main~1")), "lamp");
    let other = repository.0.join("desks/other");
    assert_eq!(words(against(Some(&desk), &other.display().to_string())), "other", "a folder with a desk is that desk");
    let gone = words(load_revision(&desk, "main~2"));
    assert!(gone.starts_with("at `main~2` there was no desk in `"), "{gone}");
}

#[test]
fn what_is_no_revision_is_said_so() {
    let repository = Repository::new("revision-none");
    repository.write("playbooks/lamp.yaml", PLAYBOOK);
    repository.commit("a lamp");
    for wrong in
        ["nowhere", "", "--help", "--git-dir", "-h", "^main", "main..main", "main:playbooks/lamp.yaml", "$(id)"]
    {
        let said = words(load_revision(&repository.0, wrong));
        let well = said == format!("`{wrong}` is neither a git revision nor the folder of a desk")
            || said.starts_with(&format!("at `{wrong}` there was no desk"));
        assert!(well, "{wrong}: {said}");
    }
    let outside = Folder::new();
    let said = words(load_revision(outside.path(), "main"));
    assert!(said.contains("is in no git repository"), "{said}");
    let said = words(load_revision(Path::new("/nowhere/at/all"), "main"));
    assert!(said.starts_with("git could not do it: cannot change to"), "{said}");
    assert!(words(against(None, "main")).contains("--desk"));
}
