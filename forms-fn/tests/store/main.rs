//! The store against a real engine: the embedded one, and a proxy before it for the failures that it never has.
#![allow(clippy::unwrap_used)]

mod corrections;
mod costs;
mod counting;
mod engine;
mod listing;
mod proxy;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use forms_fn::number::{Number, Secret, Token, answers_hash};
use forms_fn::store::{
    ConnectError, Connection, Created, Known, Outcome, State, Store, StoreError, Submission, connect,
};
use jiff::Timestamp;
use tokio::task::JoinSet;

use engine::{Engine, connection};
use proxy::{Fault, on_write};

const TABLE: &str = "submissions";
const FORM: &str = "strategia-2030/ankieta";
const REVISION: &str = "1-0123456789abcdef";
const DEFINITION: &str = r#"{"questions":[{"name":"cel"}]}"#;

/// A moment far from every expiry below.
const NOW: &str = "2026-11-23T18:00:00Z";

// ---- storing and reading back

#[tokio::test]
async fn what_was_stored_reads_back_equal() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    assert_eq!(store.find(FORM, &token).await.unwrap(), None);

    let sent = submission(&token, "żółć\n\n  dwie linie „cudzysłów” 🦊");
    let outcome = store.submit(&sent, &token).await.unwrap();
    let number = Number::derive(FORM, &token, 0);
    assert_eq!(outcome, Outcome::Stored { number });

    let known = store.find(FORM, &token).await.unwrap().unwrap();
    let expected = Known {
        number,
        answers_hash: sent.answers_hash,
        state: State::Stored,
        amendment: 0,
        form: FORM.to_owned(),
        sent: instant("2021-07-01T10:11:12.345Z"),
        preview: false,
    };
    assert_eq!(known, expected);

    let secret = Secret::derive(FORM, &token);
    let receipt = store.receipt(&number, &secret, instant(NOW)).await.unwrap().unwrap();
    assert_eq!(receipt.number, number);
    assert_eq!(receipt.form, FORM);
    assert_eq!(receipt.sent, instant("2021-07-01T10:11:12.345Z"));
    assert_eq!(receipt.language, "pl");
    assert_eq!(receipt.revision, REVISION);
    assert_eq!(receipt.state, State::Stored);
    assert_eq!(receipt.definition.as_deref(), Some(DEFINITION));
    assert_eq!(receipt.answers, Some(sent.answers));
    assert!(receipt.after_deadline);
    assert!(!receipt.preview);
}

#[tokio::test]
async fn a_replay_is_known_with_the_same_number_and_its_own_answers() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let first = submission(&token, "pierwsza");
    let Outcome::Stored { number } = store.submit(&first, &token).await.unwrap() else {
        panic!("the first was not stored");
    };

    let Outcome::Known(again) = store.submit(&first, &token).await.unwrap() else {
        panic!("the replay was stored again");
    };
    assert_eq!((again.number, again.answers_hash), (number, first.answers_hash));

    let other = Submission { sent: instant("2021-07-02T00:00:00Z"), ..submission(&token, "inna") };
    let Outcome::Known(known) = store.submit(&other, &token).await.unwrap() else {
        panic!("other answers under one token were stored");
    };
    assert_eq!(known.number, number);
    assert_eq!(known.answers_hash, first.answers_hash);
    assert_ne!(known.answers_hash, other.answers_hash);
    assert_eq!(engine.kinds().await, kinds(1, 1, 1));
}

#[tokio::test]
async fn a_token_of_one_form_is_unknown_to_another() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert_eq!(store.find("strategia-2030/uwagi", &token).await.unwrap(), None);
}

#[tokio::test]
async fn sixty_four_sends_of_one_token_are_one_submission() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let mut sends = JoinSet::new();
    for _ in 0..64 {
        let (store, token) = (store.clone(), token.clone());
        sends.spawn(async move { store.submit(&submission(&token, "a"), &token).await.unwrap() });
    }
    let outcomes = sends.join_all().await;
    let stored = outcomes.iter().filter(|o| matches!(o, Outcome::Stored { .. })).count();
    let numbers: BTreeSet<Number> = outcomes.iter().map(number_of).collect();
    assert_eq!((stored, numbers.len()), (1, 1));
    assert_eq!(engine.kinds().await, kinds(1, 1, 1));
}

#[tokio::test]
async fn a_taken_number_leads_to_the_next() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    engine.occupy(&store, &token, 0..=1).await;

    assert_eq!(store.find(FORM, &token).await.unwrap(), None);
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    let number = Number::derive(FORM, &token, 2);
    assert_eq!(outcome, Outcome::Stored { number });
    assert_eq!(store.find(FORM, &token).await.unwrap().unwrap().number, number);
    let again = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert!(matches!(again, Outcome::Known(known) if known.number == number));
}

#[tokio::test]
async fn eight_taken_numbers_are_the_end() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    engine.occupy(&store, &token, 0..=7).await;
    assert!(matches!(store.find(FORM, &token).await, Err(StoreError::Full)));
    let full = store.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(full, Err(StoreError::Full)));
}

#[tokio::test]
async fn a_definition_is_stored_once_and_never_replaced() {
    let engine = Engine::start().await;
    let first_process = engine.store().await;
    let second_process = engine.store().await;
    for (store, definition) in [(&first_process, DEFINITION), (&first_process, "{}"), (&second_process, "{}")] {
        let token = Token::mint().unwrap();
        let submission = Submission { definition: definition.to_owned(), ..submission(&token, "a") };
        store.submit(&submission, &token).await.unwrap();
    }
    let definitions: Vec<Item> = engine.items().await.into_iter().filter(|item| kind(item) == 'F').collect();
    let [item] = definitions.as_slice() else { panic!("{definitions:?}") };
    assert_eq!(text(item, "pk"), format!("F#{FORM}"));
    assert_eq!(text(item, "sk"), REVISION);
    assert_eq!(text(item, "definition"), DEFINITION);
}

// ---- shapes

#[tokio::test]
async fn items_have_exactly_the_documented_shape() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    let number = number_of(&outcome);
    let items = engine.items().await;

    let names: BTreeMap<char, BTreeSet<&str>> =
        items.iter().map(|item| (kind(item), item.keys().map(String::as_str).collect())).collect();
    let receipt = "amendment answers_hash channel form language pk preview revision secret_hash sk \
                   state token_hash utc";
    let answers = "after_deadline answers channel expires language pk preview revision sk";
    let expected: BTreeMap<char, BTreeSet<&str>> = [('R', receipt), ('S', answers), ('F', "definition pk sk")]
        .into_iter()
        .map(|(kind, names)| (kind, names.split_whitespace().collect()))
        .collect();
    assert_eq!(names, expected);

    let one = |wanted| items.iter().find(|item| kind(item) == wanted).unwrap();
    assert_eq!(text(one('R'), "pk"), format!("R#{number}"));
    assert_eq!(text(one('R'), "sk"), "R");
    assert_eq!(text(one('R'), "state"), "stored");
    assert_eq!(text(one('R'), "utc"), "2021-07-01T10:11:12.345Z");
    assert_eq!(text(one('S'), "sk"), format!("2021-07-01T10:11:12.345Z#{number}#0000"));
    let shard = text(one('S'), "pk").strip_prefix(&format!("S#{FORM}#")).unwrap();
    assert!(matches!(shard.as_bytes(), [b'0'..=b'9' | b'a'..=b'f']), "{shard}");
    assert_eq!(one('S')["expires"], AttributeValue::N("4102444800".to_owned()));

    let everything = format!("{items:?}");
    let secret = Secret::derive(FORM, &token).to_string();
    for hidden in [token.to_string(), secret.clone(), secret.to_lowercase()] {
        assert!(!everything.contains(&hidden), "what opens a receipt is stored");
    }
    assert!(!format!("{:?}", one('R')).contains("odpowiedź"), "a receipt carries text");
}

#[tokio::test]
async fn whole_seconds_are_written_with_three_decimals() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let submission = Submission { sent: instant("2021-07-01T10:11:12Z"), ..submission(&token, "a") };
    store.submit(&submission, &token).await.unwrap();
    let items = engine.items().await;
    let receipt = items.iter().find(|item| kind(item) == 'R').unwrap();
    assert_eq!(text(receipt, "utc"), "2021-07-01T10:11:12.000Z");
}

#[tokio::test]
async fn a_preview_carries_no_expiry() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let preview = Submission { preview: true, ..submission(&token, "a") };
    let number = number_of(&store.submit(&preview, &token).await.unwrap());
    let items = engine.items().await;
    assert!(items.iter().all(|item| !item.contains_key("expires")), "{items:?}");
    let receipt =
        store.receipt(&number, &Secret::derive(FORM, &token), instant("2101-01-01T00:00:00Z")).await.unwrap().unwrap();
    assert!(receipt.preview && receipt.answers.is_some());
}

#[tokio::test]
async fn answers_of_any_names_and_values_survive() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let answers = BTreeMap::from([
        ("cele".to_owned(), vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]),
        ("remark.1.text".to_owned(), vec!["x".repeat(200_000)]),
        ("pusta".to_owned(), vec![String::new()]),
        ("zadna".to_owned(), vec![]),
    ]);
    let submission = Submission { answers: answers.clone(), ..submission(&token, "a") };
    let number = number_of(&store.submit(&submission, &token).await.unwrap());
    let secret = Secret::derive(FORM, &token);
    let receipt = store.receipt(&number, &secret, instant(NOW)).await.unwrap().unwrap();
    assert_eq!(receipt.answers, Some(answers));
}

// ---- receipts

#[tokio::test]
async fn unknown_numbers_and_wrong_secrets_are_the_same_nothing() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let (token, stranger) = (Token::mint().unwrap(), Token::mint().unwrap());
    let number = number_of(&store.submit(&submission(&token, "a"), &token).await.unwrap());
    let secret = Secret::derive(FORM, &token);
    let now = instant(NOW);

    let wrong = Secret::derive(FORM, &stranger);
    assert_eq!(store.receipt(&number, &wrong, now).await.unwrap(), None);
    let unknown = Number::derive(FORM, &stranger, 0);
    assert_eq!(store.receipt(&unknown, &secret, now).await.unwrap(), None);
    assert!(store.receipt(&number, &secret, now).await.unwrap().is_some());
}

#[tokio::test]
async fn expired_answers_are_not_shown_though_they_are_still_there() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let number = number_of(&store.submit(&submission(&token, "a"), &token).await.unwrap());
    let secret = Secret::derive(FORM, &token);
    for (now, shown) in [("2099-12-31T23:59:59.999Z", true), ("2100-01-01T00:00:00Z", false)] {
        let receipt = store.receipt(&number, &secret, instant(now)).await.unwrap().unwrap();
        assert_eq!(receipt.answers.is_some(), shown, "{now}");
        assert_eq!(receipt.after_deadline, shown, "{now}");
        assert!(receipt.definition.is_some());
    }
    assert_eq!(engine.kinds().await, kinds(1, 1, 1));
}

#[tokio::test]
async fn a_receipt_outlives_its_answers() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let number = number_of(&store.submit(&submission(&token, "a"), &token).await.unwrap());
    for item in engine.items().await.iter().filter(|item| kind(item) == 'S') {
        engine.delete(item).await;
    }
    let secret = Secret::derive(FORM, &token);
    let receipt = store.receipt(&number, &secret, instant(NOW)).await.unwrap().unwrap();
    assert_eq!(receipt.answers, None);
    assert_eq!(receipt.sent, instant("2021-07-01T10:11:12.345Z"));
}

#[tokio::test]
async fn a_state_of_a_later_version_is_read_and_a_broken_item_is_named() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    store.submit(&submission(&token, "a"), &token).await.unwrap();
    let mut item = engine.items().await.into_iter().find(|item| kind(item) == 'R').unwrap();

    item.insert("state".to_owned(), AttributeValue::S("zastapiona".to_owned()));
    engine.put(item.clone()).await;
    let known = store.find(FORM, &token).await.unwrap().unwrap();
    assert_eq!(known.state, State::Other("zastapiona".to_owned()));

    item.insert("utc".to_owned(), AttributeValue::S("wczoraj".to_owned()));
    engine.put(item).await;
    let broken = store.find(FORM, &token).await;
    assert!(matches!(broken, Err(StoreError::Corrupt { kind: "R", attribute: "utc" })), "{broken:?}");
}

// ---- the table and the way to it

#[tokio::test]
async fn a_table_is_created_once_with_expiry_and_then_left_alone() {
    let engine = Engine::start().await;
    let store = Store::new(engine.client.clone(), TABLE);
    let missing = store.health().await;
    assert!(matches!(missing, Err(StoreError::Unavailable(_))), "{missing:?}");

    assert_eq!(store.create_table().await.unwrap(), Created::Now);
    store.health().await.unwrap();
    let token = Token::mint().unwrap();
    store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert_eq!(store.create_table().await.unwrap(), Created::Before);
    assert!(store.find(FORM, &token).await.unwrap().is_some());

    let ttl = engine.client.describe_time_to_live().table_name(TABLE).send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name.as_deref(), Some("expires"));
}

#[test]
fn https_needs_tls_and_debug_hides_keys() {
    let connection = Connection {
        endpoint: Some("https://dynamodb.eu-central-1.amazonaws.com".to_owned()),
        ..connection("127.0.0.1:1".parse().unwrap())
    };
    let made = connect(&connection);
    if cfg!(feature = "lambda") {
        assert!(made.is_ok());
    } else {
        assert!(matches!(made, Err(ConnectError::NoTls)));
    }
    assert!(!format!("{connection:?}").contains("klucz"));
}

// ---- failures

#[tokio::test]
async fn an_engine_that_went_away_loses_nothing() {
    let mut engine = Engine::start().await;
    let store = engine.store().await;
    let (before, token) = (Token::mint().unwrap(), Token::mint().unwrap());
    store.submit(&submission(&before, "a"), &before).await.unwrap();

    engine.stop().await;
    let health = store.health().await;
    assert!(matches!(health, Err(StoreError::Unavailable(_))), "{health:?}");
    let found = store.find(FORM, &token).await;
    assert!(matches!(found, Err(StoreError::Unavailable(_))), "{found:?}");
    let sent = store.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(sent, Err(StoreError::Unknown(_))), "{sent:?}");
    let fresh_process = Store::new(engine.client.clone(), TABLE);
    let sent = fresh_process.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(sent, Err(StoreError::Unavailable(_))), "{sent:?}");

    engine.restart().await;
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert!(matches!(outcome, Outcome::Stored { .. }));
    assert_eq!(engine.kinds().await, kinds(2, 2, 1));
}

#[tokio::test]
async fn a_stored_submission_is_acknowledged_though_every_answer_was_lost() {
    let engine = Engine::start().await;
    let (store, _) = engine.behind([Fault::LoseAnswer; 3].map(on_write)).await;
    let token = Token::mint().unwrap();
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert_eq!(number_of(&outcome), Number::derive(FORM, &token, 0));
    assert_eq!(engine.kinds().await, kinds(1, 1, 1));
}

#[tokio::test]
async fn without_an_answer_and_without_a_trace_it_is_not_known() {
    let engine = Engine::start().await;
    let (store, faults) = engine.behind([Fault::Broken; 3].map(on_write)).await;
    let token = Token::mint().unwrap();
    let sent = store.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(sent, Err(StoreError::Unknown(_))), "{sent:?}");
    assert_eq!(faults.left(), 0);
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert!(matches!(outcome, Outcome::Stored { .. }));
}

#[tokio::test]
async fn what_was_lost_and_cannot_be_read_back_is_not_known() {
    let engine = Engine::start().await;
    let faults = [Fault::LoseAnswer; 3].map(on_write).into_iter();
    let faults = faults.chain([Fault::Broken; 3].map(|fault| ("GetItem", fault)));
    let (store, _) = engine.behind(faults).await;
    let token = Token::mint().unwrap();
    let sent = store.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(sent, Err(StoreError::Unknown(_))), "{sent:?}");
    let again = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert!(matches!(again, Outcome::Known(_)));
    assert_eq!(engine.kinds().await, kinds(1, 1, 1));
}

#[tokio::test]
async fn a_refusal_is_surely_not_stored() {
    for fault in [Fault::Refused("AccessDeniedException"), Fault::Cancelled("ValidationError")] {
        let engine = Engine::start().await;
        let (store, _) = engine.behind([on_write(fault)]).await;
        let token = Token::mint().unwrap();
        let sent = store.submit(&submission(&token, "a"), &token).await;
        let Err(StoreError::Unavailable(cause)) = sent else { panic!("{sent:?}") };
        let line = cause.to_string();
        assert!(line.starts_with("TransactWriteItems: "), "{line}");
        assert!(!line.contains("odpowiedź") && !line.contains(&token.to_string()), "{line}");
        assert_eq!(engine.kinds().await, kinds(0, 0, 1));
    }
}

#[tokio::test]
async fn a_refusal_after_something_unknown_is_not_known() {
    let throttled = vec![Fault::Refused("ThrottlingException"); 3];
    let conflict = Fault::Cancelled("TransactionConflict");
    let contested = vec![conflict, Fault::Refused("AccessDeniedException")];
    for faults in [throttled, contested] {
        let engine = Engine::start().await;
        let (store, proxy) = engine.behind(faults.into_iter().map(on_write)).await;
        let token = Token::mint().unwrap();
        let sent = store.submit(&submission(&token, "a"), &token).await;
        assert!(matches!(sent, Err(StoreError::Unknown(_))), "{sent:?}");
        assert_eq!(proxy.left(), 0);
    }
}

#[tokio::test]
async fn a_conflict_is_tried_again_until_it_is_over() {
    let engine = Engine::start().await;
    let conflict = on_write(Fault::Cancelled("TransactionConflict"));
    let (store, faults) = engine.behind([conflict; 3]).await;
    let token = Token::mint().unwrap();
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert!(matches!(outcome, Outcome::Stored { .. }));
    assert_eq!(faults.left(), 0);

    let (store, _) = engine.behind([conflict; 6]).await;
    let token = Token::mint().unwrap();
    let sent = store.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(sent, Err(StoreError::Unknown(_))), "{sent:?}");
}

#[tokio::test]
async fn what_the_engine_had_no_room_for_is_tried_again() {
    // The SDK repeats the first two by itself; a cancelled transaction it does not.
    let throttled = [
        Fault::Refused("ThrottlingException"),
        Fault::Refused("ProvisionedThroughputExceededException"),
        Fault::Cancelled("ThrottlingError"),
        Fault::Cancelled("ProvisionedThroughputExceeded"),
        Fault::Broken,
        Fault::Cancelled("TransactionConflict"),
    ];
    let engine = Engine::start().await;
    let (store, faults) = engine.behind(throttled.map(on_write)).await;
    let token = Token::mint().unwrap();
    let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
    assert!(matches!(outcome, Outcome::Stored { .. }));
    assert_eq!(faults.left(), 0);

    // Too often: surely not stored, since every attempt was cancelled.
    let (store, _) = engine.behind([on_write(Fault::Cancelled("ThrottlingError")); 6]).await;
    let token = Token::mint().unwrap();
    let sent = store.submit(&submission(&token, "a"), &token).await;
    assert!(matches!(sent, Err(StoreError::Unavailable(_))), "{sent:?}");
    assert_eq!(engine.kinds().await, kinds(1, 1, 1));
}

#[tokio::test]
async fn an_engine_that_takes_too_long_is_asked_again() {
    let engine = Engine::start().await;
    for late in [Fault::Silence, Fault::LateAnswer] {
        let (store, faults) = engine.behind([late].map(on_write)).await;
        let token = Token::mint().unwrap();
        let outcome = store.submit(&submission(&token, "a"), &token).await.unwrap();
        assert_eq!(number_of(&outcome), Number::derive(FORM, &token, 0));
        assert_eq!(faults.left(), 0);
    }
    assert_eq!(engine.kinds().await, kinds(2, 2, 1));
}

// ---- what is sent

fn submission(token: &Token, answer: &str) -> Submission {
    Submission {
        form: FORM.to_owned(),
        revision: REVISION.to_owned(),
        definition: DEFINITION.to_owned(),
        language: "pl".to_owned(),
        channel: "www".to_owned(),
        answers: BTreeMap::from([
            ("cel".to_owned(), vec![format!("odpowiedź: {answer}")]),
            ("wiek".to_owned(), vec!["18-29".to_owned(), "30-44".to_owned()]),
        ]),
        answers_hash: answers_hash(token, answer.as_bytes()),
        sent: instant("2021-07-01T10:11:12.3456789Z"),
        after_deadline: true,
        quarantine: false,
        preview: false,
        expires: Some(instant("2100-01-01T00:00:00Z")),
    }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn number_of(outcome: &Outcome) -> Number {
    match outcome {
        Outcome::Stored { number } => *number,
        Outcome::Known(known) => known.number,
    }
}

type Item = HashMap<String, AttributeValue>;

fn text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    item[attribute].as_s().unwrap()
}

fn kind(item: &Item) -> char {
    text(item, "pk").chars().next().unwrap()
}

/// How many receipts, answers and definitions there are.
fn kinds(receipts: usize, answers: usize, definitions: usize) -> BTreeMap<char, usize> {
    let kinds = [('R', receipts), ('S', answers), ('F', definitions)];
    kinds.into_iter().filter(|(_, count)| *count > 0).collect()
}
