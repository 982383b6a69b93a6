//! Counts by address: a flood is stopped, nobody else is, and nobody can tell whose count it was.

use std::{collections::BTreeSet, net::IpAddr};

use aws_sdk_dynamodb::types::AttributeValue;
use forms_fn::store::{Counters, Created};

use super::{
    Item,
    engine::{COUNTERS, Engine},
    instant,
    proxy::Fault,
    text,
};

/// A moment within an hour.
const NOON: &str = "2026-11-24T12:30:00Z";
const ADDRESS: &str = "198.51.100.77";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn admit(counters: &Counters, from: &str, at: &str) -> bool {
    counters.admit(address(from), instant(at)).await
}

fn counts(items: &[Item]) -> Vec<&Item> {
    items.iter().filter(|item| text(item, "pk").starts_with("C#")).collect()
}

fn count(item: &Item) -> &str {
    item["count"].as_n().unwrap()
}

#[tokio::test]
async fn an_hour_has_room_for_a_thousand_answers_from_one_address() {
    let engine = Engine::start().await;
    let counters = engine.counters().await;
    assert!(admit(&counters, ADDRESS, NOON).await);
    let items = engine.items_in(COUNTERS).await;
    let [only] = counts(&items)[..] else { panic!("{items:?}") };
    assert_eq!((text(only, "sk"), count(only)), ("2026-11-24T12", "1"));

    let mut nearly = only.clone();
    nearly.insert("count".to_owned(), AttributeValue::N("999".to_owned()));
    engine.put_in(COUNTERS, nearly).await;
    assert!(admit(&counters, ADDRESS, NOON).await, "the thousandth");
    assert!(!admit(&counters, ADDRESS, NOON).await, "one more");
    assert!(admit(&counters, "198.51.100.78", NOON).await, "a neighbour");
    assert!(admit(&counters, ADDRESS, "2026-11-24T13:00:00Z").await, "the next hour");
}

#[tokio::test]
async fn a_household_is_counted_once_however_it_is_written() {
    let engine = Engine::start().await;
    let counters = engine.counters().await;
    for (first, second, same) in [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:3::1", "2001:db8:1:4::1", false),
        ("203.0.113.9", "::ffff:203.0.113.9", true),
    ] {
        let before = counts(&engine.items_in(COUNTERS).await).len();
        for from in [first, second] {
            assert!(admit(&counters, from, NOON).await);
        }
        let after = counts(&engine.items_in(COUNTERS).await).len();
        assert_eq!(after - before, if same { 1 } else { 2 }, "{first} {second}");
    }
}

#[tokio::test]
async fn nothing_that_is_kept_tells_an_address() {
    let engine = Engine::start().await;
    // Two processes share the salt of a day.
    for counters in [engine.counters().await, engine.counters().await] {
        assert!(admit(&counters, ADDRESS, NOON).await);
    }
    let today = engine.items_in(COUNTERS).await;
    let [counted] = counts(&today)[..] else { panic!("{today:?}") };
    assert_eq!(count(counted), "2");
    let names: BTreeSet<_> = counted.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["count", "expires", "pk", "sk"]));
    assert_eq!(counted["expires"], AttributeValue::N(instant("2026-11-26T12:30:00Z").as_second().to_string()));
    let everything = format!("{today:?}");
    assert!(!everything.contains(ADDRESS) && !everything.contains("c633644d"), "{everything}");

    // The next day's salt stands in the place of the last one, and the same address has another hash.
    let counters = engine.counters().await;
    assert!(admit(&counters, ADDRESS, "2026-11-25T00:00:00Z").await);
    let tomorrow = engine.items_in(COUNTERS).await;
    let salts = |items: &[Item]| -> Vec<(String, String)> {
        let salts = items.iter().filter(|item| text(item, "pk") == "SALT");
        salts.map(|item| (text(item, "day").to_owned(), text(item, "salt").to_owned())).collect()
    };
    let (before, after) = (salts(&today), salts(&tomorrow));
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!((before[0].0.as_str(), after[0].0.as_str()), ("2026-11-24", "2026-11-25"));
    assert_ne!(before[0].1, after[0].1);
    assert!(before[0].1.len() == 64 && !format!("{counters:?}").contains(&after[0].1));
    let hashes: BTreeSet<_> = counts(&tomorrow).iter().map(|item| text(item, "pk").to_owned()).collect();
    assert_eq!(hashes.len(), 2);
    // A clock that is a little behind does not bring yesterday back.
    assert!(admit(&counters, ADDRESS, "2026-11-24T23:59:59Z").await);
    assert_eq!(salts(&engine.items_in(COUNTERS).await), after);
}

#[tokio::test]
async fn a_counter_that_fails_or_takes_its_time_lets_everybody_pass() {
    let engine = Engine::start().await;
    assert!(admit(&engine.counters().await, ADDRESS, NOON).await);
    let items = engine.items_in(COUNTERS).await;
    let mut full = counts(&items)[0].clone();
    full.insert("count".to_owned(), AttributeValue::N("5000".to_owned()));
    engine.put_in(COUNTERS, full).await;
    assert!(!admit(&engine.counters().await, ADDRESS, NOON).await);
    for fault in [Fault::Silence, Fault::LateAnswer, Fault::Refused("AccessDeniedException")] {
        for operation in ["GetItem", "UpdateItem"] {
            let (counters, faults) = engine.counters_behind([(operation, fault)]).await;
            assert!(admit(&counters, ADDRESS, NOON).await, "{operation} {fault:?}");
            assert_eq!(faults.left(), 0);
        }
    }
}

#[tokio::test]
async fn the_table_of_counters_is_made_once() {
    let engine = Engine::start().await;
    let counters = Counters::new(engine.client.clone(), COUNTERS);
    assert_eq!(counters.create_table().await.unwrap(), Created::Now);
    assert_eq!(counters.create_table().await.unwrap(), Created::Before);
}
