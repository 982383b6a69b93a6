//! The events of the parser, with what only several of them together say: titles of notes, captions of tables and
//! pictures.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, Event, Options, Parser, Tag, TagEnd};

/// An event of the parser, or what stands in place of one.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Event(Event<'a>),
    /// A note begins, in place of its quote.
    Note {
        /// Its kind as an editor writes it, in lower case.
        kind: &'static str,
        /// Whether a title of its own follows.
        titled: bool,
    },
    /// The title of a note, in place of the paragraph or line that is all bold.
    TitleStart,
    TitleEnd,
    /// The title ends and the first paragraph begins, in place of a line break.
    TitleBreak,
    /// The caption of the table that follows, in place of its paragraph.
    CaptionStart,
    CaptionEnd,
    /// A picture with a caption begins, in place of its paragraph.
    FigureStart,
    /// The caption of the picture begins, in place of the break or the end of the paragraph before it.
    FigureCaption,
    /// The caption begins where a paragraph did, which was told already.
    FigureJoint,
    /// The caption ends and the figure with it.
    FigureEnd,
}

/// The words that captions begin with, as the theme lends them; without any nothing is a caption.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Captions<'a> {
    /// Of a table, which follows: "Tabela:", "Tabela 2.".
    pub(super) table: &'a str,
    /// Of a picture, which stands before, on a line or in a paragraph of its own: "Rysunek, Zdjęcie".
    pub(super) picture: &'a str,
}

/// Reads `text` from the byte `start`; ranges count from the start of the file. A paragraph right above a table, or
/// right below a picture that stands alone, is its caption if it begins with one of the words for it.
pub(super) fn read<'a>(text: &'a str, start: usize, captions: Captions<'_>) -> Vec<(Token<'a>, Range<usize>)> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    let events = Parser::new_ext(&text[start..], options).into_offset_iter();
    let mut tokens: Vec<_> =
        events.map(|(event, range)| (Token::Event(event), start + range.start..start + range.end)).collect();
    for index in 0..tokens.len() {
        match &tokens[index].0 {
            Token::Event(Event::Start(Tag::BlockQuote(Some(kind)))) => {
                let kind = name(*kind);
                let titled = find_title(&mut tokens[index + 1..]);
                tokens[index].0 = Token::Note { kind, titled };
            }
            Token::Event(Event::Start(Tag::Paragraph)) => {
                find_caption(&mut tokens[index..], captions.table);
                find_figure(&mut tokens[index..], captions.picture);
            }
            _ => {}
        }
    }
    tokens
}

/// Marks the title with which `tokens`, the inside of a note, begin; tells whether they do.
fn find_title(tokens: &mut [(Token<'_>, Range<usize>)]) -> bool {
    let bold = [Tag::Paragraph, Tag::Strong];
    let begins = bold
        .iter()
        .zip(&*tokens)
        .all(|(tag, (token, _))| matches!(token, Token::Event(Event::Start(start)) if start == tag));
    if !begins {
        return false;
    }
    let mut depth = 0;
    let end = tokens.iter().position(|(token, _)| {
        match token {
            Token::Event(Event::Start(Tag::Strong)) => depth += 1,
            Token::Event(Event::End(TagEnd::Strong)) => depth -= 1,
            _ => return false,
        }
        depth == 0
    });
    let Some((after, _)) = end.and_then(|end| tokens.get_mut(end + 1)) else { return false };
    match after {
        Token::Event(Event::End(TagEnd::Paragraph)) => *after = Token::TitleEnd,
        Token::Event(Event::SoftBreak | Event::HardBreak) => *after = Token::TitleBreak,
        _ => return false,
    }
    tokens[0].0 = Token::TitleStart;
    true
}

/// Marks the paragraph with which `tokens` begin, if it is the caption of a table.
fn find_caption(tokens: &mut [(Token<'_>, Range<usize>)], caption: &str) {
    let is_end = |(token, _): &(Token<'_>, _)| matches!(token, Token::Event(Event::End(TagEnd::Paragraph)));
    let Some(end) = tokens.iter().position(is_end) else { return };
    let table = matches!(tokens.get(end + 1), Some((Token::Event(Event::Start(Tag::Table(_))), _)));
    if table && is_caption(&tokens[1..end], caption) {
        tokens[0].0 = Token::CaptionStart;
        tokens[end].0 = Token::CaptionEnd;
    }
}

/// Marks the picture and the caption with which `tokens` begin, if a picture stands alone in its paragraph, or with its
/// caption on the next line.
fn find_figure(tokens: &mut [(Token<'_>, Range<usize>)], captions: &str) {
    if !matches!(tokens.get(1), Some((Token::Event(Event::Start(Tag::Image { .. })), _))) {
        return;
    }
    let is_end = |(token, _): &(Token<'_>, _)| matches!(token, Token::Event(Event::End(TagEnd::Image)));
    let Some(after) = tokens.iter().position(is_end).map(|end| end + 1) else { return };
    let joint = match tokens.get(after).map(|(token, _)| token) {
        Some(Token::Event(Event::SoftBreak | Event::HardBreak)) => None,
        Some(Token::Event(Event::End(TagEnd::Paragraph))) => match tokens.get(after + 1) {
            Some((Token::Event(Event::Start(Tag::Paragraph)), _)) => Some(after + 1),
            _ => return,
        },
        _ => return,
    };
    let begin = joint.unwrap_or(after) + 1;
    let is_end = |(token, _): &(Token<'_>, _)| matches!(token, Token::Event(Event::End(TagEnd::Paragraph)));
    let Some(end) = tokens[begin..].iter().position(is_end).map(|end| begin + end) else { return };
    if captions.split(',').any(|caption| is_caption(&tokens[begin..end], caption.trim())) {
        tokens[0].0 = Token::FigureStart;
        tokens[after].0 = Token::FigureCaption;
        if let Some(joint) = joint {
            tokens[joint].0 = Token::FigureJoint;
        }
        tokens[end].0 = Token::FigureEnd;
    }
}

/// Tells whether words begin with `caption`, a number if there is one, and a colon or a dot.
fn is_caption(tokens: &[(Token<'_>, Range<usize>)], caption: &str) -> bool {
    let words: String = tokens
        .iter()
        .filter_map(|(token, _)| match token {
            Token::Event(Event::Text(words)) => Some(words.as_ref()),
            _ => None,
        })
        .collect();
    let number = |rest: &str| {
        rest.trim_start().trim_start_matches(|letter: char| letter.is_ascii_digit()).starts_with([':', '.'])
    };
    !caption.is_empty() && words.strip_prefix(caption).is_some_and(number)
}

fn name(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}
