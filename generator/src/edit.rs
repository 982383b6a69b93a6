//! The one place that changes what editors wrote: files that were not there, text put at a place in one that was.
//!
//! Nothing that an editor wrote is overwritten or removed. A file is changed only if it still is what was read; every byte outside
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

    /// Returns what is in the file then.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Create { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
            Self::Insert { read, at, .. } => inserted(read, at),
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

/// Changes the tree under `root`: first looks whether all can be done, then writes all of it beside its place, and only
/// then puts it there. A new folder is there with all that is in it.
pub(crate) fn apply(root: &Path, edits: &[Edit]) -> Result<(), EditError> {
    let planned = edits.iter().map(|edit| Planned::of(root, edit)).collect::<Result<Vec<_>, _>>()?;
    carry_out(&planned)
}

/// Writes a file that is made anew whenever it is asked for, in place of the one before.
pub(crate) fn renew(path: &Path, bytes: &[u8]) -> Result<(), EditError> {
    carry_out(&[Planned { path: path.to_owned(), bytes: bytes.to_vec(), over: Over::Anything }])
}

/// A file as it will be.
struct Planned {
    path: PathBuf,
    bytes: Vec<u8>,
    over: Over,
}

/// What may stand in the place of something new.
#[derive(Clone, PartialEq, Eq)]
enum Over {
    Nothing,
    /// Only what was read.
    Read(Vec<u8>),
    Anything,
}

/// Something that was written beside its place.
struct Ready {
    beside: PathBuf,
    place: PathBuf,
    over: Over,
}

impl Planned {
    fn of(root: &Path, edit: &Edit) -> Result<Self, EditError> {
        match edit {
            Edit::Create { path, bytes } => {
                let path = root.join(path);
                if path.symlink_metadata().is_ok() {
                    return Err(EditError::Exists(path));
                }
                Ok(Self { path, bytes: bytes.clone(), over: Over::Nothing })
            }
            Edit::Insert { path, read, at } => {
                let path = root.join(path);
                let bytes = fs::read(&path).map_err(|source| failed("read", &path, source))?;
                let now = std::str::from_utf8(&bytes).ok().filter(|now| source::normal(now) == *read);
                let Some(now) = now else { return Err(EditError::Changed(path)) };
                Ok(Self { path, bytes: inserted(now, at).into_bytes(), over: Over::Read(bytes) })
            }
        }
    }
}

fn carry_out(planned: &[Planned]) -> Result<(), EditError> {
    let mut ready = Vec::new();
    let prepared = planned.iter().try_for_each(|planned| prepare(planned, &mut ready));
    let done = prepared.and_then(|()| ready.iter().try_for_each(place));
    for ready in &ready {
        discard(&ready.beside);
    }
    done
}

/// Writes a file beside its place; one in a folder that is not there, into a folder beside that one.
fn prepare(planned: &Planned, ready: &mut Vec<Ready>) -> Result<(), EditError> {
    let missing = planned.path.ancestors().skip(1).take_while(|folder| !folder.exists()).last();
    let place = missing.unwrap_or(&planned.path);
    let beside = beside(place);
    if !ready.iter().any(|ready| ready.place == place) {
        // What a run left that was killed.
        discard(&beside);
        ready.push(Ready { beside: beside.clone(), place: place.to_owned(), over: planned.over.clone() });
    }
    let file = match missing {
        Some(folder) => beside.join(planned.path.strip_prefix(folder).unwrap_or(&planned.path)),
        None => beside,
    };
    let folder = file.parent().unwrap_or(&file);
    fs::create_dir_all(folder).map_err(|source| failed("create", folder, source))?;
    let write = || {
        let mut written = File::create(&file)?;
        written.write_all(&planned.bytes)?;
        written.sync_all()?;
        match fs::metadata(&planned.path) {
            Ok(old) => fs::set_permissions(&file, old.permissions()),
            Err(_) => Ok(()),
        }
    };
    write().map_err(|source| failed("write", &file, source))
}

/// Puts what was written into its place, if that is as it was when it was looked at.
fn place(ready: &Ready) -> Result<(), EditError> {
    let Ready { beside, place, over } = ready;
    let moved = match over {
        Over::Nothing if beside.is_dir() && place.symlink_metadata().is_ok() => {
            return Err(EditError::Exists(place.clone()));
        }
        Over::Nothing if !beside.is_dir() => link(beside, place),
        Over::Read(read) if fs::read(place).ok().as_ref() != Some(read) => {
            return Err(EditError::Changed(place.clone()));
        }
        _ => fs::rename(beside, place),
    };
    moved.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => EditError::Exists(place.clone()),
        _ => failed("write", place, source),
    })
}

/// Gives a file its name, unless something has it: a rename would replace that.
fn link(beside: &Path, place: &Path) -> io::Result<()> {
    match fs::hard_link(beside, place) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // There are file systems without links.
            let mut file = File::options().write(true).create_new(true).open(place)?;
            file.write_all(&fs::read(beside)?).and_then(|()| file.sync_all())
        }
        linked => linked,
    }
}

/// Returns the name under which something is written first. Such names are left aside when the tree is read.
fn beside(place: &Path) -> PathBuf {
    place.with_file_name(format!(".{}.new", place.file_name().unwrap_or_default().to_string_lossy()))
}

/// Removes what was written beside a place, if it still is there.
fn discard(beside: &Path) {
    // What cannot be removed is left aside by its name.
    let _ = if beside.is_dir() { fs::remove_dir_all(beside) } else { fs::remove_file(beside) };
}

/// Puts each text at the end of its line, before the line end; its own line ends are those of the file.
pub(crate) fn inserted(text: &str, at: &[(usize, String)]) -> String {
    let mut whole = String::with_capacity(text.len());
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let put = |whole: &mut String, line: usize| {
        at.iter().filter(|(at, _)| *at == line).for_each(|(_, text)| whole.push_str(&text.replace('\n', end)));
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
        assert_eq!(inserted("a:\r\n- b\r\n", &at(&[(2, "\n- c")])), "a:\r\n- b\r\n- c\r\n");
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

    #[test]
    fn what_came_meanwhile_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(root.path().join(path), text).unwrap();
        let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
        write("b.md", "1");
        let edits = [
            Edit::Create { path: "a.md".into(), bytes: b"mine".to_vec() },
            Edit::Insert { path: "b.md".into(), read: "1".into(), at: at(&[(1, "!")]) },
            Edit::Create { path: "c/d/e.md".into(), bytes: b"mine".to_vec() },
        ];
        let mut ready = Vec::new();
        for edit in &edits {
            prepare(&Planned::of(root.path(), edit).unwrap(), &mut ready).unwrap();
        }
        // All is written, and nothing of it stands under a name that is read.
        let names = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|name| name.starts_with('.') || name == "b.md"));
        write("a.md", "theirs");
        write("b.md", "2");
        fs::create_dir(root.path().join("c")).unwrap();
        write("c/f.md", "theirs");
        assert!(matches!(place(&ready[0]), Err(EditError::Exists(_))));
        assert!(matches!(place(&ready[1]), Err(EditError::Changed(_))));
        assert!(matches!(place(&ready[2]), Err(EditError::Exists(_))));
        assert_eq!(["a.md", "b.md", "c/f.md"].map(read), ["theirs", "2", "theirs"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.md");
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        apply(root.path(), &[Edit::Insert { path: "a.md".into(), read: "1".into(), at: at(&[(1, "!")]) }]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        renew(&path, b"2").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
