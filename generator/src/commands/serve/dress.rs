//! What an editor sees besides the page: added to the answer, so that the pages themselves stay what a build makes.

use std::{
    convert::Infallible,
    future::{Future, ready},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use data_encoding::HEXLOWER;
use forms::Shell;
use forms_fn::App;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{pages, place::Sets, site::Set};
use crate::markdown::escape;

/// Where the browser is told of new sets. No address of a site has an underscore.
const EVENTS: &str = "/_serve/events";
const SCRIPT: &str = "/_serve/reload.js";
const STYLE: &str = "/_serve/serve.css";
/// The stylesheet of the site, up to the hash in its name.
const STYLESHEET: &str = "site/assets/style.";

#[derive(Clone)]
struct Wardrobe {
    app: Arc<App>,
    sets: Sets,
}

/// Returns `site` with what an editor needs on every page.
pub(super) fn dressed(site: Router, app: Arc<App>, sets: Sets) -> Router {
    let wardrobe = Wardrobe { app, sets: sets.clone() };
    let own = Router::new()
        .route(EVENTS, get(events))
        .route(SCRIPT, get(|| own_file("text/javascript; charset=utf-8", include_str!("dress/reload.js"))))
        .route(STYLE, get(|| own_file("text/css; charset=utf-8", include_str!("dress/serve.css"))))
        .layer(middleware::from_fn(pages::secure))
        .with_state(sets);
    own.fallback_service(site.layer(middleware::from_fn_with_state(wardrobe, dress)))
}

fn own_file(kind: &'static str, text: &'static str) -> impl Future<Output = impl IntoResponse> + Send {
    ready(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text))
}

/// Tells the number of the present set, and of each that follows, until the process ends.
async fn events(State(sets): State<Sets>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let numbers = stream::unfold((sets, true), |(mut sets, first)| async move {
        if !first {
            sets.changed().await.ok()?;
        }
        let (version, last) = {
            let set = sets.borrow_and_update();
            (set.version, set.last)
        };
        (!last).then(|| (Ok(Event::default().data(version.to_string())), (sets, false)))
    });
    Sse::new(numbers).keep_alive(KeepAlive::default())
}

/// Adds to a page the mistakes, the script and the banner.
async fn dress(State(wardrobe): State<Wardrobe>, request: Request, next: Next) -> Response {
    let asked = *request.method() == Method::GET;
    // Before the page is taken: a set that comes in between is one that the browser is told of.
    let set = wardrobe.sets.borrow().clone();
    let (mut parts, body) = next.run(request).await.into_parts();
    let is_page = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if bytes.is_empty() && !set.outputs.is_empty() {
        // The answer to a question for the head alone.
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    // What stands in the way of a page today may be gone with the next save.
    parts.headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    let page = String::from_utf8_lossy(&bytes);
    Response::from_parts(parts, Body::from(wardrobe.put_on(&page, &set, asked)))
}

impl Wardrobe {
    fn put_on(&self, page: &str, set: &Set, asked: bool) -> String {
        let head = head(page, set, asked);
        let top = format!("{}{}", self.banner(), mistakes(set));
        let after_body = page.find("<body").and_then(|body| Some(body + page[body..].find('>')? + 1));
        match (page.find("</head>"), after_body) {
            (Some(end), Some(start)) if end < start => {
                [&page[..end], &head, &page[end..start], &top, &page[start..]].concat()
            }
            _ => format!(
                "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
                 <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n{head}</head>\n\
                 <body>\n{top}{page}</body>\n</html>\n",
                escape(&set.texts.phrase("mistakes", &[]))
            ),
        }
    }

    /// Returns what says on every page that the clock is not the real one.
    fn banner(&self) -> String {
        if !self.app.clock.is_shifted() {
            return String::new();
        }
        let catalogue = self.app.catalogue();
        let moment = self.app.clock.now().to_string();
        let drawn =
            catalogue.theme.render("banner.html", catalogue.language(None), &Shell::default(), &Banner { moment });
        drawn.unwrap_or_else(|error| {
            tracing::error!(%error, "failed to draw the banner of a shifted clock");
            String::new()
        })
    }
}

/// Returns the script with the number of the set, and the hash of the page but for its stylesheet: by them it knows
/// what has changed. A page that was not asked for by its address has no hash, since it cannot be asked for again.
fn head(page: &str, set: &Set, asked: bool) -> String {
    let stylesheet = set.outputs.range(STYLESHEET.to_owned()..).next().filter(|(path, _)| path.starts_with(STYLESHEET));
    let name = stylesheet.and_then(|(path, _)| path.strip_prefix("site/"));
    let unstyled = name.map_or_else(|| page.to_owned(), |name| page.replace(name, ""));
    let hash = if asked { HEXLOWER.encode(&Sha256::digest(unstyled)) } else { String::new() };
    format!(
        "<link rel=\"stylesheet\" href=\"{STYLE}\">\n<script src=\"{SCRIPT}\" defer data-events=\"{EVENTS}\" \
         data-version=\"{}\" data-page=\"{hash}\" data-changed=\"{}\" data-again=\"{}\"></script>\n",
        set.version,
        escape(&set.texts.phrase("page-changed", &[])),
        escape(&set.texts.phrase("load-again", &[]))
    )
}

/// Returns what is wrong with the tree, with the page under it: folded up, it leaves the last good page to be seen.
fn mistakes(set: &Set) -> String {
    let Some(mistakes) = &set.mistakes else { return String::new() };
    format!(
        "<details id=\"_serve-mistakes\" open><summary>{}</summary>\n<pre>{}</pre></details>\n",
        escape(&set.texts.phrase("mistakes", &[])),
        escape(mistakes)
    )
}

#[derive(Serialize)]
struct Banner {
    moment: String,
}
