//! Which commit the tree is at. Git is asked only when its own files say that it may be another.

// Git's files are read here.
#![allow(clippy::disallowed_methods)]

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{commands::commit, pipeline::Commit};

/// The commit of a tree, as far as it has been looked at.
#[derive(Debug)]
pub(super) struct Head {
    root: PathBuf,
    signs: Option<Signs>,
    commit: Option<Commit>,
}

/// What differs in the folder of git when a branch moves or another is checked out.
#[derive(Debug, PartialEq, Eq)]
struct Signs {
    /// The text of `HEAD`.
    head: Option<String>,
    /// The text of the file of the branch that it names.
    branch: Option<String>,
    /// Length and time of the files that branches are packed into.
    packed: [Option<(u64, SystemTime)>; 2],
}

impl Head {
    /// Returns the commit of the tree under `root`.
    pub(super) fn of(root: &Path) -> Self {
        let mut head = Self { root: root.to_owned(), signs: None, commit: None };
        head.moved();
        head
    }

    /// Returns the commit; none outside of git or without it.
    pub(super) fn commit(&self) -> Option<&Commit> {
        self.commit.as_ref()
    }

    /// Looks for another commit; tells whether there is one.
    pub(super) fn moved(&mut self) -> bool {
        // Before git is asked: what moves meanwhile is seen the next time.
        let signs = Signs::under(&self.root);
        if signs == self.signs {
            return false;
        }
        self.signs = signs;
        let commit = commit(&self.root);
        let another = commit != self.commit;
        self.commit = commit;
        another
    }
}

impl Signs {
    fn under(root: &Path) -> Option<Self> {
        let folder = root.ancestors().find_map(|above| git_folder(&above.join(".git")))?;
        // A further working tree has a `HEAD` of its own, and its branches elsewhere.
        let shared = fs::read_to_string(folder.join("commondir")).ok();
        let shared = shared.map_or_else(|| folder.clone(), |path| folder.join(path.trim()));
        let head = fs::read_to_string(folder.join("HEAD")).ok();
        let branch = head.as_ref().and_then(|head| head.strip_prefix("ref: "));
        let branch = branch.and_then(|branch| fs::read_to_string(shared.join(branch.trim())).ok());
        let packed = ["packed-refs", "reftable/tables.list"].map(|name| {
            let file = fs::metadata(shared.join(name)).ok()?;
            Some((file.len(), file.modified().ok()?))
        });
        Some(Self { head, branch, packed })
    }
}

/// Returns the folder of git that `.git` is, or names.
fn git_folder(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.to_owned());
    }
    let text = fs::read_to_string(path).ok()?;
    Some(path.parent()?.join(text.strip_prefix("gitdir: ")?.trim()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) {
        let own = ["-c", "user.name=T", "-c", "user.email=t@a.example", "-c", "commit.gpgsign=false"];
        let git = Command::new("git").arg("-C").arg(folder).args(own).args(arguments).output().unwrap();
        assert!(git.status.success(), "{git:?}");
    }

    fn last(folder: &Path) -> String {
        commit(folder).unwrap().id
    }

    #[test]
    fn another_commit_is_seen_wherever_git_writes_it_down() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("tree");
        fs::create_dir_all(&root).unwrap();
        let mut head = Head::of(&root);
        assert_eq!(head.commit(), None);
        git(folder.path(), &["init", "-q", "-b", "main"]);
        let moves: [&[&str]; 6] = [
            &["commit", "-q", "--allow-empty", "-m", "1"],
            &["commit", "-q", "--allow-empty", "-m", "2"],
            &["checkout", "-q", "-b", "side", "HEAD~1"],
            &["checkout", "-q", "--detach", "main"],
            &["checkout", "-q", "side"],
            &["reset", "-q", "--hard", "main"],
        ];
        for arguments in moves {
            git(folder.path(), arguments);
            assert!(head.moved(), "{arguments:?}");
            assert_eq!(head.commit().unwrap().id, last(&root), "{arguments:?}");
            assert!(!head.moved());
        }
        git(folder.path(), &["pack-refs", "--all"]);
        assert!(!head.moved(), "the same commit in another place");
        // A further working tree, of which `.git` is a file.
        let further = folder.path().join("further");
        git(folder.path(), &["worktree", "add", "-q", further.to_str().unwrap(), "main"]);
        let mut head = Head::of(&further);
        git(&further, &["commit", "-q", "--allow-empty", "-m", "3"]);
        assert!(head.moved());
        assert_eq!(head.commit().unwrap().id, last(&further));
    }
}
