//! The map of the site for search engines (sitemaps.org, protocol 0.9), and `robots.txt`, which names it.
//!
//! Every page stands in it once, at its canonical address. `lastmod` is a date that somebody wrote; a page without one has
//! none, since a day on which nothing changed would be untrue.

use jiff::civil::Date;

use super::xml;
use crate::{
    address::Address,
    emit::{Class, Output, Sink},
    model::{Sheet, Site, Twins, What},
};

/// Where the map stands, or the list of its parts where one file cannot hold it.
const FILE: &str = "sitemap.xml";
/// Where it is told what crawlers leave alone.
const ROBOTS: &str = "robots.txt";
/// Most addresses of one file.
const LONGEST: usize = 50_000;

/// Returns the addresses that are kept for the map, whether it is there or not.
pub(super) fn addresses() -> impl Iterator<Item = Address> {
    [FILE, ROBOTS].into_iter().map(|name| Address::root().file(name))
}

/// Makes the map, where the site has a base, and `robots.txt`.
///
/// A page of several languages names all of them, as search engines want it: each entry its own language, too.
pub(super) fn write(site: &Site, sheets: &[(&Site, Sheet<'_>)], twins: &Twins<'_>, sink: &dyn Sink) {
    let mapped = site.absolute(&Address::root().file(FILE));
    put(sink, ROBOTS, robots(mapped.as_deref()));
    if mapped.is_none() {
        return;
    }
    let canonical = sheets.iter().filter(|(site, sheet)| is_canonical(site, sheet));
    let entries: Vec<String> = canonical.map(|(site, sheet)| entry(site, sheet, twins)).collect();
    if entries.len() <= LONGEST {
        put(sink, FILE, document("urlset", &entries.concat()));
        return;
    }
    let mut parts = String::new();
    for (number, entries) in (1..).zip(entries.chunks(LONGEST)) {
        let name = format!("sitemap-{number}.xml");
        let address = site.absolute(&Address::root().file(&name)).unwrap_or_default();
        parts.extend(["<sitemap><loc>", &xml::text(&address), "</loc></sitemap>\n"]);
        put(sink, &name, document("urlset", &entries.concat()));
    }
    put(sink, FILE, document("sitemapindex", &parts));
}

fn put(sink: &dyn Sink, name: &str, text: String) {
    sink.take(Address::root().file(name).output(), Output::new(text, Class::Side));
}

fn document(root: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n{inner}</{root}>\n"
    )
}

fn entry(site: &Site, sheet: &Sheet<'_>, twins: &Twins<'_>) -> String {
    let address = xml::text(&site.absolute(&sheet.address).unwrap_or_default());
    let changed = date(sheet).map(|date| format!("<lastmod>{date}</lastmod>")).unwrap_or_default();
    let own = sheet.what.subject(&sheet.address).map(|subject| twins.languages(subject)).unwrap_or_default();
    let twin = |(language, address): &(&str, Address)| {
        let (language, address) = (xml::text(language), site.absolute(address).unwrap_or_default());
        format!("<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"{}\"/>", xml::text(&address))
    };
    let alternates: String = own.iter().filter(|_| own.len() > 1).map(twin).collect();
    format!("<url><loc>{address}</loc>{changed}{alternates}</url>\n")
}

/// Tells whether a sheet is a page, at the one of its addresses that counts.
fn is_canonical(site: &Site, sheet: &Sheet<'_>) -> bool {
    let short = match sheet.what {
        What::Alias(..) | What::Gone(..) => return false,
        What::Document(_, document, index) if document.newest() == Some(index) => document.address.clone(),
        What::Whole(_, document, index) if document.newest() == Some(index) => document.address.page(&site.slugs.whole),
        What::Chapter(_, document, index, chapter) if document.newest() == Some(index) => {
            document.address.page(document.versions[index].chapters[chapter].address.last())
        }
        _ => return true,
    };
    sheet.address == short
}

/// Returns the day that the content names for a page.
fn date(sheet: &Sheet<'_>) -> Option<Date> {
    match &sheet.what {
        What::Home(page) | What::Folder(_, page) => page.as_ref()?.date,
        What::Text(page) | What::Announcement(_, page) => page.date,
        What::Consultation(consultation, page) => page.and_then(|page| page.date).or(consultation.announced),
        What::Document(_, document, index) | What::Whole(_, document, index) => document.versions[*index].date,
        What::Chapter(_, document, index, chapter) => {
            let version = &document.versions[*index];
            version.chapters[*chapter].date.or(version.date)
        }
        What::Comparison(_, document, _, newer) => document.versions[*newer].date,
        What::Correction(_, _, _, [_, own]) => Some(own.text.day),
        What::Schedule(..) | What::Changes(..) | What::Form(..) | What::Gone(..) | What::Alias(..) => None,
    }
}

/// Answers of the function are no pages to be found.
fn robots(map: Option<&str>) -> String {
    let map = map.map(|map| format!("\nSitemap: {map}\n")).unwrap_or_default();
    format!("User-agent: *\nDisallow: /api/\n{map}")
}

#[cfg(test)]
mod tests {
    use super::robots;

    #[test]
    fn robots_name_the_map_where_there_is_one() {
        assert_eq!(robots(None), "User-agent: *\nDisallow: /api/\n");
        let map = "https://a.example/sitemap.xml";
        assert_eq!(robots(Some(map)), format!("User-agent: *\nDisallow: /api/\n\nSitemap: {map}\n"));
    }
}
