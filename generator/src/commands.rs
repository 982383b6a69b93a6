//! The commands: the only place that prints and picks exit codes.
//!
//! 0: fine; 1: problems in the content; 2: could not run.

mod build;
mod check;
#[cfg(feature = "serve")]
mod environment;
#[cfg(feature = "serve")]
mod export;
mod new;
mod publish;
mod schema;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod table;
mod waiting;

use std::{
    path::{Path, PathBuf},
    process::{Command as Process, ExitCode},
};

use anyhow::anyhow;
use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use jiff::{Timestamp, civil::Date};

use crate::{
    content,
    diagnostic::{Diagnostic, Severity, Texts, coloured},
    edit::{self, Edit, EditError},
    pipeline::Commit,
    source::{ReadError, Source},
};

/// Content has problems.
const PROBLEMS: u8 = 1;
/// The command could not run.
const FAILED: u8 = 2;

/// Builds and serves the site of a consultation from Markdown and YAML.
#[derive(Debug, Parser)]
#[command(name = "konsultacje", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the site into a folder; a failed build changes nothing there.
    Build(build::Arguments),
    /// Tells everything that is wrong with the content, and writes nothing.
    Check(check::Arguments),
    /// Makes a consultation, a page, a version of a document, a form or a meeting; never overwrites anything.
    New(new::Arguments),
    /// Registers what residents see: texts that are consulted and forms, each as it is; run it before every build.
    Publish(publish::Arguments),
    /// Writes JSON Schemas of all files that editors write, for their editors to complete and to underline.
    Schema(schema::Arguments),
    /// Serves the site and its forms on this machine, drafts included, and keeps what is sent.
    #[cfg(feature = "serve")]
    Serve(serve::Arguments),
    /// Writes what was sent through a form: a table, or JSON.
    #[cfg(feature = "serve")]
    Export(export::Arguments),
    /// Makes the tables that submissions are kept in.
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Table(table::Command),
}

/// What every command over the content takes.
#[derive(Clone, Debug, Args)]
struct Root {
    /// Folder that holds `content` and `themes`.
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    root: PathBuf,
}

/// The language in which problems are told.
#[derive(Clone, Debug, Args)]
struct Language {
    /// Language in which problems are told, instead of the site's.
    #[arg(long, value_name = "LANGUAGE", value_parser = PossibleValuesParser::new(Texts::languages()))]
    lang: Option<String>,
}

impl Language {
    /// Returns the texts for those who edit `source`.
    fn of(&self, source: &Source) -> Texts {
        let language = self.lang.clone().unwrap_or_else(|| content::site::language(source));
        Texts::in_language(&language)
    }
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Export(arguments) => export::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Table(command) => table::run(&command),
    };
    outcome.unwrap_or_else(|error| {
        let told = match error.downcast_ref() {
            Some(ReadError::NoContent(root)) => {
                in_each_language("no-content", &[("folder", &root.display().to_string())])
            }
            _ => format!("{error:#}"),
        };
        complain(&format!("konsultacje: {told}\n"));
        ExitCode::from(FAILED)
    })
}

/// Changes the tree. What keeps an editor from it is told in their language, and what the system says as it says it.
fn change(root: &Path, edits: &[Edit], texts: &Texts) -> anyhow::Result<()> {
    let told = |key, path: &Path| {
        let file = path.strip_prefix(root).unwrap_or(path).display().to_string();
        anyhow!(texts.phrase(key, &[("file", &file)]))
    };
    edit::apply(root, edits).map_err(|error| match &error {
        EditError::Exists(path) => told("exists-already", path),
        EditError::Changed(path) => told("changed-meanwhile", path),
        EditError::Io { .. } => error.into(),
    })
}

/// Prints problems to standard error; tells whether they keep the site from being built. What is only to be known is
/// left to `check`, which is asked for it.
fn report(problems: &[Diagnostic], source: &Source, texts: &Texts, strict: bool) -> bool {
    let told = told(problems, source, texts);
    if !told.is_empty() {
        complain(&told);
    }
    refuses(problems, strict)
}

/// Returns what a command says of problems that it was not asked for: notes are left to `check`.
fn told(problems: &[Diagnostic], source: &Source, texts: &Texts) -> String {
    let grave = |problem: &&Diagnostic| problem.rule.severity < Severity::Info;
    let told: Vec<Diagnostic> = problems.iter().filter(grave).cloned().collect();
    coloured(&told, source, texts)
}

/// Tells whether problems keep the site from being built.
fn refuses(problems: &[Diagnostic], strict: bool) -> bool {
    let limit = if strict { Severity::Warning } else { Severity::Error };
    problems.iter().any(|problem| problem.rule.severity <= limit)
}

/// Returns the last commit under `root`; none outside of git or without it.
fn commit(root: &Path) -> Option<Commit> {
    let output = Process::new("git").arg("-C").arg(root).args(["log", "-1", "--format=%H %cI"]).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    let (id, date) = line.trim().split_once(' ')?;
    output.status.success().then(|| Commit { id: id.to_owned(), date: date.to_owned() })
}

/// Returns the instant of this moment: the only clock of the generator.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Returns the day it is in Poland at `instant`.
fn day_of(instant: Timestamp) -> anyhow::Result<Date> {
    Ok(instant.in_tz(forms::ZONE)?.date())
}

/// Takes a day as files have it, `2026-07-14`. Who writes it as in a letter is told how to write it here.
fn day(text: &str) -> Result<Date, String> {
    let written = Date::strptime("%Y-%m-%d", text).ok().filter(|_| text.len() == 10);
    written.ok_or_else(|| {
        let meant = Date::strptime("%d.%m.%Y", text).unwrap_or_else(|_| jiff::civil::date(2026, 7, 14));
        in_each_language("day-format", &[("example", &meant.to_string())])
    })
}

/// Returns a phrase in all languages, for what is told before the editor's language is known.
fn in_each_language(key: &str, values: &[(&str, &str)]) -> String {
    Texts::languages().map(|language| Texts::in_language(language).phrase(key, values)).join(" / ")
}

/// Prints to standard output: with colours where a terminal shows them and `NO_COLOR` does not forbid it.
fn say(text: &str) {
    anstream::print!("{text}");
}

/// Prints to standard error, in the same way.
fn complain(text: &str) {
    anstream::eprint!("{text}");
}
