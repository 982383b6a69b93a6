//! `deploy/deploy` on a cloud that is a folder, stopped after every single operation.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
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

use crate::Outcome;

/// More operations than a deployment of the fixture has.
const MOST: usize = 200;

/// A repository with `deploy/`, a build and a binary, beside a cloud.
struct Ground {
    folder: TempDir,
}

impl Ground {
    fn new() -> anyhow::Result<Self> {
        let ground = Self { folder: TempDir::new()? };
        let root = ground.root();
        for path in ["deploy", "target/lambda/forms-fn", "bin"] {
            fs::create_dir_all(root.join(path))?;
        }
        fs::create_dir_all(ground.cloud())?;
        for file in ["deploy", "template.yaml"] {
            fs::copy(repository().join("deploy").join(file), root.join("deploy").join(file))?;
        }
        fs::write(root.join("target/lambda/forms-fn/bootstrap"), "")?;
        for name in ["aws", "sam"] {
            symlink(repository().join("tests/cloud/fake-cloud"), root.join("bin").join(name))?;
        }
        ground.let_the_trial(true)?;
        Ok(ground)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn cloud(&self) -> PathBuf {
        self.folder.path().join("cloud")
    }

    /// The trial itself is tested against the plain server.
    fn let_the_trial(&self, succeed: bool) -> anyhow::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.root().join("deploy/smoke");
        fs::write(&path, format!("#!/bin/sh\nexit {}\n", i32::from(!succeed)))?;
        Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
    }

    /// Puts the build of `tree` in place of the present one.
    fn build(&self, tree: &Tree) -> Outcome {
        let dist = self.root().join("dist");
        if dist.exists() {
            fs::remove_dir_all(&dist)?;
        }
        copy(&tree.build()?, &dist)
    }

    fn command(&self) -> anyhow::Result<Command> {
        // Some Pythons put their own `aws` before all others; this one does not.
        let mut command = Command::new(tools::python()?);
        let path = format!("{}:{}", self.root().join("bin").display(), std::env::var("PATH")?);
        command.arg(self.root().join("deploy/deploy")).env("PATH", path);
        command.env("FAKE_CLOUD", self.cloud()).env("FAKE_ROOT", self.root());
        Ok(command)
    }

    fn deploy(&self, arguments: &[&str], stop_after: Option<usize>) -> anyhow::Result<Output> {
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

    fn deploy_well(&self, arguments: &[&str]) -> Outcome {
        let output = self.deploy(arguments, None)?;
        anyhow::ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// The paths of the site in the bucket.
    fn site(&self) -> BTreeSet<String> {
        files(&self.cloud().join("bucket/site"))
    }

    fn page(&self, path: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.cloud().join("bucket/site").join(path))?)
    }

    /// Returns the lines of what was done.
    fn done(&self) -> anyhow::Result<Vec<String>> {
        Ok(fs::read_to_string(self.cloud().join("log"))?.lines().map(str::to_owned).collect())
    }

    /// What a resident could stumble over right now.
    fn gaps(&self) -> anyhow::Result<Vec<String>> {
        let site = self.site();
        let mut gaps = Vec::new();
        for path in site.iter().filter(|path| has_extension(path, "html")) {
            let page = Page::read(&self.page(path)?);
            let assets = ["link[rel=stylesheet]", "link[rel=icon]"].map(|link| page.attributes(link, "href"));
            for asset in assets.into_iter().flatten().chain(page.attributes("img, script", "src")) {
                if !site.contains(&resolve(path, &asset)) {
                    gaps.push(format!("{path} lacks {asset}"));
                }
            }
            for action in page.attributes("form", "action") {
                let id = resolve(path, &action);
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

/// Returns the paths of all files under `folder`.
fn files(folder: &Path) -> BTreeSet<String> {
    let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    entries.filter_map(|entry| Some(entry.path().strip_prefix(folder).ok()?.to_str()?.to_owned())).collect()
}

fn copy(from: &Path, to: &Path) -> Outcome {
    for path in files(from) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap())?;
        fs::copy(from.join(&path), target)?;
    }
    Ok(())
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Returns where a link on the page `path` leads, without its first slash.
fn resolve(path: &str, link: &str) -> String {
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
fn before_and_after() -> anyhow::Result<(Tree, Tree)> {
    let term = Term::around_today()?;
    let (before, after) = (Tree::of_fixture(FIXTURE, term)?, Tree::of_fixture(FIXTURE, term)?);
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

/// Stops `arguments` after every number of operations, from the cloud as `snapshot` has it.
fn stop_everywhere(ground: &Ground, snapshot: &Path, arguments: &[&str], finish: bool) -> anyhow::Result<usize> {
    for operations in 0..MOST {
        fs::remove_dir_all(ground.cloud())?;
        copy(snapshot, &ground.cloud())?;
        let output = ground.deploy(arguments, Some(operations))?;
        let gaps = ground.gaps()?;
        assert!(gaps.is_empty(), "{arguments:?} stopped after {operations}: {gaps:#?}");
        if output.status.success() {
            return Ok(operations);
        }
        // The same command again puts everything right, wherever it was stopped.
        if finish && operations % 4 == 0 {
            ground.deploy_well(arguments)?;
            assert_eq!(ground.gaps()?, [""; 0]);
            let built = files(&ground.root().join("dist/site"));
            assert!(ground.site().is_superset(&built));
            for path in &built {
                let built = fs::read(ground.root().join("dist/site").join(path))?;
                assert_eq!(fs::read(ground.cloud().join("bucket/site").join(path))?, built, "{path}");
            }
        }
    }
    panic!("more than {MOST} operations");
}

#[test]
fn stopped_anywhere_no_page_lacks_its_style_and_no_form_its_function() -> Outcome {
    let (before, after) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    ground.deploy_well(&["up", "--built", "AlarmEmail=it@example.pl"])?;
    assert_eq!(ground.gaps()?, [""; 0]);
    let old = ground.site();
    assert!(old.contains("dawno/index.html") && old.contains("park/stara/index.html"), "{old:?}");
    let snapshot = tempfile::tempdir()?;
    copy(&ground.cloud(), snapshot.path())?;

    ground.build(&after)?;
    let operations = stop_everywhere(&ground, snapshot.path(), &["up", "--built"], true)?;
    assert!(operations > 10, "{operations}");
    let new = ground.site();
    assert!(new.contains("park/nowa/index.html") && !new.contains("park/stara/index.html"));
    assert!(!new.contains("dawno/index.html"), "a page that was taken back is gone at once");
    let styles = |site: &BTreeSet<String>| site.iter().filter(|path| has_extension(path, "css")).count();
    assert_eq!((styles(&old), styles(&new)), (1, 2), "the old style stays for pages that somebody has open");

    // And back, stopped everywhere too.
    let snapshot = tempfile::tempdir()?;
    copy(&ground.cloud(), snapshot.path())?;
    stop_everywhere(&ground, snapshot.path(), &["back"], false)?;
    assert_eq!(ground.gaps()?, [""; 0]);
    let again: BTreeSet<String> = ground.site().into_iter().filter(|path| !has_extension(path, "css")).collect();
    assert_eq!(again, old.iter().filter(|path| !has_extension(path, "css")).cloned().collect());
    assert!(ground.page("park/krotka/index.html")?.find("Inaczej").is_none());
    Ok(())
}

#[test]
fn only_what_changed_travels_and_old_assets_go_after_thirty_days() -> Outcome {
    let (before, after) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    ground.deploy_well(&["up", "--built", "AlarmEmail=it@example.pl"])?;
    let first = ground.done()?.len();
    ground.deploy_well(&["up", "--built"])?;
    let second = ground.done()?[first..].to_vec();
    let travelled =
        |lines: &[String]| lines.iter().filter(|line| line.starts_with("put site/")).cloned().collect::<Vec<_>>();
    assert_eq!(travelled(&second), [""; 0], "nothing had changed");
    assert!(!second.iter().any(|line| line.starts_with("invalidate")), "{second:?}");

    ground.build(&after)?;
    ground.deploy_well(&["up", "--built"])?;
    let third = ground.done()?[first + second.len()..].to_vec();
    let position = |wanted: &dyn Fn(&str) -> bool| third.iter().position(|line| wanted(line)).unwrap();
    let asset = position(&|line| line.starts_with("put site/assets/"));
    let function = position(&|line| line == "function");
    let page = position(&|line| line == "put site/park/nowa/index.html");
    let gone = position(&|line| line == "remove site/park/stara/index.html");
    let invalidated = position(&|line| line.starts_with("invalidate"));
    assert!(asset < function && gone < function && function < page && page < invalidated, "{third:#?}");

    // As if 31 days had gone by.
    let current = ground.cloud().join("bucket/deployments/current.json");
    let mut known: Value = serde_json::from_str(&fs::read_to_string(&current)?)?;
    let leaving = known["leaving"].as_object_mut().unwrap();
    assert_eq!(leaving.len(), 1, "{leaving:?}");
    let style = leaving.keys().next().unwrap().clone();
    leaving.insert(style.clone(), "2021-07-01".into());
    fs::write(&current, known.to_string())?;
    assert!(ground.cloud().join("bucket").join(&style).is_file());
    ground.deploy_well(&["up", "--built"])?;
    assert!(!ground.cloud().join("bucket").join(&style).is_file(), "{style} is still there");
    assert_eq!(ground.gaps()?, [""; 0]);
    Ok(())
}

#[test]
fn a_failed_trial_brings_site_and_function_back_together() -> Outcome {
    let (before, after) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    ground.deploy_well(&["up", "--built", "AlarmEmail=it@example.pl"])?;
    let old = ground.page("park/krotka/index.html")?;
    let old_bundle = fs::read(ground.cloud().join("function/forms/park/krotka.pl.json"))?;

    ground.build(&after)?;
    ground.let_the_trial(false)?;
    let output = ground.deploy(&["up", "--built"], None)?;
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("again"), "{output:?}");
    assert_eq!(ground.page("park/krotka/index.html")?, old);
    assert_eq!(fs::read(ground.cloud().join("function/forms/park/krotka.pl.json"))?, old_bundle);
    assert_eq!(ground.gaps()?, [""; 0]);
    Ok(())
}

#[test]
fn a_secret_is_changed_without_a_moment_in_which_the_function_knows_only_another() -> Outcome {
    let (before, _) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    ground.deploy_well(&["up", "--built", "AlarmEmail=it@example.pl"])?;
    ground.deploy_well(&["rotate"])?;
    let parameters = fs::read_to_string(ground.cloud().join("parameters"))?;
    let values = |name: &str| -> Vec<String> {
        parameters.lines().filter_map(|line| line.strip_prefix(&format!("{name}="))).map(str::to_owned).collect()
    };
    let (first, second) = (values("OriginSecret"), values("OriginSecretOther"));
    let (old, new) = (first[0].clone(), first[2].clone());
    assert_eq!(old.len(), 64);
    assert_ne!(old, new);
    assert_eq!(first, [old.as_str(), &old, &new, &new]);
    assert_eq!(second, [new.as_str(), &old, ""]);
    Ok(())
}

#[test]
fn few_copies_are_warned_of() -> Outcome {
    let (before, _) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    let mut command = ground.command()?;
    let output = command.args(["up", "--built"]).env("FAKE_COPIES", "10").output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("at most 10 copies"), "{said}");
    Ok(())
}
