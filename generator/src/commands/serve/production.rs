//! Serves a site that was built, behind a city's reverse proxy: `serve --production`.
//!
//! 1. Reads the whole of `dist/` into memory; SIGHUP reads it again, and a build that is not whole changes nothing.
//! 2. Opens the store: the engine on the data folder, or the one that `AWS_ENDPOINT_URL_DYNAMODB` names.
//! 3. Answers on the real clock, with limits that keep slow and idle clients from holding what others need (`limits`).
//! 4. Stops when told to: takes no more connections, ends what is under way, then closes the store.
//!
//! It promises what one machine can: what was acknowledged is on the disk of this machine, once. It promises nothing for
//! the day on which the disk breaks; `deploy/README.md` tells what to do before that day.

mod limits;

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, bail};
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::Response,
};
use clap::Args;
use forms_fn::{
    App, Clock, OriginSecrets, PreviewSecret,
    store::{Counters, Store},
    telemetry::{Telemetry, hush_panics},
};

use super::{
    engine::Engine,
    listen, pages,
    place::Place,
    site::{Set, is_named_by_content},
    told_to_stop,
};
use crate::{
    commands::{
        environment::{self, variable},
        say,
    },
    diagnostic::Texts,
    emit,
};

/// Where the function reads the address of the client.
const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("x-viewer-ip");
/// How long browsers and proxies may keep what is named by its content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

// Clap names a group by its type, and `serve` has an `Arguments` already.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Serves a site that was built, on the real clock, behind a reverse proxy that ends TLS.
    #[arg(long, conflicts_with_all = ["today", "now"])]
    pub(super) production: bool,
    /// Folder of the build, with --production.
    #[arg(long, value_name = "DIR", default_value = "dist", requires = "production")]
    dist: PathBuf,
    /// Header in which the reverse proxy writes the client's address. Counted only where `ORIGIN_SECRETS` is set, too.
    #[arg(long, value_name = "NAME", requires = "production")]
    client_address: Option<HeaderName>,
    /// Address of a reverse proxy whose header is believed; may be repeated.
    #[arg(long, value_name = "IP", requires = "production", default_values = ["127.0.0.1", "::1"])]
    trusted_proxy: Vec<IpAddr>,
}

/// Where answers are kept.
enum Kept {
    Here(Engine),
    Elsewhere(Store, Option<Counters>),
}

/// Serves until it is told to stop.
pub(super) async fn run(
    arguments: &Arguments,
    address: SocketAddr,
    data: &Path,
    texts: Texts,
) -> anyhow::Result<ExitCode> {
    hush_panics();
    let texts = Arc::new(texts);
    let first = Set::of_build(emit::read(&arguments.dist)?, texts.clone());
    let listener = listen(address).await?;
    let address = listener.local_addr().context("failed to learn the address")?;
    let kept = open(data).await?;
    let app = Arc::new(app(&kept, &first)?);
    let (place, shown) = Place::open(app.clone(), first);
    let service = pages::service(app, shown).layer(middleware::map_response(keep_what_never_changes));
    let service = believe_the_proxy(service, arguments);
    let reading_again = tokio::spawn(read_again(arguments.dist.clone(), place));
    say(&format!("{}\n", texts.phrase("serving", &[("address", &format!("http://{address}/"))])));
    limits::serve(listener, service, told_to_stop()).await;
    reading_again.abort();
    kept.close().await;
    Ok(ExitCode::SUCCESS)
}

impl Kept {
    fn store(&self) -> Store {
        match self {
            Self::Here(engine) => engine.store(),
            Self::Elsewhere(store, _) => store.clone(),
        }
    }

    fn counters(&self) -> Option<Counters> {
        match self {
            Self::Here(engine) => Some(engine.counters()),
            Self::Elsewhere(_, counters) => counters.clone(),
        }
    }

    async fn close(self) {
        if let Self::Here(engine) = self {
            engine.close().await;
        }
    }
}

async fn open(data: &Path) -> anyhow::Result<Kept> {
    if variable("AWS_ENDPOINT_URL_DYNAMODB").is_none() {
        return Ok(Kept::Here(Engine::open(data).await?));
    }
    let client = environment::client()?;
    let table = environment::required("TABLE_NAME")?;
    let counters = variable("COUNTERS_TABLE_NAME").map(|table| Counters::new(client.clone(), table));
    let store = Store::new(client, table);
    store.health().await.context("the engine of AWS_ENDPOINT_URL_DYNAMODB does not answer")?;
    Ok(Kept::Elsewhere(store, counters))
}

fn app(kept: &Kept, set: &Set) -> anyhow::Result<App> {
    let mut app = App::new(kept.store(), Clock::system(), set.catalogue()?);
    app.counters = kept.counters();
    app.https = true;
    app.telemetry = Some(Telemetry::default());
    app.preview_secret = variable("PREVIEW_SECRET").map(PreviewSecret);
    if let Some(secrets) = variable("ORIGIN_SECRETS") {
        let Some(secrets) = OriginSecrets::parse(&secrets) else {
            bail!("ORIGIN_SECRETS holds no secret");
        };
        app.origin_secrets = Some(secrets);
    }
    Ok(app)
}

/// Reads the build again at each SIGHUP; one that cannot be used leaves the last good one in place.
#[cfg(unix)]
async fn read_again(dist: PathBuf, place: Place) {
    let texts = place.shown().texts.clone();
    let Ok(mut told) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) else {
        return;
    };
    while told.recv().await.is_some() {
        let read = emit::read(&dist).map_err(anyhow::Error::from);
        let read = read.and_then(|outputs| place.put(Set::of_build(outputs, texts.clone())));
        match read {
            Ok(()) => tracing::info!("the build was read again"),
            Err(error) => tracing::error!(error = format!("{error:#}"), "the build was not read again"),
        }
    }
}

#[cfg(not(unix))]
async fn read_again(_: PathBuf, _place: Place) {
    std::future::pending().await
}

/// Puts the client's address where the function reads it, from a proxy that is trusted, and from nobody else.
fn believe_the_proxy(service: Router, arguments: &Arguments) -> Router {
    let believed = Arc::new((arguments.client_address.clone(), arguments.trusted_proxy.clone()));
    service.layer(middleware::from_fn_with_state(believed, tell_the_client))
}

async fn tell_the_client(
    State(believed): State<Arc<(Option<HeaderName>, Vec<IpAddr>)>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let (header, proxies) = &*believed;
    // The last one: what stands before it is what the client has said of itself.
    let told = header.as_ref().filter(|_| proxies.contains(&peer.ip().to_canonical()));
    let told = told.and_then(|header| request.headers().get_all(header).iter().next_back()?.to_str().ok());
    let address = told.and_then(|told| told.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    request.headers_mut().remove(CLIENT_ADDRESS);
    if let Some(value) = address.and_then(|address| HeaderValue::from_str(&address.to_string()).ok()) {
        request.headers_mut().insert(CLIENT_ADDRESS, value);
    }
    next.run(request).await
}

/// Lets browsers keep what is named by its content.
async fn keep_what_never_changes(request: axum::http::Uri, mut response: Response) -> Response {
    if response.status().is_success() && is_named_by_content(request.path()) {
        response.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER);
    }
    response
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::HeaderMap,
    };
    use tower::ServiceExt as _;

    use super::*;

    async fn echo(headers: HeaderMap) -> String {
        headers.get(CLIENT_ADDRESS).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// Returns the address that the function is told when `peer` sends these headers.
    async fn told(peer: &str, named: Option<&str>, headers: &[(&str, &str)]) -> String {
        let arguments = Arguments {
            production: true,
            dist: PathBuf::new(),
            client_address: named.map(|name| name.parse().unwrap()),
            trusted_proxy: vec!["127.0.0.1".parse().unwrap()],
        };
        let service = believe_the_proxy(Router::new().fallback(echo), &arguments);
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        let peer: SocketAddr = peer.parse().unwrap();
        let request = request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap();
        let answer = service.oneshot(request).await.unwrap();
        String::from_utf8(to_bytes(answer.into_body(), 1000).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn only_a_trusted_proxy_tells_who_the_client_is_and_only_in_the_named_header() {
        let (proxy, stranger) = ("127.0.0.1:5000", "192.0.2.9:5000");
        let real = [("x-real-ip", "198.51.100.7"), ("x-viewer-ip", "203.0.113.66")];
        assert_eq!(told(proxy, Some("x-real-ip"), &real).await, "198.51.100.7");
        assert_eq!(told("[::ffff:127.0.0.1]:5000", Some("x-real-ip"), &real).await, "198.51.100.7");
        assert_eq!(told(stranger, Some("x-real-ip"), &real).await, "");
        assert_eq!(told(proxy, None, &real).await, "");
        let forwarded = [("x-forwarded-for", "203.0.113.66, 198.51.100.7")];
        assert_eq!(told(proxy, Some("x-forwarded-for"), &forwarded).await, "198.51.100.7");
        let twice = [("x-forwarded-for", "203.0.113.66"), ("x-forwarded-for", "2001:db8::7")];
        assert_eq!(told(proxy, Some("x-forwarded-for"), &twice).await, "2001:db8::7");
        for nonsense in ["", "unknown", "198.51.100.7:80", "<script>"] {
            assert_eq!(told(proxy, Some("x-real-ip"), &[("x-real-ip", nonsense)]).await, "", "{nonsense}");
        }
    }
}
