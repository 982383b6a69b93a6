use std::collections::BTreeMap;

use forms::{Shared, Shell, Site};
use serde::Serialize;

use crate::{
    address::Linking,
    emit::{Class, Output, Sink},
    model::{self, Subject},
    page::{self, Drawing, Frame},
};

/// Makes what the function is packed with: a bundle for each form, and the theme once.
///
/// The function answers at addresses of its own, so all links are root-absolute.
pub(super) fn packed(sites: &model::Sites, drawing: Drawing<'_>, sink: &dyn Sink) {
    let mut packed = BTreeMap::new();
    for site in sites.all() {
        packed.insert(site.language.clone(), in_language(Drawing { site, ..drawing }, sink));
    }
    let shared =
        Shared { theme: drawing.look.source.clone(), language: sites.original.language.clone(), sites: packed };
    sink.take("forms/theme/theme.json".to_owned(), json(&shared));
}

/// Packs the forms in one language, and returns what the function shows of the site in it.
fn in_language(drawing: Drawing<'_>, sink: &dyn Sink) -> Site {
    let frame = Frame { drawing, linking: Linking::Root, address: None, subject: None };
    let site = drawing.site;
    let mut cards = BTreeMap::new();
    for consultation in site.consultations.iter().filter(|consultation| site.shows(consultation.draft)) {
        cards.insert(consultation.id.clone(), frame.card(consultation));
        for form in consultation.forms.iter().filter(|form| site.shows(form.draft)) {
            let subject = Some(Subject::File(&form.path));
            let at_home = Frame { address: Some(&form.address), linking: Linking::Root, drawing, subject };
            let bundle = page::bundle(&at_home, consultation, form);
            sink.take(format!("forms/{}.{}.json", form.form.id, site.language), json(&bundle));
        }
    }
    // A receipt and the messages of the function stand at addresses that no other language has.
    let shell = Shell { languages: Vec::new(), ..frame.shell(Vec::new()) };
    Site { shell, consultations: cards }
}

fn json(value: &impl Serialize) -> Output {
    // Strings, numbers, lists and maps keyed by strings: nothing that JSON cannot write.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    Output::new(bytes, Class::Side)
}
