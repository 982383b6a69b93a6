//! The register of what was put to residents, as an editor and the pipeline meet it: the command `publish`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::fs;

use tree::{Outcome, Tree, repository};

const PLAN: &str = "content/park/documents/plan";
const PUBLISHED: &str = "content/park/published";

fn publish(tree: &Tree, today: &str, arguments: &[&str]) -> Outcome {
    tree.run(&[&["publish", "--today", today], arguments].concat())
}

/// A form whose questions and options are changed below.
const FORM: &str = "\
title: Uwagi do planu
send: Wyślij uwagi
questions:
  - {name: tresc, kind: longtext, label: Uwaga, required: true}
  - {name: miejsca, kind: remark, label: Miejsca w planie}
  - name: zgoda
    kind: choice
    label: Czy plan jest dobry?
    options: [{value: tak, label: Tak}, {value: nie, label: Nie}]
";

fn town() -> Tree {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    tree.write("content/park/forms/uwagi.yaml", FORM);
    tree.replace("content/park/consultation.yaml", "contact:", "remarks: forms/uwagi.yaml\ncontact:");
    tree
}

/// A tree that was published on the day of its announcement.
fn published() -> Tree {
    let tree = town();
    let outcome = publish(&tree, "2026-03-02", &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.complained);
    tree
}

fn registered(tree: &Tree) -> Vec<String> {
    tree.files().into_keys().filter(|path| path.starts_with(PUBLISHED)).collect()
}

#[test]
fn publishing_registers_what_residents_see_once() {
    let tree = town();
    let before = tree.files();
    let early = publish(&tree, "2026-03-01", &[]);
    assert_eq!((early.code, tree.files()), (0, before.clone()), "{}", early.said);
    assert!(early.said.contains("2 marca 2026"), "{}", early.said);

    let missing = publish(&tree, "2026-03-02", &["--check"]);
    assert_eq!((missing.code, tree.files()), (1, before.clone()), "{}", missing.complained);
    assert!(missing.said.contains("wersji 1.0 dokumentu „plan”"), "{}", missing.said);
    assert!(missing.said.contains("Formularza „uwagi”"), "{}", missing.said);

    assert_eq!(publish(&tree, "2026-03-02", &[]).code, 0);
    let after = tree.files();
    let names = registered(&tree);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(before.keys().all(|path| after.contains_key(path)));

    for outcome in [publish(&tree, "2026-03-20", &[]), publish(&tree, "2026-03-20", &["--check"])] {
        assert_eq!((outcome.code, tree.files()), (0, after.clone()), "{}", outcome.said);
    }
    assert_eq!(tree.build("2026-03-20").code, 0);
}

#[test]
fn ids_are_written_into_headings_and_nothing_else_is_touched() {
    let tree = town();
    let path = tree.root().join(PLAN).join("1.0/04-parking.md");
    let text = "\u{feff}# Parking\r\n\r\nTekst.\r\n\r\n## Miejsca *dla* rowerów ##\r\n\r\nA\r\n\r\nStare drzewa\r\n---\r\n\r\nB\r\n\r\n### Cień  \r\nC\r\n## Gotowe {#gotowe}\r\n\r\nD";
    fs::write(&path, text).unwrap();
    let unwritten = publish(&tree, "2026-03-02", &["--check"]);
    assert!(unwritten.said.contains("04-parking.md"), "{}", unwritten.said);
    let before = tree.build("2026-03-02");
    assert_eq!(before.code, 0, "{}", before.complained);
    let ids = |html: &str| html.matches(" id=\"parking-").count();
    let drawn = tree.page("park/plan/1.0/parking/index.html");
    assert_eq!(publish(&tree, "2026-03-02", &[]).code, 0);
    let written = fs::read_to_string(&path).unwrap();
    let ids_written = [" {#parking-miejsca-dla-rowerow}", " {#parking-stare-drzewa}", "{#parking-cien}"];
    let bare = ids_written.iter().fold(written.clone(), |text, id| text.replacen(id, "", 1));
    assert_eq!(bare, text, "{written}");
    assert_eq!(written.matches("{#").count(), 4, "{written}");
    assert_eq!(tree.build("2026-03-02").code, 0);
    assert_eq!(ids(&tree.page("park/plan/1.0/parking/index.html")), ids(&drawn));
}

#[test]
fn a_heading_that_cannot_bear_an_id_is_named_and_keeps_no_other_from_its_own() {
    let tree = town();
    let path = format!("{PLAN}/1.0/04-parking.md");
    tree.write(&path, "# Parking\n\n## Rowery\n\nA\n\nStare\ndrzewa\n---\n\nB\n\n## Cień\n\nC\n");
    let first = publish(&tree, "2026-03-02", &[]);
    assert_eq!(first.code, 0, "{}", first.complained);
    let written = tree.read(&path);
    assert!(written.contains("## Rowery {#parking-rowery}\n") && written.contains("## Cień {#parking-cien}\n"));
    assert!(written.contains("Stare\ndrzewa\n---\n"), "{written}");
    assert!(first.said.contains("04-parking.md”, linia 7"), "{}", first.said);
    let after = tree.files();
    let again = publish(&tree, "2026-03-02", &["--check"]);
    assert_eq!((again.code, tree.files() == after), (0, true), "{}", again.said);
    assert!(again.said.contains("04-parking.md”, linia 7"), "{}", again.said);
}

#[test]
fn a_changed_text_is_an_error_until_its_correction_is_registered_and_shown() {
    let tree = published();
    let chapter = format!("{PLAN}/2.0/02-zielen.md");
    tree.replace(&chapter, "wszystkie drzewa", "wszystkie krzewy");
    for outcome in [tree.build("2026-03-10"), publish(&tree, "2026-03-10", &[])] {
        assert_eq!(outcome.code, 1);
        assert!(outcome.complained.contains("błąd[consulted-text-changed]"), "{}", outcome.complained);
        assert!(outcome.complained.contains("02-zielen.md:"), "{}", outcome.complained);
        assert!(outcome.complained.contains("drzewa") && outcome.complained.contains("krzewy"));
    }
    let before = tree.files();
    let outcome = publish(&tree, "2026-03-10", &["--correction", "Pomyłka w druku"]);
    assert_eq!(outcome.code, 0, "{}", outcome.complained);
    let after = tree.files();
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)), "nothing registered is changed");
    assert_eq!(after.len(), before.len() + 1);

    assert_eq!(tree.build("2026-03-11").code, 0);
    let shown = tree.page("park/plan/zielen/index.html");
    assert!(shown.contains("Pomyłka w druku"), "{shown}");
    let address = shown.split("href=\"").find(|href| href.starts_with("../2.0/zmiany/")).unwrap();
    let address = address.split('"').next().unwrap_or_default().trim_start_matches("../");
    let comparison = tree.page(&format!("park/plan/{address}index.html"));
    assert!(comparison.contains("Pomyłka w druku"), "{comparison}");
    assert!(comparison.contains("<del>") && comparison.contains("krzewy"), "{comparison}");
    // A remark that was begun on the old text is known to be about it.
    let bundle: serde_json::Value = serde_json::from_str(&tree.read("dist/forms/park/uwagi.pl.json")).unwrap();
    let sections = bundle["documents"][0]["versions"].as_array().unwrap().iter().flat_map(|version| {
        version["sections"].as_array().unwrap().iter().filter(|section| section["earlier"] != serde_json::json!([]))
    });
    let sections: Vec<_> = sections.collect();
    assert_eq!(sections.len(), 1, "{sections:?}");
    let second = registered(&tree).into_iter().filter(|path| path.contains("/plan/2.0/"));
    let old = second.map(|path| tree.read(&path)).find(|text| text.contains("wszystkie drzewa"));
    assert_eq!(sections[0]["id"], "zielen-drzewa");
    assert!(old.unwrap().contains(sections[0]["earlier"][0].as_str().unwrap()));
    // What is right now is registered: going back is a change again.
    tree.replace(&chapter, "wszystkie krzewy", "wszystkie drzewa");
    assert_eq!(tree.build("2026-03-11").code, 1);
}

#[test]
fn a_correction_settles_one_version_and_shows_what_it_changes() {
    let tree = published();
    let correct = |arguments: &[&str]| publish(&tree, "2026-03-10", &[&["--correction", "Druk"], arguments].concat());
    let before = tree.files();
    let unused = correct(&[]);
    assert_eq!((unused.code, tree.files() == before), (0, true), "{}", unused.complained);
    assert!(unused.said.contains("Powód „Druk” nie został użyty"), "{}", unused.said);

    tree.replace(&format!("{PLAN}/2.0/02-zielen.md"), "wszystkie drzewa", "wszystkie krzewy");
    let first = format!("{PLAN}/1.0/02-zielen.md");
    let text = tree.read(&first);
    tree.write(&first, &(text.trim_end().to_owned() + " Dopisano.\n"));
    let changed = tree.files();
    let several = correct(&[]);
    assert_eq!((several.code, tree.files() == changed), (2, true), "{}", several.said);
    assert!(several.complained.contains("park/plan/1.0, park/plan/2.0"), "{}", several.complained);
    assert_eq!(correct(&["--in", "park/plan/3.0"]).code, 2);
    // The other version is still wrong, and keeps the register as it was.
    let other = correct(&["--in", "park/plan/2.0"]);
    assert_eq!((other.code, tree.files() == changed), (1, true), "{}", other.said);
    assert!(other.complained.contains("plan/1.0/") && !other.complained.contains("plan/2.0/"), "{}", other.complained);
    tree.write(&first, &text);
    let settled = correct(&["--in", "park/plan/2.0"]);
    assert_eq!(settled.code, 0, "{}", settled.complained);
    let shown = settled.said.split("Zapisano").next().unwrap();
    assert!(shown.contains("park/plan/2.0") && shown.contains("drzewa") && shown.contains("krzewy"), "{shown}");
}

#[test]
fn a_correction_leaves_out_a_section_only_by_name() {
    let tree = published();
    let chapter = format!("{PLAN}/2.0/03-cele.md");
    let text = tree.read(&chapter);
    let id = text.split("{#").nth(1).and_then(|rest| rest.split('}').next()).unwrap().to_owned();
    tree.write(&chapter, &text.replace(&format!("{{#{id}}}"), "{#nowy-identyfikator}"));
    let before = tree.files();
    let correct = |lost: &[&str]| publish(&tree, "2026-03-10", &[&["--correction", "Druk"], lost].concat());
    let silent = correct(&[]);
    assert_eq!((silent.code, tree.files() == before), (1, true), "{}", silent.said);
    assert!(silent.complained.contains(&format!("--lost {id}")), "{}", silent.complained);
    assert_eq!(correct(&["--lost", "inny"]).code, 2);
    let named = correct(&["--lost", &id]);
    assert_eq!(named.code, 0, "{}", named.complained);
    assert!(named.said.contains(&format!("Nie ma fragmentu „{id}”")), "{}", named.said);
    assert_eq!(tree.build("2026-03-10").code, 0);
}

#[test]
fn a_lost_section_names_the_old_one_and_a_lost_version_is_told() {
    let tree = published();
    let chapter = tree.root().join(PLAN).join("2.0/03-cele.md");
    let text = fs::read_to_string(&chapter).unwrap();
    let id = text.split("{#").nth(1).and_then(|rest| rest.split('}').next()).unwrap().to_owned();
    fs::write(&chapter, text.replace(&format!("{{#{id}}}"), "{#nowy-identyfikator}")).unwrap();
    let outcome = tree.build("2026-03-10");
    assert_eq!(outcome.code, 1);
    assert!(outcome.complained.contains(&format!("Nie ma fragmentu „{id}”")), "{}", outcome.complained);
    assert!(outcome.complained.contains("03-cele.md:"), "{}", outcome.complained);
    assert_eq!(outcome.complained.matches("błąd[").count(), 1, "{}", outcome.complained);

    let tree = published();
    fs::remove_dir_all(tree.root().join(PLAN).join("1.0")).unwrap();
    let document = tree.root().join(PLAN).join("document.yaml");
    let text = fs::read_to_string(&document).unwrap();
    let second = text.find("  - version: \"2.0\"").unwrap();
    let first = text.find("  - version: \"1.0\"").unwrap();
    fs::write(&document, format!("{}{}", &text[..first], &text[second..])).unwrap();
    let outcome = tree.build("2026-03-10");
    assert!(outcome.complained.contains("błąd[consulted-version-lost]"), "{}", outcome.complained);
}

#[test]
fn an_open_form_keeps_its_questions() {
    let form = "content/park/forms/uwagi.yaml";
    let change = |from: &str, to: &str, today: &str| -> Outcome {
        let tree = published();
        tree.replace(form, from, to);
        tree.build(today)
    };
    let renamed = change("name: tresc", "name: inna_tresc", "2026-03-10");
    assert_eq!(renamed.code, 1, "{}", renamed.said);
    assert!(renamed.complained.contains("błąd[open-question-lost]"), "{}", renamed.complained);
    assert!(renamed.complained.contains("Czy chodziło o „inna_tresc”?"), "{}", renamed.complained);
    let retyped = change("kind: longtext", "kind: text", "2026-03-10");
    assert!(retyped.complained.contains("błąd[open-question-retyped]"), "{}", retyped.complained);
    let option = change("value: nie", "value: raczej-nie", "2026-03-10");
    assert!(option.complained.contains("błąd[open-option-lost]"), "{}", option.complained);
    // Words may be mended, and after the term nobody answers any more.
    let mended = change("label: Uwaga", "label: Twoja uwaga", "2026-03-10");
    assert_eq!(mended.code, 0, "{}", mended.complained);
    let closed = change("name: tresc", "name: inna_tresc", "2026-05-01");
    assert_eq!(closed.code, 0, "{}", closed.complained);

    let tree = published();
    tree.replace(form, "label: Uwaga", "label: Twoja uwaga");
    let before = registered(&tree);
    assert_eq!(publish(&tree, "2026-03-10", &["--check"]).code, 1);
    assert_eq!(publish(&tree, "2026-03-10", &[]).code, 0);
    assert_eq!(registered(&tree).len(), before.len() + 1);
    fs::remove_file(tree.root().join(form)).unwrap();
    tree.replace("content/park/consultation.yaml", "remarks: forms/uwagi.yaml\n", "");
    let lost = tree.build("2026-03-10");
    assert!(lost.complained.contains("błąd[open-form-lost]"), "{}", lost.complained);
}

#[test]
fn a_damaged_register_is_told_and_never_mended_by_force() {
    let tree = published();
    for path in registered(&tree) {
        let tree = published();
        let file = tree.root().join(&path);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(
            &file,
            text.replace("day: 2026-03-02", "day: 2026-03-01").replace("Zieleń", "Zielen").replace("Uwaga", "uwaga"),
        )
        .unwrap();
        let before = tree.files();
        for outcome in [tree.build("2026-03-10"), publish(&tree, "2026-03-10", &["--correction", "x"])] {
            assert_eq!(outcome.code, 1, "{path}");
            assert!(outcome.complained.contains("błąd[register-damaged]"), "{}", outcome.complained);
            assert!(outcome.complained.contains(&path), "{}", outcome.complained);
        }
        assert_eq!(tree.files(), before);
        // Line ends are git's: they damage nothing.
        fs::write(&file, text.replace('\n', "\r\n")).unwrap();
        let outcome = tree.build("2026-03-10");
        assert_eq!(outcome.code, 0, "{}", outcome.complained);
    }

    tree.replace(&format!("{PLAN}/2.0/02-zielen.md"), "wszystkie drzewa", "wszystkie krzewy");
    let first: Vec<String> = registered(&tree);
    assert_eq!(publish(&tree, "2026-03-10", &["--correction", "Pomyłka"]).code, 0);
    let old = first.iter().find(|path| path.contains("/plan/2.0/")).unwrap();
    fs::remove_file(tree.root().join(old)).unwrap();
    let outcome = tree.build("2026-03-10");
    assert!(outcome.complained.contains("błąd[register-incomplete]"), "{}", outcome.complained);
}
