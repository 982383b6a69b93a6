use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::Text;

/// What is wrong with the answer to one question, or with a part of it.
///
/// The words are the theme's: `key` names a text under `mistakes`, `args` fill its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the question.
    pub question: String,
    /// Name of the field, row or option's field that it is about; none: the question as a whole.
    pub part: Option<String>,
    /// What the theme calls that part, a key under `parts` in its texts; none: it has a label in the form, or none.
    pub part_text: Option<&'static str>,
    /// Which mistake it is, a key under `mistakes` in the theme's texts.
    pub key: &'static str,
    /// What fills the placeholders of the text; `label` is added when it is shown.
    pub args: BTreeMap<&'static str, String>,
    /// The same for words of the form itself, which have translations.
    pub texts: BTreeMap<&'static str, Text>,
    /// The day that fills `{day}`.
    pub day: Option<Date>,
    /// What the form itself says of it, instead of the theme's words.
    pub words: Option<Text>,
    /// Id of the first control at fault, where the error summary leads.
    pub target: String,
}

impl Mistake {
    pub(crate) fn new(question: &str, key: &'static str, target: String) -> Self {
        Self {
            question: question.to_owned(),
            part: None,
            part_text: None,
            key,
            args: BTreeMap::new(),
            texts: BTreeMap::new(),
            day: None,
            words: None,
            target,
        }
    }

    /// Tells that it is about the part that posts `field`.
    pub(crate) fn about(mut self, field: &str) -> Self {
        self.part = Some(field.to_owned());
        self
    }

    /// Tells what the theme calls the part, by a key under `parts` in its texts.
    pub(crate) fn called(mut self, part: &'static str) -> Self {
        self.part_text = Some(part);
        self
    }

    pub(crate) fn with_day(mut self, day: Date) -> Self {
        self.day = Some(day);
        self
    }

    /// Says `words` of the form itself, where it has some.
    pub(crate) fn in_words(mut self, words: Option<&Text>) -> Self {
        self.words = words.cloned();
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name, value.to_string());
        self
    }

    pub(crate) fn with_text(mut self, name: &'static str, text: &Text) -> Self {
        self.texts.insert(name, text.clone());
        self
    }
}
