use crate::{
    address::Linking,
    content,
    diagnostic::{Diagnostic, Place, rule},
    model::{Here, LinkError, Page, Site},
};

/// Every link leads to a page that is there, by its exact name, and not from a public page to a draft.
pub(super) fn lead_somewhere(site: &Site) -> Vec<Diagnostic> {
    all(site).into_iter().filter_map(|link| problem(site, &link)).collect()
}

/// A link into the site, as an editor wrote it.
pub(super) struct Written<'a> {
    /// Path of the file that it stands in.
    pub(super) path: &'a str,
    pub(super) target: &'a str,
    pub(super) place: &'a Place,
    /// Whether it stands on a draft.
    pub(super) draft: bool,
}

impl Written<'_> {
    /// Returns the page that the link stands on, for finding where it leads.
    pub(super) fn here(&self) -> Here<'_> {
        Here { path: self.path, linking: Linking::Root, version: None }
    }
}

/// Lists every link into the site.
pub(super) fn all(site: &Site) -> Vec<Written<'_>> {
    let navigation = site.navigation.iter().map(|entry| Written {
        path: content::site::FILE,
        target: &entry.to.value,
        place: &entry.to.place,
        draft: false,
    });
    let fields = site.consultations.iter().flat_map(|consultation| {
        let forms = consultation.channels.iter().filter_map(|channel| channel.form.as_ref());
        let fields = [&consultation.privacy, &consultation.announcement, &consultation.remarks];
        let fields = fields.into_iter().flatten().chain(forms);
        fields.map(|link| Written {
            path: &consultation.path,
            target: &link.value,
            place: &link.place,
            draft: consultation.draft,
        })
    });
    navigation.chain(fields).chain(pages(site).flat_map(written_on)).collect()
}

fn pages(site: &Site) -> impl Iterator<Item = &Page> {
    let documents = site.consultations.iter().flat_map(|consultation| &consultation.documents);
    let chapters = documents.flat_map(|document| &document.versions).flat_map(|version| &version.chapters);
    site.pages.iter().chain(chapters)
}

fn written_on(page: &Page) -> impl Iterator<Item = Written<'_>> {
    let inner = page.body.links.iter().filter(|link| link.scheme().is_none());
    inner.map(|link| Written { path: &page.path, target: &link.target, place: &link.place, draft: page.draft })
}

fn problem(site: &Site, link: &Written<'_>) -> Option<Diagnostic> {
    let place = link.place.clone();
    let problem = match site.routes.find(&link.here(), link.target) {
        Ok(found) if found.draft && !link.draft => Diagnostic::new(rule::LINK_TO_DRAFT, place),
        Ok(_) => return None,
        Err(LinkError::NoAnchor { anchor }) => Diagnostic::new(rule::ANCHOR_BROKEN, place).with("anchor", anchor),
        Err(LinkError::NoFile { path }) if site.routes.is_broken(&path) => return None,
        Err(LinkError::NoFile { path }) => match site.routes.path_ignoring_case(&path) {
            Some(actual) => Diagnostic::new(rule::LINK_CASE, place).with("actual", actual),
            None => Diagnostic::new(rule::LINK_BROKEN, place).nearest(&path, site.routes.paths()),
        },
    };
    Some(problem.with("target", link.target))
}
