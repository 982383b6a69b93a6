//! What is still to be registered of what residents see (interfaces, "published/").
//!
//! 1. Which consultations are announced on the day that it is.
//! 2. Which headings of their documents have no id written down ([`with_ids`] writes it).
//! 3. Which forms and versions the register does not hold as they are: each becomes a file that is added.

use jiff::civil::Date;

use crate::{
    content::register::{Published, SnapshotFile, revision_file, snapshot_file},
    diagnostic::Place,
    edit::{self, Edit},
    markdown::{self, Body, Words},
    model::{Consultation, Document, FormPage, Page, Site, Version},
    source::Source,
    yaml,
};

/// What is to be added.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// In the order of consultations; files with ids first.
    pub(crate) steps: Vec<Step>,
    /// Consultations that are not announced yet, with the day on which they will be.
    pub(crate) waiting: Vec<(String, Date)>,
    /// Headings that need an id and cannot bear one as they are written.
    pub(crate) unwritable: Vec<Place>,
}

/// One thing to be added.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it is.
    pub(crate) what: What,
    /// How it is added.
    pub(crate) edit: Edit,
}

/// What is not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Ids of so many headings in a file.
    Ids(usize),
    /// A version of a document: consultation, document, version.
    Version(String, String, String),
    /// A form as it is now: consultation, form.
    Form(String, String),
}

/// What a registration is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Registration<'a> {
    /// The day on which it is made.
    pub(crate) today: Date,
    /// Why texts differ from what was published; without it nobody asked for a correction.
    pub(crate) reason: Option<&'a str>,
    /// What a file of the register says of itself in its first line.
    pub(crate) comment: &'a str,
}

/// Returns what is to be added to the tree `source`, which `site` was made of.
pub(crate) fn plan(source: &Source, site: &Site, registration: Registration<'_>) -> Plan {
    let mut plan = Plan::default();
    for consultation in site.consultations.iter().filter(|consultation| !consultation.draft) {
        let day = consultation.announcement_day();
        if registration.today < day {
            plan.waiting.push((consultation.id.clone(), day));
            continue;
        }
        for document in consultation.documents.iter().filter(|document| !document.draft) {
            for version in document.versions.iter().filter(|version| !version.draft) {
                for chapter in version.public_chapters() {
                    let (step, unwritable) = ids(source, site, chapter);
                    plan.steps.extend(step);
                    plan.unwritable.extend(unwritable);
                }
                plan.steps.extend(self::version(consultation, document, version, registration));
            }
        }
        let forms = consultation.forms.iter().filter(|form| !form.draft);
        plan.steps.extend(forms.filter_map(|form| self::form(consultation, form, registration)));
    }
    plan
}

fn version(
    consultation: &Consultation,
    document: &Document,
    version: &Version,
    registration: Registration<'_>,
) -> Option<Step> {
    let latest = consultation.register.latest(document.name(), &version.version);
    if !latest.is_empty() && version.differences(&latest).is_empty() {
        return None;
    }
    let sections = version.public_sections().map(|(chapter, section)| Published::of(chapter, section)).collect();
    let snapshot = SnapshotFile {
        day: registration.today,
        corrects: latest.iter().map(|snapshot| snapshot.name.clone()).collect(),
        reason: registration.reason.filter(|_| !latest.is_empty()).map(str::to_owned),
        sections,
    };
    let (path, text) = snapshot_file(registration.comment, document.name(), &version.version, &snapshot)?;
    let what = What::Version(consultation.id.clone(), document.name().to_owned(), version.version.clone());
    Some(Step {
        what,
        edit: Edit::Create { path: format!("{}/{path}", consultation.folder), bytes: text.into_bytes() },
    })
}

fn form(consultation: &Consultation, form: &FormPage, registration: Registration<'_>) -> Option<Step> {
    let revision = form.form.revision();
    if consultation.register.revisions(form.name()).any(|known| known.revision == revision) {
        return None;
    }
    let (path, text) = revision_file(registration.comment, form.name(), &form.form, registration.today)?;
    let what = What::Form(consultation.id.clone(), form.name().to_owned());
    Some(Step {
        what,
        edit: Edit::Create { path: format!("{}/{path}", consultation.folder), bytes: text.into_bytes() },
    })
}

fn ids(source: &Source, site: &Site, chapter: &Page) -> (Option<Step>, Vec<Place>) {
    let Some(text) = source.text(&chapter.path) else { return (None, Vec::new()) };
    let Ids { at, unwritable } = with_ids(&chapter.path, text, chapter.address.last(), &site.language);
    let count = at.len();
    let edit = Edit::Insert { path: chapter.path.clone(), read: text.to_owned(), at };
    ((count > 0).then_some(Step { what: What::Ids(count), edit }), unwritable)
}

/// The ids that a chapter lacks.
pub(crate) struct Ids {
    /// What is to be written at the end of which line (from 1).
    pub(crate) at: Vec<(usize, String)>,
    /// Headings that cannot bear their id.
    pub(crate) unwritable: Vec<Place>,
}

/// Returns where the id of each heading that lacks one is to be written in a chapter with the slug `slug`.
///
/// A heading that would not be read as the same one with its id (one that is underlined over several lines, say) is left
/// as it is, and named.
pub(crate) fn with_ids(path: &str, text: &str, slug: &str, language: &str) -> Ids {
    let read = |text: &str| {
        let mut unheard = Vec::new();
        let start = yaml::front_matter(path, text).map_or(0, |(_, start)| start);
        let words = Words::new();
        // What pictures show does not count here: nothing but ids is written.
        let hashes = |_: &str| None;
        let context =
            markdown::Context { id_prefix: Some(slug), title: None, language, words: &words, hashes: &hashes };
        markdown::parse(path, text, start, context, &mut unheard)
    };
    let body = read(text);
    let lines: Vec<&str> = text.lines().collect();
    let wanted =
        body.headings.iter().enumerate().filter(|(_, heading)| !heading.written).filter_map(|(nth, heading)| {
            let line = usize::try_from(heading.place.line).ok()?;
            // White space at the end of the line stays where it is, before the id.
            let space = if lines.get(line.checked_sub(1)?)?.ends_with([' ', '\t']) { "" } else { " " };
            Some((nth, (line, format!("{space}{{#{}}}", heading.id))))
        });
    let texts = |wanted: &[(usize, (usize, String))]| wanted.iter().map(|(_, at)| at.clone()).collect::<Vec<_>>();
    let mut wanted: Vec<_> = wanted.collect();
    let mut unwritable = Vec::new();
    // Each round leaves out what the one before could not write; mostly the first one writes everything.
    loop {
        let at = texts(&wanted);
        let again = read(&edit::inserted(text, &at));
        if again.sections == body.sections && wanted.iter().all(|(nth, _)| bears(&again, &body, *nth)) {
            return Ids { at, unwritable };
        }
        let same = again.headings.len() == body.headings.len();
        let (kept, lost): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|one| {
            // Where headings came or went each is to be tried alone.
            let alone = (!same).then(|| read(&edit::inserted(text, &texts(std::slice::from_ref(one)))));
            bears(alone.as_ref().unwrap_or(&again), &body, one.0)
        });
        let none = lost.is_empty();
        unwritable.extend(lost.iter().filter_map(|(nth, _)| Some(body.headings.get(*nth)?.place.clone())));
        wanted = kept;
        if none {
            unwritable.extend(wanted.drain(..).filter_map(|(nth, _)| Some(body.headings.get(nth)?.place.clone())));
        }
    }
}

/// Tells whether a heading has its id written down in what was read again.
fn bears(again: &Body, body: &Body, nth: usize) -> bool {
    let ids = again.headings.get(nth).zip(body.headings.get(nth));
    ids.is_some_and(|(new, old)| new.written && new.id == old.id)
}
