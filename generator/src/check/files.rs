use std::collections::{BTreeMap, BTreeSet};

use super::links;
use crate::{
    address::Address,
    diagnostic::{Diagnostic, Place, rule},
    model::{Routes, Site, Sites},
};

/// A file that nothing refers to is not published: whoever put it there should know.
pub(super) fn referenced(sites: &Sites) -> Vec<Diagnostic> {
    let referenced = referred_to(sites, true);
    // A picture that is shown is published in other files.
    let written = sites.all().flat_map(Site::written);
    let shown: BTreeSet<_> = written
        .flat_map(|page| page.body.pictures.iter().map(|picture| Routes::target_path(&page.path, &picture.target)))
        .collect();
    let files = sites.original.routes.files();
    let forgotten = files.filter(|path| !referenced.contains_key(*path) && !shown.contains(*path));
    forgotten.map(|path| Diagnostic::new(rule::FILE_UNREFERENCED, Place::whole(path))).collect()
}

/// Returns the files that links lead to, by path; links on drafts count where `drafts` says so.
pub(super) fn referred_to(sites: &Sites, drafts: bool) -> BTreeMap<String, Address> {
    let links = links::all(sites).into_iter().filter(|link| drafts || !link.draft);
    let files = links.filter_map(|link| sites.original.routes.find(&link.here(), link.target).ok()?.file);
    files.map(|file| (file.path, file.address)).collect()
}
