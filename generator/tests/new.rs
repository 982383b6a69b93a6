//! What `konsultacje new` makes is right at once: it passes the build, and nothing that was there is changed.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use tree::{Outcome, Tree, repository};

const TODAY: &str = "2026-03-10";

fn versions() -> Tree {
    Tree::copy_of(&repository().join("tests/fixtures/versions"))
}

/// Builds the tree with its drafts; every warning counts.
fn builds(tree: &Tree) {
    let out = tree.path("dist").display().to_string();
    let outcome = tree.run(&["build", "--today", TODAY, "--out", &out, "--drafts"]);
    assert_eq!((outcome.code, outcome.complained.as_str()), (0, ""));
}

fn good(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.complained);
}

#[test]
fn a_consultation_is_whole_and_a_draft_until_it_is_opened() {
    let tree = Tree::empty();
    tree.write("content/site.yaml", "title: Miasto\nbase_url: https://miasto.example\n");
    let new =
        ["new", "consultation", "--title", "Plan: \"Żabi Kąt\" & inne", "--start", "2026-04-01", "--end", "2026-05-11"];
    let made = tree.run(&new);
    good(&made);
    builds(&tree);
    assert!(tree.page("plan-zabi-kat-inne/uwagi/index.html").contains("Plan: "));
    assert!(made.said.contains("content/plan-zabi-kat-inne/consultation.yaml"), "{}", made.said);
    // Every line to fill in is named.
    let blanks = tree.files().into_values().map(|bytes| String::from_utf8(bytes).unwrap());
    let blanks: usize = blanks.map(|text| text.matches("do uzupełnienia przez urząd").count()).sum();
    assert_eq!(made.said.matches("Do uzupełnienia w pliku").count(), blanks, "{}", made.said);

    good(&tree.build(TODAY));
    assert!(!tree.path("dist/site/plan-zabi-kat-inne").exists(), "a draft is seen by nobody");
    let before = tree.files();
    let again = tree.run(&new);
    assert_eq!((again.code, tree.files()), (2, before), "{}", again.said);
    tree.replace("content/plan-zabi-kat-inne/consultation.yaml", "draft: true\n", "");
    good(&tree.build(TODAY));
    assert!(
        tree.path("dist/site/plan-zabi-kat-inne/ogloszenie/index.html").exists()
            || tree.path("dist/site/plan-zabi-kat-inne/announcement/index.html").exists()
    );
    let backwards = tree.run(&["new", "consultation", "--title", "x", "--start", "2026-04-01", "--end", "2026-03-10"]);
    assert_eq!(backwards.code, 2);
}

#[test]
fn what_is_made_is_in_the_language_of_the_site() {
    for (language, blank, form, meeting) in [
        ("pl", "do uzupełnienia przez urząd", "uwagi", "spotkanie"),
        ("en", "to be completed by the office", "remarks", "meeting"),
        ("uk", "має доповнити установа", "zauvazhennia", "zustrich"),
    ] {
        let tree = Tree::empty();
        tree.write(
            "content/site.yaml",
            &format!("title: Town\nlanguage: {language}\nbase_url: https://town.example\n"),
        );
        let term = ["--start", "2026-04-01", "--end", "2026-05-11"];
        // The language of the one who asks is another matter.
        let made = tree.run(&[&["new", "--lang", "pl", "consultation", "--title", "Park"][..], &term].concat());
        good(&made);
        good(&tree.run(&["new", "form", "survey"]));
        good(&tree.run(&["new", "meeting", "--date", "2026-04-20", "--time", "17:00"]));
        good(&tree.run(&["new", "page", "--title", "Mapa", "--in", "park"]));
        assert!(tree.path(&format!("content/park/forms/{form}.yaml")).exists(), "{language}");
        let schedule = tree.read("content/park/schedule.yaml");
        assert!(schedule.contains(&format!("- id: {meeting}-2026-04-20\n")), "{schedule}");
        let files = tree.files().into_values().map(|bytes| String::from_utf8(bytes).unwrap());
        let made: Vec<String> = files.collect();
        assert!(made.iter().filter(|text| text.contains(blank)).count() > 6, "{language}: {made:?}");
        for other in
            ["do uzupełnienia", "to be completed", "має доповнити"].iter().filter(|other| !blank.starts_with(**other))
        {
            assert!(!made.iter().any(|text| text.contains(other)), "{language} says {other}");
        }
        let checked = tree.run(&["check", "--drafts", "--format", "json", "--today", TODAY]);
        let found: serde_json::Value = serde_json::from_str(&checked.said).unwrap();
        let grave = found["problems"].as_array().unwrap().iter().filter(|problem| problem["severity"] != "info");
        let rules: Vec<&str> = grave.filter_map(|problem| problem["rule"].as_str()).collect();
        assert_eq!((checked.code, rules), (0, vec!["page-orphan"]), "{language}");
    }
}

#[test]
fn a_page_is_named_by_its_title() {
    let tree = versions();
    good(&tree.run(&["new", "page", "--title", "Jak dojechać?", "--in", "park"]));
    // Nothing leads to it yet, and that is told.
    let lost = tree.run(&["check", "--drafts"]);
    assert_eq!((lost.code, lost.said.matches("ostrzeżenie[").count()), (0, 1), "{}", lost.said);
    assert!(lost.said.contains("ostrzeżenie[page-orphan]"), "{}", lost.said);
    good(&tree.build(TODAY));
    assert!(!tree.path("dist/site/park/jak-dojechac").exists(), "a draft is seen by nobody");
    tree.replace("content/park/jak-dojechac.md", "draft: true\n", "");
    good(&tree.build(TODAY));
    assert!(tree.page("park/jak-dojechac/index.html").contains("Jak dojechać?"));
    assert_eq!(tree.run(&["new", "page", "--title", "Jak dojechać?", "--in", "content/park/"]).code, 2);
    assert_eq!(tree.run(&["new", "page", "--title", "…"]).code, 2);
    assert_eq!(tree.run(&["new", "page", "--title", "W górę", "--in", "../.."]).code, 2, "nothing leaves the content");
}

#[test]
fn things_are_made_where_they_were_asked_for() {
    let tree = versions();
    tree.write("content/aktualności/index.md", "# Aktualności\n");
    let made = |folder: &str, file: &str| {
        good(&tree.run(&["new", "page", "--title", "Nowa", "--in", folder]));
        assert!(tree.path(file).exists(), "{folder}: {:?}", tree.files().keys());
        std::fs::remove_file(tree.path(file)).unwrap();
    };
    made("park/documents/plan/1.0", "content/park/documents/plan/1.0/nowa.md");
    made("content/aktualności", "content/aktualności/nowa.md");
    made("./content/aktualności/Rok 2026/", "content/aktualności/rok-2026/nowa.md");
    made("contents", "content/contents/nowa.md");
    made("content", "content/nowa.md");
    for outside in ["..", "park/../x", "content/../..", "x/.."] {
        assert_eq!(tree.run(&["new", "page", "--title", "Nowa", "--in", outside]).code, 2, "{outside}");
    }
}

#[test]
fn a_consultation_has_an_id_that_is_taken_by_nothing_and_short_enough() {
    let tree = versions();
    let new = |title: &str, id: &[&str]| {
        let arguments = ["new", "consultation", "--title", title, "--start", "2026-04-01", "--end", "2026-05-11"];
        tree.run(&[&arguments[..], id].concat())
    };
    let plan = "projekt-miejscowego-planu-zagospodarowania-przestrzennego";
    for (rest, id) in [("terenu nad Silnicą", format!("{plan}-terenu")), ("terenów", plan.to_owned())] {
        good(&new(&format!("Projekt miejscowego planu zagospodarowania przestrzennego {rest}"), &[]));
        assert!(tree.path("content").join(id).join("consultation.yaml").exists(), "{:?}", tree.files().keys());
    }
    builds(&tree);
    let before = tree.files();
    let long = "a".repeat(65);
    for id in [long.as_str(), "park", "api", "assets"] {
        let refused = new("Nowe", &["--id", id]);
        assert_eq!((refused.code, tree.files() == before), (2, true), "{id}: {}", refused.said);
    }
    assert_eq!(new("Api", &[]).code, 2);
    good(&new("Nowe", &["--id", &long[..64]]));
    builds(&tree);
}

#[test]
fn a_version_is_a_copy_of_the_last_with_its_ids_written_down() {
    let tree = versions();
    let before = tree.files();
    let made = tree.run(&["new", "version", "--date", "2026-06-01"]);
    good(&made);
    let after = tree.files();
    let document = "content/park/documents/plan/document.yaml";
    for (path, bytes) in before.iter().filter(|(path, _)| *path != document) {
        assert_eq!(after.get(path), Some(bytes), "{path}");
    }
    let old = String::from_utf8(before[document].clone()).unwrap();
    let added = tree.read(document).strip_prefix(&old).map(str::to_owned).unwrap();
    assert!(added.starts_with("  - version: \"3.0\"\n    date: 2026-06-01\n"), "{added}");
    assert!(tree.read("content/park/documents/plan/3.0/02-zielen.md").contains("## Staw {#zielen-staw}\n"));
    builds(&tree);
    // A copy changes nothing: the page of what changed has no section to tell.
    assert!(!tree.page("park/plan/zmiany/2.0-3.0/index.html").contains("class=\"chapter\""));
    assert_eq!(tree.run(&["new", "version", "--version", "1.0"]).code, 2);
    assert_eq!(tree.run(&["new", "version", "--document", "projekt"]).code, 2);
    // The number is the name of a folder: only what is read as one is taken.
    let before = tree.files();
    for number in ["../x", "../../../x", "v2", "2.", "", "2\"", "2/1", "2.0 "] {
        let refused = tree.run(&["new", "version", "--version", number]);
        assert_eq!((refused.code, tree.files() == before), (2, true), "{number}: {}", refused.said);
    }
    assert!(!tree.path("x").exists() && !tree.path("content/x").exists());
    good(&tree.run(&["new", "version", "--version", "10.2.1"]));
}

#[test]
fn a_form_and_a_meeting_keep_what_was_there() {
    let tree = versions();
    good(&tree.run(&["new", "form", "ankieta", "--title", "Ankieta o parku"]));
    builds(&tree);
    assert!(tree.page("park/ankieta/index.html").contains("Ankieta o\u{a0}parku"));
    assert_eq!(tree.run(&["new", "form", "ankieta"]).code, 2);

    // Without a schedule, without meetings, and behind others.
    let schedule = "content/park/schedule.yaml";
    good(&tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00"]));
    builds(&tree);
    let stages = "# Harmonogram\nstages:\n- id: start # pierwszy\n  title: Start\n  start: 2026-03-02\n\n# Koniec";
    tree.write(schedule, stages);
    good(&tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00", "--place", "Sala: duża"]));
    assert!(tree.read(schedule).starts_with(stages), "{}", tree.read(schedule));
    builds(&tree);
    let kept = "meetings:\n- id: pierwsze   # wstępne\n  title: 'Pierwsze'\n  date: 2026-03-12\n  time: \"11:00\"\n  place: Rynek\n\n# Etapy niżej\nstages: []\n";
    tree.write(schedule, kept);
    for _ in 0..2 {
        good(&tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00"]));
    }
    let written = tree.read(schedule);
    let (first, last) = kept.split_once("\n\n").unwrap();
    assert!(written.starts_with(first) && written.ends_with(last), "{written}");
    assert!(written.contains("- id: spotkanie-2026-03-20\n") && written.contains("- id: spotkanie-2026-03-20-17-00\n"));
    builds(&tree);
    let windows = "meetings:\r\n- id: pierwsze\r\n  title: Pierwsze\r\n  date: 2026-03-12\r\n  time: \"11:00\"\r\n  place: Rynek\r\n";
    tree.write(schedule, windows);
    good(&tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00"]));
    let written = tree.read(schedule);
    assert!(written.starts_with(windows) && !written.replace("\r\n", "").contains('\n'), "{written:?}");
    builds(&tree);
    assert_eq!(tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "25:00"]).code, 2);
}

#[test]
fn a_list_is_added_to_however_it_is_written_or_the_editor_is_told_how_to_write_it() {
    let tree = versions();
    let schedule = "content/park/schedule.yaml";
    let add = || tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00", "--place", "Rynek"]);
    let entry = "  - id: pierwsze\n    title: Pierwsze\n    date: 2026-03-12\n    time: \"11:00\"\n    place: Rynek\n";
    for kept in [
        "meetings:\n",
        "meetings: # spotkania z mieszkańcami\n",
        "meetings:   \nstages: []\n",
        "# Spotkania\nmeetings: # dwa\n{entry}",
        "meetings:\n  # pierwsze w urzędzie\n{entry}\n# koniec\n",
    ] {
        let kept = kept.replace("{entry}", entry);
        tree.write(schedule, &kept);
        good(&add());
        let written = tree.read(schedule);
        let mut rest: Vec<&str> = written.lines().collect();
        let entry = rest.iter().position(|line| line.contains("- id: spotkanie-2026-03-20")).unwrap();
        rest.drain(entry..entry + 6);
        assert_eq!(
            rest,
            kept.lines().collect::<Vec<_>>(),
            "every line that was there is there, in its order: {written}"
        );
        assert_eq!(written.matches("spotkanie-2026-03-20").count(), 1, "{written}");
        builds(&tree);
    }
    let one_line = "meetings: [{id: a, title: A, date: 2026-03-12, time: \"11:00\", place: Rynek}]\n";
    for (kept, told) in [
        ("meetings: []\n", "po „meetings:” stoi pusta lista []. Usuń znaki []"),
        ("meetings: [] # jeszcze żadnych\n", "Usuń znaki []"),
        (one_line, "Zapisz je jako listę"),
        ("{stages: []}\n", "Zapisz je jako listę"),
        ("meetings: Rynek\n", "Zapisz je jako listę"),
    ] {
        tree.write(schedule, kept);
        let refused = add();
        assert_eq!((refused.code, tree.read(schedule).as_str()), (2, kept), "{}", refused.said);
        assert!(refused.complained.contains(told), "{}", refused.complained);
    }
}

#[test]
fn what_is_not_made_is_told_in_the_language_of_the_editor() {
    let tree = versions();
    let refused = |arguments: &[&str], polish: &str, english: &str| {
        for (language, words) in [("pl", polish), ("en", english)] {
            let outcome = tree.run(&[&["new", "--lang", language], arguments].concat());
            assert_eq!(outcome.code, 2, "{}", outcome.said);
            assert_eq!(outcome.complained, format!("konsultacje: {words}\n"));
        }
    };
    refused(
        &["meeting", "--date", "2026-03-20", "--time", "17:00", "--consultation", "staw"],
        "Nie ma konsultacji „staw”. Są: park.",
        "There is no consultation “staw”. There are: park.",
    );
    tree.write("content/mapa.md", "# Mapa\n");
    refused(
        &["page", "--title", "Mapa"],
        "Plik albo folder „content/mapa.md” już jest. Niczego nie zmieniono.",
        "The file or folder “content/mapa.md” is there already. Nothing was changed.",
    );
}

#[test]
fn what_would_be_wrong_is_not_made() {
    let tree = versions();
    tree.write("content/park/schedule.yaml", "meetings: []\n");
    let before = tree.files();
    let refused = tree.run(&["new", "page", "--title", "Harmonogram", "--in", "park"]);
    assert_eq!((refused.code, tree.files() == before), (1, true), "{}", refused.said);
    assert!(refused.complained.contains("błąd[") && refused.complained.contains("content/park/harmonogram.md"));
    assert!(refused.complained.ends_with("Podaj inną nazwę albo inne miejsce.\n"), "{}", refused.complained);
    let bad = tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00", "--id", "Źle Nazwane"]);
    assert_eq!(bad.code, 2);
    assert!(bad.complained.contains("--id zle-nazwane"), "{}", bad.complained);
    let letter = tree.run(&["new", "meeting", "--date", "20.03.2026", "--time", "17:00"]);
    assert!(letter.complained.contains("zapisz datę tak: 2026-03-20"), "{}", letter.complained);
    let hour = tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17"]);
    assert!(hour.complained.contains("zapisz godzinę tak: 17:00"), "{}", hour.complained);
    assert!(tree.files() == before);
}

#[test]
fn all_that_is_left_to_do_is_named() {
    let tree = versions();
    let add = || tree.run(&["new", "meeting", "--date", "2026-03-20", "--time", "17:00"]);
    for made in [add(), add()] {
        good(&made);
        assert_eq!(made.said.matches("Do uzupełnienia w pliku").count(), 2, "{}", made.said);
    }
    let numbered: Vec<_> = tree.read("content/park/schedule.yaml").lines().map(str::to_owned).collect();
    let last = numbered.iter().rposition(|line| line.contains("place: do uzupełnienia")).unwrap() + 1;
    assert_eq!(last, numbered.len() - 1);
    let folder = tree.run(&["new", "page", "--title", "Nowa", "--in", "nie-ma"]);
    assert!(folder.said.contains("nowy folder „content/nie-ma”"), "{}", folder.said);

    let tree = Tree::copy_of(&repository().join("tests/fixtures/languages"));
    let made = tree.run(&["new", "form", "nowa", "--title", "Nowa"]);
    good(&made);
    let told = "Do przetłumaczenia w pliku „content/park/forms/nowa.yaml”: 8 tekstów, języki: en, uk.";
    assert_eq!(made.said.matches("Do przetłumaczenia").count(), 1, "{}", made.said);
    assert!(made.said.contains(told), "{}", made.said);
}
