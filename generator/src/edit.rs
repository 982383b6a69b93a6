//! The one place that changes what editors wrote: files that were not there, text put at a place in one that was.
//!
//! Nothing is overwritten and nothing is removed. A file is changed only if it still is what was read; every byte outside
//! of the places named stays as it was, its line ends too.

// This is an end of the pipeline: files are written here.
#![allow(clippy::disallowed_methods)]

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::source;

/// What is to be done to the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// A file that is not there yet.
    Create {
        /// Path relative to the root, with `/`.
        path: String,
        /// All that is in it.
        bytes: Vec<u8>,
    },
    /// Text to put into a file, at places counted in the text as it was read.
    Insert {
        /// Path relative to the root, with `/`.
        path: String,
        /// The file as it was read.
        read: String,
        /// What is put at the end of which line (from 1), before its line end; 0 is the start of the file.
        at: Vec<(usize, String)>,
    },
}

impl Edit {
    /// Returns the file that it makes or changes.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Create { path, .. } | Self::Insert { path, .. } => path,
        }
    }

    /// Tells whether it makes the file.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self, Self::Create { .. })
    }
}

/// Why a tree was not changed, or not wholly.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    /// A file is there already.
    #[error("{} is there already; it was not changed", .0.display())]
    Exists(PathBuf),
    /// A file is no longer what was read.
    #[error("{} was changed meanwhile; nothing was put into it", .0.display())]
    Changed(PathBuf),
    /// The system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Changes the tree under `root`: first looks whether all can be done, then does it.
pub(crate) fn apply(root: &Path, edits: &[Edit]) -> Result<(), EditError> {
    let mut planned = Vec::new();
    for edit in edits {
        planned.push(match edit {
            Edit::Create { path, bytes } => {
                let path = root.join(path);
                if path.symlink_metadata().is_ok() {
                    return Err(EditError::Exists(path));
                }
                (path, bytes.clone())
            }
            Edit::Insert { path, read, at } => {
                let path = root.join(path);
                let bytes = fs::read(&path).map_err(|source| failed("read", &path, source))?;
                let now = String::from_utf8(bytes).ok().filter(|now| source::normal(now) == *read);
                let Some(now) = now else { return Err(EditError::Changed(path)) };
                let text = inserted(&now, at);
                (path, text.into_bytes())
            }
        });
    }
    planned.iter().try_for_each(|(path, bytes)| write(path, bytes))
}

/// Writes a file that is made anew whenever it is asked for, in place of the one before.
pub(crate) fn renew(path: &Path, bytes: &[u8]) -> Result<(), EditError> {
    write(path, bytes)
}

/// Puts each text at the end of its line, before the line end.
pub(crate) fn inserted(text: &str, at: &[(usize, String)]) -> String {
    let mut whole = String::with_capacity(text.len());
    let put = |whole: &mut String, line: usize| {
        at.iter().filter(|(at, _)| *at == line).for_each(|(_, text)| whole.push_str(text));
    };
    put(&mut whole, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let words = line.strip_suffix('\n').unwrap_or(line);
        let words = words.strip_suffix('\r').filter(|_| line.ends_with('\n')).unwrap_or(words);
        whole.push_str(words);
        put(&mut whole, index + 1);
        whole.push_str(&line[words.len()..]);
    }
    whole
}

/// Writes a file beside its place and then moves it there, so that it is never there by half.
fn write(path: &Path, bytes: &[u8]) -> Result<(), EditError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|source| failed("create", folder, source))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Such names are left aside when the tree is read.
    let beside = path.with_file_name(format!(".{name}.new"));
    let mut file = File::create(&beside).map_err(|source| failed("write", &beside, source))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&beside, path)).map_err(|source| failed("write", path, source))
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> EditError {
    EditError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(places: &[(usize, &str)]) -> Vec<(usize, String)> {
        places.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn text_is_put_at_the_ends_of_lines_and_all_else_stays() {
        assert_eq!(
            inserted("\u{feff}## A\r\n\r\nb\r## C", &at(&[(1, " {#a}"), (3, "!")])),
            "\u{feff}## A {#a}\r\n\r\nb\r## C!"
        );
        assert_eq!(inserted("a\n", &at(&[(0, "x\n"), (1, "y")])), "x\nay\n");
        assert_eq!(inserted("", &at(&[(0, "x")])), "x");
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_done_by_halves() {
        let root = tempfile::tempdir().unwrap();
        let create = |path: &str, text: &str| Edit::Create { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
        apply(root.path(), &[create("a/b.md", "1")]).unwrap();
        let refused = apply(root.path(), &[create("c.md", "2"), create("a/b.md", "2")]);
        assert!(matches!(refused, Err(EditError::Exists(_))));
        assert!(!root.path().join("c.md").exists());
        let insert = |read: &str| Edit::Insert { path: "a/b.md".into(), read: read.into(), at: at(&[(1, "!")]) };
        let refused = apply(root.path(), &[create("c.md", "2"), insert("9")]);
        assert!(matches!(refused, Err(EditError::Changed(_))));
        apply(root.path(), &[create("c.md", "2"), insert("1")]).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("a/b.md")).unwrap(), "1!");
        let names: Vec<_> = walkdir::WalkDir::new(root.path()).into_iter().map(|entry| entry.unwrap()).collect();
        assert!(names.iter().all(|entry| !entry.file_name().to_string_lossy().ends_with(".new")));
    }
}
