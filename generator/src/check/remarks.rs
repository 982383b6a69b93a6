use crate::{
    diagnostic::{Diagnostic, rule},
    model::Site,
};

/// Remarks on a section go to a form of the same consultation: the function finds the document there.
pub(super) fn lead_to_a_form(site: &Site) -> Vec<Diagnostic> {
    let lost = site.consultations.iter().filter_map(|consultation| {
        let remarks = consultation.remarks.as_ref().filter(|_| consultation.remark_form().is_none())?;
        // A form that could not be understood is reported itself.
        let path = crate::model::Routes::target_path(&consultation.path, &remarks.value);
        let known = !site.routes.is_broken(&path) && site.routes.paths().any(|known| known == path);
        known.then(|| Diagnostic::new(rule::REMARKS_NO_FORM, remarks.place.clone()))
    });
    lost.collect()
}
