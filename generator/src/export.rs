//! Submissions as a table for spreadsheets, or as JSON for programs; one after the other, so that no more than one is
//! held.
//!
//! What belongs to the submission stands in columns whose names begin with `_`, as no question's does. Then comes one
//! column for each part that a question of any answered revision asks for. What was chosen several times in one part
//! stands in one cell, separated by spaces, as `XLSForm` has it: the values of options have none.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use forms::Form;
use forms_fn::store::Entry;
use serde::Serialize;

/// The columns that every table begins with.
const OURS: [&str; 9] =
    ["_number", "_sent", "_state", "_amendment", "_revision", "_language", "_channel", "_after_deadline", "_preview"];

/// Tells spreadsheets that a file is UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why a submission was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The form was changed while it was read: its new definition came after the columns were made.
    #[error(
        "the answers under {number} hold `{field}`, which no definition asked for that was stored when this began: \
         the form has changed meanwhile, start again"
    )]
    NewField {
        /// The number of the receipt.
        number: String,
        /// The name of the field.
        field: String,
    },
    /// Writing failed.
    #[error("failed to write: {0}")]
    Write(#[from] io::Error),
    /// Writing failed.
    #[error("failed to write: {0}")]
    Csv(#[from] csv::Error),
}

/// Returns the parts that `forms`, the revisions of one form, ask for: each once, in the order in which they are asked.
pub fn parts(forms: &[Form]) -> Vec<String> {
    let mut parts = Vec::<String>::new();
    for form in forms {
        // A part that another revision lacks stands behind the one that it follows.
        let mut place = 0;
        for part in form.questions.iter().flat_map(forms::Question::fields) {
            let known = parts.iter().position(|known| *known == part);
            if known.is_none() {
                parts.insert(place, part);
            }
            place = known.unwrap_or(place) + 1;
        }
    }
    parts
}

/// A table as spreadsheets read it: UTF-8 with a mark that says so, cells quoted where they need it, and none that
/// begins a formula.
#[derive(Debug)]
pub struct Table<W: Write> {
    csv: csv::Writer<W>,
    parts: Vec<String>,
}

impl<W: Write> Table<W> {
    /// Writes the head of a table with these parts.
    pub fn new(mut out: W, separator: u8, parts: Vec<String>) -> Result<Self, ExportError> {
        out.write_all(BOM)?;
        let mut csv = csv::WriterBuilder::new().delimiter(separator).terminator(csv::Terminator::CRLF).from_writer(out);
        csv.write_record(OURS.into_iter().chain(parts.iter().map(String::as_str)))?;
        Ok(Self { csv, parts })
    }

    /// Writes one submission.
    pub fn write(&mut self, entry: &Entry) -> Result<(), ExportError> {
        if let Some(field) = entry.answers.keys().find(|field| !self.parts.contains(field)) {
            return Err(ExportError::NewField { number: entry.number.to_string(), field: field.clone() });
        }
        let ours = [
            entry.number.to_string(),
            format!("{:.3}", entry.sent),
            entry.state.name().to_owned(),
            entry.amendment.to_string(),
            entry.revision.clone(),
            entry.language.clone(),
            entry.channel.clone(),
            entry.after_deadline.to_string(),
            entry.preview.to_string(),
        ];
        let said = self.parts.iter().map(|part| entry.answers.get(part).map(|values| values.join(" ")));
        let cells = ours.into_iter().chain(said.map(Option::unwrap_or_default));
        self.csv.write_record(cells.map(|cell| guarded(&cell).into_owned()))?;
        Ok(())
    }

    /// Writes what is left to write and returns where it was written.
    pub fn finish(self) -> Result<W, ExportError> {
        self.csv.into_inner().map_err(|error| ExportError::Write(error.into_error()))
    }
}

/// Returns `text` as a cell that no spreadsheet takes for a formula: with an apostrophe in front unless it begins with a
/// letter or a digit. [`unguarded`] undoes it.
pub fn guarded(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some(first) if !first.is_alphanumeric() => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Returns the text of a cell that [`guarded`] has made.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// A list in JSON with one submission a line: read whole by whatever reads JSON, or line by line without the first and
/// the last line and the commas at the ends.
#[derive(Debug)]
pub struct Json<W: Write> {
    out: W,
    begun: bool,
}

/// A submission as it stands in JSON, as it was sent: nothing is guarded.
#[derive(Serialize)]
struct Object<'a> {
    number: String,
    sent: String,
    state: &'a str,
    amendment: u16,
    revision: &'a str,
    language: &'a str,
    channel: &'a str,
    after_deadline: bool,
    preview: bool,
    answers: &'a std::collections::BTreeMap<String, Vec<String>>,
}

impl<W: Write> Json<W> {
    /// Begins a list.
    pub fn new(out: W) -> Self {
        Self { out, begun: false }
    }

    /// Writes one submission.
    pub fn write(&mut self, entry: &Entry) -> Result<(), ExportError> {
        self.out.write_all(if self.begun { b",\n" } else { b"[\n" })?;
        self.begun = true;
        let object = Object {
            number: entry.number.to_string(),
            sent: format!("{:.3}", entry.sent),
            state: entry.state.name(),
            amendment: entry.amendment,
            revision: &entry.revision,
            language: &entry.language,
            channel: &entry.channel,
            after_deadline: entry.after_deadline,
            preview: entry.preview,
            answers: &entry.answers,
        };
        serde_json::to_writer(&mut self.out, &object).map_err(io::Error::from)?;
        Ok(())
    }

    /// Ends the list and returns where it was written.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.out.write_all(if self.begun { b"\n]\n" } else { b"[\n]\n" })?;
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_each_reads_back() {
        for text in [
            "",
            "a",
            "ż",
            "7",
            "=1+1",
            "+48",
            "-1",
            "@x",
            "\t=1",
            "\r=1",
            " =1",
            "\u{feff}=1",
            "\u{200b}=1",
            "＝1",
            "'",
            "''a",
            "'=1",
            "\"=1",
            "„cytat”",
            "\u{301}",
            "🦆",
            "\0=1",
        ] {
            let cell = guarded(text);
            let first = cell.chars().next();
            assert!(first.is_none_or(|first| first.is_alphanumeric() || first == '\''), "{text:?}: {cell:?}");
            assert_eq!(unguarded(&cell), text, "{text:?}");
        }
    }
}
