//! Spaces that hold a line together.

use std::ops::Range;

use super::{Edit, NO_BREAK_SPACE};

/// Stand before a number: "art. 6", "§ 5", "nr XII/214".
const BEFORE_NUMBERS: [&str; 20] = [
    "art.", "ust.", "pkt", "poz.", "lit.", "nr", "§", "§§", "godz.", "str.", "s.", "tab.", "rys.", "rozdz.", "zał.",
    "tel.", "ok.", "tom", "ul.", "os.",
];
/// Stand before one number that may have a hyphen.
const NAMED: [&str; 7] = ["tel.", "fax", "faks", "nr", "issn", "isbn", "krs"];
/// Stand before a name: "ul. Rynek", "dr Nowak".
const BEFORE_NAMES: [&str; 14] =
    ["ul.", "al.", "pl.", "os.", "im.", "św.", "gen.", "ks.", "dr", "prof.", "mgr", "inż.", "gm.", "pow."];
/// Stand after a number: "2021 r.", "100 zł", "12 %".
const UNITS: [&str; 36] = [
    "r.", "r", "zł", "gr", "euro", "%", "‰", "tys.", "mln", "mld", "km", "m", "cm", "mm", "ha", "kg", "g", "t", "l",
    "m²", "km²", "m2", "km2", "m³", "m3", "kW", "kWh", "MW", "MWh", "GWh", "°C", "min", "s", "szt.", "lat", "dni",
];
const MONTHS: [&str; 12] = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
];
/// Bytes of the longest word that stands before another, whatever its case.
const LONGEST: usize = 8;

/// Stand after "tys.", "mln", "mld".
const MONEY: [&str; 4] = ["zł", "euro", "EUR", "USD"];

/// Finds the spaces at which no line may end.
pub(super) fn bound(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut words = words(text);
    let Some(mut left) = words.next() else { return edits };
    for right in words {
        // Several spaces are somebody's own layout.
        let gap = left.end..right.start;
        let single = matches!(&text[gap.clone()], " " | "\n");
        let (before, after) = (&text[left], &text[right.clone()]);
        if single && may_bind(opened(before)) && binds(before, after) {
            edits.push((gap, NO_BREAK_SPACE));
        }
        left = right;
    }
    edits
}

/// Lists the words of a text: what stands between white space.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = Some(0);
    let piece = move || {
        let start = rest?;
        let gap = next_gap(text, start);
        rest = gap.as_ref().map(|gap| gap.end);
        Some(start..gap.map_or(text.len(), |gap| gap.start))
    };
    std::iter::from_fn(piece).filter(|word| !word.is_empty())
}

/// Returns the first white space from this byte on, one letter of it.
fn next_gap(text: &str, from: usize) -> Option<Range<usize>> {
    // The first bytes of all white space; of letters, those of Polish have others.
    let may_be_gap = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r' | 0xc2 | 0xe1..=0xe3);
    let mut at = from;
    loop {
        at += text.as_bytes()[at..].iter().position(may_be_gap)?;
        let letter = text[at..].chars().next()?;
        let end = at + letter.len_utf8();
        if is_gap(letter) {
            return Some(at..end);
        }
        at = end;
    }
}

/// Tells whether what ends with `text` announces a number: "str. " does.
pub(super) fn counts(text: &str) -> bool {
    let word = opened(last_word(text.trim_end()));
    text.ends_with(char::is_whitespace) && is_one_of(&BEFORE_NUMBERS, word) && !names(text)
}

/// Tells whether what ends with `text` announces one number, whose parts are no range: "tel. 41-367", "działka nr 12-45".
pub(super) fn names(text: &str) -> bool {
    let word = opened(last_word(text.trim_end())).to_lowercase();
    is_one_of(&NAMED, word.trim_end_matches(':'))
}

/// Tells whether what `text` begins with is counted by the number before it: " lat" is.
pub(super) fn is_counted(text: &str) -> bool {
    let word = first_word(text.trim_start());
    text.starts_with(char::is_whitespace) && (is_unit(word) || MONTHS.contains(&closed(word)))
}

/// Tells at a glance that most words do not bind: all that do are short, or numbers.
fn may_bind(left: &str) -> bool {
    left.len() <= LONGEST || left.ends_with(|letter: char| letter.is_ascii_digit()) || is_roman(left)
}

/// Tells whether two neighbouring words stay on one line.
fn binds(left: &str, right: &str) -> bool {
    let (left, next) = (opened(left), opened(right));
    let mut letters = left.chars();
    match (letters.next(), letters.as_str()) {
        // A one-letter word belongs to the next.
        (Some(letter), "") if "aiouwzAIOUWZ".contains(letter) => {
            return next.starts_with(|letter: char| letter.is_alphanumeric() || letter == '\u{fffc}');
        }
        // An initial belongs to the name.
        (Some(letter), ".") if letter.is_uppercase() => return next.starts_with(char::is_uppercase),
        _ => {}
    }
    let digit = |letter: char| letter.is_ascii_digit();
    if (next.starts_with(digit) || is_roman(next)) && is_one_of(&BEFORE_NUMBERS, &left.to_lowercase()) {
        return true;
    }
    if next.starts_with(char::is_uppercase) && is_one_of(&BEFORE_NAMES, left) {
        return true;
    }
    match left {
        "lit." => return closed(next).chars().count() == 1,
        "Dz." => return next.starts_with("U."),
        "tys." | "mln" | "mld" => return MONEY.contains(&closed(right).trim_end_matches('.')),
        _ => {}
    }
    if is_roman(left) {
        return closed(right) == "w.";
    }
    if !left.ends_with(digit) {
        return false;
    }
    let day = left.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
    is_unit(right) || (day && MONTHS.contains(&closed(right))) || is_grouped(left, right)
}

/// Tells whether two words are groups of one number: "12 345", a phone.
fn is_grouped(left: &str, right: &str) -> bool {
    let digits = |word: &str| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_digit());
    let right = right.split(',').next().unwrap_or_default().trim_end_matches(['.', ')', ';', ':', '?', '!']);
    left.len() <= 3 && digits(left) && right.len() == 3 && digits(right)
}

fn is_unit(word: &str) -> bool {
    let word = closed(word);
    // A unit with a dot of its own keeps it, any may end a sentence.
    UNITS.contains(&word) || UNITS.contains(&word.trim_end_matches('.'))
}

fn is_roman(word: &str) -> bool {
    if !word.starts_with(is_roman_digit) {
        return false;
    }
    let digits = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    let digits = digits.split(['/', '-', '–']).next().unwrap_or_default();
    !digits.is_empty() && digits.chars().all(is_roman_digit)
}

fn is_roman_digit(letter: char) -> bool {
    matches!(letter, 'I' | 'V' | 'X' | 'L' | 'C' | 'D' | 'M')
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.contains(&word)
}

fn last_word(text: &str) -> &str {
    text.rsplit(is_gap).next().unwrap_or_default()
}

fn first_word(text: &str) -> &str {
    text.split(is_gap).next().unwrap_or_default()
}

fn is_gap(letter: char) -> bool {
    letter.is_whitespace()
}

/// Drops what opens a word: quotes and brackets.
fn opened(word: &str) -> &str {
    let opens = |mark: char| matches!(mark, '(' | '[' | '{' | '„' | '«' | '”' | '"' | '‚' | '\'');
    word.trim_start_matches(opens)
}

/// Drops what follows a word: quotes, brackets and marks, but not a dot.
fn closed(word: &str) -> &str {
    let closes = |mark: char| matches!(mark, ',' | ';' | ':' | ')' | ']' | '}' | '”' | '»' | '"' | '!' | '?' | '…');
    word.trim_end_matches(closes)
}
