//! What tells a file that has changed from one that has not, without opening it.

use std::{
    fs::Metadata,
    time::{Duration, SystemTime},
};

use serde::Serialize;

/// What the system says of a file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Inode and time of the last change of it, which no program can set back.
    #[cfg(unix)]
    inode: (u64, i64, i64),
    /// Whether the last change lay so far back when the file was read that another one shows in the stamp.
    settled: bool,
}

impl Stamp {
    /// Returns the stamp of a file that is about to be read.
    pub(super) fn of(file: &Metadata, step: Duration) -> Self {
        let modified = file.modified().ok();
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt as _;
            (file.ino(), file.ctime(), file.ctime_nsec())
        };
        #[cfg(unix)]
        let changed = u64::try_from(inode.1).ok().map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        #[cfg(not(unix))]
        let changed = modified;
        // A time that lies ahead is no measure of anything.
        let age = [modified, changed].map(|time| SystemTime::now().duration_since(time?).ok());
        let settled = age.iter().all(|age| age.is_some_and(|age| age > step));
        Self {
            length: file.len(),
            modified,
            #[cfg(unix)]
            inode,
            settled,
        }
    }

    /// Tells whether any later change would show.
    pub(super) fn is_settled(&self) -> bool {
        self.settled
    }

    /// Tells whether a file of this stamp is still as it was read, now that it has the stamp `now`.
    pub(super) fn holds_for(&self, now: &Self) -> bool {
        self.settled && *self == (Self { settled: true, ..*now })
    }
}
