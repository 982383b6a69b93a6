use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{
    Answers, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// A Polish postal code, five digits; it is shown back as NN-NNN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postcode {}

/// Most characters: the code with white space to spare.
const MAX_LENGTH: usize = 20;

impl Asked for Postcode {
    fn name(&self) -> &'static str {
        "postcode"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        text::line_mistake(question, answers, MAX_LENGTH).or_else(|| {
            let written = answers.values(&question.name).first()?;
            let wrong = !written.trim().is_empty() && read(written).is_none();
            wrong.then(|| Mistake::new(&question.name, "postcode_bad", control_id(&question.name)))
        })
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = text::shown_values(setting.answers.values(&view.name));
        view.autocomplete = Some("postal-code".to_owned());
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        match setting.answers.values(name) {
            [written] => read(written)
                .map_or_else(|| text::lines(std::slice::from_ref(written)), |code| vec![LineView::words(code)]),
            values => text::lines(values),
        }
    }
}

/// Reads a code, whatever parts its digits.
fn read(written: &str) -> Option<String> {
    let parts = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '–' | '−' | '\u{2010}' | '\u{2011}');
    let digits: String = written.chars().filter(parts).collect();
    let right = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| format!("{}-{}", &digits[..2], &digits[2..]))
}
