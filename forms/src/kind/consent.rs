use serde::{Deserialize, Serialize};

use super::{Asked, Setting};
use crate::{
    Answers, Mistake, OptionView, Question, QuestionView, Text,
    view::{LineView, option_id, stray_id},
};

/// The value of a consent that was given.
pub const YES: &str = "yes";

/// A statement that is agreed to by ticking a box. The question is its heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What is agreed to, in the first person.
    pub statement: Text,
}

impl Asked for Consent {
    fn name(&self) -> &'static str {
        "consent"
    }

    fn values(&self) -> Option<Vec<String>> {
        Some(vec![YES.to_owned()])
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let name = &question.name;
        let values = answers.values(name);
        if let Some(stray) = values.iter().find(|value| *value != YES) {
            return Some(Mistake::new(name, "unknown_option", stray_id(name, 0)).with("value", stray));
        }
        let missing = question.required && values.is_empty();
        missing.then(|| Mistake::new(name, "consent_missing", option_id(name, YES)))
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let values = setting.answers.values(&view.name);
        let label = self.statement.in_language(setting.language).to_owned();
        let checked = values.iter().any(|value| value == YES);
        let yes = OptionView { id: option_id(&view.name, YES), value: YES.to_owned(), label, checked, stray: false };
        let strays = values.iter().filter(|value| *value != YES).enumerate();
        let strays = strays.map(|(index, value)| OptionView::stray(&view.name, index, value));
        view.options = std::iter::once(yes).chain(strays).collect();
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        let line = |value: &String| match value.as_str() {
            YES => LineView::words(self.statement.in_language(setting.language)),
            stray => LineView::words(stray),
        };
        setting.answers.values(name).iter().take(1).map(line).collect()
    }
}
