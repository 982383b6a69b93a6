use std::collections::{BTreeMap, BTreeSet};

use super::{Page, Version};
pub(crate) use crate::content::register::{Published, Revision, Snapshot};
use crate::{content::register::RawRegister, markdown::Section};

/// What was put to residents: every published revision of a form, every published text of a document.
#[derive(Debug, Default)]
pub(crate) struct Register {
    /// Revisions of forms, oldest first.
    pub(crate) revisions: Vec<Revision>,
    /// Texts of versions, oldest first.
    pub(crate) snapshots: Vec<Snapshot>,
}

/// What became of a published section.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Difference<'a> {
    /// It has other words.
    Changed(&'a Published, &'a Section),
    /// Its id is gone; a section that was not there before has its words or its heading.
    Lost(&'a Published, Option<&'a Section>),
    /// It was not there.
    Added(&'a Section),
}

impl Register {
    pub(super) fn of(raw: RawRegister) -> Self {
        let mut register = Self { revisions: raw.revisions, snapshots: raw.snapshots };
        register.revisions.sort_by(|a, b| (a.day, &a.path).cmp(&(b.day, &b.path)));
        register.snapshots.sort_by(|a, b| (a.text.day, &a.path).cmp(&(b.text.day, &b.path)));
        register
    }

    /// Returns every text of a version that was published.
    pub(crate) fn snapshots<'a>(&'a self, document: &'a str, version: &'a str) -> impl Iterator<Item = &'a Snapshot> {
        self.snapshots.iter().filter(move |snapshot| snapshot.document == document && snapshot.version == version)
    }

    /// Returns the texts of a version that hold: those beside which no correction stands. Two branches that were merged
    /// may have left several.
    pub(crate) fn latest<'a>(&'a self, document: &'a str, version: &'a str) -> Vec<&'a Snapshot> {
        let corrected: BTreeSet<&str> = self
            .snapshots(document, version)
            .flat_map(|snapshot| &snapshot.text.corrects)
            .map(String::as_str)
            .collect();
        self.snapshots(document, version).filter(|snapshot| !corrected.contains(snapshot.name.as_str())).collect()
    }

    /// Returns the hashes of all texts that a section had when it was published, oldest first.
    pub(crate) fn hashes<'a>(
        &'a self,
        document: &'a str,
        version: &'a str,
        section: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let sections = self.snapshots(document, version).flat_map(|snapshot| &snapshot.text.sections);
        sections.filter(move |published| published.id == section).map(|published| published.hash.as_str())
    }

    /// Returns the corrections of a version, each with the text that it corrects.
    pub(crate) fn corrections<'a>(
        &'a self,
        document: &'a str,
        version: &'a str,
    ) -> impl Iterator<Item = (&'a Snapshot, &'a Snapshot)> {
        self.snapshots(document, version).filter_map(move |new| {
            let name = new.text.corrects.first()?;
            Some((self.snapshots.iter().find(|old| new.stands_with(old, name))?, new))
        })
    }

    /// Returns the published revisions of the form with this name in the consultation.
    pub(crate) fn revisions<'a>(&'a self, form: &'a str) -> impl DoubleEndedIterator<Item = &'a Revision> {
        self.revisions.iter().filter(move |revision| revision.form == form)
    }
}

impl Version {
    /// Returns the chapters that residents see.
    pub(crate) fn public_chapters(&self) -> impl Iterator<Item = &Page> {
        self.chapters.iter().filter(|chapter| !chapter.draft)
    }

    /// Returns the sections that residents see, each with its chapter's slug.
    pub(crate) fn public_sections(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.public_chapters()
            .flat_map(|chapter| chapter.body.sections.iter().map(|section| (chapter.address.last(), section)))
    }

    /// Returns how the text differs from what was published: from none of `latest`, where there are several.
    pub(crate) fn differences<'a>(&'a self, latest: &[&'a Snapshot]) -> Vec<Difference<'a>> {
        let Some(last) = latest.last() else { return Vec::new() };
        let mut published: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for old in latest.iter().flat_map(|snapshot| &snapshot.text.sections) {
            published.entry(&old.id).or_default().push(&old.hash);
        }
        let now: BTreeMap<&str, &Section> =
            self.public_sections().map(|(_, section)| (section.id.as_str(), section)).collect();
        let added: Vec<&Section> =
            self.public_sections().map(|(_, new)| new).filter(|new| !published.contains_key(new.id.as_str())).collect();
        let in_all = |old: &Published| published[old.id.as_str()].len() == latest.len();
        let mut heirs = BTreeSet::new();
        let mut differences = Vec::new();
        for old in &last.text.sections {
            match now.get(old.id.as_str()) {
                Some(new) if published[old.id.as_str()].contains(&new.hash.as_str()) => {}
                Some(new) => differences.push(Difference::Changed(old, new)),
                None if in_all(old) => {
                    let heir = heir(old, &added);
                    heirs.extend(heir.map(|heir| heir.id.as_str()));
                    differences.push(Difference::Lost(old, heir));
                }
                None => {}
            }
        }
        let strangers = added.into_iter().filter(|new| !heirs.contains(new.id.as_str()));
        differences.extend(strangers.map(Difference::Added));
        differences
    }
}

/// Returns the section that a lost one most likely became: of the same words, else of the same heading.
fn heir<'a>(lost: &Published, added: &[&'a Section]) -> Option<&'a Section> {
    let same = added.iter().find(|new| new.hash == lost.hash);
    let titled = || added.iter().find(|new| new.text.lines().next() == Some(lost.title()));
    // All but the heading, which may be what was changed.
    let body = |text: &str| text.split_once('\n').map(|(_, body)| body.to_owned());
    let bodied = || added.iter().find(|new| body(&lost.text).is_some_and(|old| body(&new.text) == Some(old)));
    same.or_else(titled).or_else(bodied).copied()
}
