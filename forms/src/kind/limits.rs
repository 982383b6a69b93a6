use serde::{Deserialize, Serialize};

use crate::{Mistake, Text};

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

impl<T: PartialOrd + ToString> Limits<T> {
    /// Tells that `value` is `below` or `above` the limits: the keys of what is said then.
    pub(super) fn mistake(
        &self,
        value: &T,
        [below, above]: [&'static str; 2],
        mistake: impl FnOnce(&'static str) -> Mistake,
    ) -> Option<Mistake> {
        let low = self.min.as_ref().filter(|min| value < min).map(|min| (below, "min", min));
        let high = self.max.as_ref().filter(|max| value > max).map(|max| (above, "max", max));
        let (key, name, limit) = low.or(high)?;
        let mut mistake = mistake(key).with(name, limit.to_string());
        mistake.words.clone_from(&self.message);
        Some(mistake)
    }
}
