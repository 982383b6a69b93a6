use serde::{Deserialize, Serialize};

use super::{Asked, Setting};
use crate::{QuestionView, Text, view::LineView};

/// Words between questions, under a heading; nothing is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The words; blank lines separate paragraphs.
    pub text: Text,
}

impl Asked for Note {
    fn name(&self) -> &'static str {
        "note"
    }

    fn fields(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.paragraphs = self.text.paragraphs(setting.language);
    }

    fn lines(&self, _name: &str, _setting: Setting<'_>) -> Vec<LineView> {
        Vec::new()
    }
}
