//! Problems as a person reads them: what happened, the line with a mark under it, what to do.

use std::{borrow::Cow, fmt::Write as _};

use anstyle::{AnsiColor, Style};

use super::{Diagnostic, Place, Severity, Texts};
use crate::source::Source;

/// The frame around a line of the content.
const FRAME: Style = AnsiColor::Blue.on_default().bold();
const BOLD: Style = Style::new().bold();

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
            let _ = writeln!(out, "{margin} {FRAME}|{FRAME:#}");
            let _ = writeln!(out, "{FRAME}{} |{FRAME:#} {}", place.line, printable(line));
            let _ = writeln!(out, "{margin} {FRAME}|{FRAME:#} {style}{}{style:#}", mark(place, line));
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

/// Returns spaces up to the place and `^` under it; a tab stays one, so that both lines move alike.
fn mark(place: &Place, line: &str) -> String {
    let before = usize::try_from(place.column.saturating_sub(1)).unwrap_or(0);
    let length = usize::try_from(place.length).unwrap_or(1).max(1);
    let pad = line.chars().chain(std::iter::repeat(' ')).take(before).map(|letter| match letter {
        '\t' => '\t',
        _ => ' ',
    });
    pad.chain(std::iter::repeat_n('^', length)).collect()
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
