//! What is told of each request: one line of JSON that can be read alone, a log entry and, in the cloud, its metrics
//! too, in `CloudWatch`'s embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! A line holds the route, never the path: the address of a receipt is its secret. No text, token, number or address of
//! a resident stands in it.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::Instrument as _;

use crate::{App, handlers, router::route};

mod failures;

pub use failures::OneLine;

/// Where the metrics stand in `CloudWatch`.
const NAMESPACE: &str = "Konsultacje";
/// Answers that were stored; neither trials, nor those sent once more that were stored before.
const STORED: &str = "Stored";
/// Answers that were not stored, or are not known to be.
const NOT_STORED: &str = "NotStored";
/// Milliseconds from the request to the answer.
const DURATION: &str = "Duration";
/// What the metrics are told apart by.
const FUNCTION: &str = "FunctionName";

/// Tells of requests on standard output.
#[derive(Clone, Debug, Default)]
pub struct Telemetry {
    /// Name of the function in the cloud; without one there are no metrics.
    pub function: Option<String>,
}

/// The name of a request, as whoever hands it to the router knows it: an extension of the request. One without gets a
/// random one.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// An extension of a response that leads to a receipt: nothing was stored now, since it was before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredBefore;

/// Lets a panic tell where it was and nothing else, on standard error: its words may be those of a resident, since a text
/// that is cut in the middle of a character is quoted by whoever cut it.
pub fn hush_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let line = json!({"level": "ERROR", "message": "panicked", "place": place});
        // Nobody can be told that nobody can be told.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }));
}

/// Answers a request and tells of it, if the app is to tell.
pub(crate) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(telemetry) = &app.telemetry else {
        return next.run(request).await;
    };
    let begun = Instant::now();
    let asked = Asked {
        id: request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone()).or_else(random_id),
        method: request.method().clone(),
        route: route(request.uri().path()),
        preview: app.is_preview(handlers::preview_secret(request.headers())),
    };
    // Failures that are told on the way carry the name of the request.
    let span = tracing::error_span!("request", request_id = asked.id);
    let response = next.run(request).instrument(span).await;
    let before = response.extensions().get::<StoredBefore>().is_some();
    let outcome = outcome(response.status(), &asked.method, before);
    let line = telemetry.line(&asked, (response.status(), outcome), begun.elapsed(), app.clock.now());
    // Nobody can be told that nobody can be told.
    let _ = writeln!(io::stdout().lock(), "{line}");
    response
}

/// Tells concurrent requests apart; nothing hangs on it where the machine has no random numbers.
fn random_id() -> Option<String> {
    getrandom::u64().ok().map(|number| format!("{number:016x}"))
}

/// What is known of a request before it is answered.
struct Asked {
    id: Option<String>,
    method: Method,
    route: Option<&'static str>,
    preview: bool,
}

impl Telemetry {
    fn line(&self, asked: &Asked, (status, outcome): (StatusCode, &str), took: Duration, now: Timestamp) -> Value {
        let route = format!("{} {}", asked.method, asked.route.unwrap_or("(no route)"));
        let took = (took.as_secs_f64() * 100_000.0).round() / 100.0;
        let level = if status.is_server_error() { "ERROR" } else { "INFO" };
        let mut line = json!({
            "timestamp": now.to_string(),
            "level": level,
            "message": format!("{route}: {outcome} ({}) in {took} ms", status.as_u16()),
            "request_id": asked.id,
            "route": route,
            "status": status.as_u16(),
            "outcome": outcome,
            "preview": asked.preview,
            "duration_ms": took,
        });
        if let Some(function) = &self.function {
            let mut metrics = vec![json!({"Name": DURATION, "Unit": "Milliseconds"})];
            line[DURATION] = took.into();
            let counted = match outcome {
                // A trial is no answer of a resident: it must not hide a day without any.
                "stored" if !asked.preview => Some(STORED),
                "not stored" => Some(NOT_STORED),
                _ => None,
            };
            if let Some(name) = counted {
                metrics.push(json!({"Name": name, "Unit": "Count"}));
                line[name] = 1.into();
            }
            line[FUNCTION] = function.as_str().into();
            line["_aws"] = json!({
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[FUNCTION]], "Metrics": metrics}],
            });
        }
        line
    }
}

/// Says in a word or two what a status means here (the table of statuses in `handlers`).
fn outcome(status: StatusCode, method: &Method, before: bool) -> &'static str {
    match status.as_u16() {
        200 => "shown",
        303 if *method == Method::POST && before => "stored before",
        303 if *method == Method::POST => "stored",
        403 => "not admitted",
        404 => "not found",
        405 => "method not allowed",
        409 => "other answers under a known token",
        410 => "no such form",
        413 => "too large",
        415 => "not a form",
        422 => "mistakes",
        429 => "too many",
        503 => "no store",
        507 => "not stored",
        code if code >= 500 => "failed",
        _ => "answered",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn line(function: Option<&str>, method: Method, status: u16, preview: bool, before: bool) -> Value {
        let telemetry = Telemetry { function: function.map(str::to_owned) };
        let route = Some("/api/{consultation}/{form}");
        let asked = Asked { id: Some("id".to_owned()), method, route, preview };
        let status = StatusCode::from_u16(status).unwrap();
        let told = (status, outcome(status, &asked.method, before));
        telemetry.line(&asked, told, Duration::from_micros(1234), "2021-07-01T10:00:00Z".parse().unwrap())
    }

    /// In a process of its own, since a panic's hook is the whole process's.
    #[test]
    #[allow(clippy::disallowed_methods)]
    fn a_panic_tells_where_it_was_and_nothing_else() {
        const NAME: &str = "telemetry::tests::a_panic_tells_where_it_was_and_nothing_else";
        const PANICS: &str = "TEST_PANICS";
        if std::env::var_os(PANICS).is_some() {
            hush_panics();
            let typed = "kanarek zażółć";
            let at = typed.find('ż').unwrap() + 1;
            assert!(typed[at..].is_empty(), "cut in the middle of a character");
        }
        let itself = std::env::current_exe().unwrap();
        let output =
            std::process::Command::new(itself).args(["--exact", NAME, "--nocapture"]).env(PANICS, "1").output();
        let output = output.unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && said.contains("panicked") && said.contains("telemetry.rs:"), "{said}");
        assert!(!said.contains("kanarek") && !said.contains("char boundary"), "{said}");
    }

    #[test]
    fn a_line_is_read_alone() {
        let expected = json!({
            "timestamp": "2021-07-01T10:00:00Z",
            "level": "INFO",
            "message": "POST /api/{consultation}/{form}: stored (303) in 1.23 ms",
            "request_id": "id",
            "route": "POST /api/{consultation}/{form}",
            "status": 303,
            "outcome": "stored",
            "preview": false,
            "duration_ms": 1.23,
        });
        assert_eq!(line(None, Method::POST, 303, false, false), expected);
    }

    #[test]
    fn metrics_count_residents_answers_only() {
        let counted = |status, preview, before| {
            let line = line(Some("forms"), Method::POST, status, preview, before);
            let metrics = line["_aws"]["CloudWatchMetrics"][0].clone();
            assert_eq!((&metrics["Namespace"], &metrics["Dimensions"]), (&json!(NAMESPACE), &json!([[FUNCTION]])));
            assert_eq!((&line[FUNCTION], &line["_aws"]["Timestamp"]), (&json!("forms"), &json!(1_625_133_600_000_i64)));
            let metrics = metrics["Metrics"].as_array().unwrap().clone();
            assert!(metrics.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_number()), "{line}");
            metrics.iter().map(|metric| metric["Name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(counted(303, false, false), [DURATION, STORED]);
        assert_eq!(counted(303, false, true), [DURATION], "sent once more");
        assert_eq!(counted(303, true, false), [DURATION]);
        assert_eq!(counted(507, false, false), [DURATION, NOT_STORED]);
        assert_eq!(counted(422, false, false), [DURATION]);
    }
}
