//! A proxy before the engine, for the failures that it never has by itself.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

const JSON: &str = "application/x-amz-json-1.0";

/// Longer than the store waits for one attempt.
const LONG: Duration = Duration::from_secs(3);

/// A failure that the embedded engine never has by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// The engine does what it was asked, and its answer is lost.
    LoseAnswer,
    /// The engine does what it was asked, and its answer comes when nobody waits for it any more.
    LateAnswer,
    /// The engine does nothing, and says nothing for as long as anybody waits.
    Silence,
    /// The engine does nothing and says that it is broken.
    Broken,
    /// The engine refuses with this code.
    Refused(&'static str),
    /// The transaction is cancelled for this reason.
    Cancelled(&'static str),
    /// Half of what was asked for at once is left unread.
    HalfRead,
}

pub(super) fn on_write(fault: Fault) -> (&'static str, Fault) {
    ("TransactWriteItems", fault)
}

pub(super) struct Proxy {
    pub(super) upstream: SocketAddr,
    /// The failures to come, each waiting for a request of its operation.
    pub(super) queue: Mutex<VecDeque<(&'static str, Fault)>>,
    /// Each operation, with the units that the engine says it has cost: of reading or of writing.
    pub(super) units: Mutex<Vec<(String, f64)>>,
}

impl Proxy {
    pub(super) fn left(&self) -> usize {
        self.queue.lock().unwrap().len()
    }

    /// Returns what every request so far has cost, and forgets it.
    pub(super) fn costs(&self) -> Vec<(String, f64)> {
        std::mem::take(&mut self.units.lock().unwrap())
    }

    fn next_for(&self, target: &str) -> Option<Fault> {
        let mut queue = self.queue.lock().unwrap();
        let due = queue.front().is_some_and(|(operation, _)| target.ends_with(operation));
        if due { queue.pop_front().map(|(_, fault)| fault) } else { None }
    }
}

pub(super) async fn meddle(Shared(proxy): Shared<Arc<Proxy>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let operation = target.split('.').next_back().unwrap().to_owned();
    let mut asked: Value = serde_json::from_slice(&body).unwrap();
    asked["ReturnConsumedCapacity"] = json!("TOTAL");
    let fault = proxy.next_for(&target);
    let unread = if matches!(fault, Some(Fault::HalfRead)) { leave_half(&mut asked) } else { Value::Null };
    let upstream = proxy.upstream;
    let forward = || async move {
        let (status, mut answered) =
            tokio::task::spawn_blocking(move || forward(upstream, &headers, &asked)).await.unwrap();
        proxy.units.lock().unwrap().push((operation, consumed(&answered)));
        if !unread.is_null() {
            answered["UnprocessedKeys"] = unread;
        }
        (status, [(header::CONTENT_TYPE, JSON)], answered.to_string()).into_response()
    };
    match fault {
        None | Some(Fault::HalfRead) => forward().await,
        Some(Fault::LoseAnswer) => {
            assert_eq!(forward().await.status(), StatusCode::OK);
            answer(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "")
        }
        Some(Fault::LateAnswer) => {
            let answer = forward().await;
            tokio::time::sleep(LONG).await;
            answer
        }
        Some(Fault::Silence) => {
            tokio::time::sleep(LONG).await;
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

/// Takes half of the keys out of a request for many, and returns what an engine says of keys that it did not read.
fn leave_half(asked: &mut Value) -> Value {
    let mut unread = asked["RequestItems"].clone();
    for (table, wanted) in asked["RequestItems"].as_object_mut().unwrap() {
        let keys = wanted["Keys"].as_array_mut().unwrap();
        let left = keys.split_off(keys.len() / 2);
        unread[table]["Keys"] = Value::Array(left);
    }
    unread
}

/// Returns the units that an answer says the request has cost. Requests for several tables list them.
fn consumed(answer: &Value) -> f64 {
    let capacity = &answer["ConsumedCapacity"];
    let tables = capacity.as_array().map_or_else(|| std::slice::from_ref(capacity), Vec::as_slice);
    tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum()
}

fn answer(status: StatusCode, code: &str, more: &str) -> Response {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"-"{more}}}"#);
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// Hands a request on and waits for its answer.
fn forward(upstream: SocketAddr, headers: &HeaderMap, asked: &Value) -> (StatusCode, Value) {
    let body = asked.to_string();
    let mut request =
        format!("POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len()).into_bytes();
    let ours = [header::CONNECTION, header::CONTENT_LENGTH];
    for (name, value) in headers.iter().filter(|(name, _)| !ours.contains(name)) {
        request.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend([b"\r\n", body.as_bytes()].concat());
    let mut stream = TcpStream::connect(upstream).unwrap();
    stream.write_all(&request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse::<u16>().unwrap();
    (StatusCode::from_u16(status).unwrap(), serde_json::from_str(body).unwrap())
}
