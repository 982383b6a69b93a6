//! The template as `CloudFormation` gets it: transformed, linted, scanned, and held against the code.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;
use tests::{tools, workspace};

use crate::{Outcome, REGION, rules};

/// One template, looked at.
pub(crate) struct Looked {
    /// What linter and transformation said.
    pub(crate) findings: Vec<String>,
    /// What `CloudFormation` gets; null where it cannot be transformed.
    pub(crate) transformed: Value,
}

/// Transforms templates, and lints them before and after if asked to.
pub(crate) fn look(templates: &[impl AsRef<Path>], lint: bool) -> anyhow::Result<Vec<Looked>> {
    let mut command = Command::new(tools::python()?);
    command.arg(workspace::repository().join("tests/cloud/lint.py"));
    command.arg(if lint { "lint" } else { "transform" }).arg(REGION);
    command.args(templates.iter().map(AsRef::as_ref)).env("AWS_DEFAULT_REGION", REGION);
    let printed = tools::printed(&mut command)?;
    let looked = |line: &str| {
        let line: Value = serde_json::from_str(line)?;
        let findings = line["findings"].as_array().into_iter().flatten();
        let findings = findings.map(|finding| finding.as_str().unwrap_or_default().to_owned()).collect();
        Ok(Looked { findings, transformed: line["transformed"].clone() })
    };
    printed.lines().filter(|line| line.starts_with('{')).map(looked).collect()
}

/// Returns a file of `deploy/`.
pub(crate) fn deployed(name: &str) -> std::path::PathBuf {
    workspace::repository().join("deploy").join(name)
}

#[test]
fn linter_and_rules_find_nothing() -> Outcome {
    let templates = ["template.yaml", "waf.yaml", "github.yaml"].map(deployed);
    let looked = look(&templates, true)?;
    assert_eq!(looked.len(), templates.len());
    for (looked, template) in looked.iter().zip(&templates) {
        assert_eq!(looked.findings, [""; 0], "{}", template.display());
        assert!(looked.transformed.is_object());
    }
    assert_eq!(rules::broken(&looked[0].transformed), BTreeSet::new());
    Ok(())
}

#[test]
fn the_scanner_finds_nothing_that_is_not_waived_with_a_reason() -> Outcome {
    let folder = tempfile::tempdir()?;
    for template in ["template.yaml", "waf.yaml"] {
        let looked = look(&[deployed(template)], false)?;
        let transformed = folder.path().join(template).with_extension("json");
        fs::write(&transformed, looked[0].transformed.to_string())?;
        let mut command = Command::new(tools::checkov()?);
        command.args(["--framework", "cloudformation", "--skip-download", "--compact", "-o", "json", "-f"]);
        let report: Value = serde_json::from_str(&tools::printed(command.arg(&transformed))?)?;
        assert_eq!(report["summary"]["failed"], 0, "{report:#}");
        let looked_at = ["passed", "skipped"].iter().filter_map(|kind| report["summary"][*kind].as_u64()).sum::<u64>();
        assert!(looked_at > 0, "{report:#}");
        for skipped in report["results"]["skipped_checks"].as_array().into_iter().flatten() {
            let reason = skipped["check_result"]["suppress_comment"].as_str().unwrap_or_default();
            assert!(reason.len() > 15, "no reason: {skipped:#}");
        }
    }
    Ok(())
}

/// A shared address must not be asked for samples: they would hold addresses and the secrets of receipts.
#[test]
fn the_limit_of_requests_keeps_no_samples() -> Outcome {
    let looked = look(&[deployed("waf.yaml")], false)?;
    let acl = &looked[0].transformed["Resources"]["WebAcl"]["Properties"];
    assert_eq!(acl["Scope"], "CLOUDFRONT");
    assert_eq!(acl["VisibilityConfig"]["SampledRequestsEnabled"], false);
    let rules = acl["Rules"].as_array().unwrap();
    assert!(!rules.is_empty() && rules.iter().all(|rule| rule["VisibilityConfig"]["SampledRequestsEnabled"] == false));
    Ok(())
}

/// Whoever takes over the repository's workflow must not get the answers by asking for them.
#[test]
fn the_role_of_github_reads_no_answer_and_deletes_no_table() -> Outcome {
    let looked = look(&[deployed("github.yaml")], false)?;
    let role = &looked[0].transformed["Resources"]["Role"]["Properties"];
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"];
    let subject = &trust["token.actions.githubusercontent.com:sub"]["Fn::Sub"];
    assert_eq!(subject, "repo:${Repository}:environment:${Environment}");
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let named = |statement: &Value| match &statement["Action"] {
        Value::String(action) => vec![action.clone()],
        actions => actions.as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()).collect(),
    };
    for statement in statements {
        for action in named(statement) {
            assert!(!action.contains('*'), "{action}");
            let items = [
                "Item",
                "dynamodb:Query",
                "dynamodb:Scan",
                "PartiQL",
                "Export",
                "Restore",
                "DeleteTable",
                "DeleteStack",
            ];
            assert!(!items.iter().any(|item| action.contains(item)), "{action}");
            if action.starts_with("iam:") {
                // By name, and not by its own.
                let roles = statement["Resource"]["Fn::Sub"].as_str().unwrap();
                assert!(roles.ends_with(":role/${Stack}-*"), "{action} on {roles}");
            }
        }
    }
    assert_eq!(role["RoleName"]["Fn::Sub"], "github-${Stack}");
    Ok(())
}
