//! Measures how a function wakes, in the server that speaks the Lambda Runtime API to it: ours, or another program that
//! does the least a form needs.
//!
//! ```sh
//! waking STARTS WARM                        # ours: the `send` of the survey in content/
//! waking STARTS WARM PROGRAM ARGUMENTS...   # another: one item in the table
//! ```
//!
//! Prints one line for each figure: least, median, most. Run it on a quiet machine, and compare processor time.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use tests::{
    engine::{Engine, TABLE},
    http,
    lambda::{self, Environment, Event, Lambda, Spent},
    town::token,
    workspace::repository,
};

/// The survey of the consultation that comes with the repository.
const SURVEY: &str = "/api/strategia-2030/ankieta";

/// What is measured of one start.
struct Measured {
    waking: Spent,
    first: Spent,
    warm: Vec<Duration>,
    warm_cpu: Duration,
    memory: u64,
}

/// A program to start, and what it is asked.
struct Subject {
    program: Option<Vec<String>>,
    environment: Environment,
    revision: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let mut number = |name| arguments.next().and_then(|text| text.parse::<usize>().ok()).context(name);
    let (starts, warm) = (number("how many starts?")?, number("how many warm requests?")?);
    let program: Vec<String> = arguments.collect();
    let engine = Engine::in_memory().await?;
    let folder = tempfile::tempdir()?;
    let subject = if program.is_empty() { ours(&engine, folder.path())? } else { another(program, &engine) };
    let mut measured = Vec::new();
    for start in 0..starts {
        measured.push(measure(&subject, start * (warm + 1), warm).await?);
    }
    report(&measured);
    Ok(())
}

fn ours(engine: &Engine, folder: &std::path::Path) -> anyhow::Result<Subject> {
    let out = folder.join("dist");
    let mut build = Command::new(tests::workspace::konsultacje()?);
    build.arg("build").arg("--root").arg(repository()).arg("--out").arg(&out);
    tests::tools::printed(&mut build)?;
    let bundle = std::fs::read_to_string(out.join("forms/strategia-2030/ankieta.pl.json"))?;
    let bundle: serde_json::Value = serde_json::from_str(&bundle)?;
    let revision = bundle["revision"].as_str().context("no revision")?.to_owned();
    let mut environment = lambda::environment(&out.join("forms"), engine);
    environment.insert("RUST_BACKTRACE", "0".to_owned());
    Ok(Subject { program: None, environment, revision })
}

fn another(program: Vec<String>, engine: &Engine) -> Subject {
    let environment = Environment::from([
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_ENDPOINT_URL", engine.endpoint()),
        ("TABLE", TABLE.to_owned()),
        ("PATH", env::var("PATH").unwrap_or_default()),
    ]);
    Subject { program: Some(program), environment, revision: String::new() }
}

impl Subject {
    async fn start(&self) -> anyhow::Result<Lambda> {
        let Some(program) = &self.program else {
            return Lambda::start(&self.environment).await;
        };
        let (name, arguments) = program.split_first().context("no program")?;
        let mut command = Command::new(name);
        command.args(arguments);
        Lambda::run(command, &self.environment).await
    }

    /// An answer of its own for each number, a page of text long.
    fn event(&self, number: usize) -> anyhow::Result<Event> {
        let text = "Więcej drzew przy szkołach i ławek w cieniu. ".repeat(20);
        let token = token(u32::try_from(number)?);
        if self.program.is_some() {
            return Ok(Event::post("/api/submit", http::encode(&[("id", token.as_str()), ("text", &text)])).in_base64());
        }
        let fields = [
            ("_token", token.as_str()),
            ("_revision", &self.revision),
            ("_step", "send"),
            ("zadowolenie", "3"),
            ("kierunek", "raczej-tak"),
            ("najwazniejszy_cel", "cel-1"),
            ("czego_brakuje", &text),
        ];
        let event = Event::post(SURVEY, http::encode(&fields)).with("x-preview", lambda::PREVIEW_SECRET);
        // From one address so many would be a flood.
        Ok(event.with("x-viewer-ip", &viewer(number)).in_base64())
    }
}

/// Returns an address of its own for each number.
fn viewer(number: usize) -> String {
    format!("198.18.{}.{}", number / 256 % 256, number % 256)
}

async fn measure(subject: &Subject, from: usize, warm: usize) -> anyhow::Result<Measured> {
    let lambda = subject.start().await?;
    let waking = lambda.waking();
    let begun = Instant::now();
    let answer = lambda.send(subject.event(from)?).await?;
    let first = Spent { wall: waking.wall + begun.elapsed(), cpu: lambda.cpu()? };
    ensure!(answer.status == 303, "{}: {}", answer.status, answer.body);
    let mut times = Vec::new();
    for number in 1..=warm {
        let begun = Instant::now();
        let answer = lambda.send(subject.event(from + number)?).await?;
        ensure!(answer.status == 303, "{}: {}", answer.status, answer.body);
        times.push(begun.elapsed());
    }
    let spent = lambda.cpu()?.saturating_sub(first.cpu);
    let warm_cpu = spent.checked_div(u32::try_from(warm)?).unwrap_or_default();
    Ok(Measured { waking, first, warm: times, warm_cpu, memory: lambda.peak_memory()? })
}

fn report(measured: &[Measured]) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let line = |name: &str, mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let at = |part: usize| values.get((values.len() * part / 100).min(values.len().saturating_sub(1))).copied();
        let [least, median, p99, most] = [0, 50, 99, 100].map(|part| at(part).unwrap_or_default());
        println!("{name:<44} least {least:8.2}  median {median:8.2}  p99 {p99:8.2}  most {most:8.2}");
    };
    let of = |value: fn(&Measured) -> Duration| measured.iter().map(|one| milliseconds(value(one))).collect();
    println!("{} starts", measured.len());
    line("exec to first request for work, wall ms", of(|one| one.waking.wall));
    line("exec to first request for work, CPU ms", of(|one| one.waking.cpu));
    line("exec to first stored answer, wall ms", of(|one| one.first.wall));
    line("exec to first stored answer, CPU ms", of(|one| one.first.cpu));
    line("warm request, wall ms", measured.iter().flat_map(|one| &one.warm).map(|time| milliseconds(*time)).collect());
    line("warm request, CPU ms", of(|one| one.warm_cpu));
    #[allow(clippy::cast_precision_loss)]
    line("peak memory, MB", measured.iter().map(|one| one.memory as f64 / 1024.0).collect());
}
