//! A text that knows which stretches of it are code, which no typography may touch.

use std::{collections::BTreeMap, ops::Range};

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The stretches of lines that are code, in bytes, by the line.
pub(crate) type Code = BTreeMap<String, Vec<Range<usize>>>;

/// Words, some of them code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    words: String,
    /// In order, in bytes of `words`; none is empty.
    code: Vec<Range<usize>>,
}

impl Text {
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    pub(super) fn push(&mut self, words: &str) {
        self.words.push_str(words);
    }

    pub(super) fn push_code(&mut self, code: &str) {
        let start = self.words.len();
        self.words.push_str(code);
        if !code.is_empty() {
            self.code.push(start..self.words.len());
        }
    }

    pub(super) fn push_text(&mut self, text: &Self) {
        let start = self.words.len();
        self.words.push_str(&text.words);
        self.code.extend(text.code.iter().map(|code| start + code.start..start + code.end));
    }

    /// Returns the part in `range`, whose ends are borders of letters.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let first = self.code.partition_point(|code| code.end <= range.start);
        let inside = self.code[first..].iter().take_while(|code| code.start < range.end);
        let code = inside.map(|code| code.start.max(range.start) - range.start..code.end.min(range.end) - range.start);
        Self { code: code.collect(), words: self.words[range].to_owned() }
    }

    /// Returns the text without white space around it.
    pub(super) fn trimmed(&self) -> Self {
        let start = self.words.len() - self.words.trim_start().len();
        self.part(start..self.words.trim_end().len().max(start))
    }

    /// Returns the text on one line.
    pub(super) fn on_one_line(mut self) -> Self {
        self.words = self.words.replace('\n', " ");
        self
    }

    /// Returns the text in NFC.
    pub(super) fn nfc(self) -> Self {
        if is_nfc(&self.words) {
            return self;
        }
        let words = self.words.nfc().collect();
        // Where a stretch ends: the letters before it, each piece by itself.
        let (mut at, mut end) = (0, 0);
        let mut moved = |border: usize| {
            end += self.words[at..border].nfc().map(char::len_utf8).sum::<usize>();
            at = border;
            end
        };
        Self { code: self.code.iter().map(|code| moved(code.start)..moved(code.end)).collect(), words }
    }

    /// Returns the lines that have code.
    pub(super) fn code_by_line(&self) -> Code {
        let mut start = 0;
        let mut lines = Code::new();
        for line in self.words.split('\n') {
            let part = self.part(start..start + line.len());
            // A mark that joined the letter before it has moved the border.
            let fits = |code: &Range<usize>| line.is_char_boundary(code.start) && line.is_char_boundary(code.end);
            let code: Vec<_> = part.code.into_iter().filter(fits).collect();
            if !code.is_empty() {
                lines.insert(part.words, code);
            }
            start += line.len() + 1;
        }
        lines
    }
}
