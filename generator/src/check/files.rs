use std::collections::BTreeMap;

use super::links;
use crate::{
    address::Address,
    diagnostic::{Diagnostic, Place, rule},
    model::Site,
};

/// A file that nothing refers to is not published: whoever put it there should know.
pub(super) fn referenced(site: &Site) -> Vec<Diagnostic> {
    let referenced = referred_to(site, true);
    let forgotten = site.routes.files().filter(|path| !referenced.contains_key(*path));
    forgotten.map(|path| Diagnostic::new(rule::FILE_UNREFERENCED, Place::whole(path))).collect()
}

/// Returns the files that links lead to, by path; links on drafts count where `drafts` says so.
pub(super) fn referred_to(site: &Site, drafts: bool) -> BTreeMap<String, Address> {
    let links = links::all(site).into_iter().filter(|link| drafts || !link.draft);
    links.filter_map(|link| site.routes.find(&link.here(), link.target).ok()?.file).collect()
}
