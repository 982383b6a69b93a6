//! The kinds of question: one file each, one variant each in [`Kind`].

mod choice;
mod choices;
mod consent;
mod date;
mod email;
mod limits;
mod longtext;
mod matrix;
mod name;
mod note;
mod number;
mod options;
mod phone;
mod postcode;
mod rank;
mod remark;
mod scale;
mod section;
mod text;

use serde::{Deserialize, Serialize};

pub(crate) use self::remark::{PLACE, place_field};
pub use self::{
    choice::Choice,
    choices::Choices,
    consent::{Consent, YES},
    date::Date,
    email::Email,
    limits::Limits,
    longtext::Longtext,
    matrix::Matrix,
    name::Name,
    note::Note,
    number::Number,
    options::{OTHER, Opt},
    phone::Phone,
    postcode::Postcode,
    rank::Rank,
    remark::Remark,
    scale::{NONE, Scale},
    section::Section,
    text::Text,
};
use crate::{Answers, ConsultedDocument, Mistake, Question, QuestionView, view::LineView};

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// One line of text.
    Text(Text),
    /// Several lines of text.
    Longtext(Longtext),
    /// A number.
    Number(Number),
    /// One of several options.
    Choice(Choice),
    /// Any number of several options, up to a limit.
    Choices(Choices),
    /// A point on a scale.
    Scale(Scale),
    /// One of several options for each of several rows.
    Matrix(Matrix),
    /// Options put in order.
    Rank(Rank),
    /// A day.
    Date(Date),
    /// An e-mail address.
    Email(Email),
    /// A telephone number.
    Phone(Phone),
    /// A postal code.
    Postcode(Postcode),
    /// The name of a person or an organisation.
    Name(Name),
    /// A statement to agree to.
    Consent(Consent),
    /// Remarks on places of a document.
    Remark(Remark),
    /// Words between questions; nothing is asked.
    Note(Note),
    /// A heading for the questions that follow, up to the next section.
    Section(Section),
}

impl Kind {
    /// The names of all kinds, as written in a form's YAML.
    pub const NAMES: [&str; 17] = [
        "text", "longtext", "number", "choice", "choices", "scale", "matrix", "rank", "date", "email", "phone",
        "postcode", "name", "consent", "remark", "note", "section",
    ];

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
            Self::Number(kind) => kind,
            Self::Choice(kind) => kind,
            Self::Choices(kind) => kind,
            Self::Scale(kind) => kind,
            Self::Matrix(kind) => kind,
            Self::Rank(kind) => kind,
            Self::Date(kind) => kind,
            Self::Email(kind) => kind,
            Self::Phone(kind) => kind,
            Self::Postcode(kind) => kind,
            Self::Name(kind) => kind,
            Self::Consent(kind) => kind,
            Self::Remark(kind) => kind,
            Self::Note(kind) => kind,
            Self::Section(kind) => kind,
        }
    }

    /// Tells whether at most one value answers it.
    pub fn is_single(&self) -> bool {
        !matches!(self, Self::Choices(_))
    }

    /// Tells whether it asks for something: a note and a section do not.
    pub fn asks(&self) -> bool {
        !matches!(self, Self::Note(_) | Self::Section(_))
    }
}

/// What drawing a question needs besides the question itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) answers: &'a Answers,
    pub(crate) language: &'a str,
    /// What remarks may be about.
    pub(crate) documents: &'a [ConsultedDocument],
    /// The question that shows one blank remark more.
    pub(crate) blank: Option<&'a str>,
}

/// What every kind of question can do.
pub(crate) trait Asked {
    /// Returns the kind's name, one of [`Kind::NAMES`].
    fn name(&self) -> &'static str;

    /// Returns the names of the fields that a question called `name` posts.
    fn fields(&self, name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    /// Returns the values that an answer is one of; none where it is written freely.
    fn values(&self) -> Option<Vec<String>> {
        None
    }

    /// Tells what is wrong with the answer to a question that is answered in one part, the first thing only: a mended
    /// answer is checked again.
    fn mistake(&self, _question: &Question, _answers: &Answers) -> Option<Mistake> {
        None
    }

    /// Tells what is wrong with the answer: at most one thing about the question as a whole, which comes first, and one
    /// about each of its parts.
    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        self.mistake(question, answers).into_iter().collect()
    }

    /// Adds to `view` what this kind draws.
    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>);

    /// Returns the answer as a person reads it, a line for each part; none when nothing was answered.
    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView>;
}
