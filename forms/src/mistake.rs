use std::collections::BTreeMap;

use crate::Text;

/// What is wrong with the answer to one question.
///
/// The words are the theme's: `key` names a text under `mistakes`, `args` fill its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the question.
    pub question: String,
    /// Which mistake it is, a key under `mistakes` in the theme's texts.
    pub key: &'static str,
    /// What fills the placeholders of the text; `label` is added when it is shown.
    pub args: BTreeMap<&'static str, String>,
    /// The same for words of the form itself, which have translations.
    pub texts: BTreeMap<&'static str, Text>,
    /// What the form itself says of it, instead of the theme's words.
    pub words: Option<Text>,
    /// Id of the first control at fault, where the error summary leads.
    pub target: String,
}

impl Mistake {
    pub(crate) fn new(question: &str, key: &'static str, target: String) -> Self {
        Self { question: question.to_owned(), key, args: BTreeMap::new(), texts: BTreeMap::new(), words: None, target }
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
