//! Feeds (Atom, RFC 4287): one of the site, one of each consultation, in each language.
//!
//! What is in them has a date of its own: pages, consultations by their announcement, versions of documents. A feed needs
//! absolute addresses, so a site without `base_url` has none, nor has one in which nothing is dated.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::civil::Date;

use super::xml;
use crate::{
    address::Address,
    emit::{Class, Output, Sink},
    model::{Consultation, Page, Sheet, Site, Sites},
};

/// Name of the file, in the folder of what it is the feed of.
const FILE: &str = "atom.xml";
/// Most entries of a feed.
const LONGEST: usize = 20;

/// The feeds of a site in one language.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    /// That of the whole site.
    pub(crate) site: Option<Feed>,
    /// Those of consultations, by their id.
    pub(crate) consultations: BTreeMap<String, Feed>,
}

/// A feed.
#[derive(Debug)]
pub(crate) struct Feed {
    /// Where it stands.
    pub(crate) address: Address,
    /// Its name: that of the site or the consultation.
    pub(crate) title: String,
    /// The page that it follows.
    home: Address,
    /// Newest first; never empty.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    date: Date,
    address: Address,
    title: String,
    summary: Option<String>,
}

/// Returns the addresses at which feeds stand, whether there is one now or not.
pub(super) fn addresses(sites: &Sites) -> impl Iterator<Item = Address> {
    sites.all().flat_map(|site| {
        let consultations = site.consultations.iter().map(|consultation| consultation.address.file(FILE));
        std::iter::once(site.home.file(FILE)).chain(consultations)
    })
}

/// Finds the feeds of the site in each language that has any; `sheets` are all pages that are shown.
pub(crate) fn find(sites: &Sites, sheets: &[(&Site, Sheet<'_>)]) -> BTreeMap<String, Feeds> {
    let based = sites.all().filter(|site| site.absolute(&site.home).is_some());
    // What nobody has translated has no page there, so a feed does not tell of it.
    let shown: BTreeSet<&Address> = sheets.iter().map(|(_, sheet)| &sheet.address).collect();
    based.map(|site| (site.language.clone(), in_language(site, &shown))).collect()
}

fn in_language(site: &Site, shown: &BTreeSet<&Address>) -> Feeds {
    let mut all = Vec::new();
    let mut own: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    for page in site.pages.iter().filter(|page| site.shows(page.draft)) {
        let entries = page_entry(page);
        if let Some(consultation) = site.consultation_of(&page.path) {
            own.entry(&consultation.id).or_default().extend(entries.clone());
        }
        all.extend(entries);
    }
    let mut consultations = BTreeMap::new();
    for consultation in site.consultations.iter().filter(|consultation| site.shows(consultation.draft)) {
        let mut entries = own.remove(consultation.id.as_str()).unwrap_or_default();
        let announced = consultation_entries(site, consultation);
        all.extend(announced.clone());
        entries.extend(announced);
        let feed = feed(&consultation.address, &consultation.title, entries, shown);
        consultations.extend(feed.map(|feed| (consultation.id.clone(), feed)));
    }
    Feeds { site: feed(&site.home, &site.title, all, shown), consultations }
}

/// Makes the feeds.
pub(super) fn write(sites: &Sites, feeds: &BTreeMap<String, Feeds>, sink: &dyn Sink) {
    for (site, feeds) in sites.all().filter_map(|site| Some((site, feeds.get(&site.language)?))) {
        for feed in feeds.site.iter().chain(feeds.consultations.values()) {
            let bytes = atom(site, feed).into_bytes();
            sink.take(feed.address.output(), Output::new(bytes, Class::Side));
        }
    }
}

fn page_entry(page: &Page) -> Option<Entry> {
    Some(Entry {
        date: page.date?,
        address: page.address.clone(),
        title: page.title.clone(),
        summary: page.description.clone(),
    })
}

/// Returns the announcement of a consultation and the versions of its documents.
fn consultation_entries(site: &Site, consultation: &Consultation) -> Vec<Entry> {
    let announced = consultation.announced.map(|date| Entry {
        date,
        address: consultation.address.clone(),
        title: consultation.title.clone(),
        summary: Some(consultation.subject.clone()),
    });
    let documents = consultation.documents.iter().filter(|document| site.shows(document.draft));
    let versions = documents.flat_map(|document| {
        let versions = document.versions.iter().filter(|version| site.shows(version.draft));
        versions.filter_map(|version| {
            Some(Entry {
                date: version.date?,
                address: version.address.clone(),
                title: format!("{} {} ({})", document.title, version.version, version.status),
                summary: Some(version.note.join(" ")).filter(|note| !note.is_empty()),
            })
        })
    });
    announced.into_iter().chain(versions).collect()
}

fn feed(home: &Address, title: &str, mut entries: Vec<Entry>, shown: &BTreeSet<&Address>) -> Option<Feed> {
    entries.retain(|entry| shown.contains(&entry.address));
    // An address has one entry, so the order is total.
    entries.sort_by(|a, b| (Reverse(a.date), &a.address).cmp(&(Reverse(b.date), &b.address)));
    entries.truncate(LONGEST);
    let nonempty = !entries.is_empty();
    nonempty.then(|| Feed { address: home.file(FILE), title: title.to_owned(), home: home.clone(), entries })
}

fn atom(site: &Site, feed: &Feed) -> String {
    let absolute = |address: &Address| xml::text(&site.absolute(address).unwrap_or_default());
    let element = |name: &str, text: &str| format!("<{name}>{}</{name}>\n", xml::text(text));
    let id = |address: &Address| format!("<id>{}</id>\n", absolute(address));
    let link = |rel: &str, address: &Address| format!("<link rel=\"{rel}\" href=\"{}\"/>\n", absolute(address));
    let mut atom = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n",
        xml::text(&site.language)
    );
    atom.push_str(&element("title", &feed.title));
    atom.push_str(&link("self", &feed.address));
    atom.push_str(&link("alternate", &feed.home));
    atom.push_str(&element("updated", &feed.entries.first().map(|newest| instant(newest.date)).unwrap_or_default()));
    atom.push_str(&id(&feed.address));
    let author = if site.authority.is_empty() { &site.title } else { &site.authority };
    atom.extend(["<author>\n", &element("name", author), "</author>\n"]);
    for entry in &feed.entries {
        atom.push_str("<entry>\n");
        atom.push_str(&element("title", &entry.title));
        atom.push_str(&link("alternate", &entry.address));
        atom.push_str(&id(&entry.address));
        atom.push_str(&element("updated", &instant(entry.date)));
        atom.push_str(&entry.summary.as_deref().map(|summary| element("summary", summary)).unwrap_or_default());
        atom.push_str("</entry>\n");
    }
    atom.push_str("</feed>\n");
    atom
}

/// Returns the first moment of a day in Poland (RFC 3339).
fn instant(date: Date) -> String {
    let start = date.in_tz(forms::ZONE);
    start.map(|start| start.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
}
