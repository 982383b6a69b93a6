use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{Answers, Mistake, Question, QuestionView, view::LineView};

/// The name of a person or an organisation: one line that no browser corrects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// What a browser may fill in by itself: one of [`Name::AUTOCOMPLETES`].
    pub autocomplete: String,
}

/// Most characters.
const MAX_LENGTH: usize = 200;

impl Name {
    /// What a browser fills in where the form says nothing else.
    pub const AUTOCOMPLETE: &str = "name";
    /// What it may say.
    pub const AUTOCOMPLETES: [&str; 4] = ["name", "given-name", "family-name", "organization"];
}

impl Asked for Name {
    fn name(&self) -> &'static str {
        "name"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        text::line_mistake(question, answers, MAX_LENGTH)
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = text::shown_values(setting.answers.values(&view.name));
        view.autocomplete = Some(self.autocomplete.clone());
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        text::lines(setting.answers.values(name))
    }
}
