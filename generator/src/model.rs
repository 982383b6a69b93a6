//! What is true of the site: pages and consultations with their addresses, resolved from what editors wrote.
//!
//! [`resolve`] makes a [`Site`] out of [`Content`]; [`Site::sheets`] lists every page there is. Drafts are in the
//! model too, marked: a link to one is a mistake that only somebody who knows it can tell.

mod consultation;
mod register;
mod routes;
mod sheet;

use std::{collections::BTreeMap, sync::Arc};

use icu_collator::{Collator, CollatorBorrowed, options::CollatorOptions};
use icu_locale_core::Locale;
use jiff::civil::Date;

use crate::{
    address::Address,
    content::{self, Content, page::RawPage, split},
    diagnostic::{Diagnostic, Spanned, rule},
    markdown::Body,
    slug,
    theme::Slugs,
    typography::typeset,
};

pub(crate) use self::{
    consultation::{Channel, Consultation, Document, FormPage, Meeting, Schedule, Stage, Version},
    register::{Difference, Published, Register, Revision, Snapshot},
    routes::{Found, Here, LinkError, Routes},
    sheet::{Sheet, What},
};

/// The site, as it will be drawn.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) authority: String,
    pub(crate) description: Option<String>,
    /// `https://host`, without a closing slash; empty where one is written that cannot be used.
    pub(crate) base_url: Option<String>,
    pub(crate) language: String,
    pub(crate) navigation: Vec<Navigation>,
    /// Pages outside of documents, in the order in which lists show them.
    pub(crate) pages: Vec<Page>,
    pub(crate) consultations: Vec<Consultation>,
    /// Addresses by source file.
    pub(crate) routes: Routes,
    /// Slugs of generated pages and reserved names.
    pub(crate) slugs: Slugs,
    /// Whether drafts are shown.
    pub(crate) drafts: bool,
}

/// One entry of the main navigation.
#[derive(Debug)]
pub(crate) struct Navigation {
    pub(crate) label: String,
    pub(crate) to: Spanned<String>,
}

/// A page written in Markdown.
#[derive(Debug)]
pub(crate) struct Page {
    /// Path of its file.
    pub(crate) path: String,
    pub(crate) address: Address,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) date: Option<Date>,
    pub(crate) weight: Option<i64>,
    /// Whether it, or a folder above it, is a draft.
    pub(crate) draft: bool,
    pub(crate) aliases: Vec<Spanned<Address>>,
    pub(crate) body: Arc<Body>,
}

impl Page {
    /// Tells whether it is the own page of its folder.
    pub(crate) fn is_index(&self) -> bool {
        split(&self.path).1 == INDEX
    }

    /// Returns the path of its folder.
    pub(crate) fn folder(&self) -> &str {
        split(&self.path).0
    }
}

impl Site {
    /// Tells whether something is shown, given whether it is a draft.
    pub(crate) fn shows(&self, draft: bool) -> bool {
        self.drafts || !draft
    }

    /// Returns `address` with the host of the site, where it has one.
    pub(crate) fn absolute(&self, address: &Address) -> Option<String> {
        let base = self.base_url.as_ref().filter(|base| !base.is_empty())?;
        Some(format!("{base}{address}"))
    }

    /// Returns the page of the file `path`.
    pub(crate) fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }
}

/// The file that is its folder's own page.
const INDEX: &str = "index.md";

/// Resolves what editors wrote into what is true; problems on the way are reported.
pub(crate) fn resolve(content: Content, slugs: Slugs, drafts: bool, problems: &mut Vec<Diagnostic>) -> Site {
    let language = content.site.language.value.clone();
    let in_language = |text: &forms::Text| typeset(&language, text.in_language(&language)).into_owned();
    let authority = content.site.authority.as_ref().map(in_language).unwrap_or_default();
    let title = content.site.title.as_ref().map_or_else(|| authority.clone(), in_language);
    let folders = Folders::of(&content);
    let consultations: Vec<_> = content
        .consultations
        .into_iter()
        .map(|raw| {
            let address = folders.address(&raw.folder);
            let draft = raw.draft || folders.is_draft(&raw.folder);
            consultation::resolve(raw, address, draft, &language, &slugs, problems)
        })
        .collect();
    let mut pages: Vec<_> =
        content.pages.into_iter().map(|raw| page(raw, &folders, &title, &language, problems)).collect();
    sort(&mut pages, &language);
    let mut site = Site {
        title,
        authority,
        description: content.site.description.map(|text| text.in_language(&language).to_owned()),
        base_url: content.site.base_url.map(|url| base_url(url, problems)),
        navigation: content
            .site
            .navigation
            .into_iter()
            .filter_map(|entry| Some(Navigation { label: in_language(&entry.label), to: entry.to? }))
            .collect(),
        language,
        pages,
        consultations,
        routes: Routes::default(),
        slugs,
        drafts,
    };
    site.routes = Routes::of(&site, &content.others, content.read, &folders);
    site
}

fn page(raw: RawPage, folders: &Folders, site_title: &str, language: &str, problems: &mut Vec<Diagnostic>) -> Page {
    let (folder, name) = split(&raw.path);
    let folder_address = folders.address(folder);
    let address = if name == INDEX { folder_address } else { folder_address.page(&raw.address_name(false)) };
    let title = raw.title.unwrap_or_else(|| {
        // A folder's own page without a title: the site's for the home page, else the folder's name.
        if folder == content::FOLDER { site_title.to_owned() } else { split(folder).1.to_owned() }
    });
    Page {
        draft: raw.draft || folders.is_draft(folder),
        title: typeset(language, &title).into_owned(),
        address,
        description: raw.description,
        date: raw.date,
        weight: raw.weight,
        aliases: raw.aliases.into_iter().filter_map(|alias| read_alias(alias, problems)).collect(),
        body: raw.body,
        path: raw.path,
    }
}

/// Reads an old address of a page; one that is not clean is reported.
fn read_alias(alias: Spanned<String>, problems: &mut Vec<Diagnostic>) -> Option<Spanned<Address>> {
    let Some(address) = Address::parse(&alias.value) else {
        problems.push(Diagnostic::new(rule::ALIAS_BAD, alias.place).with("alias", alias.value));
        return None;
    };
    Some(Spanned::new(address, alias.place))
}

fn base_url(url: Spanned<String>, problems: &mut Vec<Diagnostic>) -> String {
    let host = url.value.trim_end_matches('/').strip_prefix("https://");
    let good = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@']));
    if good {
        return url.value.trim_end_matches('/').to_owned();
    }
    problems.push(Diagnostic::new(rule::BASE_URL_BAD, url.place).with("value", url.value));
    String::new()
}

/// Puts pages in the order of lists: by weight, unweighted after; then newest first; then by title as the language
/// sorts it; then by path.
fn sort(pages: &mut [Page], language: &str) {
    let collator = collator(language);
    let compare = |a: &str, b: &str| collator.as_ref().map_or_else(|| a.cmp(b), |collator| collator.compare(a, b));
    pages.sort_by(|a, b| {
        let weight = |page: &Page| page.weight.unwrap_or(i64::MAX);
        weight(a)
            .cmp(&weight(b))
            .then_with(|| b.date.cmp(&a.date))
            .then_with(|| compare(&a.title, &b.title))
            .then_with(|| slug::natural(&a.path, &b.path))
    });
}

fn collator(language: &str) -> Option<CollatorBorrowed<'static>> {
    let locale: Locale = language.parse().ok()?;
    Collator::try_new(locale.into(), CollatorOptions::default()).ok()
}

/// The folders of the content: their addresses, and whether all in them are drafts.
#[derive(Debug)]
pub(crate) struct Folders {
    slugs: BTreeMap<String, String>,
    drafts: Vec<String>,
}

impl Folders {
    fn of(content: &Content) -> Self {
        let mut slugs = BTreeMap::new();
        let mut drafts = Vec::new();
        for page in &content.pages {
            let (folder, name) = split(&page.path);
            if name == INDEX && folder != content::FOLDER {
                slugs.extend(page.slug.as_ref().map(|slug| (folder.to_owned(), slug.value.clone())));
                drafts.extend(page.draft.then(|| folder.to_owned()));
            }
        }
        for consultation in &content.consultations {
            let slug = consultation.slug.as_ref();
            slugs.extend(slug.map(|slug| (consultation.folder.clone(), slug.value.clone())));
            drafts.extend(consultation.draft.then(|| consultation.folder.clone()));
        }
        Self { slugs, drafts }
    }

    /// Returns the address of the folder at `path`.
    pub(crate) fn address(&self, path: &str) -> Address {
        if path == content::FOLDER || path.is_empty() {
            return Address::root();
        }
        let (parent, name) = split(path);
        let name = self.slugs.get(path).cloned().unwrap_or_else(|| slug::fold(name));
        self.address(parent).page(&name)
    }

    /// Tells whether the folder at `path`, or one above it, is a draft.
    pub(crate) fn is_draft(&self, path: &str) -> bool {
        self.drafts.iter().any(|draft| path == draft || path.starts_with(&format!("{draft}/")))
    }
}
