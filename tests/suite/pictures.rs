//! Every page on a phone and on a desk, light and dark: it fits, and axe-core finds nothing against WCAG 2.2 AA. With
//! FIRSTLINE_PICTURES it leaves pictures in that folder (`tests/pictures`).

use super::{
    chromium::{Browser, Scripts, is_left_out},
    handover::SECRET,
    receiver::{Receiver, Reply},
    server::{Folder, Server, firstline},
};
use std::{fs, path::PathBuf};
use thirtyfour::Key;

const PASSWORD: &str = "correct horse battery";

/// Returns what is wrong with a page beside what axe-core finds: what sticks out, what is hard to hit.
const FAULTS: &str = r#"
const faults = [], shown = (e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".hidden, .skip");
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) {
  const out = [...document.querySelectorAll("body *")].find((e) => shown(e) && e.getBoundingClientRect().right > width + 1);
  faults.push(`wider than the screen: ${out?.outerHTML.slice(0, 120)}`);
}
for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
  if (!shown(e) || e.type === "hidden") continue;
  const box = e.getBoundingClientRect(), inText = e.matches("p > a, q > a, dd > a, li > a, .prose a, .label a");
  if (!inText && e.type !== "checkbox" && (box.height < 24 || box.width < 24)) {
    faults.push(`hard to hit (${Math.round(box.width)}×${Math.round(box.height)}): ${e.outerHTML.slice(0, 120)}`);
  }
}
const levels = [...document.querySelectorAll("h1, h2, h3, h4")].filter(shown).map((h) => Number(h.tagName[1]));
if (levels.filter((level) => level === 1).length !== 1) faults.push(`headings: ${levels}`);
return [...new Set(faults)];
"#;

/// Goes through pages and looks at each.
struct Look {
    browser: Browser,
    folder: Option<PathBuf>,
    faults: Vec<String>,
}

impl Look {
    fn new(address: &str) -> Self {
        let browser = Browser::open(address, Scripts::On);
        browser.size(1440, 900);
        let folder = std::env::var_os("FIRSTLINE_PICTURES").map(PathBuf::from);
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).expect("a folder for pictures");
        }
        Self { browser, folder, faults: Vec::new() }
    }

    fn at(&mut self, page: &str) {
        for (size, width, height) in [("phone", 390, 844), ("desk", 1440, 900)] {
            self.browser.size(width, height);
            for dark in [false, true] {
                self.browser.dark(dark);
                let name = format!("{page}-{size}-{}", if dark { "dark" } else { "light" });
                let faults = self.browser.ask(FAULTS);
                let faults = faults.as_array().expect("a list").iter();
                let faults = faults.map(|fault| fault.as_str().expect("a text").to_owned());
                self.faults.extend(faults.chain(self.browser.audit()).map(|fault| format!("{name}: {fault}")));
                if let Some(folder) = &self.folder {
                    self.browser.picture(&folder.join(format!("{name}.png")));
                    let whole = self.browser.ask("return document.documentElement.scrollHeight");
                    let whole = u32::try_from(whole.as_u64().expect("a height")).expect("pages are not that high");
                    if whole > height {
                        self.browser.size(width, whole);
                        self.browser.picture(&folder.join(format!("{name}-whole.png")));
                        self.browser.size(width, height);
                    }
                }
            }
        }
        self.browser.dark(false);
    }

    fn sign_in(&self, login: &str) {
        self.browser.fill("[name=login]", login);
        self.browser.fill("[name=password]", PASSWORD);
        self.browser.click("main button");
        self.browser.sees(".me", "Agent");
    }

    /// Opens a case and starts a playbook.
    fn start(&self, words: &str, caller: &str, contact: &str, playbook: &str) {
        self.browser.go("/");
        self.browser.fill("#words", words);
        self.browser.fill("[name=name]", caller);
        self.browser.fill("[name=contact]", contact);
        self.browser.click(&format!("[name=playbook][value={playbook}]"));
    }

    /// Answers with keys, one after the other.
    fn answer(&self, keys: &[&str]) {
        for key in keys {
            let position = self.browser.attribute("#step", "data-position");
            self.browser.press(*key);
            self.browser.until("the next step", || {
                (self.browser.attribute("#step", "data-position") != position).then_some(())
            });
        }
    }
}

#[test]
fn every_page_fits_and_can_be_read() {
    if is_left_out() {
        return;
    }
    let root = Folder::new();
    let (data, desk) = (root.path().join("data"), root.path().join("desk"));
    for folder in [&data, &desk] {
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args(["desk.yaml", "playbooks", "kb"].map(|name| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)))
        .arg(&desk)
        .status();
    assert!(copied.expect("cp runs").success());
    root.write(&[("password", PASSWORD), ("secret", SECRET)]);
    let helpdesk = Receiver::start(0, |_, _| Reply::Status(422, "", "group `2nd Levle` does not exist"));
    let policy = fs::read_to_string(desk.join("desk.yaml")).expect("it is there");
    let policy = policy
        .replace("calendar: office, respond_within: 4h", "calendar: office, respond_within: 4h, deliver: [helpdesk]");
    let secret = root.path().join("secret");
    let helpdesk =
        format!("helpdesk: {{use: webhook, url: \"{}\", secret: {{file: \"{}\"}}}}", helpdesk.url(), secret.display());
    fs::write(desk.join("desk.yaml"), format!("{policy}\nconnectors:\n  {helpdesk}\n")).expect("it can be written");
    let password = root.path().join("password");
    for (login, name, tier) in [("ann", "Agent 1", "tier-1"), ("bo", "Agent 2", "tier-2")] {
        let mut add = firstline(&data, Some(&desk));
        add.args(["user", "add", login, "--name", name, "--tier", tier, "--password-file"]).arg(&password);
        assert!(add.output().expect("it runs").status.success());
    }
    let server = Server::start(&data, Some(&desk));

    let mut look = Look::new(&server.address);
    look.browser.go("/");
    look.browser.ask("document.body.append(new Image()); return null");
    let judged = std::env::var_os("FIRSTLINE_WITHOUT_AXE").is_none();
    assert_eq!(
        judged,
        look.browser.audit().iter().any(|fault| fault.starts_with("image-alt")),
        "what is wrong is found"
    );
    look.browser.go("/");
    look.at("sign-in");
    look.sign_in("ann");
    look.browser.sees("h1", "What is the caller");
    look.at("home");
    look.browser.fill("#words", "nothing comes out of the printer");
    look.browser.sees("#found", "Open a case without a playbook");
    look.at("home-typed");
    look.start("Everybody's account is locked", "Accounting", "4712", "account-locked-out");
    look.browser.choose("[name=impact]", "team");
    look.browser.choose("[name=urgency]", "stopped");
    look.browser.click("#priority button");
    look.browser.sees("#priority", "High");
    look.browser.click("[data-key=h]");
    look.browser.click("#hand-over form button");
    look.browser.sees("#step", "Handed over");

    look.start("The printer in the kitchen stays dark", "Kitchen", "kitchen@example.com", "printer-offline");
    look.answer(&["3", "s"]);
    look.browser.sees("#prompt", "label of the printer");
    look.at("typed");
    look.browser.fill("#value", "KITCHEN-2");
    look.browser.click(".typed button");
    look.browser.sees("#step", "Handed over");

    look.start(
        "Nothing comes out of the printer on the third floor",
        "Reception, third floor",
        "4711",
        "printer-offline",
    );
    look.browser.sees("#prompt", "switched on");
    look.at("step-first");
    look.answer(&["1", "1", "2", "2"]);
    look.at("step");
    look.browser.press("/");
    look.browser.fill("#look-up", "print queue");
    look.browser.sees("#looked-up", "Articles");
    look.at("looked-up");
    look.browser.press(Key::Escape);
    look.browser.go("/cases/1003/search?q=print+queue");
    look.at("case-search");
    look.browser.go("/cases/1003/reply");
    look.at("reply");
    look.browser.go("/articles/calm-an-upset-caller?case=1003");
    look.at("article");
    look.browser.go("/incidents");
    look.at("incidents");
    look.browser.go("/cases/1003");
    look.browser.fill("#note", "Back at the desk from two o'clock on.");
    look.browser.click("#notes button");
    look.browser.sees("#note-list", "two o'clock");
    look.browser.click("[name=signal][value=upset]");
    look.browser.sees("#step", "upset");
    look.at("upset");
    let change = look.browser.attribute("#path a.change", "href");
    look.browser.go(&change);
    look.at("change");
    look.browser.click(".answer[value=no]");
    look.browser.sees("#step", "press the power button");
    look.answer(&["1"]);
    look.browser.sees("#held", "Answered before");
    look.at("held");
    look.answer(&["1", "2", "1", "2", "1", "s"]);
    look.browser.sees("#step", "Handed over");
    look.at("handed-over");
    look.browser.go("/queue?tier=tier-2");
    look.at("queue-of-others");
    look.browser.go("/cases?find=4711");
    look.at("found");
    look.browser.go("/me");
    look.at("me");
    look.browser.click("form[action='/sign-out'] button");

    look.browser.sees("h1", "Sign in");
    look.sign_in("bo");
    look.browser.go("/queue");
    look.at("queue");
    look.browser.click(".cell-title a[href='/cases/1003']");
    look.browser.sees("#escalation", "What was tried");
    look.at("received");
    look.browser.click("#case-head button");
    look.browser.sees("#case-head", "Yours");
    look.at("claimed");
    look.browser.click("form[action$='/take-over'] button");
    look.browser.sees("#prompt", "Bluetooth");
    look.at("taken-over");
    look.answer(&["1"]);
    look.browser.sees("#step", "confirm it with the caller");
    look.at("solved");
    look.browser.click("[name=confirmed][value=yes]");
    look.browser.sees("#step", "the caller confirmed it");
    look.at("resolved");
    look.browser.go("/cases/4");
    look.at("missing");
    look.browser.until("the refusal", || {
        look.browser.go("/outbox");
        look.browser.text("main").contains("2nd Levle").then_some(())
    });
    look.at("outbox");
    look.browser.go("/cases/1001");
    look.at("not-delivered");
    look.browser.go("/library");
    look.at("library");
    let broken = desk.join("playbooks/printers/printer-offline.yaml");
    let text = fs::read_to_string(&broken).expect("it is there").replace("goto: who-else", "goto: who-esle");
    fs::write(&broken, text).expect("it can be written");
    look.browser.until("the broken playbook", || {
        look.browser.go("/library");
        look.browser.text("main").contains("good version").then_some(())
    });
    look.at("library-broken");
    assert!(look.faults.is_empty(), "{}", look.faults.join("\n"));
}

#[test]
fn every_page_of_the_portal_fits_and_can_be_read() {
    if is_left_out() {
        return;
    }
    let root = Folder::new();
    let data = root.path().join("data");
    fs::create_dir_all(&data).expect("a folder can be made");
    let server = Server::start(&data, None);
    server
        .visitor()
        .post("/incidents", &[("title", "Mail is down"), ("text", "We are on it."), ("self_service", "yes")]);
    let mut look = Look::new(&server.address);
    // Where the guide stands; the heading where it is over.
    const STANDS: &str = "return (document.querySelector('[name=position]')?.value ?? \
                          document.querySelector('h1')?.textContent) || null";
    let chooses = |look: &Look, answer: &str| {
        let before = look.browser.ask(STANDS);
        look.browser.click(&format!(".answer[value={answer}]"));
        look.browser.until("the next page", || {
            let here = look.browser.ask(STANDS);
            (!here.is_null() && here != before).then_some(())
        });
    };
    look.browser.go("/help");
    look.at("portal");
    look.browser.fill("#q", "my printer says offl");
    look.browser.sees("#suggestions", "Printer is offline");
    look.at("portal-typed");
    for (name, path) in [
        ("search", "search?q=my+printer+says+offline"),
        ("which", "search?q=printer"),
        ("nothing", "search?q=qqqqqq"),
        ("category", "search?category=printers"),
        ("article", "articles/clear-the-print-queue-on-a-mac?q=queue"),
        ("feedback", "articles/clear-the-print-queue-on-a-mac?said=no"),
        ("ask", "ask?words=my+printer+says+offline"),
        ("missing", "articles/there-is-none"),
    ] {
        look.browser.go(&format!("/help/{path}"));
        look.at(&format!("portal-{name}"));
    }
    look.browser.go("/help/playbooks/printer-offline?q=my+printer+says+offline");
    look.at("portal-start");
    look.browser.click("main .primary");
    look.browser.sees(".prompt", "switched on");
    for answer in ["yes", "others-can"] {
        chooses(&look, answer);
    }
    look.at("portal-step");
    let change = look.browser.attribute("#path a.change", "href");
    look.browser.go(&change);
    look.at("portal-change");
    look.browser.click(".answer[value=no]");
    look.browser.sees(".prompt", "Plug the printer in");
    chooses(&look, "stuck");
    look.browser.sees("h1", "A colleague takes over");
    look.at("portal-waiting");
    assert!(look.faults.is_empty(), "{}", look.faults.join("\n"));
}

#[test]
fn the_longer_words_of_german_fit_too() {
    if is_left_out() {
        return;
    }
    let root = Folder::new();
    let data = root.path().join("data");
    fs::create_dir_all(&data).expect("a folder can be made");
    let server = Server::start(&data, None);
    let mut look = Look::new(&server.address);
    look.browser.go("/help?lang=de");
    look.browser.sees("h1", "Wobei brauchen Sie Hilfe?");
    look.at("german-portal");
    for (name, path) in
        [("search", "search?q=printer"), ("feedback", "articles/clear-the-print-queue-on-a-mac?said=no")]
    {
        look.browser.go(&format!("/help/{path}"));
        look.at(&format!("german-portal-{name}"));
    }
    look.browser.go("/help/playbooks/printer-offline");
    look.at("german-portal-start");
    look.browser.click("main .primary");
    look.browser.sees(".answer.stuck", "Keine Antwort passt");
    look.at("german-portal-step");
    look.browser.click(".answer.stuck");
    look.browser.sees("#state", "Ihr Fall liegt bei");
    look.at("german-portal-waiting");

    look.browser.go("/");
    look.browser.sees("h1", "Was ist das Problem des Anrufers?");
    look.at("german-home");
    look.start("Der Drucker im dritten Stock druckt nicht", "Empfang", "4711", "printer-offline");
    look.browser.sees("#step", "Keine Antwort passt");
    look.at("german-step");
    look.browser.click("[name=signal][value=upset]");
    look.browser.sees("#step", "verärgert");
    look.browser.click("[data-key=h]");
    look.browser.click("#hand-over form button");
    look.browser.sees("#step", "Übergeben an");
    look.at("german-handed-over");
    for (name, path) in [("queue", "/queue"), ("incidents", "/incidents"), ("library", "/library"), ("me", "/me")] {
        look.browser.go(path);
        look.at(&format!("german-{name}"));
    }
    assert!(look.faults.is_empty(), "{}", look.faults.join("\n"));
}
