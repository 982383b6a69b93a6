use std::collections::BTreeMap;

use crate::{
    diagnostic::{Diagnostic, Place, rule},
    model::{Page, Site},
};

/// No two chapters of a version have a section of one id: a remark names its section by it. Two within one chapter are
/// told where the chapter is read.
pub(super) fn unique(site: &Site) -> Vec<Diagnostic> {
    let documents = site.consultations.iter().flat_map(|consultation| &consultation.documents);
    let versions = documents.flat_map(|document| &document.versions);
    versions.flat_map(|version| twice(&version.chapters)).collect()
}

fn twice(chapters: &[Page]) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, (usize, Place)> = BTreeMap::new();
    let mut problems = Vec::new();
    for (number, chapter) in chapters.iter().enumerate() {
        for (id, place) in places(chapter) {
            match seen.get(id) {
                Some((other, first)) if *other != number => {
                    let problem = Diagnostic::new(rule::SECTION_ID_IN_VERSION, place);
                    problems.push(problem.with("id", id).with("other", &first.file).with("line", first.line.max(1)));
                }
                Some(_) => {}
                None => {
                    seen.insert(id, (number, place));
                }
            }
        }
    }
    problems
}

/// Returns the id of each section of a chapter with the place of its heading.
pub(super) fn places(chapter: &Page) -> impl Iterator<Item = (&str, Place)> {
    let title = chapter.body.title.as_ref().map_or_else(|| Place::whole(&chapter.path), |title| title.place.clone());
    let title = chapter.body.sections.first().map(|section| (section.id.as_str(), title));
    title.into_iter().chain(chapter.body.headings.iter().map(|heading| (heading.id.as_str(), heading.place.clone())))
}
