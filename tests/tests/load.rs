//! Load: run by hand (`tests/long`), since it takes minutes; it prints its figures.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use forms_fn::{
    App, Catalogue, Clock,
    number::{Token, answers_hash},
    router,
    store::{Store, Submission},
};
use jiff::{SignedDuration, Timestamp};
use tests::{
    engine::Engine,
    http,
    town::{FIXTURE, KROTKA, token},
    workspace::{self, Term, Tree},
};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

type Outcome = anyhow::Result<()>;

/// How many submissions are kept at most, unless `LOAD_SUBMISSIONS` says otherwise.
const MANY: u32 = 100_000;
/// How many residents send at a time.
const AT_ONCE: u32 = 32;

/// Keeps ever more submissions, and exports them each time: what the export holds at most must not grow with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn a_hundred_thousand_submissions_are_listed_and_exported_in_bounded_memory() -> Outcome {
    let data = tempfile::tempdir()?;
    let database = data.path().join("submissions.sqlite");
    let mut peaks = Vec::new();
    let mut kept = 0;
    let many = std::env::var("LOAD_SUBMISSIONS").map_or(MANY, |text| text.parse().unwrap());
    for count in [many / 10, many] {
        let mut engine = Engine::on_file(&database).await?;
        let begun = Instant::now();
        keep(&engine.store(), kept..count).await?;
        println!("{} submissions kept in {:.0} s", count - kept, begun.elapsed().as_secs_f64());
        kept = count;
        let begun = Instant::now();
        println!("{} listed in {:.1} s", listed(&engine.store(), count).await?, begun.elapsed().as_secs_f64());
        engine.kill();
        for format in ["csv", "json"] {
            let begun = Instant::now();
            let (peak, size) = exported(data.path(), format, count)?;
            let took = begun.elapsed().as_secs_f64();
            println!("{count} exported as {format} ({size} bytes) in {took:.1} s; at most {peak} kB in memory");
            peaks.push(peak);
        }
    }
    let (few, many) = (peaks[0].max(peaks[1]), peaks[2].max(peaks[3]));
    assert!(many < few * 3 / 2, "ten times as many submissions took {many} kB in place of {few} kB");
    Ok(())
}

/// Keeps submissions with these numbers, a second apart.
async fn keep(store: &Store, numbers: std::ops::Range<u32>) -> Outcome {
    let (numbers, definition) = (Arc::new(std::sync::Mutex::new(numbers)), definition()?);
    let mut residents = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (store, numbers, definition) = (store.clone(), numbers.clone(), definition.clone());
        residents.spawn(async move {
            loop {
                let Some(number) = numbers.lock().unwrap().next() else { return anyhow::Ok(()) };
                let token = Token::parse(&token(number)).unwrap();
                store.submit(&submission(&token, number, &definition)?, &token).await?;
            }
        });
    }
    residents.join_all().await.into_iter().collect()
}

fn submission(token: &Token, number: u32, definition: &str) -> anyhow::Result<Submission> {
    let first: Timestamp = "2021-06-23T00:00:00Z".parse()?;
    let opinion = format!("Opinia numer {number}: {}", "zażółć gęślą jaźń ".repeat(20));
    Ok(Submission {
        form: "park/krotka".to_owned(),
        revision: "1-0000000000000000".to_owned(),
        definition: definition.to_owned(),
        language: "pl".to_owned(),
        channel: "www".to_owned(),
        answers: BTreeMap::from([("zdanie".to_owned(), vec![opinion])]),
        answers_hash: answers_hash(token, &number.to_be_bytes()),
        sent: first + SignedDuration::from_secs(number.into()),
        after_deadline: false,
        quarantine: false,
        preview: false,
        expires: None,
    })
}

/// Returns the definition of the fixture's form with one question, as it is kept with its first answer.
fn definition() -> anyhow::Result<String> {
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let catalogue = Catalogue::read(&tree.build()?.join("forms"))?;
    Ok(catalogue.bundle("park/krotka", None).unwrap().form.definition())
}

/// Lists everything and counts it.
async fn listed(store: &Store, count: u32) -> anyhow::Result<usize> {
    let mut listing = store.list("park/krotka", None, Timestamp::now());
    let (mut listed, mut last) = (0, None);
    loop {
        let page = listing.next_page().await?;
        if page.is_empty() {
            assert_eq!(listed, usize::try_from(count)?);
            return Ok(listed);
        }
        listed += page.len();
        for entry in page {
            assert!(last < Some(entry.sent), "out of order");
            last = Some(entry.sent);
        }
    }
}

/// Exports with the real command; returns the most it held in memory in kB, and the size of the file.
fn exported(data: &Path, format: &str, count: u32) -> anyhow::Result<(u64, u64)> {
    let out = data.join("export");
    let mut command = Command::new(workspace::konsultacje()?);
    command.args(["export", "--form", "park/krotka", "--format", format]);
    command.arg("--data").arg(data).arg("--out").arg(&out).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let peak = watch(&mut child)?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stderr)?;
    assert!(output.status.success() && said.contains(&format!("wrote {count} submissions")), "{said}");
    Ok((peak, fs::metadata(out)?.len()))
}

/// Waits until a process has ended, and returns the most memory that it had at a time, in kB.
fn watch(child: &mut Child) -> anyhow::Result<u64> {
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(peak)
}

/// Sends through the router, on engines in memory and on a file, and the parts of a send by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn sends_per_second() -> Outcome {
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let forms = tree.build()?.join("forms");
    let data = tempfile::tempdir()?;
    for (name, engine) in [
        ("in memory", Engine::in_memory().await?),
        ("on a file", Engine::on_file(&data.path().join("engine.sqlite")).await?),
    ] {
        let app = App::new(engine.store(), Clock::system(), Catalogue::read(&forms)?);
        let revision = app.catalogue().bundle("park/krotka", None).unwrap().revision.clone();
        let service = router(Arc::new(app));
        let body = move |step: &'static str, number: u32| {
            let (token, sentence) = (token(number), format!("Zdanie numer {number} o gęsi."));
            http::encode(&[
                ("_token", &token),
                ("_revision", &revision),
                ("_step", &step.to_owned()),
                ("zdanie", &sentence),
            ])
        };
        let body = Arc::new(body);
        let ask = |step: &'static str, status: u16| {
            let (service, body) = (service.clone(), body.clone());
            move |number| post(service.clone(), body(step, number), status)
        };
        measure(&format!("{name}: review, which stores nothing"), ask("review", 200)).await;
        measure(&format!("{name}: send"), ask("send", 303)).await;
        measure(&format!("{name}: send again, a replay"), ask("send", 303)).await;
        let (reads, writes) = (engine.store(), engine.store());
        let look_up = move |number: u32| {
            let store = reads.clone();
            async move { drop(store.find("park/krotka", &Token::parse(&token(number)).unwrap()).await.unwrap()) }
        };
        measure(&format!("{name}: looking a token up, alone"), look_up).await;
        let kept = definition()?;
        let write = move |number: u32| {
            let (store, kept) = (writes.clone(), kept.clone());
            async move {
                let token = Token::parse(&token(number + MANY)).unwrap();
                store.submit(&submission(&token, number, &kept).unwrap(), &token).await.unwrap();
            }
        };
        measure(&format!("{name}: writing receipt and answers, alone"), write).await;
    }
    Ok(())
}

async fn post(service: Router, body: String, status: u16) {
    let request = Request::post(KROTKA).header("content-type", http::FORM).body(Body::from(body)).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), status);
    to_bytes(response.into_body(), usize::MAX).await.unwrap();
}

/// Does the same for two thousand residents, many at a time, and prints how long it took.
async fn measure<F: Future<Output = ()> + Send + 'static>(
    what: &str,
    ask: impl Fn(u32) -> F + Clone + Send + Sync + 'static,
) {
    const RESIDENTS: u32 = 2000;
    let begun = Instant::now();
    let mut residents = JoinSet::new();
    for first in 0..AT_ONCE {
        let ask = ask.clone();
        residents.spawn(async move {
            let mut took = Vec::new();
            for number in (first..RESIDENTS).step_by(AT_ONCE as usize) {
                let begun = Instant::now();
                ask(number).await;
                took.push(begun.elapsed());
            }
            took
        });
    }
    let mut took: Vec<_> = residents.join_all().await.into_iter().flatten().collect();
    took.sort();
    let ms = |part: usize| took[(took.len() - 1) * part / 100].as_secs_f64() * 1000.0;
    let rate = f64::from(RESIDENTS) / begun.elapsed().as_secs_f64();
    println!("{what}: {rate:.0} a second; p50 {:.1} ms, p99 {:.1} ms, {AT_ONCE} at a time", ms(50), ms(99));
}
