//! A document with two versions, as its readers find it: the fixture `tests/fixtures/versions` has every kind of change.
// A changed copy of the fixture is a tree on disk.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use generator::pipeline::{Options, build_in_memory};

type Pages = BTreeMap<String, String>;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Builds a tree; its pages by address.
fn build(root: &Path) -> Pages {
    let options = Options { today: "2026-03-10".parse().unwrap(), drafts: false, commit: None };
    let outputs = build_in_memory(root, &options).unwrap();
    let page = |(path, bytes): (String, Vec<u8>)| {
        let address = path.strip_prefix("site")?.strip_suffix("index.html")?.to_owned();
        Some((address, String::from_utf8(bytes).unwrap()))
    };
    outputs.into_iter().filter_map(page).collect()
}

fn fixture() -> Pages {
    build(&repository().join("tests/fixtures/versions"))
}

/// Builds the fixture after `change` was made to a copy of it.
fn changed(change: impl Fn(&Path)) -> Pages {
    let copy = tempfile::tempdir().unwrap();
    let original = repository().join("tests/fixtures/versions");
    for entry in walkdir::WalkDir::new(&original) {
        let entry = entry.unwrap();
        let to = copy.path().join(entry.path().strip_prefix(&original).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
    change(&copy.path().join("content/park/documents/plan"));
    build(copy.path())
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replace(from, to)).unwrap();
}

/// Returns the values of an attribute in the order of the page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Returns the words of the page, without those of its head.
fn words(html: &str) -> String {
    let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let mut inside = true;
    let text: String = main
        .chars()
        .filter(|letter| {
            inside = (inside || *letter == '<') && *letter != '>';
            !inside && *letter != '>'
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn all_changes_of_a_document_stand_on_one_page() {
    let pages = fixture();
    let html = &pages["/park/plan/zmiany/1.0-2.0/"];
    let text = words(html);
    for part in [
        "7 zmienionych fragmentów 2 przeniesione fragmenty 1 nowy fragment 2 usunięte fragmenty 3 fragmenty bez zmian",
        // A changed number, whole.
        "do usunięto: 2028 r. Kosztem 1 200 000 dodano: 2029 r. Kosztem 1 350 000 zł",
        // A split paragraph.
        "pomost. dodano: (granica akapitów) ¶ Prace zaczną się",
        // A moved section, within its chapter and out of it.
        "Staw przeniesiony Ten fragment jest teraz w innym miejscu.",
        "Jak powstał plan przeniesiony Wcześniej w rozdziale „Wstęp”.",
        // A phrase.
        "Nowych będzie usunięto: 40, głównie dębów i lip dodano: 55, głównie klonów i grabów.",
        // Goals that were renumbered, one with other words besides.
        "Cel usunięto: 1 dodano: 2. Cień w upał zmieniony 1 akapit bez zmian",
        "Cel usunięto: 2 dodano: 3. Spokój wieczorem zmieniony Lampy",
        "przygasać po usunięto: 22:00 dodano: 21:30.",
        // A new section, and a chapter that is gone.
        "Cel 1. Dojście bez barier nowy dodano: Alejki będą równe",
        "Stojaki usunięty usunięto: Obok będzie 10 stojaków na rowery.",
        // A row of a table, with its neighbours.
        "Drzewa | 120 | usunięto: 160 dodano: 175 Ławki | 12 | 40 1 akapit bez zmian",
    ] {
        assert!(text.contains(part), "{part}\n\n{text}");
    }
    // A real space keeps what was deleted apart from what came for it.
    assert!(!html.contains("</del><ins>"));
    assert_eq!(html.matches("<h2 class=\"chapter\">Cele</h2>").count(), 1);
    let unchanged = html.split("id=\"_list\"").nth(1).unwrap();
    assert!(!unchanged.contains("Łąka"), "what did not change, or only its quotes and dashes, is just counted");
}

#[test]
fn every_link_leads_to_a_page_and_a_section() {
    let pages = fixture();
    let mut seen = 0;
    for (address, html) in &pages {
        let ids = values(html, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice on {address}");
        for href in values(html, "href").into_iter().filter(|href| !href.contains(':')) {
            let (page, anchor) = href.split_once('#').map_or((href, None), |(page, anchor)| (page, Some(anchor)));
            // What does not end in a slash is a file.
            if !page.is_empty() && !page.ends_with('/') {
                continue;
            }
            let target = joined(address, page);
            let target = pages.get(&target).unwrap_or_else(|| panic!("{href} on {address} leads nowhere"));
            assert!(anchor.is_none_or(|anchor| values(target, "id").contains(&anchor)), "{href} on {address}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

fn joined(address: &str, href: &str) -> String {
    let mut parts: Vec<_> = address.trim_matches('/').split('/').filter(|part| !part.is_empty()).collect();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().unwrap();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { "/".to_owned() } else { format!("/{}/", parts.join("/")) }
}

#[test]
fn a_version_says_which_it_is_and_leads_to_the_others() {
    let pages = fixture();
    let old = &pages["/park/plan/1.0/zielen/"];
    assert!(words(old).contains("Wersja 1.0 z dnia 2 marca 2026 r. · projekt do konsultacji"));
    assert!(words(old).contains("To jest starsza wersja. Przejdź do wersji 2.0"));
    // To the same chapter, and where there is none to the contents.
    assert!(values(old, "href").contains(&"../../zielen/"));
    assert!(values(&pages["/park/plan/1.0/parking/"], "href").contains(&"../../"));
    let new = &pages["/park/plan/zielen/"];
    assert!(values(new, "href").contains(&"#zielen-staw"), "the contents lead to the sections of the chapter");
    assert!(words(new).contains("Wersja 2.0 z dnia 4 maja 2026 r. · projekt po konsultacjach Wersje: 1.0, 2.0"));
    assert!(!new.contains("starsza wersja"));
    for page in [old, new] {
        assert!(values(page, "href").iter().any(|href| href.ends_with("zmiany/1.0-2.0/")));
    }
    let canonical = "<link rel=\"canonical\" href=\"https://debowo.example/park/plan/zielen/\">";
    assert!(new.contains(canonical) && pages["/park/plan/2.0/zielen/"].contains(canonical));
    assert!(!old.contains("canonical"));
}

#[test]
fn a_chapter_that_is_gone_leads_to_the_last_version_that_has_it() {
    let gone = &fixture()["/park/plan/parking/"];
    assert!(words(gone).contains("Wersja 2.0 nie ma tego rozdziału. Ostatnia wersja, w której jest, to 1.0."));
    assert!(values(gone, "href").contains(&"../1.0/parking/"));
    // An alias says what became of it.
    let renamed = changed(|plan| {
        let text = fs::read_to_string(plan.join("2.0/03-cele.md")).unwrap();
        fs::write(plan.join("2.0/03-cele.md"), format!("---\naliases: [/park/plan/parking/]\n---\n{text}")).unwrap();
    });
    assert!(!renamed["/park/plan/parking/"].contains("nie ma tego rozdziału"));
    assert!(values(&renamed["/park/plan/parking/"], "href").contains(&"../cele/"));
}

#[test]
fn an_alias_lives_on_when_its_chapter_is_gone() {
    let pages = changed(|plan| {
        let text = fs::read_to_string(plan.join("1.0/04-parking.md")).unwrap();
        let aliases = "aliases: [/park/plan/auta/, /park/plan/cele-planu/]";
        fs::write(plan.join("1.0/04-parking.md"), format!("---\n{aliases}\n---\n{text}")).unwrap();
        let text = fs::read_to_string(plan.join("2.0/03-cele.md")).unwrap();
        fs::write(plan.join("2.0/03-cele.md"), format!("---\naliases: [/park/plan/cele-planu/]\n---\n{text}")).unwrap();
    });
    assert!(values(&pages["/park/plan/auta/"], "href").contains(&"../parking/"));
    // A chapter that is there goes before one that is not.
    assert!(values(&pages["/park/plan/cele-planu/"], "href").contains(&"../cele/"));
}

#[test]
fn code_is_compared_as_it_is_written() {
    let pages = changed(|plan| {
        let add = |version: &str, port: &str| {
            let file = plan.join(version).join("01-wstep.md");
            let text = fs::read_to_string(&file).unwrap();
            let words = format!("pytaj \"w urzędzie\" - {port}");
            let code = format!("```\n{words}\n```\n\nZ domu {words} - i `{words} - w sieci` - \"z domu\".\n");
            fs::write(&file, format!("{text}\n## Kod `a - b`[^1]\n\n{code}\n[^1]: Jak `c - d`")).unwrap();
        };
        add("1.0", "80");
        add("2.0", "81");
    });
    let html = &pages["/park/plan/zmiany/1.0-2.0/"];
    assert!(
        html.contains("<p>pytaj &quot;w urzędzie&quot; - <del>") || html.contains("<p>pytaj \"w urzędzie\" - <del>")
    );
    assert!(html.contains("<p>Z\u{a0}domu pytaj „w\u{a0}urzędzie” – <del>"));
    let inline = html.split(" – i\u{a0}pytaj ").nth(1).expect("a sentence with code");
    assert!(inline.starts_with("&quot;w urzędzie&quot; - <del>") || inline.starts_with("\"w urzędzie\" - <del>"));
    assert!(inline.contains("</ins> - w sieci – „z\u{a0}domu”."), "{inline}");
    // In the heading, and in the footnote that stands at its call.
    assert_eq!(
        html.matches("Kod a - b[Jak c - d]").count(),
        4,
        "in the list, the heading and the links of the section"
    );
}

#[test]
fn the_whole_document_stands_on_one_page() {
    let pages = fixture();
    let whole = &pages["/park/plan/calosc/"];
    let headings: Vec<_> = whole.match_indices("<h").map(|(at, _)| &whole[at..at + 4]).collect();
    assert_eq!(headings.iter().filter(|heading| heading.starts_with("<h1")).count(), 1);
    for part in [
        "<h2 class=\"chapter\" id=\"zielen\">2.\u{a0}Zieleń</h2>",
        "<h3 id=\"zielen-drzewa\">2.2.\u{a0}Drzewa</h3>",
        // So does what the text itself does not head.
        "<h3 id=\"_fn.zielen\">Przypisy</h3>",
        // A link from chapter to chapter stays on the page.
        "<a href=\"#zielen-drzewa\">o\u{a0}zieleni</a>",
    ] {
        assert!(whole.contains(part), "{part}");
    }
    let old = &pages["/park/plan/1.0/calosc/"];
    assert!(old.contains("id=\"parking\"") && !whole.contains("id=\"parking\""));
    assert!(old.contains("<a href=\"#zielen-drzewa\">o\u{a0}zieleni</a>"));
}

#[test]
fn chapters_are_numbered_only_where_the_document_says_so() {
    let plain = changed(|plan| replace(&plan.join("document.yaml"), "numbered: true\n", ""));
    assert!(plain["/park/plan/zielen/"].contains("<h1 id=\"zielen\">Zieleń</h1>"));
    assert!(plain["/park/plan/zielen/"].contains("<h2 id=\"zielen-staw\">Staw</h2>"));
    let numbered = &fixture()["/park/plan/zielen/"];
    assert!(numbered.contains("<h1 id=\"zielen\">2.\u{a0}Zieleń</h1>"));
    assert!(numbered.contains("<h2 id=\"zielen-staw\">2.1.\u{a0}Staw</h2>"));
}

#[test]
fn one_version_has_nothing_to_be_compared_with() {
    let draft = changed(|plan| replace(&plan.join("document.yaml"), "projekt po konsultacjach", "draft"));
    assert!(!draft.keys().any(|address| address.contains("zmiany") || address.contains("2.0")));
    assert!(draft.contains_key("/park/plan/calosc/"));
    let chapter = &draft["/park/plan/parking/"];
    assert!(!words(chapter).contains("Wersje:") && !words(chapter).contains("starsza"));
}
