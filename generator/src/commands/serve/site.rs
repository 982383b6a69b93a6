//! The site in memory, set by set.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use forms_fn::{Catalogue, Clock};

use super::{head::Head, pictures::Pictures};
use crate::{
    commands::{Language, complain, day_of, told},
    diagnostic::{self, Diagnostic, Texts, human},
    emit::{self, Class, Output, Sink},
    memory::Memory,
    pipeline::{self, Built, Options},
    source::{self, ReadError, Seen, Source},
};

/// Of how many sets before the assets are kept that a set has no more. The cloud keeps them for a month; a page is seldom
/// open for longer than a few changes of its style.
const KEPT: usize = 8;

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
    /// What sets before had and their followers had no more, the youngest first.
    earlier: Vec<Arc<Gone>>,
    /// What keeps the tree from being built as it is now, as a person reads it.
    pub(super) mistakes: Option<String>,
    /// What is said besides, in the language of those who edit the tree.
    pub(super) texts: Arc<Texts>,
    /// Whether the process ends, so that no other set follows.
    pub(super) last: bool,
}

/// What a set had, named by its content, and the next had no more: pages that were handed out still ask for it.
#[derive(Debug)]
struct Gone {
    assets: Outputs,
    pictures: Arc<Pictures>,
}

impl Set {
    /// Returns what there is before anything is built.
    fn before(texts: Texts) -> Self {
        Self::of(Arc::default(), Arc::new(texts))
    }

    /// Returns what a build has put in place, as the only thing that is served.
    pub(super) fn of_build(outputs: emit::Outputs, texts: Arc<Texts>) -> Self {
        let outputs = outputs.into_iter().map(|(path, output)| (path, Arc::new(output))).collect();
        Self::of(Arc::new(outputs), texts)
    }

    fn of(outputs: Arc<Outputs>, texts: Arc<Texts>) -> Self {
        let pictures = Arc::default();
        Self { version: 0, outputs, pictures, earlier: Vec::new(), mistakes: None, texts, last: false }
    }

    /// Returns what stands at a path of `dist/`.
    pub(super) fn find(&self, path: &str) -> Option<&Output> {
        let earlier = || self.earlier.iter().find_map(|gone| gone.assets.get(path));
        self.outputs.get(path).or_else(earlier).map(AsRef::as_ref)
    }

    /// Returns the pictures of which one has a print at a path of `dist/`.
    pub(super) fn pictures_with(&self, path: &str) -> Option<&Arc<Pictures>> {
        let earlier = self.earlier.iter().map(|gone| &gone.pictures);
        [&self.pictures].into_iter().chain(earlier).find(|pictures| pictures.prints.contains_key(path))
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

    /// Returns this set as the one that takes the place of `shown`.
    pub(super) fn after(self, shown: &Self) -> Self {
        let gone = self.misses(shown).into_iter().map(Arc::new);
        let earlier = gone.chain(shown.earlier.iter().cloned()).take(KEPT).collect();
        Self { version: shown.version + 1, earlier, ..self }
    }

    /// Returns what `shown` has, named by its content, and this set has not.
    fn misses(&self, shown: &Self) -> Option<Gone> {
        let is_gone = |path: &str| is_named_by_content(path) && !self.outputs.contains_key(path);
        let assets = shown.outputs.iter().filter(|(path, output)| output.class == Class::Asset && is_gone(path));
        let assets: Outputs = assets.map(|(path, output)| (path.clone(), output.clone())).collect();
        let all_prints = shown.pictures.prints.keys().all(|path| self.pictures.prints.contains_key(path));
        (!assets.is_empty() || !all_prints).then(|| Gone { assets, pictures: shown.pictures.clone() })
    }

    /// Returns this set as the last one.
    pub(super) fn last_one(&self) -> Self {
        Self { last: true, ..self.with(self.mistakes.clone()).after(self) }
    }

    /// Returns the same site with other mistakes.
    fn with(&self, mistakes: Option<String>) -> Self {
        let pictures = self.pictures.clone();
        Self { pictures, mistakes, ..Self::of(self.outputs.clone(), self.texts.clone()) }
    }
}

/// Tells whether a path ends in `.`, 16 hex digits, `.` and an extension.
pub(super) fn is_named_by_content(path: &str) -> bool {
    let mut parts = path.rsplit('.');
    let (extension, hash) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    is_hash && parts.next().is_some() && !extension.contains('/')
}

/// Returns the outputs of a tree without a file: the built-in theme and its pages.
fn nothing() -> Outputs {
    let gathered = Gathered::default();
    let options = Options { today: jiff::civil::Date::MIN, drafts: true, commit: None };
    pipeline::build(&Source::default(), &options, &Memory::default(), &gathered);
    gathered.outputs()
}

/// The way from source files to outputs ([`pipeline::build`]).
pub(super) type Pipeline = fn(&Source, &Options, &Memory, &dyn Sink) -> Built;

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
    pipeline: Pipeline,
    head: Head,
    /// What was told last, so that nothing is told twice.
    told: String,
}

/// A tree as it was read, and what was seen of it for the next time.
pub(super) type Read = ((Source, Vec<Diagnostic>), Seen);

/// A set that was made and may still be thrown away.
pub(super) struct Made {
    set: Set,
    /// What the terminal is told of the tree.
    told: String,
    seen: Seen,
}

impl Builder {
    pub(super) fn new(root: PathBuf, pictures: PathBuf, clock: Clock, language: Language) -> Self {
        Self {
            head: Head::of(&root),
            root,
            pictures,
            clock,
            language,
            seen: Seen::default(),
            memory: Memory::new(),
            pipeline: pipeline::build,
            told: String::new(),
        }
    }

    /// Returns a builder that goes another way from source files to outputs.
    #[cfg(test)]
    pub(super) fn with_pipeline(self, pipeline: Pipeline) -> Self {
        Self { pipeline, ..self }
    }

    /// Returns what there is before anything is built.
    pub(super) fn before(&self) -> Set {
        Set::before(self.language.of(&Source::default()))
    }

    /// Tells whether there was a file, or a folder of files, at a path when the last set was made.
    pub(super) fn knows(&self, path: &Path) -> bool {
        self.seen.knows(&self.root, path)
    }

    /// Reads the tree, opening only the files that may have changed; what is held stays as it was.
    pub(super) fn read(&self, held: &BTreeSet<PathBuf>) -> Result<Read, ReadError> {
        source::read_again(&self.root, &self.seen, held)
    }

    /// Makes the set that follows `last`: with its site where the tree has mistakes, which are told.
    pub(super) fn build(&mut self, ((source, unread), seen): Read, last: &Set) -> anyhow::Result<Made> {
        let texts = self.language.of(&source);
        let options = Options { today: day_of(self.clock.now())?, drafts: true, commit: self.head.commit().cloned() };
        let gathered = Gathered { last: last.outputs.clone(), now: Mutex::default() };
        let built = (self.pipeline)(&source, &options, &self.memory, &gathered);
        let complete = built.complete && !unread.iter().any(Diagnostic::is_error);
        self.memory.turn(complete);
        let mut problems = built.problems;
        problems.extend(unread);
        diagnostic::sort(&mut problems);
        let told = told(&problems, &source, &texts);
        problems.retain(Diagnostic::is_error);
        let mistakes = (!complete).then(|| human(&problems, &source, &texts));
        let mut set = Set { texts: Arc::new(texts), ..last.with(mistakes) };
        if complete {
            set.outputs = Arc::new(gathered.outputs());
            set.pictures = Arc::new(Pictures { prints: built.prints, source, folder: self.pictures.clone() });
        }
        Ok(Made { set, told, seen })
    }

    /// Takes what was made: tells of it, and remembers what it was made from.
    pub(super) fn accept(&mut self, made: Made) -> Set {
        self.seen = made.seen;
        self.tell(&made.told, &made.set.texts);
        made.set
    }

    /// Makes the set that follows `last` when the tree cannot be read or built at all.
    pub(super) fn stopped(&mut self, error: &anyhow::Error, last: &Set) -> Set {
        let words = format!("konsultacje: {error:#}\n");
        self.tell(&words, &last.texts);
        last.with(Some(words))
    }

    /// Forgets what a build has made that did not come to its end.
    pub(super) fn forget(&mut self) {
        drop(mem::replace(&mut self.memory, Memory::new()));
    }

    /// Looks for another commit; tells whether there is one.
    pub(super) fn committed(&mut self) -> bool {
        self.head.moved()
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
pub(super) mod tests;
