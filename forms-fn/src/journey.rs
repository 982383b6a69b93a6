//! What follows when a form is posted: the rules of the journey, apart from HTTP.
//!
//! A send looks the token up first, then asks the clock, then validates: whoever sent in time and lost the answer on
//! the way gets the same receipt, whatever has happened since.

use std::{fmt::Display, time::Duration};

use forms::{
    Bundle, Kind, Mistake, State,
    page::{Forward, Notice},
};
use jiff::Timestamp;

use crate::{
    app::Sender,
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
    /// A file with what was typed, for the resident's device.
    Saved,
    /// The receipt.
    Receipt { number: Number, secret: Secret },
}

/// A page of the journey.
#[derive(Debug)]
pub(crate) enum Page {
    /// The form or a page of it, with what is wrong, opened at a question.
    Form { mistakes: Vec<Mistake>, shown: Opened, focus: Option<String>, blank: bool },
    /// The review page, with what its button does, and the amendment that a correction replaces.
    Review(Forward, Option<u16>),
}

/// Which page of the form is shown; see [`forms::page::Shown`].
#[derive(Debug)]
pub(crate) enum Opened {
    /// All questions, on to the review.
    Whole,
    /// The page with this question, on to the next.
    Page(String),
    /// The page with this question, on to the review.
    Edit(String),
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
    /// Too many answers came from one address.
    TooMany(Notice),
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
    sender: Sender<'_>,
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
    if posted.step.writes() && !first {
        let sent = tokio::time::timeout(PATIENCE, send(store, bundle, moment, sender, posted, &token)).await;
        return Ok(sent.unwrap_or_else(|elapsed| not_stored(&token, &elapsed)));
    }
    Ok(show(bundle, moment, posted, token, foreign))
}

/// Shows the form or the review page; stores nothing.
fn show(bundle: &Bundle, moment: Moment, posted: &Posted, token: Token, foreign: bool) -> Next {
    if posted.step == Step::Save {
        return Next::Saved;
    }
    if let Some(notice) = not_open(moment) {
        return form(Why::NotOpen(notice), token);
    }
    let why = || Why::Asked(changed(bundle, posted));
    let at = |question: &String, shown: Opened, blank: bool| {
        let focus = Some(question.clone());
        Next::Page { page: Page::Form { mistakes: Vec::new(), shown, focus, blank }, why: why(), token: token.clone() }
    };
    match &posted.step {
        Step::Edit(None) => {
            let page = Page::Form { mistakes: Vec::new(), shown: Opened::Whole, focus: None, blank: false };
            return Next::Page { page, why: why(), token };
        }
        Step::Edit(Some(question)) => return at(question, Opened::Edit(question.clone()), false),
        Step::Add(question) if is_remark(bundle, question) => {
            return at(question, Opened::Page(question.clone()), true);
        }
        Step::Remove(question) if is_remark(bundle, question) => {
            return at(question, Opened::Page(question.clone()), false);
        }
        Step::Page(question) => {
            if let Some(next) = turn(bundle, posted, &token, question) {
                return next;
            }
        }
        _ => {}
    }
    if let Some(mend) = to_mend(bundle, posted, &token) {
        return mend;
    }
    let foreign = foreign.then(|| Notice::new("foreign"));
    let late = || (moment.state == State::Grace).then(|| Notice::new("late"));
    let notice = foreign.or_else(|| changed(bundle, posted)).or_else(late);
    review(Forward::Send, Why::Asked(notice), token)
}

fn is_remark(bundle: &Bundle, question: &str) -> bool {
    bundle.form.question(question).is_some_and(|question| matches!(question.kind, Kind::Remark(_)))
}

/// Turns to the page of the form with `question`, or to the next that has something to answer; first what stands before
/// has to be right. None: there is no such page, or none left to turn to.
fn turn(bundle: &Bundle, posted: &Posted, token: &Token, question: &str) -> Option<Next> {
    let form = &bundle.form;
    let index = form.page_with(question)?;
    let before: Vec<_> = form.pages()[..index].concat();
    let mut mistakes = form.mistakes(&posted.answers);
    mistakes.retain(|mistake| before.iter().any(|question| question.name == mistake.question));
    if let Some(mend) = mend(bundle, posted, token, mistakes, Opened::Page) {
        return Some(mend);
    }
    let page = form.page_from(index, &posted.answers)?;
    let first = page.first()?.name.clone();
    let page = Page::Form { mistakes: Vec::new(), shown: Opened::Page(first), focus: None, blank: false };
    Some(Next::Page { page, why: Why::Asked(changed(bundle, posted)), token: token.clone() })
}

/// Stores the answers, once.
async fn send(
    store: &Store,
    bundle: &Bundle,
    moment: Moment,
    sender: Sender<'_>,
    posted: &Posted,
    token: &Token,
) -> Next {
    let hash = answers_hash(token, &posted.answers.canonical());
    let amended = match store.find(&bundle.form.id, token).await {
        Ok(Some(known)) if corrects(posted, &known, &hash) => Some(known),
        Ok(Some(known)) => return replay(bundle, &known, &hash, token),
        // Nothing was sent that could be corrected.
        Ok(None) if posted.step == Step::Correct => {
            return review(Forward::Send, Why::Asked(None), token.clone());
        }
        Ok(None) => None,
        Err(error) => return not_stored(token, &error),
    };
    if let Some(notice) = not_open(moment) {
        return form(Why::NotOpen(notice), token.clone());
    }
    if let Some(mend) = to_mend(bundle, posted, token) {
        return mend;
    }
    let (sent, _) = bundle.form.part(&posted.answers);
    if posted.revision.as_ref() != Some(&bundle.revision) || sent != posted.answers {
        // What would be stored is not what was reviewed: shown again before anything is kept.
        return review(Forward::Send, Why::Asked(Some(Notice::new("changed"))), token.clone());
    }
    if !bundle.changed_places(&sent).is_subset(&posted.told) {
        return review(Forward::Send, Why::Asked(Some(Notice::new("section_changed"))), token.clone());
    }
    if !sender.may_store(moment.now).await {
        return review(Forward::Send, Why::TooMany(Notice::new("too_many_requests")), token.clone());
    }
    let term = &bundle.consultation.term;
    let expires = bundle.consultation.retention_days.filter(|_| !moment.preview).map(|days| term.after_end(days));
    let submission = Submission {
        form: bundle.form.id.clone(),
        revision: bundle.revision.clone(),
        definition: bundle.form.definition(),
        language: bundle.language.clone(),
        channel: CHANNEL.to_owned(),
        answers: sent.into_map(),
        answers_hash: hash,
        sent: moment.now,
        after_deadline: moment.state == State::Grace,
        quarantine: posted.trap.is_some(),
        preview: moment.preview,
        expires,
    };
    let stored = match &amended {
        Some(known) => store.correct(&submission, token, known).await,
        None => store.submit(&submission, token).await,
    };
    match stored {
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
    let correctable = known.state.is_correctable();
    let key = if correctable { "conflict" } else { "withdrawn" };
    let why = Why::Conflict(Notice { key, number: Some(known.number.to_string()) });
    let (forward, amends) = if correctable { (Forward::Correct, Some(known.amendment)) } else { (Forward::New, None) };
    Next::Page { page: Page::Review(forward, amends), why, token: token.clone() }
}

/// Tells whether `posted` is to replace what `known` says was sent: the resident has seen that it was, and it is still
/// the same.
fn corrects(posted: &Posted, known: &Known, hash: &AnswersHash) -> bool {
    posted.step == Step::Correct
        && posted.amends == Some(known.amendment)
        && known.state.is_correctable()
        && known.answers_hash != *hash
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
    if posted.unreadable && mistakes.is_empty() {
        let why = Why::Mistakes(Some(Notice::new("unreadable")));
        return Some(form(why, token.clone()));
    }
    mend(bundle, posted, token, mistakes, Opened::Edit)
}

/// Returns the form with `mistakes`: the page with all of them, shown by `place`, or all questions.
fn mend(
    bundle: &Bundle,
    posted: &Posted,
    token: &Token,
    mistakes: Vec<Mistake>,
    place: fn(String) -> Opened,
) -> Option<Next> {
    let first = mistakes.first()?.question.clone();
    let page = bundle.form.page_with(&first);
    let together = mistakes.iter().all(|mistake| bundle.form.page_with(&mistake.question) == page);
    let shown = if together { place(first) } else { Opened::Whole };
    Some(Next::Page {
        page: Page::Form { mistakes, shown, focus: None, blank: false },
        why: Why::Mistakes(if posted.unreadable { Some(Notice::new("unreadable")) } else { changed(bundle, posted) }),
        token: token.clone(),
    })
}

fn form(why: Why, token: Token) -> Next {
    let page = Page::Form { mistakes: Vec::new(), shown: Opened::Whole, focus: None, blank: false };
    Next::Page { page, why, token }
}

fn review(forward: Forward, why: Why, token: Token) -> Next {
    Next::Page { page: Page::Review(forward, None), why, token }
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
