//! Outputs on their way into the output folder.

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;
use serde::Serialize;

use super::{
    EmitError, Entry, LOCK, MANIFEST, Manifest, Output, Report, STAGE, Sink,
    again::{self, Note},
    disk::Disk,
    plan::{self, Plan},
};

/// A build that goes to the output folder: takes outputs until it is placed.
#[derive(Debug)]
pub(crate) struct Staging {
    disk: Disk,
    /// Opened for the first output: a build that makes none touches nothing. None where that failed.
    folder: OnceLock<Option<Folder>>,
    taken: Mutex<Taken>,
    /// How many files are staged; each is named by its number, so that the stage is one flat folder.
    staged: AtomicUsize,
}

/// The output folder while it is ours.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) old: Manifest,
    /// Held until the file is closed, by the end of the process at the latest.
    _lock: File,
}

/// What has come so far.
#[derive(Debug, Default)]
struct Taken {
    files: BTreeMap<String, Entry>,
    /// Outputs that are absent or differ, with the name under which each is staged.
    written: BTreeMap<String, String>,
    /// Why the build cannot be placed.
    failed: Option<EmitError>,
}

impl Staging {
    /// Returns a staging for the output folder, which is made if it is not there.
    pub(crate) fn at(out: &Path) -> Self {
        Self::on(Disk::new(out))
    }

    pub(super) fn on(disk: Disk) -> Self {
        Self { disk, folder: OnceLock::new(), taken: Mutex::default(), staged: AtomicUsize::new(0) }
    }

    /// Makes the folder hold the outputs that were taken, and nothing else that a build has made, with a note of the build
    /// where one can be made.
    pub(crate) fn place<T: Serialize>(self, note: Option<Note<T>>) -> Result<Report, EmitError> {
        let folder = self.folder();
        let Taken { files, written, failed } = std::mem::take(&mut *self.taken());
        if let Some(error) = failed {
            return Err(error);
        }
        let Some(Folder { old, .. }) = folder else { return Err(EmitError::Locked(self.disk.path(""))) };
        plan::check_paths(&files)?;
        let new = Manifest { complete: true, files };
        let plan = Plan::new(&self.disk, written, &new, old)?;
        if plan.changes_something() {
            write_manifest(&self.disk, &union(old, &new))?;
            for class in plan.placements(&new) {
                class.iter().try_for_each(|(path, _)| clear_the_way(&self.disk, &plan, path))?;
                class.par_iter().try_for_each(|(path, staged)| self.disk.rename(staged, path))?;
            }
            for path in plan.removals(old) {
                remove(&self.disk, path)?;
            }
        }
        if self.disk.read(MANIFEST)?.as_deref() != Some(&json(&new)) {
            write_manifest(&self.disk, &new)?;
        }
        note.map_or(Ok(()), |note| again::keep(&self.disk, note, &new))?;
        Ok(plan.report(&new))
    }

    /// Compares bytes with bytes: the manifest tells which files are ours, not what is in them.
    fn stage(&self, path: &str, bytes: &[u8]) -> Result<Option<String>, EmitError> {
        if !plan::is_output_path(path) {
            return Err(EmitError::BadPath(path.to_owned()));
        }
        if self.disk.holds(path, bytes)? {
            return Ok(None);
        }
        let staged = staged(&self.staged.fetch_add(1, Ordering::Relaxed).to_string());
        self.disk.write(&staged, bytes)?;
        Ok(Some(staged))
    }

    /// Opens the output folder, once; why it cannot be is kept for `place`.
    fn folder(&self) -> Option<&Folder> {
        let open = || Folder::open(&self.disk).map_err(|error| self.fail(error)).ok();
        self.folder.get_or_init(open).as_ref()
    }

    /// The first failure is told; `place` is where it stops the build.
    fn fail(&self, error: EmitError) {
        self.taken().failed.get_or_insert(error);
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Folder {
    pub(super) fn open(disk: &Disk) -> Result<Self, EmitError> {
        disk.create_folder("")?;
        let lock = lock(disk)?;
        // What a killed build has left.
        disk.remove_tree(STAGE)?;
        Ok(Self { old: manifest(disk)?, _lock: lock })
    }
}

impl Sink for Staging {
    fn take(&self, path: String, output: Output) {
        if self.folder().is_none() {
            return;
        }
        match self.stage(&path, &output.bytes) {
            Ok(staged) => {
                let sha256 = again::hash(&output.bytes);
                let mut taken = self.taken();
                taken.written.extend(staged.map(|staged| (path.clone(), staged)));
                taken.files.insert(path, Entry { class: output.class, sha256 });
            }
            Err(error) => self.fail(error),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // The stage of a folder that is not ours is another's. What stays behind is removed by the next build.
        if let Some(Some(_)) = self.folder.get() {
            let _ = self.disk.remove_tree(STAGE);
        }
    }
}

pub(super) fn lock(disk: &Disk) -> Result<File, EmitError> {
    let path = disk.path(LOCK);
    let failed = |source| EmitError::Io { action: "lock", path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmitError::Locked(disk.path(""))),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Reads what a build has put in place: all of it, byte by byte as it was written.
#[cfg(feature = "serve")]
pub(crate) fn read(out: &Path) -> Result<super::Outputs, EmitError> {
    let disk = Disk::new(out);
    let manifest = manifest(&disk)?;
    if !manifest.complete {
        return Err(EmitError::NotBuilt(disk.path("")));
    }
    let output = |(path, entry): (&String, &Entry)| {
        let bytes = disk.read(path)?.filter(|bytes| again::hash(bytes) == entry.sha256);
        let bytes = bytes.ok_or_else(|| EmitError::NotAsBuilt(disk.path(path)))?;
        Ok((path.clone(), Output { sha256: Some(entry.sha256.clone()), ..Output::new(bytes, entry.class) }))
    };
    manifest.files.par_iter().map(output).collect()
}

/// Reads the old manifest; one that is lost or cannot be read makes old files unknown ones.
fn manifest(disk: &Disk) -> Result<Manifest, EmitError> {
    let manifest = disk.read(MANIFEST)?;
    let mut manifest: Manifest = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    // What it names may be removed: it must not lead out of the folder.
    manifest.files.retain(|path, _| plan::is_output_path(path));
    Ok(manifest)
}

/// Returns all files that may be there until the new build is in place.
fn union(old: &Manifest, new: &Manifest) -> Manifest {
    let mut files = old.files.clone();
    files.extend(new.files.clone());
    Manifest { complete: false, files }
}

fn write_manifest(disk: &Disk, manifest: &Manifest) -> Result<(), EmitError> {
    replace(disk, MANIFEST, &json(manifest))
}

/// Writes a file of ours at once, never half.
pub(super) fn replace(disk: &Disk, name: &str, bytes: &[u8]) -> Result<(), EmitError> {
    disk.write(&staged(name), bytes)?;
    disk.rename(&staged(name), name)
}

pub(super) fn json(manifest: &Manifest) -> Vec<u8> {
    // Strings and a flag: there is nothing in it that JSON cannot hold.
    let mut json = serde_json::to_vec_pretty(manifest).unwrap_or_default();
    json.push(b'\n');
    json
}

fn staged(name: &str) -> String {
    format!("{STAGE}/{name}")
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
