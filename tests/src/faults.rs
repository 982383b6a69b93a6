//! A proxy before an engine that lets it fail as the cloud does: it is asked too much, its answers are lost, its
//! transactions conflict, it is away for a while.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    serve::Listener,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::http;

const JSON: &str = "application/x-amz-json-1.0";

/// What can happen to a request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The engine does what it was asked, and its answer is lost.
    LoseAnswer,
    /// The engine is broken.
    Broken,
    /// The engine has no room.
    Throttled,
    /// The transaction met another one.
    Conflict,
}

/// A running proxy.
#[derive(Debug)]
pub struct Faults {
    state: Arc<Proxy>,
    address: SocketAddr,
    server: JoinHandle<io::Result<()>>,
}

#[derive(Debug)]
struct Proxy {
    upstream: SocketAddr,
    away: AtomicBool,
    /// How many requests came so far: each number has its fate.
    requests: AtomicU64,
    /// How many of them failed.
    failed: AtomicU64,
}

impl Faults {
    /// Starts a proxy before the engine at `upstream`: of twelve requests one fails.
    pub async fn before(upstream: SocketAddr) -> anyhow::Result<Self> {
        let state = Arc::new(Proxy {
            upstream,
            away: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let door = Door { listener, proxy: state.clone() };
        let service = Router::new().fallback(meddle).with_state(state.clone());
        let server = tokio::spawn(async move { axum::serve(door, service).await });
        Ok(Self { state, address, server })
    }

    /// Returns the address for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes the engine away, or brings it back: no new connection is answered, and no request on an old one.
    pub fn set_away(&self, away: bool) {
        self.state.away.store(away, Ordering::SeqCst);
    }

    /// Returns how many requests came, and how many of them failed here.
    pub fn counts(&self) -> (u64, u64) {
        (self.state.requests.load(Ordering::SeqCst), self.state.failed.load(Ordering::SeqCst))
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Lets connections in, and drops them while the engine is away.
struct Door {
    listener: TcpListener,
    proxy: Arc<Proxy>,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let connection = Listener::accept(&mut self.listener).await;
            if !self.proxy.away.load(Ordering::SeqCst) {
                return connection;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Returns what happens to the request with this number, the same in each run.
fn fate(request: u64, writes: bool) -> Option<Fault> {
    // Spreads the numbers evenly (Knuth, The Art of Computer Programming 3, 6.4).
    let lot = request.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let faults = if writes {
        [Some(Fault::LoseAnswer), Some(Fault::Conflict), Some(Fault::Throttled), Some(Fault::Broken)]
    } else {
        [Some(Fault::Throttled), Some(Fault::Broken), None, None]
    };
    faults.get(usize::try_from(lot % 40).ok()?).copied().flatten()
}

async fn meddle(State(proxy): State<Arc<Proxy>>, headers: HeaderMap, body: Bytes) -> Response {
    let request = proxy.requests.fetch_add(1, Ordering::SeqCst);
    let failed = || proxy.failed.fetch_add(1, Ordering::SeqCst);
    if proxy.away.load(Ordering::SeqCst) {
        failed();
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::CONNECTION, "close")]).into_response();
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let fault = fate(request, target.ends_with("TransactWriteItems"));
    match fault {
        None => forward(proxy.upstream, &headers, &body).await,
        Some(fault) => {
            failed();
            if matches!(fault, Fault::LoseAnswer) {
                forward(proxy.upstream, &headers, &body).await;
            }
            fault.answer()
        }
    }
}

impl Fault {
    fn answer(self) -> Response {
        let (status, code, more) = match self {
            Self::LoseAnswer | Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", ""),
            Self::Throttled => (StatusCode::BAD_REQUEST, "ThrottlingException", ""),
            Self::Conflict => (
                StatusCode::BAD_REQUEST,
                "TransactionCanceledException",
                r#","CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]"#,
            ),
        };
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"-"{more}}}"#);
        (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
    }
}

/// Hands a request on; an engine that does not answer is a gateway's failure.
async fn forward(upstream: SocketAddr, headers: &HeaderMap, body: &Bytes) -> Response {
    let ours = ["host", "connection", "content-length"];
    let kept = headers.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
    let kept: Vec<_> = kept.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    match http::ask(upstream, "POST", "/", &kept, body).await {
        Ok(answer) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, [(header::CONTENT_TYPE, JSON)], answer.body).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
