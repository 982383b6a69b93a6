use std::collections::BTreeSet;

use super::{Consultation, Document, FormPage, Page, Routes, Schedule, Site, Snapshot};
use crate::{address::Address, content::FOLDER, diagnostic::Place};

/// One page that will be drawn.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    /// Where it stands.
    pub(crate) address: Address,
    /// The file it comes from.
    pub(crate) source: &'a str,
    /// Where its address was written, if anywhere.
    pub(crate) place: Option<&'a Place>,
    /// What it shows.
    pub(crate) what: What<'a>,
}

/// What a page shows: one variant a page type, drawn by one file of `page`.
#[derive(Debug)]
pub(crate) enum What<'a> {
    /// The home page.
    Home(Option<&'a Page>),
    /// A page of text.
    Text(&'a Page),
    /// A folder with its pages; `None` where it has no page of its own.
    Folder(&'a str, Option<&'a Page>),
    /// A consultation.
    Consultation(&'a Consultation, Option<&'a Page>),
    /// The announcement of a consultation.
    Announcement(&'a Consultation, &'a Page),
    /// The schedule of a consultation.
    Schedule(&'a Consultation, &'a Schedule),
    /// The contents of a version of a document.
    Document(&'a Consultation, &'a Document, usize),
    /// A chapter of a version; the address tells whether it is shown as the newest or as this version.
    Chapter(&'a Consultation, &'a Document, usize, usize),
    /// A whole version of a document, for printing; the address tells as for a chapter.
    Whole(&'a Consultation, &'a Document, usize),
    /// The versions of a document that can be compared.
    Changes(&'a Consultation, &'a Document),
    /// What changed from one version to a later one.
    Comparison(&'a Consultation, &'a Document, usize, usize),
    /// What a correction changed in a version: the text that it corrects, and its own.
    Correction(&'a Consultation, &'a Document, usize, [&'a Snapshot; 2]),
    /// The short address of a chapter that only older versions have: the last of them, and the chapter's number in it.
    Gone(&'a Consultation, &'a Document, usize, usize),
    /// A form.
    Form(&'a Consultation, &'a FormPage),
    /// An old address that leads to a page.
    Alias(&'a Page, Address),
}

impl Site {
    /// Lists every page there is, drafts only where they are shown.
    pub(crate) fn sheets(&self) -> Vec<Sheet<'_>> {
        let mut sheets = Vec::new();
        let home = self.page("content/index.md").filter(|page| self.shows(page.draft));
        sheets.push(sheet(self.home.clone(), home.map_or(FOLDER, |page| &page.path), What::Home(home)));
        for page in self.pages.iter().filter(|page| self.shows(page.draft)) {
            sheets.extend(self.page_sheet(page));
            sheets.extend(aliases(page, &page.address));
        }
        sheets.extend(self.bare_folders());
        for consultation in self.consultations.iter().filter(|consultation| self.shows(consultation.draft)) {
            self.consultation_sheets(consultation, &mut sheets);
        }
        sheets
    }

    /// Returns the consultation to whose folder `path` belongs.
    pub(crate) fn consultation_of(&self, path: &str) -> Option<&Consultation> {
        self.consultations.iter().find(|consultation| path.starts_with(&format!("{}/", consultation.folder)))
    }

    fn page_sheet<'a>(&'a self, page: &'a Page) -> Option<Sheet<'a>> {
        let consultation = self.consultation_of(&page.path);
        let what = match consultation {
            Some(consultation) if is_announcement(consultation, page) => What::Announcement(consultation, page),
            // Drawn with its consultation.
            Some(consultation) if page.is_index() && page.folder() == consultation.folder => return None,
            _ if page.is_index() && page.folder() == FOLDER => return None,
            _ if page.is_index() => What::Folder(page.folder(), Some(page)),
            _ => What::Text(page),
        };
        Some(Sheet { place: page.slug.as_ref(), ..sheet(page.address.clone(), &page.path, what) })
    }

    /// Returns the folders that have pages and no page of their own, consultations left out.
    fn bare_folders(&self) -> Vec<Sheet<'_>> {
        let shown = self.pages.iter().filter(|page| self.shows(page.draft));
        let mut folders: Vec<_> = shown.map(Page::folder).collect();
        folders.sort_unstable();
        folders.dedup();
        let taken = |folder: &str| {
            folder == FOLDER
                || self.pages.iter().any(|page| page.is_index() && page.folder() == folder)
                || self.consultations.iter().any(|consultation| consultation.folder == folder)
        };
        let bare = folders.into_iter().filter(|folder| !taken(folder));
        bare.filter_map(|folder| {
            let first = self.pages.iter().find(|page| page.folder() == folder)?;
            Some(sheet(first.address.parent(), folder, What::Folder(folder, None)))
        })
        .collect()
    }

    fn consultation_sheets<'a>(&'a self, consultation: &'a Consultation, sheets: &mut Vec<Sheet<'a>>) {
        let index = self.pages.iter().find(|page| page.is_index() && page.folder() == consultation.folder);
        let index = index.filter(|page| self.shows(page.draft));
        let what = What::Consultation(consultation, index);
        sheets.push(sheet(consultation.address.clone(), &consultation.path, what));
        if let Some(schedule) = &consultation.schedule {
            let what = What::Schedule(consultation, schedule);
            sheets.push(sheet(schedule.address.clone(), &schedule.path, what));
        }
        for form in consultation.forms.iter().filter(|form| self.shows(form.draft)) {
            sheets.push(sheet(form.address.clone(), &form.path, What::Form(consultation, form)));
        }
        for document in consultation.documents.iter().filter(|document| self.shows(document.draft)) {
            self.document_sheets(consultation, document, sheets);
        }
    }

    fn document_sheets<'a>(
        &'a self,
        consultation: &'a Consultation,
        document: &'a Document,
        sheets: &mut Vec<Sheet<'a>>,
    ) {
        let newest = document.newest();
        for (index, version) in document.versions.iter().enumerate().filter(|(_, version)| self.shows(version.draft)) {
            let mut contents = |address: &Address| {
                if self.has_contents(version) {
                    let what = What::Document(consultation, document, index);
                    sheets.push(sheet(address.clone(), &document.path, what));
                }
                if self.is_whole(version) {
                    let what = What::Whole(consultation, document, index);
                    sheets.push(sheet(address.page(&self.slugs.whole), &document.path, what));
                }
            };
            contents(&version.address);
            if Some(index) == newest {
                contents(&document.address);
            }
            let shown = |page: &Page| self.shows(page.draft) && self.speaks(page);
            for (number, chapter) in version.chapters.iter().enumerate().filter(|(_, page)| shown(page)) {
                let mut shown = |address: Address| {
                    let what = What::Chapter(consultation, document, index, number);
                    sheets.push(sheet(address, &chapter.path, what));
                };
                shown(chapter.address.clone());
                if Some(index) == newest {
                    let short = document.address.page(chapter.address.last());
                    shown(short.clone());
                    sheets.extend(aliases(chapter, &short));
                }
            }
        }
        for (index, version) in document.versions.iter().enumerate().filter(|(_, version)| self.shows(version.draft)) {
            // What was corrected is the text that remarks bind to.
            let corrections = consultation.register.corrections(document.name(), &version.version);
            for (old, new) in corrections.filter(|_| self.is_original()) {
                let what = What::Correction(consultation, document, index, [old, new]);
                sheets.push(sheet(version.correction(new, &self.slugs), &new.path, what));
            }
        }
        self.comparison_sheets(consultation, document, sheets);
        sheets.extend(self.gone_chapters(consultation, document));
    }

    fn comparison_sheets<'a>(
        &self,
        consultation: &'a Consultation,
        document: &'a Document,
        sheets: &mut Vec<Sheet<'a>>,
    ) {
        let versions = self.versions(document);
        let pairs = versions.windows(2).map(|pair| (pair[0], pair[1]));
        let whole = |index: usize| self.is_whole(&document.versions[index]);
        let pairs: Vec<_> = pairs.filter(|(older, newer)| whole(*older) && whole(*newer)).collect();
        if !pairs.is_empty() {
            let address = document.address.page(&self.slugs.changes);
            sheets.push(sheet(address, &document.path, What::Changes(consultation, document)));
        }
        for (older, newer) in pairs {
            let address = document.comparison(older, newer, &self.slugs);
            let what = What::Comparison(consultation, document, older, newer);
            sheets.push(sheet(address, &document.path, what));
        }
    }

    /// Returns the short addresses that once were a chapter's and that the newest version lacks, and the aliases that
    /// led there. An alias of a chapter that is there takes such an address over: the chapter was renamed.
    fn gone_chapters<'a>(&self, consultation: &'a Consultation, document: &'a Document) -> Vec<Sheet<'a>> {
        let Some(newest) = document.newest() else { return Vec::new() };
        let short = |chapter: &Page| document.address.page(chapter.address.last());
        let mut taken: BTreeSet<Address> = BTreeSet::new();
        for chapter in self.chapters(&document.versions[newest]) {
            taken.insert(short(chapter));
            taken.extend(chapter.aliases.iter().map(|alias| alias.value.clone()));
        }
        let older =
            document.versions[..newest].iter().enumerate().rev().filter(|(_, version)| self.shows(version.draft));
        let chapters = older.flat_map(|(index, version)| {
            let numbered = version.chapters.iter().enumerate();
            let numbered = numbered.filter(|(_, chapter)| self.shows(chapter.draft) && self.speaks(chapter));
            numbered.map(move |(number, chapter)| (index, number, chapter))
        });
        let mut gone = Vec::new();
        for (index, number, chapter) in chapters {
            let short = short(chapter);
            if taken.insert(short.clone()) {
                let what = What::Gone(consultation, document, index, number);
                gone.push(sheet(short.clone(), &chapter.path, what));
            }
            gone.extend(aliases(chapter, &short).into_iter().filter(|alias| taken.insert(alias.address.clone())));
        }
        gone
    }
}

fn is_announcement(consultation: &Consultation, page: &Page) -> bool {
    let target = consultation.announcement.as_ref();
    target.is_some_and(|target| Routes::target_path(&consultation.path, &target.value) == page.original)
}

fn aliases<'a>(page: &'a Page, to: &Address) -> Vec<Sheet<'a>> {
    let alias = |alias: &'a crate::diagnostic::Spanned<Address>| Sheet {
        address: alias.value.clone(),
        source: &page.path,
        place: Some(&alias.place),
        what: What::Alias(page, to.clone()),
    };
    page.aliases.iter().map(alias).collect()
}

fn sheet<'a>(address: Address, source: &'a str, what: What<'a>) -> Sheet<'a> {
    Sheet { address, source, place: None, what }
}
