//! Listings: every submission of a form once, in the order of time, page after page.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use forms_fn::{
    number::{Number, Token, answers_hash},
    store::{Entry, Position, Store, StoreError, Submission},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    DEFINITION, FORM, NOW, REVISION, engine::Engine, instant, kind, number_of, proxy::Fault, submission, text,
};

/// More than two pages, and more than one page of a shard would be at the numbers' mercy.
const MANY: u32 = 230;

/// Stores `count` submissions to `form`, a second apart, and returns their numbers in that order.
async fn fill(store: &Store, form: &str, count: u32) -> Vec<Number> {
    let mut numbers = Vec::new();
    for place in 0..count {
        let token = Token::mint().unwrap();
        let answer = place.to_string();
        let sent = Submission {
            form: form.to_owned(),
            sent: instant("2021-07-01T10:00:00Z") + SignedDuration::from_secs(i64::from(place)),
            answers: BTreeMap::from([("cel".to_owned(), vec![answer.clone()])]),
            ..submission(&token, &answer)
        };
        numbers.push(number_of(&store.submit(&sent, &token).await.unwrap()));
    }
    numbers
}

async fn all(store: &Store, form: &str, after: Option<&Position>, now: Timestamp) -> Vec<Entry> {
    let mut listing = store.list(form, after, now);
    let mut entries = Vec::new();
    loop {
        let page = listing.next_page().await.unwrap();
        assert!(page.len() <= 100, "{}", page.len());
        if page.is_empty() {
            assert!(listing.next_page().await.unwrap().is_empty(), "the end stays the end");
            return entries;
        }
        entries.extend(page);
    }
}

#[tokio::test]
async fn a_listing_has_every_submission_of_its_form_once_and_in_order() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    assert_eq!(all(&store, FORM, None, instant(NOW)).await, []);
    let numbers = fill(&store, FORM, MANY).await;
    // Names that begin alike are other forms.
    fill(&store, "strategia-2030/ankieta2", 3).await;
    fill(&store, "strategia-2030", 3).await;

    let entries = all(&store, FORM, None, instant(NOW)).await;
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), numbers);
    for (place, entry) in entries.iter().enumerate() {
        assert_eq!(entry.answers["cel"], [place.to_string()]);
        assert_eq!((entry.state.name(), entry.amendment, entry.superseded), ("stored", 0, false));
        assert_eq!((entry.revision.as_str(), entry.language.as_str(), entry.channel.as_str()), (REVISION, "pl", "www"));
        assert!(entry.after_deadline && !entry.preview);
    }
    assert_eq!(store.definitions(FORM).await.unwrap(), BTreeMap::from([(REVISION.to_owned(), DEFINITION.to_owned())]));
    assert_eq!(store.definitions("strategia-2030/uwagi").await.unwrap(), BTreeMap::new());
}

#[tokio::test]
async fn a_listing_goes_on_after_any_entry() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    fill(&store, FORM, MANY).await;
    let entries = all(&store, FORM, None, instant(NOW)).await;
    for place in [0, 1, 98, 99, 100, 101, entries.len() - 1] {
        let position = Position::parse(&entries[place].position().to_string()).unwrap();
        assert_eq!(all(&store, FORM, Some(&position), instant(NOW)).await, entries[place + 1..], "{place}");
    }
    for odd in ["", "2021", "2021-07-01T10:00:00.000Z#K7MR4ZP29T", "x#y#z", "2021-07-01T10:00:00Z#2222222222#0000"] {
        assert_eq!(Position::parse(odd), None, "{odd}");
    }
}

#[tokio::test]
async fn amendments_follow_one_another_and_the_last_one_counts() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    // At the same instant: only the number tells them apart.
    let stranger = Token::mint().unwrap();
    store.submit(&submission(&stranger, "obca"), &stranger).await.unwrap();
    let number = number_of(&store.submit(&submission(&token, "0"), &token).await.unwrap());
    for amendment in 1..3 {
        let known = store.find(FORM, &token).await.unwrap().unwrap();
        let answer = amendment.to_string();
        let correction =
            Submission { answers_hash: answers_hash(&token, answer.as_bytes()), ..submission(&token, &answer) };
        store.correct(&correction, &token, &known).await.unwrap();
    }
    let entries = all(&store, FORM, None, instant(NOW)).await;
    let mine: Vec<_> = entries.iter().filter(|entry| entry.number == number).collect();
    let amendments: Vec<_> = mine.iter().map(|entry| (entry.amendment, entry.superseded)).collect();
    assert_eq!(amendments, [(0, true), (1, true), (2, false)]);
    assert_eq!(mine[2].answers["cel"], ["odpowiedź: 2"]);
    assert_eq!(entries.len(), 4);
    assert!(entries.iter().filter(|entry| entry.number != number).all(|entry| !entry.superseded));
    // Going on after a superseded one shows the one that superseded it.
    let rest = all(&store, FORM, Some(&mine[0].position()), instant(NOW)).await;
    assert!(rest.iter().any(|entry| entry == mine[2]));
}

#[tokio::test]
async fn a_listing_tells_what_became_of_each_and_leaves_out_what_has_expired() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let numbers = fill(&store, FORM, 3).await;
    for item in engine.items().await.into_iter().filter(|item| kind(item) == 'R') {
        if text(&item, "pk").ends_with(&numbers[1].to_string()) {
            let mut withdrawn = item.clone();
            withdrawn.insert("state".to_owned(), AttributeValue::S("withdrawn".to_owned()));
            engine.put(withdrawn).await;
        }
    }
    let entries = all(&store, FORM, None, instant(NOW)).await;
    let states: Vec<_> = entries.iter().map(|entry| entry.state.name().to_owned()).collect();
    assert_eq!(states, ["stored", "withdrawn", "stored"]);
    assert_eq!(all(&store, FORM, None, instant("2100-01-01T00:00:00Z")).await, []);
}

#[tokio::test]
async fn a_listing_that_failed_goes_on_and_leaves_nothing_out() {
    let engine = Engine::start().await;
    let numbers = fill(&engine.store().await, FORM, MANY).await;
    for (operation, fault) in
        [("Query", Fault::Refused("AccessDeniedException")), ("BatchGetItem", Fault::Refused("AccessDeniedException"))]
    {
        let (store, faults) = engine.behind([(operation, fault)]).await;
        let mut listing = store.list(FORM, None, instant(NOW));
        let mut found = Vec::new();
        let mut failures = 0;
        loop {
            match listing.next_page().await {
                Ok(page) if page.is_empty() => break,
                Ok(page) => found.extend(page.into_iter().map(|entry| entry.number)),
                Err(error) => {
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                    failures += 1;
                }
            }
        }
        assert_eq!((failures, faults.left()), (1, 0), "{operation}");
        assert_eq!(found, numbers, "{operation}");
    }
}

#[tokio::test]
async fn what_the_engine_left_unread_of_a_page_is_asked_for_again() {
    let engine = Engine::start().await;
    let numbers = fill(&engine.store().await, FORM, 60).await;
    let (store, faults) = engine.behind([("BatchGetItem", Fault::HalfRead); 2]).await;
    let entries = all(&store, FORM, None, instant(NOW)).await;
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), numbers);
    assert_eq!(faults.left(), 0);
}

#[tokio::test]
async fn throttled_reads_are_tried_again() {
    let engine = Engine::start().await;
    let numbers = fill(&engine.store().await, FORM, 20).await;
    let throttled = Fault::Refused("ThrottlingException");
    let (store, faults) =
        engine.behind([("Query", throttled), ("Query", Fault::Broken), ("BatchGetItem", throttled)]).await;
    let entries = all(&store, FORM, None, instant(NOW)).await;
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), numbers);
    assert_eq!(faults.left(), 0);
}

#[tokio::test]
async fn a_row_without_its_receipt_is_told_and_not_passed_over() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    fill(&store, FORM, 2).await;
    let receipt = engine.items().await.into_iter().find(|item| kind(item) == 'R').unwrap();
    engine.delete(&receipt).await;
    let listed = store.list(FORM, None, instant(NOW)).next_page().await;
    assert!(matches!(listed, Err(StoreError::Corrupt { kind: "R", .. })), "{listed:?}");
}
