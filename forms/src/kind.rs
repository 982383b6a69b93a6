//! The kinds of question: one file each, one variant each in [`Kind`].

mod choice;
mod choices;
mod longtext;
mod note;
mod options;
mod scale;
mod text;

use serde::{Deserialize, Serialize};

pub use self::{
    choice::Choice,
    choices::Choices,
    longtext::Longtext,
    note::Note,
    options::{OTHER, Opt},
    scale::{NONE, Scale},
    text::Text,
};
use crate::{Answers, Mistake, Question, QuestionView};

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// One line of text.
    Text(Text),
    /// Several lines of text.
    Longtext(Longtext),
    /// One of several options.
    Choice(Choice),
    /// Any number of several options, up to a limit.
    Choices(Choices),
    /// A point on a scale.
    Scale(Scale),
    /// Words between questions; nothing is asked.
    Note(Note),
}

impl Kind {
    /// The names of all kinds, as written in a form's YAML.
    pub const NAMES: [&str; 6] = ["text", "longtext", "choice", "choices", "scale", "note"];

    /// Returns the kind's name, one of [`Kind::NAMES`].
    pub fn name(&self) -> &'static str {
        self.asked().name()
    }

    /// Returns the values that an answer is one of; none where it is written freely.
    pub fn values(&self) -> Option<Vec<String>> {
        self.asked().values()
    }

    pub(crate) fn asked(&self) -> &dyn Asked {
        match self {
            Self::Text(kind) => kind,
            Self::Longtext(kind) => kind,
            Self::Choice(kind) => kind,
            Self::Choices(kind) => kind,
            Self::Scale(kind) => kind,
            Self::Note(kind) => kind,
        }
    }
}

/// What every kind of question can do.
pub(crate) trait Asked {
    /// Returns the kind's name, one of [`Kind::NAMES`].
    fn name(&self) -> &'static str;

    /// Returns the names of the fields that a question called `name` posts.
    fn fields(&self, name: &str) -> Vec<String>;

    /// Returns the values that an answer is one of; none where it is written freely.
    fn values(&self) -> Option<Vec<String>> {
        None
    }

    /// Tells what is wrong with the answer, the first thing only: a mended answer is checked again.
    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake>;

    /// Adds to `view` what this kind draws.
    fn draw(&self, view: &mut QuestionView, answers: &Answers, language: &str);

    /// Returns the answer as a person reads it, a line for each part; none when nothing was answered.
    fn lines(&self, name: &str, answers: &Answers, language: &str) -> Vec<Line>;
}

/// One line of an answer as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Words of the resident or of the form.
    Words(String),
    /// A text of the theme, by its key.
    Text(&'static str),
}
