//! `deploy/deploy` on a cloud that is a folder, stopped after every single operation.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{Outcome, REGION, ground::*};

/// More operations than a deployment of the fixture has.
const MOST: usize = 200;
/// How every other deployment than the first is made.
const UP: [&str; 2] = ["up", "--built"];

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
