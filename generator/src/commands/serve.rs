//! Serves pages and forms from one process: what the cloud does, on a laptop.
//!
//! 1. Builds into memory, as `build` does.
//! 2. Opens the embedded engine on the data folder, which one process at a time may use.
//! 3. Answers `/api/` with the function's own router, and the rest from memory.
//! 4. Builds again when the calendar turns.

pub(super) mod engine;
mod pages;

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;
use forms_fn::{App, Catalogue, Clock};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use tokio::net::TcpListener;

use self::{
    engine::Engine,
    pages::{Pages, Site},
};
use super::{Language, PROBLEMS, Root, commit, day_of, now, report, say};
use crate::{
    diagnostic::Texts,
    emit::Outputs,
    pipeline::{self, Options},
};

/// Longest time until the calendar is looked at again.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder that keeps what is sent.
    #[arg(long, value_name = "DIR", default_value = ".konsultacje")]
    data: PathBuf,
    /// Previews another day: the clock runs, its date is this one.
    #[arg(long, value_name = "DATE", conflicts_with = "now")]
    today: Option<Date>,
    /// Previews another moment: the clock runs on from it.
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
    #[command(flatten)]
    language: Language,
}

/// Serves until it is told to stop.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let clock = clock(arguments)?;
    let root = &arguments.root.root;
    let cache = arguments.data.join("pictures");
    let Some((site, texts)) = build(root, clock, &arguments.language)? else {
        return Ok(ExitCode::from(PROBLEMS));
    };
    let listener = listen(SocketAddr::new(arguments.host, arguments.port)).await?;
    let address = listener.local_addr().context("failed to learn the address")?;
    let engine = Engine::open(&arguments.data).await?;
    let mut app = App::new(engine.store(), clock, catalogue(&site.outputs)?);
    app.counters = Some(engine.counters());
    let app = Arc::new(app);
    let pages = Arc::new(Pages::new(site, cache));
    let service = pages::service(app.clone(), pages.clone());
    say(&format!("{}\n", texts.phrase("serving", &[("address", &format!("http://{address}/"))])));
    let turning = tokio::spawn(turn_with_the_calendar(root.clone(), arguments.language.clone(), app, pages));
    let served = axum::serve(listener, service).with_graceful_shutdown(told_to_stop()).await;
    turning.abort();
    engine.close().await;
    served.context("failed to serve")?;
    Ok(ExitCode::SUCCESS)
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("failed to listen on {address}"))
}

/// Returns the clock that the arguments ask for.
fn clock(arguments: &Arguments) -> anyhow::Result<Clock> {
    if let Some(instant) = arguments.now {
        return Ok(Clock::set_to(instant));
    }
    let Some(day) = arguments.today else {
        return Ok(Clock::system());
    };
    if day == day_of(now())? {
        return Ok(Clock::system());
    }
    // The same time of day on another day: whole days of 24 hours would shift it where summer time lies between.
    let local = now().in_tz(forms::ZONE)?;
    let previewed = local.with().date(day).build().context("failed to set the clock")?;
    Ok(Clock::set_to(previewed.timestamp()))
}

/// Builds the tree for the clock's day, with the texts for its editors; none when it has problems, which are printed.
fn build(root: &Path, clock: Clock, language: &Language) -> anyhow::Result<Option<(Site, Texts)>> {
    let options = Options { today: day_of(clock.now())?, drafts: true, commit: commit(root) };
    let (source, built) = pipeline::read_and_build(root, &options)?;
    let texts = language.of(&source);
    report(&built.problems, &source, &texts, false);
    Ok(built.outputs.map(|outputs| (Site { outputs, prints: built.prints, source }, texts)))
}

/// Reads the forms out of a build.
fn catalogue(outputs: &Outputs) -> anyhow::Result<Catalogue> {
    let packed =
        outputs.iter().filter_map(|(path, output)| Some((path.strip_prefix("forms/")?, output.bytes.as_slice())));
    Catalogue::from_files(packed).context("failed to read the forms of the build")
}

/// Builds again whenever a day begins; a tree that cannot be built leaves the last good site in place.
async fn turn_with_the_calendar(root: PathBuf, language: Language, app: Arc<App>, pages: Arc<Pages>) {
    let mut drawn_for = day_of(app.clock.now()).ok();
    loop {
        let rest = until_midnight(app.clock.now()).unwrap_or(LONGEST_SLEEP);
        // Never long: the clock of a sleep stops while a laptop sleeps, and the calendar's does not.
        tokio::time::sleep(rest.min(LONGEST_SLEEP)).await;
        let today = day_of(app.clock.now()).ok();
        if today == drawn_for {
            continue;
        }
        drawn_for = today;
        let turned = build(&root, app.clock, &language).and_then(|built| {
            let Some((site, _)) = built else {
                return Ok(());
            };
            app.replace_catalogue(catalogue(&site.outputs)?);
            pages.replace(site);
            Ok(())
        });
        if let Err(error) = turned {
            super::complain(&format!("konsultacje: {error:#}\n"));
        }
    }
}

/// Returns how long it is until the next day begins in Poland.
fn until_midnight(instant: Timestamp) -> Option<Duration> {
    let local = instant.in_tz(forms::ZONE).ok()?;
    let next = local.start_of_day().ok()?.checked_add(1.day()).ok()?;
    next.timestamp().duration_since(instant).try_into().ok()
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

/// Makes the folder for data.
fn create(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))
}
