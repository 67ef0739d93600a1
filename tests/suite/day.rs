//! A day in git: an edit that strands callers is found, mended, judged, merged, and taken by a running server.

use crate::{
    cli::write,
    forms::{number, say},
    live::eventually,
    revision::Repository,
    server::{Answer, Server, Visitor, firstline},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const POLICY: &str = "name: Test desk
facts:
  os:
    ask: Which system is it?
    choices: {windows: Windows, macos: macOS, linux: Linux}
";
const PLAYBOOK: &str = "title: No network
summary: A computer without a connection.
symptoms: [the internet is gone]
start: light
steps:
  light:
    ask: Is the light at the socket on?
    answers: {yes: which, no: cable}
  which:
    branch:
      - {if: os == \"windows\", goto: reset}
      - {if: os == \"macos\", goto: renew}
      - {if: os == \"linux\", goto: restart}
  reset:
    do: Reset the network settings.
    verify: Does a page open?
    worked: done
    failed: cable
  renew:
    do: Renew the lease.
    verify: Does a page open?
    worked: done
    failed: cable
  restart:
    do: Restart the network service.
    verify: Does a page open?
    worked: done
    failed: cable
  cable:
    escalate: The cable or the socket is broken.
  done:
    resolve: It is online again.
";
const TESTS: &str = "- name: linux
  facts: {os: linux}
  answers: [{light: yes}, {restart: worked}]
  expect: {resolved: done}
- name: windows
  facts: {os: windows}
  answers: [{light: yes}, {reset: failed}]
  expect: {escalated: cable}
- name: macos
  facts: {os: macos}
  answers: [{light: yes}, {renew: worked}]
  expect: {resolved: done}
- name: dark
  answers: [{light: no}]
  expect: {escalated: cable}
";
/// The author splits a step, and forgets to lead Linux to either half.
const STRANDS: [(&str, &str); 2] = [
    ("      - {if: os == \"linux\", goto: restart}\n", ""),
    (
        "  restart:\n    do: Restart the network service.",
        "  plug:\n    do: Pull the cable and put it back in.\n    verify: Does a page open?\n    worked: done\n    \
         failed: restart\n  restart:\n    do: Restart the network service.",
    ),
];
const MENDED: (&str, &str) = (
    "      - {if: os == \"macos\", goto: renew}\n",
    "      - {if: os == \"macos\", goto: renew}\n      - {if: os == \"linux\", goto: plug}\n",
);

struct Author<'a> {
    desk: &'a Path,
    data: &'a Path,
}

impl Author<'_> {
    /// What a command says, and how it ends.
    fn says(&self, arguments: &[&str]) -> (i32, String) {
        let output = firstline(self.data, Some(self.desk)).args(arguments).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().expect("it ends"), String::from_utf8(said).expect("it is text"))
    }
}

fn begin(visitor: &mut Visitor, answers: &[&str]) -> String {
    let mut page = visitor.submit("/cases", &[("words", "the internet is gone"), ("playbook", "network")]);
    let case = number(&page);
    for answer in answers {
        page = say(visitor, &page, answer);
    }
    case
}

fn shown(visitor: &mut Visitor, case: &str) -> Answer {
    visitor.get(&format!("/cases/{case}"))
}

#[test]
fn a_day_in_git() {
    let main = Repository::new("day-main");
    main.write("desk.yaml", POLICY);
    main.write("playbooks/network.yaml", PLAYBOOK);
    main.write("playbooks/network.test.yaml", TESTS);
    main.commit("the network's playbook");
    let data = main.0.with_extension("data");
    let _ = std::fs::remove_dir_all(&data);
    let server = Server::start(&data, Some(&main.0));
    let mut ann = server.visitor();
    // Two runs came to an end, two are under way.
    let ended = [begin(&mut ann, &["yes", "linux", "worked"]), begin(&mut ann, &["yes", "windows", "worked"])];
    let (linux, windows) = (begin(&mut ann, &["yes", "linux"]), begin(&mut ann, &["yes", "windows"]));

    // The author works in a clone.
    let desk = main.0.with_extension("clone");
    let _ = std::fs::remove_dir_all(&desk);
    main.git(&["clone", "--quiet", ".", desk.to_str().expect("a plain path")]);
    let clone = Repository(desk.clone());
    let author = Author { desk: &desk, data: &data };
    let stranding = STRANDS.iter().fold(PLAYBOOK.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
    write(&desk, "playbooks/network.yaml", &stranding);
    let (status, said) = author.says(&["check"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("uncovered_branch") && said.contains("`os` = \"linux\""), "{said}");
    assert!(said.contains("playbooks/network.yaml:"), "{said}");
    let (status, said) = author.says(&["test"]);
    assert!(status == 1 && said.contains("failed linux"), "{said}");

    // Mended, and what the reviewer is told.
    write(&desk, "playbooks/network.yaml", stranding.replacen(MENDED.0, MENDED.1, 1));
    let plugged = TESTS.replacen("{restart: worked}", "{plug: failed}, {restart: worked}", 1);
    let (status, said) = author.says(&["test"]);
    assert!(status == 1 && said.contains("failed linux"), "the test of before names the step that comes first: {said}");
    write(&desk, "playbooks/network.test.yaml", plugged);
    assert_eq!(author.says(&["check"]).0, 0);
    assert_eq!(author.says(&["test"]).0, 0);
    clone.git(&["switch", "--quiet", "--create", "plug-first"]);
    clone.commit("Linux: the cable first");
    let (status, said) = author.says(&["diff", "main", "--format", "markdown"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("`plug`") && said.contains("`which`") && said.contains("`restart`"), "{said}");
    let (status, said) = author.says(&["replay", "network"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("1 of 2 runs come to another end") && said.contains(&ended[0]), "{said}");
    assert!(said.contains("plug") && !said.contains(&ended[1]), "{said}");

    // Merged, and pulled where the desk is served.
    main.git(&["pull", "--quiet", desk.to_str().expect("a plain path"), "plug-first"]);
    let merged = Instant::now();
    eventually("the merged version is in force", || {
        let case = begin(&mut ann, &["yes", "linux"]);
        shown(&mut ann, &case).body.contains("Pull the cable")
    });
    println!("in force {} ms after the pull", merged.elapsed().as_millis());
    assert!(merged.elapsed() < Duration::from_secs(15), "the folder is watched, not only read now and then");
    assert!(shown(&mut ann, &linux).body.contains("Restart the network service."), "it goes on with its version");
    assert!(shown(&mut ann, &windows).body.contains("Reset the network settings."));

    // Those that can are moved; the other one stays, and says why.
    let served = Author { desk: &main.0, data: &data };
    let (status, said) = served.says(&["rebase", "network"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("network 1 of ") && said.contains(&format!("case {linux} stays")), "{said}");
    let page = shown(&mut ann, &windows);
    assert!(page.body.contains("Reset the network settings."));
    let page = say(&mut ann, &page, "worked");
    assert!(page.body.contains("It is online again."), "{}", page.body);
    let page = shown(&mut ann, &linux);
    assert!(page.body.contains("Restart the network service."), "{}", page.body);
    assert!(say(&mut ann, &page, "worked").body.contains("It is online again."));
    assert!(server.stop());
}
