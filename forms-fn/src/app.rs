use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

use axum::http::HeaderMap;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use crate::{
    Catalogue, Clock,
    store::{Counters, Store},
};

/// Where the CDN puts the address of the client.
const VIEWER: &str = "x-viewer-ip";

/// Everything a request needs.
#[derive(Debug)]
pub struct App {
    /// Where answers are kept.
    pub store: Store,
    /// Where it is counted how much comes from one address; nowhere where no address is known.
    pub counters: Option<Counters>,
    /// What time it is.
    pub clock: Clock,
    /// The secrets of the CDN; none where no CDN stands in front.
    pub origin_secrets: Option<OriginSecrets>,
    /// A request that carries it skips the clock and is stored as a trial.
    pub preview_secret: Option<PreviewSecret>,
    /// Whether residents reach the function by https.
    pub https: bool,
    catalogue: RwLock<Arc<Catalogue>>,
}

impl App {
    /// An app on plain http, without secrets: what `serve` and tests run.
    pub fn new(store: Store, clock: Clock, catalogue: Catalogue) -> Self {
        Self {
            store,
            counters: None,
            clock,
            origin_secrets: None,
            preview_secret: None,
            https: false,
            catalogue: RwLock::new(Arc::new(catalogue)),
        }
    }

    /// Returns the forms and templates as they are now; a request keeps what it began with.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts `catalogue` in place of the present one, at once for every request that follows.
    pub fn replace_catalogue(&self, catalogue: Catalogue) {
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalogue);
    }

    /// Returns who sent a request with these headers, as far as the counters need to know. Only where every request has
    /// proved that it comes from the CDN is its word on the address taken.
    pub(crate) fn sender(&self, headers: &HeaderMap) -> Sender<'_> {
        let named = headers.get(VIEWER).and_then(|value| value.to_str().ok()?.parse().ok());
        let address = self.origin_secrets.as_ref().and(named);
        Sender { counted: self.counters.as_ref().zip(address) }
    }

    /// Tells whether `given` is the secret of trials.
    pub(crate) fn is_preview(&self, given: Option<&str>) -> bool {
        match (&self.preview_secret, given) {
            (Some(PreviewSecret(secret)), Some(given)) => same(secret, given),
            _ => false,
        }
    }
}

/// Who sends an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender<'a> {
    counted: Option<(&'a Counters, IpAddr)>,
}

impl Sender<'_> {
    /// Counts one answer of the sender, and tells whether it may be stored. Nobody is refused whose address is not
    /// known.
    pub(crate) async fn may_store(&self, now: Timestamp) -> bool {
        match self.counted {
            Some((counters, address)) => counters.admit(address, now).await,
            None => true,
        }
    }
}

/// The secret of trials.
#[derive(Clone)]
pub struct PreviewSecret(pub String);

impl fmt::Debug for PreviewSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PreviewSecret")
    }
}

/// The secrets by which the CDN proves itself: one, or two while they are being changed.
#[derive(Clone)]
pub struct OriginSecrets(Vec<String>);

impl OriginSecrets {
    /// Reads secrets separated by commas; none when there is not a single one.
    pub fn parse(text: &str) -> Option<Self> {
        let secrets: Vec<_> = text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
        (!secrets.is_empty()).then(|| Self(secrets.into_iter().map(str::to_owned).collect()))
    }

    pub(crate) fn accept(&self, given: &str) -> bool {
        // Every secret is compared, so that the time tells nothing of which one it was.
        self.0.iter().fold(false, |accepted, secret| same(secret, given) | accepted)
    }
}

impl fmt::Debug for OriginSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OriginSecrets({})", self.0.len())
    }
}

fn same(secret: &str, given: &str) -> bool {
    secret.as_bytes().ct_eq(given.as_bytes()).into()
}
