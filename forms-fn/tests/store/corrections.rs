//! Corrections: other answers under the number that was given.

use aws_sdk_dynamodb::types::AttributeValue;
use forms_fn::{
    number::{Number, Secret, Token},
    store::{Known, Outcome, State, Store, StoreError, Submission},
};
use tokio::task::JoinSet;

use super::{
    FORM, NOW,
    engine::Engine,
    instant, kind, kinds,
    proxy::{Fault, on_write},
    submission, text,
};

/// A token under which "pierwsza" was sent, and what is known of it.
async fn sent(store: &Store) -> (Token, Known) {
    let token = Token::mint().unwrap();
    store.submit(&submission(&token, "pierwsza"), &token).await.unwrap();
    let known = store.find(FORM, &token).await.unwrap().unwrap();
    (token, known)
}

/// A correction as the function makes it: sent later, by a page of another revision.
fn correction(token: &Token, answer: &str) -> Submission {
    Submission {
        sent: instant("2021-07-03T08:00:00Z"),
        revision: "1-fedcba9876543210".to_owned(),
        language: "uk".to_owned(),
        ..submission(token, answer)
    }
}

#[tokio::test]
async fn a_correction_stands_beside_what_it_corrects_and_the_receipt_shows_it() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let (token, known) = sent(&store).await;
    assert_eq!(known.amendment, 0);

    let second = correction(&token, "druga");
    let outcome = store.correct(&second, &token, &known).await.unwrap();
    assert_eq!(outcome, Outcome::Stored { number: known.number });

    let after = store.find(FORM, &token).await.unwrap().unwrap();
    let expected = Known { amendment: 1, answers_hash: second.answers_hash, ..known.clone() };
    assert_eq!(after, expected, "number, instant and state stay");
    let secret = Secret::derive(FORM, &token);
    let receipt = store.receipt(&known.number, &secret, instant(NOW)).await.unwrap().unwrap();
    assert_eq!(receipt.answers, Some(second.answers));
    assert_eq!((receipt.sent, receipt.amendment), (known.sent, 1));
    assert_eq!((receipt.revision.as_str(), receipt.language.as_str()), ("1-fedcba9876543210", "uk"));
    assert!(receipt.definition.is_some(), "the definition that the correction answers is stored, too");

    assert_eq!(engine.kinds().await, kinds(1, 2, 2));
    let mut keys: Vec<_> = engine.items().await.iter().filter(|item| kind(item) == 'S').map(keys).collect();
    keys.sort();
    let number = known.number;
    let key = |amendment: &str| format!("2021-07-01T10:11:12.345Z#{number}#{amendment}");
    assert_eq!(keys.iter().map(|(_, sort)| sort.clone()).collect::<Vec<_>>(), [key("0000"), key("0001")]);
    assert_eq!(keys[0].0, keys[1].0, "one shard holds all amendments");

    let third = store.correct(&correction(&token, "trzecia"), &token, &after).await.unwrap();
    assert_eq!(third, Outcome::Stored { number });
    assert_eq!(store.find(FORM, &token).await.unwrap().unwrap().amendment, 2);
}

#[tokio::test]
async fn a_correction_of_what_stands_no_more_changes_nothing() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let (token, known) = sent(&store).await;
    let second = correction(&token, "druga");
    store.correct(&second, &token, &known).await.unwrap();

    // The same once more, and another one made from the same page: what stands there is told.
    for answer in ["druga", "inna"] {
        let again = store.correct(&correction(&token, answer), &token, &known).await.unwrap();
        let Outcome::Known(found) = again else { panic!("{again:?}") };
        assert_eq!((found.amendment, found.answers_hash), (1, second.answers_hash), "{answer}");
    }
    assert_eq!(engine.kinds().await, kinds(1, 2, 2));

    // Who does not hold the token corrects nothing, whatever is claimed to be known.
    let stranger = Token::mint().unwrap();
    let claimed = Known { amendment: 1, ..known };
    let refused = store.correct(&correction(&stranger, "obca"), &stranger, &claimed).await;
    assert!(matches!(refused, Err(StoreError::Unknown(_))), "{refused:?}");
    assert_eq!(engine.kinds().await, kinds(1, 2, 2));
}

#[tokio::test]
async fn only_what_is_stored_or_in_quarantine_is_corrected() {
    for (state, corrected) in [("stored", true), ("quarantine", true), ("withdrawn", false), ("zastapiona", false)] {
        let engine = Engine::start().await;
        let store = engine.store().await;
        let (token, before) = sent(&store).await;
        let mut receipt = engine.items().await.into_iter().find(|item| kind(item) == 'R').unwrap();
        receipt.insert("state".to_owned(), AttributeValue::S(state.to_owned()));
        engine.put(receipt).await;
        let known = store.find(FORM, &token).await.unwrap().unwrap();

        let outcome = store.correct(&correction(&token, "druga"), &token, &known).await.unwrap();
        assert_eq!(matches!(outcome, Outcome::Stored { .. }), corrected, "{state}");
        let after = store.find(FORM, &token).await.unwrap().unwrap();
        assert_eq!((after.amendment == 1, after.state.name()), (corrected, state));

        // What was read before the state changed is not enough.
        if !corrected {
            let late = store.correct(&correction(&token, "druga"), &token, &before).await.unwrap();
            assert!(matches!(&late, Outcome::Known(found) if found.state.name() == state), "{late:?}");
        }
    }
}

#[tokio::test]
async fn a_submission_in_quarantine_says_so_in_its_receipt_alone() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    let suspect = Submission { quarantine: true, ..submission(&token, "a") };
    assert!(matches!(store.submit(&suspect, &token).await.unwrap(), Outcome::Stored { .. }));
    let known = store.find(FORM, &token).await.unwrap().unwrap();
    assert_eq!(known.state, State::Quarantine);
    let items = engine.items().await;
    let receipt = items.iter().find(|item| kind(item) == 'R').unwrap();
    assert_eq!(text(receipt, "state"), "quarantine");
}

#[tokio::test]
async fn a_correction_of_a_preview_is_a_preview() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let token = Token::mint().unwrap();
    store.submit(&Submission { preview: true, ..submission(&token, "a") }, &token).await.unwrap();
    let known = store.find(FORM, &token).await.unwrap().unwrap();
    store.correct(&correction(&token, "b"), &token, &known).await.unwrap();
    for item in engine.items().await.iter().filter(|item| kind(item) == 'S') {
        assert_eq!(item["preview"], AttributeValue::Bool(true));
        assert!(!item.contains_key("expires"), "{item:?}");
    }
}

#[tokio::test]
async fn of_many_corrections_at_once_one_is_made() {
    let engine = Engine::start().await;
    let store = engine.store().await;
    let (token, known) = sent(&store).await;
    let mut corrections = JoinSet::new();
    for answer in 0..32 {
        let (store, token, known) = (store.clone(), token.clone(), known.clone());
        let correction = correction(&token, &answer.to_string());
        corrections.spawn(async move { (correction.answers_hash, store.correct(&correction, &token, &known).await) });
    }
    let outcomes: Vec<_> = corrections.join_all().await;
    let made: Vec<_> = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Ok(Outcome::Stored { .. }))).collect();
    let [(hash, _)] = made.as_slice() else { panic!("{made:?}") };
    for (_, outcome) in &outcomes {
        if let Outcome::Known(found) = outcome.as_ref().unwrap() {
            assert_eq!((found.amendment, &found.answers_hash), (1, hash));
        }
    }
    assert_eq!(engine.kinds().await, kinds(1, 2, 2));
}

#[tokio::test]
async fn a_correction_is_acknowledged_though_every_answer_was_lost() {
    let engine = Engine::start().await;
    let (first, known) = sent(&engine.store().await).await;
    let (store, faults) = engine.behind([Fault::LoseAnswer; 3].map(on_write)).await;
    let second = correction(&first, "druga");
    let outcome = store.correct(&second, &first, &known).await.unwrap();
    let Outcome::Known(found) = outcome else { panic!("{outcome:?}") };
    assert_eq!((found.amendment, found.answers_hash), (1, second.answers_hash));
    assert_eq!(faults.left(), 0);
    assert_eq!(engine.kinds().await, kinds(1, 2, 2));
}

#[tokio::test]
async fn a_correction_that_was_not_made_leaves_what_was_sent() {
    let conflict = Fault::Cancelled("TransactionConflict");
    for (faults, sure) in [
        (vec![Fault::Refused("AccessDeniedException")], true),
        (vec![Fault::Broken; 3], false),
        (vec![conflict; 6], false),
    ] {
        let engine = Engine::start().await;
        let (token, known) = sent(&engine.store().await).await;
        let (store, proxy) = engine.behind(faults.into_iter().map(on_write)).await;
        let refused = store.correct(&correction(&token, "druga"), &token, &known).await;
        let error = refused.unwrap_err();
        assert_eq!(matches!(error, StoreError::Unavailable(_)), sure, "{error}");
        assert_eq!(matches!(error, StoreError::Unknown(_)), !sure, "{error}");
        assert_eq!(proxy.left(), 0);
        assert_eq!(store.find(FORM, &token).await.unwrap(), Some(known.clone()));
        let again = store.correct(&correction(&token, "druga"), &token, &known).await.unwrap();
        assert_eq!(again, Outcome::Stored { number: Number::derive(FORM, &token, 0) });
    }
}

fn keys(item: &super::Item) -> (String, String) {
    (text(item, "pk").to_owned(), text(item, "sk").to_owned())
}
