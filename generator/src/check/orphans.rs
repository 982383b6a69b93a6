use std::collections::BTreeSet;

use super::links;
use crate::{
    address::Address,
    content::{FOLDER, split},
    diagnostic::{Diagnostic, Place, rule},
    model::{Page, Site, What},
};

/// A page can be reached: something links to it, or it stands in the list of its folder.
pub(super) fn pages(site: &Site) -> Vec<Diagnostic> {
    let reached = reached(site);
    let lost = site.sheets().into_iter().filter_map(|sheet| {
        let (What::Text(page) | What::Folder(_, Some(page))) = sheet.what else { return None };
        let lost = !is_listed(site, page) && !reached.contains(&page.address);
        lost.then(|| Diagnostic::new(rule::PAGE_ORPHAN, Place::whole(&page.path)))
    });
    lost.collect()
}

/// Returns the addresses to which links of other files lead.
fn reached(site: &Site) -> BTreeSet<Address> {
    let found = links::of(site).filter_map(|link| {
        let own = site.page(link.path).map(|page| &page.address);
        let found = site.routes.find(&link.here(), link.target).ok()?;
        (Some(&found.address) != own).then_some(found.address)
    });
    found.collect()
}

/// Tells whether the folder of a page has a list of its pages; the root and consultations have none.
fn is_listed(site: &Site, page: &Page) -> bool {
    let folder = if page.is_index() { split(page.folder()).0 } else { page.folder() };
    folder != FOLDER && site.consultations.iter().all(|consultation| consultation.folder != folder)
}
