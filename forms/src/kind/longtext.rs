use serde::{Deserialize, Serialize};

use super::{Asked, Line, text};
use crate::{Answers, Mistake, Question, QuestionView};

/// Several lines of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Longtext {
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

    fn fields(&self, name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        text::mistake(question, answers, self.max_length)
    }

    fn draw(&self, view: &mut QuestionView, answers: &Answers, _language: &str) {
        view.values = text::shown_values(answers.values(&view.name));
        view.max_length = Some(self.max_length);
        view.rows = Some(self.rows);
    }

    fn lines(&self, name: &str, answers: &Answers, _language: &str) -> Vec<Line> {
        text::lines(answers.values(name))
    }
}
