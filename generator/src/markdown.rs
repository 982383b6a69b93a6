//! Markdown to the body of a page.
//!
//! 1. Walks the events of the parser with their places and writes our own HTML: no inline style,
//!    tables that can be scrolled with the keyboard, admonitions with their name in words.
//! 2. Leaves a gap at every link; where it leads is known only once all pages are ([`Body::render`]).
//! 3. Gives every heading its id (`headings`).

mod escape;
mod headings;
mod writer;

use std::{collections::BTreeMap, ops::Range};

use pulldown_cmark::{Event, Options, Parser};

use crate::diagnostic::{Diagnostic, Lines, Place, Spanned};
use writer::Writer;

pub(crate) use escape::escape;

/// What the text of a page does not say itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// What ids that are derived from headings begin with: the slug of a chapter.
    pub(crate) id_prefix: Option<&'a str>,
    /// Title of the page where the front matter has one; names a table above the first heading.
    pub(crate) title: Option<&'a str>,
    /// Names of admonitions by kind: `note`, `tip`, `important`, `warning`, `caution`.
    pub(crate) notes: &'a BTreeMap<String, String>,
}

/// The body of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// The one leading `#` heading; it is not among `pieces` and `headings`.
    pub(crate) title: Option<Spanned<String>>,
    /// Headings in the order of the text.
    pub(crate) headings: Vec<Heading>,
    /// Links in the order of the text.
    pub(crate) links: Vec<Link>,
    /// HTML with gaps for the addresses of links.
    pub(crate) pieces: Vec<Piece>,
    /// The words alone, one line per block, without the title.
    pub(crate) text: String,
}

/// A heading of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// 2 to 6.
    pub(crate) level: u8,
    /// Unique in the page.
    pub(crate) id: String,
    /// The words alone.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// Where its words stand in the text of the body.
    pub(crate) words: Range<usize>,
}

/// A link as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Path to a source file, `#id`, or an address with its scheme.
    pub(crate) target: String,
    /// Where the target stands.
    pub(crate) place: Place,
}

impl Link {
    /// Returns the scheme in lower case, unless the link leads into the site.
    pub(crate) fn scheme(&self) -> Option<String> {
        let (scheme, _) = self.target.split_once(':')?;
        let mut letters = scheme.chars();
        let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
        is_scheme.then(|| scheme.to_ascii_lowercase())
    }
}

/// A stretch of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// HTML as it is.
    Html(String),
    /// The address of a link, by index.
    Href(usize),
    /// The start of a heading, by index.
    Heading(usize),
    /// The end of a heading, by index.
    HeadingEnd(usize),
}

/// What a body is rendered into.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Setting<'a> {
    /// How many levels its headings stand lower than written.
    pub(crate) below: u8,
    /// What each heading is numbered with; empty where they are not.
    pub(crate) numbers: &'a [String],
}

impl Body {
    /// Returns the HTML, with the address each link gets; addresses are escaped here.
    pub(crate) fn render(&self, setting: Setting<'_>, mut href: impl FnMut(&Link) -> String) -> String {
        let level = |heading: &Heading| (heading.level + setting.below).min(6).to_string();
        let mut html = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Html(part) => html.push_str(part),
                Piece::Href(link) => {
                    if let Some(link) = self.links.get(*link) {
                        html.push_str(&escape(&href(link)));
                    }
                }
                Piece::Heading(index) => {
                    if let Some(heading) = self.headings.get(*index) {
                        for part in ["<h", &level(heading), " id=\"", &escape(&heading.id), "\">"] {
                            html.push_str(part);
                        }
                    }
                    if let Some(number) = setting.numbers.get(*index) {
                        html.push_str(&escape(number));
                        html.push('\u{a0}');
                    }
                }
                Piece::HeadingEnd(index) => {
                    if let Some(heading) = self.headings.get(*index) {
                        for part in ["</h", &level(heading), ">"] {
                            html.push_str(part);
                        }
                    }
                }
            }
        }
        html
    }

    /// Returns the words from each heading to the next, first those before any; the words of headings are left out.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (Option<&Heading>, &str)> {
        let starts =
            std::iter::once((None, 0)).chain(self.headings.iter().map(|heading| (Some(heading), heading.words.end)));
        let ends = self.headings.iter().map(|heading| heading.words.start).chain([self.text.len()]);
        starts.zip(ends).map(|((heading, start), end)| (heading, self.text.get(start..end).unwrap_or_default()))
    }

    /// Returns a number for each heading of the chapter `chapter`: `2.1.`, `2.1.3.`
    pub(crate) fn numbers(&self, chapter: usize) -> Vec<String> {
        let mut counters: Vec<usize> = Vec::new();
        let number = |heading: &Heading| {
            counters.resize(usize::from(heading.level.saturating_sub(1)), 0);
            if let Some(last) = counters.last_mut() {
                *last += 1;
            }
            counters.iter().fold(format!("{chapter}."), |number, counter| format!("{number}{counter}."))
        };
        self.headings.iter().map(number).collect()
    }
}

/// Reads the Markdown of a file from the byte where its front matter ends.
pub(crate) fn parse(
    file: &str,
    text: &str,
    start: usize,
    context: Context<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Body {
    let start = text.ceil_char_boundary(start);
    let lines = Lines::new(file, text);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM;
    let mut writer = Writer::new(text, &lines, context, problems);
    for (event, range) in Parser::new_ext(&text[start..], options).into_offset_iter() {
        let range = start + range.start..start + range.end;
        match event {
            Event::Start(tag) => writer.start(tag, range),
            Event::End(tag) => writer.end(tag),
            Event::Code(code) => writer.code(&code),
            Event::SoftBreak => writer.soft_break(),
            Event::HardBreak => writer.hard_break(),
            Event::Rule => writer.rule(),
            Event::Html(html) | Event::InlineHtml(html) => writer.raw_html(&html, range),
            // All but the first come only with extensions that are not switched on.
            Event::Text(words)
            | Event::InlineMath(words)
            | Event::DisplayMath(words)
            | Event::FootnoteReference(words) => writer.text(&words),
            Event::TaskListMarker(_) => {}
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests;
