//! Where things are: the repository, the binaries under test, and copies of fixtures with a term of their own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use tempfile::TempDir;
use walkdir::WalkDir;

/// Returns the root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the command `konsultacje` as `tests/run` builds it.
pub fn konsultacje() -> anyhow::Result<PathBuf> {
    binary("debug/konsultacje")
}

/// Returns the command `konsultacje` as `cargo build --release -p generator` builds it: what is measured.
pub fn released() -> anyhow::Result<PathBuf> {
    binary("release/konsultacje")
}

/// Returns the binary of the function as it goes to Lambda, as `tests/run` builds it.
pub fn forms_fn() -> anyhow::Result<PathBuf> {
    binary("function/forms-fn")
}

fn binary(path: &str) -> anyhow::Result<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from);
    let binary = target.join(path);
    ensure!(binary.is_file(), "{} is not there: tests/run builds it", binary.display());
    Ok(binary)
}

/// The days of a consultation.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// The first day.
    pub start: Date,
    /// The last day.
    pub end: Date,
}

impl Term {
    /// A term that holds the machine's day, with a month on either side.
    pub fn around_today() -> anyhow::Result<Self> {
        Self::from_today(-30, 30)
    }

    /// A term that begins and ends so many days after the day it is in Poland.
    pub fn from_today(start: i64, end: i64) -> anyhow::Result<Self> {
        let today = Timestamp::now().in_tz("Europe/Warsaw")?.date();
        Ok(Self { start: today.checked_add(start.days())?, end: today.checked_add(end.days())? })
    }
}

/// A tree of content in a folder of its own, removed when this is dropped.
#[derive(Debug)]
pub struct Tree {
    folder: TempDir,
}

impl Tree {
    /// Copies the fixture `name`, its `{{start}}`, `{{end}}` and `{{due}}` (30 days later) replaced by dates.
    pub fn of_fixture(name: &str, term: Term) -> anyhow::Result<Self> {
        let tree = Self { folder: TempDir::new()? };
        tree.lay(&repository().join("tests/fixtures").join(name))?;
        let due = term.end.checked_add(30.days())?;
        let dates = [("{{start}}", term.start), ("{{end}}", term.end), ("{{due}}", due)];
        for file in
            WalkDir::new(tree.root()).into_iter().filter_map(Result::ok).filter(|file| file.file_type().is_file())
        {
            // A picture has no dates.
            let Ok(text) = String::from_utf8(fs::read(file.path())?) else { continue };
            let dated = dates.iter().fold(text, |text, (mark, date)| text.replace(mark, &date.to_string()));
            fs::write(file.path(), dated)?;
        }
        Ok(tree)
    }

    /// Copies the folder `source`, byte by byte.
    pub fn copy_of(source: &Path) -> anyhow::Result<Self> {
        let tree = Self { folder: TempDir::new()? };
        tree.lay(source)?;
        Ok(tree)
    }

    /// Lays the files of `source` over this tree.
    pub fn lay(&self, source: &Path) -> anyhow::Result<()> {
        for entry in WalkDir::new(source) {
            let entry = entry.with_context(|| format!("failed to read {}", source.display()))?;
            let target = self.root().join(entry.path().strip_prefix(source)?);
            if entry.file_type().is_dir() {
                fs::create_dir_all(&target)?;
            } else {
                fs::copy(entry.path(), &target)?;
            }
        }
        Ok(())
    }

    /// Returns the folder that holds `content` and `themes`.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let path = self.root().join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))
    }

    /// Replaces `from` by `to` in the file `path`; that it is not there is an error.
    pub fn replace(&self, path: &str, from: &str, to: &str) -> anyhow::Result<()> {
        let path = self.root().join(path);
        let text = fs::read_to_string(&path)?;
        ensure!(text.contains(from), "{} does not hold {from:?}", path.display());
        fs::write(path, text.replace(from, to))?;
        Ok(())
    }

    /// Gives the tree a theme of its own, `miasto`, with this style over that of the built-in one; again, another style.
    pub fn restyle(&self, style: &str) -> anyhow::Result<()> {
        let (site, theme) = (self.root().join("content/site.yaml"), self.root().join("themes/miasto"));
        if !theme.exists() {
            fs::create_dir_all(theme.join("assets"))?;
            fs::write(theme.join("theme.yaml"), "extends: base\ncontract: 1\n")?;
        }
        let settings = fs::read_to_string(&site)?;
        if !settings.contains("\ntheme: ") {
            fs::write(site, format!("{settings}theme: miasto\n"))?;
        }
        Ok(fs::write(theme.join("assets/style.css"), style)?)
    }

    /// Builds the tree with the real command and returns the folder `dist`, which lies in it.
    pub fn build(&self) -> anyhow::Result<PathBuf> {
        let out = self.root().join("dist");
        let mut command = Command::new(konsultacje()?);
        command.arg("build").arg("--root").arg(self.root()).arg("--out").arg(&out).stdin(Stdio::null());
        let output = command.output()?;
        if !output.status.success() {
            bail!("failed to build: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(out)
    }
}
