use serde::{Deserialize, Serialize};

use super::{Asked, Setting};
use crate::{
    Answers, Mistake, OptionView, Question, QuestionView, Text,
    view::{LineView, option_id, stray_id},
};

/// The value of "Nie mam zdania".
pub const NONE: &str = "none";

/// A point on a scale of whole numbers, whose ends are named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Lowest point.
    pub start: i64,
    /// Highest point.
    pub end: i64,
    /// What the lowest point means.
    pub start_label: Text,
    /// What the highest point means.
    pub end_label: Text,
    /// Whether "Nie mam zdania" is offered.
    #[serde(default)]
    pub no_opinion: bool,
}

impl Scale {
    /// Most points a scale may have: more cannot be told apart, nor fit on a phone.
    pub const MAX_POINTS: i64 = 11;

    fn is_point(&self, value: &str) -> bool {
        let number = value.parse::<i64>().ok().filter(|number| number.to_string() == value);
        number.is_some_and(|number| (self.start..=self.end).contains(&number)) || (self.no_opinion && value == NONE)
    }
}

impl Asked for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn values(&self) -> Option<Vec<String>> {
        let none = self.no_opinion.then(|| NONE.to_owned());
        Some((self.start..=self.end).map(|point| point.to_string()).chain(none).collect())
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let name = &question.name;
        let first = option_id(name, &self.start.to_string());
        match answers.values(name) {
            [] => question.required.then(|| Mistake::new(name, "empty_choice", first)),
            [value] if self.is_point(value) => None,
            [value] => Some(Mistake::new(name, "unknown_option", stray_id(name, 0)).with("value", value)),
            values => Some(Mistake::new(name, "repeated", first).with("count", values.len())),
        }
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let Setting { answers, language, .. } = setting;
        let chosen = answers.values(&view.name);
        let option = |value: String, id: String| OptionView {
            id,
            label: value.clone(),
            checked: chosen.contains(&value),
            value,
            stray: false,
        };
        let points = (self.start..=self.end).map(|point| {
            let value = point.to_string();
            option(value.clone(), option_id(&view.name, &value))
        });
        let strays = chosen.iter().filter(|value| !self.is_point(value)).enumerate();
        let strays = strays.map(|(index, value)| OptionView::stray(&view.name, index, value));
        view.options = points.chain(strays).collect();
        view.no_opinion = self.no_opinion.then(|| option(NONE.to_owned(), option_id(&view.name, NONE)));
        view.start_label = Some(self.start_label.in_language(language).to_owned());
        view.end_label = Some(self.end_label.in_language(language).to_owned());
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        let Setting { answers, language, .. } = setting;
        let words = |value: &String| match value.parse::<i64>() {
            Ok(point) if point == self.start => {
                LineView::words(format!("{value} – {}", self.start_label.in_language(language)))
            }
            Ok(point) if point == self.end => {
                LineView::words(format!("{value} – {}", self.end_label.in_language(language)))
            }
            _ if self.no_opinion && value == NONE => LineView::text("no_opinion"),
            _ => LineView::words(value),
        };
        answers.values(name).iter().map(words).collect()
    }
}
