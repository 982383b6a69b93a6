//! The way to an engine: a client of the SDK made from plain values, without the SDK's own search
//! for configuration, which would cost the function a third of its size.

use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region, SharedHttpClient};
use aws_smithy_http_client::Builder;

/// How long connecting, one attempt and a whole operation may take, and how many attempts it has.
/// Together they stay below the time the function itself is given.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(7);
const ATTEMPTS: u32 = 3;

/// The wait before the second attempt, at most; it doubles for the third.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// What a client needs to know. The caller takes it from wherever it stands, usually the `AWS_*`
/// variables.
#[derive(Clone)]
pub struct Connection {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<String>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`; without it, the region's own.
    pub endpoint: Option<String>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Takes what the `AWS_*` variables say; `variable` returns one of them.
    ///
    /// Fails with [`ConnectError::Missing`] when one is not set that there is no client without.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConnectError> {
        let required = |name| variable(name).ok_or(ConnectError::Missing(name));
        Ok(Self {
            region: required("AWS_REGION")?,
            access_key_id: required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
            session_token: variable("AWS_SESSION_TOKEN"),
            endpoint: variable("AWS_ENDPOINT_URL_DYNAMODB"),
        })
    }
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A variable is not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// Only the function is built with TLS.
    #[error("this program is built without TLS and needs an http:// endpoint")]
    NoTls,
}

/// Makes a client. Nothing is sent yet.
pub fn connect(connection: &Connection) -> Result<Client, ConnectError> {
    let plain = connection.endpoint.as_ref().is_some_and(|url| url.starts_with("http://"));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF);
    let credentials = Credentials::new(
        &connection.access_key_id,
        &connection.secret_access_key,
        connection.session_token.clone(),
        None,
        "environment",
    );
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .credentials_provider(credentials)
        .http_client(if plain { Builder::new().build_http() } else { tls()? })
        .timeout_config(timeouts)
        .retry_config(retries);
    config.set_endpoint_url(connection.endpoint.clone());
    Ok(Client::from_conf(config.build()))
}

#[cfg(feature = "lambda")]
#[allow(clippy::unnecessary_wraps)] // the twin below fails
fn tls() -> Result<SharedHttpClient, ConnectError> {
    use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https())
}

#[cfg(not(feature = "lambda"))]
fn tls() -> Result<SharedHttpClient, ConnectError> {
    Err(ConnectError::NoTls)
}
