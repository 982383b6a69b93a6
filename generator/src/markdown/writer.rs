//! The walk over the events: our HTML, the words alone, and what is wrong.

use std::ops::Range;

use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, CowStr, HeadingLevel, LinkType, Tag, TagEnd};

use super::headings::{self, Draft};
use super::{Body, Context, Link, Piece, escape};
use crate::diagnostic::{Diagnostic, Lines, Spanned, rule};
use crate::slug;

/// Schemes a link may have.
const SCHEMES: [&str; 4] = ["https", "http", "mailto", "tel"];

/// Writes one body.
pub(super) struct Writer<'a> {
    source: &'a str,
    lines: &'a Lines<'a>,
    context: Context<'a>,
    problems: &'a mut Vec<Diagnostic>,
    /// Pieces that are finished.
    pieces: Vec<Piece>,
    /// HTML since the last gap.
    html: String,
    /// The words alone.
    text: String,
    title: Option<Spanned<String>>,
    headings: Vec<Draft>,
    links: Vec<Link>,
    /// The heading being read: its words are those since this length of `text`.
    heading: Option<OpenHeading>,
    /// Whether any block stood before.
    begun: bool,
    table: Table,
    html_block: HtmlBlock,
}

/// A block of HTML is one mistake, however many lines it has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HtmlBlock {
    None,
    Open,
    Reported,
}

struct OpenHeading {
    level: u8,
    id: Option<String>,
    range: Range<usize>,
    words: usize,
    /// The leading `#`, whose HTML is dropped.
    title: bool,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// Length of `html` and `pieces` where the cell being written starts.
    cell: (usize, usize),
    /// Whether the row already has words.
    row_begun: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        source: &'a str,
        lines: &'a Lines<'a>,
        context: Context<'a>,
        problems: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            source,
            lines,
            context,
            problems,
            pieces: Vec::new(),
            html: String::new(),
            text: String::new(),
            title: None,
            headings: Vec::new(),
            links: Vec::new(),
            heading: None,
            begun: false,
            table: Table::default(),
            html_block: HtmlBlock::None,
        }
    }

    pub(super) fn finish(mut self) -> Body {
        self.flush();
        let headings = headings::settle(self.headings, self.context.id_prefix, self.problems);
        Body {
            title: self.title,
            headings,
            links: self.links,
            pieces: self.pieces,
            text: self.text.trim_end().to_owned(),
        }
    }

    pub(super) fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, id, classes, attrs } => {
                if !classes.is_empty() || !attrs.is_empty() {
                    self.problem(rule::HEADING_ATTRIBUTES, range.clone());
                }
                self.start_heading(number(level), id, range);
            }
            Tag::Paragraph => self.html.push_str("<p>"),
            Tag::BlockQuote(kind) => self.start_quote(kind),
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::HtmlBlock => self.html_block = HtmlBlock::Open,
            Tag::List(None) => self.open("<ul>\n"),
            Tag::List(Some(1)) => self.open("<ol>\n"),
            Tag::List(Some(first)) => self.open(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.open("<li>"),
            Tag::Table(alignments) => self.start_table(alignments),
            Tag::TableHead => {
                self.table.in_head = true;
                self.start_row("<thead>\n<tr>\n");
            }
            Tag::TableRow => self.start_row("<tr>\n"),
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                self.start_link(link_type, &dest_url, &title, range);
            }
            Tag::Image { .. } => self.problem(rule::PICTURE_UNSUPPORTED, range),
            // Extensions that are not switched on.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
        self.begun = true;
    }

    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Paragraph => self.close("</p>\n"),
            TagEnd::BlockQuote(None) => self.close("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.close("</div>\n"),
            TagEnd::CodeBlock => self.close("</code></pre>\n"),
            TagEnd::HtmlBlock => self.html_block = HtmlBlock::None,
            TagEnd::List(false) => self.close("</ul>\n"),
            TagEnd::List(true) => self.close("</ol>\n"),
            TagEnd::Item => self.close("</li>\n"),
            TagEnd::Table => self.close("</tbody>\n</table></div>\n"),
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.close("</tr>\n</thead>\n<tbody>\n");
            }
            TagEnd::TableRow => self.close("</tr>\n"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Link => self.html.push_str("</a>"),
            _ => {}
        }
    }

    pub(super) fn text(&mut self, words: &str) {
        self.html.push_str(&escape(words));
        self.text.push_str(words);
    }

    pub(super) fn code(&mut self, code: &str) {
        self.html.push_str("<code>");
        self.text(code);
        self.html.push_str("</code>");
    }

    pub(super) fn soft_break(&mut self) {
        self.html.push('\n');
        self.text.push(' ');
    }

    pub(super) fn hard_break(&mut self) {
        self.html.push_str("<br>\n");
        self.text.push(' ');
    }

    pub(super) fn rule(&mut self) {
        self.html.push_str("<hr>\n");
        self.begun = true;
    }

    pub(super) fn raw_html(&mut self, html: &str, range: Range<usize>) {
        // The rest of a block and a closing tag belong to a mistake that was reported.
        let reported = self.html_block == HtmlBlock::Reported || html.starts_with("</");
        if !reported {
            let place = self.lines.place(range);
            self.problems.push(Diagnostic::error(rule::RAW_HTML, place).with("html", html.trim()));
        }
        if self.html_block == HtmlBlock::Open {
            self.html_block = HtmlBlock::Reported;
        }
    }

    fn start_heading(&mut self, level: u8, id: Option<CowStr<'_>>, range: Range<usize>) {
        let title = level == 1 && !self.begun;
        let id = id.map(|id| id.to_string());
        if let Some(id) = id.as_ref().filter(|id| !slug::is_folded(id)) {
            let place = self.lines.place(range.clone());
            self.problems.push(Diagnostic::error(rule::HEADING_ID_BAD, place).with("id", id));
        }
        if !title {
            self.check_level(level, range.clone());
            self.gap(Piece::Heading(self.headings.len()));
        }
        self.heading = Some(OpenHeading { level, id, range, words: self.text.len(), title });
    }

    fn check_level(&mut self, level: u8, range: Range<usize>) {
        let deepest = self.headings.last().map_or(2, |above| above.level.max(1) + 1);
        if level == 1 {
            self.problem(rule::HEADING_H1, range);
        } else if level > deepest {
            let place = self.lines.place(range);
            let problem = Diagnostic::error(rule::HEADING_LEVEL, place);
            self.problems.push(problem.with("level", level).with("expected", deepest));
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let place = self.lines.place(heading.range);
        let words = self.text[heading.words..].trim().to_owned();
        if heading.title {
            self.text.truncate(heading.words);
            // Links in a title lead nowhere: its words stand in the head of the page.
            self.pieces.clear();
            self.html.clear();
            self.links.clear();
            self.title = Some(Spanned::new(words, place)).filter(|title| !title.value.is_empty());
        } else {
            self.gap(Piece::HeadingEnd(self.headings.len()));
            let span = heading.words..self.text.len();
            self.headings.push(Draft { level: heading.level, id: heading.id, text: words, place, words: span });
            self.close("\n");
        }
    }

    fn start_quote(&mut self, kind: Option<BlockQuoteKind>) {
        let kind = match kind {
            None => return self.open("<blockquote>\n"),
            Some(BlockQuoteKind::Note) => "note",
            Some(BlockQuoteKind::Tip) => "tip",
            Some(BlockQuoteKind::Important) => "important",
            Some(BlockQuoteKind::Warning) => "warning",
            Some(BlockQuoteKind::Caution) => "caution",
        };
        self.open(&format!("<div class=\"note note-{kind}\" role=\"note\">\n"));
        if let Some(name) = self.context.notes.get(kind) {
            self.html.push_str("<p class=\"note-title\">");
            self.text(name);
            self.close("</p>\n");
        }
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        // What is wider than the page is scrolled, with the keyboard too.
        self.open("<pre tabindex=\"0\"><code");
        if let CodeBlockKind::Fenced(info) = kind
            && let Some(language) = info.split([' ', ',']).next().filter(|language| !language.is_empty())
        {
            self.attribute("class", &format!("language-{language}"));
        }
        self.html.push('>');
    }

    fn start_table(&mut self, alignments: Vec<Alignment>) {
        self.table = Table { alignments, ..Table::default() };
        let heading = self.headings.last().map(|heading| heading.text.as_str());
        let title = self.title.as_ref().map(|title| title.value.as_str());
        let region = match heading.or(self.context.title).or(title) {
            Some(label) => format!(" role=\"region\" aria-label=\"{}\"", escape(label)),
            None => String::new(),
        };
        self.open(&format!("<div class=\"table\" tabindex=\"0\"{region}><table>\n"));
    }

    fn start_row(&mut self, html: &str) {
        self.html.push_str(html);
        self.table.column = 0;
        self.table.row_begun = false;
    }

    fn start_cell(&mut self) {
        if self.table.row_begun {
            self.text.push_str(" | ");
        }
        self.table.row_begun = true;
        self.table.cell = (self.html.len(), self.pieces.len());
        let class = match self.table.alignments.get(self.table.column) {
            Some(Alignment::Right) => " class=\"num\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        self.html.push_str(if self.table.in_head { "<th scope=\"col\"" } else { "<td" });
        self.html.push_str(class);
        self.html.push('>');
    }

    fn end_cell(&mut self) {
        self.table.column += 1;
        let (start, pieces) = self.table.cell;
        let empty = self.pieces.len() == pieces && self.html.ends_with('>') && !self.html[start + 1..].contains('<');
        if !self.table.in_head {
            self.html.push_str("</td>\n");
        } else if empty {
            // A heading without words is no heading.
            self.html.truncate(start);
            self.html.push_str("<td></td>\n");
        } else {
            self.html.push_str("</th>\n");
        }
    }

    fn start_link(&mut self, kind: LinkType, target: &str, title: &str, range: Range<usize>) {
        let target = match kind {
            LinkType::Email => format!("mailto:{target}"),
            _ => target.to_owned(),
        };
        let link = Link { place: self.lines.place(self.target_range(&target, range)), target };
        if let Some(scheme) = link.scheme().filter(|scheme| !SCHEMES.contains(&scheme.as_str())) {
            let problem = Diagnostic::error(rule::LINK_SCHEME, link.place.clone());
            self.problems.push(problem.with("target", &link.target).with("scheme", scheme));
        }
        self.html.push_str("<a href=\"");
        self.gap(Piece::Href(self.links.len()));
        self.html.push('"');
        if !title.is_empty() {
            self.attribute("title", title);
        }
        self.html.push('>');
        self.links.push(link);
    }

    /// Returns where the target stands in the link, or the link if it is written elsewhere.
    fn target_range(&self, target: &str, range: Range<usize>) -> Range<usize> {
        match self.source.get(range.clone()).and_then(|link| link.rfind(target)) {
            Some(at) if !target.is_empty() => range.start + at..range.start + at + target.len(),
            _ => range,
        }
    }

    /// Starts a block on a line of its own.
    fn open(&mut self, html: &str) {
        if !self.html.is_empty() && !self.html.ends_with('\n') {
            self.html.push('\n');
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.html.push_str(html);
    }

    /// Ends a block, and the line of its words.
    fn close(&mut self, html: &str) {
        self.html.push_str(html);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        for part in [" ", name, "=\"", &escape(value), "\""] {
            self.html.push_str(part);
        }
    }

    fn gap(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    fn flush(&mut self) {
        if !self.html.is_empty() {
            self.pieces.push(Piece::Html(std::mem::take(&mut self.html)));
        }
    }

    fn problem(&mut self, rule: &'static str, range: Range<usize>) {
        self.problems.push(Diagnostic::error(rule, self.lines.place(range)));
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
