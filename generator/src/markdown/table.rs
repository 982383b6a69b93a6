//! Tables that can be read aloud and scrolled with the keyboard.

use std::ops::Range;

use pulldown_cmark::Alignment;

use super::{escape, flow::Flow};

/// The table being written.
#[derive(Default)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// Whether the first cell of each row heads it: the corner above them is empty.
    row_heads: bool,
    /// Whether some column has a heading.
    column_heads: bool,
    /// Byte at which the last cell ends.
    last_cell: usize,
}

impl Table {
    /// Begins a table in a group named `label`, which is scrolled; a region would be a landmark, and landmarks of one
    /// name confuse. The open block of `flow` is the caption, if there is one.
    pub(super) fn start(
        alignments: Vec<Alignment>,
        label: Option<&str>,
        has_caption: bool,
        flow: &mut Flow<'_>,
    ) -> Self {
        let group = label.map(|label| format!(" role=\"group\" aria-label=\"{}\"", escape(label))).unwrap_or_default();
        let table = format!("<div class=\"table\" tabindex=\"0\"{group}><table>\n");
        if has_caption {
            flow.enclose(&format!("{table}<caption>"), "</caption>\n");
        } else {
            flow.open(&table);
        }
        Self { alignments, ..Self::default() }
    }

    pub(super) fn start_head(&mut self, flow: &mut Flow<'_>) {
        self.in_head = true;
        self.column = 0;
        flow.put("<thead>\n<tr>\n");
    }

    pub(super) fn end_head(&mut self, flow: &mut Flow<'_>) {
        self.in_head = false;
        flow.put("</tr>\n</thead>\n<tbody>\n");
    }

    pub(super) fn start_row(&mut self, flow: &mut Flow<'_>) {
        self.column = 0;
        flow.put("<tr>\n");
    }

    /// Tells whether some column has a heading.
    pub(super) fn has_column_heads(&self) -> bool {
        self.column_heads
    }

    /// Tells whether the cell that is written is the first of its row.
    pub(super) fn is_first(&self) -> bool {
        self.column == 0
    }

    /// Returns the byte at which the last cell ends.
    pub(super) fn last_cell(&self) -> usize {
        self.last_cell
    }

    /// Ends a cell, which is the open block of `flow`, at the byte `end`.
    pub(super) fn end_cell(&mut self, end: usize, flow: &mut Flow<'_>) {
        self.last_cell = end;
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Right) => " class=\"num\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        let blank = flow.is_blank();
        if self.in_head && self.is_first() {
            self.row_heads = blank;
        }
        self.column_heads |= self.in_head && !blank;
        // A heading without words is no heading.
        let scope = match (self.in_head, self.is_first() && self.row_heads) {
            _ if blank => None,
            (true, _) => Some("col"),
            (false, true) => Some("row"),
            (false, false) => None,
        };
        match scope {
            Some(scope) => flow.enclose(&format!("<th scope=\"{scope}\"{class}>"), "</th>\n"),
            None => flow.enclose(&format!("<td{class}>"), "</td>\n"),
        }
        self.column += 1;
    }
}

/// Finds the words of a row that stand beyond its last column, whose cell ends at the byte `end` of `source`: the parser
/// drops them.
pub(super) fn beyond(source: &str, end: usize) -> Option<Range<usize>> {
    let is_gap = |letter: char| letter == '|' || letter.is_whitespace();
    let rest = source.get(end..)?.lines().next()?.trim_end_matches(is_gap);
    let words = rest.trim_start_matches(is_gap);
    let last = end + rest.len();
    (!words.is_empty()).then_some(last - words.len()..last)
}
