use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand, builder::NonEmptyStringValueParser};
use jiff::civil::Date;

use super::{Language, PROBLEMS, Root, change, complain, day, day_of, in_each_language, now, say};
use crate::{
    content::{self, document, schedule},
    diagnostic::{Diagnostic, coloured, rule},
    memory::Memory,
    pipeline::{self, Options},
    scaffold::{self, Meeting},
    source::{self, Source},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    #[command(flatten)]
    language: Language,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A consultation with its announcement, schedule and form for remarks; a draft.
    Consultation {
        /// Title of the consultation.
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        title: String,
        /// First day of the term.
        #[arg(long, value_name = "DATE", value_parser = day)]
        start: Date,
        /// Last day of the term.
        #[arg(long, value_name = "DATE", value_parser = day)]
        end: Date,
        /// Day of the announcement, if not the first of the term.
        #[arg(long, value_name = "DATE", value_parser = day)]
        announced: Option<Date>,
        /// Name of its folder, which is its id for ever; else made of the title.
        #[arg(long)]
        id: Option<String>,
    },
    /// A page of text.
    Page {
        /// Title of the page.
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        title: String,
        /// Folder of the content that it is for.
        #[arg(long = "in", value_name = "FOLDER")]
        folder: Option<String>,
        /// Name of its file; else made of the title.
        #[arg(long)]
        name: Option<String>,
    },
    /// A version of a document: a copy of the last, a draft.
    Version {
        /// The consultation, if there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<String>,
        /// The document, if there are several.
        #[arg(long, value_name = "NAME")]
        document: Option<String>,
        /// Its number, as 2.0; else the next one.
        #[arg(long, value_parser = version)]
        version: Option<String>,
        /// Its day; else today.
        #[arg(long, value_name = "DATE", value_parser = day)]
        date: Option<Date>,
    },
    /// A form of a consultation; a draft.
    Form {
        /// Name of its file, which is its name for ever.
        name: String,
        /// Title of the form; else its name.
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        title: Option<String>,
        /// The consultation, if there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<String>,
    },
    /// A meeting in the schedule of a consultation.
    Meeting {
        /// Its day.
        #[arg(long, value_parser = day)]
        date: Date,
        /// When it begins, as 17:00.
        #[arg(long, value_parser = time)]
        time: String,
        /// Where it is.
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        place: Option<String>,
        /// What it is called.
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        title: Option<String>,
        /// Its id, which stays when its day changes; else made of the day.
        #[arg(long)]
        id: Option<String>,
        /// The consultation, if there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<String>,
    },
}

/// Takes a time of day as schedules have it.
fn time(text: &str) -> Result<String, String> {
    let written = schedule::is_time(text).then(|| text.to_owned());
    written.ok_or_else(|| in_each_language("time-format", &[("example", "17:00")]))
}

/// Takes the number of a version as documents have it: it is the name of a folder.
fn version(text: &str) -> Result<String, String> {
    let written = document::is_version(text).then(|| text.to_owned());
    written.ok_or_else(|| in_each_language("version-format", &[("example", "2.0")]))
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = &arguments.root.root;
    let today = day_of(now())?;
    let (source, _) = source::read(root)?;
    // What is wrong elsewhere does not keep anything from being made; `check` tells it.
    let options = Options { today, drafts: true, commit: None };
    let mut before = Vec::new();
    let (sites, _) = pipeline::sites(&source, &options, &Memory::default(), &mut before);
    let texts = arguments.language.of(&source);
    let edits = match &arguments.what {
        What::Consultation { title, start, end, announced, id } => {
            scaffold::consultation(&sites.original, id.as_deref(), title, *announced, [*start, *end])
        }
        What::Page { title, folder, name } => {
            scaffold::page(&source, &sites.original, name.as_deref(), folder.as_deref(), title)
        }
        What::Version { consultation, document, version, date } => {
            let (consultation, document) = (consultation.as_deref(), document.as_deref());
            scaffold::version(
                &source,
                &sites.original,
                consultation,
                document,
                version.as_deref(),
                date.unwrap_or(today),
            )
        }
        What::Form { name, title, consultation } => {
            scaffold::form(&sites.original, consultation.as_deref(), name, title.as_ref().unwrap_or(name))
        }
        What::Meeting { date, time, place, title, id, consultation } => {
            let (title, place) = (title.as_deref(), place.as_deref());
            let meeting = Meeting { id: id.as_deref(), title, date: *date, time, place };
            scaffold::meeting(&source, &sites.original, consultation.as_deref(), &meeting)
        }
    };
    let edits = edits.map_err(|unmade| anyhow!(unmade.told(&texts)))?;
    let after = source.with(edits.iter().map(|edit| (edit.path(), edit.text())));
    let found = found(&after, &options, &before);
    let mistakes: Vec<_> = found.iter().filter(|problem| problem.is_error()).cloned().collect();
    if !mistakes.is_empty() {
        complain(&format!("{}\n{}\n", coloured(&mistakes, &after, &texts), texts.phrase("not-made", &[])));
        return Ok(ExitCode::from(PROBLEMS));
    }
    change(root, &edits, &texts)?;
    if let What::Page { .. } = &arguments.what {
        let folders = edits.iter().map(|edit| content::split(edit.path()).0);
        for folder in folders.filter(|folder| source.under(folder).next().is_none()) {
            say(&format!("{}\n", texts.phrase("made-folder", &[("folder", folder)])));
        }
    }
    for edit in &edits {
        say(&format!("{}\n", texts.phrase(if edit.is_new() { "made" } else { "added-to" }, &[("file", edit.path())])));
    }
    for (file, line, words) in scaffold::blanks(&edits) {
        let line = line.to_string();
        say(&format!("{}\n", texts.phrase("blank", &[("file", &file), ("line", &line), ("words", &words)])));
    }
    for problem in found.iter().filter(|problem| problem.rule == rule::TRANSLATION_MISSING) {
        let word = |name| (name, problem.word(name).unwrap_or_default());
        let values = [("file", problem.file().unwrap_or_default()), word("count"), word("languages")];
        say(&format!("{}\n", texts.phrase("untranslated", &values)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns what would be wrong with a tree that was not wrong before, wherever it stands now.
fn found(source: &Source, options: &Options, before: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    pipeline::sites(source, options, &Memory::default(), &mut problems);
    let told = |problem: &Diagnostic| {
        before.iter().any(|old| old.rule == problem.rule && old.file() == problem.file() && old.args == problem.args)
    };
    problems.retain(|problem| !told(problem));
    problems
}
