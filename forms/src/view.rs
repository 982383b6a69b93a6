//! What templates get to see of a question and of an answer: a contract with themes, apart from the model.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::{Answers, Condition, ConsultedDocument, Form, Kind, Mistake, Question, Test, kind::Setting};

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
    /// What is wrong with the answer as a whole, or null; what is wrong with a part stands at the part.
    pub problem: Option<ProblemView>,
    /// Everything that is wrong, with the parts too, in their order.
    pub problems: Vec<ProblemView>,
    /// Ids for `aria-describedby`, separated by spaces; empty when nothing describes the control.
    pub described_by: String,
    /// Whether the page opens at this question.
    pub autofocus: bool,
    /// When it is to be answered, in words; null: always, or by the section alone.
    pub condition: Option<ConditionView>,
    /// The same for a script, with the condition of its section: `NAME=VALUE|VALUE`, `NAME=*` for any answer, `NAME=`
    /// for none, separated by spaces; empty: always.
    pub when: String,
    /// text, longtext: what each field shows; one field, more only where more were posted.
    pub values: Vec<String>,
    /// text, longtext: fewest characters.
    pub min_length: Option<usize>,
    /// text, longtext, remark: most characters, of each part.
    pub max_length: Option<usize>,
    /// number: most digits after the decimal mark.
    pub decimals: Option<usize>,
    /// longtext: height in lines.
    pub rows: Option<usize>,
    /// Kinds of one line: what a browser may fill in.
    pub autocomplete: Option<String>,
    /// choice, choices, scale, consent: what is offered.
    pub options: Vec<OptionView>,
    /// choice, choices: "Inne" and its field, or null.
    pub other: Option<OtherView>,
    /// choices: most options, or null.
    pub max_selected: Option<usize>,
    /// number, date: the smallest answer, or null.
    pub least: Option<LineView>,
    /// number, date: the largest answer, or null.
    pub most: Option<LineView>,
    /// Id of what tells the limits of an answer, or null; those of a remark are told with its parts.
    pub limits: Option<String>,
    /// scale: what the lowest point means.
    pub start_label: Option<String>,
    /// scale: what the highest point means.
    pub end_label: Option<String>,
    /// scale: "Nie mam zdania", or null.
    pub no_opinion: Option<OptionView>,
    /// date, rank: its fields.
    pub fields: Vec<FieldView>,
    /// matrix: its rows.
    pub matrix: Vec<RowView>,
    /// remark: the remarks.
    pub remarks: Vec<RemarkView>,
    /// remark: the places to choose from.
    pub places: Vec<PlaceGroup>,
    /// remark: whether one more may be added.
    pub addable: bool,
    /// note, section: its paragraphs.
    pub paragraphs: Vec<String>,
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

impl OptionView {
    /// What was posted for the field `name` although the form does not offer it, at `index` among those. It stays on
    /// the page until the resident drops it.
    pub(crate) fn stray(name: &str, index: usize, value: &str) -> Self {
        let value = value.to_owned();
        Self { id: stray_id(name, index), label: value.clone(), value, checked: true, stray: true }
    }
}

/// One of several fields of a question.
#[derive(Clone, Debug, Serialize)]
pub struct FieldView {
    /// Name of the field.
    pub name: String,
    /// Id of the control.
    pub id: String,
    /// Key of its label under `parts` in the texts, or null.
    pub text: Option<&'static str>,
    /// Its label, where the form writes it.
    pub label: String,
    /// What it shows; one, more only where more were posted.
    pub values: Vec<String>,
    /// What a browser may fill in, or null.
    pub autocomplete: Option<String>,
    /// Whether it is at fault, alone or with the question as a whole.
    pub invalid: bool,
    /// What is wrong with it alone, or null.
    pub problem: Option<ProblemView>,
}

/// One row of a matrix.
#[derive(Clone, Debug, Serialize)]
pub struct RowView {
    /// Name of the field.
    pub name: String,
    /// What is asked about.
    pub label: String,
    /// What is offered.
    pub options: Vec<OptionView>,
    /// What is wrong with its answer, or null.
    pub problem: Option<ProblemView>,
}

/// One remark.
#[derive(Clone, Debug, Serialize)]
pub struct RemarkView {
    /// Its number in the names of its fields.
    pub number: usize,
    /// The field for what it is about.
    pub place: FieldView,
    /// What each value of that field is about; those that a group of places offers are `current`.
    pub strays: Vec<PlaceView>,
    /// The fields of its words.
    pub parts: Vec<FieldView>,
}

/// The places of one document.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceGroup {
    /// Its title.
    pub document: String,
    /// The version.
    pub version: String,
    /// The value that means the whole document.
    pub whole: String,
    /// Value and title of each section.
    pub sections: Vec<(String, String)>,
}

/// What a remark is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlaceView {
    /// The value of the field.
    pub value: String,
    /// Title of the document, or its name where nobody knows it.
    pub document: String,
    /// The version.
    pub version: String,
    /// Title of the section, or its id where nobody knows it; null: the whole document.
    pub section: Option<String>,
    /// `current`; `older`: of a version that is not the newest; `changed`: the text has changed since; `unknown`.
    pub standing: &'static str,
    /// Address of the document, where it is known.
    pub href: Option<String>,
}

/// When a question is to be answered.
#[derive(Clone, Debug, Serialize)]
pub struct ConditionView {
    /// The question whose answer decides.
    pub label: String,
    /// The answers that make it so; empty where any does, or none.
    pub any_of: Vec<LineView>,
    /// Whether it has to be answered at all; null where `any_of` tells.
    pub answered: Option<bool>,
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
    /// What is wrong with it, or null.
    pub problem: Option<ProblemView>,
}

/// What is wrong with one answer, or a part of it.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemView {
    /// Key of its words under `mistakes` in the texts.
    pub key: &'static str,
    /// Name of the field that it is about; null: the question as a whole.
    pub part: Option<String>,
    /// Key under `parts` in the texts of what fills `{part}`, or null.
    pub part_text: Option<&'static str>,
    /// What fills `{day}`, or null.
    pub day: Option<Date>,
    /// What the form itself says, instead of the texts; null: nothing.
    pub words: Option<String>,
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
    /// The answer, a line for each part; empty: not answered.
    pub lines: Vec<LineView>,
}

/// One line of an answer: one of `words`, `text`, `date` and `place` is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LineView {
    /// What it is about, in words of the form, or null.
    pub about: Option<String>,
    /// The same as a key under `parts` in the texts, or null.
    pub about_text: Option<&'static str>,
    /// Words of the resident or the form.
    pub words: Option<String>,
    /// Key of a text under `answers`.
    pub text: Option<&'static str>,
    /// What fills `{number}` in that text, or null.
    pub number: Option<usize>,
    /// A day.
    pub date: Option<Date>,
    /// A place of a document.
    pub place: Option<PlaceView>,
}

impl LineView {
    /// Words of the resident or the form.
    pub(crate) fn words(words: impl Into<String>) -> Self {
        Self { words: Some(words.into()), ..Self::default() }
    }

    /// A text of the theme, by its key under `answers`.
    pub(crate) fn text(key: &'static str) -> Self {
        Self { text: Some(key), ..Self::default() }
    }

    /// A day.
    pub(crate) fn date(date: Date) -> Self {
        Self { date: Some(date), ..Self::default() }
    }

    /// A place of a document.
    pub(crate) fn place(place: PlaceView) -> Self {
        Self { place: Some(place), about_text: Some("place"), ..Self::default() }
    }

    pub(crate) fn about(self, words: &str) -> Self {
        Self { about: Some(words.to_owned()), ..self }
    }

    pub(crate) fn about_text(self, key: &'static str) -> Self {
        Self { about_text: Some(key), ..self }
    }

    pub(crate) fn numbered(self, number: usize) -> Self {
        Self { number: Some(number), ..self }
    }
}

/// What the views of a page are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn<'a> {
    pub(crate) form: &'a Form,
    pub(crate) language: &'a str,
    pub(crate) answers: &'a Answers,
    pub(crate) documents: &'a [ConsultedDocument],
    pub(crate) mistakes: &'a [Mistake],
    /// The question at which the page opens.
    pub(crate) focus: Option<&'a str>,
    /// The question that shows one blank remark more.
    pub(crate) blank: Option<&'a str>,
}

impl<'a> Drawn<'a> {
    fn setting(&self) -> Setting<'a> {
        Setting { answers: self.answers, language: self.language, documents: self.documents, blank: self.blank }
    }

    /// Returns `questions` with what was posted and what is wrong with it.
    pub(crate) fn questions(&self, questions: &[Question]) -> Vec<QuestionView> {
        let draw = |question: &Question| {
            let mut view = blank(question, self.language);
            let mistakes = self.mistakes.iter().filter(|mistake| mistake.question == question.name);
            view.problems = mistakes.map(|mistake| problem(mistake, &view.label, self.language)).collect();
            view.problem = view.problems.iter().find(|problem| problem.part.is_none()).cloned();
            view.autofocus = self.focus == Some(&question.name);
            view.condition = question.when.as_ref().and_then(|condition| self.condition(condition));
            view.when = self.machine_condition(question);
            question.kind.asked().draw(&mut view, self.setting());
            let limits = [view.min_length, view.max_length, view.max_selected].iter().any(Option::is_some);
            let limits = limits || view.least.is_some() || view.most.is_some();
            let limits = limits && !matches!(question.kind, Kind::Remark(_));
            view.limits = limits.then(|| format!("limit-{}", view.name));
            let parts = [
                (view.condition.is_some(), "when"),
                (view.hint.is_some(), "hint"),
                (view.limits.is_some(), "limit"),
                (view.problem.is_some(), "problem"),
            ];
            let parts = parts.iter().filter(|(there, _)| *there).map(|(_, part)| format!("{part}-{}", view.name));
            view.described_by = parts.collect::<Vec<_>>().join(" ");
            view
        };
        questions.iter().map(draw).collect()
    }

    /// Returns the questions whose names satisfy `keep` with their answers, notes and sections left out.
    pub(crate) fn answers(&self, keep: impl Fn(&str) -> bool) -> Vec<AnswerView> {
        let asked = self.form.questions.iter().filter(|question| question.kind.asks() && keep(&question.name));
        asked
            .map(|question| AnswerView {
                name: question.name.clone(),
                label: question.label.in_language(self.language).to_owned(),
                lines: question.kind.asked().lines(&question.name, self.setting()),
            })
            .collect()
    }

    fn condition(&self, condition: &Condition) -> Option<ConditionView> {
        let question = self.form.question(&condition.question)?;
        let label = question.label.in_language(self.language).to_owned();
        let (any_of, answered) = match &condition.test {
            Test::AnyOf(values) => (values.as_slice(), None),
            Test::Answered(answered) => (&[][..], Some(*answered)),
        };
        let line = |value: &String| {
            let chosen = Answers::from_pairs([(question.name.as_str(), value.as_str())]);
            question.kind.asked().lines(&question.name, Setting { answers: &chosen, ..self.setting() })
        };
        Some(ConditionView { label, any_of: any_of.iter().flat_map(line).collect(), answered })
    }

    fn machine_condition(&self, question: &Question) -> String {
        let before = self.form.questions.iter().take_while(|other| other.name != question.name);
        let section = before.filter(|other| matches!(other.kind, Kind::Section(_))).last();
        // A section is not in the one before it.
        let section = section.filter(|_| !matches!(question.kind, Kind::Section(_)));
        let conditions = section.into_iter().chain([question]).filter_map(|question| question.when.as_ref());
        let written = conditions.map(|condition| match &condition.test {
            Test::AnyOf(values) => format!("{}={}", condition.question, values.join("|")),
            Test::Answered(answered) => format!("{}={}", condition.question, if *answered { "*" } else { "" }),
        });
        written.collect::<Vec<_>>().join(" ")
    }
}

/// Returns the problems of `mistakes` in the order of the questions.
pub(crate) fn problems(views: &[QuestionView]) -> Vec<ProblemView> {
    views.iter().flat_map(|view| view.problems.clone()).collect()
}

impl QuestionView {
    /// Returns what is wrong with the part that posts `field` alone.
    pub(crate) fn problem_of(&self, field: &str) -> Option<ProblemView> {
        self.problems.iter().find(|problem| problem.part.as_deref() == Some(field)).cloned()
    }
}

/// Returns the id of the control that posts `field`. The prefix keeps it apart from the ids of the page.
pub(crate) fn control_id(field: &str) -> String {
    format!("q-{field}")
}

/// Returns the id of the control for the option `value` of the question or row that posts `field`.
///
/// The name of a question holds no hyphen; that of a row may, as a value may, but neither holds a dot.
pub(crate) fn option_id(field: &str, value: &str) -> String {
    let between = if field.contains('.') { '.' } else { '-' };
    format!("q-{field}{between}{value}")
}

/// Returns the id of the control for the value at `index` among those that are not offered for `field`.
pub(crate) fn stray_id(field: &str, index: usize) -> String {
    format!("q-{field}.stray.{index}")
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
        problems: Vec::new(),
        described_by: String::new(),
        autofocus: false,
        condition: None,
        when: String::new(),
        values: Vec::new(),
        min_length: None,
        max_length: None,
        decimals: None,
        rows: None,
        autocomplete: None,
        options: Vec::new(),
        other: None,
        max_selected: None,
        least: None,
        most: None,
        limits: None,
        start_label: None,
        end_label: None,
        no_opinion: None,
        fields: Vec::new(),
        matrix: Vec::new(),
        remarks: Vec::new(),
        places: Vec::new(),
        addable: false,
        paragraphs: Vec::new(),
    }
}

fn problem(mistake: &Mistake, label: &str, language: &str) -> ProblemView {
    let mut args = mistake.args.clone();
    args.extend(mistake.texts.iter().map(|(name, text)| (*name, text.in_language(language).to_owned())));
    args.insert("label", label.to_owned());
    let words = mistake.words.as_ref().map(|words| words.in_language(language).to_owned());
    ProblemView {
        key: mistake.key,
        part: mistake.part.clone(),
        part_text: mistake.part_text,
        day: mistake.day,
        words,
        args,
        target: mistake.target.clone(),
    }
}
