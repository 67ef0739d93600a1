//! A case from its first word to its end, in real browsers, with JavaScript and without.

use super::{
    chromium::{Browser, Scripts, is_left_out},
    server::{Folder, Server, firstline},
};
use firstline::markdown;
use serde_json::Value;
use std::{collections::BTreeSet, io::Write, path::Path, process::Stdio};
use thirtyfour::Key;

const PASSWORD: &str = "correct horse battery";
const LIGHTS: &str = "Is the printer switched on, and free of error lights?";
const WHO_ELSE: &str = "Can other people print on this printer now?";
const CONNECTION: &str = "How is the printer connected?";
const LOCATION: &str = "Where is the device now?";
const SAME_NETWORK: &str =
    "Look up the name of the Wi-Fi on the display of the printer, and connect the computer to the same one.";
const RESTART: &str = "Switch the printer off, wait for half a minute, switch it on, and wait for two minutes.";
const PRINT: &str = "Print one page again.";
const SYSTEM: &str = "Which system does the computer run?";
const RESUME: &str = "Open Settings, Bluetooth & devices, Printers & scanners, the printer, Open print queue. If its \
                      menu shows Use Printer Offline or Pause as switched on, switch it off.";

/// Somebody of a tier.
struct Agent {
    browser: Browser,
    scripts: Scripts,
}

impl Agent {
    /// With an account where there are scripts, else as whoever sits at this computer.
    fn arrive(server: &Server, scripts: Scripts, login: &str, name: &str, tier: &str) -> Self {
        let browser = Browser::open(&server.address, scripts);
        match scripts {
            Scripts::On => {
                browser.go("/queue");
                browser.fill("[name=login]", login);
                browser.fill("[name=password]", PASSWORD);
                browser.click("main button");
                browser.sees("h1", "Queue");
            }
            Scripts::Off => {
                browser.go("/me");
                browser.fill("[name=name]", name);
                browser.choose("[name=tier]", tier);
                browser.click("main button");
            }
        }
        browser.sees(".me", name);
        Self { browser, scripts }
    }

    fn position(&self) -> String {
        self.browser.attribute("#step", "data-position")
    }

    /// Answers the prompt that shows a text: by a key, or by a button where no script takes keys.
    fn answer(&self, prompt: &str, key: &str, answer: &str) {
        self.browser.sees("#prompt", prompt);
        let position = self.position();
        match self.scripts {
            Scripts::On => self.browser.press(key),
            Scripts::Off => self.browser.click(&format!(".answer[value=\"{answer}\"]")),
        }
        self.browser.until("the next position", || (self.position() != position).then_some(()));
    }

    /// Prompts and answers of the path, as they are read.
    fn path(&self) -> Vec<(String, String)> {
        let path = self.browser.texts("#path .path-text");
        path.into_iter().zip(self.browser.texts("#path .path-answer")).collect()
    }
}

/// Goes on with a run in the terminal; every line that came out.
fn terminal(data: &Path, arguments: &[&str], lines: &str) -> Vec<Value> {
    let mut run = firstline(data, None);
    run.arg("run").args(arguments).args(["--format", "json"]);
    let mut run = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    run.stdin.take().expect("it is piped").write_all(lines.as_bytes()).expect("it reads");
    let output = run.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("it is text");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

fn from_the_first_word_to_the_last(scripts: Scripts) {
    if is_left_out() {
        return;
    }
    let folder = Folder::new();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder can be made");
    if scripts == Scripts::On {
        folder.write(&[("password", PASSWORD)]);
        for (login, name, tier) in [("ann", "Ann", "tier-1"), ("bo", "Bo", "tier-2")] {
            let mut add = firstline(&data, None);
            add.args(["user", "add", login, "--name", name, "--tier", tier, "--password-file"]);
            assert!(add.arg(folder.path().join("password")).output().expect("it runs").status.success());
        }
    }
    let server = Server::start(&data, None);

    // Somebody calls.
    let ann = Agent::arrive(&server, scripts, "ann", "Ann", "tier-1");
    ann.browser.go("/");
    ann.browser.fill("#words", "my printer says offline");
    ann.browser.fill("[name=name]", "Maria Keller");
    ann.browser.fill("[name=contact]", "4711");
    ann.browser.click("[name=playbook][value=printer-offline]");
    ann.browser.sees("h1", "my printer says offline");
    ann.browser.sees("#caller", "4711");
    let case = ann.browser.text("#case-head .number");
    let page = format!("/cases/{case}");
    assert_eq!(ann.browser.at(), page);

    // Back is as if it had never been answered.
    let first = ann.position();
    ann.answer(LIGHTS, "3", "error-light");
    match scripts {
        Scripts::On => ann.browser.press("b"),
        Scripts::Off => ann.browser.click("[data-key=b]"),
    }
    ann.browser.sees("#prompt", LIGHTS);
    assert_eq!((ann.position(), ann.path()), (first, Vec::new()));

    ann.answer(LIGHTS, "1", "yes");
    ann.answer(WHO_ELSE, "1", "others-can");
    ann.answer(CONNECTION, "2", "network");

    // The terminal goes on with the same run, and the page with what the terminal did.
    let run = ann.browser.attribute("#step", "data-run");
    let lines = "{\"answer\":\"home\"}\n{\"answer\":\"failed\"}\n";
    let told = terminal(&data, &["--case", &case, "--as", "Ann", "--tier", "tier-1", "printer-offline"], lines);
    assert_eq!(told[0]["text"], LOCATION, "{told:?}");
    assert_eq!(told[2]["text"], RESTART, "{told:?}");
    ann.browser.go(&page);
    ann.answer(RESTART, "1", "worked");
    ann.answer(PRINT, "2", "failed");
    ann.answer(SYSTEM, "1", "windows");

    // A change says first what must be confirmed, and that is what is asked again.
    ann.browser.sees("#prompt", RESUME);
    ann.browser.click("#path li:nth-child(5) a.change");
    ann.browser.sees("main", "The answer is It did not work");
    let option = ".option:has([value=worked])";
    assert_eq!(ann.browser.texts(&format!("{option} .confirm li")), [format!("{PRINT} It did not work")]);
    ann.browser.sees(&format!("{option} .next"), RESUME);
    ann.browser.click(&format!("{option} .answer"));
    ann.browser.sees("#held", "Answered before: It did not work");
    assert_eq!(ann.path().last(), Some(&(SAME_NETWORK.to_owned(), "It worked".to_owned())));
    ann.answer(PRINT, "2", "failed");

    ann.browser.fill("#note", "She is back at two.");
    ann.browser.click("#notes button");
    ann.browser.sees("#note-list", "She is back at two.");
    if scripts == Scripts::On {
        // Out of the field, where keys are letters.
        ann.browser.press(Key::Escape);
    }
    ann.answer(RESUME, "s", "stuck");
    ann.browser.sees("#step", "Handed over to Technical teams");
    ann.browser.sees(".tell", &format!("Their case is number {case}"));

    // The next tier finds it, with everything that was tried.
    let bo = Agent::arrive(&server, scripts, "bo", "Bo", "tier-2");
    bo.browser.go("/queue");
    let row = bo.browser.text("#queue tbody tr");
    for part in [case.as_str(), "my printer says offline", "Maria Keller", "No answer fitted"] {
        assert!(row.contains(part), "no {part} in {row}");
    }
    bo.browser.click(".cell-title a");
    bo.browser.sees("h1", "my printer says offline");
    let went = pairs([
        (LIGHTS, "Yes"),
        (WHO_ELSE, "Yes, others can"),
        (CONNECTION, "By Wi-Fi or a network cable"),
        (LOCATION, "At home"),
        (SAME_NETWORK, "It worked"),
        (PRINT, "It did not work"),
        (SYSTEM, "Windows"),
        (RESUME, "I cannot do this"),
    ]);
    assert_eq!(bo.path(), went);
    // What was done on the way that the change left was done all the same.
    let tried = bo.browser.texts("#escalation .tried li:not(.not)");
    let expected = [(SAME_NETWORK, "Worked"), (PRINT, "Failed"), (RESUME, "Stuck"), (RESTART, "Worked")];
    assert_eq!(tried, expected.map(|(what, outcome)| format!("{what} {outcome}")));
    let left = bo.browser.text("#escalation .tried .not");
    assert!(left.contains("net stop spooler") && !left.contains("restart cups"), "{left}");
    bo.browser.sees("#escalation", "Ann from Service desk");
    bo.browser.sees("#escalation", "no answer fitted, or it could not be done (at resume-windows)");
    bo.browser.sees("#note-list", "She is back at two.");
    let facts = bo.browser.texts("#facts dt").into_iter().zip(bo.browser.texts("#facts dd"));
    let known = pairs([("Connection", "By Wi-Fi or a network cable"), ("Location", "At home"), ("OS", "Windows")]);
    assert_eq!(facts.collect::<BTreeSet<_>>(), known.into_iter().collect());

    // One works on it, and the other learns who.
    ann.browser.ask("window.here = true; return null");
    bo.browser.click("#case-head button");
    bo.browser.sees("#case-head", "Yours");
    match scripts {
        Scripts::On => ann.browser.sees("#case-head", "Bo works on it"),
        Scripts::Off => {
            ann.browser.click("#case-head form button");
            ann.browser.sees("#notices", "Bo works on this case");
            ann.browser.sees("#case-head", "Bo works on it");
        }
    }

    // It goes on at the step where it stopped, to its end.
    bo.browser.click("form[action$='/take-over'] button");
    bo.answer(RESUME, "1", "worked");
    bo.browser.sees("#step", "confirm it with the caller");
    let resumed = ["--resume", &run, "--as", "Bo", "--tier", "tier-2"];
    let end = terminal(&data, &resumed, "").pop().expect("it says where the run is");
    assert_eq!(end["outcome"], "resolved", "{end}");
    let said = |line: &Value, name: &str| line[name].as_str().expect("it is a text").to_owned();
    let trail = end["trail"].as_array().expect("a list").iter();
    let trail: Vec<_> = trail.map(|line| (markdown::first_line(&said(line, "text")), said(line, "label"))).collect();
    assert_eq!(trail, bo.path());
    assert_eq!(trail[..7], went[..7]);
    assert_eq!(trail[7..], pairs([(RESUME, "It worked")]));
    match scripts {
        Scripts::On => bo.browser.press("1"),
        Scripts::Off => bo.browser.click("[name=confirmed][value=yes]"),
    }
    bo.browser.sees("#step", "the caller confirmed it");
    match scripts {
        // Without loading the page again.
        Scripts::On => {
            ann.browser.sees("#case-head", "Solved, confirmed");
            assert_eq!(ann.browser.ask("return window.here"), true);
        }
        Scripts::Off => {
            ann.browser.go(&page);
            ann.browser.sees("#case-head", "Solved, confirmed");
        }
    }
    assert_eq!(ann.path(), trail);
}

#[test]
fn with_javascript() {
    from_the_first_word_to_the_last(Scripts::On);
}

#[test]
fn without_javascript() {
    from_the_first_word_to_the_last(Scripts::Off);
}

#[test]
fn a_desk_that_was_away_is_back() {
    if is_left_out() {
        return;
    }
    let folder = Folder::new();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder can be made");
    let server = Server::start(&data, None);
    let browser = Browser::open(&server.address, Scripts::On);
    browser.go("/");
    browser.fill("#words", "my printer says offline");
    browser.click("[name=playbook][value=printer-offline]");
    let agent = Agent { browser, scripts: Scripts::On };
    agent.answer(LIGHTS, "1", "yes");

    let address = server.address.clone();
    server.kill();
    agent.browser.sees("#prompt", WHO_ELSE);
    agent.browser.press("1");
    agent.browser.sees("#notices", "nothing was saved");
    let _server = Server::start_at(&address, &data);
    // Nobody has changed the case meanwhile, and nobody says so.
    agent.browser.sees("#notices", "can be reached again");
    agent.answer(WHO_ELSE, "1", "others-can");
    agent.browser.sees("#prompt", CONNECTION);
    assert_eq!(agent.path().len(), 2);
}
