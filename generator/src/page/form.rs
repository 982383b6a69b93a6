use std::collections::BTreeMap;

use forms::{
    Answers, Bundle, ConsultedDocument, ConsultedSection, ConsultedVersion, Form, Kind, Text,
    page::{self, Filled},
};

use super::{Drawing, Drawn, Frame};
use crate::{
    address::Address,
    markdown::Section,
    model::{Consultation, Document, FormPage, Version},
    typography::typeset,
};

/// Draws the static page of a form with the code that the function draws it with.
pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Drawn {
    let Drawing { look, memory, .. } = frame.drawing;
    let bundle = bundle(frame, consultation, form);
    let state = consultation.term.state_on(frame.drawing.today);
    // The template says by itself where the term keeps answers out.
    let answers = Answers::default();
    let draw = || page::form(&look.theme, &bundle, state, &Filled::new(&answers));
    memory.drawing(look, &("form", &bundle, state), draw)
}

/// Packs a form with what stands around it, its links written as `frame` writes them.
pub(crate) fn bundle(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Bundle {
    let language = &frame.drawing.site.language;
    let mut shell = frame.shell_in(consultation, Vec::new());
    shell.description = form.form.intro.paragraphs(language).into_iter().next();
    let api = Address::root().file(&format!("api/{}", form.form.id));
    Bundle {
        revision: form.form.revision(),
        shown: form.form.with_texts(&|text| set(frame, text)).ok(),
        language: language.clone(),
        original: frame.drawing.site.is_original(),
        href: frame.linking.href(&form.address),
        action: frame.linking.href(&api),
        shell,
        consultation: frame.card(consultation),
        documents: documents(frame, consultation, form),
        base_url: frame.drawing.site.base_url.clone(),
        published: published(consultation, form),
        form: form.form.clone(),
    }
}

/// Returns what the form was when it was published, by revision, but for what it is.
fn published(consultation: &Consultation, form: &FormPage) -> BTreeMap<String, Form> {
    let current = form.form.revision();
    let earlier = consultation.register.revisions(form.name()).filter(|earlier| earlier.revision != current);
    earlier.map(|earlier| (earlier.revision.clone(), earlier.definition.clone())).collect()
}

/// Returns a text of a form as it is shown: one that nobody has translated is set as the original's language wants it.
fn set(frame: &Frame<'_>, text: &Text) -> Text {
    let language = &frame.drawing.site.language;
    let original = &frame.drawing.original.language;
    let spoken = if text.is_translated(language) { language } else { original };
    typeset(spoken, text.in_language(language)).as_ref().into()
}

/// Returns what remarks may be about; nothing for a form that asks for none.
fn documents(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Vec<ConsultedDocument> {
    let site = frame.drawing.site;
    if !form.form.questions.iter().any(|question| matches!(question.kind, Kind::Remark(_))) {
        return Vec::new();
    }
    let version = |document: &Document, index: usize| {
        let version = &document.versions[index];
        let sections = site.chapters(version).flat_map(|chapter| &chapter.body.sections);
        let sections = sections.map(|section| ConsultedSection {
            id: section.id.clone(),
            title: frame.words(&section.title),
            hash: section.hash.clone(),
            earlier: earlier(consultation, document, version, section),
        });
        ConsultedVersion { version: version.version.clone(), sections: sections.collect() }
    };
    let documents = consultation.documents.iter().filter(|document| site.shows(document.draft)).map(|document| {
        // The newest stands last: drafts that `serve` shows before it are no news to bind a remark to.
        let newest = document.newest();
        let mut shown = site.versions(document);
        shown.sort_by_key(|index| Some(*index) == newest);
        ConsultedDocument {
            name: document.name().to_owned(),
            title: document.title.clone(),
            href: frame.linking.href(&document.address),
            versions: shown.into_iter().map(|index| version(document, index)).collect(),
        }
    });
    documents.filter(|document| !document.versions.is_empty()).collect()
}

/// Returns the hashes of the texts that a section had when they were published, but for the one it has.
fn earlier(consultation: &Consultation, document: &Document, version: &Version, section: &Section) -> Vec<String> {
    let mut earlier: Vec<String> = Vec::new();
    for hash in consultation.register.hashes(document.name(), &version.version, &section.id) {
        if hash != section.hash && !earlier.iter().any(|known| known == hash) {
            earlier.push(hash.to_owned());
        }
    }
    earlier
}
