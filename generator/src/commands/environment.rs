//! The engine that the environment names, as the SDK's own variables do.

use anyhow::Context as _;
use forms_fn::store::{self, Client, Connection};

/// Returns a client for the engine; nothing is sent yet.
pub(super) fn client() -> anyhow::Result<Client> {
    let connection = Connection::from_variables(variable)?;
    store::connect(&connection).context("AWS_ENDPOINT_URL_DYNAMODB does not begin with http://")
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
