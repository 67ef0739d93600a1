//! The command line as scripts and people meet it, by driving the binary.

use crate::support;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio},
};

/// The files of a small desk, apart by `# file: PATH`.
pub const DESK: &str = r##"# file: desk.yaml
name: Corner desk
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1, name: Service desk}
  - {id: tier-2, level: 2, name: Technicians, teams: [network]}
  - {id: tier-3, level: 3, teams: [security]}
priorities:
  critical: {impact: company, urgency: stopped}
  normal: {impact: person, urgency: stopped}
routes:
  - {when: reason == "security", to: tier-3, team: security, priority: critical}
upset: {show: stay-calm, to: tier-1}
facts:
  os: {ask: Which system is it?, choices: {windows: Windows, macos: macOS}}
# file: kb/router-lamps.md
---
title: What the lamps say
audience: [self-service, agent]
---

Green is good.
# file: kb/stay-calm.md
---
title: Stay calm
audience: [agent]
---

Listen, and let them **finish**.
# file: playbooks/no-wifi.yaml
title: No Wi-Fi
audience: [self-service, agent]
symptoms: [the Wi-Fi is gone]
start: hello

facts:
  rooms: {type: number, min: 1, max: 50, unit: rooms}
  since: {type: date, min: 2026-01-01}
  label: {type: text, pattern: "[A-Z]{2}-[0-9]+"}
  guest: {ask: Is it the guest network?, type: yes-no}

steps:
  hello:
    say: Stay near the router.
    tip: Speak slowly.
    then: lamp

  lamp:
    ask: Is the lamp *green*?
    article: router-lamps
    answers:
      yes: rooms-step
      red: {label: "It is red, or \"off\"", goto: restart}

  restart:
    do: Pull the plug, wait, and plug it in.
    verify: Is the lamp green?
    minutes: 2
    visits:
      max: 1
      then: {escalate: The router stays dead., tell: A technician will call., to: tier-2, team: network, priority: normal}
    worked: lamp
    failed: rooms-step

  rooms-step:
    ask: In how many rooms is it gone?
    save: rooms
    then: since-step

  since-step:
    ask: Since when?
    save: since
    then: label-step

  label-step:
    ask: What is on the label?
    save: label
    then: which
    stuck: which

  which:
    branch:
      - {if: guest, goto: nothing}
      - {if: rooms >= 2 and os == "macos", goto: fixes}
    else: fixes
    unknown: nothing

  fixes:
    try:
      forget:
        do: Forget the network on {{ os }}, and join it again.
        chance: 0.5
        minutes: 1
      drivers:
        do: Install the driver for {{ os }}.
        tip: Needs patience.
        chance: 0.5
        minutes: 10
    verify: Is it back?
    worked: done
    exhausted: prove

  prove:
    call: prove-it
    resolved: {resolve: They live without it., code: C7}
    not_resolved: nothing

  nothing:
    not_resolved: Nothing more to try.

  done:
    resolve: "{{ rooms }} have Wi-Fi again."
# file: playbooks/prove-it.yaml
title: Prove it
audience: []
start: seats-step
facts:
  seats: {ask: How many seats are there?, type: number}
steps:
  seats-step:
    ask: Is {{ seats }} right?
    answers: {yes: fine, no: bad}
  fine: {resolve: Proven.}
  bad: {not_resolved: Not proven.}
# file: playbooks/staff-only.yaml
title: Staff only
symptoms: [nothing]
start: one
steps:
  one: {ask: Fine?, answers: {yes: {resolve: Yes.}, no: {resolve: No.}}}
"##;

/// The binary, without anything from the environment that it would listen to.
pub fn firstline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firstline"));
    for name in ["FIRSTLINE_DESK", "FIRSTLINE_FORMAT", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// An empty folder of this name, for one test alone.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firstline").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder is the test's own");
    }
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// Writes a file with the folders around it.
pub fn write(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the target folder can be written");
    fs::write(path, bytes).expect("the target folder can be written");
}

/// The small desk in a folder of its own.
fn small_desk(name: &str) -> PathBuf {
    let folder = folder(name);
    for (path, text) in support::split(DESK, "nothing") {
        write(&folder, &path, text);
    }
    folder
}

/// Runs a command in a folder to its end with this input.
pub fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    finish(firstline().current_dir(folder).args(arguments), input)
}

fn finish(command: &mut Command, input: &str) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the binary was built");
    // A command that reads nothing may be gone already.
    drop(child.stdin.take().expect("it is piped").write_all(input.as_bytes()));
    child.wait_with_output().expect("its output can be read")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("all output is UTF-8")
}

/// Standard output of a command that must end with this code.
pub fn out(folder: &Path, arguments: &[&str], input: &str, code: i32) -> String {
    let output = run(folder, arguments, input);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// Standard error of a command that must fail with 2 and print nothing else.
pub fn failure(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, "");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    text(&output.stderr).to_owned()
}

/// A run as a script follows it: a line in, a line out.
pub struct Talk {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    positions: Vec<String>,
}

impl Talk {
    /// Starts `run --format json` with these arguments and gives its first line.
    pub fn start(folder: &Path, arguments: &[&str]) -> (Self, String) {
        let mut command = firstline();
        command.current_dir(folder).args(["run", "--format", "json"]).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary was built");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut talk = Self { child, input, output, positions: Vec::new() };
        let first = talk.read();
        (talk, first)
    }

    /// Sends a line, in which `P2` stands for the second position token seen, and gives the line that answers it.
    pub fn say(&mut self, line: &str) -> String {
        let mut line = line.to_owned();
        for (at, token) in self.positions.iter().enumerate() {
            line = line.replace(&format!("\"P{}\"", at + 1), &format!("\"{token}\""));
        }
        let input = self.input.as_mut().expect("open until the end");
        writeln!(input, "{line}").expect("the run reads on");
        self.read()
    }

    /// The next line with `R` for the run's id and `P1`, `P2`, … for the position tokens, in the order first seen.
    fn read(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the run writes UTF-8");
        let value: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a line of JSON: {line:?}"));
        if let Some(token) = value["position"].as_str().filter(|token| !self.positions.iter().any(|t| t == token)) {
            self.positions.push(token.to_owned());
        }
        let mut line = line.trim_end_matches('\n').to_owned();
        if let Some(run) = value["run"].as_str() {
            line = line.replace(run, "R");
        }
        for (at, token) in self.positions.iter().enumerate() {
            line = line.replace(token, &format!("P{}", at + 1));
        }
        line
    }

    /// Closes the input: nothing more comes, and the run ends well.
    pub fn end(mut self) {
        self.input = None;
        let mut rest = String::new();
        self.output.read_line(&mut rest).expect("the run writes UTF-8");
        assert_eq!(rest, "", "something came that nobody asked for");
        assert!(self.child.wait().expect("it ends").success());
    }
}

/// Follows a transcript over the small desk: `> ` goes in, `< ` must come out.
fn transcript(arguments: &[&str], expected: &str) {
    let name = format!("transcript-{}", std::thread::current().name().expect("tests have names").replace("::", "-"));
    let (mut talk, first) = Talk::start(&small_desk(&name), arguments);
    let mut seen = format!("\n< {first}\n");
    for line in expected.lines().filter_map(|line| line.strip_prefix('>')) {
        let sent = line.strip_prefix(' ').unwrap_or(line);
        let came = talk.say(sent);
        seen.push_str(&format!(">{line}\n< {came}\n"));
    }
    talk.end();
    assert_eq!(seen, expected);
}

// `run --format json`

#[test]
fn json_every_kind_of_answer() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"yes"}
< {"run":"R","position":"P3","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"value":3}
< {"run":"R","position":"P4","at":"since-step","visit":1,"kind":"ask","text":"Since when?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"date","min":"2026-01-01"},"signals":["hand-over","upset","security"],"facts":{"rooms":3}}
> {"value":"2026-11-02"}
< {"run":"R","position":"P5","at":"label-step","visit":1,"kind":"ask","text":"What is on the label?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"text","pattern":"[A-Z]{2}-[0-9]+"},"signals":["hand-over","upset","security"],"facts":{"rooms":3,"since":"2026-11-02"}}
> {"value":" AB-1 "}
< {"run":"R","position":"P6","at":"guest","visit":1,"kind":"ask","text":"Is it the guest network?","answers":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"},{"id":"stuck","label":"I can't tell"}],"signals":["hand-over","upset","security"],"facts":{"rooms":3,"since":"2026-11-02","label":"AB-1"}}
> {"answer":"no"}
< {"run":"R","position":"P7","at":"os","visit":1,"kind":"ask","text":"Which system is it?","answers":[{"id":"windows","label":"Windows"},{"id":"macos","label":"macOS"},{"id":"stuck","label":"I can't tell"}],"signals":["hand-over","upset","security"],"facts":{"rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"answer":"windows"}
< {"run":"R","position":"P8","at":"fixes/forget","visit":1,"kind":"do","text":"Forget the network on Windows, and join it again.","verify":"Is it back?","minutes":1,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"answer":"failed"}
< {"run":"R","position":"P9","at":"fixes/drivers","visit":1,"kind":"do","text":"Install the driver for Windows.","verify":"Is it back?","tip":"Needs patience.","minutes":10,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"answer":"stuck"}
< {"run":"R","position":"P10","at":"prove/seats","visit":1,"kind":"ask","text":"How many seats are there?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number"},"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"value":12.5}
< {"run":"R","position":"P11","at":"prove/seats-step","visit":1,"kind":"ask","text":"Is 12\\.5 right?","answers":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no","prove/seats":12.5}}
> {"answer":"no"}
< {"run":"R","outcome":"not_resolved","step":"nothing","text":"Nothing more to try.","to":"tier-2","facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"},{"at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","answer":"yes","label":"Yes"},{"at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","value":"3","label":"3"},{"at":"since-step","visit":1,"kind":"ask","text":"Since when?","value":"2026-11-02","label":"2026-11-02"},{"at":"label-step","visit":1,"kind":"ask","text":"What is on the label?","value":"AB-1","label":"AB-1"},{"at":"guest","visit":1,"kind":"ask","text":"Is it the guest network?","answer":"no","label":"No"},{"at":"os","visit":1,"kind":"ask","text":"Which system is it?","answer":"windows","label":"Windows"},{"at":"fixes/forget","visit":1,"kind":"do","text":"Forget the network on Windows, and join it again.","answer":"failed","label":"It did not work"},{"at":"fixes/drivers","visit":1,"kind":"do","text":"Install the driver for Windows.","answer":"stuck","label":"I cannot do this"},{"at":"prove/seats","visit":1,"kind":"ask","text":"How many seats are there?","value":"12.5","label":"12.5"},{"at":"prove/seats-step","visit":1,"kind":"ask","text":"Is 12\\.5 right?","answer":"no","label":"No"}]}
"##,
    );
}

#[test]
fn json_a_solved_run() {
    transcript(
        &["no-wifi", "--fact", "os=macos", "--fact", "guest=no"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{"os":"macos","guest":"no"}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{"os":"macos","guest":"no"}}
> {"answer":"yes"}
< {"run":"R","position":"P3","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{"os":"macos","guest":"no"}}
> {"value":"3"}
< {"run":"R","position":"P4","at":"since-step","visit":1,"kind":"ask","text":"Since when?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"date","min":"2026-01-01"},"signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":3,"guest":"no"}}
> {"value":"2026-11-02"}
< {"run":"R","position":"P5","at":"label-step","visit":1,"kind":"ask","text":"What is on the label?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"text","pattern":"[A-Z]{2}-[0-9]+"},"signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":3,"since":"2026-11-02","guest":"no"}}
> {"answer":"stuck"}
< {"run":"R","position":"P6","at":"fixes/forget","visit":1,"kind":"do","text":"Forget the network on macOS, and join it again.","verify":"Is it back?","minutes":1,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":3,"since":"2026-11-02","guest":"no"}}
> {"answer":"worked"}
< {"run":"R","outcome":"resolved","step":"done","text":"3 rooms have Wi-Fi again.","facts":{"os":"macos","rooms":3,"since":"2026-11-02","guest":"no"},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"},{"at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","answer":"yes","label":"Yes"},{"at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","value":"3","label":"3"},{"at":"since-step","visit":1,"kind":"ask","text":"Since when?","value":"2026-11-02","label":"2026-11-02"},{"at":"label-step","visit":1,"kind":"ask","text":"What is on the label?","answer":"stuck","label":"I can't tell"},{"at":"fixes/forget","visit":1,"kind":"do","text":"Forget the network on macOS, and join it again.","answer":"worked","label":"It worked"}]}
"##,
    );
}

#[test]
fn json_an_ending_in_place() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"red"}
< {"run":"R","position":"P3","at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","verify":"Is the lamp green?","minutes":2,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"worked"}
< {"run":"R","position":"P4","at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"red"}
< {"run":"R","outcome":"escalated","step":"restart.visits","text":"The router stays dead.","tell":"A technician will call.","to":"tier-2","team":"network","priority":"normal","facts":{},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"},{"at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","answer":"red","label":"It is red, or \"off\""},{"at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","answer":"worked","label":"It worked"},{"at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","answer":"red","label":"It is red, or \"off\""}]}
"##,
    );
}

#[test]
fn json_an_answer_that_does_not_fit_is_refused() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"stuck"}
< {"refused":"there is nothing to answer here, only to go on","valid":["next"]}
> {"answer":"yes"}
< {"refused":"there is nothing to answer here, only to go on","valid":["next"]}
> {"value":"next"}
< {"refused":"there is nothing to answer here, only to go on","valid":["next"]}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"purple"}
< {"refused":"`purple` is not an answer here","valid":["yes","red","stuck"]}
> {"value":"yes"}
< {"refused":"this takes one of its answers","valid":["yes","red","stuck"]}
> {"answer":"yes"}
< {"run":"R","position":"P3","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"3"}
< {"refused":"this takes `value`: a number from 1 to 50","valid":["a number from 1 to 50","stuck"]}
> {"value":"three"}
< {"refused":"`three` does not fit: this takes a number from 1 to 50","valid":["a number from 1 to 50","stuck"]}
> {"value":0}
< {"refused":"`0` does not fit: this takes a number from 1 to 50","valid":["a number from 1 to 50","stuck"]}
> {"value":51}
< {"refused":"`51` does not fit: this takes a number from 1 to 50","valid":["a number from 1 to 50","stuck"]}
> {"value":1.50}
< {"run":"R","position":"P4","at":"since-step","visit":1,"kind":"ask","text":"Since when?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"date","min":"2026-01-01"},"signals":["hand-over","upset","security"],"facts":{"rooms":1.5}}
> {"value":"2025-12-31"}
< {"refused":"`2025-12-31` does not fit: this takes a date from 2026-01-01 on, as in `2027-05-01`","valid":["a date from 2026-01-01 on, as in `2027-05-01`","stuck"]}
> {"value":"2026-02-30"}
< {"refused":"`2026-02-30` does not fit: this takes a date from 2026-01-01 on, as in `2027-05-01`","valid":["a date from 2026-01-01 on, as in `2027-05-01`","stuck"]}
> {"value":"2026-02-28"}
< {"run":"R","position":"P5","at":"label-step","visit":1,"kind":"ask","text":"What is on the label?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"text","pattern":"[A-Z]{2}-[0-9]+"},"signals":["hand-over","upset","security"],"facts":{"rooms":1.5,"since":"2026-02-28"}}
> {"value":"ab-1"}
< {"refused":"`ab-1` does not fit: this takes a text that matches `[A-Z]{2}-[0-9]+`","valid":["a text that matches `[A-Z]{2}-[0-9]+`","stuck"]}
> {"value":"x AB-1"}
< {"refused":"`x AB-1` does not fit: this takes a text that matches `[A-Z]{2}-[0-9]+`","valid":["a text that matches `[A-Z]{2}-[0-9]+`","stuck"]}
> {"value":"AB-1"}
< {"run":"R","position":"P6","at":"guest","visit":1,"kind":"ask","text":"Is it the guest network?","answers":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"},{"id":"stuck","label":"I can't tell"}],"signals":["hand-over","upset","security"],"facts":{"rooms":1.5,"since":"2026-02-28","label":"AB-1"}}
> {"answer":"maybe"}
< {"refused":"`maybe` does not fit: this takes `yes` or `no`","valid":["yes","no","stuck"]}
> {"value":"no"}
< {"refused":"this takes `answer`: `yes` or `no`","valid":["yes","no","stuck"]}
> {"value":true}
< {"refused":"`value` is a text or a number","valid":[]}
> {"answer":"no"}
< {"run":"R","position":"P7","at":"os","visit":1,"kind":"ask","text":"Which system is it?","answers":[{"id":"windows","label":"Windows"},{"id":"macos","label":"macOS"},{"id":"stuck","label":"I can't tell"}],"signals":["hand-over","upset","security"],"facts":{"rooms":1.5,"since":"2026-02-28","label":"AB-1","guest":"no"}}
"##,
    );
}

#[test]
fn json_back_keeps_the_answers() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"back":1}
< {"refused":"there is no prompt that far back","valid":[]}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"red"}
< {"run":"R","position":"P3","at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","verify":"Is the lamp green?","minutes":2,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"worked"}
< {"run":"R","position":"P4","at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"back":2}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"held":"red","signals":["hand-over","upset","security"],"facts":{}}
> {"back":1}
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"held":"next","signals":["hand-over","upset","security"],"facts":{}}
> {"back":1}
< {"refused":"there is no prompt that far back","valid":[]}
> {"answer":"next"}
< {"run":"R","position":"P4","at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"back":9}
< {"refused":"there is no prompt that far back","valid":["1","2","3"]}
> {"back":3}
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"held":"next","signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P4","at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"back":2}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"held":"red","signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"yes"}
< {"run":"R","position":"P5","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"back":1}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"held":"yes","signals":["hand-over","upset","security"],"facts":{}}
> {"back":99999999999999999999}
< {"refused":"`back` is how many prompts to go back","valid":["1"]}
> {"back":0}
< {"refused":"`back` is how many prompts to go back","valid":["1"]}
> {"back":-1}
< {"refused":"`back` is how many prompts to go back","valid":["1"]}
> {"back":"1"}
< {"refused":"`back` is how many prompts to go back","valid":["1"]}
"##,
    );
}

#[test]
fn json_change_holds_what_has_to_be_confirmed() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"yes"}
< {"run":"R","position":"P3","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"value":3}
< {"run":"R","position":"P4","at":"since-step","visit":1,"kind":"ask","text":"Since when?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"date","min":"2026-01-01"},"signals":["hand-over","upset","security"],"facts":{"rooms":3}}
> {"value":"2026-11-02"}
< {"run":"R","position":"P5","at":"label-step","visit":1,"kind":"ask","text":"What is on the label?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"text","pattern":"[A-Z]{2}-[0-9]+"},"signals":["hand-over","upset","security"],"facts":{"rooms":3,"since":"2026-11-02"}}
> {"value":"AB-1"}
< {"run":"R","position":"P6","at":"guest","visit":1,"kind":"ask","text":"Is it the guest network?","answers":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"},{"id":"stuck","label":"I can't tell"}],"signals":["hand-over","upset","security"],"facts":{"rooms":3,"since":"2026-11-02","label":"AB-1"}}
> {"answer":"no"}
< {"run":"R","position":"P7","at":"os","visit":1,"kind":"ask","text":"Which system is it?","answers":[{"id":"windows","label":"Windows"},{"id":"macos","label":"macOS"},{"id":"stuck","label":"I can't tell"}],"signals":["hand-over","upset","security"],"facts":{"rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"answer":"windows"}
< {"run":"R","position":"P8","at":"fixes/forget","visit":1,"kind":"do","text":"Forget the network on Windows, and join it again.","verify":"Is it back?","minutes":1,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"answer":"failed"}
< {"run":"R","position":"P9","at":"fixes/drivers","visit":1,"kind":"do","text":"Install the driver for Windows.","verify":"Is it back?","tip":"Needs patience.","minutes":10,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":3,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"change":"rooms-step","value":4}
< {"run":"R","position":"P10","at":"fixes/drivers","visit":1,"kind":"do","text":"Install the driver for Windows.","verify":"Is it back?","tip":"Needs patience.","minutes":10,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":4,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"change":"rooms-step","value":4}
< {"run":"R","position":"P10","at":"fixes/drivers","visit":1,"kind":"do","text":"Install the driver for Windows.","verify":"Is it back?","tip":"Needs patience.","minutes":10,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":4,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"change":"rooms-step","value":400}
< {"refused":"`400` does not fit: this takes a number from 1 to 50","valid":["a number from 1 to 50","stuck"]}
> {"change":"os","answer":"macos"}
< {"run":"R","position":"P11","at":"fixes/forget","visit":1,"kind":"do","text":"Forget the network on macOS, and join it again.","verify":"Is it back?","minutes":1,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"held":"failed","signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":4,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"answer":"failed"}
< {"run":"R","position":"P12","at":"fixes/drivers","visit":1,"kind":"do","text":"Install the driver for macOS.","verify":"Is it back?","tip":"Needs patience.","minutes":10,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":4,"since":"2026-11-02","label":"AB-1","guest":"no"}}
> {"change":"fixes/drivers","answer":"worked"}
< {"refused":"`fixes/drivers` was not answered on the way here","valid":["hello","lamp","rooms-step","since-step","label-step","guest","os","fixes/forget"]}
> {"change":"lamp"}
< {"refused":"`change` needs the new `answer` or `value`","valid":["answer","value"]}
> {"change":"lamp","answer":"red","value":"red"}
< {"refused":"send one thing a line","valid":["answer","value","back","change","signal","note"]}
> {"change":7,"answer":"red"}
< {"refused":"`change` is a text","valid":[]}
"##,
    );
}

#[test]
fn json_change_of_a_visit() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"red"}
< {"run":"R","position":"P3","at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","verify":"Is the lamp green?","minutes":2,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"worked"}
< {"run":"R","position":"P4","at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"yes"}
< {"run":"R","position":"P5","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"change":"lamp","answer":"red"}
< {"run":"R","outcome":"escalated","step":"restart.visits","text":"The router stays dead.","tell":"A technician will call.","to":"tier-2","team":"network","priority":"normal","facts":{},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"},{"at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","answer":"red","label":"It is red, or \"off\""},{"at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","answer":"worked","label":"It worked"},{"at":"lamp","visit":2,"kind":"ask","text":"Is the lamp *green*?","answer":"red","label":"It is red, or \"off\""}]}
> {"change":"lamp","answer":"yes"}
< {"run":"R","position":"P5","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"change":"lamp","visit":3,"answer":"yes"}
< {"refused":"`lamp` was not answered on the way here","valid":["hello","lamp","restart"]}
> {"change":"lamp","visit":"1","answer":"yes"}
< {"refused":"`visit` is a whole number","valid":["1"]}
> {"answer":"stuck","visit":1}
< {"refused":"`visit` belongs to `change`","valid":["change"]}
> {"change":"lamp","visit":1,"answer":"yes"}
< {"run":"R","position":"P6","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
> {"change":"lamp","visit":2,"answer":"yes"}
< {"refused":"`lamp` was not answered on the way here","valid":["hello","lamp"]}
> {"change":"lamp","visit":1,"answer":"red"}
< {"run":"R","position":"P5","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"signals":["hand-over","upset","security"],"facts":{}}
"##,
    );
}

#[test]
fn json_change_of_a_fact_given_at_the_start() {
    transcript(
        &["no-wifi", "--fact", "os=windows", "--fact", "guest=no", "--fact", "rooms=2"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":2,"guest":"no"}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{"os":"windows","rooms":2,"guest":"no"}}
> {"change":"os","answer":"macos"}
< {"run":"R","position":"P3","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":2,"guest":"no"}}
> {"change":"os","answer":"beos"}
< {"refused":"`os` takes `windows` or `macos`","valid":["`windows` or `macos`"]}
> {"change":"label","value":"AB-1"}
< {"refused":"`label` was not answered on the way here","valid":["os","guest","rooms","hello"]}
> {"change":"rooms","value":5}
< {"run":"R","position":"P4","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":5,"guest":"no"}}
> {"change":"rooms","value":500}
< {"refused":"`rooms` takes a number from 1 to 50","valid":["a number from 1 to 50"]}
> {"answer":"yes"}
< {"run":"R","position":"P5","at":"rooms-step","visit":1,"kind":"ask","text":"In how many rooms is it gone?","answers":[{"id":"stuck","label":"I can't tell"}],"input":{"type":"number","min":1,"max":50,"unit":"rooms"},"prefilled":"5","signals":["hand-over","upset","security"],"facts":{"os":"macos","rooms":5,"guest":"no"}}
"##,
    );
}

#[test]
fn json_upset_and_security() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"signal":"upset"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{},"show":"stay-calm"}
> {"signal":"smoke"}
< {"refused":"there is no signal `smoke`","valid":["hand-over","upset","security"]}
> {"signal":1}
< {"refused":"`signal` is a text","valid":[]}
> {"signal":"security"}
< {"run":"R","outcome":"stopped","because":"security","at":"lamp","to":"tier-3","team":"security","priority":"critical","facts":{},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"}]}
> {"answer":"yes"}
< {"refused":"the run is over here","valid":["back","change","note"]}
> {"signal":"hand-over"}
< {"refused":"the run is over here","valid":["back","change","note"]}
> {"signal":"upset"}
< {"run":"R","outcome":"stopped","because":"security","at":"lamp","to":"tier-3","team":"security","priority":"critical","facts":{},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"}],"show":"stay-calm"}
"##,
    );
}

#[test]
fn json_a_note_changes_nothing() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"note":"They have two routers."}
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"note":"  "}
< {"refused":"the note is empty","valid":[]}
> {"note":7}
< {"refused":"`note` is a text","valid":[]}
> {"note":"Still here.","position":"P1"}
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
"##,
    );
}

#[test]
fn json_position_tokens() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next","position":"P1"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next","position":"P1"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"yes","position":"P1"}
< {"refused":"this was meant for another position; the run has gone on","valid":["P2"]}
> {"answer":"red","position":"P2"}
< {"run":"R","position":"P3","at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","verify":"Is the lamp green?","minutes":2,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"red","position":"P2"}
< {"run":"R","position":"P3","at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","verify":"Is the lamp green?","minutes":2,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"yes","position":"P2"}
< {"refused":"this was meant for another position; the run has gone on","valid":["P3"]}
> {"back":1,"position":"P2"}
< {"refused":"this was meant for another position; the run has gone on","valid":["P3"]}
> {"note":"late","position":"P2"}
< {"refused":"this was meant for another position; the run has gone on","valid":["P3"]}
> {"answer":"worked","position":"0123456789abcdef"}
< {"refused":"this was meant for another position; the run has gone on","valid":["P3"]}
> {"answer":"worked","position":7}
< {"refused":"`position` is a text","valid":["answer","value","back","change","signal","note"]}
> {"back":1,"position":"P3"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"held":"red","signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"red","position":"P2"}
< {"run":"R","position":"P3","at":"restart","visit":1,"kind":"do","text":"Pull the plug, wait, and plug it in.","verify":"Is the lamp green?","minutes":2,"answers":[{"id":"worked","label":"It worked"},{"id":"failed","label":"It did not work"},{"id":"stuck","label":"I cannot do this"}],"signals":["hand-over","upset","security"],"facts":{}}
"##,
    );
}

#[test]
fn json_stuck_stops_and_goes_on_after_back() {
    transcript(
        &["no-wifi"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> {"answer":"stuck"}
< {"run":"R","outcome":"stopped","because":"stuck","at":"lamp","to":"tier-2","facts":{},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"},{"at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","answer":"stuck","label":"No answer fits"}]}
> {"answer":"yes"}
< {"refused":"the run is over here","valid":["back","change","note"]}
> {"value":1}
< {"refused":"the run is over here","valid":["back","change","note"]}
> {"signal":"hand-over"}
< {"refused":"the run is over here","valid":["back","change","note"]}
> {"back":2}
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","tip":"Speak slowly.","answers":[{"id":"next","label":"Next"}],"held":"next","signals":["hand-over","upset","security"],"facts":{}}
> {"back":1}
< {"refused":"there is no prompt that far back","valid":[]}
> {"answer":"yes"}
< {"refused":"there is nothing to answer here, only to go on","valid":["next"]}
"##,
    );
}

#[test]
fn json_self_service_sees_no_tips() {
    transcript(
        &["no-wifi", "--audience", "self-service"],
        r##"
< {"run":"R","position":"P1","at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answers":[{"id":"next","label":"Next"}],"signals":["hand-over"],"facts":{}}
> {"answer":"next"}
< {"run":"R","position":"P2","at":"lamp","visit":1,"kind":"ask","text":"Is the lamp *green*?","articles":["router-lamps"],"answers":[{"id":"yes","label":"Yes"},{"id":"red","label":"It is red, or \"off\""},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over"],"facts":{}}
> {"signal":"hand-over"}
< {"run":"R","outcome":"stopped","because":"hand-over","at":"lamp","to":"tier-1","facts":{},"trail":[{"at":"hello","visit":1,"kind":"say","text":"Stay near the router.","answer":"next","label":"Next"}]}
"##,
    );
}

#[test]
fn json_lines_that_are_none() {
    transcript(
        &["staff-only"],
        r##"
< {"run":"R","position":"P1","at":"one","visit":1,"kind":"ask","text":"Fine?","answers":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"},{"id":"stuck","label":"No answer fits"}],"signals":["hand-over","upset","security"],"facts":{}}
> yes
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
>
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
> {"answer":"yes"
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
> ["answer"]
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
> "answer"
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
> null
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
> {}
< {"refused":"send one thing a line","valid":["answer","value","back","change","signal","note"]}
> {"answer":"yes","value":"yes"}
< {"refused":"send one thing a line","valid":["answer","value","back","change","signal","note"]}
> {"answer":"yes","back":1}
< {"refused":"send one thing a line","valid":["answer","value","back","change","signal","note"]}
> {"reply":"yes"}
< {"refused":"there is no `reply` to send","valid":["answer","value","back","change","signal","note"]}
> {"answer":"yes","when":"now"}
< {"refused":"there is no `when` to send","valid":["answer","value","back","change","signal","note"]}
> {"position":"P1"}
< {"refused":"send one thing a line","valid":["answer","value","back","change","signal","note"]}
> {"visit":1}
< {"refused":"`visit` belongs to `change`","valid":["change"]}
> {"answer":null}
< {"refused":"`answer` is a text","valid":[]}
> {"answer":["yes"]}
< {"refused":"`answer` is a text","valid":[]}
> {"value":null}
< {"refused":"`value` is a text or a number","valid":[]}
> {"answer":"yes"} {"answer":"yes"}
< {"refused":"this is not a JSON object on a line of its own","valid":["answer","value","back","change","signal","note"]}
> {"answer":"yes"}
< {"run":"R","outcome":"resolved","step":"one.yes","text":"Yes.","facts":{},"trail":[{"at":"one","visit":1,"kind":"ask","text":"Fine?","answer":"yes","label":"Yes"}]}
"##,
    );
}

#[test]
fn json_a_line_of_two_megabytes_is_refused_alone() {
    let (mut talk, first) = Talk::start(&small_desk("long-line"), &["staff-only"]);
    let refused = r#"{"refused":"the line is longer than a mebibyte","valid":[]}"#;
    assert_eq!(talk.say(&format!(r#"{{"note":"{}"}}"#, "x".repeat(2 << 20))), refused);
    assert_eq!(talk.say(&"[".repeat(2 << 20)), refused);
    assert_eq!(talk.say(&format!(r#"{{"note":"{}"}}"#, "x".repeat(1 << 19))), first);
    let deep = talk.say(&"[".repeat(1 << 19));
    assert!(deep.starts_with(r#"{"refused":"this is not a JSON object on a line of its own","#), "{deep}");
    talk.end();
}

#[test]
fn json_bytes_that_are_no_text_are_refused() {
    let folder = small_desk("no-text");
    let mut command = firstline();
    let run = command.current_dir(&folder).args(["run", "staff-only", "--format", "json"]);
    let mut child = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary was built");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(b"{\"note\":\"\xff\xfe\"}\n\0\0\n{\"answer\":\"no\"}").expect("the run reads on");
    drop(input);
    let output = child.wait_with_output().expect("its output can be read");
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[1].starts_with("{\"refused\":") && lines[2].starts_with("{\"refused\":"), "{lines:?}");
    assert!(lines[3].contains("\"outcome\":\"resolved\",\"step\":\"one.no\""), "a last line needs no line break");
    assert!(output.status.success());
}

#[test]
fn json_facts_at_the_start_are_read_by_their_type() {
    let folder = small_desk("start-facts");
    let facts = ["os=windows", "rooms=2.50", "since=2026-05-01", "label= AB-12 ", "guest=yes"];
    let arguments: Vec<&str> = facts.iter().flat_map(|fact| ["--fact", fact]).collect();
    let (talk, first) = Talk::start(&folder, &[&["no-wifi"], &arguments[..]].concat());
    talk.end();
    let known = r#""facts":{"os":"windows","rooms":2.5,"since":"2026-05-01","label":"AB-12","guest":"yes"}}"#;
    assert!(first.ends_with(known), "{first}");
}

#[test]
fn facts_that_do_not_fit_end_with_2() {
    let folder = small_desk("wrong-facts");
    for (fact, says) in [
        ("os=beos", "error: `os` takes `windows` or `macos`; there is `windows` or `macos`\n"),
        ("rooms=many", "error: `rooms` takes a number from 1 to 50; there is a number from 1 to 50\n"),
        ("rooms=51", "error: `rooms` takes a number from 1 to 50; there is a number from 1 to 50\n"),
        ("guest=true", "error: `guest` takes `yes` or `no`; there is `yes` or `no`\n"),
        (
            "colour=red",
            "error: there is no fact `colour` in this playbook or the desk; there is rooms, since, label, guest, os\n",
        ),
    ] {
        assert_eq!(failure(&folder, &["run", "no-wifi", "--format", "json", "--fact", fact]), says);
    }
    for fact in ["since=1.5.2026", "since=2025-01-01", "label=ab-1", "label=", "rooms", "=3"] {
        let says = failure(&folder, &["run", "no-wifi", "--fact", fact]);
        assert!(says.starts_with("error: "), "{fact}: {says}");
    }
}

#[test]
fn a_playbook_that_is_only_called_is_not_started() {
    let folder = folder("only-called");
    write(&folder, "playbooks/part.yaml", "title: A part\naudience: []\nstart: a\nsteps:\n  a:\n    resolve: Done.\n");
    let output = run(&folder, &["run", "part"], "");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "error: `part` is only called by other playbooks: it has `audience: []`\n");
}

#[test]
fn a_staff_playbook_cannot_be_started_in_self_service() {
    let folder = small_desk("staff");
    let refused = |id: &str| failure(&folder, &["run", id, "--audience", "self-service", "--format", "json"]);
    assert_eq!(refused("staff-only"), "error: `staff-only` is for staff; it cannot be started in self-service\n");
}

#[test]
fn a_playbook_with_errors_cannot_be_run() {
    let folder = small_desk("broken");
    write(
        &folder,
        "playbooks/broken.yaml",
        "title: Broken\nsymptoms: [it is]\nstart: one\nsteps:\n  one: {ask: Fine?\n",
    );
    let says = failure(&folder, &["run", "broken", "--format", "json"]);
    assert_eq!(says, "error: `broken` cannot be run as it is; `firstline check` says why\n");
}

// `run` for a person

/// The desk that this repository is.
fn starter() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a person sees who types these lines.
fn typed(folder: &Path, arguments: &[&str], lines: &[&str]) -> String {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    out(folder, &[&["run"], arguments].concat(), &input, 0)
}

/// Each of the parts stands behind the one before.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => panic!("`{part}` does not come behind the others in:\n{text}"),
        }
    }
}

#[test]
fn a_person_follows_a_short_run_through_a_pipe() {
    let seen = typed(&small_desk("person-short"), &["staff-only"], &["3", "yes", "q"]);
    assert_eq!(
        seen,
        "\
\nStaff only  practice, nothing is kept

─── 1 · one\u{20}

  Fine?

  1  Yes
  2  No
  s  No answer fits

  h hand over · ? more · q quit
  ›   `3` means nothing here; ? shows the keys
  ›\u{20}
───

  Solved

  Yes.

  b back · c change · p path · q quit
  ›\u{20}
"
    );
}

#[test]
fn a_person_types_values_and_takes_what_is_known() {
    let lines = ["", "1", "4,5", "2025-01-01", "2026-05-01", ":s", "n", "no", "2", "1", "q"];
    let seen = typed(&small_desk("person-values"), &["no-wifi", "--fact", "rooms=2", "--fact", "os=macos"], &lines);
    in_order(
        &seen,
        &[
            "─── 1 · hello",
            "Stay near the router.",
            "Tip: Speak slowly.",
            "  1  Next\n",
            "─── 2 · lamp",
            "Is the lamp green?",
            "Article: router-lamps",
            "  2  It is red, or \"off\"\n",
            "─── 3 · rooms-step",
            "  Type a number from 1 to 50, in rooms and Enter; Enter takes 2\n",
            "  :s  I can't tell\n",
            "─── 4 · since-step",
            "  Type a date, as in 2027-05-01 from 2026-01-01 on and Enter\n",
            "`2025-01-01` does not fit",
            "─── 5 · label-step",
            "─── 6 · guest",
            "`n` means nothing here",
            "─── 7 · fixes/forget · about 1 min",
            "Forget the network on macOS",
            "─── 8 · fixes/drivers · about 10 min",
            "Solved",
            "4.5 rooms have Wi-Fi again.",
        ],
    );
}

#[test]
fn a_person_goes_through_the_printer_playbook() {
    // A page that does not come out, one step back, and in the end it prints.
    let lines = ["1", "1", "2", "1", "1", "2", "b", "", "b", "1", "p", "f", "q"];
    let seen = typed(&starter(), &["printer-offline", "--fact", "os=windows"], &lines);
    in_order(
        &seen,
        &[
            "─── 1 · lights",
            "─── 2 · who-else",
            "─── 3 · connection",
            "─── 4 · location",
            "─── 5 · restart-printer",
            "─── 6 · print-once-more",
            "─── 7 · resume-windows",
            "─── 6 · print-once-more",
            "your answer before; Enter keeps it",
            "─── 7 · resume-windows",
            "─── 6 · print-once-more",
            "Solved",
            "    1  ",
            "    6  ",
            "→ It worked",
            "  os  windows\n",
            "  location  office\n",
            "  connection  network\n",
        ],
    );
}

#[test]
fn a_person_changes_an_answer_and_confirms_what_rests_on_it() {
    let start = ["1", "1", "1", "1", "2", "2"];
    let change = ["c", "4", "2"];
    let arguments = ["printer-offline", "--fact", "os=windows"];
    let confirmed = typed(&starter(), &arguments, &[&start[..], &change, &["y", "", "q"]].concat());
    in_order(
        &confirmed,
        &[
            "─── 7 · usual-fixes/right-printer",
            "    4  ",
            "Which number? Enter leaves everything as it is.",
            "  1  It worked  your answer before; Enter keeps it\n",
            "  These will be asked again, with your answers kept: resume-windows\n",
            "  y changes it, Enter leaves everything as it is\n",
            "─── 5 · resume-windows",
            "  2  It did not work  your answer before; Enter keeps it\n",
            "─── 6 · usual-fixes/right-printer",
        ],
    );
    let left = typed(&starter(), &arguments, &[&start[..], &change, &["", "p", "q"]].concat());
    in_order(&left, &["These will be asked again", "    4  ", "→ It worked", "    6  ", "→ It did not work"]);
    assert!(!left.contains("─── 5 · resume-windows"), "{left}");
    let strange = typed(&starter(), &arguments, &["c", "1", "c", "9", "c", "1", "maybe", "c", "", "q"]);
    in_order(
        &strange,
        &[
            "nothing was answered so far",
            "─── 2 · who-else",
            "there is no number 9",
            "`maybe` is not an answer here",
            "Which number?",
        ],
    );
}

#[test]
fn a_person_gets_stuck() {
    let seen = typed(&starter(), &["printer-offline"], &["s", "p", "1", "b", "q"]);
    in_order(
        &seen,
        &[
            "─── 1 · lights",
            "Stopped at lights (stuck): goes to Technical teams (tier-2)",
            "They get all of this",
            "    1  ",
            "→ No answer fits",
            "─── 1 · lights",
            "  s  No answer fits  your answer before; Enter keeps it\n",
        ],
    );
}

#[test]
fn a_person_hands_over_and_calms_and_notes() {
    let seen = typed(&starter(), &["printer-offline"], &["1", "u", "i", "They wait in the lobby.", "?", "h", "q"]);
    in_order(
        &seen,
        &[
            "─── 2 · who-else",
            "h hands over to a person, if the caller wishes",
            "─── 2 · who-else",
            "  Your note:\n",
            "  Noted.\n",
            "  h  hand over to the next tier\n",
            "Stopped at who-else (hand-over): goes to Technical teams (tier-2)",
            "They get all of this",
            "    1  ",
            "→ Yes",
        ],
    );
    let security = typed(&starter(), &["printer-offline"], &["!", "q"]);
    in_order(
        &security,
        &["Stopped at lights (security): goes to Engineering and security (tier-3), team security, priority critical"],
    );
}

#[test]
fn the_end_of_the_input_quits() {
    let folder = small_desk("person-end");
    assert!(typed(&folder, &["no-wifi"], &[]).ends_with("q quit\n  › \n"));
    assert!(typed(&folder, &["no-wifi"], &["1", "i"]).ends_with("Your note:\n  › \n"));
}

#[test]
fn a_pipe_gets_no_escape_codes() {
    let folder = small_desk("escape-codes");
    write(&folder, "playbooks/bad.yaml", "title: \"\\e[31mRed\"\nstep: [x\u{1b}[2J]\n");
    write(
        &folder,
        "playbooks/red.yaml",
        "title: \"\\e[31mRed\"\nsymptoms: [red]\nstart: a\nsteps:\n  a: {resolve: \"\\e[31mRed\"}\n",
    );
    for arguments in
        [&["check"][..], &["test", "--coverage"], &["explain", "ask"], &["run", "no-wifi"], &["run", "red"]]
    {
        for no_color in [false, true] {
            let mut command = firstline();
            command.current_dir(&folder).args(arguments);
            if no_color {
                command.env("NO_COLOR", "1");
            }
            let output = finish(&mut command, "1\n1\nu\np\nq\n");
            assert!(!text(&output.stdout).contains('\u{1b}'), "{arguments:?}\n{:?}", text(&output.stdout));
            assert!(!text(&output.stderr).contains('\u{1b}'), "{arguments:?}\n{:?}", text(&output.stderr));
        }
    }
}

// `check`

const WARNS: &str = "title: Quiet\nstart: one\nsteps:\n  one: {resolve: Fine.}\n";
const FAILS: &str = "title: Wrong\nsymptoms: [it is wrong]\nstart: one\nsteps:\n  one:\n    ask: Fine?\n    answers: {yes: fin, no: fine}\n  fine: {resolve: Fine.}\n";

#[test]
fn check_says_all_for_people() {
    let folder = small_desk("check-people");
    assert_eq!(out(&folder, &["check"], "", 0), "no findings in 3 playbooks, 0 tests\n");
    write(&folder, "playbooks/quiet.yaml", WARNS);
    in_order(
        &out(&folder, &["check"], "", 0),
        &["warning[FL", " no_symptoms]", "--> playbooks/quiet.yaml:1:8", "1 warning in 4 playbooks, 0 tests\n"],
    );
    write(&folder, "playbooks/wrong.yaml", FAILS);
    let seen = out(&folder, &["check"], "", 1);
    in_order(
        &seen,
        &[
            "no_symptoms]",
            "error[FL",
            " unknown_step]",
            "--> playbooks/wrong.yaml:7:20",
            "answers: {yes: fin, no: fine}",
            "^^^",
            "help: did you mean `fine`?",
            "1 error, 1 warning in 5 playbooks, 0 tests\n",
            "`firstline explain no_symptoms` says more\n",
        ],
    );
}

#[test]
fn check_says_the_same_for_scripts() {
    let folder = small_desk("check-scripts");
    let nothing = "{\"findings\":[],\"checked\":{\"playbooks\":3,\"articles\":2}}\n";
    assert_eq!(out(&folder, &["check", "--format", "json"], "", 0), nothing);
    write(&folder, "playbooks/wrong.yaml", FAILS);
    write(&folder, "playbooks/quiet.yaml", WARNS);
    let report: Value =
        serde_json::from_str(&out(&folder, &["check", "--format", "json"], "", 1)).expect("the report is JSON");
    assert_eq!(report["checked"], serde_json::json!({"playbooks": 5, "articles": 2}));
    let findings = report["findings"].as_array().expect("findings are a list");
    let named: Vec<(&str, &str, &Value, &Value)> = findings
        .iter()
        .map(|f| (f["name"].as_str().unwrap_or(""), f["severity"].as_str().unwrap_or(""), &f["line"], &f["column"]))
        .collect();
    let [one, seven, eight, twenty] = [1, 7, 8, 20].map(Value::from);
    assert_eq!(named, [("no_symptoms", "warning", &one, &eight), ("unknown_step", "error", &seven, &twenty)]);
    for finding in findings {
        let keys: Vec<&str> = finding.as_object().expect("a finding is an object").keys().map(String::as_str).collect();
        let all = ["code", "name", "severity", "file", "line", "column", "message", "help", "related"];
        assert_eq!(keys, all);
    }
    assert_eq!(findings[1]["file"], "playbooks/wrong.yaml");
    assert_eq!(findings[1]["help"], "did you mean `fine`?");
}

#[test]
fn check_can_look_at_some_paths_alone() {
    let folder = small_desk("check-paths");
    write(&folder, "playbooks/deep/wrong.yaml", FAILS);
    write(&folder, "playbooks/quiet.yaml", WARNS);
    for (paths, code, summary) in [
        (&["playbooks/quiet.yaml"][..], 0, "1 warning in "),
        (&["./playbooks/deep/"], 1, "1 error in "),
        (&["playbooks/deep", "playbooks/quiet.yaml"], 1, "1 error, 1 warning in "),
        (&["playbooks/no-wifi.yaml"], 0, "no findings in "),
        (&["."], 1, "1 error, 1 warning in "),
        (&["desk.yaml"], 0, "no findings in "),
    ] {
        let seen = out(&folder, &[&["check"], paths].concat(), "", code);
        assert!(seen.contains(summary), "{paths:?}: {seen}");
    }
    let says = failure(&folder, &["check", "playbooks/nowhere"]);
    assert_eq!(says, "error: the desk has no file `playbooks/nowhere`; paths are relative to the desk\n");
}

// `test`

const TESTS: &str = "\
- name: it is fine
  answers: [{one: yes}]
  expect: {resolved: one.yes}
- name: it is not what it seems
  answers: [{one: no}]
  expect: {resolved: one.yes}
- name: it is asked twice
  answers: [{one: yes}, {one: no}]
  expect: {resolved: one.yes}
- name: it is not asked for all
  answers: []
  expect: {resolved: one.yes}
";

#[test]
fn tests_that_fail_say_where_and_why() {
    let folder = small_desk("tests-fail");
    write(&folder, "playbooks/staff-only.test.yaml", TESTS);
    assert_eq!(
        out(&folder, &["test"], "", 1),
        "\
staff-only 1 of 4
  failed it is not what it seems
    playbooks/staff-only.test.yaml:6: expected resolved `one.yes`, and the run was resolved at `one.no`
    it went one: no
  failed it is asked twice
    playbooks/staff-only.test.yaml:8: the run ended at `one.yes` without asking for `one`
    it went one: yes
  failed it is not asked for all
    playbooks/staff-only.test.yaml:12: the run stands at `one`, and there is no answer left

1 passed, 3 failed
"
    );
    let report: Value =
        serde_json::from_str(&out(&folder, &["test", "--format", "json"], "", 1)).expect("the report is JSON");
    let failed: Vec<bool> =
        report["tests"].as_array().expect("tests are a list").iter().map(|test| !test["failure"].is_null()).collect();
    assert_eq!(failed, [false, true, true, true]);
    assert_eq!(report["tests"][1]["name"], "it is not what it seems");
    assert_eq!(report["tests"][1]["place"]["file"], "playbooks/staff-only.test.yaml");
    assert_eq!(report["tests"][1]["place"]["line"], 4);
    assert_eq!(report.get("coverage"), None);
}

#[test]
fn tests_count_what_they_reach() {
    let folder = small_desk("tests-coverage");
    let fine = TESTS.split_inclusive('\n').take(3).collect::<String>();
    write(&folder, "playbooks/staff-only.test.yaml", fine);
    let seen = out(&folder, &["test", "--coverage"], "", 0);
    in_order(
        &seen,
        &[
            "staff-only 1 of 1\n",
            "prove-it 0 of ",
            "staff-only 2 of 3 steps and answers reached\n  playbooks/staff-only.yaml:5: one.no\n",
            "1 passed, 0 failed\n",
        ],
    );
    let report = out(&folder, &["test", "--coverage", "--format", "json"], "", 0);
    let report: Value = serde_json::from_str(&report).expect("the report is JSON");
    let of = |id: &str| {
        let all = report["coverage"].as_array().expect("coverage is a list");
        all.iter().find(|one| one["playbook"] == id).cloned().expect("every playbook is counted")
    };
    let counted = of("staff-only");
    assert_eq!(counted["all"], 3);
    assert_eq!(counted["gaps"].as_array().map(Vec::len), Some(1));
    assert_eq!(counted["gaps"][0]["name"], "one.no");
    assert_eq!(counted["gaps"][0]["place"]["file"], "playbooks/staff-only.yaml");
    assert_eq!(counted["gaps"][0]["place"]["line"], 5);
    assert_eq!(
        report["tests"].to_string(),
        r#"[{"playbook":"staff-only","name":"it is fine","place":{"file":"playbooks/staff-only.test.yaml","line":1,"column":9},"failure":null}]"#
    );
}

#[test]
fn a_broken_test_file_fails() {
    let folder = small_desk("tests-broken");
    write(
        &folder,
        "playbooks/staff-only.test.yaml",
        "- name: it is fine\n  answers: [{one: yes}]\n  expects: {resolved: one.yes}\n",
    );
    let seen = out(&folder, &["test"], "", 1);
    assert!(seen.contains("staff-only 0 of 1"), "{seen}");
    let says = failure(&folder, &["test", "playbooks/nowhere"]);
    assert_eq!(says, "error: the desk has no file `playbooks/nowhere`; paths are relative to the desk\n");
}

// `explain`

#[test]
fn explain_has_a_page_for_every_name_it_lists() {
    let folder = folder("explain");
    let list = out(&folder, &["explain"], "", 0);
    let names: Vec<&str> =
        list.lines().filter_map(|line| line.strip_prefix("  ")).flat_map(str::split_whitespace).collect();
    assert!(names.len() > 80, "{names:?}");
    for name in names {
        let page = out(&folder, &["explain", name], "", 0);
        assert!(page.trim().lines().count() > 1, "{name}: {page}");
    }
    assert_eq!(failure(&folder, &["explain", "aks"]), "error: there is no page `aks`; did you mean `ask`?\n");
    let says = failure(&folder, &["explain", "zzzzzzzzzz"]);
    assert_eq!(says, "error: there is no page `zzzzzzzzzz`; `firstline explain` lists all\n");
}

// `graph`

#[test]
fn graphs_show_every_step_and_ending() {
    let desk = firstline::app::load(Some(&starter())).expect("the starter desk can be read");
    for playbook in desk.playbooks.values() {
        let steps = playbook.flow.steps.iter().map(|step| step.id.value.to_string());
        let endings = playbook.flow.nodes.iter().filter_map(|node| match node {
            firstline::playbook::flow::Node::End(end) => Some(end.name.to_string()),
            _ => None,
        });
        let names: Vec<String> = steps.chain(endings).collect();
        let mermaid = out(&starter(), &["graph", &playbook.id, "--format", "mermaid"], "", 0);
        let dot = out(&starter(), &["graph", &playbook.id, "--format", "dot"], "", 0);
        for name in names {
            assert!(
                mermaid.contains(&format!("\"<b>{name}</b>")) || mermaid.contains(&format!("\"{name}\"")),
                "{name}"
            );
            assert!(
                dot.contains(&format!("[label=\"{name}\\n")) || dot.contains(&format!("[label=\"{name}\"")),
                "{name}"
            );
        }
    }
}

#[test]
fn graphs_escape_what_stands_in_labels() {
    let folder = folder("graph-labels");
    write(
        &folder,
        "playbooks/odd.yaml",
        r#"title: Odd
symptoms: [odd]
start: one
steps:
  one:
    ask: 'Is "it" [so] {or} (not) <b>|</b> \ # & `x`; --> n9?'
    answers:
      yes: {label: '"]', resolve: 'Yes "]'}
      no: {label: '\"', not_resolved: 'No \'}
"#,
    );
    assert_eq!(
        out(&folder, &["graph", "odd", "--format", "mermaid"], "", 0).lines().take(6).collect::<Vec<_>>(),
        [
            "flowchart TD",
            "  n0[\"<b>one</b><br/>Is #quot;it#quot; [so] {or} (not) #lt;b#gt;|#lt;/b#gt; \\ #35; #amp; 'x'; --#gt; n9?\"]:::prompt",
            "  n1([\"<b>one.yes</b><br/>Yes #quot;]\"]):::resolved",
            "  n2([\"<b>one.no</b><br/>No \\\"]):::notResolved",
            "  n0 -->|\"#quot;]\"| n1",
            "  n0 -->|\"\\#quot;\"| n2",
        ]
    );
    assert_eq!(
        out(&folder, &["graph", "odd", "--format", "dot"], "", 0).lines().skip(4).collect::<Vec<_>>(),
        [
            "  n0 [label=\"one\\nIs \\\"it\\\" [so] {or} (not) <b>|</b> \\\\ # & `x`; --> n9?\"];",
            "  n1 [label=\"one.yes\\nYes \\\"]\", fillcolor=\"#d7f0dd\"];",
            "  n2 [label=\"one.no\\nNo \\\\\", fillcolor=\"#eeeeee\"];",
            "  n0 -> n1 [label=\"\\\"]\"];",
            "  n0 -> n2 [label=\"\\\\\\\"\"];",
            "}",
        ]
    );
}

#[test]
fn a_drawing_has_the_actions_of_a_list_and_is_never_empty() {
    let folder = folder("graph-actions");
    write(
        &folder,
        "playbooks/spooler.yaml",
        r#"title: Spooler
symptoms: [spooler]
start: suspects
steps:
  suspects:
    title: The usual suspects
    try:
      restart:
        do: |
          Open **Services**, and restart
          the *Print Spooler* in C:\new.
        if: os == "windows"
      cycle: {do: 'Switch it off, wait for ten seconds, and switch it on; all of it, including the socket.'}
    verify: Does it print?
    worked: {resolve: It prints.}
    exhausted: {escalate: It does not print.}
"#,
    );
    write(&folder, "playbooks/torn.yaml", "title: [Torn\nsteps: {\n");
    let drawn = out(&folder, &["graph", "spooler", "--format", "mermaid"], "", 0);
    assert_eq!(
        drawn.lines().nth(1),
        Some(concat!(
            "  n0[\"<b>suspects</b><br/>The usual suspects<br/>Try, best first<br/>",
            "1. Open **Services**, and restart the *Print Spooler* in C:#92;new. (if os == #quot;windows#quot;)<br/>",
            "2. Switch it off, wait for ten seconds, and switch it on; all of it, including the socket.\"]:::prompt",
        ))
    );
    write(&folder, "drawn.mmd", &drawn);
    out(&folder, &["import", "drawn.mmd", "--into", "back"], "", 0);
    let back = std::fs::read_to_string(folder.join("back/playbooks/drawn.yaml")).expect("it was imported");
    for words in ["The usual suspects", "in C:\\new. (if os == \"windows\")", "including the socket."] {
        assert!(back.contains(words), "{words}: {back}");
    }
    assert_eq!(
        failure(&folder, &["graph", "torn"]),
        "error: `playbooks/torn.yaml` has no steps that can be read; `firstline check` says why\n"
    );
}

// `test`, with a playbook named

#[test]
fn a_playbook_means_the_tests_beside_it() {
    let all = out(&starter(), &["test", "playbooks/printers/printer-offline.test.yaml"], "", 0);
    assert_eq!(out(&starter(), &["test", "playbooks/printers/printer-offline.yaml"], "", 0), all);
}

// `run`, of what nobody else is given

#[test]
fn practice_of_a_draft_or_a_withdrawn_version_says_so_first() {
    let folder = folder("practice-warns");
    let lamp = "title: Lamp\nsymptoms: [dark]\nstart: one\nsteps:\n  one: {ask: On?, answers: {yes: two, no: two}}\n";
    write(&folder, "playbooks/lamp.yaml", format!("{lamp}  two: {{resolve: It is on.}}\n"));
    let practice = |format: &str| run(&folder, &["--data", "data", "run", "lamp", "--format", format], "");
    assert_eq!(text(&practice("human").stderr), "");
    out(&folder, &["--data", "data", "recall", "lamp", "--because", "It burns."], "", 0);
    assert_eq!(text(&practice("human").stderr), "this version of `lamp` was withdrawn: It burns.\n");
    assert_eq!(text(&practice("json").stderr), "");
    let draft = lamp.replace("ask: On?", "ask: On?, article: gone");
    write(&folder, "playbooks/lamp.yaml", format!("{draft}  two: {{resolve: It is on.}}\n"));
    assert_eq!(text(&practice("human").stderr), "`lamp` is a draft with 1 error; `firstline check` names them\n");
    assert_eq!(text(&practice("json").stderr), "");
}

// Which desk

#[test]
fn the_desk_is_the_one_named_or_here_or_the_starter_desk() {
    let (small, empty) = (small_desk("which-small"), folder("which-empty"));
    let small_path = small.to_str().expect("the target folder has a plain name");
    let small_says = "no findings in 3 playbooks, 0 tests\n";
    assert_eq!(out(&small, &["check"], "", 0), small_says);
    assert_eq!(out(&empty, &["--desk", small_path, "check"], "", 0), small_says);
    assert_eq!(out(&empty, &["check", "--desk", small_path], "", 0), small_says);
    let named = finish(firstline().current_dir(&empty).env("FIRSTLINE_DESK", &small).arg("check"), "");
    assert_eq!(text(&named.stdout), small_says);
    let flag_first = ["check", "--desk", small_path];
    let both = finish(firstline().current_dir(&empty).env("FIRSTLINE_DESK", &empty).args(flag_first), "");
    assert_eq!(text(&both.stdout), small_says);
    assert!(out(&empty, &["graph", "printer-offline", "--format", "mermaid"], "", 0).starts_with("flowchart TD\n"));
}

#[test]
fn a_folder_within_a_desk_means_the_desk() {
    let desk = small_desk("which-around");
    for part in ["kb/network/one.md", "kb/other/.git/HEAD", "src/deep/x"] {
        write(&desk, part, "# One\n");
    }
    let says = "no findings in 3 playbooks, 0 tests\n";
    let playbooks = desk.join("playbooks");
    assert_eq!(out(&playbooks, &["check"], "", 0), says);
    assert_eq!(out(&desk.join("kb/network"), &["check", "one.md", "../router-lamps.md"], "", 0), says);
    let absolute = playbooks.join("no-wifi.yaml").display().to_string();
    for path in ["no-wifi.yaml", "./no-wifi.yaml", "../kb", "../playbooks/no-wifi.yaml", "playbooks", &absolute] {
        assert_eq!(out(&playbooks, &["check", path], "", 0), says, "{path}");
    }
    let says = failure(&playbooks, &["check", "kb/gone.md"]);
    assert_eq!(says, "error: the desk has no file `kb/gone.md`; paths are relative to the desk\n");

    // Neither a folder that merely has a desk above it, nor another repository.
    for other in ["src/deep", "kb/other"] {
        let says = out(&desk.join(other), &["check"], "", 0);
        assert!(says.ends_with(", in the built-in starter desk\n"), "{other}: {says}");
    }
    let said = run(&desk.join("src"), &["check", "--format", "json"], "");
    assert!(text(&said.stdout).starts_with("{\"") && text(&said.stderr).contains("the built-in starter desk"));
    let tests = out(&desk.join("src"), &["test", "playbooks/printers"], "", 0);
    assert!(tests.ends_with(" passed, 0 failed, in the built-in starter desk\n"), "{tests}");
}

#[test]
fn a_folder_that_is_no_desk_ends_with_2() {
    let folder = folder("no-desk");
    let missing = "error: `nowhere` is no desk: it has neither `desk.yaml` nor `playbooks/`; name one with --desk\n";
    for command in [&["check"][..], &["test"], &["graph", "x"], &["run", "x"]] {
        assert_eq!(failure(&folder, &[&["--desk", "nowhere"], command].concat()), missing);
    }
    write(&folder, "kb/only.md", "# An article alone\n");
    assert!(failure(&folder, &["--desk", ".", "check"]).starts_with("error: `.` is no desk"));
}

#[test]
fn an_unknown_playbook_ends_with_2() {
    let folder = small_desk("unknown");
    for command in ["run", "graph"] {
        let says = failure(&folder, &[command, "no-wify"]);
        assert_eq!(says, "error: there is no playbook `no-wify`; did you mean `no-wifi`?\n");
        let says = failure(&folder, &[command, "zzzzzzzz"]);
        assert_eq!(says, "error: there is no playbook `zzzzzzzz`; there are no-wifi, prove-it, staff-only\n");
    }
}

#[test]
fn what_cannot_be_understood_ends_with_2() {
    let folder = small_desk("usage");
    for arguments in
        [&["dance"][..], &[], &["run"], &["check", "--format", "xml"], &["run", "no-wifi", "--audience", "boss"]]
    {
        let says = failure(&folder, arguments);
        assert!(says.contains("Usage:") || says.contains("possible values"), "{says}");
    }
}
