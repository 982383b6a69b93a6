use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text as written in the site's language, with its translations.
///
/// A language without a translation reads the original: a form half translated is still a whole form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    original: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    translations: BTreeMap<String, String>,
}

impl Text {
    /// Makes a text from its original and its translations by language.
    pub fn new(original: impl Into<String>, translations: BTreeMap<String, String>) -> Self {
        Self { original: original.into(), translations }
    }

    /// Returns the text in `language`, or the original.
    pub fn in_language(&self, language: &str) -> &str {
        self.translations.get(language).unwrap_or(&self.original)
    }

    /// Tells whether somebody has translated it into `language`.
    pub fn is_translated(&self, language: &str) -> bool {
        self.translations.contains_key(language)
    }

    /// Returns the paragraphs of the text in `language`: what blank lines separate, each on one line.
    pub fn paragraphs(&self, language: &str) -> Vec<String> {
        self.in_language(language)
            .split("\n\n")
            // Spaces that keep words together stay.
            .map(|paragraph| paragraph.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|paragraph| !paragraph.is_empty())
            .collect()
    }
}

impl From<&str> for Text {
    fn from(original: &str) -> Self {
        Self::new(original, BTreeMap::new())
    }
}

/// Fills the placeholders `{name}` of `template` with what `word` says for each.
///
/// What is filled in is never filled again, and a placeholder without a word stays as it stands.
pub fn fill(template: &str, word: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        filled.push_str(before);
        let found = after.find('}').and_then(|close| Some((word(&after[1..close])?, &after[close + 1..])));
        rest = if let Some((word, after)) = found {
            filled.push_str(&word);
            after
        } else {
            filled.push('{');
            &after[1..]
        };
    }
    filled.push_str(rest);
    filled
}
