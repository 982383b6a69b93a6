//! Plain language and words that say nothing: what an editor may make better, and what is still blank.
//!
//! What is known about a language stands in `generator/i18n/prose`; a language without such a file is not checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::prose::Prose;
use crate::{
    diagnostic::{Diagnostic, rule},
    markdown::{Kind, Passage},
    model::Site,
    yaml::{self, Fields},
};

const LANGUAGES: [(&str, &str); 3] = [
    ("pl", include_str!("../../i18n/prose/pl.yaml")),
    ("en", include_str!("../../i18n/prose/en.yaml")),
    ("uk", include_str!("../../i18n/prose/uk.yaml")),
];

/// Most words of a sentence that is read at once.
const LONGEST_SENTENCE: usize = 25;

/// What is known about a language.
struct Words {
    /// What stands where something is not decided yet.
    blank: String,
    vague_links: BTreeSet<String>,
    /// Abbreviations whose stop ends no sentence, without the stop.
    stops: BTreeSet<String>,
    /// Abbreviations that everybody knows.
    known: BTreeSet<String>,
    /// Phrases of officials, with a star for any ending, and their plainer twins.
    phrases: Vec<(String, String)>,
}

impl Words {
    fn of(language: &str) -> Option<Self> {
        let (_, text) = LANGUAGES.into_iter().find(|(known, _)| *known == language)?;
        // A test sees to it that all of them can be read.
        Self::read(text, &mut Vec::new())
    }

    fn read(text: &str, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let node = yaml::parse("i18n/prose", text).map_err(|problem| problems.push(problem)).ok()?;
        let mut fields = Fields::new(&node, problems);
        let blank = fields.required_string("blank");
        let words = Self {
            blank: blank?.value,
            vague_links: words(&mut fields, "vague_links"),
            stops: words(&mut fields, "stops"),
            known: words(&mut fields, "known"),
            phrases: fields
                .map("phrases", yaml::string)
                .into_iter()
                .map(|(key, twin)| (key.value, twin.value))
                .collect(),
        };
        fields.finish();
        Some(words)
    }
}

fn words(fields: &mut Fields<'_>, key: &'static str) -> BTreeSet<String> {
    fields.required_list(key, yaml::string).into_iter().map(|word| word.value).collect()
}

/// The words of a link tell where it leads (WCAG 2.4.4): a screen reader lists links without what stands around them.
pub(super) fn links_speak(_: &Site, all: &[Prose<'_>]) -> Vec<Diagnostic> {
    each(all, |words, passage| {
        let link = passage.words.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        let vague = passage.kind == Kind::Link && words.vague_links.contains(&link);
        let whole = (0..passage.words.len(), Diagnostic::new(rule::LINK_WORDS, None).with("words", &passage.words));
        vague.then_some(whole).into_iter().collect()
    })
}

/// Tells whether words say that something is not decided yet, in some language.
pub(super) fn is_blank(words: &str) -> bool {
    // What is shown is set with spaces that do not break.
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    known().into_values().any(|known| words.contains(&known.blank))
}

/// What the office has not decided yet is told, so that nobody forgets it.
pub(super) fn nothing_is_blank(_: &Site, all: &[Prose<'_>]) -> Vec<Diagnostic> {
    // What a translator left as it was is blank in another language than its own.
    let blanks: BTreeSet<String> = known().into_values().map(|words| words.blank).collect();
    each(all, |_, passage| {
        let blanks = blanks.iter().filter(|_| sentences(passage)).flat_map(|blank| passage.words.match_indices(blank));
        blanks.map(|(at, blank)| (at..at + blank.len(), Diagnostic::new(rule::BLANK, None))).collect()
    })
}

/// A sentence is short enough to be read at once.
pub(super) fn sentences_are_short(_: &Site, all: &[Prose<'_>]) -> Vec<Diagnostic> {
    each(all, |words, passage| {
        let all = sentences(passage).then(|| split(&passage.words, &words.stops)).into_iter().flatten();
        let counted =
            all.map(|range| (range.clone(), passage.words[range].split(' ').filter(|word| is_word(word)).count()));
        let long = counted.filter(|(_, count)| *count > LONGEST_SENTENCE);
        long.map(|(range, count)| {
            let problem =
                Diagnostic::new(rule::SENTENCE_LONG, None).with("count", count).with("most", LONGEST_SENTENCE);
            (range, problem)
        })
        .collect()
    })
}

/// A phrase of officials has a plainer twin.
pub(super) fn words_are_plain(_: &Site, all: &[Prose<'_>]) -> Vec<Diagnostic> {
    each(all, |words, passage| {
        if !sentences(passage) {
            return Vec::new();
        }
        let found = words
            .phrases
            .iter()
            .flat_map(|(phrase, twin)| matches(&passage.words, phrase).into_iter().map(move |range| (range, twin)));
        let told = found.map(|(range, twin)| {
            let problem = Diagnostic::new(rule::PHRASE_OFFICIAL, None).with("words", &passage.words[range.clone()]);
            (range, problem.with("twin", twin))
        });
        told.collect()
    })
}

/// An abbreviation is explained where it is first met: in brackets after its words, or with its words in brackets.
pub(super) fn abbreviations_are_explained(_: &Site, all: &[Prose<'_>]) -> Vec<Diagnostic> {
    let known = known();
    let mut problems = Vec::new();
    for prose in all {
        let text: Vec<&Passage> = prose.passages.iter().filter(|passage| sentences(passage)).collect();
        let explained = |short: &str| {
            let (after, before) =
                (format!("({short})"), [format!("{short} ("), format!("{short} – "), format!("{short} - ")]);
            text.iter().any(|passage| {
                passage.words.contains(&after) || before.iter().any(|before| passage.words.contains(before))
            })
        };
        let mut met = BTreeSet::new();
        for (passage, range) in
            text.iter().flat_map(|passage| abbreviations(&passage.words).map(move |range| (passage, range)))
        {
            let short = &passage.words[range.clone()];
            let Some(words) = known.get(prose.language(passage)) else { continue };
            if met.insert(short.to_owned()) && !words.known.contains(short) && !explained(short) {
                let place = prose.place(passage, range.clone());
                problems.push(Diagnostic::new(rule::ABBREVIATION_UNEXPLAINED, place).with("short", short));
            }
        }
    }
    problems
}

/// Applies a check to every passage by what is known about its language, and puts what it finds in its place.
fn each(all: &[Prose<'_>], check: impl Fn(&Words, &Passage) -> Vec<(Range<usize>, Diagnostic)>) -> Vec<Diagnostic> {
    let known = known();
    let mut problems = Vec::new();
    for prose in all {
        for passage in &prose.passages {
            let Some(words) = known.get(prose.language(passage)) else { continue };
            let found = check(words, passage).into_iter();
            problems.extend(found.map(|(range, mut problem)| {
                problem.place = Some(prose.place(passage, range));
                problem
            }));
        }
    }
    problems
}

/// Returns what is known, by language.
fn known() -> BTreeMap<&'static str, Words> {
    LANGUAGES.into_iter().filter_map(|(language, _)| Some((language, Words::of(language)?))).collect()
}

fn sentences(passage: &Passage) -> bool {
    matches!(passage.kind, Kind::Text | Kind::Cell)
}

fn is_word(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// Splits words into sentences: a stop ends one unless an abbreviation or a number has it, or a small letter follows.
fn split(text: &str, stops: &BTreeSet<String>) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, mark) in text.match_indices(['.', '!', '?', '…', ';']) {
        let end = at + mark.len();
        let rest = text[end..].trim_start_matches(['"', '”', ')', '»']);
        let next = rest.strip_prefix(' ').and_then(|rest| rest.trim_start_matches(['„', '(', '«', '"']).chars().next());
        let before = text[start..at].rsplit([' ', '(', '\u{a0}']).next().unwrap_or_default();
        let short = mark == "." && (stops.contains(&before.to_lowercase()) || is_ordinal(before));
        let ends = match next {
            None => rest.is_empty(),
            Some(letter) => mark == ";" || (!letter.is_lowercase() && !short),
        };
        if ends {
            sentences.push(start..end);
            start = text.len() - text[end..].trim_start_matches(['"', '”', ')', '»', ' ']).len();
        }
    }
    if start < text.len() {
        sentences.push(start..text.len());
    }
    sentences
}

/// Tells whether a stop after `word` says "first" or "second".
fn is_ordinal(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Finds a phrase, whose words may have a star for any ending, as whole words and in any case.
fn matches(text: &str, phrase: &str) -> Vec<Range<usize>> {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    let spans: Vec<Range<usize>> = spans(text).collect();
    let equal = |span: &Range<usize>, wanted: &str| {
        let word = text[span.clone()].to_lowercase();
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '*');
        match wanted.strip_suffix('*') {
            Some(stem) => bare.starts_with(stem),
            None => bare == wanted || word == wanted,
        }
    };
    let found =
        spans.windows(wanted.len()).filter(|window| window.iter().zip(&wanted).all(|(span, word)| equal(span, word)));
    let trimmed = found.map(|window| {
        let whole = window[0].start..window[window.len() - 1].end;
        let words = &text[whole.clone()];
        let start =
            whole.start + (words.len() - words.trim_start_matches(|letter: char| !letter.is_alphanumeric()).len());
        start..whole.start + words.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '.').len()
    });
    trimmed.collect()
}

/// Finds words of two to six capitals.
fn abbreviations(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bare = |span: Range<usize>| {
        let word = &text[span.clone()];
        let start = span.start + (word.len() - word.trim_start_matches(|letter: char| !letter.is_alphanumeric()).len());
        start..(span.start + word.trim_end_matches(|letter: char| !letter.is_alphanumeric()).len()).max(start)
    };
    // A line in capitals is a heading that shouts, not abbreviations.
    let shouts = !text.chars().any(char::is_lowercase);
    spans(text).map(bare).filter(move |span| {
        let word = &text[span.clone()];
        !shouts && (2..=6).contains(&word.chars().count()) && word.chars().all(char::is_uppercase)
    })
}

/// Lists the words of a text.
fn spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split(' ').scan(0, |next, word| {
        let start = *next;
        *next += word.len() + 1;
        Some(start..start + word.len())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_language_can_be_read() {
        for (_, text) in LANGUAGES {
            let mut problems = Vec::new();
            let words = Words::read(text, &mut problems).unwrap();
            assert_eq!(problems, []);
            assert!(!words.phrases.is_empty());
        }
        assert!(Words::of("la").is_none());
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        let words = Words::of("pl").unwrap();
        let table: [(&str, &[&str]); 6] = [
            ("Ala ma kota. Kot ma Alę!", &["Ala ma kota.", "Kot ma Alę!"]),
            ("Dz. U. z 2021 r. poz. 1057. Potem", &["Dz. U. z 2021 r. poz. 1057.", "Potem"]),
            ("Mówi: „Tak.” Potem idzie.", &["Mówi: „Tak.", "Potem idzie."]),
            ("Punkt 1. Kot, np. Mruczek", &["Punkt 1. Kot, np. Mruczek"]),
            ("raz; dwa", &["raz;", "dwa"]),
            ("bez kropki", &["bez kropki"]),
        ];
        for (text, expected) in table {
            let found: Vec<&str> = split(text, &words.stops).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn phrases_are_found_in_their_forms() {
        let text = "Niezwłocznie dokonać uzupełnienia (niniejszego wniosku).";
        let found =
            |phrase: &str| -> Vec<&str> { matches(text, phrase).into_iter().map(|range| &text[range]).collect() };
        assert_eq!(found("niezwłocznie"), ["Niezwłocznie"]);
        assert_eq!(found("dokon* uzupełnienia"), ["dokonać uzupełnienia"]);
        assert_eq!(found("niniejsz*"), ["niniejszego"]);
        assert!(found("wniosek").is_empty());
    }

    #[test]
    fn abbreviations_are_words_in_capitals() {
        let text = "Dębowski Obszar (DOF), PKP i Dębowo, A4, Łódź ŁDZ.";
        let found: Vec<&str> = abbreviations(text).map(|range| &text[range]).collect();
        assert_eq!(found, ["DOF", "PKP", "ŁDZ"]);
        assert_eq!(abbreviations("UWAGA NA PSA").count(), 0);
    }
}
