//! Words, and what became of them.

use super::{Block, Edit, Run, Stretch, stretches};

/// Signs that hold a word together when letters or digits stand on both sides: `12,5`, `2021–2030`, `e-usługi`.
const JOINERS: [char; 9] = ['.', ',', ':', '/', '-', '–', '’', '\'', '_'];
/// Signs that belong to the number before them.
const UNITS: [char; 4] = ['%', '‰', '°', '+'];
/// The most kept words between two edits that are told as one.
const FEW: usize = 2;

/// Compares the words of two blocks.
pub(super) fn diff(old: &str, new: &str) -> Block {
    let (old, new) = (tokens(old), tokens(new));
    let mut runs = Vec::new();
    let mut run = |edit: Edit, words: &[&str]| {
        if !words.is_empty() {
            runs.push(Run { edit, text: words.concat() });
        }
    };
    for Stretch { kept, old: from, new: to } in joined(stretches(&old, &new), &old) {
        if kept {
            run(Edit::Kept, &new[to]);
        } else {
            run(Edit::Deleted, &old[from]);
            run(Edit::Inserted, &new[to]);
        }
    }
    runs
}

/// Cuts a text into words, white space and single signs; together they are the text.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_space(first) {
            run(rest, is_space)
        } else if is_letter(first) {
            word(rest)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// Tells whether a token is a word, not white space or a sign.
pub(super) fn is_word(token: &str) -> bool {
    token.starts_with(is_letter)
}

/// Joins edits with few kept words between them, so that a reader meets phrases.
///
/// Two insertions, or two deletions, stay apart: what stands between them was not touched. So do edits in two cells or
/// two paragraphs.
fn joined(stretches: Vec<Stretch>, old: &[&str]) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for next in stretches {
        let edit = match joined.as_slice() {
            [.., before, between] if !next.kept && !before.kept && is_short(&old[between.old.clone()]) => {
                let (old, new) = (before.old.start..next.old.end, before.new.start..next.new.end);
                let deletes = !before.old.is_empty() || !next.old.is_empty();
                let inserts = !before.new.is_empty() || !next.new.is_empty();
                (deletes && inserts).then_some(Stretch { kept: false, old, new })
            }
            _ => None,
        };
        match edit {
            Some(edit) => {
                joined.truncate(joined.len() - 2);
                joined.push(edit);
            }
            None => joined.push(next),
        }
    }
    joined
}

fn is_short(tokens: &[&str]) -> bool {
    let borders = ["\n", "|"];
    tokens.iter().filter(|token| is_word(token)).count() <= FEW && !tokens.iter().any(|token| borders.contains(token))
}

/// Returns the length of the word that `text` begins with.
fn word(text: &str) -> usize {
    let mut end = run(text, is_letter);
    // Whether the word may be the front of a number in groups, like `1 200 000`.
    let mut grouped = end <= 3 && is_number(&text[..end]);
    loop {
        let mut rest = text[end..].chars();
        let Some(between) = rest.next() else { break };
        let after = rest.as_str();
        let joins = JOINERS.contains(&between) && after.starts_with(is_letter);
        let groups = is_space(between) && grouped && is_group(after);
        if !joins && !groups {
            break;
        }
        let part = run(after, is_letter);
        // The second number of a range may have groups, too.
        grouped = groups || matches!(between, '-' | '–') && part <= 3 && is_number(&after[..part]);
        end += between.len_utf8() + part;
    }
    let sign = text[end..].chars().next().filter(|sign| UNITS.contains(sign));
    let counted = text[..end].ends_with(|letter: char| letter.is_ascii_digit());
    end + sign.filter(|_| counted).map_or(0, char::len_utf8)
}

/// Tells whether a text begins with a group of three digits.
fn is_group(text: &str) -> bool {
    let group = &text[..run(text, is_letter)];
    group.len() == 3 && is_number(group)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !belongs(letter)).unwrap_or(text.len())
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(letter)
}

fn is_space(letter: char) -> bool {
    letter != '\n' && letter.is_whitespace()
}
