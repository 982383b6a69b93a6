use std::{collections::BTreeMap, ops::Range};

use forms::{Form, Kind, Question, Text, kind::Opt};
use jiff::civil::Date;

use crate::{
    diagnostic::{Diagnostic, Lines, Place, Rule, rule},
    markdown::Section,
    model::{Consultation, Difference, Document, FormPage, Published, Revision, Site, Snapshot, Version},
    redline::{self, Edit},
    source::Source,
};

/// The most words shown before and after what changed.
const AROUND: usize = 4;
/// Words by which a place is known.
const ENOUGH: usize = 12;
/// The most letters of what changed that are shown.
const SHOWN: usize = 120;

/// A version whose text differs from what was put to residents.
pub(crate) struct Differing<'a> {
    pub(crate) consultation: &'a str,
    pub(crate) document: &'a str,
    pub(crate) version: &'a str,
    /// One for each section that differs.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Returns the versions whose texts differ from what was put to residents.
pub(crate) fn differing<'a>(site: &'a Site, source: &Source) -> Vec<Differing<'a>> {
    let versions = site.consultations.iter().flat_map(|consultation| {
        consultation.documents.iter().flat_map(move |document| {
            document.versions.iter().map(move |version| Differing {
                consultation: &consultation.id,
                document: document.name(),
                version: &version.version,
                problems: text(consultation, document, version, source),
            })
        })
    });
    versions.filter(|version| !version.problems.is_empty()).collect()
}

/// A text that was put to residents stays, section by section, until a correction of it is registered: remarks are
/// bound to it.
pub(super) fn texts(site: &Site, source: &Source) -> Vec<Diagnostic> {
    differing(site, source).into_iter().flat_map(|version| version.problems).collect()
}

/// Moves what is told of a changed section from its heading to the words that changed, if they are found below it, before
/// the next of `headings`.
fn narrowed(problem: Diagnostic, headings: &BTreeMap<&str, Place>, source: &Source) -> Diagnostic {
    let found = || {
        let (place, new) = (problem.place.as_ref()?, problem.word("new")?);
        let lines = Lines::new(&place.file, source.text(&place.file)?);
        let byte = |line| lines.byte(&Place { line, column: 1, ..place.clone() });
        let below = headings.values().filter(|other| other.file == place.file && other.line > place.line);
        let end = below.map(|next| byte(next.line)).min().unwrap_or(lines.text().len());
        let start = byte(place.line + 1);
        let range = only(&lines.text()[start..end], new)?;
        Some(lines.place(start + range.start..start + range.end))
    };
    match found().filter(|_| problem.rule == rule::CONSULTED_TEXT_CHANGED) {
        Some(place) => Diagnostic { place: Some(place), ..problem },
        None => problem,
    }
}

/// Returns where the first of these words stand in a text, if they do so once.
fn only(text: &str, wanted: &str) -> Option<Range<usize>> {
    let (all, mut first) = (words(text), words(wanted));
    first.truncate(ENOUGH);
    let wanted = first.iter().map(|range| &wanted[range.clone()]);
    let mut found =
        all.windows(first.len().max(1)).filter(|here| here.iter().map(|range| &text[range.clone()]).eq(wanted.clone()));
    let here = found.next().filter(|_| found.next().is_none())?;
    Some(here.first()?.start..here.last()?.end)
}

/// Returns where the words of a text stand, without what is no letter and no digit.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (letter.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(first)) => {
                words.push(first..at);
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn text(consultation: &Consultation, document: &Document, version: &Version, source: &Source) -> Vec<Diagnostic> {
    let latest = consultation.register.latest(document.name(), &version.version);
    let Some(day) = latest.last().map(|snapshot| snapshot.text.day) else { return Vec::new() };
    let places: BTreeMap<&str, Place> = version.chapters.iter().flat_map(super::sections::places).collect();
    let place = |section: &Section| places.get(section.id.as_str()).cloned();
    let home = |old: &Published| {
        let chapter = version.chapters.iter().find(|chapter| chapter.address.last() == old.chapter);
        Place::whole(chapter.map_or(&document.path, |chapter| &chapter.path))
    };
    let problem = |difference: Difference<'_>| match difference {
        Difference::Changed(old, new) => {
            let [was, is] = excerpts(&old.text, &new.text);
            let problem = Diagnostic::new(rule::CONSULTED_TEXT_CHANGED, place(new));
            problem.with("id", &old.id).with("day", day).with("old", was).with("new", is)
        }
        Difference::Lost(old, heir) => {
            let place = heir.and_then(place).unwrap_or_else(|| home(old));
            let problem = Diagnostic::new(rule::CONSULTED_SECTION_LOST, place);
            problem.with("id", &old.id).with("heading", old.title()).with("day", day)
        }
        Difference::Added(new) => Diagnostic::new(rule::CONSULTED_SECTION_ADDED, place(new)).with("id", &new.id),
    };
    version.differences(&latest).into_iter().map(problem).map(|problem| narrowed(problem, &places, source)).collect()
}

/// Returns what stood and what stands where two texts differ first, with a few words around.
fn excerpts(old: &str, new: &str) -> [String; 2] {
    let section = |text: &str| redline::Section {
        id: String::new(),
        title: String::new(),
        chapter: 0,
        blocks: text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
    };
    let changes = redline::compare(&[section(old)], &[section(new)]);
    let changed: Vec<_> =
        changes.iter().flat_map(|change| &change.blocks).filter(|block| !redline::is_kept(block)).collect();
    let Some(first) = changed.first() else {
        // Only the order of blocks, or the border between two.
        return [old, new].map(|text| cut(text, SHOWN));
    };
    [Edit::Inserted, Edit::Deleted].map(|left_out| {
        // A block that is wholly new or gone has its other side in another such one, if it has one.
        let side = changed.iter().find(|block| block.iter().any(|run| run.edit != left_out));
        let side = side.filter(|block| std::ptr::eq(**block, *first) || !has_kept(block));
        side.map_or_else(String::new, |block| excerpt(block, left_out))
    })
}

fn has_kept(block: &redline::Block) -> bool {
    block.iter().any(|run| run.edit == Edit::Kept)
}

/// Returns one side of a block: what changed, with a few words around.
fn excerpt(block: &redline::Block, left_out: Edit) -> String {
    let words = |runs: &[redline::Run]| {
        runs.iter().filter(|run| run.edit != left_out).map(|run| run.text.as_str()).collect::<String>()
    };
    let first = block.iter().position(|run| run.edit != Edit::Kept).unwrap_or_default();
    let last = block.iter().rposition(|run| run.edit != Edit::Kept).unwrap_or_default();
    let (before, changed, after) = (&block[..first], &block[first..=last], &block[last + 1..]);
    format!("{}{}{}", last_words(&words(before)), cut(&words(changed), SHOWN), first_words(&words(after)))
}

fn last_words(text: &str) -> String {
    match text.trim_end().rmatch_indices(' ').nth(AROUND - 1) {
        Some((at, _)) => format!("…{}", &text[at..]),
        None => text.to_owned(),
    }
}

fn first_words(text: &str) -> String {
    match text.trim_start().match_indices(' ').nth(AROUND - 1) {
        Some((at, _)) => format!("{}…", &text[..text.len() - text.trim_start().len() + at]),
        None => text.to_owned(),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A version that was put to residents stays on the site.
pub(super) fn versions(site: &Site) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for consultation in &site.consultations {
        let mut first: BTreeMap<(&str, &str), &Snapshot> = BTreeMap::new();
        for snapshot in &consultation.register.snapshots {
            first.entry((&snapshot.document, &snapshot.version)).or_insert(snapshot);
        }
        for ((name, number), snapshot) in first {
            let document = consultation.documents.iter().find(|document| document.name() == name);
            if document.and_then(|document| document.version(number)).is_some_and(|version| !version.draft) {
                continue;
            }
            let place = Place::whole(document.map_or(&consultation.path, |document| &document.path));
            let problem = Diagnostic::new(rule::CONSULTED_VERSION_LOST, place);
            problems.push(problem.with("version", number).with("document", name).with("day", snapshot.text.day));
        }
    }
    problems
}

/// While a form is open, every question and option that was published stays what it was: pages drawn from it are still
/// open in browsers, and answers to it were sent.
pub(super) fn forms(site: &Site, today: Date) -> Vec<Diagnostic> {
    let open = site.consultations.iter().filter(|consultation| today <= consultation.term.end);
    open.flat_map(|consultation| {
        let mut published: BTreeMap<&str, Vec<&Revision>> = BTreeMap::new();
        for revision in &consultation.register.revisions {
            published.entry(&revision.form).or_default().push(revision);
        }
        published.into_iter().flat_map(move |(name, revisions)| form(consultation, name, &revisions))
    })
    .collect()
}

fn form(consultation: &Consultation, name: &str, revisions: &[&Revision]) -> Vec<Diagnostic> {
    let Some(form) = consultation.forms.iter().find(|form| form.name() == name && !form.draft) else {
        let problem = Diagnostic::new(rule::OPEN_FORM_LOST, Place::whole(&consultation.path));
        let day = revisions.first().map(|revision| revision.day.to_string()).unwrap_or_default();
        return vec![problem.with("form", name).with("day", day)];
    };
    // The last that had a question tells what it was; each is told once.
    let mut questions: BTreeMap<&str, (&Question, Date)> = BTreeMap::new();
    for revision in revisions {
        let asked = revision.definition.questions.iter();
        questions.extend(asked.map(|question| (question.name.as_str(), (question, revision.day))));
    }
    questions.into_values().flat_map(|(old, day)| question(form, old, day)).collect()
}

fn question(form: &FormPage, old: &Question, day: Date) -> Vec<Diagnostic> {
    let places = |name: &str| form.places.get(name);
    let whole = || Place::whole(&form.path);
    let Some(new) = form.form.questions.iter().find(|question| question.name == old.name) else {
        if matches!(old.kind, Kind::Note(_)) {
            return Vec::new();
        }
        let heir = heir(&form.form, old);
        let place = heir.and_then(|heir| places(&heir.name)).map_or_else(whole, |places| places.name.clone());
        let problem = Diagnostic::new(rule::OPEN_QUESTION_LOST, place);
        let label = old.label.in_language("");
        let problem = problem.with("name", &old.name).with("label", label).with("day", day);
        return vec![match heir {
            Some(heir) => problem.with("nearest", &heir.name),
            None => problem,
        }];
    };
    let places = places(&new.name);
    if old.kind.name() != new.kind.name() {
        let place = places.map_or_else(whole, |places| places.kind.clone());
        let problem = Diagnostic::new(rule::OPEN_QUESTION_RETYPED, place).with("name", &old.name);
        return vec![problem.with("old", old.kind.name()).with("new", new.kind.name())];
    }
    let lost = lost(&offered(&old.kind), &offered(&new.kind), rule::OPEN_OPTION_LOST);
    let rows = self::lost(&rows(&old.kind), &rows(&new.kind), rule::OPEN_ROW_LOST);
    lost.into_iter()
        .chain(rows)
        .map(|Lost { rule, value, heir }| {
            let of_heir = places.and_then(|places| places.values.get(heir.as_ref()?));
            let place = of_heir.or(places.map(|places| &places.name)).map_or_else(whole, Place::clone);
            let problem =
                Diagnostic::new(rule, place).with("question", &old.name).with("value", value).with("day", day);
            match heir {
                Some(heir) => problem.with("nearest", heir),
                None => problem,
            }
        })
        .collect()
}

/// An option or a row that was published and is not there.
struct Lost {
    rule: &'static Rule,
    value: String,
    /// The one that has its words.
    heir: Option<String>,
}

fn lost(old: &[Offered<'_>], new: &[Offered<'_>], rule: &'static Rule) -> Vec<Lost> {
    let lost = old.iter().filter(|(value, _)| !new.iter().any(|(offered, _)| offered == value));
    lost.map(|(value, label)| {
        let heir = new.iter().find(|(_, words)| label.is_some() && words == label);
        Lost { rule, value: value.clone(), heir: heir.map(|(value, _)| value.clone()) }
    })
    .collect()
}

/// An option or a row: its value, and its words where it has some of its own.
type Offered<'a> = (String, Option<&'a Text>);

fn offered(kind: &Kind) -> Vec<Offered<'_>> {
    let options = match kind {
        Kind::Choice(kind) => kind.options.as_slice(),
        Kind::Choices(kind) => &kind.options,
        Kind::Matrix(kind) => &kind.options,
        Kind::Rank(kind) => &kind.options,
        _ => &[],
    };
    let mut offered = labelled(options);
    // What the kind itself offers besides: points of a scale, an answer of one's own.
    let values = kind.values().unwrap_or_default();
    offered.extend(
        values
            .into_iter()
            .filter(|value| !options.iter().any(|option| option.value == *value))
            .map(|value| (value, None)),
    );
    offered
}

fn rows(kind: &Kind) -> Vec<Offered<'_>> {
    match kind {
        Kind::Matrix(kind) => labelled(&kind.rows),
        _ => Vec::new(),
    }
}

fn labelled(options: &[Opt]) -> Vec<Offered<'_>> {
    options.iter().map(|option| (option.value.clone(), Some(&option.label))).collect()
}

/// Returns the question that asks in the same words under another name.
fn heir<'a>(form: &'a Form, lost: &Question) -> Option<&'a Question> {
    form.questions.iter().find(|question| question.label == lost.label && question.kind.name() == lost.kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_by_where_they_stand_only_once() {
        let text = "Staw jest **duży**. Staw jest mały.";
        assert_eq!(only(text, "jest duży.").map(|range| &text[range]), Some("jest **duży"));
        assert_eq!(only(text, "Staw jest"), None, "twice");
        assert_eq!(only(text, "staw"), None, "nowhere");
        assert_eq!(only(text, "…"), None, "no word");
    }
}
