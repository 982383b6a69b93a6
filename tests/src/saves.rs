//! Measures how `serve` follows what is saved, on a site of many pages.
//!
//! ```sh
//! saves PAGES SAVES IDLE      # IDLE: seconds in which nothing happens
//! ```
//!
//! Prints the time from a save to the page that has it, for the words of a page and for a template; answers other than 200
//! and torn ones meanwhile; what all the saves left behind, and what an idle server costs. Run it on a quiet machine.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    env,
    fmt::{self, Display, Formatter},
    fs,
    path::Path,
    process::{self, Command},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use tests::{corpus, http, serve::Serve, workspace};

/// How long a save may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);
/// The template that pages of text are drawn with.
const TEMPLATE: &str = "templates/page.html";

/// What a process holds.
struct Held {
    memory_kb: u64,
    files: usize,
    threads: usize,
    cpu: Duration,
}

impl Display for Held {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { memory_kb, files, threads, .. } = self;
        write!(formatter, "{memory_kb} kB of memory, {files} open files, {threads} threads")
    }
}

/// What was seen while saves were waited for.
#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    not_200: usize,
    torn: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let mut number = |name| arguments.next().and_then(|text| text.parse::<usize>().ok()).context(name);
    let (pages, saves, idle) =
        (number("how many pages?")?, number("how many saves?")?, number("how many idle seconds?")?);
    let root = tempfile::tempdir()?;
    let data = tempfile::tempdir()?;
    lay_out(root.path(), pages)?;
    let mut command = Command::new(workspace::released()?);
    command.args(["serve", "--port", "0", "--today", "2026-05-10", "--root"]).arg(root.path());
    command.arg("--data").arg(data.path());
    let serve = Serve::run(command, data.path())?;
    // Files of this very moment are read again each time.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let before = held(serve.id())?;
    tokio::time::sleep(Duration::from_secs(idle as u64)).await;
    let after = held(serve.id())?;
    println!(
        "{pages} pages; idle for {idle} s: {:?} of processor time; {before}",
        after.cpu.saturating_sub(before.cpu)
    );

    let (path, address) = corpus::place(pages / 2);
    let words = follow(&serve, &root.path().join(path), &address, 20, |text, mark| format!("{text}\n{mark}\n")).await?;
    report("words of a page", &words);
    let in_template = |text: &str, mark: &str| text.replacen("<h1>", &format!("<p>{mark}</p>\n<h1>"), 1);
    let template = follow(&serve, &root.path().join("themes/miara").join(TEMPLATE), &address, 10, in_template).await?;
    report("a template", &template);

    let before = held(serve.id())?;
    let (path, address) = corpus::place(pages / 3);
    let many =
        follow(&serve, &root.path().join(path), &address, saves, |text, mark| format!("{text}\n{mark}\n")).await?;
    report("words of a page, many times", &many);
    println!("before {saves} saves: {before}\nafter: {}", held(serve.id())?);
    let odd = [&words, &template, &many].iter().map(|seen| seen.not_200 + seen.torn).sum::<usize>();
    ensure!(odd == 0, "{odd} answers were not whole pages");
    Ok(())
}

/// Writes the site, with a theme of its own that has the base's template of a page.
fn lay_out(root: &Path, pages: usize) -> anyhow::Result<()> {
    corpus::write(root, pages)?;
    let site = root.join("content/site.yaml");
    fs::write(&site, format!("{}theme: miara\n", fs::read_to_string(&site)?))?;
    let theme = root.join("themes/miara");
    fs::create_dir_all(theme.join("templates"))?;
    fs::write(theme.join("theme.yaml"), "extends: base\ncontract: 1\n")?;
    fs::copy(workspace::repository().join("themes/base").join(TEMPLATE), theme.join(TEMPLATE))?;
    Ok(())
}

/// Saves the file at `path` `times` times, each time as `marked` makes it from its first text, and asks for `address` until
/// it is seen. The file is put back.
async fn follow(
    serve: &Serve,
    path: &Path,
    address: &str,
    times: usize,
    marked: impl Fn(&str, &str) -> String,
) -> anyhow::Result<Seen> {
    let text = fs::read_to_string(path)?;
    let mut seen = Seen::default();
    for time in 0..times {
        let mark = format!("znacznik-{}-{time}.", process::id());
        let changed = marked(&text, &mark);
        ensure!(changed != text, "{} is as it was", path.display());
        let begun = Instant::now();
        fs::write(path, changed)?;
        loop {
            let page = http::get(serve.address, address).await?;
            seen.not_200 += usize::from(page.status != 200);
            seen.torn += usize::from(page.status == 200 && !page.body.trim_end().ends_with("</html>"));
            if page.body.contains(&mark) {
                break;
            }
            ensure!(begun.elapsed() < PATIENCE, "{mark} is not served: {}", serve.log()?);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        seen.times.push(begun.elapsed());
        // Nobody saves in the same moment; what follows a save, such as asking git, has its time.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    fs::write(path, text)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    Ok(seen)
}

fn report(name: &str, seen: &Seen) {
    let mut times: Vec<f64> = seen.times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1))).copied();
    let [least, median, p90, most] = [0, 50, 90, 100].map(|part| at(part).unwrap_or_default());
    println!(
        "{name:<30} from save to served, ms: least {least:7.1}  median {median:7.1}  p90 {p90:7.1}  most {most:7.1}  \
         not 200: {}  torn: {}",
        seen.not_200, seen.torn
    );
}

fn held(process: u32) -> anyhow::Result<Held> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        anyhow::Ok(line.trim().trim_end_matches(" kB").parse::<u64>()?)
    };
    let mut cpu = Duration::ZERO;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let times = fs::read_to_string(task?.path().join("schedstat"))?;
        cpu += Duration::from_nanos(times.split(' ').next().unwrap_or_default().parse()?);
    }
    Ok(Held {
        memory_kb: of("VmRSS:")?,
        files: fs::read_dir(format!("/proc/{process}/fd"))?.count(),
        threads: usize::try_from(of("Threads:")?)?,
        cpu,
    })
}
