//! The pages of a form's journey: form, review, receipt, and the short messages between them.
//!
//! The generator draws the static page of a form with [`form`]; the function draws all of them. A page answered by the
//! function is the same page.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    Answers, Bundle, Card, ConsultedDocument, Form, Mistake, Question, Shell, State, Theme, ThemeError,
    view::{self, AnswerView, Drawn, ProblemView, QuestionView},
};

/// What stands before the name of a field whose answer is kept, but not sent.
pub const KEPT: &str = "_kept.";

/// The field that names a place of a remark whose text has changed since it was read: the page has said so.
pub const TOLD: &str = "_told";

/// The field that tells how a page of the form was opened: [`EDIT`] or [`WHOLE`]; absent where its button goes on to
/// the next.
pub const SHOWN: &str = "_shown";
/// Opened from the review page, and back to it.
pub const EDIT: &str = "edit";
/// All questions on one page.
pub const WHOLE: &str = "whole";

/// The field that no person fills in.
pub const TRAP: &str = "_website";

/// What a page says above its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Key of its words under `notices` in the texts.
    pub key: &'static str,
    /// The receipt number that belongs to it.
    pub number: Option<String>,
}

impl Notice {
    /// A notice without a number.
    pub fn new(key: &'static str) -> Self {
        Self { key, number: None }
    }
}

/// What a resident has brought to a page.
#[derive(Clone, Copy, Debug)]
pub struct Filled<'a> {
    /// What was posted.
    pub answers: &'a Answers,
    /// What is wrong with it.
    pub mistakes: &'a [Mistake],
    /// The token of the journey; none on the static page.
    pub token: Option<&'a str>,
    /// What the page says first.
    pub notice: Option<&'a Notice>,
    /// The question at which the page opens.
    pub focus: Option<&'a str>,
    /// The question that shows one blank remark more.
    pub blank: Option<&'a str>,
    /// Which page of the form is shown.
    pub shown: Shown<'a>,
    /// What stands in the field that no person fills in.
    pub trap: Option<&'a str>,
    /// Which amendment a correction replaces.
    pub amends: Option<u16>,
}

impl<'a> Filled<'a> {
    /// The first page with `answers`, of no journey yet.
    pub fn new(answers: &'a Answers) -> Self {
        Self {
            answers,
            mistakes: &[],
            token: None,
            notice: None,
            focus: None,
            blank: None,
            shown: Shown::First,
            trap: None,
            amends: None,
        }
    }
}

/// Which page of the form is shown, and where its button leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// The first, on to the next.
    First,
    /// The one with this question, on to the next.
    Page(&'a str),
    /// The one with this question, on to the review.
    Edit(&'a str),
    /// All questions on one page, on to the review.
    Whole,
}

impl Shown<'_> {
    /// Returns the page's index among the `count` of `form`; none: all of them.
    fn index(self, form: &Form) -> Option<usize> {
        let with = |name: &str| form.page_with(name).unwrap_or(0);
        match self {
            Self::First => Some(0),
            Self::Page(name) | Self::Edit(name) => Some(with(name)),
            Self::Whole => None,
        }
    }

    /// Returns the field that tells the next request how the page was opened.
    fn field(self) -> Option<Pair> {
        let value = match self {
            Self::First | Self::Page(_) => return None,
            Self::Edit(_) => EDIT,
            Self::Whole => WHOLE,
        };
        Some(Pair { name: SHOWN.to_owned(), value: value.to_owned() })
    }
}

/// What the pressed button of the review page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Forward {
    /// Sends the answers.
    Send,
    /// Puts them in the place of those sent before, or takes them as an answer of its own.
    Correct,
    /// Takes them as an answer of its own, apart from the one sent before.
    New,
}

/// A stored answer as its receipt shows it.
#[derive(Clone, Debug)]
pub struct Stored<'a> {
    /// `CONSULTATION/FORM`.
    pub id: &'a str,
    /// The receipt number.
    pub number: String,
    /// When it was sent, an RFC 3339 instant.
    pub sent: String,
    /// Whether it arrived within the grace after the term.
    pub late: bool,
    /// Whether it was sent under a shifted clock, as a trial.
    pub preview: bool,
    /// The definition that was answered; none when it cannot be read.
    pub form: Option<&'a Form>,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// How often it was corrected.
    pub amendment: u16,
    /// What was answered; none when it is no longer kept.
    pub answers: Option<&'a Answers>,
    /// The consultation, where the site still has it.
    pub consultation: Option<&'a Card>,
    /// What its remarks are about, where the site still knows it.
    pub documents: &'a [ConsultedDocument],
}

/// Draws a page of a form: empty, filled, with mistakes, or out of its term.
///
/// What belongs to other pages, or to no question, travels unseen. Where nothing can be sent all questions are shown.
pub fn form(theme: &Theme, bundle: &Bundle, state: State, filled: &Filled<'_>) -> Result<String, ThemeError> {
    let (form, language) = (&bundle.form, &bundle.language);
    let pages = form.pages();
    let index = filled.shown.index(form).filter(|_| state.takes_answers() && pages.len() > 1);
    let shown = index.map_or(form.questions.as_slice(), |index| pages[index]);
    let drawn = drawn(bundle, filled);
    let questions = drawn.questions(shown);
    let fields: BTreeSet<_> = shown.iter().flat_map(Question::fields).collect();
    let (_, unasked) = form.split(filled.answers);
    let next = index.and_then(|index| pages.get(index + 1)).filter(|_| !matches!(filled.shown, Shown::Edit(_)));
    let page = FormView {
        journey: journey(bundle, state, filled),
        intro: form.intro.paragraphs(language),
        problems: view::problems(&questions),
        filled: !form.split(filled.answers).0.is_empty(),
        questions,
        forward: next.map_or_else(|| "review".to_owned(), |page| step_to(page)),
        back: index.and_then(|index| form.page_before(index, filled.answers)).map(step_to),
        number: index.map(|index| index + 1),
        count: pages.len(),
        // Whoever prints the first page prints the form.
        rest: match filled.shown {
            Shown::First if index.is_some() => drawn.questions(&form.questions[shown.len()..]),
            _ => Vec::new(),
        },
        // What no question asks for is carried to the review page, which shows it and says that it is not sent.
        hidden: hidden(bundle, filled)
            .chain(filled.shown.field())
            .chain(pairs(&filled.answers.filtered(|field| !fields.contains(field))))
            .collect(),
        unasked: pairs(&unasked).collect(),
    };
    theme.render("form.html", language, &bundle.shell, &page)
}

/// Draws the review page: the answers as they will be sent, each with a way back to it.
///
/// Answers that no question asks for, or that others have made needless, are shown apart; they are not sent. The latter
/// travel on under names with [`KEPT`] before them, so that whoever goes back finds them.
pub fn review(
    theme: &Theme,
    bundle: &Bundle,
    state: State,
    filled: &Filled<'_>,
    forward: Forward,
) -> Result<String, ThemeError> {
    let (_, unasked) = bundle.form.split(filled.answers);
    let (sent, needless) = bundle.form.part(filled.answers);
    let applying = bundle.form.applying(filled.answers);
    let drawn = drawn(bundle, filled);
    let kept = pairs(&needless).map(|pair| Pair { name: format!("{KEPT}{}", pair.name), ..pair });
    let places = bundle.outdated_places(filled.answers);
    let told = places.changed.into_iter().chain(places.unknown);
    let told = told.map(|value| Pair { name: TOLD.to_owned(), value });
    let trap = filled.trap.map(|value| Pair { name: TRAP.to_owned(), value: value.to_owned() });
    let page = ReviewView {
        journey: journey(bundle, state, filled),
        answers: drawn.answers(|name| applying.contains(name)),
        needless: drawn
            .answers(|name| !applying.contains(name))
            .into_iter()
            .filter(|answer| !answer.lines.is_empty())
            .collect(),
        hidden: hidden(bundle, filled).chain(told).chain(trap).chain(pairs(&sent)).chain(kept).collect(),
        unasked: pairs(&unasked).collect(),
        forward,
        back: last_page(bundle, filled.answers).map_or_else(|| "edit".to_owned(), step_to),
        send: bundle.form.send.in_language(&bundle.language),
    };
    theme.render("review.html", &bundle.language, &bundle.shell, &page)
}

/// Draws a file that holds the answers outside of the site and posts them to it, which stands at `base_url`.
///
/// It never holds the token: whoever opens it begins a journey of their own.
pub fn saved(theme: &Theme, bundle: &Bundle, base_url: &str, filled: &Filled<'_>) -> Result<String, ThemeError> {
    let filled = Filled { token: None, amends: None, ..*filled };
    let page = SavedView {
        title: bundle.form.title.in_language(&bundle.language),
        address: format!("{base_url}{}", bundle.action),
        answers: drawn(bundle, &filled).answers(|_| true),
        hidden: hidden(bundle, &filled).chain(pairs(filled.answers)).collect(),
    };
    theme.render("saved.html", &bundle.language, &bundle.shell, &page)
}

/// Draws the receipt of a stored answer.
pub fn receipt(theme: &Theme, language: &str, shell: &Shell, stored: &Stored<'_>) -> Result<String, ThemeError> {
    let answers = stored.form.zip(stored.answers).map(|(form, answers)| {
        let mistakes = &[];
        let drawn = Drawn { form, language, answers, documents: stored.documents, mistakes, focus: None, blank: None };
        let applying = form.applying(answers);
        drawn.answers(|name| applying.contains(name))
    });
    let unread = stored.answers.filter(|_| stored.form.is_none());
    let page = ReceiptView {
        number: &stored.number,
        sent: &stored.sent,
        late: stored.late,
        preview: stored.preview,
        withdrawn: stored.withdrawn,
        amendment: stored.amendment,
        action: format!("/api/{}", stored.id),
        title: stored.form.map(|form| form.title.in_language(language)),
        answers,
        pairs: unread.into_iter().flat_map(pairs).collect(),
        consultation: stored.consultation,
    };
    theme.render("receipt.html", language, shell, &page)
}

/// Draws a page that says one thing, and gives back `given`, what the resident had typed.
pub fn message(
    theme: &Theme,
    language: &str,
    shell: &Shell,
    notice: &Notice,
    given: &Answers,
) -> Result<String, ThemeError> {
    let page = MessageView { notice, given: pairs(given).collect() };
    theme.render("message.html", language, shell, &page)
}

#[derive(Serialize)]
struct Journey<'a> {
    title: &'a str,
    action: &'a str,
    href: &'a str,
    state: State,
    takes_answers: bool,
    notice: Option<&'a Notice>,
    privacy: Vec<String>,
    consultation: &'a Card,
    has_required: bool,
    /// What stands in the field that no person fills in.
    trap: &'a str,
    /// Whether the answers can be saved on the resident's device.
    saves: bool,
}

#[derive(Serialize)]
struct FormView<'a> {
    #[serde(flatten)]
    journey: Journey<'a>,
    intro: Vec<String>,
    problems: Vec<ProblemView>,
    questions: Vec<QuestionView>,
    rest: Vec<QuestionView>,
    /// Whether anything was answered.
    filled: bool,
    forward: String,
    back: Option<String>,
    number: Option<usize>,
    count: usize,
    hidden: Vec<Pair>,
    unasked: Vec<Pair>,
}

#[derive(Serialize)]
struct ReviewView<'a> {
    #[serde(flatten)]
    journey: Journey<'a>,
    answers: Vec<AnswerView>,
    needless: Vec<AnswerView>,
    hidden: Vec<Pair>,
    unasked: Vec<Pair>,
    forward: Forward,
    /// The step that leads back to the form: to its last page.
    back: String,
    send: &'a str,
}

#[derive(Serialize)]
struct SavedView<'a> {
    title: &'a str,
    address: String,
    answers: Vec<AnswerView>,
    hidden: Vec<Pair>,
}

#[derive(Serialize)]
struct ReceiptView<'a> {
    number: &'a str,
    sent: &'a str,
    late: bool,
    preview: bool,
    withdrawn: bool,
    amendment: u16,
    /// Where the form is posted: a script forgets what it kept for it.
    action: String,
    title: Option<&'a str>,
    answers: Option<Vec<AnswerView>>,
    /// The answers as they were posted, where their own definition cannot be read.
    pairs: Vec<Pair>,
    consultation: Option<&'a Card>,
}

#[derive(Serialize)]
struct MessageView<'a> {
    notice: &'a Notice,
    given: Vec<Pair>,
}

/// A field that is posted unseen, or a value given back.
#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

fn journey<'a>(bundle: &'a Bundle, state: State, filled: &Filled<'a>) -> Journey<'a> {
    Journey {
        title: bundle.form.title.in_language(&bundle.language),
        action: &bundle.action,
        href: &bundle.href,
        state,
        takes_answers: state.takes_answers(),
        notice: filled.notice,
        privacy: bundle.form.privacy.paragraphs(&bundle.language),
        consultation: &bundle.consultation,
        trap: filled.trap.unwrap_or_default(),
        saves: bundle.base_url.is_some(),
        has_required: bundle.form.questions.iter().any(|question| question.required),
    }
}

fn drawn<'a>(bundle: &'a Bundle, filled: &Filled<'a>) -> Drawn<'a> {
    Drawn {
        form: &bundle.form,
        language: &bundle.language,
        answers: filled.answers,
        documents: &bundle.documents,
        mistakes: filled.mistakes,
        focus: filled.focus,
        blank: filled.blank,
    }
}

/// Returns the last page with something to answer, of a form that has several.
fn last_page<'a>(bundle: &'a Bundle, answers: &Answers) -> Option<&'a [Question]> {
    let count = bundle.form.pages().len();
    bundle.form.page_before(count, answers).filter(|_| count > 1)
}

/// Returns the step that leads to `page`: named by its first question.
fn step_to(page: &[Question]) -> String {
    format!("page:{}", page.first().map(|question| question.name.as_str()).unwrap_or_default())
}

fn hidden(bundle: &Bundle, filled: &Filled<'_>) -> impl Iterator<Item = Pair> {
    let fields =
        [("_lang", Some(bundle.language.as_str())), ("_revision", Some(&bundle.revision)), ("_token", filled.token)];
    let pairs = fields.map(|(name, value)| Some(Pair { name: name.to_owned(), value: value?.to_owned() }));
    let amends = filled.amends.map(|amends| Pair { name: "_amends".to_owned(), value: amends.to_string() });
    pairs.into_iter().flatten().chain(amends)
}

fn pairs(answers: &Answers) -> impl Iterator<Item = Pair> {
    answers.pairs().map(|(name, value)| Pair { name: name.to_owned(), value: value.to_owned() })
}
