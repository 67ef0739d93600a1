//! The portal in a real browser, by keyboard alone, with JavaScript and without: found, read, judged, guided to a
//! solution, and handed over to somebody who goes on at that step.

use super::{
    chromium::{Browser, Scripts, is_left_out},
    server::{Folder, Server},
};
use firstline::store::{Sqlite, Store};
use serde_json::json;
use std::path::Path;
use thirtyfour::Key;

/// Goes from one thing that takes the keyboard to the next, until it is the wanted one.
fn reach(browser: &Browser, css: &str) {
    let here = format!("return Boolean(document.activeElement?.matches({}))", json!(css));
    browser.until(&format!("{css} on the page"), || (!browser.texts(css).is_empty()).then_some(()));
    for _ in 0..150 {
        if browser.ask(&here) == true {
            return;
        }
        browser.press(Key::Tab);
    }
    panic!("the keyboard does not reach {css} at {}: {}", browser.at(), browser.text("body"));
}

/// Reaches a link or a button, and presses it.
fn enter(browser: &Browser, css: &str) {
    reach(browser, css);
    browser.press(Key::Enter);
}

fn write(browser: &Browser, css: &str, text: &str) {
    reach(browser, css);
    browser.press(text);
}

/// Gives an answer, and waits for the page behind it: what is read before that is still the old one.
fn choose(browser: &Browser, answer: &str) {
    let position = browser.attribute("#step [name=position]", "value");
    enter(browser, &format!("button.answer[value=\"{answer}\"]"));
    browser.until("the next page", || {
        let now = browser.ask("return document.querySelector('#step [name=position]')?.value ?? ''");
        (now != json!(position)).then_some(())
    });
}

/// Gives an answer to the step that shows a text.
fn answer(browser: &Browser, prompt: &str, answer: &str) {
    browser.sees("#step .prompt", prompt);
    choose(browser, answer);
}

fn feedback(data: &Path) -> Vec<(String, bool, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let kept = runtime.block_on(async {
        let store = Sqlite::open(data).await?;
        let kept = store.feedback(None, 10).await;
        store.close().await;
        kept
    });
    let kept = kept.expect("it can be read");
    kept.into_iter().map(|said| (said.article, said.helpful, said.words)).collect()
}

fn help_in_a_browser(scripts: Scripts) {
    if is_left_out() {
        return;
    }
    let folder = Folder::new();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder can be made");
    let server = Server::start(&data, None);
    let reader = Browser::open(&server.address, scripts);

    // What they say leads to the fix.
    reader.go("/help");
    write(&reader, "#q", "my printer says offline");
    match scripts {
        Scripts::On => {
            reader.sees("#suggestions", "Printer is offline or prints nothing");
            reader.press(Key::Down);
            reader.press(Key::Enter);
        }
        Scripts::Off => {
            reader.press(Key::Enter);
            reader.sees(".fix", "Printer is offline or prints nothing");
            enter(&reader, ".fix a");
        }
    }
    reader.sees("h1", "Printer is offline or prints nothing");
    assert!(reader.at().starts_with("/help/playbooks/printer-offline"), "{}", reader.at());
    enter(&reader, "main form button");
    answer(&reader, "Is the printer switched on", "yes");
    answer(&reader, "Can other people print", "others-can");
    answer(&reader, "How is the printer connected?", "usb");
    // Back is as if it had never been answered.
    reader.sees("#path", "With a USB cable");
    enter(&reader, "form[action$='/back'] button");
    answer(&reader, "How is the printer connected?", "usb");
    reader.sees("#step .prompt", "cable");
    for _ in 0..10 {
        choose(&reader, "worked");
        if reader.text("#step .prompt").contains("Does it work?") {
            break;
        }
    }
    reader.sees("#step .prompt", "Does it work?");
    enter(&reader, "button[name=confirmed][value=yes]");
    reader.sees("h1", "Solved");

    // An article, and what was wrong with it.
    reader.go("/help");
    write(&reader, "#q", "clear the print queue on a mac");
    reader.press(Key::Enter);
    reader.sees(".hits", "Clear the print queue on a Mac");
    enter(&reader, ".hits a[href*='/articles/clear-the-print-queue-on-a-mac']");
    reader.sees("h1", "Clear the print queue on a Mac");
    enter(&reader, "#feedback button[value=no]");
    reader.sees("#feedback", "What was wrong?");
    reach(&reader, "#feedback [name=reason]");
    reader.press(" ");
    write(&reader, "#feedback [name=words]", "The menu has another name.");
    enter(&reader, "#feedback button");
    reader.sees("#feedback", "Thank you");
    let kept = feedback(&data);
    assert_eq!(kept.len(), 1, "{kept:?}");
    let (article, helpful, words) = &kept[0];
    let expected = ("clear-the-print-queue-on-a-mac", false, "The menu has another name.");
    assert_eq!((article.as_str(), *helpful, words.as_str()), expected);

    // Another problem, to a person, with nothing to repeat.
    reader.go("/help/search?q=nothing+comes+out+when+I+print");
    enter(&reader, "a[href*='/playbooks/printer-offline']");
    reader.sees("h1", "Printer is offline or prints nothing");
    enter(&reader, "main form button");
    answer(&reader, "Is the printer switched on", "yes");
    reader.sees("#step .prompt", "Can other people print");
    enter(&reader, ".aids .drop summary");
    write(&reader, ".aids [name=words]", "I am deaf, please write.");
    write(&reader, ".aids [name=name]", "Third floor");
    write(&reader, ".aids [name=contact]", "floor3@example.com");
    enter(&reader, ".aids .drop form button");
    reader.sees("h1", "A colleague takes over from here");
    reader.sees("#path", "nothing comes out when I print");
    let number = reader.text("#state .kicker .number");

    // It stands in tier 1's queue, and goes on at that step.
    let agent = Browser::open(&server.address, scripts);
    agent.go("/queue?tier=tier-1");
    agent.sees("#queue tbody tr", &number);
    agent.sees("#queue tbody tr", "Third floor");
    agent.go(&format!("/cases/{number}"));
    agent.sees("main", "I am deaf, please write.");
    agent.sees("main", "floor3@example.com");
    agent.sees("#path", "Is the printer switched on");
    agent.click("form[action$='/claim'] button");
    agent.click("form[action$='/take-over'] button");
    agent.sees("#prompt", "Can other people print");
    match scripts {
        // Without a key.
        Scripts::On => reader.sees("h1", "Somebody is working on it"),
        Scripts::Off => {
            reader.go(&reader.at());
            reader.sees("h1", "Somebody is working on it");
        }
    }
}

#[test]
fn with_javascript() {
    help_in_a_browser(Scripts::On);
}

#[test]
fn without_javascript() {
    help_in_a_browser(Scripts::Off);
}
