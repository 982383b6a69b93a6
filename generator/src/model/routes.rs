use std::collections::{BTreeMap, BTreeSet};

use super::{Folders, Page, Site, Sites};
use crate::{
    address::{Address, Linking},
    content::{document, join, split},
    slug,
};

/// Where each source file is found on the site.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// One for each language that the file is there in, the original first.
    by_path: BTreeMap<String, Vec<Route>>,
    /// Files that could not be understood: they are reported themselves, and so a link to one is not.
    broken: BTreeSet<String>,
}

/// Where one source file is found, in one language.
#[derive(Debug)]
struct Route {
    /// The language of the page; none of a file that is published as it stands.
    language: Option<String>,
    address: Address,
    draft: bool,
    /// Ids that a link may name.
    anchors: BTreeSet<String>,
    /// Of a chapter: the folder of its version, and its address there.
    version: Option<(String, Address)>,
    /// Of a document: where each id of its newest version is.
    sections: BTreeMap<String, Chapter>,
    /// Of a file that is published if something refers to it: its bytes.
    size: Option<usize>,
}

/// Where a chapter of the newest version is found.
#[derive(Clone, Debug)]
struct Chapter {
    address: Address,
    draft: bool,
    language: String,
}

/// The page that a link stands on.
#[derive(Clone, Debug)]
pub(crate) struct Here<'a> {
    /// Path of its source file.
    pub(crate) path: &'a str,
    /// Its language: links lead to pages in it where there are such.
    pub(crate) language: &'a str,
    /// How it writes links.
    pub(crate) linking: Linking,
    /// Path of the folder of the version that the page shows at its own address: links inside a version stay in it.
    pub(crate) version: Option<&'a str>,
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The address as the page writes it.
    pub(crate) href: String,
    /// The page that it names.
    pub(crate) address: Address,
    /// The language of that page, where it is another than that of the link.
    pub(crate) language: Option<String>,
    /// Whether it leads to a draft.
    pub(crate) draft: bool,
    /// The file it makes the site publish.
    pub(crate) file: Option<Download>,
}

/// A file that is published because something refers to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Download {
    /// Its path.
    pub(crate) path: String,
    pub(crate) address: Address,
    /// How many bytes it has in the tree.
    pub(crate) size: usize,
}

/// Why a link leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LinkError {
    /// No such file; `path` is what was looked for.
    NoFile { path: String },
    /// The file has no such section.
    NoAnchor { path: String, anchor: String },
}

impl Routes {
    /// Finds the address of every source file of `sites` and of `others`, the files that are published as they stand,
    /// with their bytes; `read` are the files that were read, `folders` those of the original.
    pub(super) fn of(sites: &Sites, others: &[(String, usize)], read: BTreeSet<String>, folders: &Folders) -> Self {
        let mut routes = Self::default();
        for site in sites.all() {
            routes.add_site(site);
        }
        for (path, size) in others {
            let (folder, name) = split(path);
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            let dot = if extension.is_empty() { "" } else { "." };
            let name = format!("{}{dot}{}", slug::fold(stem), slug::fold(extension));
            let file = Route::new(None, folders.address(folder).file(&name), folders.is_draft(folder), BTreeSet::new());
            routes.add(path, Route { size: Some(*size), ..file });
        }
        routes.broken = read.into_iter().filter(|path| !routes.by_path.contains_key(path)).collect();
        routes
    }

    fn add_site(&mut self, site: &Site) {
        let route = |address: &Address, draft: bool, anchors: BTreeSet<String>| {
            Route::new(Some(&site.language), address.clone(), draft, anchors)
        };
        for page in &site.pages {
            self.add_page(page, || route(&page.address, page.draft, anchors(page)));
        }
        for consultation in &site.consultations {
            let home = route(&consultation.address, consultation.draft, BTreeSet::new());
            self.add(&consultation.path, home);
            if let Some(schedule) = &consultation.schedule {
                let stages = schedule.stages.iter().map(|stage| &stage.id);
                let ids = stages.chain(schedule.meetings.iter().map(|meeting| &meeting.id)).cloned().collect();
                self.add(&schedule.path, route(&schedule.address, consultation.draft, ids));
            }
            for form in &consultation.forms {
                self.add(&form.path, route(&form.address, form.draft, BTreeSet::new()));
            }
            for document in &consultation.documents {
                self.add_document(site, document);
            }
        }
    }

    /// Finds where a link written as `target` leads, seen from `here`.
    ///
    /// # Errors
    /// [`LinkError`] when it leads nowhere.
    pub(crate) fn find(&self, here: &Here<'_>, target: &str) -> Result<Found, LinkError> {
        let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
        let path = if path.is_empty() { here.path.to_owned() } else { join(here.path, path) };
        let routes = self.by_path.get(&path).map(Vec::as_slice).unwrap_or_default();
        let own = routes.iter().find(|route| route.language.as_deref() == Some(here.language));
        let Some(route) = own.or(routes.first()) else {
            return Err(LinkError::NoFile { path });
        };
        let stays = route.version.as_ref().filter(|(version, _)| here.version == Some(version));
        let mut address = stays.map_or(&route.address, |(_, address)| address);
        let (mut draft, mut language) = (route.draft, route.language.as_deref());
        if let Some(anchor) = anchor.filter(|anchor| !route.anchors.contains(*anchor)) {
            let Some(chapter) = route.sections.get(anchor) else {
                return Err(LinkError::NoAnchor { path, anchor: anchor.to_owned() });
            };
            (address, draft, language) = (&chapter.address, chapter.draft, Some(chapter.language.as_str()));
        }
        let page = here.linking.href(address);
        let href = match (anchor, page.as_str()) {
            (Some(anchor), "./") => format!("#{anchor}"),
            (Some(anchor), _) => format!("{page}#{anchor}"),
            (None, _) => page,
        };
        let file = route.size.map(|size| Download { path, address: address.clone(), size });
        let language = language.filter(|language| *language != here.language).map(str::to_owned);
        Ok(Found { href, address: address.clone(), language, draft, file })
    }

    /// Returns the ids that a link to the file `path` may name, of a document those of its newest version.
    pub(crate) fn anchors(&self, path: &str) -> Vec<&str> {
        let route = self.by_path.get(path).and_then(|routes| routes.first());
        route
            .into_iter()
            .flat_map(|route| route.anchors.iter().chain(route.sections.keys()))
            .map(String::as_str)
            .collect()
    }

    /// Tells whether the file `path` is there, but could not be understood.
    pub(crate) fn is_broken(&self, path: &str) -> bool {
        self.broken.contains(path)
    }

    /// Tells whether there is a file that could not be understood.
    pub(crate) fn has_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Tells whether the document at `path` has a chapter that could not be understood: any id may stand there.
    pub(crate) fn lacks_a_chapter(&self, path: &str) -> bool {
        let (folder, name) = split(path);
        let of_document = |broken: &&String| broken.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        name == document::FILE && self.broken.iter().any(|broken| of_document(&broken))
    }

    /// Returns the path of the source file that has this path but for case.
    pub(crate) fn path_ignoring_case(&self, path: &str) -> Option<&str> {
        let wanted = path.to_lowercase();
        self.paths().find(|path| path.to_lowercase() == wanted)
    }

    /// Returns the path of the source file that is shown at this address.
    pub(crate) fn path_at(&self, address: &str) -> Option<&str> {
        let bare = |address: &str| address.trim_matches('/').to_owned();
        let wanted = bare(address);
        let shown = |routes: &[Route]| routes.iter().any(|route| bare(route.address.as_str()) == wanted);
        self.by_path.iter().find(|(_, routes)| shown(routes)).map(|(path, _)| path.as_str())
    }

    /// Returns the paths of all source files that a link may name.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.by_path.keys().map(String::as_str)
    }

    /// Returns the paths of the files that are published if something refers to them.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let files = self.by_path.iter().filter(|(_, routes)| routes.iter().any(|route| route.size.is_some()));
        files.map(|(path, _)| path.as_str())
    }

    /// Returns the path of the file `target` names, seen from the file `from`.
    pub(crate) fn target_path(from: &str, target: &str) -> String {
        join(from, target.split('#').next().unwrap_or_default())
    }

    fn add(&mut self, path: &str, route: Route) {
        self.by_path.entry(path.to_owned()).or_default().push(route);
    }

    /// Adds a page under the path of its original, and of a translation under its own path besides.
    fn add_page(&mut self, page: &Page, route: impl Fn() -> Route) {
        self.add(&page.original, route());
        if page.path != page.original {
            self.add(&page.path, route());
        }
    }

    fn add_document(&mut self, site: &Site, document: &super::Document) {
        let newest = document.newest();
        let mut sections = BTreeMap::new();
        for (index, version) in document.versions.iter().enumerate() {
            let is_newest = Some(index) == newest;
            for chapter in version.chapters.iter().filter(|chapter| site.speaks(chapter)) {
                let ids = anchors(chapter);
                let short = document.address.page(chapter.address.last());
                let address = if is_newest { &short } else { &chapter.address };
                if is_newest {
                    let found =
                        Chapter { address: short.clone(), draft: chapter.draft, language: site.language.clone() };
                    sections.extend(ids.iter().map(|id| (id.clone(), found.clone())));
                }
                let folder = split(&chapter.path).0.to_owned();
                self.add_page(chapter, || Route {
                    version: Some((folder.clone(), chapter.address.clone())),
                    ..Route::new(Some(&site.language), address.clone(), chapter.draft, ids.clone())
                });
            }
        }
        // What nobody has translated is found where the original is.
        let original = self.by_path.get(&document.path).and_then(|routes| routes.first());
        for (id, chapter) in original.into_iter().flat_map(|original| &original.sections) {
            sections.entry(id.clone()).or_insert_with(|| chapter.clone());
        }
        if newest.is_some_and(|newest| !site.has_contents(&document.versions[newest])) {
            return;
        }
        let route = Route::new(Some(&site.language), document.address.clone(), document.draft, BTreeSet::new());
        self.add(&document.path, Route { sections, ..route });
    }
}

impl Route {
    fn new(language: Option<&str>, address: Address, draft: bool, anchors: BTreeSet<String>) -> Self {
        let language = language.map(str::to_owned);
        Self { language, address, draft, anchors, version: None, sections: BTreeMap::new(), size: None }
    }
}

fn anchors(page: &Page) -> BTreeSet<String> {
    let title = page.body.sections.first().map(|section| &section.id);
    title.into_iter().chain(page.body.headings.iter().map(|heading| &heading.id)).cloned().collect()
}
