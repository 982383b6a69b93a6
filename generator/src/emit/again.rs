//! What the last build was made from: nothing is made twice from the same.
//!
//! A build that is in place leaves a note beside the manifest: the hash of all that it was made from, that of the
//! manifest, and what was told of it. The next one that would be made from the same is not made, if every file is still
//! as it was written; each is read for it. A note that does not belong to the manifest is none.

use std::{collections::BTreeMap, path::Path};

use data_encoding::HEXLOWER;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{
    EmitError, Entry, MADE, Manifest, Report,
    disk::Disk,
    plan::Plan,
    staging::{self, Folder},
};

/// What a build was made from, and what was told of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Note<T> {
    /// The hash of all that it was made from.
    pub(crate) from: String,
    /// What is told again.
    pub(crate) told: T,
}

/// A note and the build that it is of.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    note: Note<T>,
    /// The SHA-256 of the manifest, in hexadecimal digits.
    manifest: String,
}

/// Returns what was told of the build in the folder and what it did, if it was made `from` the same and is all there.
pub(crate) fn find<T: DeserializeOwned>(out: &Path, from: &str) -> Result<Option<(T, Report)>, EmitError> {
    let disk = Disk::new(out);
    let kept = disk.read(MADE).ok().flatten().and_then(|kept| serde_json::from_slice::<Kept<T>>(&kept).ok());
    let Some(Kept { note, manifest }) = kept.filter(|kept| kept.note.from == from) else { return Ok(None) };
    // Nobody else may build meanwhile.
    let Folder { old, .. } = &Folder::open(&disk)?;
    if hash(&staging::json(old)) != manifest || !is_whole(&disk, old) {
        return Ok(None);
    }
    let plan = Plan::new(&disk, BTreeMap::new(), old, old)?;
    Ok(Some((note.told, plan.report(old))))
}

/// Keeps a note of the build with this manifest, which is in place.
pub(super) fn keep<T: Serialize>(disk: &Disk, note: Note<T>, manifest: &Manifest) -> Result<(), EmitError> {
    let kept = Kept { note, manifest: hash(&staging::json(manifest)) };
    // Strings and numbers: there is nothing in it that JSON cannot hold.
    let kept = serde_json::to_vec(&kept).unwrap_or_default();
    if disk.holds(MADE, &kept)? { Ok(()) } else { staging::replace(disk, MADE, &kept) }
}

/// Tells whether all files of a build are as they were written. What cannot be read is not: the build puts it right, or
/// tells why it cannot.
fn is_whole(disk: &Disk, manifest: &Manifest) -> bool {
    let differs = |(path, entry): (&String, &Entry)| {
        let bytes = if disk.is_file(path) { disk.read(path).ok().flatten() } else { None };
        bytes.map(|bytes| hash(&bytes)).as_ref() != Some(&entry.sha256)
    };
    manifest.complete && !manifest.files.par_iter().any(differs)
}

pub(super) fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
