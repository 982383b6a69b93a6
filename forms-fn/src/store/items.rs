//! The shapes of the items, and nothing else.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | receipt | `R#NUMBER` | `R` |
//! | answers | `S#CONSULTATION/FORM#SHARD` | `UTC#NUMBER#AMENDMENT` |
//! | definition | `F#CONSULTATION/FORM` | `REVISION` |
//!
//! A receipt carries hashes and no text and is never deleted; only answers carry [`EXPIRES`].

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::HEXLOWER;
use jiff::Timestamp;

use super::{Known, StoreError, Submission};
use crate::number::{AnswersHash, Number, Secret, Token};

/// Partition key of every item.
pub(crate) const PARTITION: &str = "pk";

/// Sort key of every item.
pub(crate) const SORT: &str = "sk";

/// The attribute after which the engine removes an item, in seconds since 1970.
pub(crate) const EXPIRES: &str = "expires";

/// The attribute of a receipt that says what became of the submission.
pub(crate) const STATE: &str = "state";

/// The condition that no item stands under the key yet.
pub(crate) const ABSENT: &str = "attribute_not_exists(pk)";

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Stored, and that is all.
    Stored,
    /// Kept, but something about it says that no person sent it; the office decides.
    Quarantine,
    /// Taken back by the resident.
    Withdrawn,
    /// A state that this version has no rules for.
    Other(String),
}

impl State {
    /// Returns the state's name in the table.
    pub fn name(&self) -> &str {
        match self {
            Self::Stored => "stored",
            Self::Quarantine => "quarantine",
            Self::Withdrawn => "withdrawn",
            Self::Other(name) => name,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "stored" => Self::Stored,
            "quarantine" => Self::Quarantine,
            "withdrawn" => Self::Withdrawn,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The key of one item.
pub(crate) struct Key {
    partition: String,
    sort: String,
}

impl Key {
    pub(crate) fn record(number: Number) -> Self {
        Self { partition: format!("R#{number}"), sort: "R".to_owned() }
    }

    pub(crate) fn definition(form: &str, revision: &str) -> Self {
        Self { partition: definitions(form), sort: revision.to_owned() }
    }

    /// The key of an item that never exists.
    pub(crate) fn health() -> Self {
        Self { partition: "HEALTH".to_owned(), sort: "HEALTH".to_owned() }
    }

    pub(crate) fn attributes(self) -> Item {
        item([(PARTITION, string(self.partition)), (SORT, string(self.sort))])
    }
}

/// The receipt of a submission.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) number: Number,
    pub(crate) token_hash: [u8; 32],
    pub(crate) secret_hash: [u8; 32],
    pub(crate) answers_hash: AnswersHash,
    pub(crate) form: String,
    pub(crate) sent: Timestamp,
    pub(crate) revision: String,
    pub(crate) language: String,
    pub(crate) channel: String,
    pub(crate) state: State,
    pub(crate) amendment: u16,
    pub(crate) preview: bool,
}

impl Record {
    /// Returns the receipt of a submission that is sent for the first time.
    pub(crate) fn new(number: Number, submission: &Submission, token: &Token) -> Self {
        Self {
            number,
            token_hash: token.hash(),
            secret_hash: Secret::derive(&submission.form, token).hash(),
            answers_hash: submission.answers_hash,
            form: submission.form.clone(),
            sent: submission.sent,
            revision: submission.revision.clone(),
            language: submission.language.clone(),
            channel: submission.channel.clone(),
            state: if submission.quarantine { State::Quarantine } else { State::Stored },
            amendment: 0,
            preview: submission.preview,
        }
    }

    /// Returns the key of the answers that stand under this receipt.
    pub(crate) fn text_key(&self) -> Key {
        Key {
            partition: answers(&self.form, self.number.shard()),
            sort: sort_key(self.sent, self.number, self.amendment),
        }
    }

    pub(crate) fn known(self) -> Known {
        Known {
            number: self.number,
            answers_hash: self.answers_hash,
            state: self.state,
            amendment: self.amendment,
            form: self.form,
            sent: self.sent,
            preview: self.preview,
        }
    }

    pub(crate) fn item(&self) -> Item {
        let mut item = item([
            ("token_hash", string(HEXLOWER.encode(&self.token_hash))),
            ("secret_hash", string(HEXLOWER.encode(&self.secret_hash))),
            ("answers_hash", string(HEXLOWER.encode(&self.answers_hash.0))),
            ("form", string(&self.form)),
            ("utc", string(utc(self.sent))),
            ("revision", string(&self.revision)),
            ("language", string(&self.language)),
            ("channel", string(&self.channel)),
            (STATE, string(self.state.name())),
            ("amendment", AttributeValue::N(self.amendment.to_string())),
            ("preview", AttributeValue::Bool(self.preview)),
        ]);
        item.extend(Key::record(self.number).attributes());
        item
    }

    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let item = Reader { kind: "R", item };
        Ok(Self {
            number: item.parsed(PARTITION, |pk| Number::parse(pk.strip_prefix("R#")?))?,
            token_hash: item.parsed("token_hash", hash)?,
            secret_hash: item.parsed("secret_hash", hash)?,
            answers_hash: item.parsed("answers_hash", hash).map(AnswersHash)?,
            form: item.text("form")?,
            sent: item.parsed("utc", |utc| utc.parse().ok())?,
            revision: item.text("revision")?,
            language: item.text("language")?,
            channel: item.text("channel")?,
            state: item.parsed(STATE, |name| Some(State::named(name)))?,
            amendment: item.number("amendment")?,
            preview: item.flag("preview")?,
        })
    }
}

/// The answers of a submission.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) answers: BTreeMap<String, Vec<String>>,
    pub(crate) revision: String,
    pub(crate) language: String,
    pub(crate) channel: String,
    pub(crate) after_deadline: bool,
    pub(crate) preview: bool,
    /// Seconds since 1970.
    pub(crate) expires: Option<i64>,
}

impl Text {
    pub(crate) fn new(submission: &Submission) -> Self {
        Self {
            answers: submission.answers.clone(),
            revision: submission.revision.clone(),
            language: submission.language.clone(),
            channel: submission.channel.clone(),
            after_deadline: submission.after_deadline,
            preview: submission.preview,
            expires: submission.expires.filter(|_| !submission.preview).map(Timestamp::as_second),
        }
    }

    /// Tells whether the answers are to be treated as gone; the engine removes them up to days
    /// later.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now.as_second())
    }

    pub(crate) fn item(&self, key: Key) -> Item {
        let answers = self
            .answers
            .iter()
            .map(|(name, values)| (name.clone(), AttributeValue::L(values.iter().map(string).collect())));
        let mut item = item([
            ("answers", AttributeValue::M(answers.collect())),
            ("revision", string(&self.revision)),
            ("language", string(&self.language)),
            ("channel", string(&self.channel)),
            ("after_deadline", AttributeValue::Bool(self.after_deadline)),
            ("preview", AttributeValue::Bool(self.preview)),
        ]);
        item.extend(key.attributes());
        item.extend(self.expires.map(|at| (EXPIRES.to_owned(), AttributeValue::N(at.to_string()))));
        item
    }

    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let item = Reader { kind: "S", item };
        Ok(Self {
            answers: item.answers("answers")?,
            revision: item.text("revision")?,
            language: item.text("language")?,
            channel: item.text("channel")?,
            after_deadline: item.flag("after_deadline")?,
            preview: item.flag("preview")?,
            expires: if item.has(EXPIRES) { Some(item.number(EXPIRES)?) } else { None },
        })
    }
}

/// Answers with what their key says.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) sent: Timestamp,
    pub(crate) number: Number,
    pub(crate) amendment: u16,
    pub(crate) text: Text,
}

impl Row {
    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let key = Reader { kind: "S", item }.parsed(SORT, parse_sort_key)?;
        let (sent, number, amendment) = key;
        Ok(Self { sent, number, amendment, text: Text::read(item)? })
    }

    pub(crate) fn sort_key(&self) -> String {
        sort_key(self.sent, self.number, self.amendment)
    }

    /// Returns what rows are sorted by; the same order as that of their keys.
    pub(crate) fn order(&self) -> (Timestamp, Number, u16) {
        (self.sent, self.number, self.amendment)
    }
}

/// Returns the partition key of the answers of `form` in `shard`.
pub(crate) fn answers(form: &str, shard: char) -> String {
    format!("S#{form}#{shard}")
}

/// Returns the partition key of the definitions of `form`.
pub(crate) fn definitions(form: &str) -> String {
    format!("F#{form}")
}

/// Returns the sort key of answers.
pub(crate) fn sort_key(sent: Timestamp, number: Number, amendment: u16) -> String {
    format!("{}#{number}#{amendment:04}", utc(sent))
}

/// Reads what [`sort_key`] has written.
pub(crate) fn parse_sort_key(key: &str) -> Option<(Timestamp, Number, u16)> {
    let mut parts = key.split('#');
    let (sent, number, amendment) = (parts.next()?, parts.next()?, parts.next()?);
    let parsed = (sent.parse().ok()?, Number::parse(number)?, amendment.parse().ok()?);
    (parts.next().is_none() && sort_key(parsed.0, parsed.1, parsed.2) == key).then_some(parsed)
}

/// Returns number and state of a receipt.
pub(crate) fn read_state(item: &Item) -> Result<(Number, State), StoreError> {
    let item = Reader { kind: "R", item };
    let number = item.parsed(PARTITION, |pk| Number::parse(pk.strip_prefix("R#")?))?;
    Ok((number, item.parsed(STATE, |name| Some(State::named(name)))?))
}

/// Returns the item of a definition.
pub(crate) fn definition(form: &str, revision: &str, definition: &str) -> Item {
    let mut item = Key::definition(form, revision).attributes();
    item.insert("definition".to_owned(), string(definition));
    item
}

/// Returns the definition of its item.
pub(crate) fn read_definition(item: &Item) -> Result<String, StoreError> {
    Reader { kind: "F", item }.text("definition")
}

/// Returns the revision of the item of a definition.
pub(crate) fn read_revision(item: &Item) -> Result<String, StoreError> {
    Reader { kind: "F", item }.text(SORT)
}

/// Writes an instant with exactly three decimals, so that keys sort by time.
fn utc(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

fn hash(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

fn string(text: impl AsRef<str>) -> AttributeValue {
    AttributeValue::S(text.as_ref().to_owned())
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

/// An item that is being read; a missing or odd attribute is an error that names it.
struct Reader<'a> {
    kind: &'static str,
    item: &'a Item,
}

impl Reader<'_> {
    fn has(&self, attribute: &str) -> bool {
        self.item.contains_key(attribute)
    }

    fn text(&self, attribute: &'static str) -> Result<String, StoreError> {
        self.parsed(attribute, |text| Some(text.to_owned()))
    }

    fn parsed<T>(&self, attribute: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        self.value(attribute, |value| parse(value.as_s().ok()?))
    }

    fn number<T: std::str::FromStr>(&self, attribute: &'static str) -> Result<T, StoreError> {
        self.value(attribute, |value| value.as_n().ok()?.parse().ok())
    }

    fn flag(&self, attribute: &'static str) -> Result<bool, StoreError> {
        self.value(attribute, |value| value.as_bool().ok().copied())
    }

    fn answers(&self, attribute: &'static str) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
        self.value(attribute, |value| {
            let answers = value.as_m().ok()?.iter().map(|(name, values)| {
                let values = values.as_l().ok()?.iter().map(|value| value.as_s().ok().cloned());
                Some((name.clone(), values.collect::<Option<Vec<_>>>()?))
            });
            answers.collect()
        })
    }

    fn value<T>(
        &self,
        attribute: &'static str,
        read: impl FnOnce(&AttributeValue) -> Option<T>,
    ) -> Result<T, StoreError> {
        let value = self.item.get(attribute).and_then(read);
        value.ok_or(StoreError::Corrupt { kind: self.kind, attribute })
    }
}
