//! A site in three languages, as its readers find it: `tests/fixtures/languages` has a document that is translated in
//! part, and texts that are not translated everywhere.
// A changed copy of the fixture is a tree on disk.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use forms::{Bundle, Shared};
use generator::pipeline::{Options, build_files, build_in_memory};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files() -> BTreeMap<String, Vec<u8>> {
    let options = Options { today: "2026-05-10".parse().unwrap(), drafts: false, commit: None };
    build_in_memory(&repository().join("tests/fixtures/languages"), &options).unwrap()
}

/// Builds the fixture; its pages by address.
fn pages() -> BTreeMap<String, String> {
    let page = |(path, bytes): (String, Vec<u8>)| {
        let address = path.strip_prefix("site")?.strip_suffix("index.html")?.to_owned();
        Some((address, String::from_utf8(bytes).unwrap()))
    };
    files().into_iter().filter_map(page).collect()
}

#[track_caller]
fn has(html: &str, wanted: &str) {
    assert!(html.contains(wanted), "no {wanted} in\n{html}");
}

#[test]
fn a_page_stands_in_the_languages_that_it_is_written_in_and_a_made_one_in_all() {
    let pages = pages();
    let addresses: Vec<_> = pages.keys().map(String::as_str).filter(|address| !address.starts_with("/park/")).collect();
    assert_eq!(
        addresses,
        [
            "/",
            "/en/",
            "/en/help/",
            "/en/park/",
            "/en/park/ankieta/",
            "/en/park/plan/",
            "/en/park/plan/1.0/",
            "/en/park/plan/1.0/full-text/",
            "/en/park/plan/1.0/woda/",
            "/en/park/plan/1.0/zielen/",
            "/en/park/plan/2.0/",
            "/en/park/plan/2.0/zielen/",
            "/en/park/plan/zielen/",
            "/en/park/schedule/",
            "/en/park/uwagi/",
            "/pomoc/",
            "/uk/",
            "/uk/park/",
            "/uk/park/ankieta/",
            "/uk/park/hrafik/",
            "/uk/park/plan/1.0/",
            "/uk/park/plan/1.0/zielen/",
            "/uk/park/uwagi/",
        ]
    );
}

#[test]
fn every_page_names_its_language_and_leads_to_the_others() {
    for (address, html) in pages() {
        let language = ["en", "uk"].into_iter().find(|code| address.starts_with(&format!("/{code}/"))).unwrap_or("pl");
        has(&html, &format!("<html lang=\"{language}\">"));
        if html.contains("http-equiv=\"refresh\"") {
            continue;
        }
        for code in ["pl", "en", "uk"] {
            has(&html, &format!("lang=\"{code}\" hreflang=\"{code}\""));
        }
    }
}

#[test]
fn the_switch_leads_to_the_twin_else_to_the_consultation_or_home() {
    let pages = pages();
    has(&pages["/pomoc/"], "<a href=\"../en/help/\" lang=\"en\" hreflang=\"en\">English</a>");
    has(&pages["/pomoc/"], "<a href=\"../uk/\" lang=\"uk\" hreflang=\"uk\">Українська</a>");
    has(&pages["/en/help/"], "<a href=\"../../pomoc/\" lang=\"pl\" hreflang=\"pl\">Polski</a>");
    has(&pages["/park/plan/2.0/woda/"], "<a href=\"../../../../en/park/\" lang=\"en\"");
    has(&pages["/park/plan/1.0/woda/"], "<a href=\"../../../../en/park/plan/1.0/woda/\" lang=\"en\"");
}

#[test]
fn search_engines_are_told_of_the_twins_that_are_there() {
    let pages = pages();
    let alternate = |code: &str, path: &str| {
        format!("<link rel=\"alternate\" hreflang=\"{code}\" href=\"https://konsultacje.example.pl{path}\">")
    };
    for (address, twins) in [
        ("/pomoc/", [("pl", "/pomoc/"), ("en", "/en/help/"), ("x-default", "/pomoc/")].as_slice()),
        ("/uk/park/", &[("pl", "/park/"), ("en", "/en/park/"), ("uk", "/uk/park/")]),
        ("/park/klauzula/", &[]),
    ] {
        for (code, path) in twins {
            has(&pages[address], &alternate(code, path));
        }
        let told = pages[address].matches("rel=\"alternate\"").count();
        assert!(told >= twins.len() && (twins.is_empty() == (told == 0)), "{address}: {told}");
    }
    assert!(!pages["/pomoc/"].contains("hreflang=\"uk\" href=\"https"), "there is no such page");
}

#[test]
fn a_link_leads_to_the_twin_else_to_the_original_and_says_so() {
    let pages = pages();
    let home = &pages["/en/"];
    has(home, "<a href=\"help/\">help</a>");
    has(home, "<a href=\"../park/klauzula/\" hreflang=\"pl\">data notice</a>");
    let park = &pages["/en/park/"];
    has(park, "<a href=\"plan/\">plan</a>");
    has(park, "<a href=\"../../park/plan/woda/\" hreflang=\"pl\">part on water</a>");
    has(park, "<a class=\"button\" href=\"ankieta/\">Park survey</a>");
    // Nobody has translated a chapter of the newest version to Ukrainian.
    has(&pages["/uk/park/"], "hreflang=\"pl\" href=\"../../park/plan/\">План парку (польською)</a>");
}

#[test]
fn contents_list_chapters_that_nobody_has_translated_where_the_original_is() {
    let pages = pages();
    let contents = &pages["/en/park/plan/"];
    has(contents, "<a href=\"zielen/\">Green</a>");
    has(contents, "<a hreflang=\"pl\" href=\"../../../park/plan/woda/\">Woda</a>");
    has(&pages["/en/park/plan/zielen/"], "Next chapter: <strong>Woda</strong> (in Polish)");
    // The whole of 2.0 and what changed are there in Polish only.
    has(
        contents,
        "<a hreflang=\"pl\" href=\"../../../park/plan/calosc/\">The whole document on one page (in Polish)</a>",
    );
    has(contents, "hreflang=\"pl\" href=\"../../../park/plan/zmiany/1.0-2.0/\"");
    has(&pages["/en/park/plan/1.0/"], "<a href=\"full-text/\">The whole document on one page</a>");
}

/// Returns the queries of the links to the remark form, without the language.
fn remarks(html: &str) -> Vec<String> {
    let links = html.split("api/park/uwagi?").skip(1).map(|rest| rest.split('"').next().unwrap());
    links
        .map(|query| query.replace("&amp;", "&"))
        .map(|query| query.split("&lang=").next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_remark_on_a_translated_section_binds_to_the_original() {
    let pages = pages();
    let (polish, english) = (&pages["/park/plan/2.0/zielen/"], &pages["/en/park/plan/2.0/zielen/"]);
    let bound = remarks(polish);
    assert_eq!(bound.len(), 2, "{bound:?}");
    assert!(bound[1].contains("section=drzewa&hash=1-"), "{bound:?}");
    assert_eq!(remarks(english), bound);
    has(english, "&amp;lang=en\"");
    assert!(!polish.contains("lang=pl\""), "the original needs no word of it");
}

#[test]
fn words_and_dates_are_those_of_the_language() {
    let pages = pages();
    has(&pages["/park/"], "Konsultacje trwają do 30\u{a0}czerwca 2026\u{a0}r.");
    has(&pages["/en/park/"], "The consultation is open until 30\u{a0}June 2026");
    has(&pages["/uk/park/"], "Консультації тривають до 30\u{a0}червня 2026\u{a0}р.");
    has(&pages["/en/park/"], "51 days left");
    has(&pages["/uk/park/"], "залишився 51 день");
}

#[test]
fn the_function_gets_each_form_in_each_language_of_one_definition() {
    let files = files();
    let bundle =
        |code: &str| -> Bundle { serde_json::from_slice(&files[&format!("forms/park/ankieta.{code}.json")]).unwrap() };
    let (polish, english, ukrainian) = (bundle("pl"), bundle("en"), bundle("uk"));
    assert!(polish.original && !english.original && !ukrainian.original);
    assert_eq!(polish.form.definition(), english.form.definition());
    assert_eq!(polish.revision, ukrainian.revision);
    assert_eq!((english.href.as_str(), english.action.as_str()), ("/en/park/ankieta/", "/api/park/ankieta"));
    assert_eq!(english.shell.home, "/en/");
    let shared: Shared = serde_json::from_slice(&files["forms/theme/theme.json"]).unwrap();
    assert_eq!(shared.sites.keys().collect::<Vec<_>>(), ["en", "pl", "uk"]);
    assert_eq!(shared.sites["uk"].consultations["park"].title, "Парк");
}

#[test]
fn the_map_of_the_site_names_a_page_in_all_its_languages() {
    let base = "https://konsultacje.example.pl";
    let link = |language: &str, path: &str| {
        format!("<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"{base}{path}\"/>")
    };
    let map = String::from_utf8(files()["site/sitemap.xml"].clone()).unwrap();
    let help = [link("pl", "/pomoc/"), link("en", "/en/help/")].concat();
    for path in ["/pomoc/", "/en/help/"] {
        has(&map, &format!("<url><loc>{base}{path}</loc>{help}</url>"));
    }
    // What is there in one language alone names none.
    has(&map, &format!("<url><loc>{base}/park/klauzula/</loc></url>"));
}

#[test]
fn each_language_has_its_feed() {
    let tree = [
        ("site.yaml", "authority: Urząd\nlanguage: pl\nlanguages: [pl, en]\nbase_url: https://a.example\n"),
        ("pomoc.md", "---\ndate: 2026-05-03\n---\n# Pomoc\n"),
        ("pomoc.en.md", "---\ndate: 2026-05-04\nslug: help\n---\n# Help\n"),
        ("tylko.md", "---\ndate: 2026-05-05\n---\n# Tylko po polsku\n"),
    ];
    let tree = tree.map(|(path, text)| (format!("content/{path}"), text.as_bytes().to_vec()));
    let options = Options { today: "2026-05-10".parse().unwrap(), drafts: false, commit: None };
    let files = build_files(tree, &options).unwrap();
    let feed = String::from_utf8(files["site/en/atom.xml"].clone()).unwrap();
    has(&feed, "xml:lang=\"en\"");
    has(&feed, "<link rel=\"self\" href=\"https://a.example/en/atom.xml\"/>");
    has(&feed, "<title>Help</title>\n<link rel=\"alternate\" href=\"https://a.example/en/help/\"/>");
    assert!(!feed.contains("tylko") && !feed.contains("/pomoc/"), "{feed}");
    assert!(String::from_utf8(files["site/atom.xml"].clone()).unwrap().contains("/tylko/"));
}
