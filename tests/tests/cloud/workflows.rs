//! The workflows: linted, and held against what they call.

use std::{fs, process::Command};

use serde_json::Value;
use tests::{tools, workspace};

use crate::Outcome;

/// What the linter that npm has does not know yet: variables of a repository, and a newer machine.
const NEWER_THAN_THE_LINTER: [&str; 2] = ["undefined variable \"vars\"", "label \"ubuntu-24.04\" is unknown"];

#[test]
fn the_linter_finds_nothing() -> Outcome {
    let folder = workspace::repository().join(".github/workflows");
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    let mut command = Command::new("node");
    command.arg(workspace::repository().join("tests/cloud/workflows.mjs")).arg(tools::node_modules()?).args(&files);
    let findings: Value = serde_json::from_str(&tools::printed(&mut command)?)?;
    let findings: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| {
            let message = finding["message"].as_str().unwrap_or_default();
            !NEWER_THAN_THE_LINTER.iter().any(|known| message.starts_with(known))
        })
        .collect();
    assert!(findings.is_empty(), "{findings:#?}");
    Ok(())
}

#[test]
fn the_linter_would_find_something() -> Outcome {
    let folder = tempfile::tempdir()?;
    let workflow = fs::read_to_string(workspace::repository().join(".github/workflows/site.yml"))?;
    let mistakes = [
        ("runs-on:", "run-on:"),
        ("cron: \"7 23 * * *\"", "cron: \"7 23 * *\""),
        ("contents: write", "contents: wrote"),
        ("${{ env.AWS_REGION }}", "${{ env.AWS_REGION }"),
        ("steps:", "needs: nobody\n    steps:"),
    ];
    for (from, to) in mistakes {
        assert!(workflow.contains(from), "{from}");
        let file = folder.path().join("site.yml");
        fs::write(&file, workflow.replacen(from, to, 1))?;
        let mut command = Command::new("node");
        command.arg(workspace::repository().join("tests/cloud/workflows.mjs")).arg(tools::node_modules()?).arg(&file);
        let findings: Value = serde_json::from_str(&tools::printed(&mut command)?)?;
        let new = |finding: &&Value| {
            let message = finding["message"].as_str().unwrap_or_default();
            !NEWER_THAN_THE_LINTER.iter().any(|known| message.starts_with(known))
        };
        assert!(findings.as_array().unwrap().iter().any(|finding| new(&finding)), "{to:?} is not noticed");
    }
    Ok(())
}

/// Every workflow with its jobs, each as it is written.
fn workflows() -> anyhow::Result<Vec<(String, Vec<String>)>> {
    let folder = workspace::repository().join(".github/workflows");
    let mut found = Vec::new();
    for file in fs::read_dir(folder)? {
        let text = fs::read_to_string(file?.path())?;
        let (head, jobs) = text.split_once("\njobs:\n").unwrap_or_default();
        let mut parts: Vec<String> = Vec::new();
        for line in jobs.lines() {
            let begins = line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
            match parts.last_mut() {
                Some(job) if !begins => job.extend([line, "\n"]),
                _ => parts.push(format!("{line}\n")),
            }
        }
        found.push((head.to_owned(), parts));
    }
    Ok(found)
}

/// A tag can be moved by whoever has taken over an action; a commit cannot.
#[test]
fn actions_are_named_by_commit() -> Outcome {
    let workflows = workflows()?;
    let jobs: Vec<_> = workflows.iter().flat_map(|(_, jobs)| jobs).collect();
    let used: Vec<_> = jobs.iter().flat_map(|job| job.lines()).filter_map(|line| line.split_once("uses: ")).collect();
    assert!(used.len() > 10, "{used:?}");
    for (_, action) in used {
        let (_, commit) = action.split_once('@').unwrap();
        let (commit, version) = commit.split_once(" # v").unwrap_or((commit, ""));
        assert!(
            commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) && !version.is_empty(),
            "{action}"
        );
    }
    Ok(())
}

/// Whoever runs the code of a dependency, its build script included, may write nowhere.
#[test]
fn who_may_write_runs_no_code_of_others() -> Outcome {
    let (mut write, mut build) = (0, 0);
    for (head, jobs) in workflows()? {
        assert!(!head.contains(": write"), "rights for all jobs: {head}");
        for job in jobs {
            let writes = job.contains("contents: write") || job.contains("id-token: write");
            let builds = ["cargo ", "pip ", "npm ", ".ci/run", "target/release/"].iter().any(|call| job.contains(call));
            assert!(!(writes && builds), "{job}");
            // The token would lie in .git/config, for every build script to read.
            assert!(
                !builds
                    || job.matches("actions/checkout@").count() == job.matches("persist-credentials: false").count()
            );
            (write, build) = (write + usize::from(writes), build + usize::from(builds));
        }
    }
    assert!(write >= 3 && build >= 4, "{write} {build}");
    Ok(())
}
