//! `deploy/deploy` on a cloud that is a folder, stopped after every single operation.

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

/// More operations than a deployment of the fixture has.
const MOST: usize = 200;
/// How the first deployment is made.
const FIRST: [&str; 3] = ["up", "--built", "AlarmEmail=it@example.pl"];
/// And every other.
const UP: [&str; 2] = ["up", "--built"];
/// What the next deployment has to know.
const STATE: &str = "bucket/state/current.json";

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
    fn with_the_first() -> anyhow::Result<(Self, Tree)> {
        let (before, after) = before_and_after()?;
        let ground = Self::new()?;
        ground.build(&before)?;
        ground.deploy_well(&FIRST)?;
        Ok((ground, after))
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn cloud(&self) -> PathBuf {
        self.folder.path().join("cloud")
    }

    /// Lays down what the linker would make: as much of its head as names the machine.
    fn binary_for(&self, architecture: &str) -> Outcome {
        let mut head = vec![0_u8; 64];
        head[..4].copy_from_slice(b"\x7fELF");
        head[18] = if architecture == "arm64" { 0xB7 } else { 0x3E };
        Ok(fs::write(self.root().join("target/lambda/forms-fn/bootstrap"), head)?)
    }

    /// Lets the trial fail wherever a page of the build holds `text`.
    fn refuse(&self, text: &str) -> Outcome {
        Ok(fs::write(self.folder.path().join("refused"), text)?)
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
        let mut command = Command::new(tools::python()?);
        let path = format!("{}:{}", self.root().join("bin").display(), std::env::var("PATH")?);
        command.arg(repository().join("tests/cloud/fake-cloud")).arg(self.root().join("deploy/deploy"));
        command.env("PATH", path).env("FAKE_CLOUD", self.cloud());
        // As README.md says to set it; `sam` reads another variable.
        command.env_remove("AWS_DEFAULT_REGION").env("AWS_REGION", REGION);
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

    /// Returns what a deployment that does not succeed says.
    fn refused(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.deploy(arguments, None)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?} succeeds: {said}");
        assert!(!said.contains("Traceback"), "{said}");
        Ok(said)
    }

    /// The paths of the site in the bucket.
    fn site(&self) -> BTreeSet<String> {
        files(&self.cloud().join("bucket/site"))
    }

    fn page(&self, path: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.cloud().join("bucket/site").join(path))?)
    }

    /// Returns every text in which a resident may get a page right now, with its path.
    fn shown(&self) -> anyhow::Result<Vec<(String, String)>> {
        let cdn = self.cloud().join("cdn");
        let versions = files(&cdn).into_iter().filter_map(|version| {
            let (path, _) = version.rsplit_once('/')?;
            has_extension(path, "html").then(|| (path.to_owned(), version.clone()))
        });
        versions.map(|(path, version)| Ok((path, fs::read_to_string(cdn.join(version))?))).collect()
    }

    fn bundle(&self, form: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(self.cloud().join(format!("function/forms/{form}.pl.json")))?)?)
    }

    fn state(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(self.cloud().join(STATE))?)?)
    }

    /// Returns the parameters of the stack after every change of it.
    fn history(&self, name: &str) -> anyhow::Result<Vec<String>> {
        let lines = fs::read_to_string(self.cloud().join("history"))?;
        let value =
            |line| anyhow::Ok(serde_json::from_str::<Value>(line)?[name].as_str().unwrap_or_default().to_owned());
        lines.lines().map(value).collect()
    }

    fn set_status(&self, status: &str) -> Outcome {
        let file = self.cloud().join("stack.json");
        let mut stack: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        stack["status"] = status.into();
        Ok(fs::write(file, stack.to_string())?)
    }

    /// Returns the lines of what was done.
    fn done(&self) -> anyhow::Result<Vec<String>> {
        Ok(fs::read_to_string(self.cloud().join("log"))?.lines().map(str::to_owned).collect())
    }

    /// Returns what was done by `arguments`.
    fn done_by(&self, arguments: &[&str]) -> anyhow::Result<Vec<String>> {
        let before = self.done()?.len();
        self.deploy_well(arguments)?;
        Ok(self.done()?.split_off(before))
    }

    /// What a resident could stumble over right now, whichever page the CDN has kept.
    fn gaps(&self) -> anyhow::Result<Vec<String>> {
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

fn script(path: &Path, text: &str) -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, format!("#!/bin/sh\n{text}\n"))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
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

/// Stops `arguments` after every number of operations, from the cloud as `snapshot` has it; `holds` is asked each time.
fn stop_everywhere(
    ground: &Ground,
    snapshot: &Path,
    arguments: &[&str],
    holds: impl Fn(usize) -> Outcome,
) -> anyhow::Result<usize> {
    for operations in 0..MOST {
        fs::remove_dir_all(ground.cloud())?;
        copy(snapshot, &ground.cloud())?;
        let output = ground.deploy(arguments, Some(operations))?;
        let gaps = ground.gaps()?;
        assert!(gaps.is_empty(), "{arguments:?} stopped after {operations}: {gaps:#?}");
        if output.status.success() {
            return Ok(operations);
        }
        holds(operations)?;
    }
    panic!("more than {MOST} operations");
}

/// Every page and file of the build is in the bucket, and the CDN has nothing else of it.
fn is_whole(ground: &Ground) -> Outcome {
    assert_eq!(ground.gaps()?, [""; 0]);
    let dist = ground.root().join("dist/site");
    for path in files(&dist) {
        let built = fs::read(dist.join(&path))?;
        assert_eq!(fs::read(ground.cloud().join("bucket/site").join(&path))?, built, "{path}");
        assert_eq!(files(&ground.cloud().join("cdn").join(&path)).len(), 1, "the CDN may show an old {path}");
    }
    let pages: BTreeSet<_> = ground.shown()?.into_iter().map(|(path, _)| path).collect();
    assert_eq!(pages, files(&dist).into_iter().filter(|path| has_extension(path, "html")).collect());
    Ok(())
}

#[test]
fn stopped_anywhere_no_page_lacks_its_style_and_no_form_its_function() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    is_whole(&ground)?;
    let old = ground.site();
    assert!(old.contains("dawno/index.html") && old.contains("park/stara/index.html"), "{old:?}");
    let snapshot = tempfile::tempdir()?;
    copy(&ground.cloud(), snapshot.path())?;

    ground.build(&after)?;
    let operations = stop_everywhere(&ground, snapshot.path(), &UP, |operations| {
        // The same command again puts everything right, wherever it was stopped.
        if operations % 4 == 0 {
            ground.deploy_well(&UP)?;
            is_whole(&ground)?;
        }
        // And so does going back; before anything was done there is nothing to go back to.
        if operations % 4 == 2 && operations > 2 {
            ground.deploy_well(&["back"])?;
            assert_eq!(ground.gaps()?, [""; 0]);
            assert!(ground.site().contains("park/stara/index.html"), "{operations}");
        }
        Ok(())
    })?;
    assert!(operations > 10, "{operations}");
    is_whole(&ground)?;
    let new = ground.site();
    assert!(new.contains("park/nowa/index.html") && !new.contains("park/stara/index.html"));
    assert!(!new.contains("dawno/index.html"), "a page that was taken back is gone with the deployment");
    let styles = |site: &BTreeSet<String>| site.iter().filter(|path| has_extension(path, "css")).count();
    assert_eq!((styles(&old), styles(&new)), (1, 2), "the old style stays for pages that somebody has open");

    // And back, stopped everywhere too.
    let snapshot = tempfile::tempdir()?;
    copy(&ground.cloud(), snapshot.path())?;
    let newer = ground.bundle("park/krotka")?["revision"].as_str().unwrap().to_owned();
    stop_everywhere(&ground, snapshot.path(), &["back"], |operations| {
        let knows = ground.bundle("park/krotka")?["revision"] == newer.as_str();
        let shown = ground.shown()?.iter().any(|(_, text)| text.contains(&newer));
        assert!(knows || !shown, "after {operations} a form of today meets the function of yesterday");
        Ok(())
    })?;
    assert_eq!(ground.gaps()?, [""; 0]);
    let again: BTreeSet<String> = ground.site().into_iter().filter(|path| !has_extension(path, "css")).collect();
    assert_eq!(again, old.iter().filter(|path| !has_extension(path, "css")).cloned().collect());
    assert!(ground.page("park/krotka/index.html")?.find("Inaczej").is_none());
    Ok(())
}

#[test]
fn only_what_changed_travels_in_order_and_old_assets_go_after_thirty_days() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    ground.build(&after)?;
    let third = ground.done_by(&UP)?;
    let position = |wanted: &str| {
        let found = third.iter().position(|line| line.starts_with(wanted));
        found.unwrap_or_else(|| panic!("{wanted}: {third:#?}"))
    };
    let order = [
        "put site/assets/",
        "remove site/park/stara/index.html",
        "invalidate ",
        "invalidated",
        "function",
        "put site/park/nowa/index.html",
        // What is gone waits until what may stand in its place is there.
        "remove site/dawno/index.html",
        "put deployments/",
    ]
    .map(position);
    assert!(order.is_sorted(), "{order:?}: {third:#?}");
    assert!(third.iter().filter(|line| *line == "invalidated").count() == 2, "{third:#?}");

    // As if 31 days had gone by.
    let mut known = ground.state()?;
    let leaving = known["leaving"].as_object_mut().unwrap();
    assert_eq!(leaving.len(), 1, "{leaving:?}");
    let style = leaving.keys().next().unwrap().clone();
    leaving.insert(style.clone(), "2021-07-01".into());
    fs::write(ground.cloud().join(STATE), known.to_string())?;
    assert!(ground.cloud().join("bucket").join(&style).is_file());
    after.replace("content/park/forms/krotka.yaml", "Inaczej", "Jeszcze inaczej")?;
    ground.build(&after)?;
    ground.deploy_well(&UP)?;
    assert!(!ground.cloud().join("bucket").join(&style).is_file(), "{style} is still there");
    is_whole(&ground)
}

#[test]
fn where_nothing_has_changed_nothing_is_done_but_telling_the_day() -> Outcome {
    let (ground, _) = Ground::with_the_first()?;
    let ours = ["put state/lock.json", "remove state/lock.json"];
    assert_eq!(ground.done_by(&UP)?, ours);
    assert_eq!(ground.done_by(&["up", "--built", "AlarmEmail=it@example.pl"])?, ours);

    // The next day, on which the calendar changes nothing.
    let stamp = ground.root().join("dist/site/build.json");
    fs::write(&stamp, fs::read_to_string(&stamp)?.replacen("\"today\":\"2", "\"today\":\"3", 1))?;
    let manifest = ground.root().join("dist/manifest.json");
    let mut told: Value = serde_json::from_str(&fs::read_to_string(&manifest)?)?;
    told["files"]["site/build.json"]["sha256"] = "another".into();
    fs::write(manifest, told.to_string())?;
    let done = ground.done_by(&UP)?;
    let expected =
        [ours[0], "put site/build.json", "invalidate /build.json", "invalidated", "put state/current.json", ours[1]];
    assert_eq!(done, expected);

    // Another binary, another parameter: each is a deployment.
    ground.deploy_well(&["up", "--built", "MemorySize=512"])?;
    assert_eq!(ground.history("MemorySize")?.last().unwrap(), "512");
    fs::write(ground.root().join("target/lambda/forms-fn/bootstrap"), [&[0; 18][..], &[0xB7, 0], b"newer"].concat())?;
    assert!(ground.done_by(&UP)?.contains(&"function".to_owned()));
    Ok(())
}

#[test]
fn a_failed_trial_brings_site_and_function_back_together() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    let old = ground.page("park/krotka/index.html")?;
    let old_bundle = ground.bundle("park/krotka")?;

    ground.build(&after)?;
    ground.refuse("Inaczej")?;
    let said = ground.refused(&["up", "--built", "MemorySize=512"])?;
    assert!(said.contains("again"), "{said}");
    assert_eq!(ground.page("park/krotka/index.html")?, old);
    assert_eq!(ground.bundle("park/krotka")?, old_bundle);
    assert_eq!(ground.history("MemorySize")?.last().unwrap(), "256", "the parameter stayed as it was tried");
    assert_eq!(ground.gaps()?, [""; 0]);

    // What fails after going back, too, is not called well.
    ground.refuse("<main")?;
    let said = ground.refused(&UP)?;
    assert!(said.contains("fail their trial, too"), "{said}");
    Ok(())
}

#[test]
fn a_stack_that_cannot_be_put_up_brings_back_template_and_pages() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    ground.build(&after)?;
    let template = ground.root().join("deploy/template.yaml");
    fs::write(&template, fs::read_to_string(&template)? + "# a mistake\n")?;
    let mut command = ground.command()?;
    let output = command.args(UP).env("FAKE_FAILS", "# a mistake").output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("again"), "{said}");
    assert!(ground.site().contains("park/stara/index.html"), "the page that was removed before is not there again");
    let stack = fs::read_to_string(ground.cloud().join("stack.json"))?;
    assert!(!stack.contains("# a mistake") && stack.contains("UPDATE_COMPLETE"), "{stack}");
    assert_eq!(ground.gaps()?, [""; 0]);
    Ok(())
}

#[test]
fn back_leads_to_what_has_passed_its_trial_and_twice_to_where_one_was() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    let first = ground.state()?["id"].clone();
    ground.build(&after)?;
    ground.refuse("Inaczej")?;
    ground.refused(&UP)?;
    ground.refuse("no such text")?;
    after.replace("content/park/forms/krotka.yaml", "Inaczej", "Dobrze")?;
    ground.build(&after)?;
    ground.deploy_well(&UP)?;
    let third = ground.state()?["id"].clone();
    assert_eq!(ground.state()?["passed"], serde_json::json!([first, third]), "what failed can be gone back to");
    for expected in [&first, &third, &first] {
        ground.deploy_well(&["back"])?;
        assert_eq!(&ground.state()?["id"], expected);
    }
    ground.deploy_well(&["back", third.as_str().unwrap()])?;
    assert_eq!(ground.state()?["id"], third);
    assert!(ground.refused(&["back", "20210701T000000.000000Z"])?.contains("deploy/deploy list"));
    Ok(())
}

#[test]
fn archives_go_after_ninety_days_but_never_the_last_two() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    let archives = ground.cloud().join("bucket/deployments");
    let old = ["20210701T000000.000000Z", "20210702T000000.000000Z", "20210703T000000.000000Z"];
    let first = files(&archives).pop_first().unwrap();
    for id in old {
        fs::copy(archives.join(&first), archives.join(format!("{id}.tar.gz")))?;
    }
    fs::remove_file(archives.join(&first))?;
    let mut state = ground.state()?;
    (state["id"], state["passed"]) = (old[2].into(), old.as_slice().into());
    fs::write(ground.cloud().join(STATE), state.to_string())?;

    ground.build(&after)?;
    ground.deploy_well(&UP)?;
    let id = ground.state()?["id"].as_str().unwrap().to_owned();
    let kept = [old[2], &id].map(|id| format!("{id}.tar.gz"));
    assert_eq!(files(&archives), BTreeSet::from(kept));
    ground.deploy_well(&["back"])?;
    assert_eq!(ground.state()?["id"], old[2]);
    Ok(())
}

#[test]
fn a_secret_is_changed_without_a_moment_in_which_the_function_knows_only_another() -> Outcome {
    let (ground, _) = Ground::with_the_first()?;
    let before = ground.history("OriginSecret")?.len();
    ground.deploy_well(&["rotate"])?;
    let (first, second) = (ground.history("OriginSecret")?, ground.history("OriginSecretOther")?);
    let (old, new) = (first[0].clone(), first.last().unwrap().clone());
    assert_eq!(old.len(), 64);
    assert_ne!(old, new);
    assert_eq!(first[before..], [old.as_str(), &new, &new]);
    assert_eq!(second[before..], [new.as_str(), &old, ""]);
    // Going back must not bring the old one back.
    ground.deploy_well(&["up", "--built", "MemorySize=512"])?;
    ground.deploy_well(&["back"])?;
    assert_eq!(ground.history("OriginSecret")?.last(), Some(&new));
    Ok(())
}

#[test]
fn a_parameter_can_be_emptied_and_a_misspelt_one_is_told() -> Outcome {
    let (ground, _) = Ground::with_the_first()?;
    ground.deploy_well(&["up", "--built", "OpenUntil=2030-01-31"])?;
    ground.deploy_well(&["up", "--built", "OpenUntil="])?;
    assert_eq!(ground.history("OpenUntil")?.last().unwrap(), "");
    assert!(ground.refused(&["up", "--built", "OpenTill=2030-01-31"])?.contains("no parameter OpenTill"));
    Ok(())
}

#[test]
fn the_region_reaches_everybody_and_is_in_the_eu() -> Outcome {
    let (before, _) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    for region in [None, Some("us-east-1")] {
        let mut command = ground.command()?;
        command.args(FIRST).env_remove("AWS_REGION").envs(region.map(|region| ("AWS_REGION", region)));
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("AWS_REGION"), "{region:?}: {said}");
        assert!(!ground.cloud().join("stack.json").exists());
    }
    for (variable, region) in [("AWS_REGION", REGION), ("AWS_DEFAULT_REGION", "eu-west-1")] {
        let ground = Ground::new()?;
        ground.build(&before)?;
        let mut command = ground.command()?;
        let output = command.args(FIRST).env_remove("AWS_REGION").env(variable, region).output()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let stack: Value = serde_json::from_str(&fs::read_to_string(ground.cloud().join("stack.json"))?)?;
        assert_eq!(stack["region"], region);
    }
    Ok(())
}

#[test]
fn a_name_that_does_not_lead_there_yet_does_not_fail_the_trial() -> Outcome {
    let (before, _) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    let certificate = "CertificateArn=arn:aws:acm:us-east-1:123456789012:certificate/1";
    let output = ground.deploy(&[&FIRST[..], &["DomainName=konsultacje.invalid", certificate]].concat(), None)?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("https://konsultacje.invalid does not lead there"), "{said}");
    Ok(())
}

#[test]
fn the_function_is_built_for_what_the_stack_runs_on() -> Outcome {
    let (before, _) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    ground.binary_for("x86_64")?;
    assert!(ground.refused(&FIRST)?.contains("not built for arm64"));
    ground.deploy_well(&[&FIRST[..], &["Architecture=x86_64"]].concat())?;

    // Not named, it keeps its value: neither the build nor a binary of the other kind may slip by.
    ground.deploy_well(&["up"])?;
    let built = || fs::read_to_string(ground.cloud().join("cargo")).unwrap().lines().last().unwrap().to_owned();
    assert!(built().contains("lambda build") && !built().contains("--arm64"), "{}", built());
    ground.binary_for("arm64")?;
    assert!(ground.refused(&UP)?.contains("not built for x86_64"));
    ground.deploy_well(&["up", "Architecture=arm64"])?;
    assert!(built().contains("--arm64"), "{}", built());
    ground.deploy_well(&["back"])?;
    assert_eq!(ground.history("Architecture")?.last().unwrap(), "x86_64");
    assert!(!ground.cloud().join("function/cannot-run").exists());
    Ok(())
}

#[test]
fn a_stack_that_is_not_whole_is_told_by_its_state() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    ground.build(&after)?;
    for (status, told) in [
        ("ROLLBACK_COMPLETE", "delete-stack"),
        ("ROLLBACK_FAILED", "delete-stack"),
        ("CREATE_FAILED", "delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "when that has ended"),
    ] {
        ground.set_status(status)?;
        for command in [&UP[..], &["back"], &["rotate"]] {
            let said = ground.refused(command)?;
            assert!(said.contains(status) && said.contains(told), "{command:?} at {status}: {said}");
        }
    }
    Ok(())
}

#[test]
fn a_first_deployment_whose_change_set_failed_is_made_by_the_same_command() -> Outcome {
    let (ground, _) = Ground::with_the_first()?;
    let bucket = ground.cloud().join("bucket");
    fs::remove_dir_all(&bucket)?;
    ground.set_status("REVIEW_IN_PROGRESS")?;
    assert!(ground.refused(&["back"])?.contains("no stack"));
    let before = ground.history("OriginSecret")?;
    ground.deploy_well(&FIRST)?;
    assert_ne!(ground.history("OriginSecret")?.last(), before.last(), "the secrets were not made again");
    is_whole(&ground)
}

#[test]
fn two_at_once_keep_out_of_each_other_s_way() -> Outcome {
    let (ground, after) = Ground::with_the_first()?;
    ground.build(&after)?;
    let lock = ground.cloud().join("bucket/state/lock.json");
    let held = |until: &str| serde_json::json!({"host": "elsewhere", "process": 1, "until": until}).to_string();
    fs::write(&lock, held("2999-01-01T00:00:00+00:00"))?;
    let before = ground.done()?;
    for command in [&UP[..], &["back"], &["rotate"]] {
        assert!(ground.refused(command)?.contains("on elsewhere"), "{command:?}");
    }
    assert_eq!(ground.done()?, before);
    // Left behind long ago by a machine that is gone.
    fs::write(&lock, held("2021-07-01T00:00:00+00:00"))?;
    ground.deploy_well(&UP)?;
    assert!(!lock.exists(), "the lock is kept");
    Ok(())
}

#[test]
fn few_copies_are_warned_of() -> Outcome {
    let (before, _) = before_and_after()?;
    let ground = Ground::new()?;
    ground.build(&before)?;
    let mut command = ground.command()?;
    let output = command.args(FIRST).env("FAKE_COPIES", "10").output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("at most 10 copies"), "{said}");
    Ok(())
}
