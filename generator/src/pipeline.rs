//! The way from source files to outputs, in one function.

use std::{collections::BTreeMap, path::Path};

use jiff::civil::Date;

use crate::{
    check, content,
    diagnostic::{self, Diagnostic, Texts, human},
    emit::Outputs,
    model::{self, Sites},
    output,
    pictures::{self, Prints},
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
    /// The files of `dist/` that are made from pictures, when somebody needs them.
    pub(crate) prints: Prints,
    /// What was found, sorted by place.
    pub(crate) problems: Vec<Diagnostic>,
    /// The next day on which the outputs would be others, though nobody wrote a word.
    pub(crate) next_turn: Option<Date>,
}

/// Builds everything from `source`. Nothing is read or written here.
pub(crate) fn build(source: &Source, options: &Options) -> Built {
    let mut problems = Vec::new();
    let (sites, look) = sites(source, options, &mut problems);
    // A page drawn from a mistake would hide it; all mistakes are told first.
    let look = look.filter(|_| !problems.iter().any(Diagnostic::is_error));
    let drawn = look.map(|look| output::all(&sites, &look, source, options));
    let made = drawn.and_then(|drawn| drawn.map_err(|problem| problems.push(problem)).ok());
    diagnostic::sort(&mut problems);
    let (outputs, prints) = made.map_or_else(Default::default, |(outputs, prints)| (Some(outputs), prints));
    Built { outputs, prints, problems, next_turn: sites.original.next_turn(options.today) }
}

/// Reads `source` into the site in each of its languages, checks it, and returns it with what it is drawn with.
pub(crate) fn sites(source: &Source, options: &Options, problems: &mut Vec<Diagnostic>) -> (Sites, Option<Look>) {
    let site = content::site::read(source, problems);
    let slugs = theme::slugs(source, &site, problems);
    let look = theme::resolve(source, &site, problems);
    let words = look.as_ref().map(|look| look.words.clone()).unwrap_or_default();
    let content = content::read(source, site, &words, problems);
    let mut sites = model::resolve(content, &slugs, options.drafts, problems);
    let pictures = pictures::survey(&sites, source, problems);
    sites.show(pictures);
    problems.extend(check::run(&sites, source, options.today));
    (sites, look)
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
    let told = |problems: &[Diagnostic]| human(problems, &source, &Texts::in_language("en"));
    let mut outputs = built.outputs.ok_or_else(|| told(&built.problems))?;
    let made = pictures::cache::all(None, &built.prints, &source).map_err(|error| error.to_string())?;
    outputs.extend(made.map_err(|problems| told(&problems))?);
    Ok(outputs.into_iter().map(|(path, output)| (path, output.bytes)).collect())
}
