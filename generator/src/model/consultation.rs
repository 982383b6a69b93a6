use std::collections::BTreeMap;

use std::sync::Arc;

use forms::{Contact, Form, Office, Term};
use jiff::civil::Date;

use super::{Page, Register, Resolving, Routes, Site, Snapshot, address_name};
use crate::{
    address::Address,
    content::{
        RawAttachment,
        consultation::{RawChannel, RawConsultation, Written},
        document::RawDocument,
        form::{Places, RawForm},
        page::RawPage,
        schedule::RawSchedule,
        split,
    },
    diagnostic::{Diagnostic, Place, Spanned},
    slug,
    theme::Slugs,
};

/// A consultation, with all that belongs to it.
#[derive(Debug)]
pub(crate) struct Consultation {
    /// Name of its folder.
    pub(crate) id: String,
    /// Path of `consultation.yaml`.
    pub(crate) path: String,
    /// Path of its folder.
    pub(crate) folder: String,
    pub(crate) address: Address,
    pub(crate) draft: bool,
    pub(crate) title: String,
    pub(crate) subject: String,
    pub(crate) area: Option<String>,
    pub(crate) case_number: Option<String>,
    pub(crate) announced: Option<Date>,
    pub(crate) term: Term,
    pub(crate) report_due: Option<Date>,
    pub(crate) retention_days: Option<u32>,
    /// Acts, each with the fewest days it demands.
    pub(crate) legal_basis: Vec<(String, Option<u32>)>,
    pub(crate) unit: Option<String>,
    pub(crate) contact: Contact,
    pub(crate) offices: Vec<Office>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) privacy: Option<Spanned<String>>,
    pub(crate) announcement: Option<Spanned<String>>,
    /// Link to the form for remarks on a section of a document, as written.
    pub(crate) remarks: Option<Spanned<String>>,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) documents: Vec<Document>,
    pub(crate) forms: Vec<FormPage>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) written: Written,
    /// What of it was put to residents.
    pub(crate) register: Arc<Register>,
}

/// A file to download beside a consultation or a document.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) title: String,
    /// Link to the file, as written.
    pub(crate) file: Spanned<String>,
}

/// A way to take part.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) how: String,
    pub(crate) url: Option<String>,
    /// Link to a form, as written.
    pub(crate) form: Option<Spanned<String>>,
    pub(crate) offices: bool,
}

/// When what happens.
#[derive(Debug)]
pub(crate) struct Schedule {
    pub(crate) path: String,
    pub(crate) address: Address,
    /// Paragraphs.
    pub(crate) note: Vec<String>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) meetings: Vec<Meeting>,
}

/// A stage of the consultation.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) start: Date,
    pub(crate) end: Option<Date>,
    pub(crate) description: Option<String>,
}

/// A meeting with residents.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) date: Date,
    /// Where its day was written.
    pub(crate) written: Place,
    pub(crate) time: String,
    pub(crate) place: String,
    pub(crate) description: Option<String>,
    pub(crate) accessibility: Option<String>,
    pub(crate) draft: bool,
}

/// A document that is consulted.
#[derive(Debug)]
pub(crate) struct Document {
    /// Path of `document.yaml`.
    pub(crate) path: String,
    pub(crate) address: Address,
    /// Whether it has no version but drafts.
    pub(crate) draft: bool,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) description: Option<String>,
    /// Whether chapters and sections are numbered for the reader.
    pub(crate) numbered: bool,
    /// Oldest first.
    pub(crate) versions: Vec<Version>,
    pub(crate) attachments: Vec<Attachment>,
}

/// One version of a document.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) version: String,
    /// Address of its own contents page.
    pub(crate) address: Address,
    pub(crate) draft: bool,
    pub(crate) date: Option<Date>,
    pub(crate) status: String,
    /// Paragraphs.
    pub(crate) note: Vec<String>,
    /// Chapters in order, each at its versioned address.
    pub(crate) chapters: Vec<Page>,
}

/// A form with the address of its page, named by its file.
#[derive(Debug)]
pub(crate) struct FormPage {
    pub(crate) path: String,
    pub(crate) address: Address,
    pub(crate) draft: bool,
    pub(crate) form: Form,
    /// Where each question is written, by its name.
    pub(crate) places: BTreeMap<String, Places>,
}

impl Consultation {
    /// Returns the day from which what is consulted is registered: that of the announcement, else of the start.
    pub(crate) fn announcement_day(&self) -> Date {
        self.announced.unwrap_or(self.term.start)
    }

    /// Returns the form for remarks on a section of a document.
    pub(crate) fn remark_form(&self) -> Option<&FormPage> {
        let path = Routes::target_path(&self.path, &self.remarks.as_ref()?.value);
        self.forms.iter().find(|form| form.path == path)
    }
}

impl FormPage {
    /// Returns its name in the consultation.
    pub(crate) fn name(&self) -> &str {
        split(&self.form.id).1
    }
}

impl Document {
    /// Returns the name of its folder.
    pub(crate) fn name(&self) -> &str {
        split(split(&self.path).0).1
    }

    /// Returns the version with this number.
    pub(crate) fn version(&self, version: &str) -> Option<&Version> {
        self.versions.iter().find(|shown| shown.version == version)
    }

    /// Returns the index of the newest version: the last that is no draft, else the last.
    pub(crate) fn newest(&self) -> Option<usize> {
        let published = self.versions.iter().rposition(|version| !version.draft);
        published.or_else(|| self.versions.len().checked_sub(1))
    }

    /// Returns the address under which a version is read: the newest stands at the short one.
    pub(crate) fn home(&self, index: usize) -> &Address {
        if self.newest() == Some(index) { &self.address } else { &self.versions[index].address }
    }

    /// Returns the version as which the page at `address` shows it; none where it is shown as the newest.
    pub(crate) fn shown_at(&self, index: usize, address: &Address) -> Option<&str> {
        let Version { version, address: own, .. } = &self.versions[index];
        address.as_str().starts_with(own.as_str()).then_some(version)
    }

    /// Returns the address of what changed between two versions.
    pub(crate) fn comparison(&self, older: usize, newer: usize, slugs: &Slugs) -> Address {
        let versions = [older, newer].map(|index| self.versions[index].version.as_str());
        self.address.page(&slugs.changes).page(&versions.join("-"))
    }
}

impl Version {
    /// Returns the address of what the correction `snapshot` changed.
    pub(crate) fn correction(&self, snapshot: &Snapshot, slugs: &Slugs) -> Address {
        self.address.page(&slugs.changes).page(&snapshot.name)
    }
}

impl Site {
    /// Returns the indices of the versions that are shown, oldest first.
    pub(crate) fn versions(&self, document: &Document) -> Vec<usize> {
        let shown = document.versions.iter().enumerate().filter(|(_, version)| self.shows(version.draft));
        shown.map(|(index, _)| index).collect()
    }

    /// Returns the chapter of a document that stands in the file `path`.
    pub(crate) fn chapter(&self, path: &str) -> Option<&Page> {
        let documents = self.consultations.iter().flat_map(|consultation| &consultation.documents);
        let versions = documents.flat_map(|document| &document.versions);
        versions.flat_map(|version| &version.chapters).find(|chapter| chapter.path == path)
    }

    /// Tells whether the chapter is written in the language of the site.
    pub(crate) fn speaks(&self, chapter: &Page) -> bool {
        chapter.language == self.language
    }

    /// Tells whether a version has contents in the language of the site: one of which nobody has translated a chapter is
    /// read in the original.
    pub(crate) fn has_contents(&self, version: &Version) -> bool {
        version.chapters.is_empty() || version.chapters.iter().any(|chapter| self.speaks(chapter))
    }

    /// Tells whether a version is in the language of the site from its first chapter to its last.
    pub(crate) fn is_whole(&self, version: &Version) -> bool {
        self.chapters(version).all(|chapter| self.speaks(chapter))
    }

    /// Returns the chapters of a version that are shown.
    pub(crate) fn chapters<'a>(&self, version: &'a Version) -> impl DoubleEndedIterator<Item = &'a Page> {
        version.chapters.iter().filter(|chapter| self.shows(chapter.draft))
    }
}

pub(super) fn resolve(
    resolving: Resolving<'_>,
    raw: &RawConsultation,
    slugs: &Slugs,
    problems: &mut Vec<Diagnostic>,
) -> Consultation {
    let text = |text: &forms::Text| resolving.text(text);
    let address = resolving.folders.address(&raw.folder);
    let draft = raw.draft || resolving.folders.is_draft(&raw.folder);
    let documents = raw.documents.iter().map(|raw| document(resolving, raw, &address, draft, problems)).collect();
    let schedule_path = format!("{}/schedule.yaml", raw.folder);
    let schedule_address = address.page(&slugs.schedule);
    Consultation {
        schedule: raw.schedule.as_ref().map(|raw| schedule(resolving, raw, schedule_path, schedule_address)),
        documents,
        forms: raw.forms.iter().map(|form| form_page(form, &raw.id, &address, draft)).collect(),
        register: register(resolving, raw),
        title: text(&raw.title),
        subject: text(&raw.subject),
        area: raw.area.as_ref().map(text),
        case_number: raw.case_number.clone(),
        announced: raw.announced,
        term: Term { start: raw.start, end: raw.end, grace_minutes: raw.grace_minutes },
        report_due: raw.report_due,
        retention_days: raw.retention_days,
        legal_basis: raw.legal_basis.iter().map(|basis| (text(&basis.act), basis.minimum_days)).collect(),
        unit: raw.unit.as_ref().map(text),
        contact: raw.contact.clone(),
        offices: raw
            .offices
            .iter()
            .map(|office| Office {
                name: text(&office.name),
                street: office.street.clone(),
                postcode: office.postcode.clone(),
                city: office.city.clone(),
                hours: office.hours.as_ref().map(text),
            })
            .collect(),
        channels: raw.channels.iter().map(|raw| channel(resolving, raw)).collect(),
        privacy: raw.privacy.clone(),
        announcement: raw.announcement.clone(),
        remarks: raw.remarks.clone(),
        attachments: attachments(resolving, &raw.attachments),
        written: raw.written.clone(),
        id: raw.id.clone(),
        path: raw.path(),
        folder: raw.folder.clone(),
        address,
        draft,
    }
}

fn attachments(resolving: Resolving<'_>, raw: &[RawAttachment]) -> Vec<Attachment> {
    raw.iter().map(|raw| Attachment { title: resolving.text(&raw.title), file: raw.file.clone() }).collect()
}

/// Returns the register, which is the same in every language.
fn register(resolving: Resolving<'_>, raw: &RawConsultation) -> Arc<Register> {
    let consultations = resolving.original.into_iter().flat_map(|site| &site.consultations);
    let original = consultations.into_iter().find(|consultation| consultation.folder == raw.folder);
    original.map_or_else(|| Arc::new(Register::of(raw.register.clone())), |original| original.register.clone())
}

fn channel(resolving: Resolving<'_>, raw: &RawChannel) -> Channel {
    Channel {
        name: resolving.text(&raw.name),
        how: resolving.text(&raw.how),
        url: raw.url.clone(),
        form: raw.form.clone(),
        offices: raw.offices,
    }
}

fn schedule(resolving: Resolving<'_>, raw: &RawSchedule, path: String, address: Address) -> Schedule {
    let text = |text: &forms::Text| resolving.text(text);
    Schedule {
        path,
        address,
        note: resolving.paragraphs(raw.note.as_ref()),
        stages: raw
            .stages
            .iter()
            .map(|stage| Stage {
                id: stage.id.clone(),
                title: text(&stage.title),
                start: stage.start,
                end: stage.end,
                description: stage.description.as_ref().map(text),
            })
            .collect(),
        meetings: raw
            .meetings
            .iter()
            .map(|meeting| Meeting {
                id: meeting.id.clone(),
                title: text(&meeting.title),
                date: meeting.date.value,
                written: meeting.date.place.clone(),
                time: meeting.time.clone(),
                place: text(&meeting.place),
                description: meeting.description.as_ref().map(text),
                accessibility: meeting.accessibility.as_ref().map(text),
                draft: meeting.draft,
            })
            .collect(),
    }
}

fn document(
    resolving: Resolving<'_>,
    raw: &RawDocument,
    consultation: &Address,
    draft: bool,
    problems: &mut Vec<Diagnostic>,
) -> Document {
    let address = consultation.page(&slug::fold(&raw.name));
    let mut versions = Vec::new();
    for version in &raw.versions {
        let home = address.page(&version.version.value);
        let draft = draft || version.is_draft;
        let chapters = version.chapters.iter();
        versions.push(Version {
            chapters: chapters.filter_map(|raw| chapter(resolving, raw, &home, draft, problems)).collect(),
            version: version.version.value.clone(),
            address: home,
            draft,
            date: version.date,
            status: resolving.text(&version.status),
            note: resolving.paragraphs(version.note.as_ref()),
        });
    }
    Document {
        draft: draft || versions.iter().all(|version| version.draft),
        path: raw.path.clone(),
        address,
        title: resolving.text(&raw.title),
        kind: resolving.text(&raw.kind),
        description: raw.description.as_ref().map(|text| text.in_language(resolving.language).to_owned()),
        numbered: raw.numbered,
        versions,
        attachments: attachments(resolving, &raw.attachments),
    }
}

/// Returns a chapter in the language; one that nobody has translated is that of the original.
fn chapter(
    resolving: Resolving<'_>,
    raw: &RawPage,
    version: &Address,
    draft: bool,
    problems: &mut Vec<Diagnostic>,
) -> Option<Page> {
    let Some(written) = resolving.written(raw) else {
        return resolving.original?.chapter(&raw.path).cloned();
    };
    let name = address_name(raw, written, true);
    let title = written.title.clone().unwrap_or_else(|| name.clone());
    Some(resolving.resolved(raw, written, version.page(&name), &title, draft, problems))
}

fn form_page(raw: &RawForm, consultation: &str, address: &Address, draft: bool) -> FormPage {
    let mut form = raw.form.clone();
    form.id = format!("{consultation}/{}", raw.name);
    FormPage {
        address: address.page(raw.slug.as_ref().map_or(&raw.name, |slug| &slug.value)),
        path: raw.path.clone(),
        draft: draft || raw.draft,
        form,
        places: raw.places.clone(),
    }
}
