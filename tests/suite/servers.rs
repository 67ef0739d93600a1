//! Two servers on one data folder, while the desk changes underneath. `FIRSTLINE_SERVERS` says how many rounds.

use crate::{
    live::eventually,
    server::{Folder, Server, Visitor, unescape},
};
use sqlx::{AnyConnection, Connection};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// Words that no other of them is near to.
const WORDS: [&str; 6] = ["quokka", "xylophone", "marzipan", "flugelhorn", "zeppelin", "obsidian"];

fn article(word: &str) -> String {
    format!("---\ntitle: The one article\naudience: [self-service, agent]\n---\nSomebody saw a {word} there.\n")
}

fn playbook(word: &str) -> String {
    format!(
        "title: All about the {word}\nstart: ask\nsteps:\n  ask: {{ask: Is it a {word}?, answers: {{yes: done, no: done}}}}\n  done: {{resolve: It is over.}}\n"
    )
}

fn finds(visitor: &mut Visitor, word: &str, article: &str) -> bool {
    unescape(&visitor.get(&format!("/suggest?q={word}")).body).contains(&format!("\"/articles/{article}?"))
}

/// Every file below a folder, and when it was written.
fn files(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("it can be read")) {
        let (path, about) = (entry.path(), entry.metadata().expect("it is there"));
        out.insert(path.clone(), about.modified().expect("it has a time"));
        if about.is_dir() {
            out.extend(files(&path));
        }
    }
    out
}

fn integrity(data: &Path) -> String {
    let address = format!("sqlite:{}?mode=rw", data.join("firstline.db").display());
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(&address).await.expect("it opens");
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.expect("it answers")
    })
}

/// The longest that it took until both had a change.
fn round(number: usize) -> Duration {
    let folder = Folder::new();
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    let word = |change: usize| WORDS[(number + change) % WORDS.len()];
    let gone = "---\ntitle: The other article\n---\nIt is about a trombone.\n";
    folder.write(&[
        ("desk/desk.yaml", "name: Test desk\n"),
        ("desk/kb/one.md", &article(word(0))),
        ("desk/kb/two.md", gone),
        ("desk/playbooks/one.yaml", &playbook(word(0))),
    ]);
    let servers = [Server::start(&data, Some(&desk)), Server::start(&data, Some(&desk))];
    let mut people = servers.each_ref().map(Server::visitor);
    let mut longest = Duration::ZERO;
    for change in 0..WORDS.len() {
        let (old, new) = (word(change + WORDS.len() - 1), word(change));
        if change > 0 {
            folder.write(&[("desk/kb/one.md", &article(new)), ("desk/playbooks/one.yaml", &playbook(new))]);
        }
        if change == 2 {
            fs::remove_file(desk.join("kb/two.md")).expect("it is there");
        }
        let began = Instant::now();
        for (who, person) in people.iter_mut().enumerate() {
            let what = |what: &str| format!("round {number}, change {change}, server {who}: {what}");
            eventually(&what("the new text is found"), || finds(person, new, "one"));
            eventually(&what("the playbook is new"), || person.get("/").body.contains(&format!("All about the {new}")));
            assert!(!finds(person, old, "one"), "{}", what("the old text is found"));
            assert_eq!(finds(person, "trombone", "two"), change < 2, "{}", what("the article that goes"));
        }
        longest = longest.max(began.elapsed());
        let case = people[change % 2].submit("/cases", &[("words", new), ("playbook", "one")]);
        assert!(case.body.contains(&format!("Is it a {new}?")), "{}", case.body);
        let seen = people[(change + 1) % 2].get(&format!("/cases/{}", 1001 + change));
        assert!(seen.body.contains(&format!("Is it a {new}?")), "{}", seen.body);
    }
    for server in servers {
        assert!(server.stop());
    }
    let index = data.join("index");
    let before = files(&index);
    let unfinished =
        before.keys().find(|path| path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("new-")));
    assert_eq!(unfinished, None);
    assert_eq!(integrity(&data), "ok");
    let server = Server::start(&data, Some(&desk));
    eventually("the restarted one finds", || finds(&mut server.visitor(), word(WORDS.len() - 1), "one"));
    assert!(server.stop());
    assert_eq!(files(&index), before, "the index is opened as it is");
    let log = fs::read_to_string(data.with_extension("log")).expect("there is a log");
    // That the disk is busy is no fault of theirs.
    let mut told = log.lines().filter(|line| !line.contains("slow statement"));
    assert!(!told.any(|line| ["WARN", "ERROR", "panicked"].iter().any(|word| line.contains(word))), "{log}");
    longest
}

#[test]
fn two_servers_share_a_data_folder() {
    let rounds = std::env::var("FIRSTLINE_SERVERS").map_or(1, |rounds| rounds.parse().expect("a whole number"));
    let longest = (0..rounds).map(round).max();
    println!("\nservers: {rounds} rounds, both had each change within {longest:?}");
}
