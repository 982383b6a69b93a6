//! Typography: what no editor types and every reader of print expects.
//!
//! [`typeset`] is a pure function over text that is shown; [`typeset_runs`] the same over text that markup cuts into
//! runs. A language without rules leaves text as it is; spaces that hold are a matter of Polish alone. Each pass changes only what it is sure of:
//! quotes that do not pair stay straight, and a hyphen between numbers stays one unless it can only be a range. Doing it
//! twice changes nothing more, and [`plain`] undoes it for comparisons.
//!
//! The Polish rules are those of the school (PWN) and of office practice: „…” with «…» inside, a dash with spaces, a
//! range without, no line break after a one-letter word nor between a number and what it belongs to.

mod spaces;

pub(crate) use self::spaces::words;

use std::{
    borrow::Cow,
    ops::{Range, RangeInclusive},
};

/// The language whose one-letter words and numbers hold a line together.
const POLISH: &str = "pl";
/// The languages that have rules, and their quotes: the outer ones, and those inside of them. English quotes inside are
/// apostrophes, of which nobody can be sure.
const QUOTES: [(&str, &[Pair]); 3] =
    [(POLISH, &[("„", "”"), ("«", "»")]), ("en", &[("“", "”")]), ("uk", &[("«", "»"), ("„", "“")])];

/// What opens and what closes a quote.
type Pair = (&'static str, &'static str);
/// Stands in a text for something that is no text, such as code: a word of its own.
pub(crate) const SOLID: &str = "\u{fffc}";
/// Stands in a text for the end of a line.
pub(crate) const BREAK: &str = "\u{2028}";

const NO_BREAK_SPACE: &str = "\u{a0}";

/// A stretch of a text and what comes in its place.
type Edit = (Range<usize>, &'static str);

/// Returns `text` as it is shown in `language`.
pub(crate) fn typeset<'a>(language: &str, text: &'a str) -> Cow<'a, str> {
    let mut runs = [Cow::Borrowed(text)];
    typeset_runs(language, &mut runs);
    let [set] = runs;
    set
}

/// Sets a text that markup cuts into `runs`, so that a quote or a space sees what stands behind the markup.
pub(crate) fn typeset_runs(language: &str, runs: &mut [Cow<'_, str>]) {
    let Some((_, pairs)) = QUOTES.iter().find(|(known, _)| *known == language) else { return };
    let mut text = runs.concat();
    // Each pass sees what the one before has made.
    let mut set = |find: &dyn Fn(&str) -> Vec<Edit>| {
        let edits = find(&text);
        if !edits.is_empty() {
            replace(runs, &edits);
            text = runs.concat();
        }
    };
    set(&ellipses);
    set(&|text| quotes(pairs, text));
    set(&dashes);
    if language == POLISH {
        set(&spaces::bound);
    }
}

/// Returns `runs` as they are shown, but for the stretches `solid`, which stay as they are and count as a word each.
/// Stretches are in order, in bytes over all runs, between letters.
pub(crate) fn typeset_around(language: &str, runs: &[String], solid: &[Range<usize>]) -> Vec<String> {
    // The runs, cut where a stretch begins or ends: the run that a piece is of, and what of it is not set.
    let mut owners: Vec<(usize, Option<&str>)> = Vec::new();
    let mut pieces: Vec<Cow<'_, str>> = Vec::new();
    let mut start = 0;
    for (index, run) in runs.iter().enumerate() {
        let mut done = 0;
        for stretch in solid {
            let inside = stretch.start.clamp(start + done, start + run.len()) - start
                ..stretch.end.clamp(start + done, start + run.len()) - start;
            if inside.is_empty() {
                continue;
            }
            owners.extend([(index, None), (index, Some(&run[inside.clone()]))]);
            pieces.extend([Cow::Borrowed(&run[done..inside.start]), Cow::Borrowed(SOLID)]);
            done = inside.end;
        }
        owners.push((index, None));
        pieces.push(Cow::Borrowed(&run[done..]));
        start += run.len();
    }
    typeset_runs(language, &mut pieces);
    let mut set = vec![String::new(); runs.len()];
    for ((index, solid), piece) in owners.iter().zip(&pieces) {
        set[*index].push_str(solid.unwrap_or(piece));
    }
    set
}

/// Makes `edits`, in the order of the text and counted over all runs: what comes goes into the run where it starts.
fn replace(runs: &mut [Cow<'_, str>], edits: &[Edit]) {
    let mut edits = edits.iter().peekable();
    // Where the run starts, and where the last edit ends, which may be in a later run.
    let (mut start, mut gone) = (0, 0);
    for run in runs {
        let end = start + run.len();
        let mut set = String::new();
        let mut done = gone.clamp(start, end) - start;
        let mut touched = done > 0;
        while let Some((range, with)) = edits.next_if(|(range, _)| range.start < end) {
            set.push_str(&run[done..range.start - start]);
            set.push_str(with);
            (done, gone, touched) = (range.end.min(end) - start, range.end, true);
        }
        if touched {
            set.push_str(&run[done..]);
            *run = Cow::Owned(set);
        }
        start = end;
    }
}

/// Returns `text` as it is compared: all double quotes `"`, all dashes `-`, every white space a space, no soft hyphens.
pub(crate) fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| *letter != '\u{ad}');
    let plain = letters.map(|letter| match letter {
        '„' | '”' | '“' | '‟' | '«' | '»' | '＂' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        white if white.is_whitespace() => ' ',
        letter => letter,
    });
    plain.collect()
}

/// Three dots are one sign; four and more are a line to write on.
fn ellipses(text: &str) -> Vec<Edit> {
    let dots = text.match_indices('.').map(|(at, _)| at).filter(|at| text[*at..].starts_with("..."));
    let alone = |at: &usize| !text[..*at].ends_with('.') && !text[at + 3..].starts_with('.');
    dots.filter(alone).map(|at| (at..at + 3, "…")).collect()
}

/// Straight quotes become those of `pairs`, inside of others the second; none does in a text where some quote has no
/// other, or where they stand deeper.
fn quotes(pairs: &[Pair], text: &str) -> Vec<Edit> {
    if !text.contains('"') {
        return Vec::new();
    }
    let mut edits = Vec::new();
    // The pairs that are open.
    let mut open: Vec<Pair> = Vec::new();
    for (at, letter) in text.char_indices() {
        let is = |mark: &str| mark.chars().eq([letter]);
        let inside = |open: &[Pair]| usize::from(open.last() == pairs.first());
        let right = if letter == '"' && opens(text, at) {
            let pair = pairs.get(inside(&open)).copied();
            edits.extend(pair.map(|(opening, _)| (at..at + 1, opening)));
            open.extend(pair);
            pair.is_some()
        } else if letter == '"' {
            open.pop().inspect(|(_, closing)| edits.push((at..at + 1, *closing))).is_some()
        } else if let Some(pair) = pairs.iter().find(|(opening, _)| is(opening)) {
            open.push(*pair);
            true
        } else if is("”") || is("“") {
            // Both close „ where people type by hand.
            open.pop().is_some_and(|(_, closing)| "”“".contains(closing))
        } else if is("»") {
            open.pop().is_some_and(|(_, closing)| closing == "»")
        } else {
            true
        };
        if !right {
            return Vec::new();
        }
    }
    if open.is_empty() { edits } else { Vec::new() }
}

/// Tells whether a straight quote stands before a word.
fn opens(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    let free = before.is_none_or(|letter| letter.is_whitespace() || "([{„«“\"/-–—".contains(letter));
    free && after.is_some_and(|letter| !letter.is_whitespace())
}

/// A hyphen between spaces is a dash; between two numbers it is one where they can only be a range.
fn dashes(text: &str) -> Vec<Edit> {
    let hyphens = text.match_indices('-').map(|(at, _)| at);
    let dash = |at: &usize| {
        let (before, after) = (&text[..*at], &text[at + 1..]);
        let spaced = before.ends_with(char::is_whitespace) && after.starts_with(char::is_whitespace);
        spaced || is_range(before, after)
    };
    hyphens.filter(dash).map(|at| (at..at + 1, "–")).collect()
}

/// Tells whether a hyphen between `before` and `after` stands in a range. A postcode, a phone or a case number is none.
fn is_range(before: &str, after: &str) -> bool {
    let start = before.rsplit(|letter: char| !is_of_number(letter)).next().unwrap_or_default();
    let end = after.split(|letter: char| !is_of_number(letter)).next().unwrap_or_default();
    let (left, right) = (&before[..before.len() - start.len()], &after[end.len()..]);
    let end = end.trim_end_matches(['.', ',', ':']);
    let bare = |letter: char| letter.is_alphanumeric() || "-–/_@#".contains(letter);
    if start.is_empty() || left.ends_with(bare) || right.starts_with(bare) {
        return false;
    }
    // Days "23.06-29.07.2021" or hours "10.00-12.00".
    if let (Some(start), Some(end)) = (parts(start), parts(end)) {
        return start <= end;
    }
    let (Ok(from), Ok(to)) = (start.parse::<u32>(), end.parse::<u32>()) else {
        return false;
    };
    let years =
        start.len() == 4 && end.len() == 4 && YEARS.contains(&from) && YEARS.contains(&to) && !spaces::names(left);
    from < to && (years || spaces::counts(left) || spaces::is_counted(right))
}

/// Four digits on both sides of a hyphen are years in this range, and part of a number such as an ISSN beyond it.
const YEARS: RangeInclusive<u32> = 1000..=2199;

fn is_of_number(letter: char) -> bool {
    letter.is_ascii_digit() || letter == '.' || letter == ':'
}

/// Returns how many parts a day or an hour has, divided by dots or colons.
fn parts(number: &str) -> Option<usize> {
    let parts: Vec<usize> = number.split(['.', ':']).map(str::len).collect();
    matches!(parts[..], [1 | 2, 2] | [1 | 2, 2, 4]).then_some(parts.len())
}

#[cfg(test)]
mod tests;
