//! The words that residents read, and what is said of them: file by file, passage by passage, each with its place.
//!
//! A page is judged while it is read, so that nobody has to keep its words.

mod personal;
mod plain;

use std::{collections::BTreeSet, ops::Range};

use rayon::prelude::*;

pub(crate) use self::plain::{blank, is_blank};
use crate::{
    content::{FOLDER, consultation, has_extension, register},
    diagnostic::{Diagnostic, Lines, Place},
    markdown::{Kind, Passage},
    model::Site,
    source::Source,
    yaml::{self, Node, Value},
};

/// Every rule over the words of a file.
const RULES: [fn(&Prose<'_>) -> Vec<Diagnostic>; 6] = [
    personal::stays_private,
    plain::links_speak,
    plain::nothing_is_blank,
    plain::sentences_are_short,
    plain::words_are_plain,
    plain::abbreviations_are_explained,
];

/// What residents read of one file.
struct Prose<'a> {
    lines: &'a Lines<'a>,
    /// The language of the file.
    language: &'a str,
    passages: Vec<Passage>,
}

/// Judges a page in `language` with these fields and passages, of a site in `languages`, the original first.
pub(crate) fn of_page(
    lines: &Lines<'_>,
    language: &str,
    languages: &[&str],
    fields: &Node,
    passages: Vec<Passage>,
) -> Vec<Diagnostic> {
    Prose::new(lines, language, languages, fields, passages).judged()
}

/// Judges the fields of all YAML files of the content, several files at once. What cannot be read is told elsewhere.
///
/// A text of several languages is in that of its key.
pub(crate) fn of_fields(source: &Source, languages: &[&str]) -> Vec<Diagnostic> {
    // The register holds what was consulted, word for word: nothing in it is to be mended.
    let folders = consultation::folders(source);
    let registered = |path: &str| consultation::belongs(&folders, path, register::FOLDER);
    let files = source.under(FOLDER).filter(|(path, _)| has_extension(path, "yaml") && !registered(path));
    let files: Vec<_> = files.filter_map(|(path, file)| Some((path, file.text()?))).collect();
    let judge = |(path, text)| {
        let fields = yaml::parse(path, text).ok()?;
        let language = languages.first().copied().unwrap_or_default();
        Some(Prose::new(&Lines::new(path, text), language, languages, &fields, Vec::new()).judged())
    };
    files.into_par_iter().filter_map(judge).flatten_iter().collect()
}

/// Returns what is left to say once `site` tells what may be published, each thing once.
pub(crate) fn unless_public(site: &Site, said: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let public = personal::Public::of(site);
    let mut told = BTreeSet::new();
    let is_left = |problem: &Diagnostic| {
        !personal::is_about(problem.rule)
            || !public.covers(problem) && told.insert((problem.place.clone(), problem.rule.id))
    };
    said.into_iter().filter(is_left).collect()
}

impl<'a> Prose<'a> {
    fn new(
        lines: &'a Lines<'a>,
        language: &'a str,
        languages: &[&str],
        fields: &Node,
        mut passages: Vec<Passage>,
    ) -> Self {
        Spoken { languages, lines }.values(fields, None, &mut passages);
        Self { lines, language, passages }
    }

    fn judged(&self) -> Vec<Diagnostic> {
        RULES.iter().flat_map(|rule| rule(self)).collect()
    }

    /// Returns the language of a passage.
    fn language<'b>(&'b self, passage: &'b Passage) -> &'b str {
        passage.language.as_deref().unwrap_or(self.language)
    }

    /// Returns where words that stand in `passage` at `range` were written.
    ///
    /// They are looked for from the start of the passage: markup may stand between two words, and within few.
    fn place(&self, passage: &Passage, range: Range<usize>) -> Place {
        let first = |words: &'_ str| words.split(' ').next().unwrap_or_default().to_owned();
        let wanted = first(&passage.words[range.clone()]);
        let before = passage.words[..range.start].matches(&wanted).count();
        let text = self.lines.text();
        let rest = &text[passage.start.min(text.len())..];
        let found = rest.match_indices(&wanted).nth(before).or_else(|| rest.match_indices(&wanted).next());
        let start = passage.start + found.map_or(0, |(at, _)| at);
        let whole = &passage.words[range];
        let length = if text[start..].starts_with(whole) { whole.len() } else { wanted.len() };
        self.lines.place(start..start + length)
    }
}

/// How texts of fields are read.
struct Spoken<'a> {
    languages: &'a [&'a str],
    lines: &'a Lines<'a>,
}

impl Spoken<'_> {
    /// Lists the texts of fields; `language` is that of the nearest key that names one.
    fn values(&self, node: &Node, language: Option<&str>, passages: &mut Vec<Passage>) {
        let mut found = |words: String, kind: Kind| {
            let (start, language) = (self.lines.byte(&node.place), language.map(str::to_owned));
            passages.push(Passage { words, start, kind, language });
        };
        match &node.value {
            Value::String(words) => {
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                // A word alone is a name, a path or an address.
                let kind = if words.contains(' ') { Kind::Text } else { Kind::Code };
                found(words, kind);
            }
            Value::Integer(_) | Value::Number => found(node.written.clone(), Kind::Code),
            Value::List(items) => items.iter().for_each(|item| self.values(item, language, passages)),
            Value::Map(fields) => {
                let by_language = fields.iter().all(|(key, _)| self.languages.contains(&key.value.as_str()));
                for (key, field) in fields {
                    let language = Some(key.value.as_str()).filter(|_| by_language).or(language);
                    self.values(field, language, passages);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::markdown::{self, Words};

    fn places(path: &str, text: &str, needle: &str) -> Vec<(u32, u32, u32)> {
        let lines = Lines::new(path, text);
        let (fields, passages) = if has_extension(path, "md") {
            let (fields, start) = yaml::front_matter(path, text).unwrap();
            let words = Words::new();
            let hashes = |_: &str| None;
            let context =
                markdown::Context { id_prefix: None, title: None, language: "pl", words: &words, hashes: &hashes };
            (fields, markdown::read(&lines, start, context, &mut Vec::new()).1)
        } else {
            (yaml::parse(path, text).unwrap(), Vec::new())
        };
        let prose = Prose::new(&lines, "pl", &["pl"], &fields, passages);
        let mut found = Vec::new();
        for passage in &prose.passages {
            for (at, _) in passage.words.match_indices(needle) {
                let place = prose.place(passage, at..at + needle.len());
                found.push((place.line, place.column, place.length));
            }
        }
        found
    }

    #[test]
    fn words_are_found_where_they_were_written() {
        let page =
            "---\ntitle: Ala ma kota\n---\n\nAla i **Ala**\nma kota.\n\n- Ala\n\n| Ala | b |\n|--|--|\n| c | Ala |\n";
        assert_eq!(places("a.md", page, "Ala"), [(5, 1, 3), (5, 9, 3), (8, 3, 3), (10, 3, 3), (12, 7, 3), (2, 8, 3)]);
        let fields = "a: >-\n  pisz do\n  nas\nb: [nas, \"do nas\"]\n";
        assert_eq!(places("a.yaml", fields, "do nas"), [(2, 8, 2), (4, 11, 6)]);
        assert_eq!(places("a.yaml", fields, "nas").len(), 3);
    }
}
