//! What can go wrong with the store, sorted by what is known of the submission afterwards.

use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not known whether the submission was stored; sending again under the same token makes
    /// no second copy.
    #[error("not known whether it was stored: {0}")]
    Unknown(Cause),
    /// The store could not be read, or has surely not stored.
    #[error("the store is not available: {0}")]
    Unavailable(Cause),
    /// Every number of this token belongs to somebody else; surely not stored.
    #[error("no free number was found for a token")]
    Full,
    /// An item was there and could not be read.
    #[error("an item of kind {kind} has no readable attribute `{attribute}`")]
    Corrupt {
        /// `R`, `S` or `F`.
        kind: &'static str,
        /// Name of the attribute.
        attribute: &'static str,
    },
}

/// The private cause of an error, fit for one line of a log: the operation, the engine's code and
/// words or the connection's failure; never keys, answers or tokens, which the engine does not
/// repeat.
#[derive(Debug)]
pub struct Cause(String);

impl Cause {
    /// Tells the cause of a failed operation.
    pub(crate) fn of<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error.as_service_error() {
            Some(refusal) => Self(format!(
                "{operation}: {}: {}",
                refusal.code().unwrap_or("no code"),
                refusal.message().unwrap_or("no message"),
            )),
            None => Self::unsent(operation, error),
        }
    }

    /// Tells the cause of an operation to which no engine has answered.
    pub(crate) fn unsent(operation: &'static str, error: &dyn Error) -> Self {
        let mut text = format!("{operation}: {error}");
        let mut source = error.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        Self(text)
    }

    /// Tells a cause that is no error of the SDK.
    pub(crate) fn told(operation: &'static str, words: &str) -> Self {
        Self(format!("{operation}: {words}"))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a transaction failed, before anybody has read back what stands there now.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The number is taken, or another transaction is at work on it.
    Contested(Cause),
    /// The engine was asked for too much at once; nothing was written.
    Throttled(Cause),
    /// The engine has refused; nothing was written.
    Refused(Cause),
    /// No answer, or one that says nothing about what was written.
    Lost(Cause),
}

impl Failure {
    pub(crate) fn into_cause(self) -> Cause {
        match self {
            Self::Contested(cause) | Self::Throttled(cause) | Self::Refused(cause) | Self::Lost(cause) => cause,
        }
    }
}

/// Sorts the failure of a transaction.
pub(crate) fn failure_of(error: &SdkError<TransactWriteItemsError>) -> Failure {
    let cause = Cause::of("TransactWriteItems", error);
    match error {
        SdkError::ConstructionFailure(_) => Failure::Refused(cause),
        SdkError::ServiceError(context) => match context.err() {
            TransactWriteItemsError::TransactionCanceledException(canceled) => {
                let because = |codes: &[&str]| {
                    canceled
                        .cancellation_reasons()
                        .iter()
                        .filter_map(|reason| reason.code())
                        .any(|code| codes.contains(&code))
                };
                if because(&["ConditionalCheckFailed", "TransactionConflict"]) {
                    Failure::Contested(cause)
                } else if because(&["ThrottlingError", "ProvisionedThroughputExceeded"]) {
                    Failure::Throttled(cause)
                } else {
                    Failure::Refused(cause)
                }
            }
            TransactWriteItemsError::TransactionInProgressException(_) => Failure::Contested(cause),
            // The SDK repeats these by itself: an attempt before the last may have got through.
            TransactWriteItemsError::InternalServerError(_)
            | TransactWriteItemsError::ProvisionedThroughputExceededException(_)
            | TransactWriteItemsError::RequestLimitExceeded(_)
            | TransactWriteItemsError::ThrottlingException(_) => Failure::Lost(cause),
            _ if context.raw().status().is_client_error() => Failure::Refused(cause),
            _ => Failure::Lost(cause),
        },
        _ => Failure::Lost(cause),
    }
}
