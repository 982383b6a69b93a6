//! Sections of a chapter, and their text in form 1: what is hashed, compared and bound to remarks.
//!
//! A walk of its own over the tokens, before any typography. Form 1 never changes; another would be form 2, with its own
//! prefix, beside this one. `form-1.txt` holds texts and hashes that bind it. Where interfaces.md leaves a choice:
//!
//! - The heading is the first line. Blocks are lines; a paragraph is one, a line break in it a space.
//! - Bullets are `- `, numbers as shown (`3. `), tasks `☐ ` or `☑ `. A list inside of a list is not indented.
//! - A term and each of its definitions are lines, as are a caption and the lines of code.
//! - A note begins with a line of its own: `[!KIND]`, then its title. What the theme calls the kind does not count.
//! - A footnote stands in brackets at its call: `word[its text]`. What it calls itself is left out of it: `[its text[]]`.
//! - A picture is `![its alt](SHA-256 of its file)`, its caption a line; a decorative one has no alt.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::{
    DECORATIVE, Hashes, Heading,
    coded::{Code, Text},
    footnotes,
    tokens::Token,
};
use crate::{digest, typography};

/// A heading with what follows up to the next one; the title of the chapter with the text before its first heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// Unique in the version of the document.
    pub(crate) id: String,
    /// The words of the heading.
    pub(crate) title: String,
    /// The text in form 1.
    pub(crate) text: String,
    /// `1-` and 16 hexadecimal digits of the SHA-256 of `text`.
    pub(crate) hash: String,
    /// What of the lines of `text` is code, which no typography may touch.
    pub(crate) code: Code,
}

impl Section {
    fn new(id: &str, title: &str, text: &Text) -> Self {
        let text = text.trimmed().nfc();
        let hash = format!("1-{}", digest::short(text.words()));
        let code = text.code_by_line();
        Self { id: id.to_owned(), title: title.to_owned(), text: text.words().to_owned(), hash, code }
    }
}

/// Writes the texts of sections.
pub(super) struct Recorder<'a> {
    /// The hash of the file of each picture.
    hashes: Hashes<'a>,
    /// Texts that are finished.
    texts: Vec<Text>,
    /// Lines of the text that is not, and its last line.
    text: Text,
    line: Text,
    /// The lists around the line: the number of the next item, or none.
    lists: Vec<Option<u64>>,
    inside: Inside,
    /// Whether the row of a table already has a cell.
    row_begun: bool,
    /// What waits while a footnote is read: its name, and the text around it.
    around: Vec<(String, Text)>,
    footnotes: BTreeMap<String, Text>,
    /// The picture being read: what names its file, and where its alt begins in `line`.
    picture: Option<(String, usize)>,
}

/// What is being read.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing yet.
    #[default]
    Beginning,
    /// The leading `#`: its words come from outside.
    Title,
    Code,
    Text,
}

/// Stands on both sides of the name of a footnote; no source file holds one.
const CALL: &str = "\0";

impl<'a> Recorder<'a> {
    pub(super) fn new(hashes: Hashes<'a>) -> Self {
        Self {
            hashes,
            texts: Vec::new(),
            text: Text::default(),
            line: Text::default(),
            lists: Vec::new(),
            inside: Inside::default(),
            row_begun: false,
            around: Vec::new(),
            footnotes: BTreeMap::new(),
            picture: None,
        }
    }

    /// Takes the next token.
    pub(super) fn take(&mut self, token: &Token<'_>) {
        match token {
            Token::Event(Event::Start(tag)) => self.start(tag),
            Token::Event(Event::End(tag)) => self.end(*tag),
            Token::Event(Event::Text(text)) if self.inside == Inside::Code => self.line.push_code(text),
            Token::Event(Event::Text(text)) => self.words(text),
            Token::Event(Event::Code(code)) if self.inside != Inside::Title => self.line.push_code(code),
            Token::Event(Event::SoftBreak | Event::HardBreak) => self.words(" "),
            Token::Event(Event::FootnoteReference(name)) => {
                self.line.push(&format!("{CALL}{}{CALL}", footnotes::key(name)));
            }
            Token::Event(Event::TaskListMarker(done)) => self.words(if *done { "☑ " } else { "☐ " }),
            Token::Note { kind, titled } => {
                self.end_line();
                self.line.push(&format!("[!{}] ", kind.to_uppercase()));
                if !titled {
                    self.end_line();
                }
            }
            Token::TitleEnd | Token::TitleBreak | Token::CaptionEnd | Token::FigureCaption | Token::FigureEnd => {
                self.end_line();
            }
            Token::Event(_) | Token::TitleStart | Token::CaptionStart | Token::FigureStart | Token::FigureJoint => {}
        }
        if self.inside == Inside::Beginning {
            self.inside = Inside::Text;
        }
    }

    /// Returns the sections of a chapter: that of its title, then one for each heading.
    pub(super) fn finish(mut self, slug: &str, title: &str, headings: &[Heading]) -> Vec<Section> {
        self.end_section();
        let ids = std::iter::once((slug, title))
            .chain(headings.iter().map(|heading| (heading.id.as_str(), heading.text.as_str())));
        let footnotes = self.footnotes;
        let mut texts = self.texts;
        if let Some(first) = texts.first_mut() {
            let words = typography::plain(title);
            let rest = std::mem::take(first);
            first.push(&words.split_whitespace().collect::<Vec<_>>().join(" "));
            first.push("\n");
            first.push_text(&rest);
        }
        let texts = texts.iter().map(|text| {
            called(text, |name| {
                // One level: footnotes that call footnotes would make a text without end out of a few lines.
                footnotes.get(name).map(|footnote| called(footnote, |_| Text::default())).unwrap_or_default()
            })
        });
        ids.zip(texts).map(|((id, title), text)| Section::new(id, title, &text)).collect()
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level: HeadingLevel::H1, .. } if self.inside == Inside::Beginning => {
                self.inside = Inside::Title;
            }
            Tag::Heading { .. } if self.around.is_empty() => self.end_section(),
            Tag::BlockQuote(_) | Tag::Table(_) | Tag::Heading { .. } | Tag::DefinitionList => self.end_line(),
            Tag::CodeBlock(_) => {
                self.end_line();
                self.inside = Inside::Code;
            }
            Tag::List(first) => {
                self.end_line();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.end_line();
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let shown = format!("{number}. ");
                        *number = number.saturating_add(1);
                        shown
                    }
                    _ => "- ".to_owned(),
                };
                self.line.push(&mark);
            }
            Tag::TableHead | Tag::TableRow => self.row_begun = false,
            Tag::TableCell => {
                if self.row_begun {
                    self.words(" | ");
                }
                self.row_begun = true;
            }
            Tag::Strikethrough => self.line.push("~~"),
            Tag::Image { dest_url, .. } if self.picture.is_none() && self.inside != Inside::Title => {
                self.line.push("![");
                self.picture = Some((dest_url.to_string(), self.line.words().len()));
            }
            Tag::FootnoteDefinition(name) => {
                self.end_line();
                self.around.push((footnotes::key(name), std::mem::take(&mut self.text)));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) if self.inside == Inside::Title => {
                self.inside = Inside::Text;
                self.line = Text::default();
            }
            TagEnd::CodeBlock => {
                self.inside = Inside::Text;
                let code = std::mem::take(&mut self.line);
                self.text.push_code(code.words().trim_end_matches('\n'));
                self.text.push("\n");
            }
            TagEnd::List(_) => {
                self.end_line();
                self.lists.pop();
            }
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => self.end_line(),
            TagEnd::Strikethrough => self.line.push("~~"),
            TagEnd::Image => self.end_picture(),
            TagEnd::FootnoteDefinition => {
                self.end_line();
                if let Some((name, text)) = self.around.pop() {
                    let footnote = std::mem::replace(&mut self.text, text);
                    self.footnotes.entry(name).or_insert_with(|| footnote.trimmed().on_one_line());
                }
            }
            _ => {}
        }
    }

    fn end_picture(&mut self) {
        let Some((target, alt)) = self.picture.take() else { return };
        if self.line.words().get(alt..).is_some_and(|alt| alt.trim() == DECORATIVE) {
            self.line = self.line.part(0..alt);
        }
        // That a file is missing is told where all pictures are known.
        let hash = (self.hashes)(&target).unwrap_or_default();
        self.line.push(&format!("]({hash})"));
    }

    fn words(&mut self, words: &str) {
        if self.inside == Inside::Title {
            return;
        }
        for letter in typography::plain(words).chars() {
            let line = self.line.words();
            if letter != ' ' || !(line.is_empty() || line.ends_with(' ')) {
                self.line.push(letter.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line).trimmed();
        if !line.words().is_empty() {
            self.text.push_text(&line);
            self.text.push("\n");
        }
    }

    fn end_section(&mut self) {
        self.end_line();
        self.texts.push(std::mem::take(&mut self.text));
    }
}

/// Puts at each call of a footnote what `footnote` returns for its name.
fn called(text: &Text, footnote: impl Fn(&str) -> Text) -> Text {
    let mut whole = Text::default();
    let mut start = 0;
    for (index, part) in text.words().split(CALL).enumerate() {
        let end = start + part.len();
        if index % 2 == 0 {
            whole.push_text(&text.part(start..end));
        } else {
            whole.push("[");
            whole.push_text(&footnote(part));
            whole.push("]");
        }
        start = end + CALL.len();
    }
    whole
}
