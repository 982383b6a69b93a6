//! Whoever does what a hint says has peace: no rule complains of what another one asked for.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use jiff::{ToSpan as _, civil::Date};
use tree::{Tree, repository};

/// What is told of a tree: rule, file, hint.
fn told(tree: &Tree) -> Vec<(String, String, String)> {
    let told = tree.run(&["check", "--format", "json", "--lang", "pl"]);
    let told: serde_json::Value = serde_json::from_str(&told.said).unwrap();
    let word = |problem: &serde_json::Value, key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    let problems = told["problems"].as_array().unwrap().iter();
    problems.map(|problem| (word(problem, "rule"), word(problem, "file"), word(problem, "hint"))).collect()
}

/// Returns the last day that a text names.
fn day_in(text: &str) -> String {
    let mut days = text.split([' ', ',']).map(|word| word.trim_end_matches('.'));
    days.rfind(|word| word.parse::<Date>().is_ok()).unwrap().to_owned()
}

/// Puts the day that a hint names into a field, for each rule whose id begins so. Returns how many there were.
fn follow(tree: &Tree, rules: &str, field: &str) -> usize {
    let told = told(tree).into_iter().filter(|(rule, ..)| rule.starts_with(rules));
    let hints = told.map(|(_, file, hint)| {
        let text = tree.read(&file);
        let line = text.lines().find(|line| line.trim_start().starts_with(field)).unwrap();
        let indent = line.len() - line.trim_start().len();
        tree.replace(&file, line, &format!("{}{field} {}", " ".repeat(indent), day_in(&hint)));
    });
    hints.count()
}

#[test]
fn hints_of_law_do_not_contradict_each_other() {
    let start: Date = "2026-03-20".parse().unwrap();
    // Announced on as many days, with terms too short and long enough, and a report that is late or due on the last day.
    for (length, late) in [(20, 0), (20, 60), (35, 0), (37, 9)] {
        let tree = Tree::empty();
        tree.write("content/site.yaml", "title: Miasto\nbase_url: https://miasto.example\n");
        for after in 0..45 {
            let announced = start.checked_add(after.days()).unwrap();
            let end = announced.checked_add(length.days()).unwrap();
            let due = end.checked_add((30 + late).days()).unwrap();
            tree.write(
                &format!("content/park-{after}/consultation.yaml"),
                &format!(
                    "title: Park {after}\nannounced: {announced}\nterm:\n  start: {announced}\n  end: {end}\nreport_due: {due}\n\
                     legal_basis:\n  - act: Ustawa o zasadach prowadzenia polityki rozwoju\n"
                ),
            );
        }
        let terms = follow(&tree, "term-", "end:");
        let reports = follow(&tree, "report-", "report_due:");
        assert!(terms > 0 && reports > 0, "{terms}, {reports}");
        let law = |rule: &str| rule.starts_with("term-") || rule.starts_with("report-");
        let left: Vec<_> = told(&tree).into_iter().filter(|(rule, ..)| law(rule)).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_a_channel_is_asked_to_name_is_public() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/broken/_base"));
    tree.lay(&repository().join("tests/fixtures/broken/channel-without-where"));
    assert_eq!(told(&tree)[0].0, "channel-without-where");
    let asked = "how: Dołącz do rozmowy.";
    let how = "how: Napisz na rozmowy@miasto.example albo zadzwoń pod numer 413676415, od poniedziałku do piątku.";
    tree.replace("content/park/consultation.yaml", asked, how);
    tree.write("content/park/nowa.md", "# Park\n\nTelefon +48 41 367 64 15, rozmowy@miasto.example.\n");
    assert!(told(&tree).is_empty(), "{:?}", told(&tree));
    // Another one is nobody's channel.
    tree.replace("content/park/nowa.md", "64 15", "64 16");
    assert_eq!(told(&tree)[0].0, "personal-phone");
}
