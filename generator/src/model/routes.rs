use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use unicode_normalization::UnicodeNormalization;

use super::{Folders, Page, Site};
use crate::{
    address::{Address, Linking},
    content::split,
    slug,
};

/// Where each source file is found on the site.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    by_path: BTreeMap<String, Route>,
    /// Files that could not be understood: they are reported themselves, and so a link to one is not.
    broken: BTreeSet<String>,
}

/// Where one source file is found.
#[derive(Debug)]
struct Route {
    address: Address,
    draft: bool,
    /// Ids that a link may name.
    anchors: BTreeSet<String>,
    /// Of a chapter: the folder of its version, and its address there.
    version: Option<(String, Address)>,
    /// Of a document: where each id of its newest version is, and whether on a draft.
    sections: BTreeMap<String, (Address, bool)>,
    /// Whether it is published as it stands, if something refers to it.
    is_file: bool,
}

/// The page that a link stands on.
#[derive(Clone, Debug)]
pub(crate) struct Here<'a> {
    /// Path of its source file.
    pub(crate) path: &'a str,
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
    /// Whether it leads to a draft.
    pub(crate) draft: bool,
    /// The file it makes the site publish.
    pub(crate) file: Option<(String, Address)>,
}

/// Why a link leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LinkError {
    /// No such file; `path` is what was looked for.
    NoFile { path: String },
    /// The file has no such section.
    NoAnchor { anchor: String },
}

impl Routes {
    /// Finds the address of every source file of `site` and of `others`, the files that are published as they stand;
    /// `read` are the files that were read.
    pub(super) fn of(site: &Site, others: &[String], read: BTreeSet<String>, folders: &Folders) -> Self {
        let mut routes = Self::default();
        for page in &site.pages {
            routes.add(&page.path, &page.address, page.draft, anchors(page));
        }
        for consultation in &site.consultations {
            routes.add(&consultation.path, &consultation.address, consultation.draft, BTreeSet::new());
            if let Some(schedule) = &consultation.schedule {
                let stages = schedule.stages.iter().map(|stage| &stage.id);
                let ids = stages.chain(schedule.meetings.iter().map(|meeting| &meeting.id)).cloned().collect();
                routes.add(&schedule.path, &schedule.address, consultation.draft, ids);
            }
            for form in &consultation.forms {
                routes.add(&form.path, &form.address, form.draft, BTreeSet::new());
            }
            for document in &consultation.documents {
                routes.add_document(document);
            }
        }
        for path in others {
            let (folder, name) = split(path);
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            let dot = if extension.is_empty() { "" } else { "." };
            let name = format!("{}{dot}{}", slug::fold(stem), slug::fold(extension));
            let route =
                routes.add(path, &folders.address(folder).file(&name), folders.is_draft(folder), BTreeSet::new());
            route.is_file = true;
        }
        routes.broken = read.into_iter().filter(|path| !routes.by_path.contains_key(path)).collect();
        routes
    }

    /// Finds where a link written as `target` leads, seen from `here`.
    ///
    /// # Errors
    /// [`LinkError`] when it leads nowhere.
    pub(crate) fn find(&self, here: &Here<'_>, target: &str) -> Result<Found, LinkError> {
        let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
        let path = if path.is_empty() { here.path.to_owned() } else { join(here.path, path) };
        let Some(route) = self.by_path.get(&path) else {
            return Err(LinkError::NoFile { path });
        };
        let stays = route.version.as_ref().filter(|(version, _)| here.version == Some(version));
        let mut address = stays.map_or(&route.address, |(_, address)| address);
        let mut draft = route.draft;
        if let Some(anchor) = anchor.filter(|anchor| !route.anchors.contains(*anchor)) {
            let Some(chapter) = route.sections.get(anchor) else {
                return Err(LinkError::NoAnchor { anchor: anchor.to_owned() });
            };
            address = &chapter.0;
            draft = chapter.1;
        }
        let page = here.linking.href(address);
        let href = match (anchor, page.as_str()) {
            (Some(anchor), "./") => format!("#{anchor}"),
            (Some(anchor), _) => format!("{page}#{anchor}"),
            (None, _) => page,
        };
        let file = route.is_file.then(|| (path, address.clone()));
        Ok(Found { href, address: address.clone(), draft, file })
    }

    /// Tells whether the file `path` is there, but could not be understood.
    pub(crate) fn is_broken(&self, path: &str) -> bool {
        self.broken.contains(path)
    }

    /// Returns the path of the source file that has this path but for case.
    pub(crate) fn path_ignoring_case(&self, path: &str) -> Option<&str> {
        let wanted = path.to_lowercase();
        self.paths().find(|path| path.to_lowercase() == wanted)
    }

    /// Returns the paths of all source files that a link may name.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.by_path.keys().map(String::as_str)
    }

    /// Returns the paths of the files that are published if something refers to them.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.by_path.iter().filter(|(_, route)| route.is_file).map(|(path, _)| path.as_str())
    }

    /// Returns the path of the file `target` names, seen from the file `from`.
    pub(crate) fn target_path(from: &str, target: &str) -> String {
        join(from, target.split('#').next().unwrap_or_default())
    }

    fn add(&mut self, path: &str, address: &Address, draft: bool, anchors: BTreeSet<String>) -> &mut Route {
        let route = Route {
            address: address.clone(),
            draft,
            anchors,
            version: None,
            sections: BTreeMap::new(),
            is_file: false,
        };
        let entry = self.by_path.entry(path.to_owned());
        entry.insert_entry(route).into_mut()
    }

    fn add_document(&mut self, document: &super::Document) {
        let newest = document.newest();
        let mut sections = BTreeMap::new();
        for (index, version) in document.versions.iter().enumerate() {
            let is_newest = Some(index) == newest;
            for chapter in &version.chapters {
                let short = document.address.page(chapter.address.last());
                let address = if is_newest { &short } else { &chapter.address };
                let ids = anchors(chapter);
                if is_newest {
                    sections.extend(ids.iter().map(|id| (id.clone(), (short.clone(), chapter.draft))));
                }
                let folder = split(&chapter.path).0.to_owned();
                let route = self.add(&chapter.path, address, chapter.draft, ids);
                route.version = Some((folder, chapter.address.clone()));
            }
        }
        self.add(&document.path, &document.address, document.draft, BTreeSet::new()).sections = sections;
    }
}

fn anchors(page: &Page) -> BTreeSet<String> {
    let title = page.body.sections.first().map(|section| &section.id);
    title.into_iter().chain(page.body.headings.iter().map(|heading| &heading.id)).cloned().collect()
}

/// Joins a relative path to the folder of the file `from`: `..` goes up, and never above the root.
fn join(from: &str, relative: &str) -> String {
    let plain = relative.is_ascii() && !relative.contains('%');
    let decode = || percent_encoding::percent_decode_str(relative).decode_utf8_lossy().nfc().collect();
    let decoded: Cow<'_, str> = if plain { Cow::Borrowed(relative) } else { Cow::Owned(decode()) };
    let mut parts: Vec<&str> = split(from).0.split('/').filter(|part| !part.is_empty()).collect();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_joined_as_editors_write_them() {
        assert_eq!(join("content/a/b.md", "c.md"), "content/a/c.md");
        assert_eq!(join("content/a/b.md", "../c.md"), "content/c.md");
        assert_eq!(join("content/a/b.md", "./d/%C5%82%C4%85ka.md"), "content/a/d/łąka.md");
        assert_eq!(join("content/a/b.md", "../../../../etc/passwd"), "etc/passwd");
    }
}
