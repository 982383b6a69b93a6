//! Answers with the pages of a build, from memory.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
};
use forms_fn::{App, headers};
use tower::ServiceExt as _;

use super::place::Sets;
use crate::emit::Output;

/// Returns the whole site as one service: the function's router, and pages for everything else.
pub(super) fn service(app: Arc<App>, sets: Sets) -> Router {
    let function = forms_fn::router(app);
    let site = Router::new().fallback(page).with_state(sets.clone()).layer(middleware::from_fn(secure));
    let shown = sets.clone();
    // Told apart by hand: a router inside a router would hand its own path parameters on to the function's handlers.
    let whole = Router::new().fallback(move |request: Request| {
        // Without a good site there are no forms either: every address tells what is wrong.
        let forms = request.uri().path().starts_with("/api/") && !shown.borrow().outputs.is_empty();
        let addressed = if forms { function.clone() } else { site.clone() };
        addressed.oneshot(request)
    });
    whole.layer(middleware::from_fn_with_state(sets, apologize))
}

async fn page(State(sets): State<Sets>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let set = sets.borrow().clone();
    let path = percent_encoding::percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let index = if path.ends_with('/') { "index.html" } else { "" };
    if let Some(output) = set.find(&format!("site{path}{index}")) {
        return found(&path, output, request.headers());
    }
    if set.find(&format!("site{path}/index.html")).is_some() {
        // Root-absolute and from our own names, never from the Host of the request.
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return Redirect::permanent(&format!("{path}/{query}")).into_response();
    }
    let print = format!("site{path}");
    if let Some(pictures) = set.pictures_with(&print) {
        let pictures = pictures.clone();
        let made = tokio::task::spawn_blocking(move || pictures.print(&print)).await;
        return match made {
            Ok(Some(Ok(bytes))) => file(&path, StatusCode::OK, bytes.into()),
            failed => {
                tracing::error!(path, ?failed, "failed to make a print of a picture");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
    }
    match set.find("site/404.html") {
        Some(missing) => file("/", StatusCode::NOT_FOUND, missing.bytes.clone()),
        None => file("/", StatusCode::SERVICE_UNAVAILABLE, Bytes::new()),
    }
}

/// Answers with a file, or that the client has it already: only what was built once and for all has a tag.
fn found(path: &str, output: &Output, asked: &HeaderMap) -> Response {
    let tag = output.sha256.as_ref().map(|hash| format!("\"{hash}\""));
    let Some(tag) = tag.as_ref().and_then(|tag| HeaderValue::from_str(tag).ok()) else {
        return file(path, StatusCode::OK, output.bytes.clone());
    };
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let known = known.flat_map(|tags| tags.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    let mut response = if known.into_iter().any(|known| known == "*" || known.as_bytes() == tag.as_bytes()) {
        (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, "no-cache")]).into_response()
    } else {
        file(path, StatusCode::OK, output.bytes.clone())
    };
    response.headers_mut().insert(header::ETAG, tag);
    response
}

fn file(path: &str, status: StatusCode, bytes: Bytes) -> Response {
    let name = if path.ends_with('/') { "index.html" } else { path };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if kind.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    let headers = [
        (header::CONTENT_TYPE, format!("{}{charset}", kind.essence_str())),
        (header::CACHE_CONTROL, "no-cache".into()),
    ];
    (status, headers, bytes).into_response()
}

/// Fills an empty answer of a failed server with the page that the CDN shows for it.
async fn apologize(State(sets): State<Sets>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !response.status().is_server_error() || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let page = sets.borrow().find("site/error.html").map(|output| output.bytes.clone()).unwrap_or_default();
    Response::from_parts(parts, Body::from(page))
}

/// Adds the security headers of the site.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers::secure(response.headers_mut(), false);
    response
}
