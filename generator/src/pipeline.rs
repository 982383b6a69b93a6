//! The way from source files to outputs, in one function.

use std::{collections::BTreeMap, path::Path};

use jiff::civil::Date;

use crate::{
    check, content,
    diagnostic::{self, Diagnostic, Texts, human},
    emit::Outputs,
    model::{self, Site},
    output,
    source::{self, ReadError, Source},
    theme::{self, Look},
};

/// What a build is made for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day for which pages are drawn.
    pub today: Date,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// The state of the content, for the build stamp; none outside of git.
    pub commit: Option<Commit>,
}

/// A commit of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub id: String,
    /// Its date, as git writes it (RFC 3339).
    pub date: String,
}

/// What a build came to.
#[derive(Debug)]
pub(crate) struct Built {
    /// Every file of `dist/`; none when there is an error.
    pub(crate) outputs: Option<Outputs>,
    /// What was found, sorted by place.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Builds everything from `source`. Nothing is read or written here.
pub(crate) fn build(source: &Source, options: &Options) -> Built {
    let mut problems = Vec::new();
    let outputs = outputs(source, options, &mut problems);
    diagnostic::sort(&mut problems);
    Built { outputs, problems }
}

fn outputs(source: &Source, options: &Options, problems: &mut Vec<Diagnostic>) -> Option<Outputs> {
    let (site, look) = site(source, options, problems);
    // A page drawn from a mistake would hide it; all mistakes are told first.
    let look = look.filter(|_| !problems.iter().any(Diagnostic::is_error))?;
    output::all(&site, &look, source, options).map_err(|problem| problems.push(problem)).ok()
}

/// Reads `source` into the site, checks it, and returns it with what it is drawn with.
pub(crate) fn site(source: &Source, options: &Options, problems: &mut Vec<Diagnostic>) -> (Site, Option<Look>) {
    let site = content::site::read(source, problems);
    let slugs = theme::slugs(source, &site, problems);
    let look = theme::resolve(source, &site, problems);
    let words = look.as_ref().map(|look| look.words.clone()).unwrap_or_default();
    let content = content::read(source, site, &words, problems);
    let site = model::resolve(content, slugs, options.drafts, problems);
    problems.extend(check::run(&site, options.today));
    (site, look)
}

/// Reads the tree under `root` and builds it.
pub(crate) fn read_and_build(root: &Path, options: &Options) -> Result<(Source, Built), ReadError> {
    let (source, unread) = source::read(root)?;
    let mut built = build(&source, options);
    if unread.iter().any(Diagnostic::is_error) {
        built.outputs = None;
    }
    built.problems.extend(unread);
    diagnostic::sort(&mut built.problems);
    Ok((source, built))
}

/// Builds the tree under `root` into memory: the files of `dist/` by path.
///
/// # Errors
/// What a person reads when the tree cannot be built.
pub fn build_in_memory(root: &Path, options: &Options) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let (source, built) = read_and_build(root, options).map_err(|error| error.to_string())?;
    let outputs = built.outputs.ok_or_else(|| human(&built.problems, &source, &Texts::in_language("en")))?;
    Ok(outputs.into_iter().map(|(path, output)| (path, output.bytes)).collect())
}
