//! What each access costs in read and write units, as the engine counts them. ARCHITECTURE.md tells the same numbers.

use forms_fn::{
    number::{Secret, Token},
    store::Submission,
};

use super::{FORM, NOW, engine::Engine, instant, number_of, proxy::Proxy, submission};

/// Checks the requests since the last check, with the units that each costs.
fn check(proxy: &Proxy, expected: &[(&str, f64)]) {
    let costs = proxy.costs();
    let costs: Vec<_> = costs.iter().map(|(operation, units)| (operation.as_str(), *units)).collect();
    assert_eq!(costs, expected);
}

#[tokio::test]
async fn every_access_costs_what_the_architecture_says() {
    let engine = Engine::start().await;
    let (store, proxy) = engine.behind([]).await;
    let (token, next) = (Token::mint().unwrap(), Token::mint().unwrap());
    let (look_up, definition, write) = (("GetItem", 1.0), ("PutItem", 1.0), ("TransactWriteItems", 4.0));

    // The first send of a process, and any other.
    store.find(FORM, &token).await.unwrap();
    let number = number_of(&store.submit(&submission(&token, "a"), &token).await.unwrap());
    check(&proxy, &[look_up, definition, write]);
    store.find(FORM, &next).await.unwrap();
    store.submit(&submission(&next, "a"), &next).await.unwrap();
    check(&proxy, &[look_up, write]);

    // A replay, and a correction.
    let known = store.find(FORM, &token).await.unwrap().unwrap();
    check(&proxy, &[look_up]);
    store.correct(&submission(&token, "b"), &token, &known).await.unwrap();
    check(&proxy, &[write]);

    // A receipt: itself, its answers, its definition; and health, which reads what is not there.
    store.receipt(&number, &Secret::derive(FORM, &token), instant(NOW)).await.unwrap().unwrap();
    check(&proxy, &[look_up, look_up, look_up]);
    store.health().await.unwrap();
    check(&proxy, &[look_up]);

    // A listing: sixteen shards, and the receipts of what was found there.
    let entries = store.list(FORM, None, instant(NOW)).next_page().await.unwrap();
    assert_eq!(entries.len(), 3);
    let costs = proxy.costs();
    let of = |wanted: &str| -> Vec<f64> {
        costs.iter().filter(|(operation, _)| operation == wanted).map(|(_, units)| *units).collect()
    };
    assert_eq!(of("BatchGetItem"), [2.0]);
    let shards = of("Query");
    assert_eq!(shards.len(), 16);
    assert!(shards.iter().all(|units| *units <= 1.0), "{shards:?}");
}

#[tokio::test]
async fn long_answers_cost_by_their_size() {
    let engine = Engine::start().await;
    let (store, proxy) = engine.behind([]).await;
    let token = Token::mint().unwrap();
    let long =
        Submission { answers: [("cel".to_owned(), vec!["x".repeat(100_000)])].into(), ..submission(&token, "a") };
    let number = number_of(&store.submit(&long, &token).await.unwrap());
    // 2 for the receipt, 2 for every started kB of answers.
    check(&proxy, &[("PutItem", 1.0), ("TransactWriteItems", 198.0)]);
    store.receipt(&number, &Secret::derive(FORM, &token), instant(NOW)).await.unwrap().unwrap();
    let mut costs: Vec<_> = proxy.costs().iter().map(|(_, units)| *units).collect();
    costs.sort_by(f64::total_cmp);
    assert_eq!(costs, [1.0, 1.0, 25.0], "1 for every started 4 kB");
}
