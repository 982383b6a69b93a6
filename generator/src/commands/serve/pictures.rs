//! Prints of pictures: made when a browser asks for one, and kept in the data folder.

use std::path::PathBuf;

use anyhow::anyhow;

use crate::{
    pictures::{self, Prints},
    source::Source,
};

/// The pictures of one site.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// Files of the site that are made from pictures, by path in `dist/`.
    pub(super) prints: Prints,
    /// The tree that the pictures stand in.
    pub(super) source: Source,
    /// Folder that keeps what was made.
    pub(super) folder: PathBuf,
}

impl Pictures {
    /// Returns the print at `path` of the output, if one stands there.
    pub(super) fn print(&self, path: &str) -> Option<anyhow::Result<Vec<u8>>> {
        let made = pictures::cache::one(&self.folder, self.prints.get(path)?, &self.source);
        Some(made.map_err(Into::into).and_then(|made| made.map_err(|problem| anyhow!("{problem:?}"))))
    }
}
