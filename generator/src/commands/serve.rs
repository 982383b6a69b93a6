//! Serves pages and forms from one process: what the cloud does, on a laptop.
//!
//! 1. Builds into memory, as `build` does ([`site`]). A tree with mistakes is served too: they are what is shown.
//! 2. Opens the embedded engine on the data folder, which one process at a time may use ([`engine`]).
//! 3. Answers `/api/` with the function's own router, and the rest from memory ([`pages`]).
//! 4. Builds again when a file is saved, the calendar turns or the commit is another ([`turn`], [`watch`], [`head`]), and puts
//!    the new set in place of the old at once ([`place`]); mistakes leave the last good one.
//! 5. Adds to each page, as it is answered, what an editor needs: the mistakes, a script that loads the page again when
//!    it changes, the banner of a shifted clock ([`dress`]).

mod dress;
pub(super) mod engine;
mod head;
mod pages;
mod pictures;
mod place;
mod production;
mod site;
mod turn;
mod watch;

use std::{
    fs,
    future::IntoFuture as _,
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::Context as _;
use axum::Router;
use clap::Args;
use forms_fn::{App, Clock, telemetry::OneLine};
use jiff::{Timestamp, civil::Date};
use tokio::{net::TcpListener, sync::oneshot, time::sleep};
use tracing_subscriber::{filter::LevelFilter, fmt::format::JsonFields};

use self::{
    engine::Engine,
    place::Place,
    site::Builder,
    turn::{Maker, Turning},
    watch::Watch,
};
use super::{Language, Root, day_of, now, say};
use crate::source::Source;

/// How long what is under way may take when the server is to end.
const GRACE: Duration = Duration::from_secs(5);

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
    /// Looks at all files twice a second, where the system does not tell of changes (network folders, containers).
    #[arg(long)]
    poll: bool,
    #[command(flatten)]
    language: Language,
    #[command(flatten)]
    production: production::Arguments,
}

/// Serves until it is told to stop.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let failures = tracing_subscriber::fmt().with_writer(std::io::stderr);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if arguments.production.production {
        failures.fmt_fields(JsonFields::new()).event_format(OneLine).with_max_level(LevelFilter::INFO).init();
        let address = SocketAddr::new(arguments.host, arguments.port);
        let texts = arguments.language.of(&Source::default());
        return runtime.block_on(production::run(&arguments.production, address, &arguments.data, texts));
    }
    failures.with_max_level(LevelFilter::ERROR).init();
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let clock = clock(arguments)?;
    let root = fs::canonicalize(&arguments.root.root)
        .with_context(|| format!("failed to open {}", arguments.root.root.display()))?;
    // Before the first build: what is saved meanwhile is not missed.
    let watch = Watch::start(&root, arguments.poll)?;
    let builder = Builder::new(root, arguments.data.join("pictures"), clock, arguments.language.clone());
    let mut maker = Maker { builder, watch };
    let first = maker.first()?;
    let listener = listen(SocketAddr::new(arguments.host, arguments.port)).await?;
    let address = listener.local_addr().context("failed to learn the address")?;
    let engine = Engine::open(&arguments.data).await?;
    let mut app = App::new(engine.store(), clock, first.catalogue()?);
    app.counters = Some(engine.counters());
    let app = Arc::new(app);
    let texts = first.texts.clone();
    let (place, shown) = Place::open(app.clone(), first);
    let place = Arc::new(place);
    let service = dress::dressed(pages::service(app.clone(), shown.clone()), app, shown);
    say(&format!("{}\n", texts.phrase("serving", &[("address", &format!("http://{address}/"))])));
    // Ends with the process: it waits for changes, and what it makes is in memory alone.
    let turning = Turning { maker, clock, place: place.clone() };
    thread::spawn(move || turning.run());
    let served = serve_until_told(listener, service, &place).await;
    engine.close().await;
    served.context("failed to serve")?;
    Ok(ExitCode::SUCCESS)
}

/// Answers until it is told to stop, and then ends what is under way; told a second time, it leaves that.
async fn serve_until_told(listener: TcpListener, service: Router, place: &Arc<Place>) -> io::Result<()> {
    let (tell, told) = oneshot::channel();
    let place = place.clone();
    let stopped = async move {
        told_to_stop().await;
        // Browsers that wait for news would keep the server waiting for them.
        place.close();
        // Heard by who waits below, for as long as anything is answered.
        let _ = tell.send(());
    };
    let leave = async {
        let _ = told.await;
        tokio::select! {
            () = sleep(GRACE) => {}
            () = told_to_stop() => {}
        }
    };
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(stopped).into_future() => served,
        () = leave => Ok(()),
    }
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
