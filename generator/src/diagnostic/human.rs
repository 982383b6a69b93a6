//! Problems as a person reads them: what happened, the line with a mark under it, what to do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Diagnostic, Place, Severity};
use crate::source::Source;
use crate::yaml::{self, Fields};

/// The sentences of the rules in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    rules: BTreeMap<String, RuleTexts>,
    /// Words for severities and kinds of values.
    words: BTreeMap<String, String>,
    /// The question asked when a near word is known.
    nearest: String,
    /// What commands say when all went well.
    phrases: BTreeMap<String, String>,
}

/// The sentences of one rule, with `{placeholders}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleTexts {
    /// What happened.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
}

impl Texts {
    /// Returns the Polish texts, which are compiled in.
    ///
    /// A text that cannot be read is left out (a test sees to it that there is none), and the
    /// problem is then shown by the id of its rule.
    pub(crate) fn polish() -> Self {
        Self::read("i18n/pl.yaml", include_str!("../../i18n/pl.yaml"), &mut Vec::new())
    }

    fn read(file: &str, text: &str, problems: &mut Vec<Diagnostic>) -> Self {
        let node = match yaml::parse(file, text) {
            Ok(node) => node,
            Err(problem) => {
                problems.push(problem);
                return Self::default();
            }
        };
        let mut fields = Fields::new(&node, problems);
        let texts = Self {
            rules: fields.map("rules", RuleTexts::read).into_iter().map(unplaced).collect(),
            words: fields
                .map("words", yaml::string)
                .into_iter()
                .map(unplaced)
                .map(|(key, word)| (key, word.value))
                .collect(),
            nearest: fields.required_string("nearest").map(|text| text.value).unwrap_or_default(),
            phrases: fields
                .map("phrases", yaml::string)
                .into_iter()
                .map(unplaced)
                .map(|(key, phrase)| (key, phrase.value))
                .collect(),
        };
        fields.finish();
        texts
    }

    /// Returns the sentences of a rule, placeholders and all.
    pub(crate) fn rule(&self, rule: &str) -> Option<&RuleTexts> {
        self.rules.get(rule)
    }

    /// Returns what happened, as one sentence without a line break.
    pub(crate) fn message(&self, diagnostic: &Diagnostic) -> String {
        let Some(texts) = self.rule(diagnostic.rule) else {
            return diagnostic
                .args
                .iter()
                .fold(diagnostic.rule.to_owned(), |message, (name, value)| format!("{message} {name}={value}"));
        };
        self.fill(&texts.message, diagnostic)
    }

    /// Returns what to do about it; empty when there is nothing to say.
    pub(crate) fn hint(&self, diagnostic: &Diagnostic) -> String {
        let question = diagnostic.args.iter().any(|(name, _)| *name == "nearest").then_some(self.nearest.as_str());
        let hint = self.rule(diagnostic.rule).map(|texts| texts.hint.as_str());
        let sentences: Vec<String> =
            question.into_iter().chain(hint).map(|sentence| self.fill(sentence, diagnostic)).collect();
        sentences.join(" ")
    }

    /// Returns what a command says, with its placeholders filled.
    pub(crate) fn phrase(&self, key: &str, values: &[(&str, &str)]) -> String {
        let phrase = self.phrases.get(key).map_or(key, String::as_str);
        forms::fill(phrase, |name| {
            let (_, value) = values.iter().find(|(key, _)| *key == name)?;
            Some((*value).to_owned())
        })
    }

    fn fill(&self, template: &str, diagnostic: &Diagnostic) -> String {
        forms::fill(template, |name| {
            let (_, value) = diagnostic.args.iter().find(|(arg, _)| *arg == name)?;
            let word = matches!(name, "expected" | "found").then(|| self.words.get(value)).flatten();
            Some(one_line(word.unwrap_or(value)))
        })
    }

    fn word<'a>(&'a self, key: &'a str) -> &'a str {
        self.words.get(key).map_or(key, String::as_str)
    }
}

impl RuleTexts {
    fn read(node: &yaml::Node, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut fields = Fields::new(node, problems);
        let message = fields.required_string("message");
        let hint = fields.required_string("hint");
        fields.finish();
        Some(Self { message: message?.value, hint: hint?.value })
    }
}

/// Writes problems in the order given, each with the line it is about.
pub(crate) fn human(diagnostics: &[Diagnostic], source: &Source, texts: &Texts) -> String {
    let frames: Vec<String> = diagnostics.iter().map(|diagnostic| problem(diagnostic, source, texts)).collect();
    frames.join("\n")
}

fn problem(diagnostic: &Diagnostic, source: &Source, texts: &Texts) -> String {
    let severity = texts.word(severity_key(diagnostic.severity));
    let mut out = format!("{severity}[{}]: {}\n", diagnostic.rule, texts.message(diagnostic));
    let mut margin = String::new();
    if let Some(place) = &diagnostic.place {
        margin = " ".repeat(place.line.to_string().len());
        // Writing to a String cannot fail.
        let _ = match place.line {
            0 => writeln!(out, "{margin}--> {}", place.file),
            line => writeln!(out, "{margin}--> {}:{line}:{}", place.file, place.column),
        };
        if let Some(line) = line_of(place, source) {
            let _ = writeln!(out, "{margin} |\n{} | {}", place.line, printable(line));
            let _ = writeln!(out, "{margin} | {}", mark(place, line));
        }
    }
    let hint = texts.hint(diagnostic);
    if !hint.is_empty() {
        let _ = writeln!(out, "{margin} = {hint}");
    }
    out
}

fn severity_key(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
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
fn one_line(word: &str) -> String {
    const MOST: usize = 400;
    let words = word.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = printable(&words);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}

fn unplaced<T>((key, value): (super::Spanned<String>, T)) -> (String, T) {
    (key.value, value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diagnostic::{Lines, rule};

    #[test]
    fn every_rule_has_its_texts_and_every_text_its_rule() {
        let mut problems = Vec::new();
        let texts = Texts::read("pl.yaml", include_str!("../../i18n/pl.yaml"), &mut problems);
        assert_eq!(problems, []);
        assert_eq!(texts, Texts::polish());
        let known: BTreeSet<&str> = rule::RULES.iter().map(|(rule, _)| *rule).collect();
        let told: BTreeSet<&str> = texts.rules.keys().map(String::as_str).collect();
        assert_eq!(known.len(), rule::RULES.len(), "an id stands twice");
        assert_eq!(known, told);
    }

    #[test]
    fn texts_use_only_the_words_their_rule_carries() {
        let texts = Texts::polish();
        for (rule, args) in rule::RULES {
            let RuleTexts { message, hint } = texts.rule(rule).unwrap();
            let all = args.iter().fold(Diagnostic::error(rule, None), |problem, arg| problem.with(arg, "x"));
            let filled = format!("{} {}", texts.message(&all), texts.hint(&all));
            assert!(!filled.replace("{#cel-1}", "").contains(['{', '}']), "{rule}: {message} {hint}");
            assert!(message.ends_with('.') && hint.ends_with(['.', '?']), "{rule} ends without a stop");
        }
    }

    #[test]
    fn every_kind_of_value_has_a_word() {
        let texts = Texts::polish();
        let severities = ["error", "warning", "info"];
        let kinds = ["nothing", "boolean", "integer", "number", "text", "list", "map", "date"];
        let keys: BTreeSet<&str> = severities.into_iter().chain(kinds).collect();
        assert_eq!(keys, texts.words.keys().map(String::as_str).collect());
    }

    #[test]
    fn a_problem_is_shown_at_its_line() {
        let file = "content/strategia-2030/forms/ankieta.yaml";
        let text = "title: Ankieta\n\ttilte: Źdźbło\n";
        let source = Source::from_texts([(file, text)]);
        let place = Lines::new(file, text).place(16..21);
        let problems = [Diagnostic::error(rule::UNKNOWN_KEY, place).with("key", "tilte").nearest("tilte", ["title"])];
        let shown = human(&problems, &source, &Texts::polish());
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "błąd[unknown-key]: Pole „tilte” nie jest znane.");
        assert_eq!(lines[1], " --> content/strategia-2030/forms/ankieta.yaml:2:2");
        assert_eq!(lines[2..5], ["  |", "2 | \ttilte: Źdźbło", "  | \t^^^^^"]);
        assert!(lines[5].starts_with("  = Czy chodziło o „title”? "), "{}", lines[5]);
    }

    #[test]
    fn a_problem_without_a_line_or_a_file_is_shown_too() {
        let source = Source::default();
        let problems = [
            Diagnostic::warning(rule::BASE_URL_MISSING, None),
            Diagnostic::error(rule::NOT_UTF8, Place { file: "content/a.md".into(), line: 7, column: 3, length: 1 }),
            Diagnostic::warning(rule::FILE_UNREFERENCED, Place::whole("content/b.pdf")),
        ];
        let shown = human(&problems, &source, &Texts::polish());
        assert!(shown.starts_with("ostrzeżenie[base-url-missing]: "));
        assert!(shown.contains("--> content/a.md:7:3\n"));
        assert!(shown.contains("--> content/b.pdf\n"));
        assert!(!shown.contains('^'));
    }

    #[test]
    fn what_comes_from_the_content_stays_on_its_line() {
        let problem = Diagnostic::error(rule::UNKNOWN_KEY, None).with("key", "a\n\u{1b}[31mb {key}");
        assert_eq!(Texts::polish().message(&problem), "Pole „a \u{fffd}[31mb {key}” nie jest znane.");
    }
}
