//! The engine that the environment names, as the SDK's own variables do.

use anyhow::{Context as _, ensure};
use forms_fn::store::{self, Client, ConnectError, Connection};

/// Returns a client for the engine; nothing is sent yet.
pub(super) fn client() -> anyhow::Result<Client> {
    let connection = Connection::from_variables(variable)?;
    let client = store::connect(&connection);
    ensure!(
        !matches!(client, Err(ConnectError::NoTls)),
        "this konsultacje is built without TLS, so AWS_ENDPOINT_URL_DYNAMODB has to be an http:// address; \
         `cargo build --release --features cloud` builds one that reaches Amazon's own tables"
    );
    Ok(client?)
}

/// Returns a variable that has to be set.
pub(super) fn required(name: &str) -> anyhow::Result<String> {
    variable(name).with_context(|| format!("the environment variable {name} is not set"))
}

// This is where the environment is read.
#[allow(clippy::disallowed_methods)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
