use std::collections::BTreeMap;

use forms::{Shared, Site};
use serde::Serialize;

use crate::{
    address::Linking,
    emit::{Class, Output, Sink},
    page::{self, Drawing, Frame},
};

/// Makes what the function is packed with: a bundle for each form, and the theme once.
///
/// The function answers at addresses of its own, so all links are root-absolute.
pub(super) fn packed(drawing: Drawing<'_>, sink: &dyn Sink) {
    let frame = Frame { drawing, linking: Linking::Root, address: None };
    let site = drawing.site;
    let language = &site.language;
    let mut cards = BTreeMap::new();
    for consultation in site.consultations.iter().filter(|consultation| site.shows(consultation.draft)) {
        cards.insert(consultation.id.clone(), frame.card(consultation));
        for form in consultation.forms.iter().filter(|form| site.shows(form.draft)) {
            let at_home = Frame { address: Some(&form.address), linking: Linking::Root, drawing };
            let bundle = page::bundle(&at_home, consultation, form);
            sink.take(format!("forms/{}.{language}.json", form.form.id), json(&bundle));
        }
    }
    let shared = Shared {
        theme: drawing.look.source.clone(),
        language: language.clone(),
        sites: BTreeMap::from([(language.clone(), Site { shell: frame.shell(Vec::new()), consultations: cards })]),
    };
    sink.take("forms/theme/theme.json".to_owned(), json(&shared));
}

fn json(value: &impl Serialize) -> Output {
    // Strings, numbers, lists and maps keyed by strings: nothing that JSON cannot write.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    Output { bytes, class: Class::Side }
}
