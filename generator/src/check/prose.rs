//! The words that residents read, passage by passage, with the place of each.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    content::{FOLDER, consultation, has_extension, page, register},
    diagnostic::{Lines, Place},
    markdown::{self, Kind, Passage},
    source::Source,
    yaml::{self, Node, Value},
};

/// One file that residents read something of.
pub(super) struct Prose<'a> {
    text: &'a str,
    lines: Lines<'a>,
    /// The language of the file.
    language: String,
    pub(super) passages: Vec<Passage>,
}

/// Reads all files of the content, several at once. What cannot be read is told elsewhere.
///
/// `languages` are those of the site, the original first: a file is in the language of its suffix, a text of several
/// languages in that of its key.
pub(super) fn read<'a>(source: &'a Source, languages: &[&str]) -> Vec<Prose<'a>> {
    // The register holds what was consulted, word for word: nothing in it is to be mended.
    let folders = consultation::folders(source);
    let registered = |path: &str| consultation::belongs(&folders, path, register::FOLDER);
    let files = source.under(FOLDER).filter(|(path, _)| !registered(path));
    let files: Vec<_> = files.filter_map(|(path, file)| Some((path, file.text()?))).collect();
    files.into_par_iter().filter_map(|(path, text)| Prose::read(path, text, languages)).collect()
}

impl<'a> Prose<'a> {
    fn read(path: &'a str, text: &'a str, languages: &[&str]) -> Option<Self> {
        let lines = Lines::new(path, text);
        let mut passages = Vec::new();
        let fields = if has_extension(path, "md") {
            let (fields, start) = yaml::front_matter(path, text).ok()?;
            passages.extend(markdown::passages(text, start));
            fields
        } else if has_extension(path, "yaml") {
            yaml::parse(path, text).ok()?
        } else {
            return None;
        };
        let spoken = Spoken { languages, lines: &lines };
        spoken.values(&fields, None, &mut passages);
        let suffix = page::translated(path).map(|(_, code)| code).filter(|code| languages.contains(code));
        let language = suffix.or_else(|| languages.first().copied()).unwrap_or_default().to_owned();
        Some(Self { text, lines, language, passages })
    }

    /// Returns the language of a passage.
    pub(super) fn language<'b>(&'b self, passage: &'b Passage) -> &'b str {
        passage.language.as_deref().unwrap_or(&self.language)
    }

    /// Returns where words that stand in `passage` at `range` were written.
    ///
    /// They are looked for from the start of the passage: markup may stand between two words, and within few.
    pub(super) fn place(&self, passage: &Passage, range: Range<usize>) -> Place {
        let first = |words: &'_ str| words.split(' ').next().unwrap_or_default().to_owned();
        let wanted = first(&passage.words[range.clone()]);
        let before = passage.words[..range.start].matches(&wanted).count();
        let rest = &self.text[passage.start.min(self.text.len())..];
        let found = rest.match_indices(&wanted).nth(before).or_else(|| rest.match_indices(&wanted).next());
        let start = passage.start + found.map_or(0, |(at, _)| at);
        let whole = &passage.words[range];
        let length = if self.text[start..].starts_with(whole) { whole.len() } else { wanted.len() };
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

    fn places(path: &str, text: &str, needle: &str) -> Vec<(u32, u32, u32)> {
        let prose = Prose::read(path, text, &["pl"]).unwrap();
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
