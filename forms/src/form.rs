use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Answers, Condition, Kind, Mistake, Text};

/// What is asked: questions in order, with the words around them.
///
/// The revision is a hash of what serde writes. A field that a release adds, here or in a question or kind, is left out
/// where it holds its default (`skip_serializing_if`): else every form would be told to have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// `CONSULTATION/FORM`, the same everywhere: keys, hashes, addresses.
    pub id: String,
    /// Heading of the page.
    pub title: Text,
    /// What to know before the first question; blank lines separate paragraphs.
    pub intro: Text,
    /// What is said about personal data before sending.
    pub privacy: Text,
    /// Words of the button that sends; they name the act ("Wyślij uwagi").
    pub send: Text,
    /// The questions, in the order in which they are asked.
    pub questions: Vec<Question>,
}

/// One question, or a note between questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// `[a-z][a-z0-9_]*`; unique in the form, and never used again with another meaning.
    pub name: String,
    /// The question as asked.
    pub label: Text,
    /// One short sentence of help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Whether an answer must be given.
    #[serde(default)]
    pub required: bool,
    /// When it is to be answered; always where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How it is answered.
    #[serde(flatten)]
    pub kind: Kind,
}

impl Form {
    /// Returns the revision: `1-` and 16 hex digits that change with anything a resident reads or may answer.
    pub fn revision(&self) -> String {
        Self::revision_of(&self.definition())
    }

    /// Returns the revision of a definition as [`Form::definition`] wrote it, perhaps long ago.
    pub fn revision_of(definition: &str) -> String {
        format!("1-{}", &HEXLOWER.encode(&Sha256::digest(definition))[..16])
    }

    /// Returns the form with what `say` makes of each of its texts; names, values and rules stay.
    ///
    /// # Errors
    /// When the definition cannot be written and read again.
    pub fn with_texts(&self, say: &dyn Fn(&Text) -> Text) -> serde_json::Result<Self> {
        let mut definition = serde_json::to_value(self)?;
        replace_texts(&mut definition, say)?;
        serde_json::from_value(definition)
    }

    /// Returns the definition as JSON: what is stored once per revision, so that an old answer is read with its own
    /// questions.
    pub fn definition(&self) -> String {
        // A form holds strings, numbers and lists of them: nothing that JSON cannot write.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns everything that is wrong with `answers`, in the order of the questions.
    pub fn mistakes(&self, answers: &Answers) -> Vec<Mistake> {
        let applying = self.applying(answers);
        let asked = self.questions.iter().filter(|question| applying.contains(question.name.as_str()));
        asked.flat_map(|question| question.kind.asked().mistakes(question, answers)).collect()
    }

    /// Returns the answers to questions that the other answers leave to be answered, and those to the rest of the
    /// questions. Answers that no question asks for are in neither.
    pub fn part(&self, answers: &Answers) -> (Answers, Answers) {
        let applying = self.applying(answers);
        let fields = |applies: bool| {
            let questions = self.questions.iter();
            let questions = questions.filter(|question| applying.contains(question.name.as_str()) == applies);
            questions.flat_map(Question::fields).collect::<BTreeSet<_>>()
        };
        let (applying, others) = (fields(true), fields(false));
        (answers.filtered(|field| applying.contains(field)), answers.filtered(|field| others.contains(field)))
    }

    /// Splits `answers` into those that a question asks for and those that none does.
    pub fn split(&self, answers: &Answers) -> (Answers, Answers) {
        let asked: BTreeSet<_> = self.questions.iter().flat_map(Question::fields).collect();
        (answers.filtered(|field| asked.contains(field)), answers.filtered(|field| !asked.contains(field)))
    }
}

impl Question {
    /// Returns the names of the fields that it posts, in the order in which they are asked.
    pub fn fields(&self) -> Vec<String> {
        self.kind.asked().fields(&self.name)
    }

    /// Tells whether it was answered with anything but white space.
    pub fn is_answered(&self, answers: &Answers) -> bool {
        let said = |field: &String| answers.values(field).iter().any(|value| !value.trim().is_empty());
        self.fields().iter().any(said)
    }
}

/// Replaces the texts in a definition, wherever a kind of question keeps them: a text is what reads as one.
fn replace_texts(value: &mut Value, say: &dyn Fn(&Text) -> Text) -> serde_json::Result<()> {
    // A list of one value would read as a text, too.
    if value.is_object()
        && let Ok(text) = Text::deserialize(&*value)
    {
        *value = serde_json::to_value(say(&text))?;
        return Ok(());
    }
    match value {
        Value::Object(fields) => fields.values_mut().try_for_each(|value| replace_texts(value, say)),
        Value::Array(items) => items.iter_mut().try_for_each(|value| replace_texts(value, say)),
        _ => Ok(()),
    }
}
