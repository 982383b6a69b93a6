use std::collections::BTreeMap;

use crate::{
    address::Address,
    diagnostic::{Diagnostic, Place, rule},
    model::{Site, Sites, What},
    output,
};

/// Every part of an address has a letter or a digit that an address may have.
pub(super) fn whole(sites: &Sites) -> Vec<Diagnostic> {
    let empty = taken(sites).into_iter().filter(|taken| taken.address.as_str().contains("//"));
    empty.map(|taken| Diagnostic::new(rule::ADDRESS_EMPTY, taken.place)).collect()
}

/// One address has one source: a second would silently take the first one's place.
pub(super) fn unique(sites: &Sites) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, &str> =
        output::fixed(sites).map(|address| (address.output(), "themes/base/theme.yaml")).collect();
    let mut problems = Vec::new();
    let all = taken(sites);
    for taken in &all {
        if let Some(other) = seen.insert(taken.address.output(), &taken.source) {
            let problem = Diagnostic::new(rule::DUPLICATE_ADDRESS, taken.place.clone());
            problems.push(problem.with("address", &taken.address).with("other", other));
        }
    }
    problems
}

/// No page takes a name that a generated page, of this or a later release, stands under.
pub(super) fn unreserved(sites: &Sites) -> Vec<Diagnostic> {
    let written = taken(sites).into_iter().filter(|taken| taken.named);
    let reserved = written.filter_map(|taken| {
        let (name, names) = name_in_its_place(sites, &taken.address)?;
        let name = names.iter().find(|reserved| **reserved == name)?;
        Some(Diagnostic::new(rule::SLUG_RESERVED, taken.place).with("slug", name))
    });
    reserved.collect()
}

/// Returns the part of an address that an editor named, and the names that are reserved where it stands.
fn name_in_its_place<'a>(sites: &'a Sites, address: &Address) -> Option<(String, &'a [String])> {
    let translation = sites.translations.iter().find(|site| address.as_str().starts_with(site.home.as_str()));
    let site = translation.unwrap_or(&sites.original);
    let below = |home: &Address| {
        let inner = address.as_str().strip_prefix(home.as_str())?;
        inner.split('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    for consultation in &site.consultations {
        for document in &consultation.documents {
            if let Some(name) = below(&document.address) {
                return Some((name, &site.slugs.document));
            }
        }
        if let Some(name) = below(&consultation.address) {
            return Some((name, &site.slugs.consultation));
        }
    }
    Some((below(&site.home)?, &site.slugs.root))
}

/// An address that something takes.
struct Taken {
    address: Address,
    source: String,
    place: Place,
    /// Whether an editor named it; the slugs of generated pages are reserved for just these pages.
    named: bool,
}

fn taken(sites: &Sites) -> Vec<Taken> {
    let sheets = sites.all().flat_map(Site::sheets).map(|sheet| Taken {
        place: sheet.place.cloned().unwrap_or_else(|| Place::whole(sheet.source)),
        source: sheet.source.to_owned(),
        named: !matches!(
            sheet.what,
            What::Home(_) | What::Schedule(..) | What::Whole(..) | What::Changes(..) | What::Comparison(..)
        ),
        address: sheet.address,
    });
    let files = super::referenced_files(sites).into_iter();
    let files = files.map(|(path, address)| Taken { address, place: Place::whole(&path), source: path, named: true });
    sheets.chain(files).collect()
}

/// Without an absolute address some outputs are left out; that is said once.
pub(super) fn absolute(site: &Site) -> Vec<Diagnostic> {
    let missing = site.base_url.is_none();
    missing.then(|| Diagnostic::new(rule::BASE_URL_MISSING, None)).into_iter().collect()
}
