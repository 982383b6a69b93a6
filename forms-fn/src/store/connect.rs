//! The way to an engine: a client of the SDK made from plain values, without the SDK's own search
//! for configuration, which would cost the function a third of its size.

use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region, SharedHttpClient};

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
    /// Only the function is built with TLS (or its roots cannot be used).
    #[error("this program is built without TLS and needs an http:// endpoint")]
    NoTls,
}

/// Makes a client. Nothing is sent yet.
pub fn connect(connection: &Connection) -> Result<Client, ConnectError> {
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
        .http_client(http_client(connection.endpoint.as_deref())?)
        .timeout_config(timeouts)
        .retry_config(retries);
    config.set_endpoint_url(connection.endpoint.clone());
    Ok(Client::from_conf(config.build()))
}

/// The roots that the region's own endpoints stand on (<https://www.amazontrust.com/repository/>). Reading all the roots
/// of the system instead costs more than all the rest of a start.
#[cfg(feature = "lambda")]
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Returns what speaks http, and https where the program is built for it.
#[cfg(feature = "lambda")]
fn http_client(endpoint: Option<&str>) -> Result<SharedHttpClient, ConnectError> {
    use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};

    // Whose certificate an endpoint named by hand has is not known here.
    let trusted = match endpoint {
        Some(named) if named.starts_with("https://") => TrustStore::default(),
        _ => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
    };
    let tls = TlsContext::builder().with_trust_store(trusted).build().map_err(|_| ConnectError::NoTls)?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https())
}

#[cfg(not(feature = "lambda"))]
fn http_client(endpoint: Option<&str>) -> Result<SharedHttpClient, ConnectError> {
    match endpoint {
        Some(named) if named.starts_with("http://") => Ok(aws_smithy_http_client::Builder::new().build_http()),
        _ => Err(ConnectError::NoTls),
    }
}
