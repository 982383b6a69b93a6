use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Asked, Setting,
    options::{self, Opt},
};
use crate::{Answers, Mistake, Question, QuestionView, view::LineView};

/// Any number of several options, up to a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The options, in the order in which they are offered.
    pub options: Vec<Opt>,
    /// Whether "Inne" is offered, with a field for an answer of one's own.
    #[serde(default)]
    pub or_other: bool,
    /// Most options that may be chosen; no limit where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_selected: Option<usize>,
}

impl Asked for Choices {
    fn name(&self) -> &'static str {
        "choices"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        options::fields(name, self.or_other)
    }

    fn values(&self) -> Option<Vec<String>> {
        Some(options::values(&self.options, self.or_other))
    }

    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        let whole = options::mistake(question, answers, &self.options, self.or_other, "empty_choices").or_else(|| {
            let chosen = answers.values(&question.name).iter().collect::<BTreeSet<_>>().len();
            let max = self.max_selected.filter(|max| chosen > *max)?;
            let target = options::first_id(&question.name, &self.options);
            Some(Mistake::new(&question.name, "too_many", target).with("max", max).with("chosen", chosen))
        });
        whole.into_iter().chain(options::own_mistake(question, answers, self.or_other)).collect()
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        options::draw(view, &self.options, self.or_other, setting);
        view.max_selected = self.max_selected;
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        options::lines(name, &self.options, self.or_other, setting)
    }
}
