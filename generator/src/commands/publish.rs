use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;

use super::{Language, PROBLEMS, Root, day_of, now, report, say};
use crate::{
    diagnostic::{self, Diagnostic, Rule, Texts, rule},
    edit::{self, Edit},
    memory::Memory,
    pipeline::{self, Options},
    publish::{self, Registration, Step, What},
    source,
};

/// What a correction is there to settle.
const CORRECTED: [&Rule; 3] =
    [rule::CONSULTED_TEXT_CHANGED, rule::CONSULTED_SECTION_LOST, rule::CONSULTED_SECTION_ADDED];

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    /// Registers as of this day instead of today.
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// Changes nothing; says what is not registered, and exits with 1 if something is not.
    #[arg(long, conflicts_with = "correction")]
    check: bool,
    /// Registers texts that differ from what was published, beside it, for this reason.
    #[arg(long, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    correction: Option<String>,
    #[command(flatten)]
    language: Language,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = &arguments.root.root;
    let today = arguments.today.map_or_else(|| day_of(now()), Ok)?;
    let (source, mut problems) = source::read(root)?;
    let options = Options { today, drafts: false, commit: None };
    let (sites, _) = pipeline::sites(&source, &options, &Memory::default(), &mut problems);
    let settled = |problem: &Diagnostic| arguments.correction.is_some() && CORRECTED.contains(&problem.rule);
    problems.retain(|problem| !settled(problem));
    diagnostic::sort(&mut problems);
    let texts = arguments.language.of(&source);
    if report(&problems, &source, &texts, false) {
        return Ok(ExitCode::from(PROBLEMS));
    }
    let comment = texts.phrase("register-comment", &[]);
    let registration = Registration { today, reason: arguments.correction.as_deref(), comment: &comment };
    let plan = publish::plan(&source, &sites.original, registration);
    for (consultation, day) in &plan.waiting {
        let day = day.to_string();
        say(&texts.phrase("before-announcement", &[("consultation", consultation), ("day", &day)]));
        say("\n");
    }
    if plan.steps.is_empty() {
        say(&format!("{}\n", texts.phrase("register-complete", &[])));
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.check {
        plan.steps.iter().for_each(|step| say(&format!("{}\n", missing(step, &texts))));
        say(&format!("{}\n", texts.phrase("unregistered", &[])));
        return Ok(ExitCode::from(PROBLEMS));
    }
    let edits: Vec<Edit> = plan.steps.iter().map(|step| step.edit.clone()).collect();
    edit::apply(root, &edits).context("failed to write the register")?;
    plan.steps.iter().for_each(|step| say(&format!("{}\n", done(step, &texts))));
    Ok(ExitCode::SUCCESS)
}

fn missing(step: &Step, texts: &Texts) -> String {
    match &step.what {
        What::Ids(count) => {
            let (file, count) = (step.edit.path(), count.to_string());
            texts.phrase("unregistered-ids", &[("file", file), ("count", &count)])
        }
        What::Version(consultation, document, version) => {
            let values = [("consultation", consultation.as_str()), ("document", document), ("version", version)];
            texts.phrase("unregistered-version", &values)
        }
        What::Form(consultation, form) => {
            texts.phrase("unregistered-form", &[("consultation", consultation), ("form", form)])
        }
    }
}

fn done(step: &Step, texts: &Texts) -> String {
    let file = step.edit.path();
    match &step.what {
        What::Ids(count) => texts.phrase("ids-written", &[("file", file), ("count", &count.to_string())]),
        What::Version(..) | What::Form(..) => texts.phrase("registered", &[("file", file)]),
    }
}
