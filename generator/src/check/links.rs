use crate::{
    address::Linking,
    content,
    diagnostic::{Diagnostic, Place, nearest, rule},
    model::{Attachment, Consultation, Here, LinkError, Page, Routes, Site, Sites},
};

/// Most ids that are named where none is near.
const MOST_IDS: usize = 8;

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
        Err(LinkError::NoAnchor { path, anchor }) => no_anchor(routes, link, &path, &anchor),
        Err(LinkError::NoFile { path }) if routes.is_broken(&path) => return None,
        Err(LinkError::NoFile { path }) => {
            if let Some(actual) = routes.path_ignoring_case(&path) {
                Diagnostic::new(rule::LINK_CASE, place).with("actual", actual)
            } else {
                let problem = Diagnostic::new(rule::LINK_BROKEN, place);
                match meant(routes, link, &path) {
                    Some(meant) => problem.with("nearest", meant),
                    None => problem,
                }
            }
        }
    };
    Some(problem.with("target", link.target))
}

/// Tells that a file has no such section, with the one that was meant or else those that it has.
fn no_anchor(routes: &Routes, link: &Written<'_>, path: &str, anchor: &str) -> Diagnostic {
    let ids: Vec<&str> = routes.anchors(path);
    let mut known = ids.iter().take(MOST_IDS).map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ");
    if ids.len() > MOST_IDS {
        known.push_str(", …");
    }
    let problem = Diagnostic::new(rule::ANCHOR_BROKEN, anchor_place(link, anchor));
    let problem = problem.with("anchor", anchor).with("known", if known.is_empty() { "-" } else { &known });
    // The ids of a chapter begin with its name, which who writes a link by heart leaves out.
    let named = ids.iter().find(|id| id.strip_suffix(anchor).is_some_and(|chapter| chapter.ends_with('-')));
    match named.copied().or_else(|| nearest(anchor, ids)) {
        Some(id) => problem.with("nearest", format!("#{id}")),
        None => problem,
    }
}

/// Returns where the id is written, the sign before it included.
fn anchor_place(link: &Written<'_>, anchor: &str) -> Place {
    let place = link.place.clone();
    let letters = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let (whole, id) = (letters(link.target), letters(anchor).saturating_add(1));
    // A link whose target stands elsewhere has the place of its words.
    if place.length != whole || id > whole {
        return place;
    }
    Place { column: place.column + whole - id, length: id, ..place }
}

/// Returns the target that an editor most likely meant, as it is to be written in the file.
fn meant(routes: &Routes, link: &Written<'_>, path: &str) -> Option<String> {
    let target = link.target;
    if target.starts_with("www.") {
        return Some(format!("https://{target}"));
    }
    if target.contains('@') {
        return Some(format!("mailto:{target}"));
    }
    if target.contains('\\') {
        // As Windows writes paths.
        let slashed = target.replace('\\', "/");
        return routes.find(&link.here(), &slashed).is_ok().then_some(slashed);
    }
    let others = || routes.paths().filter(|other| *other != link.path);
    // A path from the root, an address of the site, and the name of a file in another folder are common slips.
    let from_root = others().find(|other| *other == target.trim_start_matches('/'));
    let by_address =
        || routes.path_at(target).or_else(|| routes.path_at(&format!("/{}", path.strip_prefix("content/")?)));
    let (folder, name) = content::split(path);
    let by_name = || {
        let near = nearest(name, others().map(|other| content::split(other).1))?;
        let named = || others().filter(|other| content::split(other).1 == near);
        named().find(|other| content::split(other).0 == folder).or_else(|| named().next())
    };
    from_root.or_else(by_address).or_else(by_name).map(|meant| relative(link.path, meant))
}

/// Returns the path of a file as seen from another.
fn relative(from: &str, to: &str) -> String {
    let here: Vec<_> = content::split(from).0.split('/').collect();
    let there: Vec<_> = to.split('/').collect();
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    format!("{}{}", "../".repeat(here.len() - shared), there[shared..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn a_path_is_written_as_seen_from_its_file() {
        assert_eq!(relative("content/park/index.md", "content/park/plan.md"), "plan.md");
        assert_eq!(relative("content/park/a/b.md", "content/index.md"), "../../index.md");
        assert_eq!(relative("content/index.md", "content/park/plan.md"), "park/plan.md");
    }
}
