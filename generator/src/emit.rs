//! The one place that writes files (interfaces, "Output").
//!
//! 1. Takes the lock and reads the old manifest when the first output comes: a build that makes none touches nothing.
//! 2. Takes outputs while they are made ([`Staging`]): compares each with the bytes on disk, and writes what differs into `.stage/`.
//! 3. Once all are made, finds what has to go (`plan`), and writes the manifest as the union of old and new, marked
//!    incomplete ([`Staging::place`]).
//! 4. Renames into place: assets, side outputs, pages. Removes what is no longer an output, in the
//!    opposite order.
//! 5. Writes the final manifest. What the build was made from is noted beside it, so that the next one need not be made
//!    from the same ([`again`]).
//!
//! A staging that is dropped before it is placed leaves everything as it was.
//!
//! Killed anywhere, every page is the old or the new one with its assets beside it, and the next
//! run puts the rest right. Where nothing differs, nothing is written.

pub(crate) mod again;
mod disk;
mod plan;
mod staging;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(crate) use staging::Staging;
#[cfg(feature = "serve")]
pub(crate) use staging::read;

/// Name of the manifest in the output folder.
const MANIFEST: &str = "manifest.json";
/// Folder of what is about to be renamed into place.
const STAGE: &str = ".stage";
/// File that is locked while outputs are placed.
const LOCK: &str = ".lock";
/// File that notes what the last build was made from.
const MADE: &str = ".made.json";
/// Top-level names that are neither outputs nor unknown.
const OWN: [&str; 5] = [MANIFEST, STAGE, LOCK, MADE, ".gitignore"];

/// Everything a build made, by path in the output folder, with `/`: `site/index.html`.
pub(crate) type Outputs = BTreeMap<String, Output>;

/// One file to place. Cloning is cheap: the bytes are shared with all that hold them.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Its content.
    pub(crate) bytes: Bytes,
    /// When it is placed.
    pub(crate) class: Class,
    /// The SHA-256 of its content in hexadecimal digits, where it was taken: of what is read back from the disk.
    #[cfg_attr(not(feature = "serve"), allow(dead_code))]
    pub(crate) sha256: Option<String>,
}

impl Output {
    pub(crate) fn new(bytes: impl Into<Bytes>, class: Class) -> Self {
        Self { bytes: bytes.into(), class, sha256: None }
    }
}

impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        let shared = self.bytes.as_ptr() == other.bytes.as_ptr() && self.bytes.len() == other.bytes.len();
        self.class == other.class && (shared || self.bytes == other.bytes)
    }
}

impl Eq for Output {}

/// The order in which outputs are placed, so that what a page needs is there before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Class {
    /// What pages refer to: styles, files, pictures.
    Asset,
    /// What stands beside the pages: bundles of forms, calendars, the build stamp.
    Side,
    /// Pages.
    Page,
}

/// Takes outputs as they are made, from several threads and in any order; each path comes once.
pub(crate) trait Sink: Sync {
    /// Takes the output that stands at `path`.
    fn take(&self, path: String, output: Output);
}

/// Outputs kept in memory.
impl Sink for Mutex<Outputs> {
    fn take(&self, path: String, output: Output) {
        self.lock().unwrap_or_else(PoisonError::into_inner).insert(path, output);
    }
}

/// Nowhere: a check draws every page and keeps none.
impl Sink for () {
    fn take(&self, _: String, _: Output) {}
}

/// What a run did; paths are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Outputs that were new or differed.
    pub(crate) written: Vec<String>,
    /// Files of the last build that are gone.
    pub(crate) removed: Vec<String>,
    /// How many outputs are pages.
    pub(crate) pages: usize,
    /// How many outputs were already as they should be.
    pub(crate) unchanged: usize,
    /// Files nobody here made: left alone, and not in the manifest.
    pub(crate) unknown: Vec<String>,
}

/// Why outputs could not be placed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EmitError {
    /// Another process is placing outputs.
    #[error("another build is writing to {}", .0.display())]
    Locked(PathBuf),
    /// There is no build, or half of one.
    #[cfg(feature = "serve")]
    #[error("{} holds no whole build: run `konsultacje build` first", .0.display())]
    NotBuilt(PathBuf),
    /// A file is gone, or is not what the build wrote.
    #[cfg(feature = "serve")]
    #[error("{} is not as the build wrote it: run `konsultacje build` again", .0.display())]
    NotAsBuilt(PathBuf),
    /// An output path is empty, absolute, leads out of the folder or into what is kept there.
    #[error("`{0}` cannot be the path of an output")]
    BadPath(String),
    /// An output has the path of the folder of another.
    #[error("`{file}` is an output and the folder of `{other}`")]
    FileAndFolder {
        /// The one that is a file.
        file: String,
        /// One that lies under it.
        other: String,
    },
    /// A file nobody here made stands where an output belongs; nothing was changed.
    #[error("`{unknown}` is in the way of `{output}`; it was not made by a build, so it is not removed")]
    Occupied {
        /// The output.
        output: String,
        /// The file in its way.
        unknown: String,
    },
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

/// What a build wrote, with hashes; what is uploaded is read from here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    /// Whether the build came to its end; an incomplete one is not uploaded.
    complete: bool,
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    class: Class,
    sha256: String,
}

#[cfg(test)]
mod tests;
