//! The pages of a form's journey: form, review, receipt, and the short messages between them.
//!
//! The generator draws the static page of a form with [`form`]; the function draws all of them. A page answered by the
//! function is the same page.

use serde::Serialize;

use crate::{
    Answers, Bundle, Card, Form, Mistake, Shell, State, Text, Theme, ThemeError,
    view::{self, AnswerView, ProblemView, QuestionView},
};

/// What a page says above its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Key of its words under `notices` in the texts.
    pub key: &'static str,
    /// A receipt number that belongs to it.
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
}

/// What the pressed button of the review page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Forward {
    /// Sends the answers.
    Send,
    /// Takes them as an answer of its own, apart from the one sent before.
    New,
}

/// A stored answer as its receipt shows it.
#[derive(Clone, Debug)]
pub struct Stored<'a> {
    /// The receipt number.
    pub number: String,
    /// When it was sent, an RFC 3339 instant.
    pub sent: String,
    /// Whether it arrived within the grace after the term.
    pub late: bool,
    /// Whether it was sent under a shifted clock, as a trial.
    pub preview: bool,
    /// Its own definition; none when that cannot be read.
    pub form: Option<&'a Form>,
    /// What was answered; none when it is no longer kept.
    pub answers: Option<&'a Answers>,
    /// The consultation, where the site still has it.
    pub consultation: Option<&'a Card>,
}

/// Returns every text of a form that its pages show in `language`, and that no resident wrote.
pub fn texts(form: &Form, language: &str) -> Vec<String> {
    let mut questions = view::questions(form, language, &Answers::default(), &[], None);
    let mut texts = vec![form.title.in_language(language).to_owned(), form.send.in_language(language).to_owned()];
    texts.extend(form.intro.paragraphs(language).into_iter().chain(form.privacy.paragraphs(language)));
    texts.extend(questions.iter_mut().flat_map(QuestionView::texts).map(|text| text.clone()));
    texts
}

/// Draws the page of a form: empty, filled, with mistakes, or out of its term.
pub fn form(theme: &Theme, bundle: &Bundle, state: State, filled: &Filled<'_>) -> Result<String, ThemeError> {
    let language = &bundle.language;
    let (_, unasked) = bundle.form.split(filled.answers);
    let questions = view::shown(bundle, filled);
    let page = FormView {
        journey: journey(bundle, state, filled),
        intro: paragraphs(bundle, &bundle.form.intro),
        problems: view::problems(&questions),
        questions,
        // Carried to the review page, which shows them and says that they are not sent.
        hidden: hidden(bundle, filled.token).into_iter().chain(pairs(&unasked)).collect(),
        unasked: pairs(&unasked),
    };
    theme.render("form.html", language, &bundle.shell, &page)
}

/// Draws the review page: the answers as they will be sent, each with a way back to it.
///
/// Answers that no question asks for are shown, and dropped by the next step.
pub fn review(
    theme: &Theme,
    bundle: &Bundle,
    state: State,
    filled: &Filled<'_>,
    forward: Forward,
) -> Result<String, ThemeError> {
    let (asked, unasked) = bundle.form.split(filled.answers);
    let mut answers = view::answers(&bundle.form, &bundle.language, filled.answers);
    answers.iter_mut().for_each(|answer| answer.label = bundle.shown(&answer.label));
    let page = ReviewView {
        journey: journey(bundle, state, filled),
        answers,
        hidden: hidden(bundle, filled.token).into_iter().chain(pairs(&asked)).collect(),
        unasked: pairs(&unasked),
        forward,
        send: bundle.shown(bundle.form.send.in_language(&bundle.language)),
    };
    theme.render("review.html", &bundle.language, &bundle.shell, &page)
}

/// Draws the receipt of a stored answer.
pub fn receipt(theme: &Theme, language: &str, shell: &Shell, stored: &Stored<'_>) -> Result<String, ThemeError> {
    let answers = match (stored.form, stored.answers) {
        (Some(form), Some(answers)) => Some(view::answers(form, language, answers)),
        _ => None,
    };
    let page = ReceiptView {
        number: &stored.number,
        sent: &stored.sent,
        late: stored.late,
        preview: stored.preview,
        title: stored.form.map(|form| form.title.in_language(language)),
        answers,
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
    let page = MessageView { notice, given: pairs(given) };
    theme.render("message.html", language, shell, &page)
}

#[derive(Serialize)]
struct Journey<'a> {
    title: String,
    action: &'a str,
    href: &'a str,
    state: State,
    takes_answers: bool,
    notice: Option<&'a Notice>,
    privacy: Vec<String>,
    consultation: &'a Card,
    has_required: bool,
}

#[derive(Serialize)]
struct FormView<'a> {
    #[serde(flatten)]
    journey: Journey<'a>,
    intro: Vec<String>,
    problems: Vec<ProblemView>,
    questions: Vec<QuestionView>,
    hidden: Vec<Pair>,
    unasked: Vec<Pair>,
}

#[derive(Serialize)]
struct ReviewView<'a> {
    #[serde(flatten)]
    journey: Journey<'a>,
    answers: Vec<AnswerView>,
    hidden: Vec<Pair>,
    unasked: Vec<Pair>,
    forward: Forward,
    send: String,
}

#[derive(Serialize)]
struct ReceiptView<'a> {
    number: &'a str,
    sent: &'a str,
    late: bool,
    preview: bool,
    title: Option<&'a str>,
    answers: Option<Vec<AnswerView>>,
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
        title: bundle.shown(bundle.form.title.in_language(&bundle.language)),
        action: &bundle.action,
        href: &bundle.href,
        state,
        takes_answers: state.takes_answers(),
        notice: filled.notice,
        privacy: paragraphs(bundle, &bundle.form.privacy),
        consultation: &bundle.consultation,
        has_required: bundle.form.questions.iter().any(|question| question.required),
    }
}

fn paragraphs(bundle: &Bundle, text: &Text) -> Vec<String> {
    text.paragraphs(&bundle.language).iter().map(|paragraph| bundle.shown(paragraph)).collect()
}

fn hidden(bundle: &Bundle, token: Option<&str>) -> Vec<Pair> {
    [("_lang", Some(bundle.language.as_str())), ("_revision", Some(&bundle.revision)), ("_token", token)]
        .into_iter()
        .filter_map(|(name, value)| Some(Pair { name: name.to_owned(), value: value?.to_owned() }))
        .collect()
}

fn pairs(answers: &Answers) -> Vec<Pair> {
    answers.pairs().map(|(name, value)| Pair { name: name.to_owned(), value: value.to_owned() }).collect()
}
