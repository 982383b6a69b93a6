//! Whatever is accepted is stored, read back and exported as it was.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;
use tests::{
    engine::Item,
    http,
    town::{ANSWERS, KAZDE, KROTKA, token},
};

use crate::{
    exported::{Said, json, said, stored, table},
    town::Town,
    typed::text,
};

/// The form's id.
const FORM: &str = "park/kazde";

/// How many inputs there were, how many were accepted.
static TRIED: AtomicU32 = AtomicU32::new(0);
static ACCEPTED: AtomicU32 = AtomicU32::new(0);

const CASES: u32 = 200;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_is_stored_read_back_and_exported_as_it_was(
        line in "\\PC{0,12}", street in prop_oneof![Just("Zielona 7".to_owned()), text()], long in text(), own in text(),
        zajecia in proptest::sample::subsequence(vec!["spacer", "sport", "zabawa"], 0..=3),
    ) {
        let number = TRIED.fetch_add(1, Ordering::Relaxed);
        let (runtime, town) = shared();
        let token = token(number);
        let mut posted = vec![
            ("imie", line.as_str()), ("ulica", &street), ("opinia", &long), ("wiek", "19-64"), ("ocena", "3"),
            ("spokoj", "10"), ("_token", &token), ("_step", "send"), ("_revision", town.revision(KAZDE)),
        ];
        posted.extend(zajecia.iter().map(|value| ("zajecia", *value)));
        if !own.trim().is_empty() {
            posted.extend([("dojazd", "other"), ("dojazd.other", own.as_str())]);
        }
        let sent = runtime.block_on(town.post(KAZDE, &http::encode(&posted))).unwrap();
        prop_assert!(matches!(sent.status, 303 | 422), "{}: {}", sent.status, sent.body);
        if sent.status == 303 {
            ACCEPTED.fetch_add(1, Ordering::Relaxed);
            let said_then = Said::from_iter(normal(&posted));
            runtime.block_on(check(town, crate::town::number(&sent), &said_then));
        }
        if number + 1 == CASES {
            let (tried, accepted) = (CASES, ACCEPTED.load(Ordering::Relaxed));
            println!("{accepted} of {tried} inputs were accepted and stored");
            prop_assert!(accepted * 20 >= tried, "hardly anything was accepted: {accepted} of {tried}");
        }
    }
}

/// The largest post that is taken makes an item that the engine takes: 400 kB, names and values together
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
#[tokio::test]
async fn the_largest_body_makes_an_item_within_the_limit() -> crate::Outcome {
    /// What works, and what sending may add to it.
    const LARGEST: usize = (256 + 8) * 1024;
    let town = Town::open().await?;
    // Plain letters are posted as they are: nothing becomes larger by being read.
    let long = |token: &str| {
        let head = format!("_step=send&_token={token}&_revision={}&zdanie=", town.revision(KROTKA));
        format!("{head}{}", "x".repeat(LARGEST - head.len()))
    };
    let many = |token: &str| {
        let ours = [("_step", "send"), ("_token", token), ("_revision", town.revision(KAZDE))];
        format!("{}&{}", http::encode(&[&ours[..], &ANSWERS].concat()), vec!["zajecia=spacer"; 4000].join("&"))
    };
    for (path, body) in [(KROTKA, long(&token(1))), (KAZDE, many(&token(2)))] {
        let sent = town.post(path, &body).await?;
        assert_eq!(sent.status, 303, "{path}: {}", &sent.body[..sent.body.len().min(2000)]);
    }
    let sizes: Vec<_> = town.engine.items_of('S').await?.iter().map(size).collect();
    assert_eq!(sizes.len(), 2);
    assert!(sizes.iter().all(|size| *size < 400_000), "{sizes:?}");
    assert!(sizes.iter().any(|size| *size > 270_000), "nothing large was kept: {sizes:?}");
    let longer = town.post(KROTKA, &format!("{}x", long(&token(3)))).await?;
    assert_eq!(longer.status, 413);
    Ok(())
}

/// Returns the size of an item as the engine counts it, in bytes.
fn size(item: &Item) -> usize {
    fn weight(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            // At most; a number takes a byte for two digits.
            AttributeValue::N(digits) => digits.len() + 1,
            AttributeValue::L(list) => 3 + list.iter().map(|one| 1 + weight(one)).sum::<usize>(),
            AttributeValue::M(map) => 3 + map.iter().map(|(name, one)| 1 + name.len() + weight(one)).sum::<usize>(),
            _ => 1,
        }
    }
    item.iter().map(|(name, one)| name.len() + weight(one)).sum()
}

/// Returns what the posted pairs say: line ends as LF, nothing that is empty, nothing of ours.
fn normal(posted: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
    let mut said = Said::new();
    for (name, value) in posted.iter().filter(|(name, value)| !name.starts_with('_') && !value.is_empty()) {
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        said.entry((*name).to_owned()).or_default().push(value);
    }
    said.into_iter().collect()
}

/// Checks that the answers under `number` stand in the table, the export and the JSON as they were said.
async fn check(town: &Town, number: &str, said_then: &Said) {
    let store = town.engine.store();
    let entries = stored(&store, FORM).await.unwrap();
    let entry = entries.iter().find(|entry| entry.number.to_string() == number).unwrap();
    assert_eq!(entry.answers, *said_then);
    let entry = std::slice::from_ref(entry);
    let rows = table(&store, FORM, entry).await.unwrap();
    assert_eq!(rows[0]["_number"], number);
    let cells = said_then.iter().map(|(name, values)| (name.clone(), values.join(" "))).collect();
    assert_eq!(said(&rows[0]), cells);
    let objects = json(entry).unwrap();
    assert_eq!(objects[0]["answers"], serde_json::to_value(said_then).unwrap());
}

/// One town for all cases.
fn shared() -> &'static (tokio::runtime::Runtime, Town) {
    static SHARED: OnceLock<(tokio::runtime::Runtime, Town)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let town = runtime.block_on(Town::open()).unwrap();
        (runtime, town)
    })
}
