use crate::{
    address::Linking,
    content,
    diagnostic::{Diagnostic, Place, rule},
    model::{Attachment, Consultation, Here, LinkError, Page, Routes, Site, Sites},
};

/// Every link leads to a page that is there, by its exact name, and not from a public page to a draft.
pub(super) fn lead_somewhere(sites: &Sites) -> Vec<Diagnostic> {
    all(sites).into_iter().filter_map(|link| problem(&sites.original.routes, &link)).collect()
}

/// A link into the site, as an editor wrote it.
pub(super) struct Written<'a> {
    /// Path of the file that it stands in.
    pub(super) path: &'a str,
    /// The language of the page that it stands on.
    pub(super) language: &'a str,
    pub(super) target: &'a str,
    pub(super) place: &'a Place,
    /// Whether it stands on a draft.
    pub(super) draft: bool,
}

impl Written<'_> {
    /// Returns the page that the link stands on, for finding where it leads.
    pub(super) fn here(&self) -> Here<'_> {
        Here { path: self.path, language: self.language, linking: Linking::Root, version: None }
    }
}

/// Lists every link into the site.
pub(super) fn all(sites: &Sites) -> Vec<Written<'_>> {
    let translated = sites.translations.iter().flat_map(Site::written).flat_map(written_on);
    of(&sites.original).chain(translated).collect()
}

/// Lists every link into the site that the original has.
pub(super) fn of(site: &Site) -> impl Iterator<Item = Written<'_>> {
    fields(site).chain(site.written().flat_map(written_on))
}

/// Lists the links of YAML files, which are the same in every language.
fn fields(site: &Site) -> impl Iterator<Item = Written<'_>> {
    let navigation = site.navigation.iter().map(|entry| Written {
        path: content::site::FILE,
        language: &site.language,
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
            language: &site.language,
            target: &link.value,
            place: &link.place,
            draft: consultation.draft,
        })
    });
    let attachments = site.consultations.iter().flat_map(|consultation| attached(site, consultation));
    navigation.chain(fields).chain(attachments)
}

fn attached<'a>(site: &'a Site, consultation: &'a Consultation) -> impl Iterator<Item = Written<'a>> {
    let own = consultation.attachments.iter().map(|file| (&consultation.path, consultation.draft, file));
    let documents = consultation
        .documents
        .iter()
        .flat_map(|document| document.attachments.iter().map(move |file| (&document.path, document.draft, file)));
    own.chain(documents).map(|(path, draft, Attachment { file, .. })| Written {
        path,
        language: &site.language,
        target: &file.value,
        place: &file.place,
        draft,
    })
}

fn written_on(page: &Page) -> impl Iterator<Item = Written<'_>> {
    let inner = page.body.links.iter().filter(|link| link.scheme().is_none());
    inner.map(|link| Written {
        path: &page.path,
        language: &page.language,
        target: &link.target,
        place: &link.place,
        draft: page.draft,
    })
}

fn problem(routes: &Routes, link: &Written<'_>) -> Option<Diagnostic> {
    let place = link.place.clone();
    let problem = match routes.find(&link.here(), link.target) {
        Ok(found) if found.draft && !link.draft => Diagnostic::new(rule::LINK_TO_DRAFT, place),
        Ok(_) => return None,
        Err(LinkError::NoAnchor { path, .. }) if routes.lacks_a_chapter(&path) => return None,
        Err(LinkError::NoAnchor { anchor, .. }) => Diagnostic::new(rule::ANCHOR_BROKEN, place).with("anchor", anchor),
        Err(LinkError::NoFile { path }) if routes.is_broken(&path) => return None,
        Err(LinkError::NoFile { path }) => match routes.path_ignoring_case(&path) {
            Some(actual) => Diagnostic::new(rule::LINK_CASE, place).with("actual", actual),
            None => Diagnostic::new(rule::LINK_BROKEN, place).nearest(&path, routes.paths()),
        },
    };
    Some(problem.with("target", link.target))
}
