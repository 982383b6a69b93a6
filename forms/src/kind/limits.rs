use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::Text;

/// The smallest and the largest answer that is right, both included: what a `constraint` in a form's YAML may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits<T> {
    /// The smallest; none: no limit.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub min: Option<T>,
    /// The largest; none: no limit.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub max: Option<T>,
    /// What is said of an answer beyond them, instead of the theme's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
}

impl<T> Default for Limits<T> {
    fn default() -> Self {
        Self { min: None, max: None, message: None }
    }
}

/// serde's own default would ask `T` for one.
fn none<T>() -> Option<T> {
    None
}

impl<T> Limits<T> {
    /// Returns the limit that an answer is `below` or `above`, with the one of these keys that says so. `compare` sets
    /// the answer against a limit.
    pub(super) fn beyond(
        &self,
        compare: impl Fn(&T) -> Ordering,
        [below, above]: [&'static str; 2],
    ) -> Option<(&'static str, &T)> {
        let low = self.min.as_ref().filter(|min| compare(min).is_lt()).map(|min| (below, min));
        low.or_else(|| self.max.as_ref().filter(|max| compare(max).is_gt()).map(|max| (above, max)))
    }
}
