//! The way from source files to outputs, in one function.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    check, content,
    diagnostic::{self, Diagnostic, Texts, human},
    emit::{Outputs, Sink},
    memory::{self, Memory},
    model::{self, Sites},
    output,
    pictures::{self, Prints},
    source::{self, ReadError, Source},
    theme::{self, Resolved},
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
    /// Whether every file of `dist/` went to the sink, but for prints; not so when there is an error.
    pub(crate) complete: bool,
    /// The files of `dist/` that are made from pictures, when somebody needs them.
    pub(crate) prints: Prints,
    /// What was found, sorted by place.
    pub(crate) problems: Vec<Diagnostic>,
    /// The next day on which the outputs would be others, though nobody wrote a word.
    pub(crate) next_turn: Option<Date>,
}

/// Returns the hash of everything that a build of `source` is made from, in hexadecimal digits, `besides` being what it
/// is told with: two builds with equal ones come to the same. None where the program itself cannot be told from another.
pub(crate) fn made_from(source: &Source, options: &Options, besides: &impl Serialize) -> Option<String> {
    let Options { today, drafts, commit } = options;
    let commit = commit.as_ref().map(|Commit { id, date }| (id, date));
    let key = memory::digest(&(source::program()?, source.hashes(), today, drafts, commit, besides))?;
    Some(HEXLOWER.encode(&key))
}

/// Builds everything from `source` into `sink`, with what `memory` has of the last build. Nothing is read or written here.
pub(crate) fn build(source: &Source, options: &Options, memory: &Memory, sink: &dyn Sink) -> Built {
    let mut problems = Vec::new();
    let (sites, resolved) = sites(source, options, memory, &mut problems);
    // A page drawn from a mistake would hide it; all mistakes are told first.
    let whole = source.unreadable().next().is_none() && !problems.iter().any(Diagnostic::is_error);
    let look = resolved.look.as_ref().filter(|_| whole);
    let drawn = look.map(|look| output::all(&sites, look, source, options, memory, sink));
    let prints = drawn.and_then(|drawn| drawn.map_err(|problem| problems.push(problem)).ok());
    diagnostic::sort(&mut problems);
    let (complete, prints) = (prints.is_some(), prints.unwrap_or_default());
    Built { complete, prints, problems, next_turn: sites.original.next_turn(options.today) }
}

/// Reads `source` into the site in each of its languages, checks it, and returns it with what it is drawn with.
pub(crate) fn sites(
    source: &Source,
    options: &Options,
    memory: &Memory,
    problems: &mut Vec<Diagnostic>,
) -> (Sites, Arc<Resolved>) {
    let site = content::site::read(source, problems);
    let slugs = theme::slugs(source, &site, problems);
    let resolved = theme::resolve(source, &site, memory);
    problems.extend(resolved.problems.iter().cloned());
    let words = resolved.look.as_ref().map(|look| look.words.clone()).unwrap_or_default();
    let known = site.languages.known;
    let mut content = content::read(source, site, &words, memory, problems);
    let said = std::mem::take(&mut content.said);
    let mut sites = model::resolve(content, &slugs, options.drafts, problems);
    let pictures = pictures::survey(&sites, source, problems);
    sites.show(pictures);
    let whole = known && source.unreadable().next().is_none() && !sites.original.routes.has_broken();
    problems.extend(check::run(&sites, source, said, options.today, whole));
    check::once(problems);
    (sites, resolved)
}

/// Reads the tree under `root` and builds it into `sink`.
pub(crate) fn read_and_build(root: &Path, options: &Options, sink: &dyn Sink) -> Result<(Source, Built), ReadError> {
    let (source, unread) = source::read(root)?;
    let built = build_what_was_read(&source, unread, options, sink);
    Ok((source, built))
}

/// Builds `source` into `sink`; `unread` is what was wrong with reading it.
pub(crate) fn build_what_was_read(
    source: &Source,
    unread: Vec<Diagnostic>,
    options: &Options,
    sink: &dyn Sink,
) -> Built {
    build_remembering(source, unread, options, &Memory::default(), sink)
}

fn build_remembering(
    source: &Source,
    unread: Vec<Diagnostic>,
    options: &Options,
    memory: &Memory,
    sink: &dyn Sink,
) -> Built {
    let mut built = build(source, options, memory, sink);
    built.complete &= !unread.iter().any(Diagnostic::is_error);
    built.problems.extend(unread);
    diagnostic::sort(&mut built.problems);
    built
}

/// Builds the tree under `root` into memory: the files of `dist/` by path.
///
/// # Errors
/// What a person reads when the tree cannot be built.
pub fn build_in_memory(root: &Path, options: &Options) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let outputs = Mutex::<Outputs>::default();
    let (source, built) = read_and_build(root, options, &outputs).map_err(|error| error.to_string())?;
    bytes(&source, &built, outputs)
}

/// Builds a tree that is in memory, files by path (`content/index.md`), as [`build_in_memory`] builds one on disk.
///
/// # Errors
/// What a person reads when the tree cannot be built.
pub fn build_files(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    options: &Options,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let outputs = Mutex::<Outputs>::default();
    let (source, unread) = source::take(files);
    let built = build_what_was_read(&source, unread, options, &outputs);
    bytes(&source, &built, outputs)
}

/// Builds one tree in memory after another, and takes over from the last what has not changed.
#[derive(Debug)]
pub struct Rebuilding(Memory);

impl Default for Rebuilding {
    fn default() -> Self {
        Self(Memory::new())
    }
}

impl Rebuilding {
    /// Does as [`build_files`].
    ///
    /// # Errors
    /// What a person reads when the tree cannot be built.
    pub fn build(
        &mut self,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        options: &Options,
    ) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let outputs = Mutex::<Outputs>::default();
        let (source, unread) = source::take(files);
        let built = build_remembering(&source, unread, options, &self.0, &outputs);
        self.0.turn(built.complete);
        bytes(&source, &built, outputs)
    }
}

fn bytes(source: &Source, built: &Built, outputs: Mutex<Outputs>) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let told = |problems: &[Diagnostic]| human(problems, source, &Texts::in_language("en"));
    if !built.complete {
        return Err(told(&built.problems));
    }
    let unread = pictures::cache::all(None, &built.prints, source, &outputs).map_err(|error| error.to_string())?;
    if !unread.is_empty() {
        return Err(told(&unread));
    }
    let outputs = outputs.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(outputs.into_iter().map(|(path, output)| (path, output.bytes.into())).collect())
}
