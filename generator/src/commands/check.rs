use std::{process::ExitCode, time::Instant};

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::{
    FAILED, Language, PROBLEMS, Root, commit, complain, day, day_of, now, refuses, say, told, waiting::Waiting,
};
use crate::{
    diagnostic::{Diagnostic, Severity, Texts, coloured, explain, github, json, rule},
    pipeline::{self, Options},
    source::{self, Source},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    /// How problems are told.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Checks drafts as they will be shown.
    #[arg(long)]
    drafts: bool,
    /// Shows notes too, such as those on plain language; the formats for programs have them always.
    #[arg(long)]
    notes: bool,
    /// Checks as of this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,
    /// Takes warnings for errors.
    #[arg(long)]
    strict: bool,
    /// Explains this rule, with an example, and checks nothing.
    #[arg(long, value_name = "RULE")]
    explain: Option<String>,
    #[command(flatten)]
    language: Language,
}

/// The forms in which problems are told.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people: the line, a mark under it, and what to do.
    Human,
    /// For programs, one object: {"problems": [{"rule", "severity" (error, warning, info), "message", "hint", "file",
    /// "line", "column", "length"}], "errors", "warnings", "infos"}; file and line are null where there is none.
    Json,
    /// For GitHub: commands of a workflow, which show problems beside the changed lines.
    Github,
}

/// Does all that `build` does but write.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(id) = &arguments.explain {
        return Ok(explained(id, &arguments.language.of(&Source::default())));
    }
    let root = &arguments.root.root;
    let today = arguments.today.map_or_else(|| day_of(now()), Ok)?;
    let options = Options { today, drafts: arguments.drafts, commit: commit(root) };
    let (source, unread) = source::read(root)?;
    let texts = arguments.language.of(&source);
    let waiting = Waiting::since(Instant::now(), &texts);
    let sink = waiting.counting(&());
    let built = waiting.shown(|| pipeline::build_what_was_read(&source, unread, &options, &sink));
    say(&match arguments.format {
        Format::Human if arguments.notes => {
            format!("{}{}", coloured(&built.problems, &source, &texts), summary(&built.problems, true, &texts))
        }
        Format::Human => {
            format!("{}{}", told(&built.problems, &source, &texts), summary(&built.problems, false, &texts))
        }
        Format::Json => json(&built.problems, &texts),
        Format::Github => github(&built.problems, &texts),
    });
    Ok(if refuses(&built.problems, arguments.strict) { ExitCode::from(PROBLEMS) } else { ExitCode::SUCCESS })
}

fn explained(id: &str, texts: &Texts) -> ExitCode {
    let Some(rule) = rule::find(id) else {
        complain(&format!("{}\n", texts.unknown_rule(id)));
        return ExitCode::from(FAILED);
    };
    say(&explain(rule, texts));
    ExitCode::SUCCESS
}

/// Counts problems; `notes` says whether those that are only to be known were shown.
fn summary(problems: &[Diagnostic], notes: bool, texts: &Texts) -> String {
    if problems.is_empty() {
        return format!("{}\n", texts.phrase("nothing-found", &[]));
    }
    let count = |severity| problems.iter().filter(|problem| problem.rule.severity == severity).count().to_string();
    let [errors, warnings, infos] = [Severity::Error, Severity::Warning, Severity::Info].map(count);
    let see = if notes || infos == "0" { String::new() } else { format!(" {}", texts.phrase("see-notes", &[])) };
    let space = if notes || errors != "0" || warnings != "0" { "\n" } else { "" };
    let counts = [("errors", errors.as_str()), ("warnings", warnings.as_str()), ("infos", infos.as_str())];
    format!("{space}{}{see}\n", texts.phrase("found", &counts))
}
