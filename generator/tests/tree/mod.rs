//! A tree of content in a folder of its own, and the real command run over it.
// Each test uses what it needs of it.
#![allow(dead_code, clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use walkdir::WalkDir;

/// Returns the root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) struct Tree(tempfile::TempDir);

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) said: String,
    pub(crate) complained: String,
}

impl Tree {
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn copy_of(source: &Path) -> Self {
        let tree = Self::empty();
        tree.lay(source);
        tree
    }

    /// Lays the files of `source` over this tree.
    pub(crate) fn lay(&self, source: &Path) {
        for entry in WalkDir::new(source) {
            let entry = entry.unwrap();
            let to = self.root().join(entry.path().strip_prefix(source).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(to).unwrap();
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    /// Replaces words that must be there.
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, &text.replace(from, to));
    }

    /// Returns every file of the content by path with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.folder("content")
    }

    /// Returns every file of a folder by path with its bytes.
    pub(crate) fn folder(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let files = WalkDir::new(self.path(folder)).into_iter().filter_map(Result::ok);
        let files = files.filter(|file| file.file_type().is_file());
        let name = |path: &Path| path.strip_prefix(self.root()).unwrap().display().to_string();
        files.map(|file| (name(file.path()), fs::read(file.path()).unwrap())).collect()
    }

    /// Runs the command with the root of this tree.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let mut process = Command::new(env!("CARGO_BIN_EXE_konsultacje"));
        process.args(arguments).arg("--root").arg(self.root()).stdin(Stdio::null());
        let output = process.output().unwrap();
        Outcome {
            code: output.status.code().unwrap(),
            said: String::from_utf8(output.stdout).unwrap(),
            complained: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Builds the tree for a day into its folder `dist`.
    pub(crate) fn build(&self, today: &str) -> Outcome {
        let out = self.path("dist").display().to_string();
        self.run(&["build", "--today", today, "--out", &out])
    }

    pub(crate) fn page(&self, path: &str) -> String {
        self.read(&format!("dist/site/{path}"))
    }
}
