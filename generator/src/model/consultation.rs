use forms::{Contact, Form, Office, Term};
use jiff::civil::Date;

use super::{Page, Register, Routes, Site, Snapshot, read_alias};
use crate::{
    address::Address,
    content::{
        consultation::{RawChannel, RawConsultation},
        document::RawDocument,
        form::RawForm,
        page::RawPage,
        schedule::RawSchedule,
        split,
    },
    diagnostic::{Diagnostic, Spanned},
    slug,
    theme::Slugs,
    typography::typeset,
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
    /// What of it was put to residents.
    pub(crate) register: Register,
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

    /// Returns the chapters of a version that are shown.
    pub(crate) fn chapters<'a>(&self, version: &'a Version) -> impl DoubleEndedIterator<Item = &'a Page> {
        version.chapters.iter().filter(|chapter| self.shows(chapter.draft))
    }
}

pub(super) fn resolve(
    raw: RawConsultation,
    address: Address,
    draft: bool,
    language: &str,
    slugs: &Slugs,
    problems: &mut Vec<Diagnostic>,
) -> Consultation {
    let text = |text: &forms::Text| typeset(language, text.in_language(language)).into_owned();
    let path = raw.path();
    let schedule_path = format!("{}/schedule.yaml", raw.folder);
    let documents = raw.documents.into_iter().map(|raw| document(raw, &address, draft, language, problems)).collect();
    Consultation {
        schedule: raw.schedule.map(|raw| schedule(raw, schedule_path, address.page(&slugs.schedule), language)),
        documents,
        forms: raw.forms.into_iter().map(|form| form_page(form, &raw.id, &address, draft)).collect(),
        register: Register::of(raw.register),
        title: text(&raw.title),
        subject: text(&raw.subject),
        area: raw.area.as_ref().map(text),
        case_number: raw.case_number,
        announced: raw.announced,
        term: Term { start: raw.start, end: raw.end, grace_minutes: raw.grace_minutes },
        report_due: raw.report_due,
        retention_days: raw.retention_days,
        legal_basis: raw.legal_basis.iter().map(|basis| (text(&basis.act), basis.minimum_days)).collect(),
        unit: raw.unit.as_ref().map(text),
        contact: raw.contact,
        offices: raw
            .offices
            .into_iter()
            .map(|office| Office {
                name: text(&office.name),
                street: office.street,
                postcode: office.postcode,
                city: office.city,
                hours: office.hours.as_ref().map(text),
            })
            .collect(),
        channels: raw.channels.into_iter().map(|raw| channel(raw, language)).collect(),
        privacy: raw.privacy,
        announcement: raw.announcement,
        remarks: raw.remarks,
        id: raw.id,
        path,
        folder: raw.folder,
        address,
        draft,
    }
}

fn paragraphs(text: Option<&forms::Text>, language: &str) -> Vec<String> {
    let written = text.map(|text| text.paragraphs(language)).unwrap_or_default();
    written.iter().map(|paragraph| typeset(language, paragraph).into_owned()).collect()
}

fn channel(raw: RawChannel, language: &str) -> Channel {
    Channel {
        name: typeset(language, raw.name.in_language(language)).into_owned(),
        how: typeset(language, raw.how.in_language(language)).into_owned(),
        url: raw.url,
        form: raw.form,
        offices: raw.offices,
    }
}

fn schedule(raw: RawSchedule, path: String, address: Address, language: &str) -> Schedule {
    let text = |text: &forms::Text| typeset(language, text.in_language(language)).into_owned();
    Schedule {
        path,
        address,
        note: paragraphs(raw.note.as_ref(), language),
        stages: raw
            .stages
            .into_iter()
            .map(|stage| Stage {
                id: stage.id,
                title: text(&stage.title),
                start: stage.start,
                end: stage.end,
                description: stage.description.as_ref().map(text),
            })
            .collect(),
        meetings: raw
            .meetings
            .into_iter()
            .map(|meeting| Meeting {
                id: meeting.id,
                title: text(&meeting.title),
                date: meeting.date,
                time: meeting.time,
                place: text(&meeting.place),
                description: meeting.description.as_ref().map(text),
                accessibility: meeting.accessibility.as_ref().map(text),
                draft: meeting.draft,
            })
            .collect(),
    }
}

fn document(
    raw: RawDocument,
    consultation: &Address,
    draft: bool,
    language: &str,
    problems: &mut Vec<Diagnostic>,
) -> Document {
    let address = consultation.page(&slug::fold(&raw.name));
    let mut versions = Vec::new();
    for version in raw.versions {
        let home = address.page(&version.version.value);
        let draft = draft || version.is_draft;
        let chapters =
            version.chapters.into_iter().map(|chapter| self::chapter(chapter, &home, draft, language, problems));
        versions.push(Version {
            chapters: chapters.collect(),
            version: version.version.value,
            address: home,
            draft,
            date: version.date,
            status: typeset(language, version.status.in_language(language)).into_owned(),
            note: paragraphs(version.note.as_ref(), language),
        });
    }
    Document {
        draft: draft || versions.iter().all(|version| version.draft),
        path: raw.path,
        address,
        title: typeset(language, raw.title.in_language(language)).into_owned(),
        kind: typeset(language, raw.kind.in_language(language)).into_owned(),
        description: raw.description.as_ref().map(|text| text.in_language(language).to_owned()),
        numbered: raw.numbered,
        versions,
    }
}

fn chapter(raw: RawPage, version: &Address, draft: bool, language: &str, problems: &mut Vec<Diagnostic>) -> Page {
    let name = raw.address_name(true);
    Page {
        address: version.page(&name),
        title: typeset(language, &raw.title.unwrap_or(name)).into_owned(),
        description: raw.description,
        date: raw.date,
        weight: raw.weight,
        draft: draft || raw.draft,
        aliases: raw.aliases.into_iter().filter_map(|alias| read_alias(alias, problems)).collect(),
        body: raw.body,
        path: raw.path,
    }
}

fn form_page(raw: RawForm, consultation: &str, address: &Address, draft: bool) -> FormPage {
    let mut form = raw.form;
    form.id = format!("{consultation}/{}", raw.name);
    FormPage {
        address: address.page(raw.slug.as_ref().map_or(&raw.name, |slug| &slug.value)),
        path: raw.path,
        draft: draft || raw.draft,
        form,
    }
}
