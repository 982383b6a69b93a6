//! Every rule of forms has a test that bears its number, or a reason why it has none: `tests/fixtures/rules.json`.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use tests::workspace;
use walkdir::WalkDir;

use crate::Outcome;

/// A rule, and why nothing tries it where nothing does.
#[derive(Deserialize)]
struct Rule {
    rule: String,
    exception: Option<String>,
}

/// Returns the names of tests in `source` that begin with a number of a rule, `dNN_`. A function that no attribute makes a
/// test is none.
fn numbered(source: &str) -> Vec<String> {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let named = lines.windows(2).filter_map(|pair| {
        let name = pair[1].trim_start_matches("async ").strip_prefix("fn ")?.split('(').next()?;
        let digits = name.strip_prefix('d')?.as_bytes();
        let numbered = digits.len() >= 3 && digits[..2].iter().all(u8::is_ascii_digit) && digits[2] == b'_';
        let runs = pair[0].starts_with("#[test]") || pair[0].starts_with("#[tokio::test");
        (numbered && runs).then(|| name.to_owned())
    });
    named.collect()
}

#[test]
fn every_rule_has_its_test() -> Outcome {
    let root = workspace::repository();
    let rules = fs::read_to_string(root.join("tests/fixtures/rules.json"))?;
    let rules: BTreeMap<String, Rule> = serde_json::from_str(&rules)?;
    let expected: Vec<_> = (1..=37).map(|number| format!("d{number:02}")).collect();
    assert_eq!(rules.keys().cloned().collect::<Vec<_>>(), expected);

    let mut tests = BTreeMap::<String, Vec<String>>::new();
    for room in ["forms", "forms-fn", "generator", "tests"] {
        for entry in WalkDir::new(root.join(room)) {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                for name in numbered(&fs::read_to_string(entry.path())?) {
                    tests.entry(name[..3].to_owned()).or_default().push(name);
                }
            }
        }
    }
    for (number, Rule { rule, exception }) in &rules {
        assert!(!rule.is_empty(), "{number} says nothing");
        match (tests.get(number), exception) {
            (None, None) => panic!("{number} has neither a test nor a reason: {rule}"),
            (Some(tests), Some(_)) => panic!("{number} has {tests:?}, and a reason why it has none"),
            _ => {}
        }
    }
    let strangers: Vec<_> = tests.keys().filter(|number| !rules.contains_key(*number)).collect();
    assert!(strangers.is_empty(), "{strangers:?} are no rules");
    Ok(())
}

#[test]
fn only_what_runs_counts() {
    let source = "#[test]\nfn d01_a() {}\n#[tokio::test]\nasync fn d02_b() {}\nfn d03_helper() {}\n#[test]\nfn days() {}\n\
        // #[test]\n// fn d04_x() {}\n#[test]\nfn d5_x() {}\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn d06_() {}";
    assert_eq!(numbered(source), ["d01_a", "d02_b", "d06_"]);
}
