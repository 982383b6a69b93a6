//! Exactly once under fire: residents who press twice, an engine that fails, functions that are killed.
//!
//! The binaries of the function as Lambda runs them, several at a time; before the engine a proxy that lets it fail.
//! `FIRE_RESIDENTS`, `FIRE_KILLS` and `FIRE_AWAY` (seconds) make it larger (`tests/long`); `FIRE_ENGINE`, an address,
//! names another engine than the embedded one (`tests/amazon`).
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    collections::BTreeSet,
    env,
    net::Ipv4Addr,
    path::Path,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tests::{
    engine::{Engine, text},
    faults::Faults,
    http::{self, Answer},
    lambda::{self, Environment, Event, Lambda},
    page::Form,
    town::{FIXTURE, KROTKA},
    workspace::{Term, Tree},
};
use tokio::task::JoinSet;

type Outcome = anyhow::Result<()>;

/// How many functions run at a time.
const FUNCTIONS: usize = 4;
/// How many residents are on the way at a time.
const AT_ONCE: usize = 32;
/// How often a resident tries before the test gives up.
const TRIES: u32 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_stored_exactly_once_and_nobody_is_told_otherwise() -> Outcome {
    let size = Size::of_environment();
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let forms = tree.build()?.join("forms");
    let data = tempfile::tempdir()?;
    let engine = engine(data.path()).await?;
    let faults = Faults::before(engine.address()).await?;
    let mut environment = lambda::environment(&forms, &engine);
    environment.insert("AWS_ENDPOINT_URL_DYNAMODB", faults.endpoint());
    let cloud = Arc::new(Cloud::start(environment).await?);
    let begun = Instant::now();

    let (next, done) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut residents = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (cloud, next, done) = (cloud.clone(), next.clone(), done.clone());
        residents.spawn(async move {
            let mut stories = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= size.residents {
                    return stories;
                }
                stories.push(resident(&cloud, number).await);
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    // A kill after each further part of them, and the engine away in the middle.
    let passed = |part: u32, parts: u32| size.residents * part / parts <= done.load(Ordering::SeqCst);
    let (mut kills, mut was_away) = (0, false);
    while kills < size.kills || !was_away {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if kills < size.kills && passed(kills + 1, size.kills + 1) {
            kills += 1;
            cloud.kill_one().await?;
        }
        if !was_away && passed(1, 2) {
            was_away = true;
            faults.set_away(true);
            tokio::time::sleep(size.away).await;
            faults.set_away(false);
        }
    }
    let stories: Vec<Story> = residents.join_all().await.into_iter().flatten().collect();
    let took = begun.elapsed();

    assert_eq!(stories.len(), size.residents as usize);
    let mut locations = BTreeSet::new();
    for story in &stories {
        let [location] = story.locations.iter().collect::<Vec<_>>()[..] else {
            panic!("one resident has other receipts than one: {:?}", story.locations);
        };
        assert!(locations.insert(location.clone()), "two residents share a receipt");
        let receipt = cloud.ask(&Event::get(location)).await?;
        assert_eq!(receipt.status, 200, "a receipt that was shown is not found");
        assert_eq!(receipt.page().raw(".said"), [sentence(story.number)]);
    }
    let numbers = |items: Vec<tests::engine::Item>, attribute: &str, place: usize| -> BTreeSet<String> {
        items.iter().map(|item| text(item, attribute).split('#').nth(place).unwrap().to_owned()).collect()
    };
    let (answers, receipts) = (engine.items_of('S').await?, engine.items_of('R').await?);
    assert_eq!((answers.len(), receipts.len()), (stories.len(), stories.len()), "stored submissions = residents");
    let shown: BTreeSet<_> = locations.iter().map(|at| at.split('/').nth(3).unwrap().to_owned()).collect();
    assert_eq!(numbers(answers, "sk", 1), shown);
    assert_eq!(numbers(receipts, "pk", 1), shown);

    let sum = |of: fn(&Story) -> u32| stories.iter().map(of).sum::<u32>();
    let (requests, failed) = faults.counts();
    assert!(failed > 0, "nothing has failed: nothing was tried");
    println!(
        "{} residents, {} posts, {} told that it is not known, {} without an answer; {kills} kills; {requests} requests \
         to the engine, {failed} failed; {:.1} s",
        stories.len(),
        sum(|story| story.posts),
        sum(|story| story.unknown),
        sum(|story| story.unanswered),
        took.as_secs_f64(),
    );
    Ok(())
}

/// How much is tried.
#[derive(Clone, Copy)]
struct Size {
    residents: u32,
    kills: u32,
    away: Duration,
}

impl Size {
    fn of_environment() -> Self {
        let number = |name, usual| env::var(name).map_or(usual, |text| text.parse().unwrap());
        Self {
            residents: number("FIRE_RESIDENTS", 80),
            kills: number("FIRE_KILLS", 3),
            away: Duration::from_secs(number("FIRE_AWAY", 1).into()),
        }
    }
}

async fn engine(data: &Path) -> anyhow::Result<Engine> {
    match env::var("FIRE_ENGINE") {
        Ok(address) => Engine::elsewhere(address.parse()?).await,
        Err(_) => Engine::on_file(&data.join("engine.sqlite")).await,
    }
}

/// What one resident has seen.
struct Story {
    number: u32,
    /// Where the receipts are that were shown.
    locations: BTreeSet<String>,
    posts: u32,
    /// How often it was said that it is not known.
    unknown: u32,
    /// How often there was no answer at all.
    unanswered: u32,
}

/// A resident who writes a sentence, reviews it, and presses the button up to four times at once, again and again until
/// each press has led to a receipt.
async fn resident(cloud: &Arc<Cloud>, number: u32) -> Story {
    let mut story = Story { number, locations: BTreeSet::new(), posts: 0, unknown: 0, unanswered: 0 };
    let form = loop {
        story.posts += 1;
        assert!(story.posts < TRIES, "no review");
        let body = http::encode(&[("zdanie", sentence(number))]);
        match cloud.ask(&post(number, body)).await {
            Ok(review) => {
                assert_eq!(review.status, 200, "{}", review.body);
                break review.page().form().unwrap();
            }
            Err(_) => story.unanswered += 1,
        }
    };
    let mut presses = JoinSet::new();
    for _ in 0..=number % 4 {
        let (cloud, form) = (cloud.clone(), form.clone());
        presses.spawn(async move { press(&cloud, number, &form).await });
    }
    for (location, posts, unknown, unanswered) in presses.join_all().await {
        story.locations.insert(location);
        story.posts += posts;
        story.unknown += unknown;
        story.unanswered += unanswered;
    }
    story
}

/// Sends until there is a receipt; tells where it is, and how often what happened.
async fn press(cloud: &Cloud, number: u32, form: &Form) -> (String, u32, u32, u32) {
    let (mut unknown, mut unanswered) = (0, 0);
    for posts in 1..TRIES {
        match cloud.ask(&post(number, form.forward())).await {
            Ok(sent) if sent.status == 303 => return (sent.location().to_owned(), posts, unknown, unanswered),
            Ok(refused) => {
                // The one thing that may be said: never that it was not stored, and never without the text.
                assert_eq!(refused.status, 507, "{}", refused.body);
                let page = refused.page();
                assert!(page.title().contains("Nie wiemy, czy"), "{}", page.title());
                assert_eq!(page.form().unwrap().fields, form.fields);
                unknown += 1;
            }
            Err(_) => unanswered += 1,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("resident {number} has never got a receipt");
}

/// A post from an address of the resident's own: neighbours do not make a flood.
fn post(number: u32, body: String) -> Event {
    let address = Ipv4Addr::from(0x0a00_0000 + number);
    Event::post(KROTKA, body).with("x-viewer-ip", &address.to_string())
}

fn sentence(number: u32) -> String {
    format!("Zdanie numer {number} o gęsi i źdźble.")
}

/// Several functions, as Lambda runs them, and what stands before them.
struct Cloud {
    environment: Environment,
    functions: Vec<RwLock<Arc<Lambda>>>,
    turn: AtomicUsize,
    killed: AtomicUsize,
}

impl Cloud {
    async fn start(environment: Environment) -> anyhow::Result<Self> {
        let mut functions = Vec::new();
        for _ in 0..FUNCTIONS {
            functions.push(RwLock::new(Arc::new(Lambda::start(&environment).await?)));
        }
        Ok(Self { environment, functions, turn: AtomicUsize::new(0), killed: AtomicUsize::new(0) })
    }

    /// Hands an event to one function after the other; one that is killed meanwhile gives no answer.
    async fn ask(&self, event: &Event) -> anyhow::Result<Answer> {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst) % FUNCTIONS;
        let function = self.functions[turn].read().unwrap_or_else(PoisonError::into_inner).clone();
        function.send(event.clone()).await
    }

    /// Kills a function in the middle of what it does; another stands in its place.
    async fn kill_one(&self) -> Outcome {
        let place = self.killed.fetch_add(1, Ordering::SeqCst) % FUNCTIONS;
        let another = Arc::new(Lambda::start(&self.environment).await?);
        let mut function = self.functions[place].write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *function, another);
        drop(function);
        old.kill();
        Ok(())
    }
}
