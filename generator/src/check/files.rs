use std::collections::BTreeMap;

use super::links;
use crate::{
    address::Address,
    diagnostic::{Diagnostic, Place, rule},
    model::Sites,
};

/// A file that nothing refers to is not published: whoever put it there should know.
pub(super) fn referenced(sites: &Sites) -> Vec<Diagnostic> {
    let referenced = referred_to(sites, true);
    let forgotten = sites.original.routes.files().filter(|path| !referenced.contains_key(*path));
    forgotten.map(|path| Diagnostic::new(rule::FILE_UNREFERENCED, Place::whole(path))).collect()
}

/// Returns the files that links lead to, by path; links on drafts count where `drafts` says so.
pub(super) fn referred_to(sites: &Sites, drafts: bool) -> BTreeMap<String, Address> {
    let links = links::all(sites).into_iter().filter(|link| drafts || !link.draft);
    links.filter_map(|link| sites.original.routes.find(&link.here(), link.target).ok()?.file).collect()
}
