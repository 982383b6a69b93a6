//! What templates get to see of a question and of an answer: a contract with themes, apart from the model.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Answers, Bundle, Form, Mistake, Question, kind::Line, page::Filled};

/// A question as the component of its kind draws it. Fields that a kind has no use for are empty.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionView {
    /// Name of the kind, one of [`crate::Kind::NAMES`].
    pub kind: &'static str,
    /// Name of the field.
    pub name: String,
    /// Id of the control, or of the group of controls.
    pub id: String,
    /// The question as asked.
    pub label: String,
    /// One short sentence of help, or null.
    pub hint: Option<String>,
    /// Whether an answer must be given.
    pub required: bool,
    /// What is wrong with the answer, or null.
    pub problem: Option<ProblemView>,
    /// Ids for `aria-describedby`, separated by spaces; empty when nothing describes the control.
    pub described_by: String,
    /// Whether the page opens at this question.
    pub autofocus: bool,
    /// text, longtext: what each field shows; one field, more only where more were posted.
    pub values: Vec<String>,
    /// text, longtext: most characters.
    pub max_length: Option<usize>,
    /// longtext: height in lines.
    pub rows: Option<usize>,
    /// text: what a browser may fill in.
    pub autocomplete: Option<String>,
    /// choice, choices, scale: what is offered.
    pub options: Vec<OptionView>,
    /// choice, choices: "Inne" and its field, or null.
    pub other: Option<OtherView>,
    /// choices: most options, or null.
    pub max_selected: Option<usize>,
    /// scale: what the lowest point means.
    pub start_label: Option<String>,
    /// scale: what the highest point means.
    pub end_label: Option<String>,
    /// scale: "Nie mam zdania", or null.
    pub no_opinion: Option<OptionView>,
    /// note: its paragraphs.
    pub paragraphs: Vec<String>,
}

impl QuestionView {
    /// Returns the texts of the form in it, none of which a resident wrote.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let asked = [Some(&mut self.label), self.hint.as_mut(), self.start_label.as_mut(), self.end_label.as_mut()];
        let options = self.options.iter_mut().chain(&mut self.no_opinion).filter(|option| !option.stray);
        asked.into_iter().flatten().chain(options.map(|option| &mut option.label)).chain(&mut self.paragraphs)
    }
}

/// One option.
#[derive(Clone, Debug, Serialize)]
pub struct OptionView {
    /// Id of the control.
    pub id: String,
    /// What is posted.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub checked: bool,
    /// Whether it was posted although the form does not offer it.
    pub stray: bool,
}

/// "Inne" with a field for an answer of one's own.
#[derive(Clone, Debug, Serialize)]
pub struct OtherView {
    /// Id of the control that chooses it.
    pub id: String,
    /// What that control posts.
    pub value: &'static str,
    /// Whether it is chosen.
    pub checked: bool,
    /// Name of the text field.
    pub field: String,
    /// Id of the text field.
    pub field_id: String,
    /// What the text field shows; one, more only where more were posted.
    pub values: Vec<String>,
}

/// What is wrong with one answer.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemView {
    /// Key of its words under `mistakes` in the texts.
    pub key: &'static str,
    /// What fills the placeholders; `label` is the question.
    pub args: BTreeMap<&'static str, String>,
    /// Id of the first control at fault.
    pub target: String,
}

/// A question with its answer, as read on the review page and the receipt.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    /// Name of the question.
    pub name: String,
    /// The question as asked.
    pub label: String,
    /// The answer: each line has `words`, or `text`, a key under `answers` in the texts. Empty: not answered.
    pub lines: Vec<LineView>,
}

/// One line of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    /// Words of the resident or the form, or null.
    pub words: Option<String>,
    /// Key of a text of the theme, or null.
    pub text: Option<&'static str>,
}

/// Returns the questions of `form` with what was posted and what is wrong with it.
pub(crate) fn questions(
    form: &Form,
    language: &str,
    answers: &Answers,
    mistakes: &[Mistake],
    focus: Option<&str>,
) -> Vec<QuestionView> {
    let draw = |question: &Question| {
        let mistake = mistakes.iter().find(|mistake| mistake.question == question.name);
        let mut view = blank(question, language);
        view.problem = mistake.map(|mistake| problem(mistake, &view.label));
        view.autofocus = focus == Some(&question.name);
        view.described_by = [(view.hint.is_some(), "hint"), (view.problem.is_some(), "problem")]
            .iter()
            .filter(|(there, _)| *there)
            .map(|(_, part)| format!("{part}-{}", view.name))
            .collect::<Vec<_>>()
            .join(" ");
        question.kind.asked().draw(&mut view, answers, language);
        view
    };
    form.questions.iter().map(draw).collect()
}

/// Returns the questions of a bundle as [`questions`] does, with the words that are shown.
pub(crate) fn shown(bundle: &Bundle, filled: &Filled<'_>) -> Vec<QuestionView> {
    let mut views = questions(&bundle.form, &bundle.language, filled.answers, filled.mistakes, filled.focus);
    for view in &mut views {
        view.texts().for_each(|text| *text = bundle.shown(text));
        if let Some(problem) = &mut view.problem {
            problem.args.insert("label", view.label.clone());
        }
    }
    views
}

/// Returns the problems of `mistakes` in the order of the questions.
pub(crate) fn problems(views: &[QuestionView]) -> Vec<ProblemView> {
    views.iter().filter_map(|view| view.problem.clone()).collect()
}

/// Returns every question of `form` with its answer, notes left out.
pub(crate) fn answers(form: &Form, language: &str, answers: &Answers) -> Vec<AnswerView> {
    let asked = form.questions.iter().filter(|question| !question.kind.asked().fields(&question.name).is_empty());
    asked
        .map(|question| AnswerView {
            name: question.name.clone(),
            label: question.label.in_language(language).to_owned(),
            lines: question.kind.asked().lines(&question.name, answers, language).into_iter().map(line).collect(),
        })
        .collect()
}

/// Returns the id of the control that posts `field`. The prefix keeps it apart from the ids of the page.
pub(crate) fn control_id(field: &str) -> String {
    format!("q-{field}")
}

/// Returns the id of the control for the option `value` of the question `name`.
pub(crate) fn option_id(name: &str, value: &str) -> String {
    format!("q-{name}-{value}")
}

/// Returns the id of the control for the value at `index` among those that the question `name` does not offer.
pub(crate) fn stray_id(name: &str, index: usize) -> String {
    format!("q-{name}.stray-{index}")
}

fn blank(question: &Question, language: &str) -> QuestionView {
    QuestionView {
        kind: question.kind.asked().name(),
        name: question.name.clone(),
        id: control_id(&question.name),
        label: question.label.in_language(language).to_owned(),
        hint: question.hint.as_ref().map(|hint| hint.in_language(language).to_owned()),
        required: question.required,
        problem: None,
        described_by: String::new(),
        autofocus: false,
        values: Vec::new(),
        max_length: None,
        rows: None,
        autocomplete: None,
        options: Vec::new(),
        other: None,
        max_selected: None,
        start_label: None,
        end_label: None,
        no_opinion: None,
        paragraphs: Vec::new(),
    }
}

fn problem(mistake: &Mistake, label: &str) -> ProblemView {
    let mut args = mistake.args.clone();
    args.insert("label", label.to_owned());
    ProblemView { key: mistake.key, args, target: mistake.target.clone() }
}

fn line(line: Line) -> LineView {
    match line {
        Line::Words(words) => LineView { words: Some(words), text: None },
        Line::Text(key) => LineView { words: None, text: Some(key) },
    }
}
