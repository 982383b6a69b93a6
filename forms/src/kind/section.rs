use serde::{Deserialize, Serialize};

use super::{Asked, Setting};
use crate::{QuestionView, Text, view::LineView};

/// A heading for the questions that follow, up to the next section; its condition is theirs too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Words under the heading; blank lines separate paragraphs.
    #[serde(default)]
    pub text: Text,
    /// Whether it begins a page, which reaches to the next section that does.
    #[serde(default)]
    pub paged: bool,
}

impl Asked for Section {
    fn name(&self) -> &'static str {
        "section"
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
