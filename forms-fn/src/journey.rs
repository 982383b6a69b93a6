//! What follows when a form is posted: the rules of the journey, apart from HTTP.
//!
//! A send looks the token up first, then asks the clock, then validates: whoever sent in time and lost the answer on
//! the way gets the same receipt, whatever has happened since.

use std::{collections::BTreeSet, fmt::Display, time::Duration};

use forms::{
    Answers, Bundle, Kind, Mistake, State,
    page::{Forward, Notice},
};
use jiff::Timestamp;

use crate::{
    app::Sender,
    number::{AnswersHash, Number, Secret, Token, answers_hash},
    posted::{Posted, Step, Way},
    store::{Known, Outcome, State as Fate, Store, Submission},
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
    /// A page that carries a journey on, with what was typed.
    Page { page: Page, why: Why, carried: Carried },
    /// A file with what was typed, for the resident's device; it posts to the site at this address.
    Saved { base_url: String },
    /// The receipt, of what was stored just now or `before`.
    Receipt { number: Number, secret: Secret, before: bool },
}

/// What a journey has with it from page to page.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    /// Its token.
    pub(crate) token: Token,
    /// The amendment that it is to replace, where the resident has asked for that.
    pub(crate) amends: Option<u16>,
}

/// A page of the journey.
#[derive(Debug)]
pub(crate) enum Page {
    /// The form or a page of it, with what is wrong, opened at a question.
    Form { mistakes: Vec<Mistake>, shown: Opened, focus: Option<String>, blank: bool },
    /// The review page, with what its button does.
    Review(Forward),
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
    let brought = posted.token.clone().filter(|_| !foreign && posted.step != Step::New);
    let first = brought.is_none();
    let carried = match brought {
        Some(token) => Carried { token, amends: posted.amends },
        None => Carried { token: Token::mint()?, amends: None },
    };
    if posted.too_large {
        return Ok(form(Why::TooLarge(Notice::new("too_large")), &carried));
    }
    if posted.step.writes() && !first {
        let sent = tokio::time::timeout(PATIENCE, send(store, bundle, moment, sender, posted, &carried)).await;
        return Ok(sent.unwrap_or_else(|elapsed| not_stored(&carried, &elapsed)));
    }
    Ok(show(bundle, moment, posted, &carried, foreign))
}

/// Looks up what was sent through a form that no bundle knows any more: whoever sent in time and lost the answer on the
/// way gets the same receipt.
///
/// # Errors
/// When the store does not say whether it was.
pub(crate) async fn sent_before(
    store: &Store,
    form: &str,
    posted: &Posted,
    foreign: bool,
) -> Result<Option<Next>, String> {
    let Some(token) = posted.token.as_ref().filter(|_| posted.step.writes() && !foreign) else { return Ok(None) };
    let found = tokio::time::timeout(PATIENCE, store.find(form, token)).await;
    let known = found.map_err(|elapsed| elapsed.to_string())?.map_err(|error| error.to_string())?;
    let hash = answers_hash(token, &posted.sent.canonical());
    Ok(known.filter(|known| known.answers_hash == hash).map(|known| receipt(form, known.number, token, true)))
}

/// Shows the form or the review page; stores nothing.
fn show(bundle: &Bundle, moment: Moment, posted: &Posted, carried: &Carried, foreign: bool) -> Next {
    if posted.step == Step::Save {
        return match &bundle.base_url {
            Some(base_url) => Next::Saved { base_url: base_url.clone() },
            None => form(Why::Asked(Some(Notice::new("no_save"))), carried),
        };
    }
    if let Some(notice) = not_open(moment) {
        return form(Why::NotOpen(notice), carried);
    }
    let why = || Why::Asked(changed(bundle, posted));
    let at = |question: &String, shown: Opened, blank: bool| {
        let page = Page::Form { mistakes: Vec::new(), shown, focus: Some(question.clone()), blank };
        Next::Page { page, why: why(), carried: carried.clone() }
    };
    match &posted.step {
        Step::Edit(None) => return form(why(), carried),
        Step::Edit(Some(question)) => return at(question, Opened::Edit(question.clone()), false),
        Step::Add(question) if is_remark(bundle, question) => return at(question, as_opened(posted, question), true),
        Step::Remove(question) if is_remark(bundle, question) => {
            return at(question, as_opened(posted, question), false);
        }
        Step::Page(question) => {
            if let Some(next) = turn(bundle, posted, carried, question) {
                return next;
            }
        }
        _ => {}
    }
    if let Some(mend) = to_mend(bundle, posted, carried) {
        return mend;
    }
    let foreign = foreign.then(|| Notice::new("foreign"));
    let late = || (moment.state == State::Grace).then(|| Notice::new("late"));
    let notice = foreign.or_else(|| changed(bundle, posted)).or_else(late);
    review(Why::Asked(notice), carried)
}

/// Returns the page with `question` in the way in which it was opened before: what follows it stays the same.
fn as_opened(posted: &Posted, question: &str) -> Opened {
    match posted.shown {
        Way::On => Opened::Page(question.to_owned()),
        Way::ToReview => Opened::Edit(question.to_owned()),
        Way::Whole => Opened::Whole,
    }
}

fn is_remark(bundle: &Bundle, question: &str) -> bool {
    bundle.form.question(question).is_some_and(|question| matches!(question.kind, Kind::Remark(_)))
}

/// Turns to the page of the form with `question`, or to the next that has something to answer; first what stands before
/// has to be right. None: there is no such page, or none left to turn to.
fn turn(bundle: &Bundle, posted: &Posted, carried: &Carried, question: &str) -> Option<Next> {
    let form = &bundle.form;
    let index = form.page_with(question)?;
    let before: Vec<_> = form.pages()[..index].concat();
    let mut mistakes = form.mistakes(&posted.answers);
    mistakes.retain(|mistake| before.iter().any(|question| question.name == mistake.question));
    if let Some(mend) = mend(bundle, posted, carried, mistakes, Opened::Page) {
        return Some(mend);
    }
    let page = form.page_from(index, &posted.answers)?;
    let first = page.first()?.name.clone();
    let page = Page::Form { mistakes: Vec::new(), shown: Opened::Page(first), focus: None, blank: false };
    Some(Next::Page { page, why: Why::Asked(changed(bundle, posted)), carried: carried.clone() })
}

/// Stores the answers, once.
async fn send(
    store: &Store,
    bundle: &Bundle,
    moment: Moment,
    sender: Sender<'_>,
    posted: &Posted,
    carried: &Carried,
) -> Next {
    let token = &carried.token;
    let hash = answers_hash(token, &posted.sent.canonical());
    let amended = match store.find(&bundle.form.id, token).await {
        Ok(Some(known)) if corrects(posted, &known, &hash) => Some(known),
        Ok(Some(known)) => return replay(bundle, &known, &hash, token),
        // Nothing was sent that could be corrected.
        Ok(None) if posted.step == Step::Correct => {
            return review(Why::Asked(None), &Carried { amends: None, ..carried.clone() });
        }
        Ok(None) => None,
        Err(error) => return not_stored(carried, &error),
    };
    if let Some(notice) = not_open(moment) {
        return form(Why::NotOpen(notice), carried);
    }
    if let Some(mend) = to_mend(bundle, posted, carried) {
        return mend;
    }
    let (sent, _) = bundle.form.part(&posted.answers);
    if let Some(notice) = unseen(bundle, posted, &sent) {
        return review(Why::Asked(Some(notice)), carried);
    }
    if !sender.may_store(moment.now).await {
        return review(Why::TooMany(Notice::new("too_many_requests")), carried);
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
        Ok(Outcome::Stored { number }) => receipt(&bundle.form.id, number, token, false),
        Ok(Outcome::Known(known)) => replay(bundle, &known, &hash, token),
        Err(error) => not_stored(carried, &error),
    }
}

/// Tells why `sent`, which would be stored, is not what the resident has seen on the review page; none: it is. What was
/// not seen is shown before anything is kept.
fn unseen(bundle: &Bundle, posted: &Posted, sent: &Answers) -> Option<Notice> {
    if let Some(changed) = changed(bundle, posted) {
        return Some(changed);
    }
    if posted.revision.is_none() || *sent != posted.sent {
        return Some(Notice::new("reviewed_again"));
    }
    let places = bundle.outdated_places(sent);
    let untold = |places: &BTreeSet<String>| !places.is_subset(&posted.told);
    if untold(&places.changed) {
        Some(Notice::new("section_changed"))
    } else if untold(&places.unknown) {
        Some(Notice::new("section_unknown"))
    } else {
        None
    }
}

/// Answers a send under a token that is known: the same receipt, or the question what to do with other answers.
fn replay(bundle: &Bundle, known: &Known, hash: &AnswersHash, token: &Token) -> Next {
    if known.answers_hash == *hash {
        return receipt(&bundle.form.id, known.number, token, true);
    }
    let (key, forward, amends) = match known.state {
        _ if known.state.is_correctable() => ("conflict", Forward::Correct, Some(known.amendment)),
        Fate::Withdrawn => ("withdrawn", Forward::New, None),
        _ => ("not_correctable", Forward::New, None),
    };
    let why = Why::Conflict(Notice { key, number: Some(known.number.to_string()) });
    Next::Page { page: Page::Review(forward), why, carried: Carried { token: token.clone(), amends } }
}

/// Tells whether `posted` is to replace what `known` says was sent: the resident has seen that it was, and it is still
/// the same.
fn corrects(posted: &Posted, known: &Known, hash: &AnswersHash) -> bool {
    posted.step == Step::Correct
        && posted.amends == Some(known.amendment)
        && known.state.is_correctable()
        && known.answers_hash != *hash
}

fn receipt(form: &str, number: Number, token: &Token, before: bool) -> Next {
    Next::Receipt { number, secret: Secret::derive(form, token), before }
}

fn not_stored(carried: &Carried, cause: &impl Display) -> Next {
    let why = Why::NotStored { notice: Notice::new("not_stored"), cause: cause.to_string() };
    review(why, carried)
}

/// Returns the form with everything that is wrong, where something is.
fn to_mend(bundle: &Bundle, posted: &Posted, carried: &Carried) -> Option<Next> {
    let mistakes = bundle.form.mistakes(&posted.answers);
    if posted.unreadable && mistakes.is_empty() {
        let why = Why::Mistakes(Some(Notice::new("unreadable")));
        return Some(form(why, carried));
    }
    mend(bundle, posted, carried, mistakes, Opened::Edit)
}

/// Returns the form with `mistakes`: the page with all of them, shown by `place`, or all questions.
fn mend(
    bundle: &Bundle,
    posted: &Posted,
    carried: &Carried,
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
        carried: carried.clone(),
    })
}

fn form(why: Why, carried: &Carried) -> Next {
    let page = Page::Form { mistakes: Vec::new(), shown: Opened::Whole, focus: None, blank: false };
    Next::Page { page, why, carried: carried.clone() }
}

/// Returns the review page: whoever has chosen to correct is asked to do that.
fn review(why: Why, carried: &Carried) -> Next {
    let forward = if carried.amends.is_some() { Forward::Correct } else { Forward::Send };
    Next::Page { page: Page::Review(forward), why, carried: carried.clone() }
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
