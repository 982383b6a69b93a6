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

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let chosen = answers.values(&question.name);
        if chosen.len() > 1 {
            let target = options::first_id(&question.name, &self.options);
            return Some(Mistake::new(&question.name, "repeated", target).with("count", chosen.len()));
        }
        options::mistake(question, answers, &self.options, self.or_other, "empty_choice")
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        options::draw(view, &self.options, self.or_other, setting);
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        options::lines(name, &self.options, self.or_other, setting)
    }
}
