//! A browser's part of HTTP over one connection that stays open.

use std::io::{Error, ErrorKind};
use tokio::net::TcpStream;

/// See the module.
pub struct Client {
    stream: TcpStream,
    address: String,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    /// Where a redirect leads; empty if it is none.
    pub location: String,
    pub body: String,
}

impl Client {
    pub async fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address: address.to_owned(), buffer: Vec::with_capacity(1 << 16) })
    }

    pub async fn get(&mut self, path: &str) -> std::io::Result<Reply> {
        self.ask(format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address)).await
    }

    /// Posts a form whose values need no escapes.
    pub async fn post(&mut self, path: &str, form: &str) -> std::io::Result<Reply> {
        let (host, length) = (&self.address, form.len());
        self.ask(format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
        ))
        .await
    }

    async fn ask(&mut self, request: String) -> std::io::Result<Reply> {
        let mut rest = request.as_bytes();
        while !rest.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.buffer.clear();
        let (head, start) = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (String::from_utf8_lossy(&self.buffer[..end]).into_owned(), end + 4);
            }
            self.read().await?;
        };
        let header = |name: &str| {
            let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
            headers.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
        };
        let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
        while self.buffer.len() < start + length {
            self.read().await?;
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let location = header("location").unwrap_or_default().to_owned();
        Ok(Reply { status, location, body: String::from_utf8_lossy(&self.buffer[start..]).into_owned() })
    }

    async fn read(&mut self) -> std::io::Result<()> {
        self.stream.readable().await?;
        match self.stream.try_read_buf(&mut self.buffer) {
            Ok(0) => Err(Error::new(ErrorKind::UnexpectedEof, "the server has closed the connection")),
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }
}
