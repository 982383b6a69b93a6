//! What has to be written and removed, found out before anything is.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::disk::Disk;
use super::{Class, EmitError, Entry, Manifest, OWN, Report};

/// The difference between what is and what should be.
#[derive(Debug)]
pub(super) struct Plan {
    /// Outputs that are absent or differ, with the name under which each is staged.
    written: BTreeMap<String, String>,
    /// Files of the last build that are on disk and no longer outputs, sorted.
    removed: Vec<String>,
    unknown: Vec<String>,
}

impl Plan {
    /// Finds the files on disk that are no outputs of `new`.
    pub(super) fn new(
        disk: &Disk,
        written: BTreeMap<String, String>,
        new: &Manifest,
        old: &Manifest,
    ) -> Result<Self, EmitError> {
        let others = disk.files()?.into_iter().filter(|path| !is_own(path) && !new.files.contains_key(path));
        let (removed, unknown) = others.partition(|path| old.files.contains_key(path));
        let plan = Self { written, removed, unknown };
        plan.check_room()?;
        Ok(plan)
    }

    pub(super) fn changes_something(&self) -> bool {
        !self.written.is_empty() || !self.removed.is_empty()
    }

    /// Returns the outputs to place with their staged files: assets, side outputs, pages, each sorted by path.
    pub(super) fn placements<'a>(&'a self, new: &Manifest) -> Vec<Vec<(&'a str, &'a str)>> {
        let mut classes: BTreeMap<Option<Class>, Vec<_>> = BTreeMap::new();
        for (path, staged) in &self.written {
            let class = new.files.get(path).map(|entry| entry.class);
            classes.entry(class).or_default().push((path.as_str(), staged.as_str()));
        }
        classes.into_values().collect()
    }

    /// Returns the files to remove: pages, side outputs, assets, so that no page outlives its assets.
    pub(super) fn removals<'a>(&'a self, old: &'a Manifest) -> Vec<&'a str> {
        let mut paths: Vec<&str> = self.removed.iter().map(String::as_str).collect();
        paths.sort_by_key(|path| Reverse(old.files.get(*path).map(|entry| entry.class)));
        paths
    }

    /// Returns the files to remove that stand where an output belongs, or where its folders do.
    pub(super) fn in_the_way(&self, output: &str) -> Vec<&str> {
        let inside = format!("{output}/");
        let first = self.removed.partition_point(|path| *path < inside);
        let below = self.removed[first..].iter().take_while(|path| path.starts_with(&inside));
        let above = folders(output).into_iter().filter_map(|folder| {
            let at = self.removed.binary_search_by(|path| path.as_str().cmp(folder)).ok()?;
            self.removed.get(at)
        });
        above.chain(below).map(String::as_str).collect()
    }

    pub(super) fn report(self, new: &Manifest) -> Report {
        let unchanged = new.files.len() - self.written.len();
        let pages = new.files.values().filter(|entry| entry.class == Class::Page).count();
        let written = self.written.into_keys().collect();
        Report { written, removed: self.removed, pages, unchanged, unknown: self.unknown }
    }

    /// Refuses an output whose folder, or under whose path, is a file nobody here made.
    fn check_room(&self) -> Result<(), EmitError> {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for output in self.written.keys() {
            taken.insert(output, output);
            taken.extend(folders(output).into_iter().map(|folder| (folder, output.as_str())));
        }
        for unknown in &self.unknown {
            let above = folders(unknown).into_iter().find(|folder| taken.get(folder) == Some(folder));
            if let Some(output) = above.or(taken.get(unknown.as_str()).copied()) {
                let (output, unknown) = (output.to_owned(), unknown.clone());
                return Err(EmitError::Occupied { output, unknown });
            }
        }
        Ok(())
    }
}

/// Refuses an output that is the folder of another.
pub(super) fn check_paths(files: &BTreeMap<String, Entry>) -> Result<(), EmitError> {
    for path in files.keys() {
        if let Some(file) = folders(path).into_iter().find(|folder| files.contains_key(*folder)) {
            return Err(EmitError::FileAndFolder { file: file.to_owned(), other: path.clone() });
        }
    }
    Ok(())
}

/// Returns whether a path stays in the folder, apart from what is kept there besides outputs.
pub(super) fn is_output_path(path: &str) -> bool {
    !is_own(path) && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']))
}

fn is_own(path: &str) -> bool {
    path.split('/').next().is_some_and(|first| OWN.contains(&first))
}

/// Returns the folders of a path, the outermost first.
pub(super) fn folders(path: &str) -> Vec<&str> {
    path.match_indices('/').map(|(end, _)| &path[..end]).collect()
}
