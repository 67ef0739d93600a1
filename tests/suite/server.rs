//! A real `firstline serve` in a folder of its own, and somebody who asks it over HTTP.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// A folder that goes away with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("firstline-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes files below it.
    pub fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A serving process; killed when it goes out of scope.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Server {
    /// Serves a desk, or the starter desk, with the data in a folder.
    pub fn start(data: &Path, desk: Option<&Path>) -> Self {
        Self::start_with(data, desk, &[], &[])
    }

    /// Serves the starter desk where it was served before.
    pub fn start_at(address: &str, data: &Path) -> Self {
        Self::listen(address, data, None, &[], &[])
    }

    pub fn start_with(data: &Path, desk: Option<&Path>, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::listen("127.0.0.1:0", data, desk, arguments, environment)
    }

    fn listen(
        address: &str,
        data: &Path,
        desk: Option<&Path>,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = firstline(data, desk);
        command.arg("serve").args(["--listen", address]).args(arguments);
        command.envs(environment.iter().copied());
        let log = data.with_extension("log");
        let log_file = fs::File::options().create(true).append(true).open(&log).expect("a log can be written");
        command.stdout(Stdio::piped()).stderr(log_file);
        let mut child = command.spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it says where it listens");
        let address = line.trim().strip_prefix("firstline: http://").map(|rest| rest.trim_end_matches('/').to_owned());
        let log = || fs::read_to_string(&log).unwrap_or_default();
        let address = address.unwrap_or_else(|| panic!("it says where it listens, not {line:?}: {}", log()));
        Self { child, address, stdout }
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Ends it as the system does; true if it ended well.
    pub fn stop(mut self) -> bool {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        let ended = self.child.wait().expect("it ends");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("it can be read");
        ended.success()
    }

    /// A stream of changes: waits for the next one each time.
    pub fn events(&self, path: &str) -> impl FnMut() -> String + use<> {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket takes it");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address).expect("it is sent");
        let mut lines = BufReader::new(stream).lines().map(|line| line.expect("it can be read"));
        move || lines.by_ref().find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).expect("it goes on")
    }

    /// Somebody in front of a browser without JavaScript.
    pub fn visitor(&self) -> Visitor {
        Visitor::at(&self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with a data folder and a desk.
pub fn firstline(data: &Path, desk: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firstline"));
    command.env_remove("FIRSTLINE_DESK").env("USER", "ann").env("NO_COLOR", "1").arg("--data").arg(data);
    match desk {
        Some(desk) => command.arg("--desk").arg(desk),
        None => command.current_dir(std::env::temp_dir()),
    };
    command
}

/// Asks like a browser: keeps cookies, says where a form comes from.
#[derive(Clone)]
pub struct Visitor {
    address: String,
    cookies: BTreeMap<String, String>,
    /// Sent with every request, over those of a browser.
    pub headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a form's fields of this name, in order.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let mark = format!("name=\"{name}\"");
        let tags = self.body.split('<').filter(|tag| tag.contains(&mark));
        tags.filter_map(|tag| Some(unescape(tag.split_once("value=\"")?.1.split_once('"')?.0))).collect()
    }

    pub fn field(&self, name: &str) -> String {
        self.fields(name).into_iter().next().unwrap_or_else(|| panic!("no field {name} in {}", self.body))
    }
}

/// HTML's escapes back into letters.
pub fn unescape(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2f;", "/"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// A form as browsers send it.
pub fn form(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

impl Visitor {
    /// Of a server that listens there: `127.0.0.1:PORT`.
    pub fn at(address: &str) -> Self {
        Self { address: address.to_owned(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    /// Posts a form from this site's own page; does not follow.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("POST", path, Some(form(fields)))
    }

    /// Posts a form, and goes where it leads.
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields);
        match answer.header("location").map(str::to_owned) {
            Some(to) if answer.status == 303 => self.get(&to),
            _ => answer,
        }
    }

    pub fn ask(&mut self, method: &str, path: &str, body: Option<String>) -> Answer {
        self.try_ask(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same; an error if the server goes away meanwhile.
    pub fn try_ask(&mut self, method: &str, path: &str, body: Option<String>) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut headers =
            vec![("host".to_owned(), self.address.clone()), ("connection".to_owned(), "close".to_owned())];
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        if let Some(body) = &body {
            headers.push(("origin".to_owned(), format!("http://{}", self.address)));
            headers.push(("sec-fetch-site".to_owned(), "same-origin".to_owned()));
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
            headers.push(("content-length".to_owned(), body.len().to_string()));
        }
        for (name, value) in &self.headers {
            headers.retain(|(known, _)| known != name);
            if !value.is_empty() {
                headers.push((name.clone(), value.clone()));
            }
        }
        let head: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n").into_bytes();
        request.extend(body.unwrap_or_default().into_bytes());
        stream.write_all(&request)?;
        let mut all = Vec::new();
        stream.read_to_end(&mut all)?;
        self.read(&all)
    }

    fn read(&mut self, all: &[u8]) -> std::io::Result<Answer> {
        let cut = || std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the answer is cut off");
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(cut)?;
        let head = String::from_utf8_lossy(&all[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(cut)?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())))
            .collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("a cookie has a name and a value");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let mut bytes = all[end + 4..].to_vec();
        if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
            bytes = unchunk(&bytes).ok_or_else(cut)?;
        } else if let Some((_, length)) = headers.iter().find(|(name, _)| name == "content-length")
            && bytes.len() as u64 != length.parse::<u64>().unwrap_or_default()
        {
            return Err(cut());
        }
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned(), bytes })
    }
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?.trim(), 16).ok()?;
        rest = &rest[line + 2..];
        if length == 0 {
            return Some(out);
        }
        out.extend(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}
