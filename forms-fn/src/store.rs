//! The store: the only code that names `DynamoDB`'s types and keys.
//!
//! One submission is two items written in one transaction: the receipt (`R`), which says that the
//! number is taken and by which token, and the answers (`S`). The form's definition (`F`) is put
//! before, once per process and revision. The shapes stand in `items`, the way to an
//! engine in [`connect`].
//!
//! Exactly once is per token: the number derives from form and token, the transaction is
//! conditional on the number's absence, and whoever loses the race reads who won it. What was
//! stored is acknowledged even when the engine's answer was lost; what is not known to be stored is
//! never called stored, nor refused.
//!
//! A correction (`correct`) adds answers beside the old ones and moves the receipt on to them, in one
//! transaction as well.

mod connect;
mod correct;
mod counters;
mod error;
mod items;
mod list;
mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use jiff::Timestamp;

pub use self::connect::{ConnectError, Connection, connect};
pub use self::counters::Counters;
pub use self::error::{Cause, StoreError};
use self::error::{Failure, failure_of};
pub use self::items::State;
use self::items::{Key, Record, Text};
pub use self::list::{Entry, Listing, Position};
pub use self::table::Created;
use crate::number::{AnswersHash, Number, Secret, Token};

/// The last attempt at a number: eight numbers are tried before the store calls itself full.
const LAST_ATTEMPT: u8 = 7;

/// How long to wait before the same number is tried again, after another transaction was found at
/// work on it, or the engine was asked for too much.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(40),
    Duration::from_millis(80),
    Duration::from_millis(160),
    Duration::from_millis(320),
];

/// How long reading back may take after a write whose end is not known. The write has used up most
/// of the time a request has.
const READ_BACK: Duration = Duration::from_secs(2);

/// The table of submissions. Cloning is cheap; clones share what they know of stored definitions.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
    /// Form and revision of the definitions this process has seen stored.
    defined: Arc<Mutex<BTreeSet<(String, String)>>>,
}

/// What is sent for storing, validated already.
#[derive(Clone, Debug)]
pub struct Submission {
    /// `CONSULTATION/FORM`.
    pub form: String,
    /// Revision of the definition that the answers were validated with.
    pub revision: String,
    /// That definition, as JSON.
    pub definition: String,
    /// Language of the page it was sent from.
    pub language: String,
    /// The way it came: `www`.
    pub channel: String,
    /// Field names and their values, in order.
    pub answers: BTreeMap<String, Vec<String>>,
    /// Hash of the answers as they were posted.
    pub answers_hash: AnswersHash,
    /// Instant of arrival; kept in whole milliseconds.
    pub sent: Timestamp,
    /// Whether it came after the end of the term, within the minutes of grace.
    pub after_deadline: bool,
    /// Whether something about it says that no person sent it: the office decides, nothing is lost.
    pub quarantine: bool,
    /// Whether it was sent under a shifted clock or by a smoke test.
    pub preview: bool,
    /// When the answers are to vanish; previews carry no expiry whatever stands here.
    pub expires: Option<Timestamp>,
}

/// How storing ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stored now.
    Stored {
        /// The number of the receipt.
        number: Number,
    },
    /// The token had been stored before, with these or with other answers.
    Known(Known),
}

/// What is known of a token that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The number of the receipt.
    pub number: Number,
    /// Hash of the answers that were stored.
    pub answers_hash: AnswersHash,
    /// What became of the submission.
    pub state: State,
    /// How often it was corrected.
    pub amendment: u16,
    /// `CONSULTATION/FORM`.
    pub form: String,
    /// Instant of the first sending.
    pub sent: Timestamp,
    /// Whether it is a preview.
    pub preview: bool,
}

/// What a receipt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the receipt.
    pub number: Number,
    /// `CONSULTATION/FORM`.
    pub form: String,
    /// Instant of the first sending.
    pub sent: Timestamp,
    /// Language of the page it was sent from.
    pub language: String,
    /// Revision of the definition.
    pub revision: String,
    /// How often it was corrected; what is shown are the last answers.
    pub amendment: u16,
    /// Whether it came after the end of the term; stands with the answers, `false` once they are
    /// gone.
    pub after_deadline: bool,
    /// Whether it is a preview.
    pub preview: bool,
    /// What became of the submission.
    pub state: State,
    /// The definition of that revision as JSON.
    pub definition: Option<String>,
    /// The answers; `None` when they have expired or were erased.
    pub answers: Option<BTreeMap<String, Vec<String>>>,
}

/// Who holds a number that was tried.
enum Claim {
    Stored,
    Known(Known),
    Foreign,
}

impl Store {
    /// Returns the store that keeps its items in `table`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), defined: Arc::default() }
    }

    /// Looks a token up among what was sent through `form`.
    ///
    /// Fails with [`StoreError::Unavailable`] when the store cannot be read, with
    /// [`StoreError::Full`] when all its numbers belong to others.
    pub async fn find(&self, form: &str, token: &Token) -> Result<Option<Known>, StoreError> {
        for n in 0..=LAST_ATTEMPT {
            match self.record(Number::derive(form, token, n)).await? {
                None => return Ok(None),
                Some(record) if record.token_hash == token.hash() => {
                    return Ok(Some(record.known()));
                }
                Some(_) => {}
            }
        }
        Err(StoreError::Full)
    }

    /// Stores a submission under its token, once whatever happens: a second call with the token, at
    /// the same time or later, finds what the first has stored.
    ///
    /// Fails with [`StoreError::Unknown`] when it may have been stored; with every other error it
    /// was not.
    pub async fn submit(&self, submission: &Submission, token: &Token) -> Result<Outcome, StoreError> {
        self.define(submission).await?;
        for n in 0..=LAST_ATTEMPT {
            let number = Number::derive(&submission.form, token, n);
            match self.claim(number, submission, token).await? {
                Claim::Stored => return Ok(Outcome::Stored { number }),
                Claim::Known(known) => return Ok(Outcome::Known(known)),
                Claim::Foreign => {}
            }
        }
        Err(StoreError::Full)
    }

    /// Reads a receipt. An unknown number and a wrong secret are the same `None`, after the same
    /// one read; answers that have expired by `now` are not shown, whether the engine has removed
    /// them yet or not.
    pub async fn receipt(
        &self,
        number: &Number,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Receipt>, StoreError> {
        let Some(record) = self.record(*number).await?.filter(|r| secret.matches(&r.secret_hash)) else {
            return Ok(None);
        };
        let (text, definition) = tokio::try_join!(self.text(&record), self.definition(&record.form, &record.revision))?;
        let text = text.filter(|text| !text.has_expired(now));
        Ok(Some(Receipt {
            number: record.number,
            sent: record.sent,
            preview: record.preview,
            after_deadline: text.as_ref().is_some_and(|text| text.after_deadline),
            answers: text.map(|text| text.answers),
            form: record.form,
            language: record.language,
            revision: record.revision,
            amendment: record.amendment,
            state: record.state,
            definition,
        }))
    }

    /// Asks whether the table answers, by reading an item that is never there: no more rights than
    /// the rest needs.
    pub async fn health(&self) -> Result<(), StoreError> {
        self.read(Key::health()).await.map(drop)
    }

    /// Puts the definition unless it is known to be there. A failure here leaves nothing stored,
    /// not even in doubt.
    async fn define(&self, submission: &Submission) -> Result<(), StoreError> {
        let name = (submission.form.clone(), submission.revision.clone());
        if self.defined().contains(&name) {
            return Ok(());
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(items::definition(&name.0, &name.1, &submission.definition)))
            .condition_expression(items::ABSENT)
            .send()
            .await;
        if let Err(error) = &put
            && !error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
        {
            return Err(StoreError::Unavailable(Cause::of("PutItem", error)));
        }
        self.defined().insert(name);
        Ok(())
    }

    fn defined(&self) -> MutexGuard<'_, BTreeSet<(String, String)>> {
        self.defined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the submission under one number, or finds out who holds the number.
    async fn claim(&self, number: Number, submission: &Submission, token: &Token) -> Result<Claim, StoreError> {
        let record = Record::new(number, submission, token);
        let text = Text::new(submission);
        let holder = |found: Option<Record>| match found {
            Some(found) if found.token_hash == record.token_hash => Some(Claim::Known(found.known())),
            Some(_) => Some(Claim::Foreign),
            None => None,
        };
        let claimed =
            self.settle(number, [self.receipt_if_free(&record)?, self.answers(&record, &text)?], holder).await?;
        Ok(claimed.unwrap_or(Claim::Stored))
    }

    /// Writes `items`, the receipt of `number` and answers, both or none, and finds out how it ended: `None` when they
    /// were written, else what `judge` makes of the receipt that stands there.
    ///
    /// After any failure the receipt is read back: what `judge` recognises was stored, by this call, by an earlier
    /// attempt whose answer was lost, or by a twin. Where it recognises nothing, nothing has been written yet, and the
    /// failure decides.
    async fn settle<T>(
        &self,
        number: Number,
        items: [TransactWriteItem; 2],
        judge: impl Fn(Option<Record>) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut pauses = PAUSES.into_iter();
        // Whoever was at work on the number may still write.
        let mut in_doubt = false;
        loop {
            let Err(failure) = self.transact(&items).await else {
                return Ok(None);
            };
            match tokio::time::timeout(READ_BACK, self.record(number)).await {
                Ok(Ok(found)) => {
                    if let Some(settled) = judge(found) {
                        return Ok(Some(settled));
                    }
                }
                Ok(Err(_)) | Err(_) => return Err(StoreError::Unknown(failure.into_cause())),
            }
            match (failure, pauses.next()) {
                (Failure::Contested(_), Some(pause)) => {
                    in_doubt = true;
                    tokio::time::sleep(pause).await;
                }
                (Failure::Throttled(_), Some(pause)) => tokio::time::sleep(pause).await,
                (Failure::Refused(cause) | Failure::Throttled(cause), _) if !in_doubt => {
                    return Err(StoreError::Unavailable(cause));
                }
                (failure, _) => return Err(StoreError::Unknown(failure.into_cause())),
            }
        }
    }

    /// Returns the writing of a receipt whose number has to be free.
    fn receipt_if_free(&self, record: &Record) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(record.item()));
        let put = put.condition_expression(items::ABSENT).build().map_err(|error| unsent(&error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Returns the writing of the answers that stand under `record`.
    fn answers(&self, record: &Record, text: &Text) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(text.item(record.text_key())));
        Ok(TransactWriteItem::builder().put(put.build().map_err(|error| unsent(&error))?).build())
    }

    async fn transact(&self, items: &[TransactWriteItem]) -> Result<(), Failure> {
        let transaction = self.client.transact_write_items().set_transact_items(Some(items.to_vec()));
        transaction.send().await.map(drop).map_err(|error| failure_of(&error))
    }

    async fn record(&self, number: Number) -> Result<Option<Record>, StoreError> {
        self.read(Key::record(number)).await?.as_ref().map(Record::read).transpose()
    }

    async fn text(&self, record: &Record) -> Result<Option<Text>, StoreError> {
        self.read(record.text_key()).await?.as_ref().map(Text::read).transpose()
    }

    async fn definition(&self, form: &str, revision: &str) -> Result<Option<String>, StoreError> {
        self.read(Key::definition(form, revision)).await?.as_ref().map(items::read_definition).transpose()
    }

    /// Reads one item, consistently.
    async fn read(&self, key: Key) -> Result<Option<HashMap<String, AttributeValue>>, StoreError> {
        self.client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .map(|output| output.item)
            .map_err(|e| StoreError::Unavailable(Cause::of("GetItem", &e)))
    }
}

/// A transaction that the SDK would not even build.
fn unsent(error: &BuildError) -> StoreError {
    StoreError::Unavailable(Cause::unsent("TransactWriteItems", error))
}
