//! The ground of a deployment: a repository with a build and a binary, beside a cloud that is a folder.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;
use tests::{
    page::Page,
    tools,
    town::FIXTURE,
    workspace::{Term, Tree, repository},
};
use walkdir::WalkDir;

use crate::{Outcome, REGION};

/// How the first deployment is made.
pub(crate) const FIRST: [&str; 3] = ["up", "--built", "AlarmEmail=it@example.pl"];
/// What the next deployment has to know.
pub(crate) const STATE: &str = "bucket/state/current.json";

/// A repository with `deploy/`, a build and a binary, beside a cloud.
pub(crate) struct Ground {
    pub(crate) folder: TempDir,
}

impl Ground {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let ground = Self { folder: TempDir::new()? };
        let root = ground.root();
        for path in ["deploy", "target/lambda/forms-fn", "bin"] {
            fs::create_dir_all(root.join(path))?;
        }
        fs::create_dir_all(ground.cloud())?;
        for file in ["deploy", "template.yaml"] {
            fs::copy(repository().join("deploy").join(file), root.join("deploy").join(file))?;
        }
        ground.binary_for("arm64")?;
        script(&root.join("bin/cargo"), "echo \"$*\" >>\"$FAKE_CLOUD/cargo\"")?;
        // The trial itself is tried against the plain server. Here it refuses a build that holds a certain text.
        script(
            &root.join("deploy/smoke"),
            "test ! -e \"$FAKE_CLOUD/function/cannot-run\" && ! grep -rqsf \"$FAKE_CLOUD/../refused\" \"$2/site\"",
        )?;
        ground.refuse("no such text")?;
        Ok(ground)
    }

    /// A ground on which the first build of [`before_and_after`] is up; the second is returned.
    pub(crate) fn with_the_first() -> anyhow::Result<(Self, Tree)> {
        let (before, after) = before_and_after()?;
        let ground = Self::new()?;
        ground.build(&before)?;
        ground.deploy_well(&FIRST)?;
        Ok((ground, after))
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn cloud(&self) -> PathBuf {
        self.folder.path().join("cloud")
    }

    /// Lays down what the linker would make: as much of its head as names the machine.
    pub(crate) fn binary_for(&self, architecture: &str) -> Outcome {
        let mut head = vec![0_u8; 64];
        head[..4].copy_from_slice(b"\x7fELF");
        head[18] = if architecture == "arm64" { 0xB7 } else { 0x3E };
        Ok(fs::write(self.root().join("target/lambda/forms-fn/bootstrap"), head)?)
    }

    /// Lets the trial fail wherever a page of the build holds `text`.
    pub(crate) fn refuse(&self, text: &str) -> Outcome {
        Ok(fs::write(self.folder.path().join("refused"), text)?)
    }

    /// Puts the build of `tree` in place of the present one.
    pub(crate) fn build(&self, tree: &Tree) -> Outcome {
        let dist = self.root().join("dist");
        if dist.exists() {
            fs::remove_dir_all(&dist)?;
        }
        copy(&tree.build()?, &dist)
    }

    pub(crate) fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(tools::python()?);
        let path = format!("{}:{}", self.root().join("bin").display(), std::env::var("PATH")?);
        command.arg(repository().join("tests/cloud/fake-cloud")).arg(self.root().join("deploy/deploy"));
        command.env("PATH", path).env("FAKE_CLOUD", self.cloud());
        // As README.md says to set it; `sam` reads another variable.
        command.env_remove("AWS_DEFAULT_REGION").env("AWS_REGION", REGION);
        Ok(command)
    }

    pub(crate) fn deploy(&self, arguments: &[&str], stop_after: Option<usize>) -> anyhow::Result<Output> {
        let counted = self.cloud().join("operations");
        if counted.exists() {
            fs::remove_file(counted)?;
        }
        let mut command = self.command()?;
        command.args(arguments);
        if let Some(operations) = stop_after {
            command.env("STOP_AFTER", operations.to_string());
        }
        Ok(command.output()?)
    }

    pub(crate) fn deploy_well(&self, arguments: &[&str]) -> Outcome {
        let output = self.deploy(arguments, None)?;
        anyhow::ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Returns what a deployment that does not succeed says.
    pub(crate) fn refused(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.deploy(arguments, None)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?} succeeds: {said}");
        assert!(!said.contains("Traceback"), "{said}");
        Ok(said)
    }

    /// The paths of the site in the bucket.
    pub(crate) fn site(&self) -> BTreeSet<String> {
        files(&self.cloud().join("bucket/site"))
    }

    pub(crate) fn page(&self, path: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.cloud().join("bucket/site").join(path))?)
    }

    /// Returns every text in which a resident may get a page right now, with its path.
    pub(crate) fn shown(&self) -> anyhow::Result<Vec<(String, String)>> {
        let cdn = self.cloud().join("cdn");
        let versions = files(&cdn).into_iter().filter_map(|version| {
            let (path, _) = version.rsplit_once('/')?;
            has_extension(path, "html").then(|| (path.to_owned(), version.clone()))
        });
        versions.map(|(path, version)| Ok((path, fs::read_to_string(cdn.join(version))?))).collect()
    }

    pub(crate) fn bundle(&self, form: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(self.cloud().join(format!("function/forms/{form}.pl.json")))?)?)
    }

    pub(crate) fn state(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(self.cloud().join(STATE))?)?)
    }

    /// Returns the parameters of the stack after every change of it.
    pub(crate) fn history(&self, name: &str) -> anyhow::Result<Vec<String>> {
        let lines = fs::read_to_string(self.cloud().join("history"))?;
        let value =
            |line| anyhow::Ok(serde_json::from_str::<Value>(line)?[name].as_str().unwrap_or_default().to_owned());
        lines.lines().map(value).collect()
    }

    pub(crate) fn set_status(&self, status: &str) -> Outcome {
        let file = self.cloud().join("stack.json");
        let mut stack: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        stack["status"] = status.into();
        Ok(fs::write(file, stack.to_string())?)
    }

    /// Returns the lines of what was done.
    pub(crate) fn done(&self) -> anyhow::Result<Vec<String>> {
        Ok(fs::read_to_string(self.cloud().join("log"))?.lines().map(str::to_owned).collect())
    }

    /// Returns what was done by `arguments`.
    pub(crate) fn done_by(&self, arguments: &[&str]) -> anyhow::Result<Vec<String>> {
        let before = self.done()?.len();
        self.deploy_well(arguments)?;
        Ok(self.done()?.split_off(before))
    }

    /// What a resident could stumble over right now, whichever page the CDN has kept.
    pub(crate) fn gaps(&self) -> anyhow::Result<Vec<String>> {
        let site = self.site();
        let mut gaps = Vec::new();
        for (path, text) in self.shown()? {
            let page = Page::read(&text);
            let assets = ["link[rel=stylesheet]", "link[rel=icon]"].map(|link| page.attributes(link, "href"));
            for asset in assets.into_iter().flatten().chain(page.attributes("img, script", "src")) {
                if !site.contains(&resolve(&path, &asset)) {
                    gaps.push(format!("{path} lacks {asset}"));
                }
            }
            for action in page.attributes("form", "action") {
                let id = resolve(&path, &action);
                let bundle = format!("{}.pl.json", id.trim_start_matches("api/"));
                if !self.cloud().join("function/forms").join(&bundle).is_file() {
                    gaps.push(format!("{path} posts to {action}, which the function lacks"));
                }
            }
        }
        // The pages of the function, too, need their style, once there is a site.
        for bundle in files(&self.cloud().join("function/forms")).iter().filter(|path| !path.starts_with("theme/")) {
            let text = fs::read_to_string(self.cloud().join("function/forms").join(bundle))?;
            let style =
                serde_json::from_str::<Value>(&text)?["shell"]["stylesheet"].as_str().unwrap_or_default().to_owned();
            if !site.is_empty() && !site.contains(style.trim_start_matches('/')) {
                gaps.push(format!("the function draws {bundle} with {style}, which is not there"));
            }
        }
        Ok(gaps)
    }
}

pub(crate) fn script(path: &Path, text: &str) -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, format!("#!/bin/sh\n{text}\n"))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

/// Returns the paths of all files under `folder`.
pub(crate) fn files(folder: &Path) -> BTreeSet<String> {
    let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    entries.filter_map(|entry| Some(entry.path().strip_prefix(folder).ok()?.to_str()?.to_owned())).collect()
}

pub(crate) fn copy(from: &Path, to: &Path) -> Outcome {
    for path in files(from) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap())?;
        fs::copy(from.join(&path), target)?;
    }
    Ok(())
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Returns where a link on the page `path` leads, without its first slash.
pub(crate) fn resolve(path: &str, link: &str) -> String {
    if let Some(absolute) = link.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The town as it was, and as it is after an editor has changed all there is: the style, a form, a form more, a form and
/// a page less.
pub(crate) fn before_and_after() -> anyhow::Result<(Tree, Tree)> {
    let term = Term::around_today()?;
    let (before, after) = (Tree::of_fixture(FIXTURE, term)?, Tree::of_fixture(FIXTURE, term)?);
    // Stopped everywhere, a third of the pages is enough.
    for tree in [&before, &after] {
        tree.replace("content/site.yaml", "languages: [pl, en, uk]\n", "")?;
    }
    let forms = "content/park/forms";
    let krotka = fs::read_to_string(before.root().join(forms).join("krotka.yaml"))?;
    fs::write(before.root().join(forms).join("stara.yaml"), &krotka)?;
    fs::write(after.root().join(forms).join("nowa.yaml"), &krotka)?;
    after.replace("content/park/forms/krotka.yaml", "label: ", "label: Inaczej – ")?;
    fs::write(before.root().join("content/dawno.md"), "# Dawno\n\nTo zniknie.\n")?;
    let style = "themes/other/assets/style.css";
    fs::create_dir_all(after.root().join("themes/other/assets"))?;
    fs::write(after.root().join("themes/other/theme.yaml"), "extends: base\ncontract: 1\n")?;
    fs::write(after.root().join(style), "body { color: #111; }\n")?;
    let site = after.root().join("content/site.yaml");
    let text = fs::read_to_string(&site).unwrap_or_default();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("theme:")).chain(["theme: other", ""]).collect();
    fs::write(site, lines.join("\n"))?;
    Ok((before, after))
}
