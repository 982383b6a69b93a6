use std::collections::BTreeMap;

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
    /// Id of the first control at fault, where the error summary leads.
    pub target: String,
}

impl Mistake {
    pub(crate) fn new(question: &str, key: &'static str, target: String) -> Self {
        Self { question: question.to_owned(), key, args: BTreeMap::new(), target }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name, value.to_string());
        self
    }
}
