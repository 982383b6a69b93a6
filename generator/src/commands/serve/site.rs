//! The site in memory, set by set.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use forms_fn::{Catalogue, Clock};

use super::pictures::Pictures;
use crate::{
    commands::{Language, commit, complain, day_of, told},
    diagnostic::{self, Diagnostic, Texts, human},
    emit::{self, Output, Sink},
    memory::Memory,
    pipeline::{self, Commit, Options},
    source::{self, ReadError, Seen, Source},
};

/// Everything that a build makes, by path in `dist/`.
pub(super) type Outputs = BTreeMap<String, Arc<Output>>;

/// What is served at one moment.
#[derive(Debug)]
pub(super) struct Set {
    /// Counts the sets of this process.
    pub(super) version: u64,
    /// The last good site; empty where there was none yet.
    pub(super) outputs: Arc<Outputs>,
    /// Its pictures.
    pub(super) pictures: Arc<Pictures>,
    /// What keeps the tree from being built as it is now, as a person reads it.
    pub(super) mistakes: Option<String>,
    /// What is said besides, in the language of those who edit the tree.
    pub(super) texts: Arc<Texts>,
    /// Whether the process ends, so that no other set follows.
    pub(super) last: bool,
}

impl Set {
    /// Returns what there is before anything is built.
    fn before(texts: Texts) -> Self {
        Self {
            version: 0,
            outputs: Arc::default(),
            pictures: Arc::default(),
            mistakes: None,
            texts: Arc::new(texts),
            last: false,
        }
    }

    /// Returns what a build has put in place, as the only thing that is served.
    pub(super) fn of_build(outputs: emit::Outputs, texts: Arc<Texts>) -> Self {
        let outputs = outputs.into_iter().map(|(path, output)| (path, Arc::new(output))).collect();
        Self { version: 0, outputs: Arc::new(outputs), pictures: Arc::default(), mistakes: None, texts, last: false }
    }

    /// Reads the forms of the site; where there is none yet, those of an empty tree.
    pub(super) fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let empty;
        let outputs = if self.outputs.is_empty() {
            empty = nothing();
            &empty
        } else {
            self.outputs.as_ref()
        };
        let packed = outputs.iter().filter_map(|(path, output)| Some((path.strip_prefix("forms/")?, &*output.bytes)));
        Catalogue::from_files(packed).context("failed to read the forms of the build")
    }

    /// Tells whether the forms and what draws them are those of `other`.
    pub(super) fn has_forms_of(&self, other: &Self) -> bool {
        let forms = |set: &Self| {
            let forms = set.outputs.iter().filter(|(path, _)| path.starts_with("forms/"));
            forms.map(|(path, output)| (path.clone(), output.clone())).collect::<Vec<_>>()
        };
        Arc::ptr_eq(&self.outputs, &other.outputs) || forms(self) == forms(other)
    }

    /// Tells whether `other` shows the same.
    pub(super) fn shows_same_as(&self, other: &Self) -> bool {
        let pictures = self.pictures.prints == other.pictures.prints;
        self.outputs == other.outputs && pictures && self.mistakes == other.mistakes
    }

    /// Returns this set as the last one.
    pub(super) fn last_one(&self) -> Self {
        Self { last: true, ..self.then(self.mistakes.clone()) }
    }

    /// Returns the set that follows with the same site.
    fn then(&self, mistakes: Option<String>) -> Self {
        let Self { version, outputs, pictures, texts, .. } = self;
        let (outputs, pictures, texts) = (outputs.clone(), pictures.clone(), texts.clone());
        Self { version: version + 1, outputs, pictures, mistakes, texts, last: false }
    }
}

/// Returns the outputs of a tree without a file: the built-in theme and its pages.
fn nothing() -> Outputs {
    let gathered = Gathered::default();
    let options = Options { today: jiff::civil::Date::MIN, drafts: true, commit: None };
    pipeline::build(&Source::default(), &options, &Memory::default(), &gathered);
    gathered.outputs()
}

/// Makes one set after the other out of the tree.
#[derive(Debug)]
pub(super) struct Builder {
    root: PathBuf,
    /// Folder that keeps the prints of pictures.
    pictures: PathBuf,
    clock: Clock,
    language: Language,
    seen: Seen,
    memory: Memory,
    commit: Option<Commit>,
    /// What was told last, so that nothing is told twice.
    told: String,
}

impl Builder {
    pub(super) fn new(root: PathBuf, pictures: PathBuf, clock: Clock, language: Language) -> Self {
        let commit = commit(&root);
        Self {
            root,
            pictures,
            clock,
            language,
            seen: Seen::default(),
            memory: Memory::new(),
            commit,
            told: String::new(),
        }
    }

    /// Makes the first set.
    ///
    /// # Errors
    /// When there is no tree to read, or no day to build it for.
    pub(super) fn first(&mut self) -> anyhow::Result<Set> {
        let read = self.read()?;
        let before = Set::before(self.language.of(&read.0));
        self.build(read, &before)
    }

    /// Reads the tree, opening only the files that may have changed.
    pub(super) fn read(&mut self) -> Result<(Source, Vec<Diagnostic>), ReadError> {
        source::read_again(&self.root, &mut self.seen)
    }

    /// Makes the set that follows `last`: with its site where the tree has mistakes, which are told.
    pub(super) fn build(&mut self, read: (Source, Vec<Diagnostic>), last: &Set) -> anyhow::Result<Set> {
        let (source, unread) = read;
        let texts = self.language.of(&source);
        let options = Options { today: day_of(self.clock.now())?, drafts: true, commit: self.commit.clone() };
        let gathered = Gathered { last: last.outputs.clone(), now: Mutex::default() };
        let built = pipeline::build(&source, &options, &self.memory, &gathered);
        let complete = built.complete && !unread.iter().any(Diagnostic::is_error);
        self.memory.turn(complete);
        let mut problems = built.problems;
        problems.extend(unread);
        diagnostic::sort(&mut problems);
        self.tell(&told(&problems, &source, &texts), &texts);
        problems.retain(Diagnostic::is_error);
        let mistakes = (!complete).then(|| human(&problems, &source, &texts));
        let mut set = Set { texts: Arc::new(texts), ..last.then(mistakes) };
        if complete {
            set.outputs = Arc::new(gathered.outputs());
            set.pictures = Arc::new(Pictures { prints: built.prints, source, folder: self.pictures.clone() });
        }
        Ok(set)
    }

    /// Makes the set that follows `last` when the tree cannot be read or built at all.
    pub(super) fn stopped(&mut self, error: &anyhow::Error, last: &Set) -> Set {
        let words = format!("konsultacje: {error:#}\n");
        self.tell(&words, &last.texts);
        last.then(Some(words))
    }

    /// Looks for another commit; tells whether there is one.
    pub(super) fn committed(&mut self) -> bool {
        let commit = commit(&self.root);
        let another = commit != self.commit;
        self.commit = commit;
        another
    }

    fn tell(&mut self, words: &str, texts: &Texts) {
        if words == self.told {
            return;
        }
        if words.is_empty() {
            complain(&format!("{}\n", texts.phrase("mended", &[])));
        } else {
            complain(words);
        }
        words.clone_into(&mut self.told);
    }
}

/// Outputs of a build, shared with the last set where they are equal.
#[derive(Default)]
struct Gathered {
    last: Arc<Outputs>,
    now: Mutex<Outputs>,
}

impl Gathered {
    fn outputs(self) -> Outputs {
        self.now.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Gathered {
    fn take(&self, path: String, output: Output) {
        let same = self.last.get(&path).filter(|last| ***last == output).cloned();
        let output = same.unwrap_or_else(|| Arc::new(output));
        self.now.lock().unwrap_or_else(PoisonError::into_inner).insert(path, output);
    }
}

#[cfg(test)]
mod tests;
