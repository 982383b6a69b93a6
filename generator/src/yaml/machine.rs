//! Files that the program writes and reads by types: nobody edits them, so a problem needs no place.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A value of any shape, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tree(serde_yaml::Value);

impl Tree {
    /// Returns `value` as a tree; none if it is nothing YAML can hold.
    pub(crate) fn of(value: &impl Serialize) -> Option<Self> {
        serde_yaml::to_value(value).ok().map(Self)
    }

    /// Returns the tree as JSON: what serde writes of the value that it was made of, byte by byte.
    pub(crate) fn json(&self) -> Option<String> {
        serde_json::to_string(&self.0).ok()
    }
}

/// Reads a file written by [`write`].
pub(crate) fn read_as<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_yaml::from_str(text).ok()
}

/// Writes a value, below a first line that tells a person what the file is; none if it is nothing YAML can hold.
pub(crate) fn write<T: Serialize + DeserializeOwned + PartialEq>(comment: &str, value: &T) -> Option<String> {
    let yaml = serde_yaml::to_string(value).ok()?;
    let readable = !yaml.contains(BREAKS) && read_as::<T>(&yaml).as_ref() == Some(value);
    // JSON is YAML too; its strings stay on their line, whatever signs they hold.
    let body = if readable { yaml } else { escaped(&serde_json::to_string(value).ok()?) + "\n" };
    Some(format!("# {comment}\n{body}"))
}

/// Writes a text as a value on one line, in quotes where it needs them.
pub(crate) fn scalar(text: &str) -> String {
    let yaml = serde_yaml::to_string(text).unwrap_or_default();
    let yaml = yaml.trim_end();
    let plain = !yaml.contains('\n') && !yaml.contains(BREAKS) && read_as::<String>(yaml).as_deref() == Some(text);
    // Strings are all that JSON can hold, always.
    if plain { yaml.to_owned() } else { escaped(&serde_json::to_string(text).unwrap_or_default()) }
}

/// Line breaks to some readers of YAML, and letters to others.
const BREAKS: [char; 4] = ['\r', '\u{85}', '\u{2028}', '\u{2029}'];

fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(texts in proptest::collection::btree_map("[a-z]{1,4}", any::<String>(), 0..4)) {
            let written = write("komentarz", &texts);
            prop_assert!(written.is_some());
            prop_assert_eq!(read_as::<BTreeMap<String, String>>(&written.unwrap_or_default()), Some(texts));
        }

        #[test]
        fn a_scalar_stays_on_its_line(text in ".{0,20}", sign in "[-:#\"'\\n\u{2028} ~]{0,3}") {
            let text = sign + &text;
            let line = format!("title: {}\n", scalar(&text));
            prop_assert_eq!(line.lines().count(), 1);
            prop_assert_eq!(read_as::<BTreeMap<String, String>>(&line), Some(BTreeMap::from([("title".into(), text)])));
        }

        #[test]
        fn lines_and_breaks_are_kept(
            text in "[ \t\n\u{85}\u{2028}\u{2029}\u{feff}\u{a0}a:#|>'\"ż-]{0,20}", below in "[ \na-]{0,9}",
        ) {
            let texts = vec![text, below];
            let written = write("komentarz", &texts).unwrap_or_default();
            prop_assert!(!written.contains(BREAKS));
            prop_assert_eq!(read_as::<Vec<String>>(&written), Some(texts));
        }
    }

    #[test]
    fn a_tree_is_the_json_it_was_made_of() {
        let form = serde_json::json!({"b": ["1.10", 1, -2, true, null, 0.5], "a": {"z": "y\nz", "no": "~"}});
        let tree = Tree::of(&form);
        let written = write("komentarz", &tree).unwrap_or_default();
        let read = read_as::<Option<Tree>>(&written).flatten();
        assert_eq!(read.and_then(|tree| tree.json()), serde_json::to_string(&form).ok());
    }
}
