//! The one module that knows YAML.
//!
//! 1. `serde_yaml` reads the values: its types of scalars, its aliases, its limits.
//! 2. The events of `saphyr-parser` over the same text give each key and value its place.
//! 3. [`Fields`] reads a group of fields from both and collects every problem on the way.
//!
//! Files that this program writes itself, and nobody else, go by types ([`read_as`], [`write`]).

mod fields;
mod machine;
mod places;
mod sample;
mod syntax;

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Lines, Place, Spanned, rule};

pub(crate) use fields::{Fields, Text, group, items, string, text};
pub(crate) use machine::{Tree, read_as, scalar, write};
use places::{Located, Shape};
use sample::Sample;
pub(crate) use sample::{Described, Taken, describe};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The value.
    pub(crate) value: Value,
    /// Where it stands; of a list or a map, its first line.
    pub(crate) place: Place,
    /// A scalar as it was written, without quotes: `1.10` stays `1.10`. Empty for the others.
    pub(crate) written: String,
    /// Where what follows a plain scalar is a comment that may be meant as words: `Projekt #1`.
    pub(crate) cut: Option<Place>,
}

/// A value as YAML types it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing, `null` or `~`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number that fits.
    Integer(i64),
    /// Any other number.
    Number,
    /// Text.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// Fields in the order written, each name once.
    Map(Vec<(Spanned<String>, Node)>),
    /// Nothing written: it notes how it is read.
    Sample(Sample),
}

impl Value {
    /// Returns the name of the kind of this value; the word for it stands with the texts of the rules.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Number => "number",
            Self::String(_) => "text",
            Self::List(_) => "list",
            Self::Map(_) | Self::Sample(_) => "map",
        }
    }
}

/// Reads a YAML file.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Diagnostic> {
    parse_part(text, 0, &Lines::new(file, text))
}

/// Reads the front matter of a Markdown file and returns it with the byte at which the body starts.
///
/// A file without front matter gives an empty value and 0. Places count from the start of the file.
pub(crate) fn front_matter(file: &str, text: &str) -> Result<(Node, usize), Diagnostic> {
    front_matter_of(&Lines::new(file, text))
}

/// Does as [`front_matter`] where the lines are counted already.
pub(crate) fn front_matter_of(lines: &Lines<'_>) -> Result<(Node, usize), Diagnostic> {
    let text = lines.text();
    let Some(start) = text.split_inclusive('\n').next().filter(|line| line.trim_end() == "---") else {
        if let Some(late) = late_fields(text) {
            return Err(Diagnostic::new(rule::FRONT_MATTER_LATE, lines.place(late)));
        }
        let nothing = Node { value: Value::Null, place: lines.place(0..0), written: String::new(), cut: None };
        return Ok((nothing, 0));
    };
    let start = start.len();
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == "---" {
            let node = parse_part(&text[start..end], start, lines)?;
            return Ok((node, end + line.len()));
        }
        end += line.len();
    }
    Err(Diagnostic::new(rule::FRONT_MATTER_OPEN, lines.place(0..3)))
}

/// Finds the first line of fields that begin below the first line of a file, or without `---` above them. Markdown takes
/// both for words and a heading.
fn late_fields(text: &str) -> Option<Range<usize>> {
    let start = text.find(|letter: char| !letter.is_whitespace())?;
    let mut lines = text[start..].lines().map(str::trim_end);
    let first = lines.next()?;
    // A text processor makes one dash of two hyphens.
    let dashes = first.chars().count() > 1 && first.chars().all(|letter| matches!(letter, '-' | '–' | '—'));
    let mut rest = lines.skip_while(|line| dashes && line.is_empty());
    let is_field = |line: &str| {
        let (key, value) = line.split_once(':').unwrap_or_default();
        let word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        !key.is_empty() && key.chars().all(word) && (value.is_empty() || value.starts_with(' '))
    };
    let late = if dashes {
        rest.next().is_some_and(is_field)
    } else {
        is_field(first) && rest.find(|line| line.is_empty() || *line == "---") == Some("---")
    };
    late.then_some(start..start + first.len())
}

/// Reads YAML that starts at a byte of a file.
fn parse_part(text: &str, offset: usize, lines: &Lines<'_>) -> Result<Node, Diagnostic> {
    // Breaks to one of the parsers and letters to the other; no editor shows them.
    if let Some(at) = text.find(['\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(Diagnostic::new(rule::YAML_LINE_BREAK, lines.place(offset + at..offset + at + 1)));
    }
    let values: serde_yaml::Value =
        serde_yaml::from_str(text).map_err(|error| syntax::problem(&error, text, offset, lines))?;
    let located = places::locate(text)
        .map_err(|at| Diagnostic::new(rule::YAML_SYNTAX, lines.place(offset + at..offset + at + 1)))?;
    let join = Join { text, offset, lines, located: &located };
    if located.is_empty() && values.is_null() {
        return Ok(Node { value: Value::Null, place: lines.place(offset..offset), written: String::new(), cut: None });
    }
    join.node(values, 0)
}

/// Puts the values of one parser on the places of the other.
struct Join<'a> {
    text: &'a str,
    offset: usize,
    lines: &'a Lines<'a>,
    located: &'a [Located],
}

impl Join<'_> {
    fn node(&self, value: serde_yaml::Value, index: usize) -> Result<Node, Diagnostic> {
        use serde_yaml::Value as Yaml;
        let place = self.place(index);
        let target = self.target(index);
        let shape = self.located.get(target).map(|located| &located.shape);
        let mut written = String::new();
        let value = match (value, shape) {
            (Yaml::Sequence(items), Some(Shape::List(places))) if items.len() == places.len() => {
                let nodes = items.into_iter().zip(places).map(|(item, place)| self.node(item, *place));
                Value::List(nodes.collect::<Result<_, _>>()?)
            }
            (Yaml::Mapping(entries), Some(Shape::Map(places))) if entries.len() == places.len() => {
                let entries = entries.into_iter().zip(places);
                let fields = entries.map(|((key, value), (key_place, value_place))| {
                    let key = self.key(&key, *key_place)?;
                    Ok((key, self.node(value, *value_place)?))
                });
                Value::Map(fields.collect::<Result<_, _>>()?)
            }
            (Yaml::Tagged(tagged), _) => {
                let problem = Diagnostic::new(rule::YAML_TAG, place);
                return Err(problem.with("tag", tagged.tag));
            }
            (scalar, Some(Shape::Scalar { plain })) => {
                let source = self.located.get(target).and_then(|located| self.text.get(located.range.clone()));
                let value = match scalar {
                    Yaml::Null => Value::Null,
                    Yaml::Bool(boolean) => Value::Boolean(boolean),
                    Yaml::Number(number) => number.as_i64().map_or(Value::Number, Value::Integer),
                    Yaml::String(string) => Value::String(string),
                    _ => return Err(self.disagreement(index)),
                };
                written = match (&value, source) {
                    (Value::String(string), _) if !plain => string.clone(),
                    (_, source) => source.unwrap_or_default().to_owned(),
                };
                value
            }
            _ => return Err(self.disagreement(index)),
        };
        let cut = shape.and_then(|shape| self.cut(index, shape));
        Ok(Node { value, place, written, cut })
    }

    /// Finds the comment right behind a plain scalar; one with a space after its sign is meant as one.
    fn cut(&self, index: usize, shape: &Shape) -> Option<Place> {
        let end = self.located.get(index).filter(|_| matches!(shape, Shape::Scalar { plain: true }))?.range.end;
        let rest = self.text.get(end..)?.lines().next()?;
        let comment = rest.trim_start_matches([' ', '\t']);
        let tight = comment.strip_prefix('#')?.starts_with(|next: char| next.is_alphanumeric());
        let start = self.offset + end + rest.len() - comment.len();
        (tight && comment.len() < rest.len()).then(|| self.lines.place(start..start + comment.trim_end().len()))
    }

    /// Returns a key as text; `1:` and `true:` are the words written.
    fn key(&self, value: &serde_yaml::Value, index: usize) -> Result<Spanned<String>, Diagnostic> {
        let node = self.node(value.clone(), index)?;
        let key = match node.value {
            Value::String(key) => key,
            Value::List(_) | Value::Map(_) => return Err(self.disagreement(index)),
            _ => node.written,
        };
        if let Some(at) = key.find(syntax::is_invisible) {
            let start = self.located.get(index).map_or(0, |located| located.range.start);
            let invisible = self.text.get(start..).and_then(|text| text.find(syntax::is_invisible));
            let at = start + invisible.unwrap_or(at);
            let place = self.offset + at..self.offset + self.text.ceil_char_boundary(at + 1);
            return Err(Diagnostic::new(rule::YAML_INVISIBLE, self.lines.place(place)));
        }
        Ok(Spanned::new(key, node.place))
    }

    fn target(&self, index: usize) -> usize {
        match self.located.get(index).map(|located| &located.shape) {
            Some(Shape::Alias(target)) => *target,
            _ => index,
        }
    }

    fn place(&self, index: usize) -> Place {
        let range = self.located.get(index).map_or(0..0, |located| located.range.clone());
        self.lines.place(self.offset + range.start..self.offset + range.end)
    }

    /// The two parsers read the text differently (they follow YAML 1.1 and 1.2), or a key is a list:
    /// nothing a person means to write.
    fn disagreement(&self, index: usize) -> Diagnostic {
        Diagnostic::new(rule::YAML_SYNTAX, self.place(index))
    }
}

#[cfg(test)]
mod tests;
