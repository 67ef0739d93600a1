//! The other side of a webhook: does what a script says, and remembers every request.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tokio::sync::watch;

/// What happens to a request once it is read.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// A status, more headers (each with its line break) and a body.
    Status(u16, &'static str, &'static str),
    /// A status whose body breaks off.
    CutShort(u16),
    /// The connection is closed without a word.
    Lost,
    /// The connection is reset in the middle of the request.
    Reset,
    /// Nothing, until whoever asked goes away.
    Silence,
}

/// A request that was read to its end.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As it came.
    pub body: String,
    /// What happened.
    pub reply: Reply,
}

impl Seen {
    /// The delivery's key.
    pub fn key(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    /// Whether the signature is right, worked out from the specification.
    pub fn is_signed(&self, key: &[u8]) -> bool {
        let text = format!("{}.{}.{}", self.key(), self.headers["webhook-timestamp"], self.body);
        let pad = |with: u8| (0..64).map(|n| key.get(n).unwrap_or(&0) ^ with).collect::<Vec<u8>>();
        let inner = Sha256::digest([pad(0x36), text.into_bytes()].concat());
        let outer = Sha256::digest([pad(0x5c), inner.to_vec()].concat());
        self.headers.get("webhook-signature") == Some(&format!("v1,{}", BASE64_STANDARD.encode(outer)))
    }
}

pub struct Receiver {
    pub port: u16,
    seen: watch::Receiver<Vec<Seen>>,
}

impl Receiver {
    /// Listens on a port, or on any. `script` is told how often the key was seen before, and what came.
    pub fn start(port: u16, script: impl Fn(usize, &serde_json::Value) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let port = listener.local_addr().expect("it listens").port();
        let (told, seen) = watch::channel(Vec::new());
        let (told, script) = (Arc::new(Mutex::new(told)), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (told, script) = (Arc::clone(&told), Arc::clone(&script));
                thread::spawn(move || answer(stream, &told, &*script));
            }
        });
        Self { port, seen }
    }

    /// A connector for it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/in", self.port)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    /// The requests of each key, in order.
    pub fn by_key(&self) -> BTreeMap<String, Vec<Seen>> {
        let mut out: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        self.seen().into_iter().for_each(|seen| out.entry(seen.key().to_owned()).or_default().push(seen));
        out
    }

    /// Waits for what has to come.
    pub async fn until(&self, enough: impl Fn(&[Seen]) -> bool) {
        let mut seen = self.seen.clone();
        let wait = seen.wait_for(|seen| enough(seen));
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it comes").expect("the receiver lives");
    }
}

fn answer(
    mut stream: TcpStream,
    told: &Mutex<watch::Sender<Vec<Seen>>>,
    script: &dyn Fn(usize, &serde_json::Value) -> Reply,
) {
    let Some((headers, body)) = read(&mut stream) else { return };
    let json = serde_json::from_str(&body).unwrap_or_default();
    let mut reply = Reply::Lost;
    told.lock().expect("nobody panics here").send_modify(|seen: &mut Vec<Seen>| {
        let before = seen.iter().filter(|seen| seen.headers["webhook-id"] == headers["webhook-id"]).count();
        reply = script(before, &json);
        seen.push(Seen { headers, body, reply });
    });
    if let Reply::Reset = reply {
        // A byte is there that nobody read: the system says so.
        let _ = stream.peek(&mut [0]);
        return;
    }
    let mut last = [0];
    if stream.read_exact(&mut last).is_err() {
        return;
    }
    assert_eq!(&last, b"}");
    let head = |status: u16, length: usize| format!("HTTP/1.1 {status} Word\r\nContent-Length: {length}\r\n");
    // Whoever asked may be gone.
    let _ = match reply {
        Reply::Status(status, headers, body) => {
            stream.write_all(format!("{}{headers}\r\n{body}", head(status, body.len())).as_bytes())
        }
        Reply::CutShort(status) => stream.write_all(format!("{}\r\nhalf", head(status, 100)).as_bytes()),
        Reply::Lost | Reply::Reset => Ok(()),
        Reply::Silence => stream.read(&mut [0]).map(drop),
    };
    let _ = stream.shutdown(Shutdown::Both);
}

/// Reads a request but for its last byte, which is the body's closing brace.
fn read(stream: &mut TcpStream) -> Option<(BTreeMap<String, String>, String)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<String, String> =
        lines.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length: usize = headers["content-length"].parse().expect("a length is a number");
    let mut body = vec![0; length - 1];
    stream.read_exact(&mut body).ok()?;
    body.push(b'}');
    Some((headers, String::from_utf8_lossy(&body).into_owned()))
}
