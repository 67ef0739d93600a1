//! The desk that is in force, while its folder changes under a running server.

use crate::server::{Folder, Server, Visitor};
use std::time::{Duration, Instant};

const POLICY: &str = "name: Test desk\n";
const FIRST: &str = "
title: First title
symptoms: [one]
start: ask
steps:
  ask: {ask: Is it the first version?, answers: {yes: done, no: done}}
  done: {resolve: It was the first.}
";

fn second() -> String {
    FIRST.replace("First title", "Second title").replace("the first", "the second")
}

/// Asks until it holds; the watcher has its own pace, and a busy machine its own.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn shows(visitor: &mut Visitor, path: &str, text: &str) -> bool {
    visitor.get(path).body.contains(text)
}

#[test]
fn a_change_is_in_force_for_new_runs_and_a_run_keeps_its_program() {
    let folder = Folder::new();
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    folder.write(&[("desk/desk.yaml", POLICY), ("desk/playbooks/one.yaml", FIRST)]);
    let server = Server::start(&data, Some(&desk));
    let mut ann = server.visitor();
    let page = ann.submit("/cases", &[("words", "a"), ("playbook", "one")]);
    assert!(page.body.contains("Is it the first version?"), "{}", page.body);

    folder.write(&[("desk/playbooks/one.yaml", &second())]);
    eventually("the second version is in force", || shows(&mut ann, "/", "Second title"));
    assert!(shows(&mut ann, "/cases/1001", "Is it the first version?"));
    assert!(ann.submit("/cases", &[("words", "b"), ("playbook", "one")]).body.contains("Is it the second version?"));

    // Broken: the last good version stays, and the console says why.
    folder.write(&[("desk/playbooks/one.yaml", &second().replace("yes: done", "yes: dome"))]);
    eventually("the mistake is told of", || shows(&mut ann, "/library", "dome"));
    assert!(ann.submit("/cases", &[("words", "c"), ("playbook", "one")]).body.contains("Is it the second version?"));
    assert!(server.stop());

    // After a restart too, and the runs are as they were.
    let server = Server::start(&data, Some(&desk));
    let mut ann = server.visitor();
    assert!(shows(&mut ann, "/library", "dome"));
    assert!(ann.submit("/cases", &[("words", "d"), ("playbook", "one")]).body.contains("Is it the second version?"));
    assert!(shows(&mut ann, "/cases/1001", "Is it the first version?"));

    // A broken `desk.yaml` leaves the last good one.
    folder.write(&[("desk/playbooks/one.yaml", &second()), ("desk/desk.yaml", "name: [oh")]);
    eventually("the mistake is told of", || shows(&mut ann, "/library", "desk.yaml"));
    assert!(shows(&mut ann, "/", "Test desk"));

    // Put right, all is well; a playbook that is taken out is not offered any more.
    folder.write(&[("desk/desk.yaml", "name: Better desk\n"), ("desk/playbooks/two.yaml", FIRST)]);
    eventually("the better desk is in force", || shows(&mut ann, "/", "Better desk"));
    std::fs::remove_file(desk.join("playbooks/one.yaml")).expect("it can be removed");
    eventually("it is not offered", || !shows(&mut ann, "/", "Second title"));
    assert!(shows(&mut ann, "/cases/1001", "Is it the first version?"), "its runs go on");
}

#[test]
fn it_is_swapped_whole_under_load() {
    let folder = Folder::new();
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    // Two playbooks that always say the same version: a caller who sees one of each has seen half a change.
    let version = |n: u32| FIRST.replace("the first version", &format!("version {n}"));
    let write = |n: u32| {
        folder.write(&[
            ("desk/desk.yaml", &format!("name: Desk {n}\n")),
            ("desk/playbooks/one.yaml", &version(n)),
            ("desk/playbooks/two.yaml", &version(n)),
        ]);
    };
    write(0);
    let server = Server::start(&data, Some(&desk));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let (mut visitor, done) = (server.visitor(), &done);
                scope.spawn(move || {
                    let mut seen = 0;
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        let page = visitor.submit("/cases", &[("words", "load"), ("playbook", "one")]);
                        assert_eq!(page.status, 200, "{}", page.body);
                        assert!(page.body.contains("Is it version "), "{}", page.body);
                        seen += 1;
                    }
                    seen
                })
            })
            .collect();
        let mut reader = server.visitor();
        for n in 1..=4 {
            write(n);
            eventually("the change is in force", || shows(&mut reader, "/", &format!("Desk {n}")));
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        let seen: u32 = workers.into_iter().map(|worker| worker.join().expect("it saw only whole versions")).sum();
        assert!(seen > 0);
    });
    assert!(server.stop());
}
