//! The one place that reads files.
//!
//! 1. Lists `content/` and `themes/` under the root, without what interfaces leave aside.
//! 2. Reads every file, several at once; text is freed of BOM and CRLF. A process that reads the tree again opens only
//!    the files that may have changed ([`Seen`]).
//! 3. Names them by their path in NFC with `/`, in the order of that name, and refuses two that
//!    some file systems take for one.

// This is where files are read.
#![allow(clippy::disallowed_methods)]

mod stamp;
mod text;

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization;
use walkdir::WalkDir;

use self::{stamp::Stamp, text::content};
use crate::diagnostic::{Diagnostic, Place, rule};

pub(crate) use self::text::normal;

/// Folders under the root that are read; the first must exist.
pub(crate) const FOLDERS: [&str; 2] = ["content", "themes"];

/// Everything a build reads, by path relative to the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Source {
    files: BTreeMap<String, SourceFile>,
    /// Files that are there and cannot be read.
    unreadable: BTreeSet<String>,
}

/// The content of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SourceFile {
    /// Text: Markdown, YAML, a template, a style, a drawing.
    Text(Arc<str>),
    /// Anything else, as it is.
    Bytes(Bytes),
}

/// What a process has read of a tree, so that it opens again only what may have changed.
#[derive(Debug)]
pub(crate) struct Seen {
    files: BTreeMap<String, (Stamp, Arc<Read>)>,
    /// How far apart two changes are of which the file system tells different times.
    step: Duration,
}

/// A file as it was read, or why it cannot be taken.
type Read = Result<SourceFile, Diagnostic>;

/// File systems count time in steps of up to two seconds.
const STEP: Duration = Duration::from_secs(2);
/// How often a tree is listed again in which a file is gone before it is read.
const MOST_LISTINGS: usize = 5;

/// Why the tree could not be read at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// There is no content under the root.
    #[error("no folder `content` in {}", .0.display())]
    NoContent(PathBuf),
    /// A folder could not be listed.
    #[error("cannot list the files of {}", root.display())]
    List {
        /// The root.
        root: PathBuf,
        /// What the system says.
        source: walkdir::Error,
    },
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ReadError {
    /// Tells whether something that was listed has gone before it was read.
    fn is_of_what_is_gone(&self) -> bool {
        let error = match self {
            Self::NoContent(_) => None,
            Self::List { source, .. } => source.io_error(),
            Self::File { source, .. } => Some(source),
        };
        error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self { files: BTreeMap::new(), step: STEP }
    }
}

impl Seen {
    /// Returns what has read nothing, on a file system whose steps of time are known.
    #[cfg(test)]
    pub(crate) fn with_step(step: Duration) -> Self {
        Self { step, ..Self::default() }
    }

    /// Tells whether a path under the root was a file, or a folder of files, when the tree was read.
    #[cfg_attr(not(feature = "serve"), allow(dead_code))]
    pub(crate) fn knows(&self, root: &Path, path: &Path) -> bool {
        let Some(name) = name(root, path) else { return false };
        let folder = format!("{name}/");
        let inside = self.files.range(folder.clone()..).next().is_some_and(|(inside, _)| inside.starts_with(&folder));
        inside || self.files.contains_key(&name)
    }
}

/// Returns by what the system tells this program from every other that ever stood in its place; none where it cannot,
/// as for a moment after it was put there.
pub(crate) fn program() -> Option<impl Serialize> {
    let program = std::env::current_exe().ok()?;
    let stamp = Stamp::of(&std::fs::metadata(&program).ok()?, STEP);
    (cfg!(unix) && stamp.is_settled()).then_some((program, stamp, env!("CARGO_PKG_VERSION")))
}

impl Source {
    /// Returns the hash of each file, by path, and the files that cannot be read: two trees with equal ones are equal.
    pub(crate) fn hashes(&self) -> impl Serialize {
        let hash = |(path, file): (_, &SourceFile)| (path, <[u8; 32]>::from(Sha256::digest(file.bytes())));
        let files: Vec<_> = self.files.par_iter().map(hash).collect();
        (files, &self.unreadable)
    }

    /// Returns a tree of texts, for what is compiled in and for tests.
    pub(crate) fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let texts = texts.into_iter();
        Self {
            files: texts.map(|(path, text)| (path.to_owned(), SourceFile::Text(text.into()))).collect(),
            ..Self::default()
        }
    }

    /// Returns a tree of files that are no text, for tests.
    #[cfg(test)]
    pub(crate) fn from_bytes<'a>(files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Self {
        let files = files.into_iter();
        let files = files.map(|(path, bytes)| (path.to_owned(), SourceFile::Bytes(bytes.into())));
        Self { files: files.collect(), ..Self::default() }
    }

    /// Returns a file.
    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// Lists the files that are there and cannot be read: that is told once, and they are not missing.
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    /// Returns the tree with other files besides, or in place of its own.
    pub(crate) fn with<'a>(&self, texts: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut tree = self.clone();
        let files = texts.into_iter().map(|(path, text)| (path.to_owned(), SourceFile::Text(text.into())));
        tree.files.extend(files);
        tree
    }

    /// Tells whether a file is there and cannot be read.
    pub(crate) fn is_unreadable(&self, path: &str) -> bool {
        self.unreadable.contains(path)
    }

    /// Returns the text of a file, unless it is none.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.file(path)?.text()
    }

    /// Returns the files under a folder (its name without closing slash), sorted by path.
    pub(crate) fn under(&self, folder: &str) -> impl Iterator<Item = (&str, &SourceFile)> {
        let prefix = format!("{folder}/");
        self.files
            .range(prefix.clone()..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, file)| (path.as_str(), file))
    }
}

impl SourceFile {
    /// Returns the text, unless it is none.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }

    /// Returns the bytes, of a text too.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// Returns the bytes to be kept by somebody else; those of no text are shared.
    pub(crate) fn shared(&self) -> Bytes {
        match self {
            Self::Text(text) => Bytes::copy_from_slice(text.as_bytes()),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// Reads all of `content/` and `themes/` under the root.
///
/// A file that cannot be taken is left out and reported, and the others are read.
pub(crate) fn read(root: &Path) -> Result<(Source, Vec<Diagnostic>), ReadError> {
    let (read, _) = read_again(root, &Seen::default(), &BTreeSet::new())?;
    Ok(read)
}

/// Does as [`read`], and takes over what `seen` holds of files that have the same stamp; a stamp from the time of the
/// reading itself is not trusted. What is `held`, files and folders, stays as it was seen, whatever stands there now.
/// Returns besides what has been seen now.
pub(crate) fn read_again(
    root: &Path,
    seen: &Seen,
    held: &BTreeSet<PathBuf>,
) -> Result<((Source, Vec<Diagnostic>), Seen), ReadError> {
    let held: BTreeSet<String> = held.iter().filter_map(|path| name(root, path)).collect();
    for _ in 1..MOST_LISTINGS {
        match read_once(root, seen, &held) {
            // It may have another name by now, under which it was not listed.
            Err(error) if error.is_of_what_is_gone() => {}
            done => return done,
        }
    }
    read_once(root, seen, &held)
}

fn read_once(
    root: &Path,
    seen: &Seen,
    held: &BTreeSet<String>,
) -> Result<((Source, Vec<Diagnostic>), Seen), ReadError> {
    if !root.join(FOLDERS[0]).is_dir() && !held.contains(FOLDERS[0]) {
        return Err(ReadError::NoContent(root.to_owned()));
    }
    let mut problems = Vec::new();
    let paths = list(root, &mut problems)?;
    let is_held = |name: &str| {
        let mut above = Path::new(name).ancestors().filter_map(Path::to_str);
        !held.is_empty() && above.any(|name| held.contains(name))
    };
    let read = |(name, path): (String, PathBuf)| {
        let failed = |source| ReadError::File { path: path.clone(), source };
        let stamp = Stamp::of(&std::fs::symlink_metadata(&path).map_err(failed)?, seen.step);
        if let Some((before, file)) = seen.files.get(&name)
            && before.holds_for(&stamp)
        {
            return Ok((name, (*before, file.clone())));
        }
        let bytes = std::fs::read(&path).map_err(failed)?;
        let file = Arc::new(content(&name, bytes));
        Ok((name, (stamp, file)))
    };
    let free = paths.into_par_iter().filter(|(name, _)| !is_held(name));
    let mut files: BTreeMap<_, _> = free.map(read).collect::<Result<Vec<_>, _>>()?.into_iter().collect();
    let kept = seen.files.iter().filter(|(name, _)| is_held(name));
    files.extend(kept.map(|(name, file)| (name.clone(), file.clone())));

    let mut source = Source::default();
    for (name, (_, file)) in &files {
        match file.as_ref() {
            Ok(file) => {
                source.files.insert(name.clone(), file.clone());
            }
            Err(problem) => {
                problems.push(problem.clone());
                source.unreadable.insert(name.clone());
            }
        }
    }
    Ok(((source, problems), Seen { files, step: seen.step }))
}

/// Takes files that are in memory, by path; one that cannot be taken is left out and reported.
pub(crate) fn take(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> (Source, Vec<Diagnostic>) {
    let (mut source, mut problems) = (Source::default(), Vec::new());
    for (name, bytes) in files {
        match content(&name, bytes) {
            Ok(file) => {
                source.files.insert(name, file);
            }
            Err(problem) => {
                problems.push(problem);
                source.unreadable.insert(name);
            }
        }
    }
    (source, problems)
}

/// Lists the files to read, sorted by name, each name once.
fn list(root: &Path, problems: &mut Vec<Diagnostic>) -> Result<Vec<(String, PathBuf)>, ReadError> {
    let mut names: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut folded: BTreeMap<String, String> = BTreeMap::new();
    for folder in FOLDERS.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()) {
        // Sorted, so that of two equal names it is always the same that stays.
        let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
        for entry in walk
            .filter_entry(|entry| entry.depth() == 0 || !(entry.path_is_symlink() || is_left_aside(entry.file_name())))
        {
            let entry = entry.map_err(|source| ReadError::List { root: root.to_owned(), source })?;
            if !entry.file_type().is_file() {
                continue;
            }
            let Some(name) = name(root, entry.path()) else {
                let shown = entry.path().strip_prefix(root).unwrap_or(entry.path()).display();
                problems.push(Diagnostic::new(rule::FILE_NAME_NOT_UTF8, None).with("name", shown));
                continue;
            };
            match folded.entry(fold_case(&name)) {
                Entry::Occupied(other) => {
                    let problem = Diagnostic::new(rule::SAME_NAME_BY_CASE, Place::whole(&name));
                    problems.push(problem.with("other", other.get()));
                }
                Entry::Vacant(free) => {
                    free.insert(name.clone());
                }
            }
            names.entry(name).or_insert_with(|| entry.into_path());
        }
    }
    Ok(names.into_iter().collect())
}

/// Returns whether a name is left aside (interfaces, "Reading"), with all that lies under it; links are, too.
pub(crate) fn is_left_aside(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(['.', '_', '~']) || name.ends_with('~') || name == "Thumbs.db" || name == "README.md"
}

/// Returns the path relative to the root, in NFC and with `/`, unless it is not Unicode.
fn name(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    let name = parts?.join("/");
    Some(if name.is_ascii() { name } else { name.nfc().collect() })
}

/// Folds what some file systems and readers do not tell apart.
fn fold_case(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfc().collect::<String>().to_uppercase().to_lowercase().nfc().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        root
    }

    #[test]
    fn text_is_freed_of_marks_and_carriage_returns() {
        let root = tree(&[
            ("content/a.md", b"\xef\xbb\xbf# A\r\n\r\nb\r\n"),
            ("content/b.pdf", b"\xef\xbb\xbf\r\n\xff"),
            ("themes/miasto/style.css", b"a{}\r\n"),
            ("other/c.md", b"c"),
        ]);
        let (source, problems) = read(root.path()).unwrap();
        assert_eq!(problems, []);
        assert_eq!(source.text("content/a.md"), Some("# A\n\nb\n"));
        assert_eq!(source.text("themes/miasto/style.css"), Some("a{}\n"));
        assert_eq!(source.text("content/b.pdf"), None);
        assert_eq!(source.file("content/b.pdf").unwrap().bytes(), b"\xef\xbb\xbf\r\n\xff");
        assert_eq!(source.files.len(), 3);
    }

    #[test]
    fn what_is_left_aside_is_not_read() {
        let root = tree(&[
            ("content/index.md", b""),
            ("content/.git/a.md", b""),
            ("content/_szkice/a.md", b""),
            ("content/~$a.md", b""),
            ("content/a.md~", b""),
            ("content/Thumbs.db", b""),
            ("content/x/README.md", b""),
        ]);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("index.md", root.path().join("content/link.md")).unwrap();
            std::os::unix::fs::symlink(".", root.path().join("content/loop")).unwrap();
        }
        let (source, problems) = read(root.path()).unwrap();
        assert_eq!(problems, []);
        assert_eq!(source.files.keys().collect::<Vec<_>>(), ["content/index.md"]);
    }

    #[test]
    fn a_file_that_is_not_utf8_is_reported_and_the_others_are_read() {
        let root = tree(&[
            ("content/a.md", "# Zażółć\r\nżó".as_bytes()),
            ("content/b.md", b"# T\xc5\x82o\r\n\xc5\xbc\xb3le\xbc\n"),
        ]);
        let (source, problems) = read(root.path()).unwrap();
        assert!(source.text("content/a.md").is_some());
        assert!(source.file("content/b.md").is_none());
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].rule, rule::NOT_UTF8);
        let place = problems[0].place.clone().unwrap();
        assert_eq!((place.line, place.column), (2, 2));
    }

    #[test]
    fn names_that_differ_by_case_or_form_are_one() {
        let root = tree(&[
            ("content/Żaba.md", b"1"),
            ("content/z\u{307}aba.md", b"2"),
            ("content/\u{17c}aba.md", b"3"),
            ("content/b.md", b"4"),
        ]);
        let (source, problems) = read(root.path()).unwrap();
        assert_eq!(problems.iter().map(|p| p.rule).collect::<Vec<_>>(), [rule::SAME_NAME_BY_CASE; 2]);
        // Sorted by bytes, the decomposed name comes first and stays.
        assert_eq!(source.text("content/\u{17c}aba.md"), Some("2"));
    }

    #[test]
    fn a_file_is_opened_again_only_when_it_may_have_changed() {
        let root = tree(&[("content/a.md", b"jeden"), ("content/b.md", b"dwa")]);
        let file = |source: &Source, path: &str| source.file(path).unwrap().clone();
        let same = |one: &SourceFile, other: &SourceFile| match (one, other) {
            (SourceFile::Text(one), SourceFile::Text(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        let mut seen = Seen::default();
        let mut read = || {
            let ((source, _), now) = read_again(root.path(), &seen, &BTreeSet::new()).unwrap();
            seen = now;
            source
        };
        let (first, second) = (read(), read());
        assert!(!same(&file(&first, "content/a.md"), &file(&second, "content/a.md")), "just written: not trusted");
        std::thread::sleep(STEP + Duration::from_millis(200));
        let third = read();
        // The same length, and the time of before.
        let path = root.path().join("content/a.md");
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        fs::write(&path, "drugi").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        let fourth = read();
        assert_eq!(fourth.text("content/a.md"), Some("drugi"));
        assert!(same(&file(&third, "content/b.md"), &file(&fourth, "content/b.md")));
        fs::remove_file(&path).unwrap();
        let fifth = read();
        assert_eq!(fifth.text("content/a.md"), None);
    }

    #[test]
    fn what_is_held_stays_as_it_was_seen() {
        let root = tree(&[
            ("content/a.md", b"jeden"),
            ("content/b.md", b"dwa"),
            ("content/c/d.md", b"trzy"),
            ("content/c/e/f.md", b"cztery"),
        ]);
        let path = |name: &str| root.path().join(name);
        let (before, seen) = read_again(root.path(), &Seen::default(), &BTreeSet::new()).unwrap();
        for known in ["content/a.md", "content/c", "content/c/e", "content/c/e/f.md", "content"] {
            assert!(seen.knows(root.path(), &path(known)), "{known}");
        }
        for unknown in ["content/a", "content/c/d", "content/new.md", "themes"] {
            assert!(!seen.knows(root.path(), &path(unknown)), "{unknown}");
        }
        fs::write(path("content/a.md"), "").unwrap();
        fs::remove_file(path("content/b.md")).unwrap();
        fs::rename(path("content/c"), path("gone")).unwrap();
        fs::write(path("content/new.md"), "now").unwrap();
        let held = ["content/a.md", "content/b.md", "content/c", "content/new.md"].map(path).into_iter().collect();
        let (after, seen) = read_again(root.path(), &seen, &held).unwrap();
        assert_eq!(after, before);
        fs::rename(path("content"), path("away")).unwrap();
        let content = [path("content")].into_iter().collect();
        let (after, seen) = read_again(root.path(), &seen, &content).unwrap();
        assert_eq!(after, before);
        fs::rename(path("away"), path("content")).unwrap();
        let ((after, _), _) = read_again(root.path(), &seen, &BTreeSet::new()).unwrap();
        let texts: Vec<_> = after.under("content").map(|(name, file)| (name, file.text().unwrap())).collect();
        assert_eq!(texts, [("content/a.md", ""), ("content/new.md", "now")]);
    }

    #[test]
    fn a_file_that_is_renamed_while_the_tree_is_read_is_read_once() {
        let root = tree(&[("content/a.md", b"jeden")]);
        let names = ["content/a.md", "content/b.md"].map(|name| root.path().join(name));
        let renaming = std::thread::spawn(move || {
            for turn in 0..2000 {
                fs::rename(&names[turn % 2], &names[(turn + 1) % 2]).unwrap();
                std::thread::yield_now();
            }
        });
        while !renaming.is_finished() {
            match read(root.path()) {
                Ok((source, _)) => assert!(source.files.len() <= 2),
                Err(error) => assert!(error.is_of_what_is_gone(), "{error}"),
            }
        }
        renaming.join().unwrap();
        assert_eq!(read(root.path()).unwrap().0.text("content/a.md"), Some("jeden"));
    }

    #[test]
    fn a_root_without_content_is_an_error() {
        let root = tree(&[("themes/a/b.css", b"")]);
        assert!(matches!(read(root.path()), Err(ReadError::NoContent(_))));
    }

    #[test]
    fn files_of_a_folder_are_found_in_order() {
        let source = Source::from_texts([
            ("content/a/b.md", ""),
            ("content/a.md", ""),
            ("content/a/a.md", ""),
            ("content/ab/c.md", ""),
        ]);
        let paths: Vec<&str> = source.under("content/a").map(|(path, _)| path).collect();
        assert_eq!(paths, ["content/a/a.md", "content/a/b.md"]);
    }
}
