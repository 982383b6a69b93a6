//! The output folder: every look at it and every change to it, one operation at a time.
//!
//! Tests stop it after any number of changes, as a kill would.

// This is where files are written.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};

use walkdir::WalkDir;

use super::EmitError;

/// The output folder; all paths are relative to it, with `/`.
#[derive(Debug)]
pub(super) struct Disk {
    out: PathBuf,
    /// Changes left until the stop.
    #[cfg(test)]
    left: AtomicUsize,
}

impl Disk {
    pub(super) fn new(out: &Path) -> Self {
        Self {
            out: out.to_owned(),
            #[cfg(test)]
            left: AtomicUsize::new(usize::MAX),
        }
    }

    /// Returns the folder as it is left by a kill before the change after `changes` of them.
    #[cfg(test)]
    pub(super) fn stopping_after(out: &Path, changes: usize) -> Self {
        Self { out: out.to_owned(), left: AtomicUsize::new(changes) }
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.out.join(path)
    }

    /// Reads a file; one that is not there is none.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, EmitError> {
        match fs::read(self.path(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("read", path, error)),
        }
    }

    /// Tells whether a file is there, and no link to one.
    pub(super) fn is_file(&self, path: &str) -> bool {
        fs::symlink_metadata(self.path(path)).is_ok_and(|found| found.is_file())
    }

    /// Returns whether a file with these bytes is there.
    pub(super) fn holds(&self, path: &str, bytes: &[u8]) -> Result<bool, EmitError> {
        // Most files that differ differ in length: those are not read.
        let same_length = fs::symlink_metadata(self.path(path))
            .is_ok_and(|found| found.is_file() && usize::try_from(found.len()).is_ok_and(|len| len == bytes.len()));
        Ok(same_length && self.read(path)?.as_deref() == Some(bytes))
    }

    /// Lists everything that is not a folder, sorted.
    pub(super) fn files(&self) -> Result<Vec<String>, EmitError> {
        let mut files = Vec::new();
        for entry in WalkDir::new(&self.out).min_depth(1) {
            let entry = entry.map_err(|error| self.failed("list", "", error.into()))?;
            if !entry.file_type().is_dir()
                && let Ok(path) = entry.path().strip_prefix(&self.out)
            {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                files.push(parts.join("/"));
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// Creates a folder and those above it.
    pub(super) fn create_folder(&self, path: &str) -> Result<(), EmitError> {
        let folder = self.path(path);
        fs::create_dir_all(&folder).map_err(|error| self.failed("create", path, error))
    }

    /// Writes a file and the folders it needs.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), EmitError> {
        #[cfg(test)]
        if self.left.load(Ordering::Relaxed) == 0 {
            // A kill in the middle of a write leaves half a file.
            let _ = fs::write(self.path(path), &bytes[..bytes.len() / 2]);
        }
        self.change()?;
        let mut written = fs::write(self.path(path), bytes);
        if written.as_ref().is_err_and(is_absent) {
            // The folder is there but for the first file that comes into it.
            self.create_folder(folder(path))?;
            written = fs::write(self.path(path), bytes);
        }
        written.map_err(|error| self.failed("write", path, error))
    }

    /// Renames a file over another, and creates the folders it needs.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), EmitError> {
        self.create_folder(folder(to))?;
        self.change()?;
        fs::rename(self.path(from), self.path(to)).map_err(|error| self.failed("replace", to, error))
    }

    /// Removes a file, if it is still there and not a folder by now.
    pub(super) fn remove_file(&self, path: &str) -> Result<(), EmitError> {
        let file = self.path(path);
        if !fs::symlink_metadata(&file).is_ok_and(|found| !found.is_dir()) {
            return Ok(());
        }
        self.change()?;
        fs::remove_file(&file).map_err(|error| self.failed("remove", path, error))
    }

    /// Removes a folder if there is nothing in it; returns whether it is gone.
    pub(super) fn remove_empty_folder(&self, path: &str) -> Result<bool, EmitError> {
        self.change()?;
        match fs::remove_dir(self.path(path)) {
            Ok(()) => Ok(true),
            Err(error) if is_absent(&error) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(error) => Err(self.failed("remove", path, error)),
        }
    }

    /// Removes folders that hold nothing but folders, from the inside; anything else stops it.
    pub(super) fn remove_hollow_folder(&self, path: &str) -> Result<(), EmitError> {
        let folder = self.path(path);
        if !fs::symlink_metadata(&folder).is_ok_and(|found| found.is_dir()) {
            return Ok(());
        }
        self.change()?;
        for entry in WalkDir::new(&folder).contents_first(true) {
            let entry = entry.map_err(|error| self.failed("list", path, error.into()))?;
            fs::remove_dir(entry.path()).map_err(|error| self.failed("remove", path, error))?;
        }
        Ok(())
    }

    /// Removes a folder with all that is in it.
    pub(super) fn remove_tree(&self, path: &str) -> Result<(), EmitError> {
        let folder = self.path(path);
        if fs::symlink_metadata(&folder).is_err() {
            return Ok(());
        }
        self.change()?;
        fs::remove_dir_all(&folder).map_err(|error| self.failed("remove", path, error))
    }

    fn failed(&self, action: &'static str, path: &str, source: io::Error) -> EmitError {
        EmitError::Io { action, path: self.path(path), source }
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)] // Only tests stop here.
    fn change(&self) -> Result<(), EmitError> {
        Ok(())
    }

    #[cfg(test)]
    fn change(&self) -> Result<(), EmitError> {
        let stop = |_| self.failed("go on with", "", io::ErrorKind::Interrupted.into());
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map(|_| ())
            .map_err(stop)
    }
}

/// Returns the folder of a path; empty for the output folder itself.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns whether there is nothing at a path, be it because a folder on the way is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
