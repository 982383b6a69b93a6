//! The words of a page as they are read, without markup.

use std::{iter, ops::Range};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::tokens::Token;
use crate::typography;

/// Words in one piece: a paragraph, a heading, a cell of a table, the value of a field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Passage {
    /// The words, white space as one space.
    pub(crate) words: String,
    /// Byte of the file at which they begin.
    pub(crate) start: usize,
    pub(crate) kind: Kind,
    /// The language that they are said to be in; empty where it is that of the file.
    pub(crate) language: Option<String>,
}

/// What words are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sentences.
    #[default]
    Text,
    /// A cell of a table.
    Cell,
    /// The words of a link.
    Link,
    /// An address, or code: nothing that is read as a sentence.
    Code,
}

/// Lists the passages of a page, in order; the words of links stand in them and besides.
#[derive(Default)]
pub(super) struct Listener {
    passages: Vec<Passage>,
    /// The passage that is being read.
    open: Option<Passage>,
    /// The link that is being read, as byte of the open passage and of the file.
    link: Option<(usize, usize)>,
    /// What is being read.
    kind: Kind,
}

impl Listener {
    /// Takes the next token.
    pub(super) fn take(&mut self, token: &Token<'_>, range: &Range<usize>) {
        match token {
            Token::Event(event) => self.event(event, range),
            _ => self.end(),
        }
    }

    /// Ends the page.
    pub(super) fn finish(mut self) -> Vec<Passage> {
        self.end();
        self.passages
    }

    fn event(&mut self, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                if dest_url.starts_with("mailto:") || dest_url.starts_with("tel:") {
                    self.passages.push(Passage {
                        words: dest_url.to_string(),
                        start: range.start,
                        kind: Kind::Code,
                        language: None,
                    });
                }
                self.link = Some((self.open.as_ref().map_or(0, |open| open.words.len()), range.start));
            }
            Event::End(TagEnd::Link) => self.end_link(),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Image) => {}
            Event::Start(Tag::CodeBlock(_)) => {
                self.end();
                self.kind = Kind::Code;
            }
            Event::Start(Tag::TableCell) => {
                self.end();
                self.kind = Kind::Cell;
            }
            Event::Start(_) | Event::End(_) | Event::Rule | Event::Html(_) => {
                self.end();
                self.kind = Kind::Text;
            }
            Event::Code(code) => {
                self.words("…", range.start);
                self.passages.push(Passage {
                    words: code.to_string(),
                    start: range.start,
                    kind: Kind::Code,
                    language: None,
                });
            }
            Event::Text(words) | Event::InlineHtml(words) => self.words(words, range.start),
            Event::SoftBreak | Event::HardBreak => self.words(" ", range.start),
            _ => {}
        }
    }

    fn words(&mut self, words: &str, start: usize) {
        let kind = self.kind;
        let open = self.open.get_or_insert_with(|| Passage { words: String::new(), start, kind, language: None });
        let mut end = 0;
        for word in typography::words(words).chain(iter::once(words.len()..words.len())) {
            if word.start > end && !open.words.ends_with(' ') {
                open.words.push(' ');
            }
            end = word.end;
            open.words.push_str(&words[word]);
        }
    }

    fn end_link(&mut self) {
        let Some((from, start)) = self.link.take() else { return };
        let words = self.open.as_ref().and_then(|open| open.words.get(from..)).unwrap_or_default().trim().to_owned();
        self.passages.push(Passage { words, start, kind: Kind::Link, language: None });
    }

    fn end(&mut self) {
        self.link = None;
        self.passages.extend(self.open.take().filter(|open| !open.words.trim().is_empty()));
    }
}
