//! The second table: how much was sent from one address, so that a flood can be told from a resident.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | count | `C#HASH` | hour, `2026-11-24T16` (UTC) |
//! | salt of the day | `SALT` | `SALT` |
//!
//! HASH is keyed with the salt of the day, which is overwritten in place when the day changes: yesterday's counts belong
//! to nobody any more. An address itself is kept nowhere. Counts expire; this table is not backed up.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use super::items::{self, Item};
use super::table::{self, Created};
use super::{Cause, StoreError};
use crate::number::keyed_hash;

/// Most answers from one address within an hour of the clock. An office, a library, a block of flats and a good part of
/// a mobile network each share one address: this stops floods, not evenings.
const LIMIT: u64 = 1000;

/// As long as counting may take where nobody has set another time.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long a count stays after it was begun.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The table of counts. Clones share what they know of the day's salt.
#[derive(Clone, Debug)]
pub struct Counters {
    /// Longest time that counting may take; then the request passes.
    pub patience: Duration,
    client: Client,
    table: String,
    salt: Arc<Mutex<Option<Salt>>>,
}

/// What makes hashes of addresses worthless after its day.
#[derive(Clone)]
struct Salt {
    /// `2026-11-24`, of UTC.
    day: String,
    bytes: [u8; 32],
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Salt").field("day", &self.day).finish_non_exhaustive()
    }
}

impl Counters {
    /// Returns the counters that keep their items in `table`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { patience: PATIENCE, client, table: table.into(), salt: Arc::default() }
    }

    /// Creates the table; changes nothing where it exists already.
    pub async fn create_table(&self) -> Result<Created, StoreError> {
        table::create(&self.client, &self.table).await
    }

    /// Counts one answer from `address` and tells whether it is still one of those that are let through. A counter
    /// that fails or takes too long lets everything through.
    pub async fn admit(&self, address: IpAddr, now: Timestamp) -> bool {
        match tokio::time::timeout(self.patience, self.count(address, now)).await {
            Ok(Ok(count)) => count <= LIMIT,
            Ok(Err(error)) => {
                tracing::warn!(%error, "an answer was not counted");
                true
            }
            Err(elapsed) => {
                tracing::warn!(error = %elapsed, "an answer was not counted");
                true
            }
        }
    }

    /// Adds one to the count of `address` in this hour and returns it.
    async fn count(&self, address: IpAddr, now: Timestamp) -> Result<u64, StoreError> {
        let salt = self.salt(&now.strftime("%F").to_string()).await?;
        let hash = HEXLOWER.encode(&keyed_hash(&salt.bytes, &network(address))[..16]);
        let expires = now.saturating_add(KEPT).map_or(i64::MAX, Timestamp::as_second);
        let counted = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(items::PARTITION, string(format!("C#{hash}")))
            .key(items::SORT, string(now.strftime("%FT%H").to_string()))
            .update_expression("ADD #count :one SET #expires = if_not_exists(#expires, :expires)")
            .expression_attribute_names("#count", COUNT)
            .expression_attribute_names("#expires", items::EXPIRES)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(|error| StoreError::Unavailable(Cause::of("UpdateItem", &error)))?;
        let count = counted.attributes.as_ref().and_then(|item| item.get(COUNT)?.as_n().ok()?.parse().ok());
        count.ok_or(StoreError::Corrupt { kind: "C", attribute: COUNT })
    }

    /// Returns the salt of `day`, which is made by whoever asks first.
    async fn salt(&self, day: &str) -> Result<Salt, StoreError> {
        if let Some(salt) = self.known_salt(day) {
            return Ok(salt);
        }
        let salt = match self.stored_salt(day).await? {
            Some(salt) => salt,
            None => self.mint_salt(day).await?,
        };
        *self.salt.lock().unwrap_or_else(PoisonError::into_inner) = Some(salt.clone());
        Ok(salt)
    }

    fn known_salt(&self, day: &str) -> Option<Salt> {
        let known = self.salt.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // One of a later day serves as well: clocks differ by a little, and a day that is over does not come back.
        known.filter(|salt| salt.day.as_str() >= day)
    }

    async fn stored_salt(&self, day: &str) -> Result<Option<Salt>, StoreError> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(salt_key())).consistent_read(true);
        let read = read.send().await.map_err(|error| StoreError::Unavailable(Cause::of("GetItem", &error)))?;
        Ok(read.item.map(|item| read_salt(&item)).transpose()?.filter(|salt| salt.day.as_str() >= day))
    }

    /// Puts a new salt in the place of the last one, unless somebody was quicker.
    async fn mint_salt(&self, day: &str) -> Result<Salt, StoreError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(Cause::unsent("PutItem", &error)))?;
        let salt = Salt { day: day.to_owned(), bytes };
        let mut item = salt_key();
        item.insert(DAY.to_owned(), string(salt.day.clone()));
        item.insert(SALT.to_owned(), string(HEXLOWER.encode(&salt.bytes)));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#day) OR #day < :day")
            .expression_attribute_names("#day", DAY)
            .expression_attribute_values(":day", string(day.to_owned()))
            .send()
            .await;
        match put {
            Ok(_) => Ok(salt),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                let stored = self.stored_salt(day).await?;
                stored.ok_or(StoreError::Corrupt { kind: "SALT", attribute: DAY })
            }
            Err(error) => Err(StoreError::Unavailable(Cause::of("PutItem", &error))),
        }
    }
}

const COUNT: &str = "count";
const DAY: &str = "day";
const SALT: &str = "salt";

fn salt_key() -> Item {
    let key = || string("SALT".to_owned());
    Item::from([(items::PARTITION.to_owned(), key()), (items::SORT.to_owned(), key())])
}

fn read_salt(item: &Item) -> Result<Salt, StoreError> {
    let text = |attribute: &'static str| {
        let text = item.get(attribute).and_then(|value| value.as_s().ok());
        text.ok_or(StoreError::Corrupt { kind: "SALT", attribute })
    };
    let bytes = HEXLOWER.decode(text(SALT)?.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or(StoreError::Corrupt { kind: "SALT", attribute: SALT })?;
    Ok(Salt { day: text(DAY)?.clone(), bytes })
}

fn string(text: String) -> AttributeValue {
    AttributeValue::S(text)
}

/// Returns what is counted as one address: all of IPv4, and of IPv6 the half that a household is given.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}
