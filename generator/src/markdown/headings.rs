//! The ids of headings (interfaces, "Sections").
//!
//! An id is written as `{#id}`, or derived: the chapter's slug, then the heading without its leading
//! number, folded. One that several headings of a page would have takes, for every derived bearer, the
//! id of the heading above it instead of the slug. What is still equal is for a person to tell apart:
//! a counter would move with the text.

use std::collections::BTreeMap;

use super::Heading;
use crate::diagnostic::{Diagnostic, Place, rule};
use crate::slug;

/// A heading whose id is not settled yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// 2 to 6, or what the editor wrote.
    pub(super) level: u8,
    /// `{#id}`.
    pub(super) id: Option<String>,
    /// The words alone.
    pub(super) text: String,
    /// Where it stands.
    pub(super) place: Place,
}

/// Gives every heading its id.
pub(super) fn settle(drafts: Vec<Draft>, prefix: Option<&str>, problems: &mut Vec<Diagnostic>) -> Vec<Heading> {
    let wanted: Vec<String> =
        drafts.iter().map(|draft| draft.id.clone().unwrap_or_else(|| joined(prefix, &folded(&draft.text)))).collect();
    let mut bearers: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &wanted {
        *bearers.entry(id).or_default() += 1;
    }

    let mut headings: Vec<Heading> = Vec::with_capacity(drafts.len());
    for (draft, wanted_id) in drafts.into_iter().zip(&wanted) {
        let repeated = bearers.get(wanted_id.as_str()).is_some_and(|bearers| *bearers > 1);
        let id = if draft.id.is_none() && repeated {
            let parent = headings.iter().rev().find(|above| above.level < draft.level);
            joined(parent.map(|parent| parent.id.as_str()).or(prefix), &folded(&draft.text))
        } else {
            wanted_id.clone()
        };
        let written = draft.id.is_some();
        headings.push(Heading { level: draft.level, id, written, text: draft.text, place: draft.place });
    }
    report(&headings, prefix, problems);
    headings
}

/// Reports ids that are empty or stand twice; the slug of a chapter is the id of its title.
fn report(headings: &[Heading], prefix: Option<&str>, problems: &mut Vec<Diagnostic>) {
    let mut lines: BTreeMap<&str, u32> = prefix.into_iter().map(|slug| (slug, 1)).collect();
    for heading in headings {
        if heading.text.trim().is_empty() {
            problems.push(Diagnostic::new(rule::HEADING_EMPTY, heading.place.clone()));
        } else if folded(&heading.text).is_empty() && (heading.id.is_empty() || Some(heading.id.as_str()) == prefix) {
            problems.push(Diagnostic::new(rule::HEADING_ID_EMPTY, heading.place.clone()));
        } else if let Some(line) = lines.get(heading.id.as_str()) {
            problems.push(
                Diagnostic::new(rule::SECTION_ID_TWICE, heading.place.clone())
                    .with("id", &heading.id)
                    .with("line", line),
            );
        } else {
            lines.insert(&heading.id, heading.place.line);
        }
    }
}

fn joined(prefix: Option<&str>, name: &str) -> String {
    match prefix {
        Some(prefix) if name.is_empty() => prefix.to_owned(),
        Some(prefix) => format!("{prefix}-{name}"),
        None => name.to_owned(),
    }
}

/// Folds a heading without its leading number; one that is only a number keeps it.
fn folded(heading: &str) -> String {
    match slug::fold(unnumbered(heading)) {
        name if name.is_empty() => slug::fold(heading),
        name => name,
    }
}

/// Drops `1 `, `1.2. ` or `3) ` from the front.
fn unnumbered(heading: &str) -> &str {
    let rest = heading.trim_start().trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    let numbered = heading.trim_start().starts_with(|letter: char| letter.is_ascii_digit());
    if numbered && rest.starts_with(char::is_whitespace) { rest } else { heading }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_numbers_do_not_count() {
        for (heading, id) in [
            ("Cel 1. Miasto", "cel-1-miasto"),
            ("1. Wprowadzenie", "wprowadzenie"),
            ("1.2.3 Cele", "cele"),
            ("2) Cele", "cele"),
            ("2030+", "2030"),
            ("2030", "2030"),
            ("3D w mieście", "3d-w-miescie"),
            ("…", ""),
        ] {
            assert_eq!(folded(heading), id, "{heading}");
        }
    }
}
