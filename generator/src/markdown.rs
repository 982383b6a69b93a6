//! Markdown to the body of a page.
//!
//! 1. Reads the events of the parser with their places, and finds what only several of them say (`tokens`), and what is
//!    only half markup (`half_made`).
//! 2. Writes our own HTML (`writer`): no inline style, tables that can be scrolled with the keyboard, notes with their
//!    kind in words, footnotes with ways back. Words are set as the language wants them (`flow`).
//! 3. Leaves a gap at every link and picture: what they lead to is known only once all files are ([`Body::render`]).
//! 4. Gives every heading its id (`headings`), and every section of a chapter its text and hash (`sections`).

mod escape;
mod flow;
mod footnotes;
mod half_made;
mod headings;
mod passages;
mod sections;
mod table;
mod tokens;
mod writer;

use std::collections::BTreeMap;

use serde::Serialize;

use self::{passages::Listener, sections::Recorder, tokens::Captions, writer::Writer};
use crate::{
    diagnostic::{Diagnostic, Lines, Place, Spanned},
    memory::Key,
    typography,
};

pub(crate) use self::{
    escape::escape,
    passages::{Kind, Passage},
    sections::Section,
};

/// The words that the theme lends to Markdown, by key: its texts `notes` and `markdown`.
pub(crate) type Words = BTreeMap<String, String>;

/// Finds the SHA-256 of a file, in hexadecimal digits, by what names it in the text.
pub(crate) type Hashes<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The alt of a picture that says nothing and only adorns: `![-](line.png)`.
const DECORATIVE: &str = "-";

/// What the text of a page does not say itself.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// What ids that are derived from headings begin with: the slug of a chapter.
    pub(crate) id_prefix: Option<&'a str>,
    /// Title of the page where the front matter has one; names a table above the first heading.
    pub(crate) title: Option<&'a str>,
    /// The language that the text is written in.
    pub(crate) language: &'a str,
    /// What the page says besides its text.
    pub(crate) words: &'a Words,
    /// The files of pictures: they count in the texts of sections.
    pub(crate) hashes: Hashes<'a>,
}

/// The body of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// The one leading `#` heading; it is not among `pieces` and `headings`.
    pub(crate) title: Option<Spanned<String>>,
    /// Headings in the order of the text.
    pub(crate) headings: Vec<Heading>,
    /// Of a chapter: its sections, that of its title first. Other pages have none.
    pub(crate) sections: Vec<Section>,
    /// Links in the order of the text.
    pub(crate) links: Vec<Link>,
    /// Pictures in the order of the text.
    pub(crate) pictures: Vec<Picture>,
    /// HTML with gaps for what only the whole site tells.
    pub(crate) pieces: Vec<Piece>,
    /// That of all that it was made from, where a memory keeps it: two bodies with one key are equal.
    pub(crate) key: Option<Key>,
}

/// A heading of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// 2 to 6.
    pub(crate) level: u8,
    /// Unique in the page.
    pub(crate) id: String,
    /// Whether the id is written, as `{#id}`, and not derived.
    pub(crate) written: bool,
    /// The words alone, as they are shown.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) place: Place,
}

/// A link as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Path to a source file, `#id`, or an address with its scheme.
    pub(crate) target: String,
    /// Where the target stands.
    pub(crate) place: Place,
}

/// A picture as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Path to its file.
    pub(crate) target: String,
    /// What it shows, in words; empty where it only adorns.
    pub(crate) alt: String,
    /// Where it stands.
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

    /// Tells whether an address of the web has a name behind its scheme, as every other link has what it needs.
    fn is_whole(&self) -> bool {
        self.scheme().is_none_or(|scheme| !matches!(scheme.as_str(), "http" | "https")) || is_web_address(&self.target)
    }
}

/// Tells whether an address begins with `https://` or `http://` and a name.
pub(crate) fn is_web_address(address: &str) -> bool {
    let (scheme, name) = address.split_once("://").unwrap_or_default();
    ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) && name.starts_with(char::is_alphanumeric)
}

/// A link as a page writes it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Href {
    /// Where it leads.
    pub(crate) address: String,
    /// The language of the page there, where it is another than that of the text.
    pub(crate) language: Option<String>,
    /// What is told after the words of the link, of a file its kind and size; mostly nothing.
    pub(crate) note: String,
}

impl From<String> for Href {
    fn from(address: String) -> Self {
        Self { address, ..Self::default() }
    }
}

impl Href {
    /// Returns what stands between the quotes of `href=""`: the address, and where needed an attribute after it.
    fn html(&self) -> String {
        let address = escape(&self.address);
        match &self.language {
            Some(language) => format!("{address}\" hreflang=\"{}", escape(language)),
            None => address.into_owned(),
        }
    }
}

/// A stretch of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// HTML as it is.
    Html(String),
    /// The address of a link, by index.
    Href(usize),
    /// The end of the words of a link: what it leads to is told there, if it is a file.
    HrefEnd,
    /// A picture, by index.
    Picture(usize),
    /// The start of a heading, by index.
    Heading(usize),
    /// The end of a heading, by index.
    HeadingEnd(usize),
    /// The level of a heading that is none of the text's.
    Level(u8),
    /// The end of a section, in the order of sections; what follows the last is none.
    SectionEnd,
}

/// What the gaps of a body are filled with.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Filling {
    /// Where each link leads, in the order of the text.
    pub(crate) hrefs: Vec<Href>,
    /// The HTML of each picture, in the order of the text.
    pub(crate) pictures: Vec<String>,
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
    /// Returns the HTML, with what its gaps are filled with; addresses are escaped here.
    pub(crate) fn render(&self, filling: &Filling) -> String {
        self.render_sections(Setting::default(), filling).concat()
    }

    /// Returns the HTML of each section, that of the title first, and at last what belongs to none: the footnotes.
    pub(crate) fn render_sections(&self, setting: Setting<'_>, filling: &Filling) -> Vec<String> {
        let lower = |level: u8| (level + setting.below).min(6);
        let level = |heading: &Heading| lower(heading.level);
        let mut sections = vec![String::new()];
        let mut note = "";
        for piece in &self.pieces {
            if *piece == Piece::SectionEnd {
                sections.push(String::new());
                continue;
            }
            let Some(html) = sections.last_mut() else { continue };
            match piece {
                Piece::Html(part) => html.push_str(part),
                Piece::Href(index) => {
                    let Some(href) = filling.hrefs.get(*index) else { continue };
                    html.push_str(&href.html());
                    note = &href.note;
                }
                Piece::HrefEnd => html.push_str(&escape(std::mem::take(&mut note))),
                Piece::Picture(index) => html.extend(filling.pictures.get(*index).map(String::as_str)),
                Piece::Heading(index) => {
                    if let Some(heading) = self.headings.get(*index) {
                        html.extend(["<h", &level(heading).to_string(), " id=\"", &escape(&heading.id), "\">"]);
                        if let Some(number) = setting.numbers.get(*index) {
                            html.extend([&escape(number), "\u{a0}"]);
                        }
                    }
                }
                Piece::HeadingEnd(index) => {
                    html.extend(self.headings.get(*index).map(|heading| format!("</h{}>", level(heading))));
                }
                Piece::Level(level) => html.push_str(&lower(*level).to_string()),
                Piece::SectionEnd => {}
            }
        }
        sections
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

/// Reads the Markdown of a file from the byte where its front matter ends, without what is said of its words.
pub(crate) fn parse(
    file: &str,
    text: &str,
    start: usize,
    context: Context<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Body {
    read(&Lines::new(file, text), start, context, problems).0
}

/// Reads the Markdown of a file from the byte where its front matter ends: its body, and the passages that residents read.
pub(crate) fn read(
    lines: &Lines<'_>,
    start: usize,
    context: Context<'_>,
    problems: &mut Vec<Diagnostic>,
) -> (Body, Vec<Passage>) {
    let text = lines.text();
    let start = text.ceil_char_boundary(start);
    // Only chapters have sections.
    let mut recorder = context.id_prefix.map(|slug| (slug, Recorder::new(context.hashes)));
    let mut listener = Listener::default();
    let word = |key: &str| context.words.get(key).map(String::as_str).unwrap_or_default();
    let captions = Captions { table: word("caption"), picture: word("picture_captions") };
    let tokens = tokens::read(text, start, captions);
    problems.extend(half_made::find(text, lines, &tokens));
    let mut writer = Writer::new(lines, context, problems);
    for (token, range) in tokens {
        if let Some((_, recorder)) = &mut recorder {
            recorder.take(&token);
        }
        listener.take(&token, &range);
        writer.take(token, range);
    }
    let mut body = writer.finish();
    if let Some((slug, recorder)) = recorder {
        let title = context.title.or(body.title.as_ref().map(|title| title.value.as_str())).unwrap_or_default();
        body.sections = recorder.finish(slug, title, &body.headings);
    }
    for heading in &mut body.headings {
        heading.text = typography::typeset(context.language, &heading.text).into_owned();
    }
    (body, listener.finish())
}

#[cfg(test)]
mod tests;
