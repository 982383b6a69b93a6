use std::collections::{BTreeMap, BTreeSet};

use super::links;
use crate::{
    address::Address,
    content::{has_extension, split},
    diagnostic::{Diagnostic, Place, rule},
    model::{Routes, Site, Sites},
};

/// Names of the YAML files that are read wherever they belong.
const NAMES: [&str; 4] = ["consultation.yaml", "document.yaml", "schedule.yaml", "site.yaml"];
/// Endings of the files that are read.
const ENDINGS: [&str; 2] = [".md", ".yaml"];
/// Endings of files that are not, with those that they were meant to be; some programs add a second one.
const NEAR_ENDINGS: [(&str, &str); 6] = [
    (".yml", ".yaml"),
    (".markdown", ".md"),
    (".mdown", ".md"),
    (".yaml.txt", ".yaml"),
    (".yml.txt", ".yaml"),
    (".md.txt", ".md"),
];

/// A file that nothing refers to is not published: whoever put it there should know, and all the more if its name ends
/// nearly as those that are read.
pub(super) fn referenced(sites: &Sites) -> Vec<Diagnostic> {
    let referenced = referred_to(sites, true);
    // A picture that is shown is published in other files.
    let written = sites.all().flat_map(Site::written);
    let shown: BTreeSet<_> = written
        .flat_map(|page| page.body.pictures.iter().map(|picture| Routes::target_path(&page.path, &picture.target)))
        .collect();
    let files = sites.original.routes.files();
    let forgotten = files.filter(|path| !referenced.contains_key(*path) && !shown.contains(*path));
    forgotten.map(left_over).collect()
}

fn left_over(path: &str) -> Diagnostic {
    if let Some((ending, meant)) = meant_ending(path) {
        let problem = Diagnostic::new(rule::FILE_ENDING, Place::whole(path));
        return problem.with("ending", ending).with("meant", meant);
    }
    if !has_extension(path, "yaml") {
        return Diagnostic::new(rule::FILE_UNREFERENCED, Place::whole(path));
    }
    Diagnostic::new(rule::FILE_UNREAD, Place::whole(path)).nearest(split(path).1, NAMES)
}

/// Returns how a name ends, and the ending that was meant, of a file that is nearly one that is read.
fn meant_ending(path: &str) -> Option<(&str, &'static str)> {
    let lower = path.to_lowercase();
    let near = NEAR_ENDINGS.iter().find(|(near, _)| lower.ends_with(near));
    let read = || ENDINGS.iter().find(|end| lower.ends_with(**end) && !path.ends_with(**end));
    let (length, meant) =
        near.map(|(near, meant)| (near.len(), *meant)).or_else(|| read().map(|end| (end.len(), *end)))?;
    Some((path.get(path.len() - length..)?, meant))
}

/// Returns the files that links lead to, by path; links on drafts count where `drafts` says so.
pub(super) fn referred_to(sites: &Sites, drafts: bool) -> BTreeMap<String, Address> {
    let links = links::all(sites).into_iter().filter(|link| drafts || !link.draft);
    let files = links.filter_map(|link| sites.original.routes.find(&link.here(), link.target).ok()?.file);
    files.map(|file| (file.path, file.address)).collect()
}
