//! What the targets share: the function on the forms of the fixture `town`, and what no answer may be.
//!
//! The table is empty and stays so: it answers every question with "nothing there" and every write with "done". What is
//! tried here is what reads and what draws; what keeps is tried in `tests/`, on real engines.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region},
};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use forms_fn::{App, Catalogue, Clock, router, store::Store};
use tower::ServiceExt as _;

/// What every value can be made to end with: it breaks a page wherever it is not escaped.
pub const MARK: &str = "\"<fuzz>'";
/// The same as a browser posts it.
pub const POSTED_MARK: &str = "%22%3Cfuzz%3E%27";

/// A moment within the term of the town, and one long after it.
pub const MOMENTS: [&str; 2] = ["2021-07-01T10:00:00Z", "2021-09-01T10:00:00Z"];

/// What `fuzz/run` has built: paths below `dist/forms`, and their bytes.
pub static FORMS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("FORMS_DIR").expect("FORMS_DIR is set by fuzz/run"));
    let mut files = BTreeMap::new();
    collect(&folder, &folder, &mut files);
    files
});

/// The functions of the town, one for each of [`MOMENTS`].
static TOWN: LazyLock<Vec<Router>> = LazyLock::new(|| {
    MOMENTS.iter().map(|moment| service(catalogue(&FORMS).expect("fuzz/run has built it"), moment)).collect()
});

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
}

/// Returns the field that says that a page was drawn from the present form: the first (0) or the second (1) of the town.
pub fn revision(form: usize) -> &'static str {
    static REVISIONS: LazyLock<[String; 2]> = LazyLock::new(|| {
        ["park/kazde.pl.json", "park/krotka.pl.json"].map(|path| {
            let bundle = String::from_utf8_lossy(&FORMS[path]).into_owned();
            let (_, rest) = bundle.split_once("\"revision\":\"").expect("a bundle has a revision");
            format!("_revision={}", rest.split('"').next().unwrap_or_default())
        })
    });
    &REVISIONS[form]
}

/// Reads the forms of a town.
pub fn catalogue(files: &BTreeMap<String, Vec<u8>>) -> Result<Catalogue, forms_fn::CatalogueError> {
    Catalogue::from_files(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
}

/// Returns the function on `catalogue` at `moment`.
pub fn service(catalogue: Catalogue, moment: &str) -> Router {
    let clock = Clock::set_to(moment.parse().expect("a moment"));
    router(Arc::new(App::new(Store::new(client(), "submissions"), clock, catalogue)))
}

/// Asks the town at one of [`MOMENTS`], and judges the answer.
pub fn ask(moment: usize, request: Request<Body>) {
    ask_of(TOWN[moment % MOMENTS.len()].clone(), request);
}

/// Asks `service`, and judges the answer: no failure of the server, nothing that breaks out of its place in a page, no
/// header but one line of visible characters, and no way to another site.
pub fn ask_of(service: Router, request: Request<Body>) {
    let response = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let (parts, body) = service.oneshot(request).await.expect("the router never fails").into_parts();
            (parts, to_bytes(body, usize::MAX).await.expect("a body"))
        })
    });
    let (parts, body) = response;
    // 507 is an answer: the text comes back with it.
    let fine = !parts.status.is_server_error() || parts.status == StatusCode::INSUFFICIENT_STORAGE;
    assert!(fine, "{}", parts.status);
    for (name, value) in &parts.headers {
        assert!(value.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte)), "{name}: {value:?}");
    }
    if let Some(location) = parts.headers.get("location") {
        let location = location.to_str().expect("a visible one");
        assert!(location.starts_with("/api/receipt/"), "{location}");
        let safe = location.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
        assert!(safe, "{location}");
    }
    let page = std::str::from_utf8(&body).expect("a page is UTF-8");
    for raw in ["<fuzz", "\"&lt;fuzz", "fuzz&gt;'"] {
        assert!(!page.contains(raw), "{raw} stands in a page of {}", parts.status);
    }
}

fn client() -> Client {
    let credentials = Credentials::new("fuzz", "fuzz", None, None, "fuzz");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .endpoint_url("http://127.0.0.1:1")
        .credentials_provider(credentials)
        .http_client(http_client_fn(|_, _| SharedHttpConnector::new(EmptyTable)));
    Client::from_conf(config.build())
}

/// Nothing is there, and whatever is written is taken.
#[derive(Debug)]
struct EmptyTable;

impl HttpConnector for EmptyTable {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = 200.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from("{}"))))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder of fuzz/run") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            files.insert(name, fs::read(&path).expect("a file"));
        }
    }
}
