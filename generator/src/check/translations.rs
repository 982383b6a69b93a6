use std::collections::BTreeSet;

use super::sections::places;
use crate::{
    diagnostic::{Diagnostic, Place, rule},
    model::{Page, Site, Sites},
};

/// A translated chapter has the sections of its original, by their ids: remarks bind to those.
pub(super) fn keep_sections(sites: &Sites) -> Vec<Diagnostic> {
    let translated = sites.translations.iter().flat_map(|site| chapters(site).filter(|chapter| site.speaks(chapter)));
    let pairs = translated.filter_map(|chapter| Some((chapter, sites.original.chapter(&chapter.original)?)));
    pairs.flat_map(|(chapter, original)| compared(chapter, original)).collect()
}

fn compared(chapter: &Page, original: &Page) -> Vec<Diagnostic> {
    let ids: BTreeSet<_> = places(original).map(|(id, _)| id).collect();
    let mut missing = ids.clone();
    let mut problems = Vec::new();
    for (id, place) in places(chapter) {
        missing.remove(id);
        if !ids.contains(id) {
            let problem = Diagnostic::new(rule::TRANSLATION_ID_UNKNOWN, place).with("id", id);
            problems.push(problem.with("original", &original.path).nearest(id, ids.iter().copied()));
        }
    }
    let missing = places(original).filter(|(id, _)| missing.contains(id));
    problems.extend(missing.map(|(id, _)| {
        let problem = Diagnostic::new(rule::TRANSLATION_ID_MISSING, Place::whole(&chapter.path));
        problem.with("id", id).with("original", &original.path)
    }));
    problems
}

fn chapters(site: &Site) -> impl Iterator<Item = &Page> {
    let documents = site.consultations.iter().flat_map(|consultation| &consultation.documents);
    documents.flat_map(|document| &document.versions).flat_map(|version| &version.chapters)
}
