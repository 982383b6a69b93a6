use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{Answers, Mistake, Question, QuestionView, view::LineView};

/// Several lines of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Longtext {
    /// Fewest characters of an answer; none: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters, counted as Unicode scalar values, a line end as one.
    pub max_length: usize,
    /// Height of the field in lines: it tells how long an answer is expected.
    pub rows: usize,
}

impl Longtext {
    /// The limit where the form sets none.
    pub const MAX_LENGTH: usize = 5000;
    /// The height where the form sets none.
    pub const ROWS: usize = 6;
}

impl Asked for Longtext {
    fn name(&self) -> &'static str {
        "longtext"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        text::mistake(question, answers, self.max_length)
            .or_else(|| text::too_short(question, answers, self.min_length))
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = text::shown_values(setting.answers.values(&view.name));
        view.min_length = self.min_length;
        view.max_length = Some(self.max_length);
        view.rows = Some(self.rows);
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        text::lines(setting.answers.values(name))
    }
}
