//! A small HTTP client for loopback, and the shape of an answer, whoever gave it.

use std::{collections::BTreeMap, io, net::SocketAddr, time::Duration};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::page::Page;

/// The type of what a form posts.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a browser leaves as it is in a posted form.
const POSTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// Returns a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Returns where the answer leads; empty where it leads nowhere.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// Reads the body as a page.
    pub fn page(&self) -> Page {
        Page::read(&self.body)
    }
}

/// Writes pairs as a browser posts them.
pub fn encode<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, POSTED).to_string().replace(' ', "+");
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name.as_ref()), encoded(value.as_ref())));
    pairs.collect::<Vec<_>>().join("&")
}

/// Asks `address` for `path`.
pub async fn get(address: SocketAddr, path: &str) -> io::Result<Answer> {
    ask(address, "GET", path, &[], b"").await
}

/// Posts a form to `path`.
pub async fn post(address: SocketAddr, path: &str, body: &str) -> io::Result<Answer> {
    ask(address, "POST", path, &[("content-type", FORM)], body.as_bytes()).await
}

/// Sends a request on a connection of its own and reads the whole answer; a broken connection is an error.
pub async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let length = body.len().to_string();
    let host = address.to_string();
    let ours = [("host", host.as_str()), ("connection", "close"), ("content-length", &length)];
    let lines = ours.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n"));
    let request = format!("{method} {path} HTTP/1.1\r\n{}\r\n", lines.collect::<String>());
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        stream.write_all(body).await?;
        let mut bytes = Vec::new();
        loop {
            let more = stream.read_buf(&mut bytes).await?;
            // Not every server closes the connection because it was asked to: chromedriver does not.
            if let Some(answer) = read(&bytes, more == 0) {
                return Ok(answer);
            }
            if more == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    };
    timeout(PATIENCE, exchange).await?
}

/// Reads an answer out of what has come so far; none while it is not whole.
fn read(bytes: &[u8], ended: bool) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = &bytes[end + 4..];
    let whole = headers.get("content-length").map_or(ended, |length| length.parse() == Ok(body.len()));
    // Nothing here sends an answer in chunks.
    let whole = whole && !headers.contains_key("transfer-encoding");
    whole.then(|| Answer { status, headers, body: String::from_utf8_lossy(body).into_owned() })
}
