//! What search engines and feed readers find: the map of the site, its feeds, `robots.txt`.

// A test lays out the tree that it builds.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{collections::BTreeMap, fs};

use generator::pipeline::{Options, build_in_memory};

const BASE: &str = "base_url: https://a.example\n";

/// Builds a town with a dated page, a draft, an old address and a document in two versions.
fn build(base: &str) -> BTreeMap<String, String> {
    let site = format!("authority: Urząd & Rada\nlanguage: pl\n{base}");
    let document = "title: Plan\nkind: plan\nversions:\n  - version: \"1.0\"\n    date: 2026-04-01\n    status: projekt\n  \
                    - version: \"1.1\"\n    date: 2026-05-04\n    status: projekt\n    note: Poprawki.\n";
    let consultation = "title: Strategia\nsubject: Plan miasta\nannounced: 2026-05-01\nterm:\n  start: 2026-05-01\n  \
                        end: 2026-05-31\n";
    let files = [
        ("content/site.yaml", site.as_str()),
        (
            "content/plan.md",
            "---\ntitle: Park <nowy>\ndate: 2026-05-03\ndescription: Co dalej?\naliases: [/stary/]\n---\n\nTekst.\n",
        ),
        ("content/bez-daty.md", "---\ntitle: Bez daty\n---\n\nTekst.\n"),
        ("content/szkic.md", "---\ntitle: Szkic\ndate: 2026-05-09\ndraft: true\n---\n\nTekst.\n"),
        ("content/strategia/consultation.yaml", consultation),
        ("content/strategia/wynik.md", "---\ntitle: Wynik\ndate: 2026-01-31\n---\n\nTekst.\n"),
        ("content/strategia/documents/plan/document.yaml", document),
        ("content/strategia/documents/plan/1.0/cele.md", "# Cele\n\n## Miasto\n\nPark.\n"),
        ("content/strategia/documents/plan/1.1/cele.md", "# Cele\n\n## Miasto\n\nLas.\n"),
    ];
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let options = Options { today: "2026-05-10".parse().unwrap(), drafts: false, commit: None };
    let outputs = build_in_memory(root.path(), &options).unwrap();
    outputs.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

/// Returns what stands between `start` and `end`, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

#[test]
fn the_map_has_every_page_once_at_the_address_that_counts() {
    let site = build(BASE);
    let map = &site["site/sitemap.xml"];
    let mut addresses = between(map, "<loc>https://a.example", "</loc>");
    addresses.sort_unstable();
    assert_eq!(
        addresses,
        [
            "/",
            "/bez-daty/",
            "/plan/",
            "/strategia/",
            "/strategia/plan/",
            "/strategia/plan/1.0/",
            "/strategia/plan/1.0/calosc/",
            "/strategia/plan/1.0/cele/",
            "/strategia/plan/calosc/",
            "/strategia/plan/cele/",
            "/strategia/plan/zmiany/",
            "/strategia/plan/zmiany/1.0-1.1/",
            "/strategia/wynik/",
        ]
    );
    assert!(map.contains("<loc>https://a.example/plan/</loc><lastmod>2026-05-03</lastmod>"), "{map}");
    assert!(map.contains("<loc>https://a.example/bez-daty/</loc></url>"), "no day that nobody wrote: {map}");
    assert!(site["site/robots.txt"].ends_with("\nSitemap: https://a.example/sitemap.xml\n"));
}

#[test]
fn the_feed_of_the_site_tells_of_all_that_has_a_date_newest_first() {
    let site = build(BASE);
    let feed = &site["site/atom.xml"];
    assert_eq!(
        between(feed, "<title>", "</title>")[1..],
        ["Plan 1.1 (projekt)", "Park &lt;nowy&gt;", "Strategia", "Plan 1.0 (projekt)", "Wynik"]
    );
    // The first moment of the day in Poland, in summer and in winter.
    let updated = between(feed, "<updated>", "</updated>");
    assert_eq!(updated[..2], ["2026-05-04T00:00:00+02:00", "2026-05-04T00:00:00+02:00"]);
    assert_eq!(updated.last(), Some(&"2026-01-31T00:00:00+01:00"));
    assert!(feed.contains("<name>Urząd &amp; Rada</name>"), "{feed}");
    assert!(feed.contains("<summary>Co dalej?</summary>") && feed.contains("<summary>Poprawki.</summary>"), "{feed}");
    let mut ids = between(feed, "<id>", "</id>");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (6, 6));
}

#[test]
fn a_consultation_has_a_feed_of_its_own_and_its_pages_lead_to_it() {
    let site = build(BASE);
    let feed = &site["site/strategia/atom.xml"];
    assert_eq!(
        between(feed, "<title>", "</title>"),
        ["Strategia", "Plan 1.1 (projekt)", "Strategia", "Plan 1.0 (projekt)", "Wynik"]
    );
    let link = |title: &str, href: &str| {
        format!("<link rel=\"alternate\" type=\"application/atom+xml\" title=\"{title}\" href=\"{href}\">")
    };
    assert!(site["site/strategia/wynik/index.html"].contains(&link("Strategia", "../atom.xml")));
    assert!(site["site/strategia/index.html"].contains(&link("Strategia", "atom.xml")));
    assert!(site["site/plan/index.html"].contains("href=\"../atom.xml\""));
}

#[test]
fn without_a_base_there_is_neither_map_nor_feed() {
    let site = build("");
    assert!(!site.keys().any(|path| path.contains(".xml")), "{:?}", site.keys());
    assert_eq!(site["site/robots.txt"], "User-agent: *\nDisallow: /api/\n");
    assert!(!site["site/plan/index.html"].contains("atom"));
}
