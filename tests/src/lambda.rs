//! Runs the function's binary as Lambda runs it: a server that speaks the Lambda Runtime API to it.
//!
//! The API: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. The binary asks for the next event,
//! answers it under the event's id, and asks again.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, bail, ensure};
use axum::{
    Router,
    body::Bytes,
    extract::{Path as UrlPath, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    engine::{COUNTERS, Engine, TABLE},
    http::{self, Answer},
    workspace,
};

/// The secrets that [`environment`] gives to the function, as the CDN would send either of them.
pub const ORIGIN_SECRETS: [&str; 2] = ["origin-secret-new", "origin-secret-old"];
/// The secret of trials that [`environment`] gives to the function.
pub const PREVIEW_SECRET: &str = "preview-secret";

/// How long the binary may take to start, and to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The variables that the template of the function sets.
pub type Environment = HashMap<&'static str, String>;

/// Returns the environment of a function that draws from `forms`, the `dist/forms` of a build, and stores in `engine`.
pub fn environment(forms: &Path, engine: &Engine) -> Environment {
    HashMap::from([
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_SESSION_TOKEN", "test".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint()),
        ("TABLE_NAME", TABLE.to_owned()),
        ("COUNTERS_TABLE_NAME", COUNTERS.to_owned()),
        ("FORMS_DIR", forms.display().to_string()),
        ("ORIGIN_SECRETS", ORIGIN_SECRETS.join(",")),
        ("PREVIEW_SECRET", PREVIEW_SECRET.to_owned()),
    ])
}

/// A request as API Gateway hands it to a function: HTTP API, payload format 2.0.
#[derive(Clone, Debug)]
pub struct Event {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    base64: bool,
}

impl Event {
    /// A GET of `target`, a path with or without a query, that carries the CDN's secret.
    pub fn get(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let event = Self {
            method: "GET",
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: None,
            base64: false,
        };
        event.with("x-origin-secret", ORIGIN_SECRETS[0])
    }

    /// A posted form.
    pub fn post(target: &str, body: impl Into<Vec<u8>>) -> Self {
        let event = Self { method: "POST", body: Some(body.into()), ..Self::get(target) };
        event.with("content-type", http::FORM)
    }

    /// Adds a header, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a header away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    /// Sends the body in base64, as the gateway does whenever it likes to.
    #[must_use]
    pub fn in_base64(self) -> Self {
        Self { base64: true, ..self }
    }

    fn json(&self, id: &str) -> Value {
        // What the gateway knows of the client. None of it may ever be stored.
        let mut headers: HashMap<_, _> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for (name, value) in CLIENT {
            headers.entry(name).or_insert(value);
        }
        let plain = |body| String::from_utf8_lossy(body).into_owned();
        let body = self.body.as_deref().map(|body| if self.base64 { BASE64.encode(body) } else { plain(body) });
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api",
                "domainName": "api.execute-api.eu-central-1.amazonaws.com",
                "domainPrefix": "api",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": CLIENT_ADDRESS,
                    "userAgent": CLIENT_AGENT,
                },
                "requestId": id,
                "routeKey": "$default",
                "stage": "$default",
                "time": "01/Jul/2021:10:00:00 +0000",
                "timeEpoch": 1_625_133_600_000_i64,
            },
            "body": body,
            "isBase64Encoded": self.base64 && self.body.is_some(),
        })
    }
}

/// The address of the client that every event names.
pub const CLIENT_ADDRESS: &str = "198.51.100.77";
/// The browser of the client that every event names.
pub const CLIENT_AGENT: &str = "Przegladarka/1.0 (test)";

const CLIENT: [(&str, &str); 5] = [
    ("host", "api.execute-api.eu-central-1.amazonaws.com"),
    ("user-agent", CLIENT_AGENT),
    ("x-forwarded-for", CLIENT_ADDRESS),
    ("x-forwarded-proto", "https"),
    ("x-viewer-ip", CLIENT_ADDRESS),
];

/// The running binary.
#[derive(Debug)]
pub struct Lambda {
    events: mpsc::UnboundedSender<(String, Value)>,
    runtime: Arc<RuntimeApi>,
    server: JoinHandle<std::io::Result<()>>,
    child: Mutex<Child>,
    killed: AtomicBool,
    log: NamedTempFile,
    sent: Mutex<u32>,
}

impl Lambda {
    /// Starts the binary with `environment` and nothing else, and waits until it asks for an event.
    ///
    /// # Errors
    /// When it ends or reports that it cannot start; the error tells what it logged.
    pub async fn start(environment: &Environment) -> anyhow::Result<Self> {
        let binary = workspace::forms_fn()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (events, queue) = mpsc::unbounded_channel();
        let runtime = Arc::new(RuntimeApi::new(queue));
        let service = service(runtime.clone());
        let server = tokio::spawn(async move { axum::serve(listener, service).await });
        let log = NamedTempFile::new()?;
        let child = Command::new(binary)
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "forms-fn")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("_HANDLER", "bootstrap")
            .stdin(Stdio::null())
            .stdout(Stdio::from(log.reopen()?))
            .stderr(Stdio::from(log.reopen()?))
            .spawn()?;
        let (child, sent, killed) = (Mutex::new(child), Mutex::new(0), AtomicBool::new(false));
        let lambda = Self { events, runtime, server, child, killed, log, sent };
        lambda.wait_until_ready().await?;
        Ok(lambda)
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while timeout(Duration::from_millis(20), self.runtime.asked.notified()).await.is_err() {
            if let Some(status) = locked(&self.child).try_wait()? {
                bail!("the function ended with {status}: {}", self.log()?);
            }
            ensure!(begun.elapsed() < PATIENCE, "the function does not start: {}", self.log()?);
        }
        Ok(())
    }

    /// Hands one event to the function and returns its answer.
    pub async fn send(&self, event: Event) -> anyhow::Result<Answer> {
        let id = {
            let mut sent = locked(&self.sent);
            *sent += 1;
            format!("00000000-0000-4000-8000-{:012}", *sent)
        };
        let (sender, receiver) = oneshot::channel();
        locked(&self.runtime.waiting).insert(id.clone(), sender);
        ensure!(!self.killed.load(Ordering::SeqCst), "the function was killed");
        self.events.send((id.clone(), event.json(&id))).map_err(|_| anyhow!("the runtime is gone"))?;
        let answered = timeout(PATIENCE, receiver).await;
        let answer = answered.with_context(|| format!("no answer: {}", self.log().unwrap_or_default()))??;
        read(&answer.map_err(|error| anyhow!("the function failed: {error}"))?)
    }

    /// Ends the function at once (SIGKILL), whatever it is doing; who waits for an answer gets an error.
    pub fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        let mut child = locked(&self.child);
        // It may have ended already.
        let _ = child.kill();
        let _ = child.wait();
        locked(&self.runtime.waiting).clear();
    }

    /// Returns what the function has printed.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.log.path())?)
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        self.kill();
        self.server.abort();
    }
}

/// Reads an answer in payload format 2.0.
fn read(answer: &Value) -> anyhow::Result<Answer> {
    let status = answer["statusCode"].as_u64().context("an answer without a status")?;
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        headers.insert(name.to_ascii_lowercase(), value.as_str().unwrap_or_default().to_owned());
    }
    for (name, values) in answer["multiValueHeaders"].as_object().into_iter().flatten() {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
        headers.entry(name.to_ascii_lowercase()).or_insert_with(|| values.join(", "));
    }
    let body = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => String::from_utf8(BASE64.decode(body.as_bytes())?)?,
        _ => body.to_owned(),
    };
    Ok(Answer { status: u16::try_from(status)?, headers, body })
}

/// What the server of the Runtime API knows.
#[derive(Debug)]
struct RuntimeApi {
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<(String, Value)>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Result<Value, String>>>>,
    /// Told whenever the function asks for an event.
    asked: Notify,
}

impl RuntimeApi {
    fn new(queue: mpsc::UnboundedReceiver<(String, Value)>) -> Self {
        Self { queue: tokio::sync::Mutex::new(queue), waiting: Mutex::default(), asked: Notify::new() }
    }

    fn answer(&self, id: &str, answer: Result<Value, String>) -> StatusCode {
        match locked(&self.waiting).remove(id) {
            Some(waiting) => {
                // Whoever asked may have gone.
                let _ = waiting.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

fn service(runtime: Arc<RuntimeApi>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
        .route("/2018-06-01/runtime/init/error", post(|| async { StatusCode::ACCEPTED }))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(runtime)
}

async fn next(State(runtime): State<Arc<RuntimeApi>>) -> Response {
    runtime.asked.notify_one();
    let Some((id, event)) = runtime.queue.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let deadline = jiff::Timestamp::now().as_millisecond() + 10_000;
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:forms-fn".into()),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000".into()),
    ];
    (headers, event.to_string()).into_response()
}

async fn response(State(runtime): State<Arc<RuntimeApi>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    runtime.answer(&id, serde_json::from_slice(&body).map_err(|error| error.to_string()))
}

async fn failure(
    State(runtime): State<Arc<RuntimeApi>>,
    UrlPath(id): UrlPath<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let kind = headers.get("lambda-runtime-function-error-type").cloned();
    runtime.answer(&id, Err(format!("{kind:?}: {}", String::from_utf8_lossy(&body))))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
