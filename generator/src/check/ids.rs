use std::collections::BTreeMap;

use crate::{
    diagnostic::{Diagnostic, Place, Rule, rule},
    model::Site,
};

/// A consultation's folder name is its id in the whole site: keys, addresses of forms and bundles are made of it.
pub(super) fn consultations(site: &Site) -> Vec<Diagnostic> {
    let ids = site.consultations.iter().map(|consultation| (consultation.id.as_str(), consultation.path.as_str()));
    twice(ids, rule::CONSULTATION_ID_TWICE)
}

/// A form's name is its id in the consultation.
pub(super) fn forms(site: &Site) -> Vec<Diagnostic> {
    let forms = site.consultations.iter().map(|consultation| &consultation.forms);
    let ids = |forms: &Vec<crate::model::FormPage>| {
        twice(forms.iter().map(|form| (form.form.id.as_str(), form.path.as_str())), rule::FORM_ID_TWICE)
    };
    forms.flat_map(ids).collect()
}

fn twice<'a>(ids: impl Iterator<Item = (&'a str, &'a str)>, rule: &'static Rule) -> Vec<Diagnostic> {
    let mut seen = BTreeMap::new();
    let second = ids.filter_map(|(id, path)| {
        let other = seen.insert(id, path)?;
        Some(Diagnostic::new(rule, Place::whole(path)).with("id", id).with("other", other))
    });
    second.collect()
}
