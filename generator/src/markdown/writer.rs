//! The walk over the events: our HTML, the words alone, and what is wrong.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    Body, Context, DECORATIVE, Link, Picture, Piece, escape,
    flow::Flow,
    footnotes::{self, Footnotes},
    headings::{self, Draft},
    table::{self, Table},
    tokens::Token,
};
use crate::{
    diagnostic::{Diagnostic, Lines, Place, Rule, Spanned, rule},
    slug, typography,
};

/// Schemes a link may have.
const SCHEMES: [&str; 4] = ["https", "http", "mailto", "tel"];

/// Writes one body.
pub(super) struct Writer<'a> {
    source: &'a str,
    lines: &'a Lines<'a>,
    context: Context<'a>,
    problems: &'a mut Vec<Diagnostic>,
    /// The HTML, or that of the footnote being read.
    flow: Flow<'a>,
    /// The words alone, one line a block: headings and captions are taken from it.
    text: String,
    title: Option<Spanned<String>>,
    headings: Vec<Draft>,
    links: Vec<Link>,
    pictures: Vec<Picture>,
    /// The picture being read, whose alt is its words, and how many stand in it: nested ones are but their words.
    picture: Option<(Picture, usize)>,
    /// The heading being read: its words are those since this length of `text`.
    heading: Option<OpenHeading>,
    /// Whether any block stood before.
    begun: bool,
    table: Table,
    /// The caption of the table that follows, which is the open block of `flow`.
    caption: Option<String>,
    footnotes: Footnotes,
    /// What waits while a footnote is read: its name and place, and the HTML around it.
    around: Vec<(String, Range<usize>, Flow<'a>)>,
    html_block: HtmlBlock,
    in_code: bool,
    /// Whether the words are those of an address that is its own link.
    in_address: bool,
    /// Where the link being read stands; its words are those since this length of `text`.
    link: Option<(usize, Place)>,
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

impl<'a> Writer<'a> {
    pub(super) fn new(lines: &'a Lines<'a>, context: Context<'a>, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            source: lines.text(),
            lines,
            context,
            problems,
            flow: Flow::new(context.language),
            text: String::new(),
            title: None,
            headings: Vec::new(),
            links: Vec::new(),
            pictures: Vec::new(),
            picture: None,
            heading: None,
            begun: false,
            table: Table::default(),
            caption: None,
            footnotes: Footnotes::default(),
            around: Vec::new(),
            html_block: HtmlBlock::None,
            in_code: false,
            in_address: false,
            link: None,
        }
    }

    /// Ends the page; its headings have their words as they are written.
    pub(super) fn finish(mut self) -> Body {
        self.flow.end_section();
        for range in self.footnotes.uncalled() {
            self.problems.push(Diagnostic::new(rule::FOOTNOTE_UNUSED, self.lines.place(range.clone())));
        }
        self.footnotes.write(&mut self.flow, self.context.id_prefix, self.context.words);
        let headings = headings::settle(self.headings, self.context.id_prefix, self.problems);
        Body {
            title: self.title,
            headings,
            sections: Vec::new(),
            links: self.links,
            pictures: self.pictures,
            pieces: self.flow.finish(),
            key: None,
        }
    }

    /// Takes the next token.
    pub(super) fn take(&mut self, token: Token<'_>, range: Range<usize>) {
        match token {
            Token::Event(event) => self.event(event, range),
            Token::Note { kind, titled } => self.start_note(kind, titled),
            Token::TitleStart | Token::FigureJoint => {}
            Token::TitleEnd => self.close("</p>\n"),
            Token::TitleBreak => {
                self.close("</p>\n");
                self.flow.put("<p>");
            }
            Token::CaptionStart => self.caption = Some(String::new()),
            Token::CaptionEnd => {
                let start = self.text.trim_end().rfind('\n').map_or(0, |line| line + 1);
                self.caption = Some(self.text[start..].trim().to_owned());
                self.end_text_line();
            }
            Token::FigureStart => self.open("<figure>\n"),
            Token::FigureCaption => self.close("\n<figcaption>"),
            Token::FigureEnd => self.close("</figcaption>\n</figure>\n"),
        }
        self.begun = true;
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            // Of what stands in the alt of a picture only the words count.
            Event::SoftBreak | Event::HardBreak if self.picture.is_some() => self.words("\n"),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) | Event::Text(_) | Event::Code(_)
                if self.picture.is_some() =>
            {
                self.in_alt(event);
            }
            _ if self.picture.is_some() => {}
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Code(code) => self.code(&code),
            Event::SoftBreak => self.words("\n"),
            Event::HardBreak => {
                self.flow.markup_for("<br>\n".to_owned(), typography::BREAK);
                self.text.push(' ');
            }
            Event::Rule => self.flow.open("<hr>\n"),
            Event::Html(html) | Event::InlineHtml(html) => self.raw_html(&html, range),
            Event::FootnoteReference(name) => self.call_footnote(&name),
            Event::TaskListMarker(done) => self.task(done),
            // Mathematics is an extension that is not switched on.
            Event::Text(words) | Event::InlineMath(words) | Event::DisplayMath(words) => self.text(&words, range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, id, classes, attrs } => {
                if !classes.is_empty() || !attrs.is_empty() {
                    self.problem(rule::HEADING_ATTRIBUTES, range.clone());
                }
                self.start_heading(number(level), id, range);
            }
            Tag::Paragraph => self.flow.put("<p>"),
            Tag::BlockQuote(_) => self.start_quote(range),
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::HtmlBlock => self.html_block = HtmlBlock::Open,
            Tag::List(None) => self.open("<ul>\n"),
            Tag::List(Some(1)) => self.open("<ol>\n"),
            Tag::List(Some(first)) => self.open(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.open("<li>"),
            Tag::DefinitionList => self.open("<dl>\n"),
            Tag::DefinitionListTitle => self.open("<dt>"),
            Tag::DefinitionListDefinition => self.open("<dd>"),
            Tag::FootnoteDefinition(name) => {
                self.end_text_line();
                let around = std::mem::replace(&mut self.flow, Flow::new(self.context.language));
                self.around.push((footnotes::key(&name), range, around));
            }
            Tag::Table(alignments) => {
                let caption = self.caption.take();
                let label = self.table_label(caption.as_deref());
                self.end_text_line();
                self.table = Table::start(alignments, label.as_deref(), caption.is_some(), &mut self.flow);
            }
            Tag::TableHead => self.table.start_head(&mut self.flow),
            Tag::TableRow => self.table.start_row(&mut self.flow),
            Tag::TableCell => self.text.push_str(if self.table.is_first() { "" } else { " | " }),
            Tag::Emphasis => self.flow.markup("<em>"),
            Tag::Strong => self.flow.markup("<strong>"),
            Tag::Strikethrough => self.flow.markup("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                self.start_link(link_type, &dest_url, &title, range);
            }
            Tag::Image { dest_url, title, .. } => self.start_picture(&dest_url, &title, range),
            // Extensions that are not switched on.
            Tag::Superscript | Tag::Subscript | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Paragraph => self.close("</p>\n"),
            TagEnd::BlockQuote(None) => self.close("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.close("</div>\n"),
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.close("</code></pre>\n");
            }
            TagEnd::HtmlBlock => self.html_block = HtmlBlock::None,
            TagEnd::List(false) => self.close("</ul>\n"),
            TagEnd::List(true) => self.close("</ol>\n"),
            TagEnd::Item => self.close("</li>\n"),
            TagEnd::DefinitionList => self.close("</dl>\n"),
            TagEnd::DefinitionListTitle => self.close("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.close("</dd>\n"),
            TagEnd::FootnoteDefinition => self.end_footnote(),
            TagEnd::Table => self.close("</tbody>\n</table></div>\n"),
            TagEnd::TableHead => {
                if !self.table.has_column_heads() {
                    self.problem(rule::TABLE_HEADER, range);
                }
                self.table.end_head(&mut self.flow);
                self.end_text_line();
            }
            TagEnd::TableRow => {
                if let Some(words) = table::beyond(self.source, self.table.last_cell()) {
                    self.problem(rule::TABLE_CELLS, words);
                }
                self.close("</tr>\n");
            }
            TagEnd::TableCell => self.table.end_cell(range.end, &mut self.flow),
            TagEnd::Emphasis => self.flow.markup("</em>"),
            TagEnd::Strong => self.flow.markup("</strong>"),
            TagEnd::Strikethrough => self.flow.markup("</del>"),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.end_picture(),
            _ => {}
        }
    }

    fn text(&mut self, words: &str, range: Range<usize>) {
        if self.in_code || self.in_address {
            // What stands for itself is set by nobody.
            self.flow.markup_for(escape(words).into_owned(), typography::SOLID);
            self.text.push_str(words);
            return;
        }
        // The parser leaves a call that no footnote answers as text, from its bracket on.
        let call = self.source[range.end..].strip_prefix('^').filter(|_| words == "[");
        if let Some((name, _)) = call.and_then(|call| call.split_once(']'))
            && !name.is_empty()
            && !name.contains(char::is_whitespace)
        {
            self.problem(rule::FOOTNOTE_MISSING, range.start..range.end + name.len() + "^]".len());
        }
        self.words(words);
    }

    fn words(&mut self, words: &str) {
        match &mut self.picture {
            Some((picture, _)) => picture.alt.push_str(if words == "\n" { " " } else { words }),
            None => self.flow.words(words),
        }
        self.text.push_str(if words == "\n" { " " } else { words });
    }

    fn code(&mut self, code: &str) {
        self.flow.markup_for(format!("<code>{}</code>", escape(code)), typography::SOLID);
        self.text.push_str(code);
    }

    /// Writes the sign of a task, and its meaning for those who do not see it.
    fn task(&mut self, done: bool) {
        let (sign, key) = if done { ("☑", "task_done") } else { ("☐", "task_open") };
        let meaning = self.context.words.get(key).map(|meaning| escape(meaning)).unwrap_or_default();
        self.flow.markup(&format!(
            "<span class=\"task\" aria-hidden=\"true\">{sign}</span> <span class=\"hidden\">{meaning}: </span>"
        ));
        self.text.push_str(sign);
        self.text.push(' ');
    }

    fn call_footnote(&mut self, name: &str) {
        // A title stands in places where nothing can be called.
        if self.heading.as_ref().is_none_or(|heading| !heading.title) {
            let call = self.footnotes.call(&footnotes::key(name), self.context.id_prefix, self.context.words);
            self.flow.markup(&call);
        }
    }

    fn end_footnote(&mut self) {
        self.end_text_line();
        if let Some((name, range, around)) = self.around.pop() {
            let footnote = std::mem::replace(&mut self.flow, around);
            if let Err(first) = self.footnotes.keep(name, footnote.finish(), range.clone()) {
                let problem = Diagnostic::new(rule::FOOTNOTE_TWICE, self.lines.place(range));
                self.problems.push(problem.with("line", self.lines.place(first).line));
            }
        }
    }

    fn raw_html(&mut self, html: &str, range: Range<usize>) {
        // The rest of a block and a closing tag belong to a mistake that was reported.
        let reported = self.html_block == HtmlBlock::Reported || html.starts_with("</");
        if !reported {
            let place = self.lines.place(range);
            self.problems.push(Diagnostic::new(rule::RAW_HTML, place).with("html", html.trim()));
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
            self.problems.push(Diagnostic::new(rule::HEADING_ID_BAD, place).with("id", id));
        }
        if !title {
            self.check_level(level, range.clone());
            if !self.around.is_empty() {
                self.problem(rule::FOOTNOTE_HEADING, range.clone());
            }
            self.flow.end_section();
            self.flow.gap(Piece::Heading(self.headings.len()));
        }
        self.heading = Some(OpenHeading { level, id, range, words: self.text.len(), title });
    }

    fn check_level(&mut self, level: u8, range: Range<usize>) {
        let deepest = self.headings.last().map_or(2, |above| above.level.max(1) + 1);
        if level == 1 {
            self.problem(rule::HEADING_H1, range);
        } else if level > deepest {
            let signs = |level: u8| "#".repeat(level.into());
            let problem = Diagnostic::new(rule::HEADING_LEVEL, self.lines.place(range));
            self.problems.push(problem.with("written", signs(level)).with("deepest", signs(deepest)));
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let place = self.lines.place(heading.range);
        let words = self.text[heading.words..].trim().to_owned();
        if heading.title {
            self.text.truncate(heading.words);
            // Links in a title lead nowhere: its words stand in the head of the page.
            self.flow.clear();
            self.links.clear();
            self.pictures.clear();
            self.title = Some(Spanned::new(words, place)).filter(|title| !title.value.is_empty());
        } else {
            self.flow.gap(Piece::HeadingEnd(self.headings.len()));
            self.headings.push(Draft { level: heading.level, id: heading.id, text: words, place });
            self.close("\n");
        }
    }

    fn start_quote(&mut self, range: Range<usize>) {
        // The parser takes a note for a quote when its first line says more than the kind, or another one.
        let inside = self.source[range.clone()].trim_start_matches(['>', ' ']);
        if inside.starts_with("[!") {
            let line = range.start + self.source[range.clone()].find('\n').unwrap_or(range.len());
            self.problem(rule::NOTE_KIND, range.start..line);
        }
        self.open("<blockquote>\n");
    }

    /// Begins a note; its title names the kind in words, since colour alone says nothing to many.
    fn start_note(&mut self, kind: &str, titled: bool) {
        self.open(&format!("<div class=\"note note-{kind}\" role=\"note\">\n<p class=\"note-title\">"));
        let name = self.context.words.get(kind).cloned().unwrap_or_default();
        self.words(&name);
        if titled {
            self.words(": ");
        } else {
            self.close("</p>\n");
        }
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        let class = match kind {
            CodeBlockKind::Fenced(info) => info.split([' ', ',']).next().filter(|language| !language.is_empty()),
            CodeBlockKind::Indented => None,
        };
        let class = class.map(|language| format!(" class=\"language-{}\"", escape(language))).unwrap_or_default();
        // What is wider than the page is scrolled, with the keyboard too.
        self.open(&format!("<pre tabindex=\"0\"><code{class}>"));
        self.in_code = true;
    }

    /// Returns the name of the group in which a table is scrolled: its caption, else what it stands under.
    fn table_label(&self, caption: Option<&str>) -> Option<String> {
        let heading = self.headings.last().map(|heading| heading.text.as_str());
        let title = self.title.as_ref().map(|title| title.value.as_str());
        caption.or(heading).or(self.context.title).or(title).map(str::to_owned)
    }

    fn start_link(&mut self, kind: LinkType, target: &str, title: &str, range: Range<usize>) {
        let target = match kind {
            LinkType::Email => format!("mailto:{target}"),
            _ => target.to_owned(),
        };
        self.link = Some((self.text.len(), self.lines.place(range.clone())));
        let link = Link { place: self.lines.place(self.target_range(&target, range)), target };
        if !link.is_whole() {
            let problem = Diagnostic::new(rule::LINK_ADDRESS, link.place.clone());
            self.problems.push(problem.with("target", &link.target));
        }
        if let Some(scheme) = link.scheme().filter(|scheme| !SCHEMES.contains(&scheme.as_str())) {
            let problem = Diagnostic::new(rule::LINK_SCHEME, link.place.clone());
            self.problems.push(problem.with("target", &link.target).with("scheme", scheme));
        }
        self.in_address = matches!(kind, LinkType::Autolink | LinkType::Email);
        self.flow.markup("<a href=\"");
        self.flow.gap(Piece::Href(self.links.len()));
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) };
        self.flow.markup(&format!("\"{title}>"));
        self.links.push(link);
    }

    /// Ends a link; one without words cannot be seen, nor be read aloud. A picture has its alt for words.
    fn end_link(&mut self) {
        self.in_address = false;
        self.flow.gap(Piece::HrefEnd);
        self.flow.markup("</a>");
        let Some((start, place)) = self.link.take() else { return };
        let says = self.text.get(start..).is_some_and(|words| !matches!(words.trim(), "" | DECORATIVE));
        let told = self.problems.last().is_some_and(|problem| {
            problem.rule == rule::PICTURE_ALT_MISSING && problem.place.as_ref().is_some_and(|alt| *alt >= place)
        });
        if !says && !told {
            self.problems.push(Diagnostic::new(rule::LINK_EMPTY, place));
        }
    }

    fn in_alt(&mut self, event: Event<'_>) {
        match (event, &mut self.picture) {
            (Event::Start(_), Some((_, depth))) => *depth += 1,
            (Event::End(_), _) => self.end_picture(),
            (Event::Text(words) | Event::Code(words), _) => self.words(&words),
            _ => {}
        }
    }

    fn start_picture(&mut self, target: &str, title: &str, range: Range<usize>) {
        if !title.is_empty() {
            self.problem(rule::PICTURE_TITLE, range.clone());
        }
        let picture = Picture { target: target.to_owned(), alt: String::new(), place: self.lines.place(range) };
        self.picture = Some((picture, 0));
    }

    fn end_picture(&mut self) {
        match self.picture.take() {
            Some((picture, depth)) if depth > 0 => self.picture = Some((picture, depth - 1)),
            Some((mut picture, _)) => {
                picture.alt = match picture.alt.trim() {
                    DECORATIVE => String::new(),
                    "" => {
                        self.problems.push(Diagnostic::new(rule::PICTURE_ALT_MISSING, picture.place.clone()));
                        String::new()
                    }
                    alt => typography::typeset(self.context.language, alt).into_owned(),
                };
                self.flow.gap(Piece::Picture(self.pictures.len()));
                self.pictures.push(picture);
            }
            None => {}
        }
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
        self.flow.open(html);
        self.end_text_line();
    }

    /// Ends a block, and the line of its words.
    fn close(&mut self, html: &str) {
        self.flow.put(html);
        self.end_text_line();
    }

    fn end_text_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn problem(&mut self, rule: &'static Rule, range: Range<usize>) {
        self.problems.push(Diagnostic::new(rule, self.lines.place(range)));
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
