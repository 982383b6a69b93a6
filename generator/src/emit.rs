//! The one place that writes files (interfaces, "Output").
//!
//! 1. Takes the lock, reads the old manifest, compares every output with the bytes on disk (`plan`).
//! 2. Writes what differs into `.stage/`.
//! 3. Writes the manifest as the union of old and new, marked incomplete.
//! 4. Renames into place: assets, side outputs, pages. Removes what is no longer an output, in the
//!    opposite order.
//! 5. Writes the final manifest.
//!
//! Killed anywhere, every page is the old or the new one with its assets beside it, and the next
//! run puts the rest right. Where nothing differs, nothing is written.

mod disk;
mod plan;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use disk::Disk;
use plan::Plan;

/// Name of the manifest in the output folder.
const MANIFEST: &str = "manifest.json";
/// Folder of what is about to be renamed into place.
const STAGE: &str = ".stage";
/// File that is locked while outputs are placed.
const LOCK: &str = ".lock";
/// Top-level names that are neither outputs nor unknown.
const OWN: [&str; 4] = [MANIFEST, STAGE, LOCK, ".gitignore"];

/// Everything a build made, by path in the output folder, with `/`: `site/index.html`.
pub(crate) type Outputs = BTreeMap<String, Output>;

/// One file to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// Its content.
    pub(crate) bytes: Vec<u8>,
    /// When it is placed.
    pub(crate) class: Class,
}

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

/// What a run did; paths are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Outputs that were new or differed.
    pub(crate) written: Vec<String>,
    /// Files of the last build that are gone.
    pub(crate) removed: Vec<String>,
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
    #[error("{} holds no whole build: run `konsultacje build` first", .0.display())]
    NotBuilt(PathBuf),
    /// A file is gone, or is not what the build wrote.
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

/// Makes the output folder hold these outputs.
pub(crate) fn emit(out: &Path, outputs: &Outputs) -> Result<Report, EmitError> {
    emit_on(&Disk::new(out), outputs)
}

/// Reads what a build has put in place: all of it, byte by byte as it was written.
pub(crate) fn read(out: &Path) -> Result<Outputs, EmitError> {
    let disk = Disk::new(out);
    let manifest = manifest(&disk)?;
    if !manifest.complete {
        return Err(EmitError::NotBuilt(disk.path("")));
    }
    let output = |(path, entry): (&String, &Entry)| {
        let bytes = disk.read(path)?.filter(|bytes| HEXLOWER.encode(&Sha256::digest(bytes)) == entry.sha256);
        let bytes = bytes.ok_or_else(|| EmitError::NotAsBuilt(disk.path(path)))?;
        Ok((path.clone(), Output { bytes, class: entry.class }))
    };
    manifest.files.par_iter().map(output).collect()
}

fn emit_on(disk: &Disk, outputs: &Outputs) -> Result<Report, EmitError> {
    plan::check_paths(outputs)?;
    disk.create_folder("")?;
    let _lock = lock(disk)?;

    let old = manifest(disk)?;
    let plan = Plan::new(disk, outputs, &old)?;
    let new = Manifest { complete: true, files: outputs.par_iter().map(entry).collect() };

    if plan.changes_something() {
        disk.remove_tree(STAGE)?;
        for path in &plan.written {
            disk.write(&staged(path), &outputs[path].bytes)?;
        }
        write_manifest(disk, &union(&old, &new))?;
        for path in plan.placements(outputs) {
            clear_the_way(disk, &plan, path)?;
            disk.rename(&staged(path), path)?;
        }
        for path in plan.removals(&old) {
            remove(disk, path)?;
        }
    }
    if disk.read(MANIFEST)?.as_deref() != Some(&json(&new)) {
        write_manifest(disk, &new)?;
    }
    disk.remove_tree(STAGE)?;
    Ok(plan.report(outputs))
}

/// Holds the lock until the file is closed, by the end of the process at the latest.
fn lock(disk: &Disk) -> Result<File, EmitError> {
    let path = disk.path(LOCK);
    let failed = |source| EmitError::Io { action: "lock", path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmitError::Locked(disk.path(""))),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Reads the old manifest; one that is lost or cannot be read makes old files unknown ones.
fn manifest(disk: &Disk) -> Result<Manifest, EmitError> {
    let manifest = disk.read(MANIFEST)?;
    let mut manifest: Manifest = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    // What it names may be removed: it must not lead out of the folder.
    manifest.files.retain(|path, _| plan::is_output_path(path));
    Ok(manifest)
}

fn entry((path, output): (&String, &Output)) -> (String, Entry) {
    let sha256 = HEXLOWER.encode(&Sha256::digest(&output.bytes));
    (path.clone(), Entry { class: output.class, sha256 })
}

/// Returns all files that may be there until the new build is in place.
fn union(old: &Manifest, new: &Manifest) -> Manifest {
    let mut files = old.files.clone();
    files.extend(new.files.clone());
    Manifest { complete: false, files }
}

/// Writes the manifest at once, never half.
fn write_manifest(disk: &Disk, manifest: &Manifest) -> Result<(), EmitError> {
    disk.write(&staged(MANIFEST), &json(manifest))?;
    disk.rename(&staged(MANIFEST), MANIFEST)
}

fn json(manifest: &Manifest) -> Vec<u8> {
    // Strings and a flag: there is nothing in it that JSON cannot hold.
    let mut json = serde_json::to_vec_pretty(manifest).unwrap_or_default();
    json.push(b'\n');
    json
}

fn staged(path: &str) -> String {
    format!("{STAGE}/{path}")
}

/// Removes what the last build left where an output or one of its folders belongs.
///
/// The one time that something goes before its turn: a path cannot be a file and a folder at once.
fn clear_the_way(disk: &Disk, plan: &Plan, path: &str) -> Result<(), EmitError> {
    for left in plan.in_the_way(path) {
        remove(disk, left)?;
    }
    disk.remove_hollow_folder(path)
}

/// Removes a file of the last build and the folders it leaves empty.
fn remove(disk: &Disk, path: &str) -> Result<(), EmitError> {
    disk.remove_file(path)?;
    for folder in plan::folders(path).into_iter().rev() {
        if !disk.remove_empty_folder(folder)? {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
