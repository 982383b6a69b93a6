//! The function as Lambda runs it: what the environment says, one router, and nothing else.

use std::{env, path::PathBuf, process::ExitCode, sync::Arc};

use axum::{extract::Request, middleware};
use forms_fn::{
    App, Catalogue, Clock, OriginSecrets, PreviewSecret, router,
    store::{self, Connection, Counters, Store},
    telemetry::{OneLine, RequestId, Telemetry, hush_panics},
};
use lambda_http::RequestExt as _;
use tracing_subscriber::fmt::format::JsonFields;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .fmt_fields(JsonFields::new())
        .event_format(OneLine)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .init();
    hush_panics();
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "failed to start");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> Result<(), lambda_http::Error> {
    let connection = Connection::from_variables(optional)?;
    let secrets = required("ORIGIN_SECRETS")?;
    let catalogue = Catalogue::read(&PathBuf::from(required("FORMS_DIR")?))?;
    let client = store::connect(&connection)?;
    let store = Store::new(client.clone(), required("TABLE_NAME")?);
    let mut app = App::new(store, Clock::system(), catalogue);
    app.counters = Some(Counters::new(client, required("COUNTERS_TABLE_NAME")?));
    app.origin_secrets = Some(OriginSecrets::parse(&secrets).ok_or("ORIGIN_SECRETS holds no secret")?);
    app.preview_secret = optional("PREVIEW_SECRET").map(PreviewSecret);
    app.https = true;
    app.telemetry = Some(Telemetry { function: optional("AWS_LAMBDA_FUNCTION_NAME") });
    // Answers or not, it has opened the way to the table before the first resident comes.
    let first = app.store.clone();
    tokio::spawn(async move { first.health().await });
    lambda_http::run(router(Arc::new(app)).layer(middleware::map_request(named))).await
}

/// Names a request as Lambda does in its own lines of the log.
async fn named(mut request: Request) -> Request {
    if let Some(context) = request.lambda_context_ref() {
        let id = RequestId(context.request_id.clone());
        request.extensions_mut().insert(id);
    }
    request
}

fn required(name: &str) -> Result<String, String> {
    optional(name).ok_or_else(|| format!("the environment variable {name} is not set"))
}

// This is where the environment is read.
#[allow(clippy::disallowed_methods)]
fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
