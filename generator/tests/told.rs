//! All mistakes of a tree are told in one run, and a build knows when the calendar alone changes it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::collections::BTreeSet;

use generator::pipeline::{Options, build_in_memory};
use jiff::{ToSpan as _, civil::Date};
use tree::{Tree, repository};

#[test]
fn twelve_mistakes_are_told_in_the_order_of_files_and_the_good_site_stays() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    assert_eq!(tree.build("2026-03-10").code, 0);
    let good = tree.files();
    let mistakes = [
        ("a-link", "# A\n\n[x](nie-ma.md)\n", "link-broken", 3),
        ("b-anchor", "# B\n\n[x](b-anchor.md#nie-ma)\n", "anchor-broken", 3),
        ("c-date", "---\ndate: 2026-02-30\n---\n\n# C\n", "date-bad", 2),
        ("d-key", "---\ntilte: D\n---\n", "unknown-key", 2),
        ("e-level", "# E\n\n## E\n\n#### F\n", "heading-level", 5),
        ("f-h1", "# F\n\n# G\n", "heading-h1", 3),
        ("g-html", "# G\n\nTo <b>nie</b>.\n", "raw-html", 3),
        ("h-note", "# H\n\nTak[^1].\n", "footnote-missing", 3),
        ("i-scheme", "# I\n\n[x](javascript:x)\n", "link-scheme", 3),
        ("j-tab", "---\ntitle:\n\t- J\n---\n", "yaml-tab", 3),
        ("k-pesel", "# K\n\nNumer 44051401359.\n", "personal-pesel", 3),
        ("l-empty", "# L\n\n##\n", "heading-empty", 3),
    ];
    for (name, text, ..) in mistakes {
        tree.write(&format!("content/{name}.md"), text);
    }
    let before = tree.files();
    let outcome = tree.build("2026-03-10");
    assert_eq!(outcome.code, 1);
    assert_eq!(tree.files(), before, "nothing is written");
    assert!(good.iter().all(|(path, bytes)| before.get(path) == Some(bytes)));
    let lines: Vec<&str> = outcome.complained.lines().collect();
    let told: Vec<(String, String)> = lines
        .windows(2)
        .filter_map(|pair| {
            let rule = pair[0].strip_prefix("błąd[")?.split(']').next()?;
            let place = pair[1].split("--> ").nth(1)?;
            Some((rule.to_owned(), place.rsplit_once(':')?.0.to_owned()))
        })
        .collect();
    let mut met: Vec<_> = told.clone();
    met.dedup();
    let expected = mistakes.map(|(name, _, rule, line)| (rule.to_owned(), format!("content/{name}.md:{line}")));
    assert_eq!(met, expected, "{}", outcome.complained);
}

/// What `check` finds: rule and file.
fn findings(tree: &Tree) -> BTreeSet<(String, String)> {
    let said = tree.run(&["check", "--format", "json"]).said;
    let found: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let problems = found["problems"].as_array().unwrap();
    problems.iter().map(|problem| (text(&problem["rule"]), text(&problem["file"]))).collect()
}

#[test]
fn contacts_in_a_file_with_a_mistake_are_not_taken_for_private() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    let path = "content/park/consultation.yaml";
    tree.replace(path, "contact:\n", "contact:\n  phone: 41 300 20 10\n");
    tree.write("content/kontakt.md", "# Kontakt\n\nNapisz: zielen@debowo.example, tel. 41 300 20 10.\n");
    let contacts = |found: &BTreeSet<(String, String)>| found.iter().any(|(rule, _)| rule.starts_with("personal-"));
    assert!(!contacts(&findings(&tree)), "{:?}", findings(&tree));
    tree.replace(path, "  start: ", "  start: x");
    let found = findings(&tree);
    assert!(found.contains(&("date-bad".to_owned(), path.to_owned())) && !contacts(&found), "{found:?}");
}

#[test]
fn what_is_not_decided_yet_and_what_only_looks_odd_is_no_mistake() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    let path = "content/park/consultation.yaml";
    let blank = "do uzupełnienia przez urząd";
    tree.replace(path, "contact:\n", "contact:\n  phone: 41 300 20 10 (Biuro) lub 41 300 20 11\n");
    tree.replace(path, "zielen@debowo.example", blank);
    tree.replace(path, "00-001", blank);
    let options = format!("[{{value: a, label: {blank}}}, {{value: b, label: {blank}}}]");
    tree.write(
        "content/park/forms/pytanie.yaml",
        &format!(
            "title: Pytanie\nsend: Wyślij\nquestions:\n  - {{name: x, kind: choice, label: Co?, options: {options}}}\n"
        ),
    );
    tree.write("content/dane.yml", "a: 1\n");
    tree.write(
        "content/wzor.md",
        "# Wzór\n\nSpójrz:\n|x| oznacza wartość, a |y|\n\n[Dane](dane.yml), tel. 41 300 20 11.\n",
    );
    let told = tree.run(&["check", "--lang", "pl"]);
    assert!(!told.said.contains("błąd["), "{}", told.said);
    assert!(!told.said.contains("[personal-") && !told.said.contains("[postcode-odd]"), "{}", told.said);
    assert_eq!(tree.build("2026-03-10").code, 0);
    let pages = tree.files();
    let shown = pages.values().map(|bytes| String::from_utf8_lossy(bytes));
    assert!(!shown.into_iter().any(|page| page.contains("mailto:do")), "nobody can write to a blank");
}

#[test]
fn the_site_changes_with_the_calendar_on_the_days_that_are_named_and_on_no_other() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    let built = |today: Date| {
        let options = Options { today, drafts: false, commit: None };
        let mut outputs = build_in_memory(&tree.path(""), &options).unwrap();
        let stamp: serde_json::Value = serde_json::from_slice(&outputs.remove("site/build.json").unwrap()).unwrap();
        (outputs, stamp["next_change"].as_str().map(|moment| moment[..10].parse::<Date>().unwrap()))
    };
    let mut today: Date = "2026-02-20".parse().unwrap();
    let (mut outputs, mut next) = built(today);
    let mut changes = 0;
    for _ in 0..60 {
        today = today.checked_add(1.day()).unwrap();
        let (turned, after) = built(today);
        assert_eq!(turned != outputs, next == Some(today), "{today}, announced: {next:?}");
        changes += usize::from(next == Some(today));
        (outputs, next) = (turned, after);
    }
    assert!(changes > 2, "the fixture has a term within these days");
}

#[test]
fn only_what_is_registered_is_kept_word_for_word() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    tree.write("content/published/a.md", "# A\n\nNumer 44051401359.\n");
    tree.write("content/park/old/published/b.md", "# B\n\nNumer 44051401359.\n");
    let told = tree.run(&["check", "--lang", "pl"]);
    assert_eq!(told.said.matches("błąd[personal-pesel]").count(), 2, "{}", told.said);
}

#[test]
fn words_are_judged_by_the_language_they_are_written_in() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/languages"));
    let told = || {
        let told: serde_json::Value =
            serde_json::from_str(&tree.run(&["check", "--format", "json", "--lang", "pl"]).said).unwrap();
        let problems = told["problems"].as_array().unwrap().clone();
        let word = |problem: &serde_json::Value, key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        problems.iter().map(|problem| (word(problem, "file"), word(problem, "rule"))).collect::<Vec<_>>()
    };
    let before = told();
    let add = |path: &str, text: &str| tree.write(path, &(tree.read(path) + text));
    add(
        "content/index.en.md",
        "\n[Here](pomoc.md) you can utilise it. [Tutaj](pomoc.md).\n\ndo uzupełnienia przez urząd\n",
    );
    add("content/index.md", "\n[Here](pomoc.md). [Tutaj](pomoc.md).\n");
    add("content/site.yaml", "description: {pl: To jest prior to., en: We meet prior to that., uk: Зустріч.}\n");
    let mut new = told();
    for known in &before {
        new.remove(new.iter().position(|one| one == known).unwrap());
    }
    let expected = [
        ("content/index.en.md", "link-words"),
        ("content/index.en.md", "phrase-official"),
        ("content/index.en.md", "blank"),
        ("content/index.md", "link-words"),
        ("content/site.yaml", "phrase-official"),
    ];
    assert_eq!(new, expected.map(|(file, rule)| (file.to_owned(), rule.to_owned())));
}
