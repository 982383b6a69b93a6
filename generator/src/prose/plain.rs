//! Plain language and words that say nothing: what an editor may make better, and what is still blank.
//!
//! What is known about a language stands in `generator/i18n/prose`; a language without such a file is not checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    ops::Range,
    sync::LazyLock,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Prose;
use crate::{
    diagnostic::{Diagnostic, rule},
    markdown::{Kind, Passage},
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
    /// Words of links that say nothing, with a star for whatever follows.
    vague_links: BTreeSet<String>,
    /// Abbreviations whose stop ends no sentence, without the stop.
    stops: BTreeSet<String>,
    /// Abbreviations that everybody knows.
    known: BTreeSet<String>,
    phrases: Phrases,
}

/// Phrases of officials, found all at once in one pass over a text.
struct Phrases {
    known: Vec<Phrase>,
    /// Finds the first words of phrases, up to a star: none where no phrase is known.
    beginnings: Option<AhoCorasick>,
    /// The phrase that each beginning is of.
    whose: Vec<usize>,
}

/// A phrase of officials.
struct Phrase {
    /// Its words in small letters, with a star for any ending.
    words: Vec<String>,
    /// What is plainer.
    twin: String,
}

/// What is known, by language.
static KNOWN: LazyLock<BTreeMap<&str, Words>> = LazyLock::new(|| {
    LANGUAGES.into_iter().filter_map(|(language, _)| Some((language, Words::of(language)?))).collect()
});

/// Finds what stands for something that is not decided, in any language: what a translator left as it was is blank in
/// another language than its own.
static BLANKS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| finder(KNOWN.values().flat_map(|words| [words.blank.clone(), capitalized(&words.blank)])));

/// Returns what finds any of these words in one pass. Its tables are for speed: every word of a site goes through them.
fn finder(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Option<AhoCorasick> {
    // Letters are no rare bytes to look for first; the words are too few to overflow the tables.
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).prefilter(false).build(words).ok()
}

/// Returns words as they stand at the start of a sentence.
fn capitalized(words: &str) -> String {
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", first.to_uppercase())
}

impl Words {
    fn of(language: &str) -> Option<Self> {
        let (_, text) = LANGUAGES.into_iter().find(|(known, _)| *known == language)?;
        // A test sees to it that all of them can be read.
        Self::read(text, &mut Vec::new())
    }

    /// Tells whether words say nothing when they are those of a link.
    fn is_vague(&self, words: &str) -> bool {
        let words = words.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        self.vague_links.iter().any(|vague| match vague.strip_suffix('*') {
            Some(start) => words.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)),
            None => words == *vague,
        })
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
            phrases: Phrases::of(
                fields.map("phrases", yaml::string).into_iter().map(|(key, twin)| (key.value, twin.value)),
            ),
        };
        fields.finish();
        Some(words)
    }
}

impl Phrases {
    fn of(written: impl Iterator<Item = (String, String)>) -> Self {
        let mut known = Vec::new();
        let mut beginnings = BTreeSet::new();
        for (index, (phrase, twin)) in written.enumerate() {
            // With the gap behind it: the letters of short words are in many others.
            let beginning =
                phrase.split_inclusive(' ').next().unwrap_or_default().split('*').next().unwrap_or_default();
            // As in a sentence, at its start and in capitals.
            let cases = [beginning.to_owned(), capitalized(beginning), beginning.to_uppercase()];
            beginnings.extend(cases.map(|letters| (letters, index)));
            known.push(Phrase { words: phrase.split(' ').map(str::to_owned).collect(), twin });
        }
        let (beginnings, whose): (Vec<_>, _) = beginnings.into_iter().unzip();
        let beginnings = finder(beginnings).filter(|_| !known.is_empty());
        Self { known, beginnings, whose }
    }

    /// Finds phrases as whole words, with their plainer twins.
    fn find<'a>(&'a self, text: &str) -> Vec<(Range<usize>, &'a str)> {
        let begun = self.beginnings.iter().flat_map(|beginnings| beginnings.find_overlapping_iter(text));
        let found = begun.filter_map(|begun| {
            let phrase = &self.known[self.whose[begun.pattern().as_usize()]];
            Some((phrase.at(begun.start(), text)?, phrase.twin.as_str()))
        });
        found.collect()
    }
}

impl Phrase {
    /// Returns where the phrase stands whose first letters are at this byte, if all of it does, without the marks
    /// around it.
    fn at(&self, first: usize, text: &str) -> Option<Range<usize>> {
        let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '*';
        let equal = |word: &str, wanted: &str| {
            let bare = word.trim_matches(|letter: char| !is_of_word(letter));
            match wanted.strip_suffix('*') {
                Some(stem) => after(bare, stem).is_some(),
                None => [bare, word].into_iter().any(|word| after(word, wanted) == Some("")),
            }
        };
        let start = text[..first].rfind(' ').map_or(0, |gap| gap + 1);
        let (mut at, mut end) = (start, start);
        for wanted in &self.words {
            let word = text.get(at..)?.split(' ').next()?;
            end = at + word.len();
            // A word begins with the letters that were found, behind nothing but marks.
            if (at == start && text[start..first].contains(is_of_word)) || !equal(word, wanted) {
                return None;
            }
            at = end + 1;
        }
        let words = text[first..end].trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '.');
        Some(first..first + words.len())
    }
}

fn words(fields: &mut Fields<'_>, key: &'static str) -> BTreeSet<String> {
    fields.required_list(key, yaml::string).into_iter().map(|word| word.value).collect()
}

/// The words of a link tell where it leads (WCAG 2.4.4): a screen reader lists links without what stands around them.
pub(super) fn links_speak(prose: &Prose<'_>) -> Vec<Diagnostic> {
    each(prose, |words, passage| {
        let vague = passage.kind == Kind::Link && words.is_vague(&passage.words);
        let whole = (0..passage.words.len(), Diagnostic::new(rule::LINK_WORDS, None).with("words", &passage.words));
        vague.then_some(whole).into_iter().collect()
    })
}

/// Returns the words that stand where something is not decided yet; in a language of which nothing is known the first.
pub(crate) fn blank(language: &str) -> &'static str {
    let known = KNOWN.get(language).or_else(|| KNOWN.get(LANGUAGES[0].0));
    known.map_or("", |words| words.blank.as_str())
}

/// Tells whether words say that something is not decided yet, in some language.
pub(crate) fn is_blank(words: &str) -> bool {
    // What is shown is set with spaces that do not break.
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    BLANKS.as_ref().is_some_and(|blanks| blanks.is_match(&words))
}

/// What the office has not decided yet is told, so that nobody forgets it.
pub(super) fn nothing_is_blank(prose: &Prose<'_>) -> Vec<Diagnostic> {
    each(prose, |_, passage| {
        let blanks = BLANKS.iter().filter(|_| sentences(passage)).flat_map(|blanks| blanks.find_iter(&passage.words));
        blanks.map(|blank| (blank.range(), Diagnostic::new(rule::BLANK, None))).collect()
    })
}

/// A sentence is short enough to be read at once.
pub(super) fn sentences_are_short(prose: &Prose<'_>) -> Vec<Diagnostic> {
    each(prose, |words, passage| {
        // Words are counted only where there are gaps enough.
        let may_be_long = |words: &str| words.bytes().filter(|byte| *byte == b' ').count() >= LONGEST_SENTENCE;
        let read = || split(&passage.words, &words.stops);
        let all = (sentences(passage) && may_be_long(&passage.words)).then(read).into_iter().flatten();
        let all = all.filter(|range| may_be_long(&passage.words[range.clone()]));
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
pub(super) fn words_are_plain(prose: &Prose<'_>) -> Vec<Diagnostic> {
    each(prose, |words, passage| {
        if !sentences(passage) {
            return Vec::new();
        }
        let found = words.phrases.find(&passage.words).into_iter();
        let told = found.filter(|(range, _)| !is_quoted(&passage.words, range.clone())).map(|(range, twin)| {
            let problem = Diagnostic::new(rule::PHRASE_OFFICIAL, None).with("words", &passage.words[range.clone()]);
            (range, problem.with("twin", twin))
        });
        told.collect()
    })
}

/// An abbreviation is explained where it is first met: in brackets after its words, or with its words in brackets.
pub(super) fn abbreviations_are_explained(prose: &Prose<'_>) -> Vec<Diagnostic> {
    let text: Vec<&Passage> = prose.passages.iter().filter(|passage| sentences(passage)).collect();
    let explained = |short: &str| {
        let (after, before) =
            (format!("({short})"), [format!("{short} ("), format!("{short} – "), format!("{short} - ")]);
        text.iter()
            .any(|passage| passage.words.contains(&after) || before.iter().any(|before| passage.words.contains(before)))
    };
    let mut met = BTreeSet::new();
    let mut problems = Vec::new();
    for (passage, range) in
        text.iter().flat_map(|passage| abbreviations(&passage.words).map(move |range| (passage, range)))
    {
        let short = &passage.words[range.clone()];
        if is_quoted(&passage.words, range.clone()) {
            continue;
        }
        let Some(words) = KNOWN.get(prose.language(passage)) else { continue };
        if met.insert(short) && !words.known.contains(short) && !words.is_vague(short) && !explained(short) {
            let place = prose.place(passage, range.clone());
            problems.push(Diagnostic::new(rule::ABBREVIATION_UNEXPLAINED, place).with("short", short));
        }
    }
    problems
}

/// Tells whether words stand in quotes by themselves: they are spoken of, not said.
fn is_quoted(words: &str, range: Range<usize>) -> bool {
    words[..range.start].ends_with(['„', '“', '«', '"']) && words[range.end..].starts_with(['”', '“', '»', '"'])
}

/// Applies a check to every passage by what is known about its language, and puts what it finds in its place.
fn each(prose: &Prose<'_>, check: impl Fn(&Words, &Passage) -> Vec<(Range<usize>, Diagnostic)>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for passage in &prose.passages {
        let Some(words) = KNOWN.get(prose.language(passage)) else { continue };
        let found = check(words, passage).into_iter();
        problems.extend(found.map(|(range, mut problem)| {
            problem.place = Some(prose.place(passage, range));
            problem
        }));
    }
    problems
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
    for (at, mark) in marks(text) {
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

/// Lists the marks that may end a sentence. Bytes of them are no bytes of letters, but for the first one of the dots.
fn marks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_mark = |byte: u8| matches!(byte, b'.' | b'!' | b'?' | b';') || byte == "…".as_bytes()[0];
    let candidates = text.bytes().enumerate().filter(move |(_, byte)| is_mark(*byte));
    candidates.filter_map(|(at, byte)| {
        let mark = if byte.is_ascii() { &text[at..=at] } else { text[at..].get(..3).filter(|mark| *mark == "…")? };
        Some((at, mark))
    })
}

/// Tells whether a stop after `word` says "first" or "second".
fn is_ordinal(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns what follows in `word` after `stem`, if it begins with it in any case.
fn after<'a>(word: &'a str, stem: &str) -> Option<&'a str> {
    let mut letters = word.chars();
    for wanted in stem.chars() {
        let letter = letters.next()?;
        if letter != wanted && !letter.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    Some(letters.as_str())
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
    let has_small = |span: &Range<usize>| text[span.clone()].bytes().any(|letter| letter.is_ascii_lowercase());
    spans(text).filter(move |span| !has_small(span)).map(bare).filter(move |span| {
        let word = &text[span.clone()];
        !shouts && (2..=6).contains(&word.chars().count()) && word.chars().all(char::is_uppercase)
    })
}

/// Lists the words of a text.
fn spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let gaps = text.bytes().enumerate().filter(|(_, byte)| *byte == b' ').map(|(at, _)| at);
    gaps.chain([text.len()]).scan(0, |next, end| Some(mem::replace(next, end + 1)..end))
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
            assert!(!words.phrases.known.is_empty() && words.phrases.beginnings.is_some());
        }
        assert!(Words::of("la").is_none());
    }

    #[test]
    fn words_of_a_link_say_nothing_in_any_case_and_with_what_follows() {
        let words = Words::of("pl").unwrap();
        for vague in ["STĄD", "tutaj.", "Dowiedz się więcej", "kliknij tu, aby zobaczyć", "Kliknij, aby zobaczyć"]
        {
            assert!(words.is_vague(vague), "{vague}");
        }
        for clear in
            ["kliknijmy razem", "kliknij, aby pobrać projekt strategii", "plan parku", "dowiedz się więcej o parku", ""]
        {
            assert!(!words.is_vague(clear), "{clear}");
        }
    }

    #[test]
    fn blanks_are_found_in_all_languages_and_at_the_start_of_a_sentence() {
        for words in KNOWN.values() {
            assert!(
                is_blank(&words.blank) && is_blank(&format!("„{}.”", capitalized(&words.blank))),
                "{}",
                words.blank
            );
        }
        assert!(!is_blank("urząd uzupełni"));
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
        let text = "Niezwłocznie dokonać uzupełnienia (niniejszego wniosku). PONIŻSZY, a w przypadku, gdy brak. Ten!";
        let found = |phrase: &str| -> Vec<&str> {
            let phrases = Phrases::of([(phrase.to_owned(), String::new())].into_iter());
            phrases.find(text).into_iter().map(|(range, _)| &text[range]).collect()
        };
        assert_eq!(found("niezwłocznie"), ["Niezwłocznie"]);
        assert_eq!(found("dokon* uzupełnienia"), ["dokonać uzupełnienia"]);
        assert_eq!(found("niniejsz*"), ["niniejszego"]);
        assert_eq!(found("w przypadku, gdy"), ["w przypadku, gdy"]);
        assert_eq!(found("poniższy"), ["PONIŻSZY"]);
        assert_eq!(found("ten"), ["Ten"]);
        let phrases = Phrases::of([("za pośrednictwem".to_owned(), "przez".to_owned())].into_iter());
        for text in ["Za Pośrednictwem poczty", "ZA pośrednictwem", "oraza pośrednictwem"] {
            assert_eq!(phrases.find(text).len(), usize::from(!text.starts_with('o')), "{text}");
        }
        for absent in ["wniosek", "uzupełni", "pełnienia", "gdy brak. ten! to", "niniejsz"] {
            assert!(found(absent).is_empty(), "{absent}");
        }
        assert!(Phrases::of(std::iter::empty()).find(text).is_empty());
    }

    #[test]
    fn abbreviations_are_words_in_capitals() {
        let text = "Dębowski Obszar (DOF), PKP i Dębowo, A4, Łódź ŁDZ.";
        let found: Vec<&str> = abbreviations(text).map(|range| &text[range]).collect();
        assert_eq!(found, ["DOF", "PKP", "ŁDZ"]);
        assert_eq!(abbreviations("UWAGA NA PSA").count(), 0);
    }
}
