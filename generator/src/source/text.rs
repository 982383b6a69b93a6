//! Bytes of a file taken for what they are: text is UTF-8, whole, and freed of what programs add.

use std::borrow::Cow;

use super::SourceFile;
use crate::diagnostic::{Diagnostic, Lines, rule};

/// File names that end so are text.
const TEXT: [&str; 6] = [".md", ".yaml", ".html", ".css", ".js", ".svg"];

/// What git begins a line with where two texts did not go together. The line between them, `=======`, is a heading of
/// Markdown besides.
const CONFLICT: [&str; 3] = ["<<<<<<<", "|||||||", ">>>>>>>"];

/// Takes the bytes of a file for what its name says: text, or anything else.
pub(super) fn content(name: &str, bytes: Vec<u8>) -> Result<SourceFile, Diagnostic> {
    if !TEXT.iter().any(|ending| name.ends_with(ending)) {
        return Ok(SourceFile::Bytes(bytes.into()));
    }
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(name, error.as_bytes()))?;
    let text = normal(&text);
    match conflict(name, &text) {
        Some(problem) => Err(problem),
        None => Ok(SourceFile::Text(text.into())),
    }
}

/// Drops a byte order mark and writes line ends as LF.
pub(crate) fn normal(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.bytes().any(|byte| matches!(byte, b'\r' | b'\0')) {
        return Cow::Borrowed(text);
    }
    // HTML knows no NUL: browsers show U+FFFD in its place.
    Cow::Owned(text.replace("\r\n", "\n").replace('\0', "\u{fffd}"))
}

/// Points at the first mark of a merge that nobody ended: what stands around it is two texts in one.
fn conflict(name: &str, text: &str) -> Option<Diagnostic> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mark = CONFLICT.iter().find(|mark| line.starts_with(**mark));
        if mark.is_some_and(|mark| matches!(line.as_bytes().get(mark.len()), None | Some(b' ' | b'\n'))) {
            let place = Lines::new(name, text).place(start..start + line.trim_end().len());
            return Some(Diagnostic::new(rule::MERGE_CONFLICT, place));
        }
        start += line.len();
    }
    None
}

/// Points at the first byte that is not UTF-8.
fn not_utf8(name: &str, bytes: &[u8]) -> Diagnostic {
    let good = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let good = normal(good);
    let mut place = Lines::new(name, &good).place(good.len()..good.len());
    place.length = 1;
    Diagnostic::new(rule::NOT_UTF8, place)
}
