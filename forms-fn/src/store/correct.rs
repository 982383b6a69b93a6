//! Corrections: other answers in the place of those that were sent, under the same number.
//!
//! The old answers stay as they are. New ones are put beside them with the next amendment, and the receipt is moved on
//! to them in the same transaction, which is conditional on the receipt being the one that was seen.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use data_encoding::HEXLOWER;

use super::{
    Known, Outcome, State, Store, StoreError, Submission,
    items::{Key, Record, Text},
    unsent,
};
use crate::number::Token;

/// The highest amendment: keys have four digits for it.
const LAST_AMENDMENT: u16 = 9999;

impl State {
    /// Tells whether a submission in this state can be corrected by who sent it. One in quarantine can: nobody is told
    /// that it is there.
    pub fn is_correctable(&self) -> bool {
        matches!(self, Self::Stored | Self::Quarantine)
    }
}

impl Store {
    /// Puts the answers of `submission` in the place of those that `amended`, as [`Store::find`] has returned it,
    /// stands for. Number, instant, state and the mark of a preview stay those of the first sending, whatever
    /// `submission` says.
    ///
    /// [`Outcome::Known`] tells what stands there when it is not what `amended` says any more: the same answers, by an
    /// earlier attempt whose answer was lost or by a twin; or other ones; or a state in which nothing is corrected.
    ///
    /// Fails with [`StoreError::Unknown`] when it may have been corrected, with [`StoreError::Full`] when it was
    /// corrected too often; with every other error it was not.
    pub async fn correct(
        &self,
        submission: &Submission,
        token: &Token,
        amended: &Known,
    ) -> Result<Outcome, StoreError> {
        if !amended.state.is_correctable() {
            return Ok(Outcome::Known(amended.clone()));
        }
        if amended.amendment >= LAST_AMENDMENT {
            return Err(StoreError::Full);
        }
        self.define(submission).await?;
        let submission = Submission { sent: amended.sent, preview: amended.preview, ..submission.clone() };
        let first = Record::new(amended.number, &submission, token);
        let record = Record { state: amended.state.clone(), amendment: amended.amendment + 1, ..first };
        let text = Text::new(&submission);
        // A receipt is never deleted, so one that is not there was not read; the failure decides.
        let moved_on = |found: Option<Record>| {
            let known = found.filter(|found| found.token_hash == record.token_hash)?.known();
            let seen = (known.amendment, &known.state) == (amended.amendment, &amended.state);
            (!seen).then_some(known)
        };
        let items = [self.receipt_moved_on(&record)?, self.answers(&record, &text)?];
        let moved = self.settle(amended.number, items, moved_on).await?;
        Ok(moved.map_or(Outcome::Stored { number: amended.number }, Outcome::Known))
    }

    /// Returns the change that makes the receipt before `record` this one.
    fn receipt_moved_on(&self, record: &Record) -> Result<TransactWriteItem, StoreError> {
        let string = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: u16| AttributeValue::N(number.to_string());
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(Key::record(record.number).attributes()))
            .update_expression(
                "SET #answers = :answers, #revision = :revision, #language = :language, #amendment = :next",
            )
            .condition_expression("#token = :token AND #amendment = :amended AND #state = :state")
            .expression_attribute_names("#answers", "answers_hash")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_names("#language", "language")
            .expression_attribute_names("#amendment", "amendment")
            .expression_attribute_names("#token", "token_hash")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":answers", string(&HEXLOWER.encode(&record.answers_hash.0)))
            .expression_attribute_values(":revision", string(&record.revision))
            .expression_attribute_values(":language", string(&record.language))
            .expression_attribute_values(":next", number(record.amendment))
            .expression_attribute_values(":token", string(&HEXLOWER.encode(&record.token_hash)))
            .expression_attribute_values(":amended", number(record.amendment - 1))
            .expression_attribute_values(":state", string(record.state.name()))
            .build()
            .map_err(|error| unsent(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
