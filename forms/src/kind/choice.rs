use serde::{Deserialize, Serialize};

use super::{
    Asked, Setting,
    options::{self, Opt},
};
use crate::{Answers, Mistake, Question, QuestionView, view::LineView};

/// One of several options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The options, in the order in which they are offered.
    pub options: Vec<Opt>,
    /// Whether "Inne" is offered, with a field for an answer of one's own.
    #[serde(default)]
    pub or_other: bool,
}

impl Asked for Choice {
    fn name(&self) -> &'static str {
        "choice"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        options::fields(name, self.or_other)
    }

    fn values(&self) -> Option<Vec<String>> {
        Some(options::values(&self.options, self.or_other))
    }

    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        let chosen = answers.values(&question.name).len();
        let target = || options::first_id(&question.name, &self.options);
        let repeated = (chosen > 1).then(|| Mistake::new(&question.name, "repeated", target()).with("count", chosen));
        let whole =
            repeated.or_else(|| options::mistake(question, answers, &self.options, self.or_other, "empty_choice"));
        whole.into_iter().chain(options::own_mistake(question, answers, self.or_other)).collect()
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        options::draw(view, &self.options, self.or_other, setting);
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        options::lines(name, &self.options, self.or_other, setting)
    }
}
