//! What a parse error means to the person who wrote the file.
//!
//! The parser's sentences are English and speak of tokens; the causes met most have their own rule.

use std::ops::Range;

use super::places::{self, Located, Shape};
use crate::diagnostic::{Diagnostic, Lines, rule};

/// Returns the problem behind an error of the parser; `offset` is where its text starts in the file.
pub(super) fn problem(error: &serde_yaml::Error, text: &str, offset: usize, lines: &Lines<'_>) -> Diagnostic {
    let message = error.to_string();
    let at = error.location().map_or(0, |location| byte(text, &location));
    let place = |at: usize| lines.place(offset + at..offset + text.ceil_char_boundary(at + 1));
    let says = |words: &str| message.contains(words);

    if let Some(tab) = tab(text, at) {
        return Diagnostic::new(rule::YAML_TAB, place(tab));
    }
    if let Some((at, slip)) = slip(text, at) {
        return match slip {
            Slip::Invisible => Diagnostic::new(rule::YAML_INVISIBLE, place(at)),
            Slip::NoSpace => Diagnostic::new(rule::YAML_SPACE, place(at)).with("mark", &text[at..=at]),
        };
    }
    if says("duplicate entry")
        && let Some((first, second)) = repeated_key(text)
    {
        let key = unquoted(text, &second).unwrap_or_default();
        return Diagnostic::new(rule::YAML_DUPLICATE_KEY, lines.place(shifted(&second, offset)))
            .with("key", key)
            .with("line", lines.place(shifted(&first, offset)).line);
    }
    if says("mapping values are not allowed") {
        if let Some(key) = lone_key(text, at) {
            return Diagnostic::new(rule::YAML_INDENT, place(key));
        }
        return Diagnostic::new(rule::YAML_COLON, place(at));
    }
    if says("unexpected end of stream") && says("quoted scalar") {
        return Diagnostic::new(rule::YAML_QUOTE, place(context(&message, text).unwrap_or(at)));
    }
    if says("cannot start any token")
        && let Some(character) = text[at..].chars().next()
    {
        return Diagnostic::new(rule::YAML_CHARACTER, place(at)).with("character", character);
    }
    if let Some(quote) = closing_quote(text, at).filter(|_| says("did not find expected")) {
        return Diagnostic::new(rule::YAML_QUOTE_INSIDE, place(quote));
    }
    if says("did not find expected key") || says("did not find expected '-' indicator") {
        return Diagnostic::new(rule::YAML_INDENT, place(at));
    }
    if says("control characters are not allowed") {
        let control = text.find(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'));
        return Diagnostic::new(rule::YAML_SYNTAX, place(control.unwrap_or(at)));
    }
    if says("more than one document") {
        let second = text.find("\n---").map_or(at, |end| end + 1);
        return Diagnostic::new(rule::YAML_SYNTAX, place(second));
    }
    Diagnostic::new(rule::YAML_SYNTAX, place(at))
}

/// Returns the byte of a place that the parser reports.
pub(super) fn byte(text: &str, location: &serde_yaml::Location) -> usize {
    text.floor_char_boundary(location.index())
}

/// Returns a tab in the indentation of the line of the error or of the one above.
fn tab(text: &str, at: usize) -> Option<usize> {
    let here = line_start(text, at);
    let above = line_start(text, here.saturating_sub(1));
    [above, here].into_iter().find_map(|start| {
        let rest = &text[start..];
        let indent = rest.find(|letter| !matches!(letter, ' ' | '\t' | '-')).unwrap_or(rest.len());
        rest[..indent].find('\t').map(|tab| start + tab)
    })
}

/// What is wrong with the start of a line.
enum Slip {
    /// A character that looks like a space or like nothing.
    Invisible,
    /// No space after the sign.
    NoSpace,
}

/// Finds a slip of the hand in the line above the one of the error, at which the parser stops only later, or in this.
fn slip(text: &str, at: usize) -> Option<(usize, Slip)> {
    let here = line_start(text, at);
    let above = line_start(text, text[..here].trim_end().len());
    [above, here].into_iter().find_map(|start| {
        let line = text[start..].lines().next().unwrap_or_default();
        let words = line.trim_start_matches(|letter| letter == ' ' || is_invisible(letter));
        let indent = &line[..line.len() - words.len()];
        if let Some(at) = indent.find(is_invisible) {
            return Some((start + at, Slip::Invisible));
        }
        let is_letter = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        if words.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_letter) && rest.contains(':')) {
            return Some((start + indent.len(), Slip::NoSpace));
        }
        let key = words.trim_start_matches(['-', ' ']);
        let value = key.trim_start_matches(is_letter);
        let colon = start + line.len() - value.len();
        let next = value.strip_prefix(':').filter(|_| value.len() < key.len())?.chars().next()?;
        if is_invisible(next) {
            return Some((colon + 1, Slip::Invisible));
        }
        (!matches!(next, ' ' | '\t' | '/')).then_some((colon, Slip::NoSpace))
    })
}

/// Tells whether a character looks like a space or like nothing, and is no space to a parser of YAML.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{200f}' | '\u{202f}' | '\u{2060}' | '\u{feff}')
}

/// Returns where the line of an error begins, if all that stands there before its colon is the name of a field: it is
/// none of the group above.
fn lone_key(text: &str, colon: usize) -> Option<usize> {
    let start = line_start(text, colon);
    let before = &text[start..colon];
    let key = before.trim_start();
    let is_name = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_name && key.len() < before.len()).then(|| start + before.len() - key.len())
}

/// Returns the quote right before the place of an error, if it closes another one of its line.
fn closing_quote(text: &str, at: usize) -> Option<usize> {
    let line = &text[line_start(text, at)..at];
    let words = line.trim_end();
    let quote = words.chars().next_back().filter(|letter| matches!(letter, '"' | '\''))?;
    (words.matches(quote).count() > 1).then_some(at - line.len() + words.len() - 1)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Returns the byte the parser names as the start of what it was reading.
fn context(message: &str, text: &str) -> Option<usize> {
    let (_, context) = message.split_once("quoted scalar")?;
    let mut numbers = context.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let (line, column): (usize, usize) = (numbers.next()?, numbers.next()?);
    let start = match line.checked_sub(2) {
        None => 0,
        Some(breaks) => text.match_indices('\n').nth(breaks)?.0 + 1,
    };
    let (letters, _) = text[start..].char_indices().nth(column.checked_sub(1)?)?;
    Some(start + letters)
}

/// Returns where a key of some map stands first, and where it stands again.
fn repeated_key(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let located = places::locate(text).ok()?;
    located.iter().find_map(|map| {
        let Shape::Map(fields) = &map.shape else { return None };
        let keys: Vec<&Located> = fields.iter().filter_map(|(key, _)| located.get(*key)).collect();
        keys.iter().enumerate().find_map(|(index, second)| {
            let word = unquoted(text, &second.range);
            let first = keys[..index].iter().find(|first| unquoted(text, &first.range) == word)?;
            Some((first.range.clone(), second.range.clone()))
        })
    })
}

fn unquoted<'a>(text: &'a str, key: &Range<usize>) -> Option<&'a str> {
    Some(text.get(key.clone())?.trim_matches(['"', '\'']))
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}
