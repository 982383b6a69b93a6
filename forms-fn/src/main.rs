//! The function as Lambda runs it: what the environment says, one router, and nothing else.

use std::{env, path::PathBuf, process::ExitCode, sync::Arc};

use forms_fn::{
    App, Catalogue, Clock, OriginSecrets, PreviewSecret, router,
    store::{self, Connection, Counters, Store},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
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
    lambda_http::run(router(Arc::new(app))).await
}

fn required(name: &str) -> Result<String, String> {
    optional(name).ok_or_else(|| format!("the environment variable {name} is not set"))
}

// This is where the environment is read.
#[allow(clippy::disallowed_methods)]
fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
