//! Footnotes: a number where each is called, one list of them at the end, and ways back.

use std::{collections::BTreeMap, ops::Range};

use super::{Piece, Words, escape, flow::Flow};

/// The footnotes of a page.
#[derive(Default)]
pub(super) struct Footnotes {
    /// Names in the order in which they are first called, each with how often.
    called: Vec<(String, usize)>,
    /// What each says, and where it is written.
    written: BTreeMap<String, (Vec<Piece>, Range<usize>)>,
}

impl Footnotes {
    /// Returns the call of the footnote `name`: a link to it with its number. Ids begin with `_fn` and `prefix`: no heading has
    /// an underscore or a dot in its id.
    pub(super) fn call(&mut self, name: &str, prefix: Option<&str>, words: &Words) -> String {
        let at = self.called.iter().position(|(called, _)| called == name).unwrap_or_else(|| {
            self.called.push((name.to_owned(), 0));
            self.called.len() - 1
        });
        let called = &mut self.called[at].1;
        *called += 1;
        let (id, number) = (id(prefix, at), at + 1);
        let (back, hidden) = (back(&id, *called), text(words, "footnote"));
        format!(
            "<sup><a id=\"{back}\" href=\"#_fn.{id}\" role=\"doc-noteref\">\
             <span class=\"hidden\">{hidden} </span>[{number}]</a></sup>"
        )
    }

    /// Keeps what the footnote `name`, written at `range`, says.
    ///
    /// # Errors
    /// Where the footnote is written already: only one of the two can be shown.
    pub(super) fn keep(&mut self, name: String, pieces: Vec<Piece>, range: Range<usize>) -> Result<(), Range<usize>> {
        if let Some((_, first)) = self.written.get(&name) {
            return Err(first.clone());
        }
        self.written.insert(name, (pieces, range));
        Ok(())
    }

    /// Returns where the footnotes are written that nothing calls.
    pub(super) fn uncalled(&self) -> impl Iterator<Item = &Range<usize>> {
        let called = |name: &str| self.called.iter().any(|(called, _)| called == name);
        self.written.iter().filter(move |(name, _)| !called(name)).map(|(_, (_, range))| range)
    }

    /// Writes the list.
    pub(super) fn write(mut self, flow: &mut Flow<'_>, prefix: Option<&str>, words: &Words) {
        if self.called.is_empty() {
            return;
        }
        let heading = prefix.map_or_else(|| "_fn".to_owned(), |prefix| format!("_fn.{prefix}"));
        let title = text(words, "footnotes");
        flow.open(&format!("<section class=\"footnotes\" role=\"doc-endnotes\" aria-labelledby=\"{heading}\">\n<h"));
        flow.gap(Piece::Level(2));
        flow.markup(&format!(" id=\"{heading}\">{title}</h"));
        flow.gap(Piece::Level(2));
        flow.put(">\n<ol>\n");
        for (at, (name, called)) in self.called.iter().enumerate() {
            let id = id(prefix, at);
            flow.open(&format!("<li id=\"_fn.{id}\">"));
            flow.append(self.written.remove(name).map(|(pieces, _)| pieces).unwrap_or_default());
            for call in 1..=*called {
                flow.put_into_paragraph(&way_back(&id, at + 1, call, *called, words));
            }
            flow.put("</li>\n");
        }
        flow.put("</ol>\n</section>\n");
    }
}

/// Returns the name under which a footnote is found: the parser takes `[^A]` and `[^a]` for one.
pub(super) fn key(name: &str) -> String {
    name.to_lowercase()
}

/// Returns the link to the place of a call; a footnote called twice has two, with their numbers.
fn way_back(id: &str, number: usize, call: usize, calls: usize, words: &Words) -> String {
    let (target, back, footnote) = (back(id, call), text(words, "footnote_back"), text(words, "footnote"));
    let which = if calls > 1 { format!(" ({call})") } else { String::new() };
    format!(
        "<a href=\"#{target}\" role=\"doc-backlink\">{back}{which}<span class=\"hidden\">, {footnote} {number}</span></a>"
    )
}

fn id(prefix: Option<&str>, at: usize) -> String {
    prefix.map_or_else(|| (at + 1).to_string(), |prefix| format!("{prefix}.{}", at + 1))
}

/// Returns the id of a call.
fn back(id: &str, call: usize) -> String {
    if call == 1 { format!("_fnref.{id}") } else { format!("_fnref.{id}.{call}") }
}

fn text(words: &Words, key: &str) -> String {
    words.get(key).map(|text| escape(text).into_owned()).unwrap_or_default()
}
