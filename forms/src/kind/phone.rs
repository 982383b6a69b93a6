use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{
    Answers, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// A telephone number, read leniently: people write it with spaces, brackets, a prefix, an extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {}

/// Most characters.
const MAX_LENGTH: usize = 50;
/// Fewest digits: a number of a Polish landline without its prefix.
const MIN_DIGITS: usize = 7;

impl Asked for Phone {
    fn name(&self) -> &'static str {
        "phone"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        text::line_mistake(question, answers, MAX_LENGTH).or_else(|| {
            let written = answers.values(&question.name).first()?.trim();
            let digits = written.chars().filter(char::is_ascii_digit).count();
            let wrong = !written.is_empty() && digits < MIN_DIGITS;
            wrong.then(|| Mistake::new(&question.name, "phone_bad", control_id(&question.name)))
        })
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = text::shown_values(setting.answers.values(&view.name));
        view.autocomplete = Some("tel".to_owned());
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        text::lines(setting.answers.values(name))
    }
}
