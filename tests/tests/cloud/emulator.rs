//! The whole stack, put up in an emulator and read back.
//!
//! The emulator proves references, order, environment and outputs. It says nothing of expiry, recovery and routes, which
//! it does not apply: those are held by the rules over the template.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::{Value, json};
use tests::{tools, workspace};

use crate::{
    Outcome, REGION,
    template::{deployed, look},
};

#[test]
fn the_stack_comes_up_whole() -> Outcome {
    let folder = tempfile::tempdir()?;
    let template = folder.path().join("template.json");
    fs::write(&template, look(&[deployed("template.yaml")], false)?[0].transformed.to_string())?;
    let (origin, other, preview) = ["a", "b", "c"].map(|letter| letter.repeat(32)).into();
    // It listens on every interface: it gets a network of its own, with nothing in it but `lo`.
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
    command.arg(tools::python()?).arg(workspace::repository().join("tests/cloud/deploy.py")).arg(&template).arg(REGION);
    command.args(["AlarmEmail=it@example.pl", "OpenUntil=2030-01-31", "ReservedConcurrency=50"]);
    command.args(
        [("OriginSecret", &origin), ("OriginSecretOther", &other), ("PreviewSecret", &preview)]
            .map(|(name, value)| format!("{name}={value}")),
    );
    let found: Value = serde_json::from_str(&tools::printed(&mut command)?)?;

    assert_eq!(found["status"], "CREATE_COMPLETE", "{found:#}");
    let resources = found["resources"].as_object().unwrap();
    assert!(resources.values().all(|status| status == "CREATE_COMPLETE"), "{resources:#?}");
    assert!(resources.len() >= 25, "{}", resources.len());
    assert_eq!(found["left_out"], json!(["Budget"]), "the emulator knows no budgets, and everything else");

    let outputs = &found["outputs"];
    let keys: BTreeSet<_> = outputs.as_object().unwrap().keys().map(String::as_str).collect();
    let named = [
        "ApiUrl",
        "BucketName",
        "CdnDomainName",
        "CountersTableName",
        "DistributionId",
        "FunctionName",
        "SiteUrl",
        "TableName",
    ];
    assert_eq!(keys, BTreeSet::from(named));
    assert_eq!(outputs["SiteUrl"], format!("https://{}", outputs["CdnDomainName"].as_str().unwrap()));
    let environment = json!({
        "TABLE_NAME": outputs["TableName"],
        "COUNTERS_TABLE_NAME": outputs["CountersTableName"],
        "FORMS_DIR": "/var/task/forms",
        "ORIGIN_SECRETS": format!("{origin},{other}"),
        "PREVIEW_SECRET": preview,
    });
    assert_eq!(found["environment"], environment);
    assert_eq!(found["architectures"], json!(["arm64"]));
    assert_eq!(found["tables"].as_object().unwrap().len(), 2);
    for (name, table) in found["tables"].as_object().unwrap() {
        assert_eq!(table["DeletionProtectionEnabled"], true, "{name}");
        let keys = json!([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]);
        assert_eq!(table["KeySchema"], keys, "{name}");
    }
    assert!(found["bucket"].as_object().unwrap().values().all(|blocked| blocked == true), "{found:#}");
    assert_eq!(found["origins"], json!(["site", "function"]));
    assert_eq!(found["alarms"].as_array().map(Vec::len), Some(6), "{found:#}");
    Ok(())
}
