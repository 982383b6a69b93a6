//! HTML as it grows: words wait until their block ends, and are set as one text whatever markup cuts them.

use std::borrow::Cow;

use super::{Piece, escape};
use crate::typography;

/// Pieces of HTML in the order of the text.
pub(super) struct Flow<'a> {
    language: &'a str,
    pieces: Vec<Piece>,
    /// The HTML since the last piece. What is kept as long as the site has no more room than it needs.
    html: String,
    /// The inside of the block that is still open.
    runs: Vec<Run>,
}

enum Run {
    Words(String),
    /// HTML, and what typography sees in its place.
    Markup(String, &'static str),
    Gap(Piece),
}

impl<'a> Flow<'a> {
    pub(super) fn new(language: &'a str) -> Self {
        Self { language, pieces: Vec::new(), html: String::new(), runs: Vec::new() }
    }

    /// Writes words.
    pub(super) fn words(&mut self, words: &str) {
        self.runs.push(Run::Words(words.to_owned()));
    }

    /// Writes markup inside of a text.
    pub(super) fn markup(&mut self, html: &str) {
        self.runs.push(Run::Markup(html.to_owned(), ""));
    }

    /// Writes markup that stands for `text` in the text around it.
    pub(super) fn markup_for(&mut self, html: String, text: &'static str) {
        self.runs.push(Run::Markup(html, text));
    }

    /// Writes a gap inside of a text.
    pub(super) fn gap(&mut self, piece: Piece) {
        self.runs.push(Run::Gap(piece));
    }

    /// Tells whether the open block has nothing in it.
    pub(super) fn is_blank(&self) -> bool {
        self.runs.is_empty()
    }

    /// Ends the open block with `html`.
    pub(super) fn put(&mut self, html: &str) {
        if self.runs.is_empty() {
            return self.push(html);
        }
        let runs = std::mem::take(&mut self.runs);
        let mut texts: Vec<Cow<'_, str>> = runs
            .iter()
            .map(|run| match run {
                Run::Words(words) => Cow::Borrowed(words.as_str()),
                Run::Markup(_, text) => Cow::Borrowed(*text),
                Run::Gap(_) => Cow::Borrowed(""),
            })
            .collect();
        typography::typeset_runs(self.language, &mut texts);
        for (run, text) in runs.iter().zip(&texts) {
            match run {
                Run::Words(_) => self.push(&escape(text)),
                Run::Markup(html, _) => self.push(html),
                Run::Gap(piece) => self.piece(piece.clone()),
            }
        }
        self.push(html);
    }

    /// Starts a block on a line of its own.
    pub(super) fn open(&mut self, html: &str) {
        self.put("");
        let begun = !matches!(self.pieces.last(), None | Some(Piece::SectionEnd)) || !self.html.is_empty();
        if begun && !self.html.ends_with('\n') {
            self.push("\n");
        }
        self.push(html);
    }

    /// Puts the open block between two tags.
    pub(super) fn enclose(&mut self, before: &str, after: &str) {
        let runs = std::mem::take(&mut self.runs);
        self.push(before);
        self.runs = runs;
        self.put(after);
    }

    /// Ends a section.
    pub(super) fn end_section(&mut self) {
        self.open("");
        self.piece(Piece::SectionEnd);
    }

    /// Writes pieces that another flow has finished.
    pub(super) fn append(&mut self, pieces: Vec<Piece>) {
        self.put("");
        for piece in pieces {
            match piece {
                Piece::Html(html) => self.push(&html),
                piece => self.piece(piece),
            }
        }
    }

    /// Writes `html` into the last paragraph, or into one of its own.
    pub(super) fn put_into_paragraph(&mut self, html: &str) {
        self.put("");
        match self.html.strip_suffix("</p>\n").map(str::len) {
            Some(length) => {
                self.html.truncate(length);
                self.push(&format!(" {html}</p>\n"));
            }
            None => self.open(&format!("<p>{html}</p>\n")),
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        self.html.clear();
        self.runs.clear();
    }

    /// Ends the page.
    pub(super) fn finish(mut self) -> Vec<Piece> {
        self.put("");
        self.settle();
        self.pieces.shrink_to_fit();
        self.pieces
    }

    fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn piece(&mut self, piece: Piece) {
        self.settle();
        self.pieces.push(piece);
    }

    /// Makes a piece of the HTML since the last one.
    fn settle(&mut self) {
        if !self.html.is_empty() {
            self.pieces.push(Piece::Html(self.html.as_str().to_owned()));
            self.html.clear();
        }
    }
}
