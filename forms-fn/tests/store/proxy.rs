//! A proxy before the engine, for the failures that it never has by itself.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
};

use axum::{
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

/// A failure that the embedded engine never has by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// The engine does what it was asked, and its answer is lost.
    LoseAnswer,
    /// The engine does nothing and says that it is broken.
    Broken,
    /// The engine refuses with this code.
    Refused(&'static str),
    /// The transaction is cancelled for this reason.
    Cancelled(&'static str),
}

pub(super) fn on_write(fault: Fault) -> (&'static str, Fault) {
    ("TransactWriteItems", fault)
}

pub(super) struct Proxy {
    pub(super) upstream: SocketAddr,
    /// The failures to come, each waiting for a request of its operation.
    pub(super) queue: Mutex<VecDeque<(&'static str, Fault)>>,
}

impl Proxy {
    pub(super) fn left(&self) -> usize {
        self.queue.lock().unwrap().len()
    }

    fn next_for(&self, target: &str) -> Option<Fault> {
        let mut queue = self.queue.lock().unwrap();
        let due = queue.front().is_some_and(|(operation, _)| target.ends_with(operation));
        if due { queue.pop_front().map(|(_, fault)| fault) } else { None }
    }
}

pub(super) async fn meddle(Shared(proxy): Shared<Arc<Proxy>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let upstream = proxy.upstream;
    let forward = || tokio::task::spawn_blocking(move || forward(upstream, &headers, &body));
    match proxy.next_for(&target) {
        None => forward().await.unwrap(),
        Some(Fault::LoseAnswer) => {
            assert_eq!(forward().await.unwrap().status(), StatusCode::OK);
            answer(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "")
        }
        Some(Fault::Broken) => answer(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", ""),
        Some(Fault::Refused(code)) => answer(StatusCode::BAD_REQUEST, code, ""),
        Some(Fault::Cancelled(reason)) => answer(
            StatusCode::BAD_REQUEST,
            "TransactionCanceledException",
            &format!(r#","CancellationReasons":[{{"Code":"{reason}"}},{{"Code":"None"}}]"#),
        ),
    }
}

fn answer(status: StatusCode, code: &str, more: &str) -> Response {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"-"{more}}}"#);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// Hands a request on and waits for its answer.
fn forward(upstream: SocketAddr, headers: &HeaderMap, body: &[u8]) -> Response {
    let mut request = b"POST / HTTP/1.1\r\nconnection: close\r\n".to_vec();
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::CONNECTION) {
        request.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend([b"\r\n", body].concat());
    let mut stream = TcpStream::connect(upstream).unwrap();
    stream.write_all(&request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse::<u16>().unwrap();
    let headers = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (StatusCode::from_u16(status).unwrap(), headers, body.to_owned()).into_response()
}
