//! What is true of the site: pages and consultations with their addresses, resolved from what editors wrote.
//!
//! [`resolve`] makes a [`Site`] for each language out of [`Content`]; [`Site::sheets`] lists every page there is in it.
//! Drafts are in the model too, marked: a link to one is a mistake that only somebody who knows it can tell.
//!
//! A translation takes what nobody has translated from the original: texts one by one, and chapters whole, which stay
//! pages of the original. [`Twins`] knows which pages are one page in several languages.

mod consultation;
mod register;
mod routes;
mod sheet;
mod turn;
mod twins;

use std::{collections::BTreeMap, sync::Arc};

use icu_collator::{Collator, CollatorBorrowed, options::CollatorOptions};
use icu_locale_core::Locale;
use jiff::civil::Date;

use crate::{
    address::Address,
    content::{self, Content, page::RawPage, split},
    diagnostic::{Diagnostic, Place, Spanned, rule},
    markdown::Body,
    pictures::Picture,
    slug,
    theme::Slugs,
    typography::typeset,
};

pub(crate) use self::{
    consultation::{Attachment, Channel, Consultation, Document, FormPage, Meeting, Schedule, Stage, Version},
    register::{Difference, Published, Register, Revision, Snapshot},
    routes::{Download, Found, Here, LinkError, Routes},
    sheet::{Sheet, What},
    twins::{Subject, Twins},
};

/// The site in every language that it speaks.
#[derive(Debug)]
pub(crate) struct Sites {
    /// In the language of its content.
    pub(crate) original: Site,
    /// In the languages that it is translated to.
    pub(crate) translations: Vec<Site>,
}

impl Sites {
    /// Returns the site in each language, the original first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Site> {
        std::iter::once(&self.original).chain(&self.translations)
    }

    /// Takes the pictures that pages show, by their paths.
    pub(crate) fn show(&mut self, pictures: BTreeMap<String, Picture>) {
        let pictures = Arc::new(pictures);
        for site in std::iter::once(&mut self.original).chain(&mut self.translations) {
            site.pictures = pictures.clone();
        }
    }
}

/// The site in one language, as it will be drawn.
#[derive(Debug)]
pub(crate) struct Site {
    /// Address of its home page.
    pub(crate) home: Address,
    pub(crate) title: String,
    pub(crate) authority: String,
    pub(crate) description: Option<String>,
    /// `https://host`, without a closing slash; empty where one is written that cannot be used.
    pub(crate) base_url: Option<String>,
    pub(crate) language: String,
    pub(crate) navigation: Vec<Navigation>,
    /// Pages outside of documents, in the order in which lists show them.
    pub(crate) pages: Vec<Page>,
    /// Which of the pages is a folder's own, by the folder.
    own: BTreeMap<String, usize>,
    pub(crate) consultations: Vec<Consultation>,
    /// Addresses by source file, the same in every language.
    pub(crate) routes: Arc<Routes>,
    /// Pictures that pages show, by their paths, the same in every language; [`crate::pictures::survey`] finds them.
    pub(crate) pictures: Arc<BTreeMap<String, Picture>>,
    /// Slugs of generated pages and reserved names.
    pub(crate) slugs: Slugs,
    /// How case numbers of the office look: `#` is a number, `RRRR` a year; empty where it does not say.
    pub(crate) case_numbers: Vec<String>,
    /// Addresses and numbers that may be published besides those of consultations.
    pub(crate) public: Vec<String>,
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
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Path of its file.
    pub(crate) path: String,
    /// Path of the file that it translates; of an original its own.
    pub(crate) original: String,
    /// The language that it is written in: of a chapter that nobody has translated not that of the site.
    pub(crate) language: String,
    pub(crate) address: Address,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) date: Option<Date>,
    pub(crate) weight: Option<i64>,
    /// Whether it, or a folder above it, is a draft.
    pub(crate) draft: bool,
    pub(crate) aliases: Vec<Spanned<Address>>,
    /// Where its slug was written.
    pub(crate) slug: Option<Place>,
    pub(crate) body: Arc<Body>,
}

impl Page {
    /// Tells whether it is the own page of its folder.
    pub(crate) fn is_index(&self) -> bool {
        split(&self.original).1 == INDEX
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

    /// Returns every page that an editor wrote in its language, chapters too.
    pub(crate) fn written(&self) -> impl Iterator<Item = &Page> {
        let documents = self.consultations.iter().flat_map(|consultation| &consultation.documents);
        let chapters = documents.flat_map(|document| &document.versions).flat_map(|version| &version.chapters);
        self.pages.iter().chain(chapters).filter(|page| self.speaks(page))
    }

    /// Tells whether it is in the language of the content.
    pub(crate) fn is_original(&self) -> bool {
        self.home == Address::root()
    }

    /// Returns the own pages of the folders that the file `path` lies in, the outermost first.
    pub(crate) fn around<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Page> {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        folders.filter_map(|folder| self.pages.get(*self.own.get(folder)?))
    }

    /// Returns the page of the file `path`, which may be that of the original.
    pub(crate) fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.original == path || page.path == path)
    }
}

/// The file that is its folder's own page.
const INDEX: &str = "index.md";

/// Resolves what editors wrote into what is true; problems on the way are reported.
pub(crate) fn resolve(
    content: Content,
    slugs: &BTreeMap<String, Slugs>,
    drafts: bool,
    problems: &mut Vec<Diagnostic>,
) -> Sites {
    let base_url = content.site.base_url.clone().map(|url| base_url(url, problems));
    let folders = Folders::of(&content);
    let mut language = |language: &str, original: Option<&Site>| {
        let folders = folders.in_language(language, &content);
        let resolving = Resolving { language, original, folders: &folders, drafts };
        resolving.site(&content, base_url.clone(), slugs.get(language).cloned().unwrap_or_default(), problems)
    };
    let original = language(content.site.languages.original(), None);
    let translations = content.site.languages.others().map(|other| language(other, Some(&original))).collect();
    let mut sites = Sites { original, translations };
    let routes = Arc::new(Routes::of(&sites, &content.others, content.read, &folders));
    for site in std::iter::once(&mut sites.original).chain(&mut sites.translations) {
        site.routes = routes.clone();
    }
    sites
}

/// What resolving in one language needs.
#[derive(Clone, Copy, Debug)]
struct Resolving<'a> {
    language: &'a str,
    /// The original; none while it is resolved itself.
    original: Option<&'a Site>,
    folders: &'a Folders,
    drafts: bool,
}

impl Resolving<'_> {
    fn site(self, content: &Content, base_url: Option<String>, slugs: Slugs, problems: &mut Vec<Diagnostic>) -> Site {
        let site = &content.site;
        let authority = site.authority.as_ref().map(|text| self.text(text)).unwrap_or_default();
        let title = site.title.as_ref().map_or_else(|| authority.clone(), |text| self.text(text));
        let consultations = content.consultations.iter();
        let consultations = consultations.map(|raw| consultation::resolve(self, raw, &slugs, problems)).collect();
        let mut pages: Vec<_> = content.pages.iter().filter_map(|raw| self.page(raw, &title, problems)).collect();
        sort(&mut pages, self.language);
        let own = pages.iter().enumerate().filter(|(_, page)| page.is_index());
        let own = own.map(|(index, page)| (page.folder().to_owned(), index));
        let navigation = site.navigation.iter();
        Site {
            home: self.folders.home.clone(),
            title,
            authority,
            description: site.description.as_ref().map(|text| text.in_language(self.language).to_owned()),
            base_url,
            navigation: navigation
                .filter_map(|entry| Some(Navigation { label: self.text(&entry.label), to: entry.to.clone()? }))
                .collect(),
            language: self.language.to_owned(),
            own: own.collect(),
            pages,
            consultations,
            routes: Arc::default(),
            pictures: Arc::default(),
            slugs,
            case_numbers: site.case_numbers.clone(),
            public: site.public.clone(),
            drafts: self.drafts,
        }
    }

    /// Returns a text as it is shown.
    fn text(self, text: &forms::Text) -> String {
        typeset(self.language, text.in_language(self.language)).into_owned()
    }

    /// Returns the paragraphs of a text as they are shown.
    fn paragraphs(self, text: Option<&forms::Text>) -> Vec<String> {
        let written = text.map(|text| text.paragraphs(self.language)).unwrap_or_default();
        written.iter().map(|paragraph| typeset(self.language, paragraph).into_owned()).collect()
    }

    /// Returns the page written in the language, if it is; a translation that is a draft is none to those who see none.
    fn written(self, raw: &RawPage) -> Option<&RawPage> {
        if self.original.is_none() {
            return Some(raw);
        }
        let translation = raw.translations.iter().find(|translation| translation.language == self.language);
        translation.filter(|translation| self.drafts || raw.draft || !translation.draft)
    }

    /// Returns a page outside of documents; none where nobody has translated it.
    fn page(self, raw: &RawPage, site_title: &str, problems: &mut Vec<Diagnostic>) -> Option<Page> {
        let written = self.written(raw)?;
        let (folder, name) = split(&raw.path);
        let home = self.folders.address(folder);
        let address = if name == INDEX { home } else { home.page(&address_name(raw, written, false)) };
        let title = written.title.clone().unwrap_or_else(|| {
            // A folder's own page without a title: the site's for the home page, else the folder's name.
            if folder == content::FOLDER { site_title.to_owned() } else { split(folder).1.to_owned() }
        });
        let draft = self.folders.is_draft(folder);
        Some(self.resolved(raw, written, address, &title, draft, problems))
    }

    fn resolved(
        self,
        original: &RawPage,
        written: &RawPage,
        address: Address,
        title: &str,
        draft: bool,
        problems: &mut Vec<Diagnostic>,
    ) -> Page {
        Page {
            draft: draft || original.draft || written.draft,
            title: typeset(self.language, title).into_owned(),
            address,
            description: written.description.clone(),
            date: written.date.or(original.date),
            weight: original.weight,
            slug: written.slug.as_ref().map(|slug| slug.place.clone()),
            aliases: written.aliases.iter().filter_map(|alias| read_alias(alias.clone(), problems)).collect(),
            body: bound_to(original, written),
            path: written.path.clone(),
            original: original.path.clone(),
            language: self.language.to_owned(),
        }
    }
}

/// Returns the last part of the address of a page: its own `slug`, else that of the original.
fn address_name(original: &RawPage, written: &RawPage, ordered: bool) -> String {
    written.slug.as_ref().map_or_else(|| original.address_name(ordered), |slug| slug.value.clone())
}

/// Returns the body of a page. Remarks on a translated section bind to the hash of the original's.
fn bound_to(original: &RawPage, written: &RawPage) -> Arc<Body> {
    if Arc::ptr_eq(&original.body, &written.body) {
        return original.body.clone();
    }
    let mut body = Body::clone(&written.body);
    for section in &mut body.sections {
        let bound = original.body.sections.iter().find(|bound| bound.id == section.id);
        section.hash = bound.map(|bound| bound.hash.clone()).unwrap_or_default();
    }
    Arc::new(body)
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

/// The folders of the content in one language: their addresses, and whether all in them are drafts.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    /// Address of the content's own folder.
    home: Address,
    slugs: BTreeMap<String, String>,
    drafts: Vec<String>,
}

impl Folders {
    fn of(content: &Content) -> Self {
        let mut slugs = BTreeMap::new();
        let mut drafts = Vec::new();
        for (folder, page) in index_pages(content) {
            slugs.extend(page.slug.as_ref().map(|slug| (folder.to_owned(), slug.value.clone())));
            drafts.extend(page.draft.then(|| folder.to_owned()));
        }
        for consultation in &content.consultations {
            let slug = consultation.slug.as_ref();
            slugs.extend(slug.map(|slug| (consultation.folder.clone(), slug.value.clone())));
            drafts.extend(consultation.draft.then(|| consultation.folder.clone()));
        }
        Self { home: Address::root(), slugs, drafts }
    }

    /// Returns the folders as they are in `language`: below its prefix, each named as in the original unless its own page
    /// sets a `slug`.
    fn in_language(&self, language: &str, content: &Content) -> Self {
        let mut folders = self.clone();
        if language == content.site.languages.original() {
            return folders;
        }
        folders.home = Address::root().page(language);
        for (folder, page) in index_pages(content) {
            let translation = page.translations.iter().find(|translation| translation.language == language);
            let slug = translation.and_then(|translation| translation.slug.as_ref());
            folders.slugs.extend(slug.map(|slug| (folder.to_owned(), slug.value.clone())));
        }
        folders
    }

    /// Returns the address of the folder at `path`.
    pub(crate) fn address(&self, path: &str) -> Address {
        if path == content::FOLDER || path.is_empty() {
            return self.home.clone();
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

/// Returns the own pages of folders, by folder; that of the home page names no folder.
fn index_pages(content: &Content) -> impl Iterator<Item = (&str, &RawPage)> {
    let pages = content.pages.iter().map(|page| (split(&page.path), page));
    let own = pages.filter(|((folder, name), _)| *name == INDEX && *folder != content::FOLDER);
    own.map(|((folder, _), page)| (folder, page))
}
