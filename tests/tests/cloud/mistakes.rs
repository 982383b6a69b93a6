//! Seeded mistakes: each is caught by something that runs.

use std::{collections::BTreeSet, fs};

use crate::{
    Outcome,
    rules::{self, RULES},
    template::{Looked, deployed, look},
};

/// Who catches a mistake.
#[derive(Clone, Copy, Debug)]
enum Caught {
    /// The linter, by the number of its rule.
    Lint(&'static str),
    /// A rule of ours.
    Rule(&'static str),
}

use Caught::{Lint, Rule};

/// What stands in the template, what is put in its place, and who notices.
const MISTAKES: [(&str, &str, Caught); 39] = [
    ("BlockPublicPolicy: true", "BlockPublicPolicy: false", Rule("the bucket is private and versioned")),
    ("        RestrictPublicBuckets: true\n", "", Rule("the bucket is private and versioned")),
    (
        "VersioningConfiguration: {Status: Enabled}",
        "VersioningConfiguration: {Status: Suspended}",
        Rule("the bucket is private and versioned"),
    ),
    (
        "TimeToLiveSpecification: {AttributeName: expires, Enabled: true}",
        "TimeToLiveSpecification: {AttributeName: expires, Enabled: false}",
        Rule("answers expire by the attribute of the store"),
    ),
    ("{AttributeName: expires,", "{AttributeName: expire,", Rule("answers expire by the attribute of the store")),
    (
        "{PointInTimeRecoveryEnabled: true}",
        "{PointInTimeRecoveryEnabled: false}",
        Rule("recovery is on for answers, off for counters"),
    ),
    ("{PointInTimeRecoveryEnabled: true}", "{PointInTimeRecoveryEnable: true}", Lint("E3002")),
    ("{AttributeName: sk, KeyType: RANGE}", "{AttributeName: sort, KeyType: RANGE}", Lint("E3039")),
    (
        "{AttributeName: pk, AttributeType: S}",
        "{AttributeName: pk, AttributeType: N}",
        Rule("tables have the keys of the store"),
    ),
    (
        "DeletionProtectionEnabled: true",
        "DeletionProtectionEnabled: false",
        Rule("tables are on demand, encrypted and protected"),
    ),
    (
        "SSESpecification: {SSEEnabled: true}",
        "SSESpecification: {SSEEnabled: false}",
        Rule("tables are on demand, encrypted and protected"),
    ),
    ("BillingMode: PAY_PER_REQUEST", "BillingMode: ON_DEMAND", Lint("E3030")),
    (
        "    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n",
        "    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Delete\n",
        Rule("tables outlive the stack"),
    ),
    ("    DeletionPolicy: RetainExceptOnCreate\n", "", Rule("the bucket outlives the stack")),
    (
        "            Prefix: deployments/\n",
        "            Prefix: deployments/\n            ExpirationInDays: 90\n",
        Rule("nothing in the bucket expires by its age"),
    ),
    ("[eu-central-1, eu-north-1,", "[eu-central-1, eu-west-2,", Rule("the stack stands in the EU")),
    (
        "TABLE_NAME: !If [HasOtherSubmissions, !Ref SubmissionsTable, !Ref Submissions]",
        "TABLE_NAME: !If [HasOtherCounters, !Ref SubmissionsTable, !Ref Submissions]",
        Rule("the environment is what the function reads"),
    ),
    (
        "Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]",
        "Action: \"*\"",
        Rule("no statement allows everything"),
    ),
    (
        "Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]",
        "Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:Scan]",
        Rule("the role may do what the store does, and no more"),
    ),
    (
        "Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]",
        "Action: [dynamodb:GetItem, dynamodb:PutItem]",
        Rule("the role may do what the store does, and no more"),
    ),
    ("- !GetAtt Submissions.Arn", "- \"*\"", Rule("the role may do what the store does, and no more")),
    (
        "AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]",
        "AllowedMethods: [GET, HEAD, POST]",
        Rule("methods are a set that CloudFront knows"),
    ),
    ("ViewerProtocolPolicy: https-only", "ViewerProtocolPolicy: allow-all", Rule("everything travels by https")),
    (
        "            OriginCustomHeaders:\n              - {HeaderName: x-origin-secret, HeaderValue: !Ref OriginSecret}\n",
        "",
        Rule("the CDN proves itself to the function"),
    ),
    (
        "    NoEcho: true\n    Description: Secret that the CDN",
        "    Description: Secret that the CDN",
        Rule("the CDN proves itself to the function"),
    ),
    (
        "CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6",
        Rule("answers of the function are never cached"),
    ),
    (
        "OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "OriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3",
        Rule("answers of the function are never cached"),
    ),
    (
        "          - {ErrorCode: 500,",
        "          - {ErrorCode: 403, ResponseCode: 403, ResponsePagePath: /error.html, ErrorCachingMinTTL: 0}\n          - {ErrorCode: 500,",
        Rule("error pages are those agreed on"),
    ),
    (
        "default-src 'none'; style-src 'self';",
        "default-src 'none'; style-src 'self' 'unsafe-inline';",
        Rule("headers are those of the function"),
    ),
    ("AccessControlMaxAgeSec: 63072000", "AccessControlMaxAgeSec: 600", Rule("headers are those of the function")),
    ("          ResponseHeadersPolicyId: !Ref SecurityHeaders\n", "", Rule("every path has the headers")),
    (
        "            Action: s3:ListBucket",
        "            Action: s3:PutObject",
        Rule("only this CDN reads the bucket, and may list it"),
    ),
    ("SigningBehavior: always", "SigningBehavior: never", Rule("the CDN signs what it asks of the bucket")),
    ("$context.routeKey", "$context.path", Rule("logs hold the route's key and no path")),
    ("          TABLE_NAME: ", "          TABEL_NAME: ", Rule("the environment is what the function reads")),
    ("Timeout: 15", "Timeout: 1000", Lint("E3717")),
    ("Runtime: provided.al2023", "Runtime: provided.al1", Lint("E3030")),
    ("at(${OpenUntil}T23:59:00)", "cron(59 23 * * *)", Rule("a day without answers is told until the term ends")),
    (
        "TreatMissingData: breaching",
        "TreatMissingData: notBreaching",
        Rule("a day without answers is told until the term ends"),
    ),
];

#[test]
fn each_is_caught() -> Outcome {
    let template = fs::read_to_string(deployed("template.yaml"))?;
    let folder = tempfile::tempdir()?;
    let seeded = |number: usize, from: &str, to: &str| {
        assert!(template.contains(from), "not in the template: {from}");
        let file = folder.path().join(format!("{number}.yaml"));
        fs::write(&file, template.replacen(from, to, 1)).map(|()| file)
    };
    let mut files = Vec::new();
    for (number, (from, to, _)) in MISTAKES.iter().enumerate() {
        files.push(seeded(number, from, to)?);
    }
    let is_linted = |number: &usize| matches!(MISTAKES[*number].2, Lint(_));
    let (linted, ruled): (Vec<usize>, Vec<usize>) = (0..MISTAKES.len()).partition(is_linted);
    for (numbers, lint) in [(linted, true), (ruled, false)] {
        let chosen: Vec<_> = numbers.iter().map(|number| &files[*number]).collect();
        let looked = look(&chosen, lint)?;
        assert_eq!(looked.len(), numbers.len());
        for (number, looked) in numbers.iter().zip(&looked) {
            let (from, to, caught) = &MISTAKES[*number];
            assert!(
                notices(*caught, looked),
                "{caught:?} does not notice {to:?} in place of {from:?}: {:?}",
                looked.findings
            );
        }
    }
    Ok(())
}

fn notices(caught: Caught, looked: &Looked) -> bool {
    match caught {
        Lint(number) => looked.findings.iter().any(|finding| finding.contains(number)),
        Rule(name) => {
            assert!(RULES.iter().any(|(known, _)| *known == name), "no rule is called {name:?}");
            rules::broken(&looked.transformed).contains(name)
        }
    }
}

/// A rule that nothing can break guards nothing.
#[test]
fn every_rule_can_be_broken() -> Outcome {
    let looked = look(&[deployed("template.yaml")], false)?;
    let mut empty = looked[0].transformed.clone();
    for (_, resource) in empty["Resources"].as_object_mut().unwrap() {
        resource["Properties"] = serde_json::json!({});
        resource.as_object_mut().unwrap().retain(|key, _| matches!(key.as_str(), "Type" | "Properties"));
    }
    empty["Resources"]["Cdn"]["Properties"] = serde_json::json!({"DistributionConfig": {"Origins": [{}, {}]}});
    empty["Rules"] = serde_json::json!({});
    let broken = rules::broken(&empty);
    let names: BTreeSet<_> = RULES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.difference(&broken).collect::<Vec<_>>(), [] as [&&str; 0]);
    Ok(())
}
