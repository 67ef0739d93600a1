//! Somebody in front of a real browser, with JavaScript or without.

use super::server::Folder;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};
use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, TypingData, WebDriver, error::WebDriverResult,
    extensions::cdp::ChromeDevTools,
};
use tokio::runtime::Runtime;

/// How long anything on a page may take to come about.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether pages may run their script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A browser with a profile of its own; it ends with this.
pub struct Browser {
    driver: Option<WebDriver>,
    runtime: Runtime,
    process: Child,
    _stdout: BufReader<ChildStdout>,
    _profile: Folder,
    address: String,
}

/// Whether browser tests are to be left out.
pub fn is_left_out() -> bool {
    let left_out = std::env::var_os("FIRSTLINE_WITHOUT_BROWSER").is_some();
    if left_out {
        println!("skipped: FIRSTLINE_WITHOUT_BROWSER is set");
    }
    left_out
}

/// The source of axe-core.
fn axe() -> &'static str {
    static SOURCE: LazyLock<String> = LazyLock::new(|| {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/axe-4.14.1/axe.min.js");
        let path = std::env::var_os("FIRSTLINE_AXE").map_or_else(beside, PathBuf::from);
        std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("no axe-core ({}: {error}); tests/all installs it, or set FIRSTLINE_WITHOUT_AXE", path.display())
        })
    });
    &SOURCE
}

impl Browser {
    /// In front of a console at `127.0.0.1:PORT`.
    pub fn open(address: &str, scripts: Scripts) -> Self {
        // Fails if another test has done it, and then it is done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let started = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = started.unwrap_or_else(|error| {
            panic!(
                "chromedriver does not start ({error}): install chromium and chromium-driver (Debian's names), or set \
                 FIRSTLINE_WITHOUT_BROWSER to leave out what needs a browser"
            )
        });
        let mut stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let port = stdout.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says its port");
        let profile = Folder::new();
        let mut wanted = ChromeCapabilities::new();
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--hide-scrollbars",
            &profile_flag,
        ] {
            wanted.add_arg(flag).expect("a flag");
        }
        if scripts == Scripts::Off {
            let off = json!({"profile.managed_default_content_settings.javascript": 2});
            wanted.add_experimental_option("prefs", off).expect("an option");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let driver = runtime.block_on(WebDriver::new(format!("http://127.0.0.1:{port}"), wanted));
        let driver = driver.unwrap_or_else(|error| {
            panic!("chromium does not start: install it, or set FIRSTLINE_WITHOUT_BROWSER ({error})")
        });
        let address = address.to_owned();
        Self { driver: Some(driver), runtime, process, _stdout: stdout, _profile: profile, address }
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("it is there until the end")
    }

    fn wait<T>(&self, doing: impl Future<Output = WebDriverResult<T>>) -> WebDriverResult<T> {
        self.runtime.block_on(doing)
    }

    /// Tries until it comes about: pages change under one's hands.
    pub fn until<T>(&self, what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = attempt() {
                return found;
            }
            assert!(Instant::now() < end, "{what} did not come about at {}:\n{}", self.at(), self.text("body"));
        }
    }

    pub fn go(&self, path: &str) {
        let link = format!("http://{}{path}", self.address);
        self.wait(self.driver().goto(link)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The path and query of the page.
    pub fn at(&self) -> String {
        let url = self.wait(self.driver().current_url()).expect("it is somewhere");
        url.as_str().trim_start_matches("http://").trim_start_matches(&self.address).to_owned()
    }

    pub fn click(&self, css: &str) {
        self.until(&format!("a click on {css}"), || {
            self.wait(async { self.driver().find(By::Css(css)).await?.click().await }).ok()
        });
    }

    /// Types into a field, in the place of what was there.
    pub fn fill(&self, css: &str, text: &str) {
        self.until(&format!("{css} to type into"), || {
            let typing = async {
                let field = self.driver().find(By::Css(css)).await?;
                field.clear().await?;
                field.send_keys(text).await
            };
            self.wait(typing).ok()
        });
    }

    /// Chooses an option by its value.
    pub fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{value}\"]"));
    }

    /// Presses a key where the focus is.
    pub fn press(&self, keys: impl Into<TypingData>) {
        self.wait(self.driver().action_chain().send_keys(keys).perform()).expect("keys can be pressed");
    }

    /// What people read of all elements that match, with single spaces; hidden words too.
    pub fn texts(&self, css: &str) -> Vec<String> {
        self.until(&format!("the texts of {css}"), || {
            let reading = async {
                let mut texts = Vec::new();
                for element in self.driver().find_all(By::Css(css)).await? {
                    texts.push(element.prop("textContent").await?.unwrap_or_default());
                }
                Ok(texts)
            };
            self.wait(reading).ok()
        })
        .iter()
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
    }

    /// The text of all that matches.
    pub fn text(&self, css: &str) -> String {
        self.texts(css).join("\n")
    }

    /// An attribute of the first that matches.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        self.until(&format!("{name} of {css}"), || {
            self.wait(async { self.driver().find(By::Css(css)).await?.attr(name).await }).ok()?
        })
    }

    /// Waits until an element's text holds something.
    pub fn sees(&self, css: &str, text: &str) {
        self.until(&format!("{text:?} in {css}"), || self.text(css).contains(text).then_some(()));
    }

    /// What a function's body returns in the page; also where the page's own script is off. Asked again where the page
    /// went away under the question.
    pub fn ask(&self, script: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.wait(async { Ok(self.driver().execute(script, Vec::new()).await?.json().clone()) }) {
                Ok(answer) => return answer,
                Err(error) => assert!(Instant::now() < end, "{script}: {error}"),
            }
        }
    }

    /// What axe-core finds wrong with the page as it is: the rules of WCAG 2.2 AA, each with what breaks it.
    pub fn audit(&self) -> Vec<String> {
        if std::env::var_os("FIRSTLINE_WITHOUT_AXE").is_some() {
            println!("not judged: FIRSTLINE_WITHOUT_AXE is set");
            return Vec::new();
        }
        if self.ask("return typeof axe") == "undefined" {
            self.ask(axe());
        }
        let found = self.ask_later(
            "const tell = arguments[arguments.length - 1];
             axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(
               ({violations}) => tell(violations.flatMap(({id, help, nodes}) =>
                 nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.any.map((one) => one.message).join('; ')}`))),
               (error) => tell([`axe: ${error}`]));",
        );
        found.as_array().expect("a list").iter().map(|fault| fault.as_str().expect("a text").to_owned()).collect()
    }

    fn ask_later(&self, script: &str) -> Value {
        let answer = self.wait(async { Ok(self.driver().execute_async(script, Vec::new()).await?.json().clone()) });
        answer.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    fn command(&self, name: &str, arguments: Value) -> Value {
        let tools = ChromeDevTools::new(self.driver().handle.clone());
        let answer = self.wait(tools.execute_cdp_with_params(name, arguments));
        answer.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn size(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", size);
    }

    /// Nothing moves, so that a look finds what stays.
    pub fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| json!({"name": name, "value": value}));
        self.command("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// A picture of what is on the screen.
    pub fn picture(&self, path: &Path) {
        self.wait(self.driver().screenshot(path)).expect("a picture can be taken");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            let _ = self.runtime.block_on(driver.quit());
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
