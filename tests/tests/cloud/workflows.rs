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
