//! What was found wrong in the content, as values with a place.
//!
//! A check names a rule, a place and the words that belong to it; the sentence a clerk reads is made
//! from them in [`Texts`], with the words of `generator/i18n`; [`human()`], [`json()`] and [`github()`] are the forms in
//! which problems are told. Nothing here prints.

mod explain;
mod github;
mod human;
mod json;
pub(crate) mod rule;
mod texts;

use std::cmp::Ordering;
use std::ops::Range;

pub(crate) use self::{
    explain::explain,
    github::github,
    human::{coloured, human},
    json::json,
    rule::Rule,
    texts::Texts,
};

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// The site is not built.
    Error,
    /// The site is built; `--strict` refuses it.
    Warning,
    /// Something to know; never in the way.
    Info,
}

impl Severity {
    /// Returns the word by which programs and texts know it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A stretch of one line of one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// Path relative to the root, with `/`.
    pub(crate) file: String,
    /// Line from 1; 0 means the file as a whole.
    pub(crate) line: u32,
    /// Column from 1, in characters; 0 with line 0.
    pub(crate) column: u32,
    /// Length in characters, never beyond the end of the line.
    pub(crate) length: u32,
}

impl Place {
    /// Returns the place of a file as a whole.
    pub(crate) fn whole(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0, length: 0 }
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spanned<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it stands.
    pub(crate) place: Place,
}

impl<T> Spanned<T> {
    /// Returns a value with its place.
    pub(crate) fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// One problem: the rule that is broken, where it is, and the words its sentence needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// The rule that is broken, one of those in [`rule`].
    pub(crate) rule: &'static Rule,
    /// Where it is, if it is anywhere.
    pub(crate) place: Option<Place>,
    /// Words for the placeholders of the rule's texts.
    pub(crate) args: Vec<(&'static str, String)>,
}

impl Diagnostic {
    /// Returns a breach of a rule.
    pub(crate) fn new(rule: &'static Rule, place: impl Into<Option<Place>>) -> Self {
        Self { rule, place: place.into(), args: Vec::new() }
    }

    /// Adds the word for a placeholder.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // Words and numbers are passed alike.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Returns the file that it is in, if it is in one.
    pub(crate) fn file(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.file.as_str())
    }

    /// Returns the word for a placeholder.
    pub(crate) fn word(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(arg, _)| *arg == name).map(|(_, word)| word.as_str())
    }

    /// Adds the candidate most like `word` as `nearest`, where one is like it at all.
    #[must_use]
    pub(crate) fn nearest<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, candidates) {
            Some(candidate) => self.with("nearest", candidate),
            None => self,
        }
    }

    /// Returns whether this keeps the site from being built.
    pub(crate) fn is_error(&self) -> bool {
        self.rule.severity == Severity::Error
    }
}

/// Sorts by file, line and column; problems without a place come first.
pub(crate) fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(compare);
}

fn compare(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    (&a.place, a.rule.severity, a.rule.id, &a.args).cmp(&(&b.place, b.rule.severity, b.rule.id, &b.args))
}

/// Returns the candidate a person most likely meant by `word`: at most every third letter differs, and never all of them.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    let allowed = (letters / 3).max(1).min(letters.saturating_sub(1));
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Turns bytes of one file into places.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    file: &'a str,
    text: &'a str,
    /// Byte at which each line starts.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Counts the lines of a file.
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, starts }
    }

    /// Returns the path of the file.
    pub(crate) fn file(&self) -> &'a str {
        self.file
    }

    /// Returns the text of the file.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the byte at which a place begins.
    pub(crate) fn byte(&self, place: &Place) -> usize {
        let index = |number: u32| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let start = self.starts.get(index(place.line)).copied().unwrap_or(self.text.len());
        let letters = self.text[start..].char_indices().nth(index(place.column));
        letters.map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Returns the place of a range of bytes, cut at the end of its first line.
    pub(crate) fn place(&self, range: Range<usize>) -> Place {
        let start = self.text.floor_char_boundary(range.start);
        let index = self.starts.partition_point(|line| *line <= start).saturating_sub(1);
        let line_start = self.starts[index];
        let line_end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let end = self.text.floor_char_boundary(range.end).clamp(start, line_end.max(start));
        Place {
            file: self.file.to_owned(),
            line: count(index) + 1,
            column: count(self.text[line_start..start].chars().count()) + 1,
            length: count(self.text[start..end].trim_end().chars().count()),
        }
    }
}

/// Narrows a count of lines or characters; a file with more of them has other problems.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_end_with_their_line() {
        let lines = Lines::new("a.md", "zażółć gęślą\n\njaźń\n");
        let of = |range| {
            let place: Place = lines.place(range);
            (place.line, place.column, place.length)
        };
        assert_eq!(of(0..10), (1, 1, 6));
        assert_eq!(of(11..100), (1, 8, 5));
        assert_eq!(of(20..20), (2, 1, 0));
        assert_eq!(of(21..27), (3, 1, 4));
        assert_eq!(of(100..200), (4, 1, 0));
    }

    #[test]
    fn the_nearest_word_is_near() {
        let known = ["title", "term", "text"];
        assert_eq!(nearest("tilte", known), Some("title"));
        assert_eq!(nearest("tex", known), Some("text"));
        assert_eq!(nearest("deadline", known), None);
        assert_eq!(nearest("b", ["a", "c"]), None);
    }

    #[test]
    fn problems_are_sorted_by_place() {
        let lines = Lines::new("a.md", "x\ny\n");
        let mut problems = vec![
            Diagnostic::new(rule::RAW_HTML, lines.place(2..3)),
            Diagnostic::new(rule::RAW_HTML, lines.place(0..1)),
            Diagnostic::new(rule::BASE_URL_MISSING, None),
        ];
        sort(&mut problems);
        let order: Vec<u32> = problems.iter().map(|p| p.place.as_ref().map_or(0, |p| p.line)).collect();
        assert_eq!(order, [0, 1, 2]);
    }
}
