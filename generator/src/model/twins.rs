use std::collections::BTreeMap;

use super::{Sites, What};
use crate::address::Address;

/// Which page it is, in whatever language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject<'a> {
    /// The home page.
    Home,
    /// What comes from one file or folder, by the path of the original.
    File(&'a str),
    /// The contents of a version: path of the document and the version, or none where it is shown as the newest.
    Contents(&'a str, Option<&'a str>),
    /// A whole version on one page, named like its contents.
    Whole(&'a str, Option<&'a str>),
    /// A chapter: path of the original, and whether it is shown as the newest.
    Chapter(&'a str, bool),
    /// The versions of a document that can be compared.
    Changes(&'a str),
    /// What changed between two versions of a document.
    Comparison(&'a str, usize, usize),
    /// A correction of a version, by the path of the text in the register.
    Correction(&'a str),
}

/// The pages that are shown, each in the languages that it is there in.
#[derive(Debug, Default)]
pub(crate) struct Twins<'a>(BTreeMap<Subject<'a>, Vec<(&'a str, Address)>>);

impl<'a> Twins<'a> {
    /// Finds what is one page in several languages.
    pub(crate) fn of(sites: &'a Sites) -> Self {
        let mut twins = Self::default();
        for site in sites.all() {
            for sheet in site.sheets() {
                if let Some(subject) = sheet.what.subject(&sheet.address) {
                    twins.0.entry(subject).or_default().push((&site.language, sheet.address));
                }
            }
        }
        twins
    }

    /// Returns the languages of a page with its address in each, the original first.
    pub(crate) fn languages<'s>(&'s self, subject: Subject<'s>) -> &'s [(&'s str, Address)] {
        self.0.get(&subject).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the page in `language`, else in the first language that it is there in.
    pub(crate) fn find<'s>(&'s self, subject: Subject<'s>, language: &str) -> Option<&'s (&'s str, Address)> {
        let languages = self.languages(subject);
        languages.iter().find(|(twin, _)| *twin == language).or_else(|| languages.first())
    }
}

impl<'a> What<'a> {
    /// Returns which page stands at `address`; none for one that only leads to another.
    pub(crate) fn subject(&self, address: &Address) -> Option<Subject<'a>> {
        Some(match self {
            Self::Home(_) => Subject::Home,
            Self::Text(page) | Self::Announcement(_, page) => Subject::File(&page.original),
            Self::Folder(folder, _) => Subject::File(folder),
            Self::Consultation(consultation, _) => Subject::File(&consultation.path),
            Self::Schedule(_, schedule) => Subject::File(&schedule.path),
            Self::Form(_, form) => Subject::File(&form.path),
            Self::Document(_, document, index) => Subject::Contents(&document.path, document.shown_at(*index, address)),
            Self::Whole(_, document, index) => Subject::Whole(&document.path, document.shown_at(*index, address)),
            Self::Chapter(_, document, index, number) => {
                let chapter = &document.versions[*index].chapters[*number];
                Subject::Chapter(&chapter.original, document.shown_at(*index, address).is_none())
            }
            Self::Changes(_, document) => Subject::Changes(&document.path),
            Self::Comparison(_, document, older, newer) => Subject::Comparison(&document.path, *older, *newer),
            Self::Correction(.., [_, new]) => Subject::Correction(&new.path),
            Self::Gone(..) | Self::Alias(..) => return None,
        })
    }
}
