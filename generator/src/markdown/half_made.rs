//! What an editor meant as markup and the parser takes for words: residents would read its brackets, stars and signs.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::tokens::Token;
use crate::diagnostic::{Diagnostic, Lines, rule};

/// Signs that text processors put before the items of a list.
const BULLETS: [char; 8] = ['•', '●', '▪', '■', '◦', '‣', '·', '\u{f0b7}'];
/// Stands in the words of a block for what is no word: markup, code, a sign that is escaped.
const OTHER: char = '\0';

/// Finds markup that is only half made in the tokens of a page.
pub(super) fn find(source: &str, lines: &Lines<'_>, tokens: &[(Token<'_>, Range<usize>)]) -> Vec<Diagnostic> {
    let mut search = Search { source, lines, block: Block::default(), in_code: false, problems: Vec::new() };
    for (token, range) in tokens {
        search.take(token, range);
    }
    search.end_block();
    search.problems
}

struct Search<'a> {
    source: &'a str,
    lines: &'a Lines<'a>,
    block: Block,
    in_code: bool,
    problems: Vec<Diagnostic>,
}

/// The words of a block as they are written.
#[derive(Default)]
struct Block {
    /// Byte of the file at which they begin.
    start: usize,
    /// Byte for byte as in the file, with [`OTHER`] for what is no word.
    words: String,
    /// The last of its lines that looks like one of a table, from its first bar to its last.
    row: Option<Range<usize>>,
    /// The first of two such lines, one below the other.
    table: Option<Range<usize>>,
}

/// The fewest bars of a line of a table: two columns have three.
const FEWEST_BARS: usize = 3;

/// Counts the bars that part cells.
fn bars(line: &str) -> usize {
    line.matches('|').count() - line.matches("\\|").count()
}

impl Block {
    /// Takes a line that begins and ends with a bar. Two of as many bars make a table, one may be a sentence about |x|.
    fn row(&mut self, source: &str, row: Range<usize>) {
        let (line, hyphens) = (&source[row.clone()], ['|', '-', ':', ' ']);
        if let Some(above) = self.row.replace(row.clone())
            && source.get(above.end..row.start).is_some_and(|gap| gap.matches('\n').count() == 1)
            && bars(line) >= FEWEST_BARS
            && (bars(line) == bars(&source[above.clone()]) || line.chars().all(|sign| hyphens.contains(&sign)))
        {
            self.table.get_or_insert(above);
        }
    }

    fn push(&mut self, source: &str, range: &Range<usize>) {
        if self.words.is_empty() {
            self.start = range.start;
        }
        let end = self.start + self.words.len();
        let Some(gap) = range.start.checked_sub(end) else { return };
        self.words.extend(std::iter::repeat_n(OTHER, gap));
        let escaped = (gap > 0 || self.words.is_empty()) && source[..range.start].ends_with('\\');
        let words = &source[range.clone()];
        match words.chars().next().filter(|first| escaped && first.is_ascii()) {
            Some(_) => self.words.extend([OTHER.encode_utf8(&mut [0; 4]), &words[1..]]),
            None => self.words.push_str(words),
        }
    }
}

impl Search<'_> {
    fn take(&mut self, token: &Token<'_>, range: &Range<usize>) {
        let Token::Event(event) = token else { return self.end_block() };
        match event {
            Event::Text(_) if self.in_code => {}
            Event::Text(_) => {
                self.line(range);
                self.block.push(self.source, range);
            }
            Event::SoftBreak => self.block.push(self.source, range),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
            | Event::Code(_)
            | Event::HardBreak
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_) => {}
            Event::Start(tag) => {
                self.end_block();
                self.start(tag, range);
            }
            Event::End(TagEnd::CodeBlock) => self.in_code = false,
            _ => self.end_block(),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Heading { level: HeadingLevel::H2, .. } if !self.source[range.clone()].starts_with('#') => {
                let written = self.source[range.clone()].trim_end();
                let line = range.start + written.rfind('\n').map_or(0, |end| end + 1);
                let line = line..range.start + written.len();
                self.problems.push(Diagnostic::new(rule::HEADING_UNDERLINED, self.lines.place(line)));
            }
            Tag::CodeBlock(kind) => {
                self.in_code = true;
                if matches!(kind, CodeBlockKind::Fenced(_)) {
                    self.fence(range);
                }
            }
            _ => {}
        }
    }

    /// A fence that nothing closes makes code of all that follows.
    fn fence(&mut self, range: &Range<usize>) {
        let written = self.source[range.clone()].trim_end();
        let fence = if written.starts_with('~') { '~' } else { '`' };
        let opened = written.len() - written.trim_start_matches(fence).len();
        let last = written.rsplit_once('\n').map_or("", |(_, last)| last.trim_start_matches([' ', '\t', '>']));
        if last.len() < opened || last.chars().any(|letter| letter != fence) {
            let place = self.lines.place(range.start..range.start + opened);
            self.problems.push(Diagnostic::new(rule::CODE_OPEN, place).with("fence", &written[..opened]));
        }
    }

    /// Looks at words that may begin a line.
    fn line(&mut self, range: &Range<usize>) {
        let before = &self.source[..range.start];
        let indent = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        if !indent.trim_start_matches([' ', '\t', '>', '-', '*', '+']).is_empty() {
            return;
        }
        let rest = &self.source[range.start..];
        let line = rest.split('\n').next().unwrap_or_default().trim_end();
        let heading = line.trim_start_matches('#');
        let level = line.len() - heading.len();
        if (2..=6).contains(&level) && heading.starts_with(|first: char| !first.is_whitespace()) {
            let problem = Diagnostic::new(rule::HEADING_SPACE, self.lines.place(range.start..range.start + line.len()));
            self.problems.push(problem.with("mended", format!("{} {heading}", &line[..level])));
        }
        if line.len() > 2 && line.starts_with('|') && line.ends_with('|') {
            self.block.row(self.source, range.start..range.start + line.len());
        }
        if let Some(bullet) = line.chars().next().filter(|first| BULLETS.contains(first)) {
            let place = self.lines.place(range.start..range.start + bullet.len_utf8());
            self.problems.push(Diagnostic::new(rule::LIST_BULLET, place).with("bullet", bullet));
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let place = |range: Range<usize>| self.lines.place(block.start + range.start..block.start + range.end);
        let words = block.words.as_str();
        let table = block.table.clone().map(|row| Diagnostic::new(rule::TABLE_HALF_MADE, self.lines.place(row)));
        self.problems.extend(table);
        self.problems.extend(links(words).into_iter().map(|(range, made)| match made {
            Made::Half => Diagnostic::new(rule::LINK_HALF_MADE, place(range.clone())).with("written", &words[range]),
            Made::Label(label) => Diagnostic::new(rule::LINK_LABEL_MISSING, place(range)).with("label", label),
        }));
        let bold = stars(words).map(|range| Diagnostic::new(rule::BOLD_OPEN, place(range)));
        self.problems.extend(bold);
    }
}

/// What is wrong with a link.
enum Made<'a> {
    /// Its words and its target do not belong together.
    Half,
    /// Its target stands elsewhere, under a label that is nowhere.
    Label(&'a str),
}

/// Finds brackets that were meant as links.
fn links(words: &str) -> Vec<(Range<usize>, Made<'_>)> {
    let mut found = Vec::new();
    for (close, _) in words.match_indices(']') {
        let before = &words[..close];
        let Some(open) = before.rfind('[').filter(|open| !before[open + 1..].contains(']')) else { continue };
        // What was meant as a picture begins with its sign.
        let open = if before[..open].ends_with('!') { open - 1 } else { open };
        // A bracket without a word is what a quotation leaves out.
        if !before[open..].chars().any(char::is_alphanumeric) {
            continue;
        }
        let after = &words[close + 1..];
        let target = |end: char| {
            let inside = after.trim_start_matches([' ', '\n']).get(1..)?;
            let inside = &inside[..inside.find(end)?];
            (!inside.contains('\n')).then_some(inside)
        };
        if after.starts_with('(') || (after.starts_with([' ', '\n']) && after[1..].starts_with('(')) {
            let Some(inside) = target(')') else { continue };
            if after.starts_with('(') || leads_somewhere(inside) {
                let length = after.find(')').map_or(0, |end| end + 1);
                found.push((open..close + 1 + length, Made::Half));
            }
        } else if after.starts_with('[')
            && let Some(label) = target(']').filter(|label| !label.starts_with('^') && !label.is_empty())
        {
            found.push((open..close + 1 + label.len() + 2, Made::Label(label)));
        }
    }
    found
}

/// Tells whether words in brackets are the address or the path that a link leads to.
fn leads_somewhere(words: &str) -> bool {
    let ends = [".md", ".yaml", ".pdf", ".docx", ".xlsx", ".odt", ".html", "/"];
    let starts = ["http://", "https://", "mailto:", "tel:", "#", "../", "./"];
    let path = words.split('#').next().unwrap_or_default();
    !words.contains(' ')
        && (ends.iter().any(|end| path.ends_with(end)) || starts.iter().any(|start| words.starts_with(start)))
}

/// Finds the first two stars that make nothing bold.
fn stars(words: &str) -> Option<Range<usize>> {
    let start = words.find("**")?;
    let length = words[start..].len() - words[start..].trim_start_matches('*').len();
    (length <= 3).then_some(start..start + length)
}
