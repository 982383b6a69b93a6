//! A form's submissions in the order of time, page after page.
//!
//! The answers of a form lie in sixteen shards, each sorted by time. All are read at the same time, a page ahead of what
//! is asked for, and merged; other forms are not touched, and what is held at once does not grow with what is stored.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::{
    Cause, PAUSES, State, Store, StoreError,
    items::{self, Item, Key, Row},
};
use crate::number::Number;

/// Most submissions that a page holds: as many receipts as one request reads.
const PAGE: usize = 100;

/// Most items that one request asks of a shard. The engine itself ends a page at 1 MB.
const SHARD_PAGE: i32 = 50;

/// A submission as it is stored, with its last answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the receipt.
    pub number: Number,
    /// Instant of the first sending.
    pub sent: Timestamp,
    /// How often it was corrected before it came to these answers.
    pub amendment: u16,
    /// Whether a later correction has taken the place of these answers.
    pub superseded: bool,
    /// What became of the submission.
    pub state: State,
    /// Revision of the definition that the answers answer.
    pub revision: String,
    /// Language of the page they were sent from.
    pub language: String,
    /// The way they came.
    pub channel: String,
    /// Whether they came after the end of the term.
    pub after_deadline: bool,
    /// Whether they were sent under a shifted clock or by a smoke test.
    pub preview: bool,
    /// Field names and their values, in order.
    pub answers: BTreeMap<String, Vec<String>>,
}

impl Entry {
    /// Returns where a listing that is to begin after this entry begins.
    pub fn position(&self) -> Position {
        Position(items::sort_key(self.sent, self.number, self.amendment))
    }
}

/// A place in the order of a form's submissions; its text can be kept and read again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(String);

impl Position {
    /// Reads what `Display` has written.
    pub fn parse(text: &str) -> Option<Self> {
        items::parse_sort_key(text).map(|_| Self(text.to_owned()))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A listing that is under way; made by [`Store::list`].
#[derive(Debug)]
pub struct Listing {
    store: Store,
    form: String,
    now: Timestamp,
    shards: Vec<Shard>,
    /// What the next page holds so far; an error leaves it.
    page: Vec<Row>,
}

#[derive(Debug)]
struct Shard {
    name: char,
    rows: VecDeque<Row>,
    /// The sort key after which the next rows lie.
    after: String,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Asked(JoinHandle<Result<Fetched, StoreError>>),
    Unasked,
    None,
}

/// Some rows of a shard, and the key after which there may be more.
#[derive(Debug)]
struct Fetched {
    rows: VecDeque<Row>,
    more: Option<String>,
}

impl Store {
    /// Lists what was sent through `form`, every amendment by itself, by the instant of the first sending; after
    /// `position`, else from the beginning. Answers that have expired by `now` are left out, whether the engine has
    /// removed them yet or not.
    ///
    /// What is stored while a listing is under way comes if it lies ahead. Clocks differ, and a send takes its time: a
    /// listing that goes on where an earlier one stopped should begin a minute before that.
    pub fn list(&self, form: &str, position: Option<&Position>, now: Timestamp) -> Listing {
        // A space comes before every digit, and an empty text is no key.
        let after = position.map_or(" ", |position| &position.0);
        let shard = |name| Shard { name, rows: VecDeque::new(), after: after.to_owned(), next: Next::Unasked };
        let shards = ('0'..='9').chain('a'..='f').map(shard).collect();
        Listing { store: self.clone(), form: form.to_owned(), now, shards, page: Vec::new() }
    }

    /// Returns the definition of every revision of `form` that was answered, as JSON, by revision.
    pub async fn definitions(&self, form: &str) -> Result<BTreeMap<String, String>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", items::PARTITION)
            .expression_attribute_values(":pk", AttributeValue::S(items::definitions(form)))
            .consistent_read(true);
        let mut pages = query.into_paginator().items().send();
        let mut definitions = BTreeMap::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|e| StoreError::Unavailable(Cause::of("Query", &e)))?;
            definitions.insert(items::read_revision(&item)?, items::read_definition(&item)?);
        }
        Ok(definitions)
    }

    /// Reads some rows of a shard, those after the key `after`.
    async fn rows(&self, partition: String, after: String, now: Timestamp) -> Result<Fetched, StoreError> {
        let output = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk AND #sk > :after")
            .expression_attribute_names("#pk", items::PARTITION)
            .expression_attribute_names("#sk", items::SORT)
            .expression_attribute_values(":pk", AttributeValue::S(partition))
            .expression_attribute_values(":after", AttributeValue::S(after))
            .consistent_read(true)
            .limit(SHARD_PAGE)
            .send()
            .await
            .map_err(|e| StoreError::Unavailable(Cause::of("Query", &e)))?;
        let rows = output.items.unwrap_or_default().iter().map(Row::read).collect::<Result<VecDeque<_>, _>>()?;
        let more = output.last_evaluated_key.and(rows.back().map(Row::sort_key));
        Ok(Fetched { rows: rows.into_iter().filter(|row| !row.text.has_expired(now)).collect(), more })
    }

    /// Reads what became of the submissions with these numbers, at most as many as a page has.
    async fn states(&self, numbers: &[Number]) -> Result<HashMap<Number, State>, StoreError> {
        let keys = numbers.iter().map(|&number| Key::record(number).attributes()).collect();
        let mut pauses = PAUSES.into_iter();
        let mut states = HashMap::new();
        let mut unread: Vec<Item> = keys;
        while !unread.is_empty() {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(unread))
                .projection_expression("#pk, #state")
                .expression_attribute_names("#pk", items::PARTITION)
                .expression_attribute_names("#state", items::STATE)
                .consistent_read(true)
                .build()
                .map_err(|e| StoreError::Unavailable(Cause::unsent("BatchGetItem", &e)))?;
            let output = self.client.batch_get_item().request_items(&self.table, wanted).send().await;
            let output = output.map_err(|e| StoreError::Unavailable(Cause::of("BatchGetItem", &e)))?;
            for item in output.responses.into_iter().filter_map(|mut tables| tables.remove(&self.table)).flatten() {
                let (number, state) = items::read_state(&item)?;
                states.insert(number, state);
            }
            let rest = output.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
            unread = rest.map(|rest| rest.keys).unwrap_or_default();
            if !unread.is_empty() {
                let Some(pause) = pauses.next() else {
                    return Err(StoreError::Unavailable(Cause::told("BatchGetItem", "too much was asked for at once")));
                };
                tokio::time::sleep(pause).await;
            }
        }
        Ok(states)
    }
}

impl Listing {
    /// Returns the next submissions; none when the end is reached. After an error it can be called again, and nothing
    /// is left out.
    pub async fn next_page(&mut self) -> Result<Vec<Entry>, StoreError> {
        while self.page.len() < PAGE {
            let Some(row) = self.first().await? else { break };
            self.page.push(row);
        }
        // Amendments of one submission follow one another: the next row tells whether the last one here is superseded.
        let following = self.peek().await?.map(|row| row.number);
        let mut numbers: Vec<_> = self.page.iter().map(|row| row.number).collect();
        let followers: Vec<_> = numbers.iter().skip(1).copied().map(Some).chain([following]).collect();
        numbers.dedup();
        let states = self.store.states(&numbers).await?;
        let rows = std::mem::take(&mut self.page);
        rows.into_iter().zip(followers).map(|(row, follower)| entry(row, follower, &states)).collect()
    }

    /// Takes the first row of all shards.
    async fn first(&mut self) -> Result<Option<Row>, StoreError> {
        Ok(self.foremost().await?.and_then(|shard| shard.rows.pop_front()))
    }

    async fn peek(&mut self) -> Result<Option<&Row>, StoreError> {
        Ok(self.foremost().await?.and_then(|shard| shard.rows.front()))
    }

    /// Returns the shard whose first row is the first of all.
    async fn foremost(&mut self) -> Result<Option<&mut Shard>, StoreError> {
        for shard in &mut self.shards {
            shard.ask(&self.store, &self.form, self.now);
        }
        for shard in &mut self.shards {
            shard.fill(&self.store, &self.form, self.now).await?;
        }
        let filled = self.shards.iter_mut().filter(|shard| !shard.rows.is_empty());
        Ok(filled.min_by(|a, b| a.rows.front().map(Row::order).cmp(&b.rows.front().map(Row::order))))
    }
}

impl Shard {
    /// Asks for the next rows, unless that was done or there are none.
    fn ask(&mut self, store: &Store, form: &str, now: Timestamp) {
        if matches!(self.next, Next::Unasked) {
            let (store, partition, after) = (store.clone(), items::answers(form, self.name), self.after.clone());
            self.next = Next::Asked(tokio::spawn(async move { store.rows(partition, after, now).await }));
        }
    }

    /// Waits until there is a row, or none will come; asks for those that follow.
    async fn fill(&mut self, store: &Store, form: &str, now: Timestamp) -> Result<(), StoreError> {
        while self.rows.is_empty() {
            self.ask(store, form, now);
            let Next::Asked(asked) = &mut self.next else { break };
            let fetched = asked.await;
            self.next = Next::Unasked;
            let fetched = fetched.map_err(|e| StoreError::Unavailable(Cause::unsent("Query", &e)))??;
            self.rows = fetched.rows;
            match fetched.more {
                Some(after) => self.after = after,
                None => self.next = Next::None,
            }
            self.ask(store, form, now);
        }
        Ok(())
    }
}

fn entry(row: Row, follower: Option<Number>, states: &HashMap<Number, State>) -> Result<Entry, StoreError> {
    // Every row has a receipt, which is never deleted.
    let state = states.get(&row.number).cloned().ok_or(StoreError::Corrupt { kind: "R", attribute: items::STATE })?;
    Ok(Entry {
        number: row.number,
        sent: row.sent,
        amendment: row.amendment,
        superseded: follower == Some(row.number),
        state,
        revision: row.text.revision,
        language: row.text.language,
        channel: row.text.channel,
        after_deadline: row.text.after_deadline,
        preview: row.text.preview,
        answers: row.text.answers,
    })
}
