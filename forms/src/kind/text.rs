use serde::{Deserialize, Serialize};

use super::{Asked, Setting};
use crate::{
    Answers, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// One line of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Fewest characters of an answer; none: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters, counted as Unicode scalar values.
    pub max_length: usize,
    /// What a browser may fill in by itself, one of [`Text::AUTOCOMPLETE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autocomplete: Option<String>,
}

impl Text {
    /// The limit where the form sets none.
    pub const MAX_LENGTH: usize = 500;
    /// What a browser may be asked to fill in: tokens of HTML that name something about a person (WCAG 2.2, 1.3.5).
    pub const AUTOCOMPLETE: [&str; 14] = [
        "name",
        "given-name",
        "family-name",
        "organization",
        "organization-title",
        "email",
        "tel",
        "street-address",
        "address-line1",
        "address-line2",
        "address-level2",
        "postal-code",
        "country-name",
        "bday-year",
    ];
}

impl Asked for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        line_mistake(question, answers, self.max_length).or_else(|| too_short(question, answers, self.min_length))
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = shown_values(setting.answers.values(&view.name));
        view.min_length = self.min_length;
        view.max_length = Some(self.max_length);
        view.autocomplete.clone_from(&self.autocomplete);
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        lines(setting.answers.values(name))
    }
}

/// Tells what is wrong with a text of at most `max_length` characters.
pub(super) fn mistake(question: &Question, answers: &Answers, max_length: usize) -> Option<Mistake> {
    let id = control_id(&question.name);
    let mistake = |key| Mistake::new(&question.name, key, id.clone());
    match answers.values(&question.name) {
        [] => question.required.then(|| mistake("empty_text")),
        [value] if question.required && value.trim().is_empty() => Some(mistake("empty_text")),
        [value] => too_long(question, value, max_length, id),
        values => Some(mistake("repeated").with("count", values.len())),
    }
}

/// Tells what is wrong with a text of one line.
pub(super) fn line_mistake(question: &Question, answers: &Answers, max_length: usize) -> Option<Mistake> {
    mistake(question, answers, max_length).or_else(|| {
        let broken = answers.values(&question.name).iter().any(|value| value.contains('\n'));
        broken.then(|| Mistake::new(&question.name, "line_break", control_id(&question.name)))
    })
}

/// Tells that `value`, in the field with the id `target`, is longer than `max` characters.
pub(super) fn too_long(question: &Question, value: &str, max: usize, target: String) -> Option<Mistake> {
    let length = value.chars().count();
    (length > max).then(|| {
        let mistake = Mistake::new(&question.name, "too_long", target);
        mistake.with("max", max).with("length", length).with("over", length - max)
    })
}

/// Tells that an answer is shorter than `min` characters; white space around it does not count.
pub(super) fn too_short(question: &Question, answers: &Answers, min: Option<usize>) -> Option<Mistake> {
    let value = answers.values(&question.name).first()?.trim();
    let (min, length) = (min?, value.chars().count());
    (0 < length && length < min).then(|| {
        let mistake = Mistake::new(&question.name, "too_short", control_id(&question.name));
        mistake.with("min", min).with("length", length)
    })
}

/// Returns what the fields of a text show: every value that came, or one empty field.
pub(super) fn shown_values(values: &[String]) -> Vec<String> {
    if values.is_empty() { vec![String::new()] } else { values.to_vec() }
}

/// Returns the lines of a text; a text of white space alone says nothing.
pub(super) fn lines(values: &[String]) -> Vec<LineView> {
    let said = values.iter().filter(|value| !value.trim().is_empty());
    said.map(LineView::words).collect()
}
