use std::collections::BTreeMap;

use crate::{
    diagnostic::{Diagnostic, rule},
    model::{Sheet, Site, What, whole},
};

/// One address has one source: a second would silently take the first one's place.
pub(super) fn unique(site: &Site) -> Vec<Diagnostic> {
    let mut seen = BTreeMap::new();
    let mut problems = Vec::new();
    for sheet in site.sheets() {
        if let Some(other) = seen.insert(sheet.address.clone(), sheet.source) {
            let problem = Diagnostic::error(rule::DUPLICATE_ADDRESS, place(&sheet));
            problems.push(problem.with("address", &sheet.address).with("other", other));
        }
    }
    problems
}

/// No page takes a name that a generated page, of this or a later release, stands under.
pub(super) fn unreserved(site: &Site) -> Vec<Diagnostic> {
    let slugs = &site.slugs;
    let sheets = site.sheets().into_iter().filter_map(|sheet| {
        let parts: Vec<_> = sheet.address.parts().collect();
        let (taken, names) = match &sheet.what {
            What::Schedule(..) | What::Home(_) => return None,
            What::Chapter(_, document, ..) => (parts.get(document.address.parts().count())?, &slugs.document),
            _ => {
                let inside = site.consultations.iter().find(|one| {
                    let home: Vec<_> = one.address.parts().collect();
                    parts.len() > home.len() && parts.starts_with(&home)
                });
                match inside {
                    Some(consultation) => (parts.get(consultation.address.parts().count())?, &slugs.consultation),
                    None => (parts.first()?, &slugs.root),
                }
            }
        };
        let taken = names.iter().find(|name| name == taken)?.clone();
        Some(Diagnostic::error(rule::SLUG_RESERVED, place(&sheet)).with("slug", taken))
    });
    sheets.collect()
}

/// Without an absolute address some outputs are left out; that is said once.
pub(super) fn absolute(site: &Site) -> Vec<Diagnostic> {
    let missing = site.base_url.is_none();
    missing.then(|| Diagnostic::warning(rule::BASE_URL_MISSING, None)).into_iter().collect()
}

fn place(sheet: &Sheet<'_>) -> crate::diagnostic::Place {
    sheet.place.cloned().unwrap_or_else(|| whole(sheet.source))
}
