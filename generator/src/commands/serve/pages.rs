//! Answers with the pages of a build, from memory.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
};
use forms::{Shell, Theme};
use forms_fn::{App, headers};
use serde::Serialize;
use tower::ServiceExt as _;

use crate::{
    emit::Outputs,
    pictures::{self, Prints},
    source::Source,
};

/// What a build made, and what is made of it when somebody asks.
pub(super) struct Site {
    pub(super) outputs: Outputs,
    /// Prints of pictures, made from `source` on request.
    pub(super) prints: Prints,
    pub(super) source: Source,
}

/// The pages as they are now.
pub(super) struct Pages {
    site: RwLock<Arc<Site>>,
    /// Folder that keeps the prints of pictures.
    cache: PathBuf,
}

impl Pages {
    pub(super) fn new(site: Site, cache: PathBuf) -> Self {
        Self { site: RwLock::new(Arc::new(site)), cache }
    }

    /// Puts all pages in place of the present ones at once.
    pub(super) fn replace(&self, site: Site) {
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    fn now(&self) -> Arc<Site> {
        self.site.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the print of a picture that stands at `path` of the output, if one does.
    async fn print(self: Arc<Self>, path: String) -> Option<Response> {
        let site = self.now();
        let print = site.prints.get(&path)?.clone();
        let made = tokio::task::spawn_blocking(move || pictures::cache::one(&self.cache, &print, &site.source)).await;
        match made {
            Ok(Ok(Ok(bytes))) => Some(file(&path, StatusCode::OK, bytes)),
            failed => {
                tracing::error!(path, ?failed, "failed to make a print of a picture");
                Some(StatusCode::INTERNAL_SERVER_ERROR.into_response())
            }
        }
    }
}

/// Returns the whole site as one service: the function's router, and pages for everything else.
pub(super) fn service(app: Arc<App>, pages: Arc<Pages>) -> Router {
    let function = forms_fn::router(app.clone());
    let site = Router::new().fallback(page).with_state(pages.clone()).layer(middleware::from_fn(secure));
    // Told apart by hand: a router inside a router would hand its own path parameters on to the function's handlers.
    let whole = Router::new().fallback(move |request: Request| {
        let addressed = if request.uri().path().starts_with("/api/") { function.clone() } else { site.clone() };
        addressed.oneshot(request)
    });
    let whole = whole.layer(middleware::from_fn_with_state(pages, apologize));
    if app.clock.is_shifted() { whole.layer(middleware::from_fn_with_state(app, announce)) } else { whole }
}

async fn page(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let site = pages.now();
    let outputs = &site.outputs;
    let path = percent_encoding::percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let index = if path.ends_with('/') { "index.html" } else { "" };
    if let Some(output) = outputs.get(&format!("site{path}{index}")) {
        return file(&path, StatusCode::OK, output.bytes.clone());
    }
    if outputs.contains_key(&format!("site{path}/index.html")) {
        // Root-absolute and from our own names, never from the Host of the request.
        return Redirect::permanent(&format!("{path}/")).into_response();
    }
    if let Some(print) = pages.print(format!("site{path}")).await {
        return print;
    }
    let missing = outputs.get("site/404.html").map(|output| output.bytes.clone()).unwrap_or_default();
    file("/", StatusCode::NOT_FOUND, missing)
}

fn file(path: &str, status: StatusCode, bytes: Vec<u8>) -> Response {
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
async fn apologize(State(pages): State<Arc<Pages>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !response.status().is_server_error() || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let page = pages.now().outputs.get("site/error.html").map(|output| output.bytes.clone()).unwrap_or_default();
    Response::from_parts(parts, Body::from(page))
}

async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers::secure(response.headers_mut(), false);
    response
}

/// Says on every page that the clock is not the real one.
async fn announce(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = next.run(request).await.into_parts();
    let is_page = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = String::from_utf8_lossy(&bytes).into_owned();
    let catalogue = app.catalogue();
    let banner = banner(&catalogue.theme, catalogue.language(None), app.clock.now().to_string());
    let page = match page.find("<body").and_then(|body| Some(body + page[body..].find('>')? + 1)) {
        Some(start) => format!("{}{banner}{}", &page[..start], &page[start..]),
        None => page,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

#[derive(Serialize)]
struct Banner {
    moment: String,
}

fn banner(theme: &Theme, language: &str, moment: String) -> String {
    theme.render("banner.html", language, &Shell::default(), &Banner { moment }).unwrap_or_else(|error| {
        tracing::error!(%error, "failed to draw the banner of a shifted clock");
        String::new()
    })
}
