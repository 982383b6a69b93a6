use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Language, PROBLEMS, Root, commit, complain, day, day_of, now, report, say, told, waiting::Waiting};
use crate::{
    diagnostic::{Severity, Texts},
    emit::{
        Report, Staging,
        again::{self, Note},
    },
    pictures,
    pipeline::{self, Options},
    source,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    /// Folder that the site is built into.
    #[arg(long, value_name = "DIR", default_value = "dist")]
    out: PathBuf,
    /// Folder that keeps the prints of pictures between builds.
    #[arg(long, value_name = "DIR", default_value = ".konsultacje/pictures")]
    cache: PathBuf,
    /// Builds for this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,
    /// Shows drafts.
    #[arg(long)]
    drafts: bool,
    /// Takes warnings for errors.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    language: Language,
}

/// What is told of a build that is in place.
#[derive(Debug, Deserialize, Serialize)]
struct Told {
    /// Its problems, as they are printed.
    problems: String,
    /// How many notes it has.
    infos: usize,
    /// The next day on which it would be another.
    next_turn: Option<Date>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let root = &arguments.root.root;
    let today = arguments.today.map_or_else(|| day_of(now()), Ok)?;
    let options = Options { today, drafts: arguments.drafts, commit: commit(root) };
    let staging = Staging::at(&arguments.out);
    let (source, unread) = source::read(root)?;
    let texts = arguments.language.of(&source);
    let said_with = (&arguments.language.lang, arguments.strict);
    let from = pipeline::made_from(&source, &options, &said_with).filter(|_| unread.is_empty());
    if let Some(from) = &from
        && let Some((told, emitted)) = again::find::<Told>(&arguments.out, from)?
    {
        complain(&told.problems);
        say(&summary(&told, &emitted, started, arguments, &texts));
        return Ok(ExitCode::SUCCESS);
    }
    let waiting = Waiting::since(started, &texts);
    let sink = waiting.counting(&staging);
    let built = waiting.shown(|| pipeline::build_what_was_read(&source, unread, &options, &sink));
    let refused = report(&built.problems, &source, &texts, arguments.strict);
    if refused || !built.complete {
        // What is staged is dropped, and all is as it was.
        return Ok(ExitCode::from(PROBLEMS));
    }
    let broken = waiting.shown(|| pictures::cache::all(Some(&arguments.cache), &built.prints, &source, &sink))?;
    if report(&broken, &source, &texts, arguments.strict) {
        return Ok(ExitCode::from(PROBLEMS));
    }
    let told = Told {
        problems: told(&built.problems, &source, &texts) + &told(&broken, &source, &texts),
        infos: built.problems.iter().filter(|problem| problem.rule.severity == Severity::Info).count(),
        next_turn: built.next_turn,
    };
    let note = from.map(|from| Note { from, told: &told });
    let emitted = waiting.shown(|| staging.place(note)).context("failed to write the site")?;
    say(&summary(&told, &emitted, started, arguments, &texts));
    Ok(ExitCode::SUCCESS)
}

/// Tells what a build has done, and when the next one is due.
fn summary(told: &Told, emitted: &Report, started: Instant, arguments: &Arguments, texts: &Texts) -> String {
    let mut lines = texts.phrase(
        "built",
        &[
            ("folder", &arguments.out.display().to_string()),
            ("pages", &emitted.pages.to_string()),
            ("time", &format!("{:.1}", started.elapsed().as_secs_f64())),
            ("written", &emitted.written.len().to_string()),
            ("unchanged", &emitted.unchanged.to_string()),
            ("removed", &emitted.removed.len().to_string()),
        ],
    );
    if told.infos > 0 {
        lines.push('\n');
        lines.push_str(&texts.phrase("infos", &[("infos", &told.infos.to_string())]));
    }
    if let Some(day) = told.next_turn {
        lines.push('\n');
        lines.push_str(&texts.phrase("next-turn", &[("day", &day.to_string())]));
    }
    for unknown in &emitted.unknown {
        lines.push('\n');
        lines.push_str(&texts.phrase("unknown-file", &[("file", unknown)]));
    }
    lines + "\n"
}
