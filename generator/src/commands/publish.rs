use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use jiff::civil::Date;

use super::{Language, PROBLEMS, Root, change, day, day_of, now, report, say};
use crate::{
    check::{self, Differing},
    diagnostic::{self, Diagnostic, Texts, rule},
    edit::Edit,
    memory::Memory,
    pipeline::{self, Options},
    publish::{self, Registration, Step, What},
    source,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    /// Registers as of this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,
    /// Changes nothing; says what is not registered, and exits with 1 if something is not.
    #[arg(long, conflicts_with = "correction")]
    check: bool,
    /// Registers the text of a version that differs from what was published, beside it, for this reason.
    #[arg(long, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    correction: Option<String>,
    /// The version that is corrected, if several differ.
    #[arg(long = "in", value_name = "CONSULTATION/DOCUMENT/VERSION", requires = "correction")]
    version: Option<String>,
    /// Id of a section that the correction leaves out, though remarks may be bound to it; one for each.
    #[arg(long, value_name = "ID", requires = "correction")]
    lost: Vec<String>,
    #[command(flatten)]
    language: Language,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = &arguments.root.root;
    let today = arguments.today.map_or_else(|| day_of(now()), Ok)?;
    let (source, mut problems) = source::read(root)?;
    let options = Options { today, drafts: false, commit: None };
    let (sites, _) = pipeline::sites(&source, &options, &Memory::default(), &mut problems);
    let texts = arguments.language.of(&source);
    let differing = check::differing(&sites.original, &source);
    let corrected = match &arguments.correction {
        Some(_) => corrected(arguments, &differing, &texts)?,
        None => None,
    };
    for settled in corrected.iter().flat_map(|version| &version.problems).filter(|problem| settles(arguments, problem))
    {
        // One by one: another version may have the same problem in the same place.
        problems.iter().position(|problem| problem == settled).map(|at| problems.remove(at));
    }
    diagnostic::sort(&mut problems);
    if report(&problems, &source, &texts, false) {
        return Ok(ExitCode::from(PROBLEMS));
    }
    if let Some(reason) = &arguments.correction {
        say(&correction(reason, corrected, &texts));
    }
    let comment = texts.phrase("register-comment", &[]);
    let registration = Registration { today, reason: arguments.correction.as_deref(), comment: &comment };
    let plan = publish::plan(&source, &sites.original, registration);
    for (consultation, day) in &plan.waiting {
        let day = day.to_string();
        say(&texts.phrase("before-announcement", &[("consultation", consultation), ("day", &day)]));
        say("\n");
    }
    for place in &plan.unwritable {
        let line = place.line.to_string();
        say(&format!("{}\n", texts.phrase("unwritable-id", &[("file", &place.file), ("line", &line)])));
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
    change(root, &edits, &texts)?;
    plan.steps.iter().for_each(|step| say(&format!("{}\n", done(step, &texts))));
    Ok(ExitCode::SUCCESS)
}

/// Returns the version that is to be corrected: the one that was named, else the only one that differs.
fn corrected<'a>(
    arguments: &Arguments,
    differing: &'a [Differing<'a>],
    texts: &Texts,
) -> anyhow::Result<Option<&'a Differing<'a>>> {
    let known = || differing.iter().map(name).collect::<Vec<_>>().join(", ");
    let chosen = match (&arguments.version, differing) {
        (_, []) => None,
        (None, [only]) => Some(only),
        (None, _) => bail!(texts.phrase("correction-several", &[("known", &known())])),
        (Some(named), _) => match differing.iter().find(|version| name(version) == *named) {
            Some(version) => Some(version),
            None => bail!(texts.phrase("correction-nowhere", &[("version", named), ("known", &known())])),
        },
    };
    let problems = || chosen.iter().flat_map(|version| &version.problems);
    match arguments
        .lost
        .iter()
        .find(|id| !problems().any(|problem| is_lost(problem) && problem.word("id") == Some(id.as_str())))
    {
        Some(id) => bail!(texts.phrase("correction-not-lost", &[("id", id)])),
        None => Ok(chosen),
    }
}

/// Tells whether the correction settles a problem of its version: a section that is lost only if it was named.
fn settles(arguments: &Arguments, problem: &Diagnostic) -> bool {
    !is_lost(problem) || problem.word("id").is_some_and(|id| arguments.lost.iter().any(|lost| lost == id))
}

fn is_lost(problem: &Diagnostic) -> bool {
    problem.rule.id == rule::CONSULTED_SECTION_LOST.id
}

fn name(version: &Differing<'_>) -> String {
    format!("{}/{}/{}", version.consultation, version.document, version.version)
}

/// Tells what a correction changes, section by section, before it is written.
fn correction(reason: &str, corrected: Option<&Differing<'_>>, texts: &Texts) -> String {
    let Some(version) = corrected else {
        return texts.phrase("correction-unused", &[("reason", reason)]) + "\n";
    };
    let sections = version.problems.iter().map(|problem| format!("- {}\n", texts.message(problem)));
    let title = texts.phrase("correction", &[("version", &name(version)), ("reason", reason)]);
    format!("{title}\n{}", sections.collect::<String>())
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
