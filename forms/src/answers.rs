use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a resident posted: values by field name, in the order in which a repeated name was posted.
///
/// Line ends are LF, since browsers send CRLF for what a textarea shows as one line end. Empty values are dropped:
/// an empty field and an absent one mean the same. Names that begin with `_` belong to the journey and are not answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Vec<String>>);

impl Answers {
    /// Reads answers from posted pairs.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str> + Into<String>,
        V: AsRef<str>,
    {
        let mut answers = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in pairs {
            if name.as_ref().starts_with('_') || value.as_ref().is_empty() {
                continue;
            }
            let value = value.as_ref().replace("\r\n", "\n").replace('\r', "\n");
            answers.entry(name.into()).or_default().push(value);
        }
        Self(answers)
    }

    /// Returns the values of the field `name`; none when it was left empty.
    pub fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns every name and value, sorted by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }

    /// Returns the answers whose names satisfy `keep`.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = self.0.iter().filter(|(name, _)| keep(name));
        Self(kept.map(|(name, values)| (name.clone(), values.clone())).collect())
    }

    /// Returns the bytes that two posts share exactly when they hold the same answers.
    ///
    /// They depend on what was posted alone, never on the form's definition, which may change between two posts.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in self.pairs() {
            for part in [name, value] {
                bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
                bytes.extend_from_slice(part.as_bytes());
            }
        }
        bytes
    }

    /// Returns the values by name.
    pub fn into_map(self) -> BTreeMap<String, Vec<String>> {
        self.0
    }

    /// Tells whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<BTreeMap<String, Vec<String>>> for Answers {
    fn from(values: BTreeMap<String, Vec<String>>) -> Self {
        Self(values)
    }
}
