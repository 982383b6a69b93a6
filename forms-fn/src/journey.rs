//! What follows when a form is posted: the rules of the journey, apart from HTTP.
//!
//! A send looks the token up first, then asks the clock, then validates: whoever sent in time and lost the answer on
//! the way gets the same receipt, whatever has happened since.

use std::{fmt::Display, time::Duration};

use forms::{
    Bundle, Mistake, State,
    page::{Forward, Notice},
};
use jiff::Timestamp;

use crate::{
    number::{AnswersHash, Number, Secret, Token, answers_hash},
    posted::{Posted, Step},
    store::{Known, Outcome, Store, Submission},
};

/// The way by which an answer came that the function received.
const CHANNEL: &str = "www";

/// Longest time that storing may take. The gateway gives up soon after, and its page could not give the text back.
const PATIENCE: Duration = Duration::from_millis(8500);

/// When a request came, and whether the clock counts for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Now.
    pub(crate) now: Timestamp,
    /// Whether the clock is shifted or the request carries the secret of trials: what is stored is marked.
    pub(crate) preview: bool,
    /// Where `now` lies in the term.
    pub(crate) state: State,
}

/// What the resident sees next.
#[derive(Debug)]
pub(crate) enum Next {
    /// A page that carries on the journey `token`, with what was typed.
    Page { page: Page, why: Why, token: Token },
    /// The receipt.
    Receipt { number: Number, secret: Secret },
}

/// A page of the journey.
#[derive(Debug)]
pub(crate) enum Page {
    /// The form, with what is wrong, opened at a question.
    Form { mistakes: Vec<Mistake>, focus: Option<String> },
    /// The review page, with what its button does.
    Review(Forward),
}

/// Why a page is shown: its status, and what it says first.
#[derive(Debug)]
pub(crate) enum Why {
    /// As asked.
    Asked(Option<Notice>),
    /// Something is to be mended.
    Mistakes(Option<Notice>),
    /// The term does not run.
    NotOpen(Notice),
    /// Larger than what works.
    TooLarge(Notice),
    /// Other answers were sent under this token.
    Conflict(Notice),
    /// Not stored, or not known to be stored.
    NotStored { notice: Notice, cause: String },
}

/// Decides what follows `posted`.
///
/// `foreign` tells that the request came from another site: it counts as the first of a journey.
///
/// # Errors
/// When the machine gives no random numbers.
pub(crate) async fn advance(
    store: &Store,
    bundle: &Bundle,
    moment: Moment,
    posted: &Posted,
    foreign: bool,
) -> Result<Next, getrandom::Error> {
    let brought = posted.token.clone().filter(|_| !foreign);
    let first = brought.is_none();
    let token = match brought {
        Some(token) if posted.step != Step::New => token,
        _ => Token::mint()?,
    };
    if posted.too_large {
        return Ok(form(Why::TooLarge(Notice::new("too_large")), token));
    }
    if posted.step == Step::Send && !first {
        let sent = tokio::time::timeout(PATIENCE, send(store, bundle, moment, posted, &token)).await;
        return Ok(sent.unwrap_or_else(|elapsed| not_stored(&token, &elapsed)));
    }
    Ok(show(bundle, moment, posted, token, foreign))
}

/// Shows the form or the review page; stores nothing.
fn show(bundle: &Bundle, moment: Moment, posted: &Posted, token: Token, foreign: bool) -> Next {
    if let Some(notice) = not_open(moment) {
        return form(Why::NotOpen(notice), token);
    }
    if let Step::Edit(focus) = &posted.step {
        let page = Page::Form { mistakes: Vec::new(), focus: focus.clone() };
        return Next::Page { page, why: Why::Asked(changed(bundle, posted)), token };
    }
    if let Some(mend) = to_mend(bundle, posted, &token) {
        return mend;
    }
    let foreign = foreign.then(|| Notice::new("foreign"));
    let late = || (moment.state == State::Grace).then(|| Notice::new("late"));
    let notice = foreign.or_else(|| changed(bundle, posted)).or_else(late);
    review(Forward::Send, Why::Asked(notice), token)
}

/// Stores the answers, once.
async fn send(store: &Store, bundle: &Bundle, moment: Moment, posted: &Posted, token: &Token) -> Next {
    let hash = answers_hash(token, &posted.answers.canonical());
    match store.find(&bundle.form.id, token).await {
        Ok(Some(known)) => return replay(bundle, &known, &hash, token),
        Ok(None) => {}
        Err(error) => return not_stored(token, &error),
    }
    if let Some(notice) = not_open(moment) {
        return form(Why::NotOpen(notice), token.clone());
    }
    if let Some(mend) = to_mend(bundle, posted, token) {
        return mend;
    }
    let (asked, unasked) = bundle.form.split(&posted.answers);
    if posted.revision.as_ref() != Some(&bundle.revision) || !unasked.is_empty() {
        // What would be stored is not what was reviewed: shown again before anything is kept.
        return review(Forward::Send, Why::Asked(Some(Notice::new("changed"))), token.clone());
    }
    let term = &bundle.consultation.term;
    let expires = bundle.consultation.retention_days.filter(|_| !moment.preview).map(|days| term.after_end(days));
    let submission = Submission {
        form: bundle.form.id.clone(),
        revision: bundle.revision.clone(),
        definition: bundle.form.definition(),
        language: bundle.language.clone(),
        channel: CHANNEL.to_owned(),
        answers: asked.into_map(),
        answers_hash: hash,
        sent: moment.now,
        after_deadline: moment.state == State::Grace,
        quarantine: false,
        preview: moment.preview,
        expires,
    };
    match store.submit(&submission, token).await {
        Ok(Outcome::Stored { number }) => receipt(bundle, number, token),
        Ok(Outcome::Known(known)) => replay(bundle, &known, &hash, token),
        Err(error) => not_stored(token, &error),
    }
}

/// Answers a send under a token that is known: the same receipt, or the question what to do with other answers.
fn replay(bundle: &Bundle, known: &Known, hash: &AnswersHash, token: &Token) -> Next {
    if known.answers_hash == *hash {
        return receipt(bundle, known.number, token);
    }
    let notice = Notice { key: "conflict", number: Some(known.number.to_string()) };
    review(Forward::New, Why::Conflict(notice), token.clone())
}

fn receipt(bundle: &Bundle, number: Number, token: &Token) -> Next {
    Next::Receipt { number, secret: Secret::derive(&bundle.form.id, token) }
}

fn not_stored(token: &Token, cause: &impl Display) -> Next {
    let why = Why::NotStored { notice: Notice::new("not_stored"), cause: cause.to_string() };
    review(Forward::Send, why, token.clone())
}

/// Returns the form with everything that is wrong, where something is.
fn to_mend(bundle: &Bundle, posted: &Posted, token: &Token) -> Option<Next> {
    let mistakes = bundle.form.mistakes(&posted.answers);
    (posted.unreadable || !mistakes.is_empty()).then(|| Next::Page {
        page: Page::Form { mistakes, focus: None },
        why: Why::Mistakes(if posted.unreadable { Some(Notice::new("unreadable")) } else { changed(bundle, posted) }),
        token: token.clone(),
    })
}

fn form(why: Why, token: Token) -> Next {
    let page = Page::Form { mistakes: Vec::new(), focus: None };
    Next::Page { page, why, token }
}

fn review(forward: Forward, why: Why, token: Token) -> Next {
    Next::Page { page: Page::Review(forward), why, token }
}

/// Returns the notice that the form has changed since the page was drawn: the next page carries the new revision, so
/// this one must say so.
fn changed(bundle: &Bundle, posted: &Posted) -> Option<Notice> {
    let outdated = posted.revision.as_ref().is_some_and(|revision| *revision != bundle.revision);
    outdated.then(|| Notice::new("changed"))
}

fn not_open(moment: Moment) -> Option<Notice> {
    match moment.state {
        State::Upcoming => Some(Notice::new("upcoming")),
        State::Closed => Some(Notice::new("closed")),
        State::Open | State::Grace => None,
    }
}
