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

/// What may part cells, in whichever spreadsheet a table is opened.
const PARTING: [char; 6] = [',', ';', '|', '\t', '\r', '\n'];

/// Returns `text` as a cell that no spreadsheet takes for a formula: with an apostrophe in front unless it begins with a
/// letter or a digit. [`unguarded`] undoes it.
///
/// A spreadsheet may part a line where it was not meant to be, and then what follows a comma or a semicolon within a text
/// begins a cell: where a formula would, an apostrophe stands before that, too.
pub fn guarded(text: &str) -> Cow<'_, str> {
    let apart = |at: usize| text[..at].ends_with(PARTING) && may_begin_a_formula(&text[at..]);
    let begins = |(at, char): (usize, char)| if at == 0 { !char.is_alphanumeric() } else { apart(at) };
    if !text.char_indices().any(begins) {
        return Cow::Borrowed(text);
    }
    let guard = |(at, char)| begins((at, char)).then_some('\'').into_iter().chain([char]);
    Cow::Owned(text.char_indices().flat_map(guard).collect())
}

/// Returns the text of a cell that [`guarded`] has made.
pub fn unguarded(cell: &str) -> String {
    let text = cell.strip_prefix('\'').unwrap_or(cell);
    let is_guard = |(at, char): (usize, char)| {
        char == '\'' && text[..at].ends_with(PARTING) && may_begin_a_formula(&text[at + 1..])
    };
    text.char_indices().filter(|place| !is_guard(*place)).map(|(_, char)| char).collect()
}

/// Tells whether a cell with this text may begin a formula once a spreadsheet has left out what it does not see. That
/// apostrophes count as unseen keeps [`guarded`] from being undone where nothing was done.
fn may_begin_a_formula(text: &str) -> bool {
    let unseen = |char: char| {
        char.is_whitespace()
            || char.is_control()
            || matches!(char, '"' | '\'' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.trim_start_matches(unseen).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXTS: [&str; 34] = [
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
        "x;=1+1",
        "x,=1+1",
        "x|\t=1",
        "x; '=1",
        "x;''=1",
        "x;\n=1",
        "x\n- a\n- b",
        "x;\"=1\"",
        "tak, nie",
        "a;'b",
        ";'",
        "x,\u{200b}\u{feff}＠y",
    ];

    #[test]
    fn no_cell_begins_a_formula_and_each_reads_back() {
        for text in TEXTS {
            let cell = guarded(text);
            let first = cell.chars().next();
            assert!(first.is_none_or(|first| first.is_alphanumeric() || first == '\''), "{text:?}: {cell:?}");
            assert_eq!(unguarded(&cell), text, "{text:?}");
        }
        assert_eq!(guarded("tak, nie; „może”\nani - ani"), "tak, nie; „może”\nani - ani", "prose stays as it is");
    }

    /// Whoever opens the table with another separator than it was written with meets no formula either.
    #[test]
    fn no_cell_begins_a_formula_whatever_parts_the_cells() {
        for written in [b',', b';', b'\t', b'|'] {
            for read in [b',', b';', b'\t', b'|'] {
                for text in TEXTS {
                    let mut csv = csv::WriterBuilder::new().delimiter(written).from_writer(Vec::new());
                    csv.write_record(["a", &guarded(text), "b"]).unwrap();
                    let line = String::from_utf8(csv.into_inner().unwrap()).unwrap();
                    // As plainly as can be: at every separator and every end of a line, quotes or not.
                    for cell in line.split([char::from(read), '\r', '\n']) {
                        assert!(
                            !may_begin_a_formula(cell) || cell.starts_with(['\'', '"']),
                            "{text:?}: {cell:?} of {line:?}"
                        );
                        let bare = cell.trim_start_matches('"');
                        assert!(!bare.starts_with(['=', '+', '-', '@']), "{text:?}: {cell:?} of {line:?}");
                    }
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_guarded_reads_back(text in "[a=+';,\n\"\u{200b} -]{0,12}") {
            proptest::prop_assert_eq!(unguarded(&guarded(&text)), text);
        }
    }
}
