//! The schemas in an editor: a real YAML language server over a new desk, with the settings that `init` writes.

use crate::cli::{folder, out};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// The server, as an editor speaks with it.
struct Editor {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    settings: Value,
    root: String,
    asked: u64,
    /// Ends the process when it is dropped, or when it takes too long.
    _watch: mpsc::Sender<()>,
}

impl Editor {
    fn open(desk: &Path) -> Self {
        let installed =
            "target/tools/yaml-language-server-1.25.0/node_modules/yaml-language-server/bin/yaml-language-server";
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join(installed);
        let path = env::var_os("FIRSTLINE_YAML_LS").map_or_else(beside, PathBuf::from);
        assert!(
            path.exists(),
            "no YAML language server at {}; tests/all installs it, or set FIRSTLINE_WITHOUT_YAML_LS",
            path.display()
        );
        let mut command = Command::new("node");
        command.arg(path).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("node starts");
        let (input, output) = (child.stdin.take().expect("it is piped"), child.stdout.take().expect("it is piped"));
        let settings = fs::read_to_string(desk.join(".vscode/settings.json")).expect("init writes it");
        let settings: Value = serde_json::from_str(&settings).expect("it is JSON");
        let root = format!("file://{}", desk.display());
        let mut editor = Self {
            input,
            output: BufReader::new(output),
            settings,
            root: root.clone(),
            asked: 0,
            _watch: watch(child),
        };
        let folders = json!([{"uri": root, "name": "desk"}]);
        editor.ask(
            "initialize",
            json!({
                "processId": null, "rootUri": root, "workspaceFolders": folders,
                "capabilities": {"workspace": {"configuration": true, "workspaceFolders": true}},
            }),
        );
        editor.send(json!({"method": "initialized", "params": {}}));
        editor
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        let message = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{message}", message.len()).expect("it listens");
    }

    /// The next message that is wanted; the server's own questions are answered on the way.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert!(self.output.read_line(&mut line).expect("it speaks") > 0, "the language server has ended");
                match line.trim().split_once(": ") {
                    Some(("Content-Length", number)) => length = number.parse().expect("a number"),
                    Some(_) => {}
                    None => break,
                }
            }
            let mut bytes = vec![0; length];
            self.output.read_exact(&mut bytes).expect("it speaks");
            let message: Value = serde_json::from_slice(&bytes).expect("it is JSON");
            match (message.get("id"), message.get("method")) {
                (Some(id), Some(method)) => {
                    let items = message["params"]["items"].as_array().cloned().unwrap_or_default();
                    let section = |item: &Value| match item["section"].as_str() {
                        Some("yaml") => json!({
                            "schemas": self.settings["yaml.schemas"], "validate": true, "hover": true,
                            "completion": true, "schemaStore": {"enable": false},
                        }),
                        _ => Value::Null,
                    };
                    let is_asked = method == "workspace/configuration";
                    let result = if is_asked { items.iter().map(section).collect() } else { Value::Null };
                    self.send(json!({"id": id, "result": result}));
                }
                _ if wanted(&message) => return message,
                _ => {}
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(json!({"id": id, "method": method, "params": params}));
        self.until(|message| message["id"] == id)["result"].clone()
    }

    /// Shows a text as this file; returns line and message of what is underlined.
    fn show(&mut self, path: &str, text: &str) -> Vec<(u64, String)> {
        let uri = format!("{}/{path}", self.root);
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
        let said = self.until(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri.as_str()
        });
        let all = said["params"]["diagnostics"].as_array().cloned().unwrap_or_default();
        let one = |said: &Value| {
            let line = said["range"]["start"]["line"].as_u64().expect("a number") + 1;
            (line, said["message"].as_str().unwrap_or_default().to_owned())
        };
        all.iter().map(one).collect()
    }

    /// Asks something about a place of a file: its line, counted from 1, and column, from 0.
    fn at(&mut self, method: &str, path: &str, line: usize, character: usize) -> Value {
        let uri = format!("{}/{path}", self.root);
        let position = json!({"line": line - 1, "character": character});
        self.ask(method, json!({"textDocument": {"uri": uri}, "position": position}))
    }

    fn proposes(&mut self, path: &str, line: usize, character: usize) -> Vec<String> {
        let found = self.at("textDocument/completion", path, line, character);
        let items = found["items"].as_array().or(found.as_array()).cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["label"].as_str().map(str::to_owned)).collect()
    }

    fn explains(&mut self, path: &str, line: usize, character: usize) -> String {
        self.at("textDocument/hover", path, line, character)["contents"].to_string()
    }
}

/// Ends the process when the other side is dropped, and after a minute whatever happens: then the editor reads no more.
fn watch(mut child: Child) -> mpsc::Sender<()> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = receiver.recv_timeout(Duration::from_secs(120));
        let _ = child.kill();
        let _ = child.wait();
    });
    sender
}

/// Mistakes of form, each with what is said at its line.
const MISTAKES: &str = "\
title: Scanner jams
symptom: [paper jam]
start: one
facts:
  floor: {ask: Which floor?, type: numbr}
steps:
  one:
    ask: Is it on?
    stuk: two
  two:
    do: Switch it on.
    worked: {resolv: It is on.}
    failed: one
  three:
    ask: Is it on?
    resolve: It is on.
";

/// What somebody has typed so far.
const HALF: &str = "\
title: Scanner jams

start: one
facts:
  floor:
    ask: Which floor?
    type: 
steps:
  one:
    ask: Is it on?
    
  two:
    
";

#[test]
fn an_editor_proposes_explains_and_underlines() {
    if env::var_os("FIRSTLINE_WITHOUT_YAML_LS").is_some() {
        println!("skipped: FIRSTLINE_WITHOUT_YAML_LS is set");
        return;
    }
    let folder = folder("editor");
    out(&folder, &["init", "desk"], "", 0);
    let desk = folder.join("desk");
    let mut editor = Editor::open(&desk);
    for path in ["playbooks/no-sound.yaml", "playbooks/no-sound.test.yaml", "desk.yaml"] {
        let text = fs::read_to_string(desk.join(path)).expect("init writes it");
        assert_eq!(editor.show(path, &text), [], "{path}");
    }
    let text = fs::read_to_string(desk.join("playbooks/no-sound.yaml")).expect("init writes it");
    let place = |words: &str| {
        let at = text.lines().position(|line| line.contains(words)).expect("it is there");
        (at + 1, text.lines().nth(at).and_then(|line| line.find(words)).unwrap_or_default() + 1)
    };
    for (words, said) in [
        ("symptoms:", "what callers say, in their words"),
        ("tell:", "for the caller: what happens now"),
        ("verify:", "a question about something the person can see"),
    ] {
        let (line, character) = place(words);
        let shown = editor.explains("playbooks/no-sound.yaml", line, character);
        assert!(shown.contains(said), "{words} {shown}");
    }

    let found = editor.show("playbooks/mistakes.yaml", MISTAKES);
    for (line, words) in
        [(2, "symptom "), (5, "Value is not accepted"), (9, "stuk"), (12, "Incorrect type"), (16, "resolve")]
    {
        assert!(found.iter().any(|(at, said)| *at == line && said.contains(words)), "{line} {words}: {found:#?}");
    }
    for missing in ["answers", "verify"] {
        assert!(found.iter().any(|(_, said)| said.contains(&format!("\"{missing}\""))), "{missing}: {found:#?}");
    }
    // A test is no playbook, nor is a playbook a test.
    let found =
        editor.show("playbooks/mistakes.test.yaml", "- {name: x, answers: [{one: yes}], expect: {resolvd: one}}\n");
    assert!(found.iter().any(|(_, said)| said.contains("resolvd")), "{found:#?}");

    editor.show("playbooks/half.yaml", HALF);
    for (line, character, some, none) in [
        (7, 10, &["yes-no", "text", "number", "date"][..], "usb"),
        (11, 4, &["answers", "save", "stuck", "tip"], "verify"),
        (13, 4, &["say", "ask", "do", "try", "tasks", "branch", "call", "resolve", "escalate"], "answers"),
        (2, 0, &["symptoms", "audience", "review_by"], "verify"),
    ] {
        let all = editor.proposes("playbooks/half.yaml", line, character);
        assert!(some.iter().all(|word| all.iter().any(|known| known == word)), "{line}: {all:?}");
        assert!(!all.iter().any(|known| known == none), "{line}: {all:?}");
    }
}
