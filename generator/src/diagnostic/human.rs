//! Problems as a person reads them: what happened, the line with a mark under it, what to do.

use std::{borrow::Cow, fmt::Write as _, ops::Range};

use anstyle::{AnsiColor, Style};

use super::{Diagnostic, Place, Severity, Texts};
use crate::source::Source;

/// The frame around a line of the content.
const FRAME: Style = AnsiColor::Blue.on_default().bold();
const BOLD: Style = Style::new().bold();
/// Most letters of a line that are shown: with its number and the frame it fits into a terminal of 80 columns.
const WIDTH: usize = 72;

/// Writes problems in the order given, each with the line it is about, without colours.
pub(crate) fn human(diagnostics: &[Diagnostic], source: &Source, texts: &Texts) -> String {
    anstream::adapter::strip_str(&coloured(diagnostics, source, texts)).to_string()
}

/// Writes the same with the colours of a terminal.
pub(crate) fn coloured(diagnostics: &[Diagnostic], source: &Source, texts: &Texts) -> String {
    let frames: Vec<String> = diagnostics.iter().map(|diagnostic| problem(diagnostic, source, texts)).collect();
    frames.join("\n")
}

fn problem(diagnostic: &Diagnostic, source: &Source, texts: &Texts) -> String {
    let style = style(diagnostic.rule.severity);
    let severity = texts.severity(diagnostic.rule.severity);
    let message = texts.message(diagnostic);
    let mut out = format!("{style}{severity}[{}]{style:#}{BOLD}: {message}{BOLD:#}\n", diagnostic.rule.id);
    let mut margin = String::new();
    if let Some(place) = &diagnostic.place {
        margin = " ".repeat(place.line.to_string().len());
        // Writing to a String cannot fail.
        let _ = match place.line {
            0 => writeln!(out, "{margin}{FRAME}-->{FRAME:#} {}", place.file),
            line => writeln!(out, "{margin}{FRAME}-->{FRAME:#} {}:{line}:{}", place.file, place.column),
        };
        if let Some(line) = line_of(place, source) {
            let (line, mark) = framed(place, line);
            let _ = writeln!(out, "{margin} {FRAME}|{FRAME:#}");
            let _ = writeln!(out, "{FRAME}{} |{FRAME:#} {}", place.line, printable(&line));
            let _ = writeln!(out, "{margin} {FRAME}|{FRAME:#} {style}{mark}{style:#}");
        }
    }
    let hint = texts.hint(diagnostic);
    if !hint.is_empty() {
        let _ = writeln!(out, "{margin} {FRAME}={FRAME:#} {hint}");
    }
    out
}

fn style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Cyan,
    };
    colour.on_default().bold()
}

fn line_of<'a>(place: &Place, source: &'a Source) -> Option<&'a str> {
    let index = usize::try_from(place.line.checked_sub(1)?).ok()?;
    source.text(&place.file)?.split('\n').nth(index)
}

/// Returns the line with a mark under the place: spaces up to it and `^`; a tab stays one, so that both move alike.
///
/// A line longer than a terminal is wide would wrap, with the marks under other words: what is far from the place is left
/// out of it.
fn framed(place: &Place, line: &str) -> (String, String) {
    let letters: Vec<char> = line.chars().collect();
    let number = |number: u32| usize::try_from(number).unwrap_or(0);
    let start = number(place.column.saturating_sub(1));
    let length = number(place.length).max(1);
    let shown = if letters.len() <= WIDTH { 0..letters.len() } else { window(&letters, start, length) };
    let mut shown_line: String = letters[shown.clone()].iter().collect();
    let mut marked = start - shown.start.min(start);
    if shown.start > 0 {
        shown_line.insert(0, '…');
        marked += 1;
    }
    let length = if shown.end < letters.len() {
        shown_line.push('…');
        length.min(shown.end.saturating_sub(start).max(1))
    } else {
        length
    };
    let pad = shown_line.chars().chain(std::iter::repeat(' ')).take(marked);
    let pad = pad.map(|letter| if letter == '\t' { '\t' } else { ' ' });
    let mark = pad.chain(std::iter::repeat_n('^', length)).collect();
    (shown_line, mark)
}

/// Returns the part of a long line that is shown: the place, and what fits around it, between two words.
fn window(letters: &[char], start: usize, length: usize) -> Range<usize> {
    let start = start.min(letters.len());
    let before = (WIDTH.saturating_sub(length) / 2).max(WIDTH / 4);
    let mut from = start.saturating_sub(before).min(letters.len() - WIDTH);
    let mut to = from + WIDTH;
    if from > 0 {
        // Not into the place itself.
        from += letters[from..start].iter().position(|letter| *letter == ' ').map_or(0, |space| space + 1);
    }
    if to < letters.len() {
        let rest = (start + length).min(to);
        to = letters[rest..to].iter().rposition(|letter| *letter == ' ').map_or(to, |space| rest + space);
    }
    from..to
}

/// Returns a text that cannot move the cursor: control characters other than the tab are shown.
fn printable(line: &str) -> Cow<'_, str> {
    if line.chars().any(|letter| letter.is_control() && letter != '\t') {
        Cow::Owned(
            line.chars()
                .map(|letter| if letter.is_control() && letter != '\t' { '\u{fffd}' } else { letter })
                .collect(),
        )
    } else {
        Cow::Borrowed(line)
    }
}

/// Returns a word from the content on one line, so that it fits into a sentence.
pub(super) fn one_line(word: &str) -> String {
    const MOST: usize = 400;
    let words = word.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = printable(&words);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::{Lines, rule};

    #[test]
    fn a_problem_is_shown_at_its_line() {
        let file = "content/strategia-2030/forms/ankieta.yaml";
        let text = "title: Ankieta\n\ttilte: Źdźbło\n";
        let source = Source::from_texts([(file, text)]);
        let place = Lines::new(file, text).place(16..21);
        let problems = [Diagnostic::new(rule::UNKNOWN_KEY, place).with("key", "tilte").nearest("tilte", ["title"])];
        let shown = human(&problems, &source, &Texts::in_language("pl"));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "błąd[unknown-key]: Pole „tilte” nie jest znane.");
        assert_eq!(lines[1], " --> content/strategia-2030/forms/ankieta.yaml:2:2");
        assert_eq!(lines[2..5], ["  |", "2 | \ttilte: Źdźbło", "  | \t^^^^^"]);
        assert!(lines[5].starts_with("  = Czy chodziło o „title”? "), "{}", lines[5]);
        let english = human(&problems, &source, &Texts::in_language("en"));
        assert!(english.starts_with("error[unknown-key]: The field “tilte” is not known.\n"), "{english}");
        let colours = coloured(&problems, &source, &Texts::in_language("pl"));
        assert!(colours.contains("\u{1b}[31m"), "{colours:?}");
    }

    #[test]
    fn of_a_long_line_the_words_around_the_place_are_shown() {
        let file = "content/index.md";
        let text = format!("{}tutaj {}\n", "raz dwa ".repeat(30), "trzy ".repeat(30));
        let source = Source::from_texts([(file, text.as_str())]);
        for word in ["raz", "tutaj", "trzy"] {
            let at = text.rfind(word).unwrap();
            let place = Lines::new(file, &text).place(at..at + word.len());
            let shown = human(&[Diagnostic::new(rule::LINK_WORDS, place)], &source, &Texts::in_language("pl"));
            let lines: Vec<&str> = shown.lines().collect();
            let (line, mark) = (lines[3].trim_start_matches("1 | "), lines[4].trim_start_matches("  | "));
            let marked: String =
                line.chars().zip(mark.chars()).filter(|(_, mark)| *mark == '^').map(|(letter, _)| letter).collect();
            assert_eq!(marked, word, "{shown}");
            assert!(line.chars().count() <= WIDTH + 2 && line.contains('…'), "{shown}");
        }
        let place = Lines::new(file, &text).place(0..text.len());
        let shown = human(&[Diagnostic::new(rule::SENTENCE_LONG, place)], &source, &Texts::in_language("pl"));
        assert!(shown.lines().all(|line| line.starts_with("  =") || line.chars().count() <= 80), "{shown}");
    }

    #[test]
    fn a_problem_without_a_line_or_a_file_is_shown_too() {
        let source = Source::default();
        let problems = [
            Diagnostic::new(rule::BASE_URL_MISSING, None),
            Diagnostic::new(rule::NOT_UTF8, Place { file: "content/a.md".into(), line: 7, column: 3, length: 1 }),
            Diagnostic::new(rule::FILE_UNREFERENCED, Place::whole("content/b.pdf")),
        ];
        let shown = human(&problems, &source, &Texts::in_language("pl"));
        assert!(shown.starts_with("ostrzeżenie[base-url-missing]: "));
        assert!(shown.contains("--> content/a.md:7:3\n"));
        assert!(shown.contains("--> content/b.pdf\n"));
        assert!(!shown.contains('^'));
    }
}
