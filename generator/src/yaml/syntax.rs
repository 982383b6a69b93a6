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
    let place = |at: usize| lines.place(offset + at..offset + at + 1);
    let says = |words: &str| message.contains(words);

    if let Some(tab) = tab(text, at) {
        return Diagnostic::new(rule::YAML_TAB, place(tab));
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
