//! Exactly once, against the real `konsultacje serve`: many at the same time, and a process that is killed.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tests::{
    engine::{Engine, text},
    http,
    serve::Serve,
    town::{ANSWERS, FIXTURE, KAZDE, KROTKA, token},
    workspace::{Term, Tree},
};
use tokio::task::JoinSet;

type Outcome = anyhow::Result<()>;

/// No further arguments.
const PLAIN: [&str; 0] = [];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_sends_of_one_token_are_one_answer() -> Outcome {
    let (tree, data) = (Tree::of_fixture(FIXTURE, Term::around_today()?)?, tempfile::tempdir()?);
    let mut serve = Serve::start(tree.root(), data.path(), &PLAIN)?;
    let address = serve.address;
    let form = http::post(address, KAZDE, &http::encode(&ANSWERS)).await?.page().form().unwrap();

    let mut sends = JoinSet::new();
    for _ in 0..64 {
        let body = form.forward();
        sends.spawn(async move { http::post(address, KAZDE, &body).await });
    }
    let mut locations = BTreeSet::new();
    for sent in sends.join_all().await {
        let sent = sent?;
        assert_eq!(sent.status, 303, "{}", sent.body);
        locations.insert(sent.location().to_owned());
    }
    assert_eq!(locations.len(), 1, "{locations:?}");

    serve.kill();
    let engine = Engine::on_file(&serve.database()).await?;
    assert_eq!(engine.items_of('R').await?.len(), 1);
    assert_eq!(engine.items_of('S').await?.len(), 1);
    Ok(())
}

/// Kills `serve` while four residents send one answer after the other, several times over the same data.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_that_was_acknowledged_and_stores_nothing_twice() -> Outcome {
    let (tree, data) = (Tree::of_fixture(FIXTURE, Term::around_today()?)?, tempfile::tempdir()?);
    let mut sends = Sends::default();
    for round in 0..3 {
        let mut serve = Serve::start(tree.root(), data.path(), &PLAIN)?;
        let revision = revision(serve.address).await?;
        sends.revision = revision;
        let before = sends.acknowledged.len();
        let running = sends.run(serve.address, 20);
        serve.kill();
        let (tried, acknowledged) = running.await;
        sends.tried.extend(tried);
        sends.acknowledged.extend(acknowledged);
        assert!(sends.acknowledged.len() > before, "round {round} was killed before anything was acknowledged");
    }

    let mut serve = Serve::start(tree.root(), data.path(), &PLAIN)?;
    for (number, location) in &sends.acknowledged {
        let receipt = http::get(serve.address, location).await?;
        assert_eq!(receipt.status, 200, "an acknowledged answer is lost: {location}");
        let page = receipt.page();
        assert_eq!(page.raw("output#number").concat(), location.split('/').nth(3).unwrap());
        assert_eq!(page.raw(".said"), [sentence(*number)], "{location}");
    }
    // A browser that got no answer sends again, and so may one that did.
    for number in &sends.tried {
        let again = http::post(serve.address, KROTKA, &sends.body(*number)).await?;
        assert_eq!(again.status, 303, "{}", again.body);
        if let Some(location) = sends.acknowledged.get(number) {
            assert_eq!(again.location(), location, "another number for the same token");
        }
    }
    serve.kill();

    let engine = Engine::on_file(&serve.database()).await?;
    let answers = engine.items_of('S').await?;
    let numbers: BTreeSet<_> =
        answers.iter().map(|item| text(item, "sk").split('#').nth(1).unwrap().to_owned()).collect();
    assert_eq!(answers.len(), sends.tried.len(), "an answer is stored twice, or not at all");
    assert_eq!(numbers.len(), sends.tried.len());
    assert_eq!(engine.items_of('R').await?.len(), sends.tried.len());
    Ok(())
}

/// What was sent so far, by the number of its token.
#[derive(Default)]
struct Sends {
    revision: String,
    next: Arc<AtomicU32>,
    tried: BTreeSet<u32>,
    acknowledged: BTreeMap<u32, String>,
}

impl Sends {
    fn body(&self, number: u32) -> String {
        body(number, &self.revision)
    }

    /// Starts residents who send until the connection breaks, and returns once `enough` are acknowledged: what they
    /// tried and what was acknowledged is known when they have stopped.
    fn run(&self, address: SocketAddr, enough: usize) -> impl Future<Output = (BTreeSet<u32>, BTreeMap<u32, String>)> {
        let done = Arc::new(Mutex::new((BTreeSet::new(), BTreeMap::new())));
        let mut residents = JoinSet::new();
        for _ in 0..4 {
            let (done, next, revision) = (done.clone(), self.next.clone(), self.revision.clone());
            residents.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    done.lock().unwrap().0.insert(number);
                    match http::post(address, KROTKA, &body(number, &revision)).await {
                        Ok(sent) if sent.status == 303 => {
                            done.lock().unwrap().1.insert(number, sent.location().to_owned());
                        }
                        Ok(refused) => panic!("{}: {}", refused.status, refused.body),
                        Err(_) => break,
                    }
                }
            });
        }
        while done.lock().unwrap().1.len() < enough {
            std::thread::sleep(Duration::from_millis(5));
        }
        async move {
            residents.join_all().await;
            let done = done.lock().unwrap();
            done.clone()
        }
    }
}

fn body(number: u32, revision: &str) -> String {
    let (token, sentence) = (token(number), sentence(number));
    http::encode(&[("_token", token.as_str()), ("_revision", revision), ("_step", "send"), ("zdanie", &sentence)])
}

fn sentence(number: u32) -> String {
    format!("Zdanie numer {number} o gęsi i źdźble.")
}

async fn revision(address: SocketAddr) -> anyhow::Result<String> {
    Ok(http::get(address, KROTKA).await?.page().form().unwrap().value("_revision").to_owned())
}
