use serde::{Deserialize, Serialize};

use super::{Asked, Line};
use crate::{Answers, Mistake, Question, QuestionView, view::control_id};

/// One line of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Most characters, counted as Unicode scalar values.
    pub max_length: usize,
    /// What a browser may fill in by itself, a token of HTML (WCAG 1.3.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autocomplete: Option<String>,
}

impl Text {
    /// The limit where the form sets none.
    pub const MAX_LENGTH: usize = 500;
}

impl Asked for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        mistake(question, answers, self.max_length).or_else(|| {
            let broken = answers.values(&question.name).iter().any(|value| value.contains('\n'));
            broken.then(|| Mistake::new(&question.name, "line_break", control_id(&question.name)))
        })
    }

    fn draw(&self, view: &mut QuestionView, answers: &Answers, _language: &str) {
        view.values = shown_values(answers.values(&view.name));
        view.max_length = Some(self.max_length);
        view.autocomplete.clone_from(&self.autocomplete);
    }

    fn lines(&self, name: &str, answers: &Answers, _language: &str) -> Vec<Line> {
        lines(answers.values(name))
    }
}

/// Tells what is wrong with a text of at most `max_length` characters.
pub(super) fn mistake(question: &Question, answers: &Answers, max_length: usize) -> Option<Mistake> {
    let mistake = |key| Mistake::new(&question.name, key, control_id(&question.name));
    match answers.values(&question.name) {
        [] => question.required.then(|| mistake("empty_text")),
        [value] if question.required && value.trim().is_empty() => Some(mistake("empty_text")),
        [value] => {
            let length = value.chars().count();
            (length > max_length).then(|| {
                mistake("too_long").with("max", max_length).with("length", length).with("over", length - max_length)
            })
        }
        values => Some(mistake("repeated").with("count", values.len())),
    }
}

/// Returns what the fields of a text show: every value that came, or one empty field.
pub(super) fn shown_values(values: &[String]) -> Vec<String> {
    if values.is_empty() { vec![String::new()] } else { values.to_vec() }
}

/// Returns the lines of a text; a text of white space alone says nothing.
pub(super) fn lines(values: &[String]) -> Vec<Line> {
    let said = values.iter().filter(|value| !value.trim().is_empty());
    said.map(|value| Line::Words(value.clone())).collect()
}
