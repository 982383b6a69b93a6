use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Answers, Condition, Kind, Mistake, Text};

/// What is asked: questions in order, with the words around them.
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
