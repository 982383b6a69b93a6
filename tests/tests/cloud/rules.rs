//! What must be true of the transformed template: one function a rule, all of them in one list.
//!
//! What the code knows too is taken from the code: headers, keys, environment, the calls of the store.

use std::{collections::BTreeSet, fs};

use axum::http::HeaderMap;
use serde_json::{Value, json};
use tests::workspace;

/// A rule with the name by which a seeded mistake refers to it.
type Rule = (&'static str, fn(&Value) -> bool);

/// Every rule.
pub(crate) const RULES: [Rule; 26] = [
    ("tables are on demand, encrypted and protected", tables_are_protected),
    ("tables outlive the stack", |template| TABLES.iter().all(|table| is_retained(template, table))),
    ("tables have the keys of the store", tables_have_the_keys_of_the_store),
    ("answers expire by the attribute of the store", answers_expire),
    ("recovery is on for answers, off for counters", recovery_is_on_for_answers_only),
    ("the bucket is private and versioned", bucket_is_private),
    ("the bucket outlives the stack", bucket_outlives_the_stack),
    ("nothing in the bucket expires by its age", nothing_expires_by_its_age),
    ("the stack stands in the EU", stands_in_the_eu),
    ("only this CDN reads the bucket, and may list it", only_the_cdn_reads),
    ("the CDN signs what it asks of the bucket", cdn_signs),
    ("methods are a set that CloudFront knows", methods_are_legal),
    ("everything travels by https", everything_travels_by_https),
    ("answers of the function are never cached", answers_are_not_cached),
    ("the CDN proves itself to the function", cdn_proves_itself),
    ("the edge code runs on every path", edge_code_runs),
    ("headers are those of the function", headers_are_those_of_the_function),
    ("every path has the headers", every_path_has_the_headers),
    ("error pages are those agreed on", error_pages_are_those_agreed_on),
    ("the environment is what the function reads", environment_is_what_the_function_reads),
    ("the role may do what the store does, and no more", role_is_least),
    ("no statement allows everything", no_statement_allows_everything),
    ("logs hold the route's key and no path", logs_hold_no_path),
    ("limits of the gateway are parameters, and high", limits_are_high),
    ("every alarm reaches the address", alarms_reach_the_address),
    ("a day without answers is told until the term ends", silence_is_told),
];

const TABLES: [&str; 2] = ["Submissions", "Counters"];

/// Statuses under which the function gives a resident's text back (200 and 303 apart, which no CDN replaces).
const TEXT_COMES_BACK: [u64; 7] = [403, 409, 410, 413, 422, 429, 507];
/// Statuses for which the CDN shows its own page, and which page.
const REPLACED: [(u64, &str); 5] =
    [(404, "/404.html"), (500, "/error.html"), (502, "/error.html"), (503, "/error.html"), (504, "/error.html")];

/// Returns the names of the rules that `template` breaks.
pub(crate) fn broken(template: &Value) -> BTreeSet<&'static str> {
    RULES.iter().filter(|(_, holds)| !holds(template)).map(|(name, _)| *name).collect()
}

fn resource<'a>(template: &'a Value, name: &str) -> &'a Value {
    &template["Resources"][name]["Properties"]
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is_retained(template: &Value, name: &str) -> bool {
    ["DeletionPolicy", "UpdateReplacePolicy"].iter().all(|policy| template["Resources"][name][*policy] == "Retain")
}

// ---- tables

fn tables_are_protected(template: &Value) -> bool {
    TABLES.iter().map(|name| resource(template, name)).all(|table| {
        table["BillingMode"] == "PAY_PER_REQUEST"
            && table["SSESpecification"]["SSEEnabled"] == true
            && table["DeletionProtectionEnabled"] == true
    })
}

fn tables_have_the_keys_of_the_store(template: &Value) -> bool {
    let items = source("forms-fn/src/store/items.rs");
    let (Some(partition), Some(sort)) = (constant(&items, "PARTITION"), constant(&items, "SORT")) else {
        return false;
    };
    let keys = json!([
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]);
    let attributes = json!([
        {"AttributeName": partition, "AttributeType": "S"},
        {"AttributeName": sort, "AttributeType": "S"},
    ]);
    let tables = TABLES.map(|name| resource(template, name));
    tables.iter().all(|table| table["KeySchema"] == keys && table["AttributeDefinitions"] == attributes)
}

fn answers_expire(template: &Value) -> bool {
    let expires = constant(&source("forms-fn/src/store/items.rs"), "EXPIRES");
    let enabled = json!({"AttributeName": expires, "Enabled": true});
    TABLES.iter().all(|name| resource(template, name)["TimeToLiveSpecification"] == enabled)
}

fn recovery_is_on_for_answers_only(template: &Value) -> bool {
    let recovery = |name| &resource(template, name)["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
    recovery("Submissions") == true && recovery("Counters") != true
}

// ---- site

fn bucket_is_private(template: &Value) -> bool {
    let bucket = resource(template, "Bucket");
    let block = bucket["PublicAccessBlockConfiguration"].as_object();
    let blocked = block.is_some_and(|block| block.len() == 4 && block.values().all(|value| value == true));
    let ours = bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced";
    blocked && ours && bucket["VersioningConfiguration"]["Status"] == "Enabled"
}

/// Empty as it is when its first deployment fails, it goes then.
fn bucket_outlives_the_stack(template: &Value) -> bool {
    let bucket = &template["Resources"]["Bucket"];
    bucket["DeletionPolicy"] == "RetainExceptOnCreate" && bucket["UpdateReplacePolicy"] == "Retain"
}

/// What is live, what is known of it and the way back must be there after a year without a deployment, too; versions that
/// were replaced or removed go.
fn nothing_expires_by_its_age(template: &Value) -> bool {
    let rules = list(&resource(template, "Bucket")["LifecycleConfiguration"]["Rules"]);
    let days = |rule: &Value| rule["NoncurrentVersionExpiration"]["NoncurrentDays"].as_u64();
    rules.iter().all(|rule| rule["Status"] == "Enabled" && rule.get("ExpirationInDays").is_none())
        && rules.iter().any(|rule| rule.get("Prefix").is_none() && days(rule) == Some(90))
        && rules.iter().any(|rule| rule["Prefix"] == "deployments/" && days(rule) == Some(1))
        && rules.iter().any(|rule| rule["ExpiredObjectDeleteMarker"] == true)
}

/// Regions that lie in a member state: London and Zurich do not.
fn stands_in_the_eu(template: &Value) -> bool {
    let assertion = &template["Rules"]["StandsInTheEu"]["Assertions"][0]["Assert"]["Fn::Contains"];
    let member = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];
    assertion[1] == json!({"Ref": "AWS::Region"})
        && !list(&assertion[0]).is_empty()
        && list(&assertion[0]).iter().all(|region| member.iter().any(|member| region == member))
}

fn only_the_cdn_reads(template: &Value) -> bool {
    let statements = list(&resource(template, "BucketPolicy")["PolicyDocument"]["Statement"]);
    let allowed: Vec<_> = statements.iter().filter(|statement| statement["Effect"] == "Allow").collect();
    let actions: Vec<_> = allowed.iter().map(|statement| &statement["Action"]).collect();
    let ours = allowed.iter().all(|statement| {
        statement["Principal"] == json!({"Service": "cloudfront.amazonaws.com"})
            && statement["Condition"]["StringEquals"]["AWS:SourceArn"].to_string().contains("distribution/${Cdn}")
    });
    ours && actions == ["s3:GetObject", "s3:ListBucket"] && allowed[0]["Resource"]["Fn::Sub"] == "${Bucket.Arn}/site/*"
}

fn cdn_signs(template: &Value) -> bool {
    let access = &resource(template, "SiteAccess")["OriginAccessControlConfig"];
    let origin = &list(&distribution(template)["Origins"])[0];
    access["SigningBehavior"] == "always"
        && access["OriginAccessControlOriginType"] == "s3"
        && origin["OriginAccessControlId"] == json!({"Fn::GetAtt": ["SiteAccess", "Id"]})
        && origin["OriginPath"] == "/site"
}

// ---- CDN

fn distribution(template: &Value) -> &Value {
    &resource(template, "Cdn")["DistributionConfig"]
}

/// Returns the behaviour for all paths, and those of single ones.
fn behaviours(template: &Value) -> impl Iterator<Item = &Value> {
    let distribution = distribution(template);
    std::iter::once(&distribution["DefaultCacheBehavior"]).chain(list(&distribution["CacheBehaviors"]))
}

fn methods_are_legal(template: &Value) -> bool {
    let legal = [
        vec!["GET", "HEAD"],
        vec!["GET", "HEAD", "OPTIONS"],
        vec!["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
    ];
    let methods = |behaviour: &Value| {
        let mut methods: Vec<_> = list(&behaviour["AllowedMethods"])
            .iter()
            .map(|method| method.as_str().unwrap_or_default().to_owned())
            .collect();
        methods.sort_unstable();
        methods
    };
    let function = api(template);
    behaviours(template).all(|behaviour| legal.iter().any(|legal| *legal == methods(behaviour)))
        && function.is_some_and(|function| methods(function).iter().any(|method| method == "POST"))
}

fn api(template: &Value) -> Option<&Value> {
    behaviours(template)
        .find(|behaviour| behaviour["PathPattern"] == "/api/*" && behaviour["TargetOriginId"] == "function")
}

fn everything_travels_by_https(template: &Value) -> bool {
    let origin = &list(&distribution(template)["Origins"])[1]["CustomOriginConfig"];
    let certificate = distribution(template)["ViewerCertificate"].to_string();
    behaviours(template)
        .all(|behaviour| matches!(behaviour["ViewerProtocolPolicy"].as_str(), Some("redirect-to-https" | "https-only")))
        && origin["OriginProtocolPolicy"] == "https-only"
        && origin["OriginSSLProtocols"] == json!(["TLSv1.2"])
        && certificate.contains("TLSv1.2_2021")
}

/// The ids are those of the managed policies `CachingDisabled` and `AllViewerExceptHostHeader`.
fn answers_are_not_cached(template: &Value) -> bool {
    api(template).is_some_and(|function| {
        function["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
            && function["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    })
}

fn cdn_proves_itself(template: &Value) -> bool {
    let header = json!([{"HeaderName": "x-origin-secret", "HeaderValue": {"Ref": "OriginSecret"}}]);
    let named = source("forms-fn/src/router.rs").contains("\"x-origin-secret\"");
    let secrets = ["OriginSecret", "OriginSecretOther", "PreviewSecret"];
    let hidden = secrets.iter().all(|name| template["Parameters"][*name]["NoEcho"] == true);
    named && hidden && list(&distribution(template)["Origins"])[1]["OriginCustomHeaders"] == header
}

fn edge_code_runs(template: &Value) -> bool {
    let association = json!([{
        "EventType": "viewer-request",
        "FunctionARN": {"Fn::GetAtt": ["AtTheEdge", "FunctionARN"]},
    }]);
    resource(template, "AtTheEdge")["AutoPublish"] == true
        && behaviours(template).all(|behaviour| behaviour["FunctionAssociations"] == association)
}

fn headers_are_those_of_the_function(template: &Value) -> bool {
    let policy = &resource(template, "SecurityHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
    let transport = &policy["StrictTransportSecurity"];
    let said = [
        ("strict-transport-security", format!("max-age={}", transport["AccessControlMaxAgeSec"])),
        ("x-content-type-options", if policy["ContentTypeOptions"].is_object() { "nosniff" } else { "" }.to_owned()),
        ("referrer-policy", text(&policy["ReferrerPolicy"]["ReferrerPolicy"])),
        ("x-frame-options", text(&policy["FrameOptions"]["FrameOption"])),
        ("content-security-policy", text(&policy["ContentSecurityPolicy"]["ContentSecurityPolicy"])),
    ];
    let mut ours = HeaderMap::new();
    forms_fn::headers::secure(&mut ours, true);
    let overridden =
        policy.as_object().is_some_and(|headers| headers.values().all(|header| header["Override"] == true));
    overridden
        && transport["IncludeSubdomains"] == false
        && ours.len() == said.len()
        && said.iter().all(|(name, value)| ours.get(*name).is_some_and(|our| our.as_bytes() == value.as_bytes()))
}

fn every_path_has_the_headers(template: &Value) -> bool {
    behaviours(template).all(|behaviour| behaviour["ResponseHeadersPolicyId"] == json!({"Ref": "SecurityHeaders"}))
}

fn error_pages_are_those_agreed_on(template: &Value) -> bool {
    let pages = list(&distribution(template)["CustomErrorResponses"]);
    let agreed = REPLACED.iter().zip(pages).all(|((status, page), response)| {
        response["ErrorCode"] == *status && response["ResponseCode"] == *status && response["ResponsePagePath"] == *page
    });
    agreed && pages.len() == REPLACED.len()
}

/// Every status that the function can answer with is one that gives text back, or one that the CDN may replace, or one
/// that holds no text: a new one has to be put into one of the lists.
#[test]
fn no_status_with_a_resident_s_text_is_replaced_by_the_cdn() {
    let handlers = source("forms-fn/src/handlers.rs");
    let named: BTreeSet<u64> = handlers
        .split("StatusCode::")
        .skip(1)
        .filter_map(|rest| {
            let name = rest.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_').next()?;
            let statuses = (100..600).filter_map(|code| axum::http::StatusCode::from_u16(code).ok());
            let name = name.replace('_', " ");
            let told = |status: &axum::http::StatusCode| {
                status.canonical_reason().map(|reason| reason.to_uppercase().replace('-', " ")) == Some(name.clone())
            };
            statuses.into_iter().find(told).map(|status| u64::from(status.as_u16()))
        })
        .collect();
    let replaced = BTreeSet::from(REPLACED.map(|(status, _)| status));
    let with_text = BTreeSet::from(TEXT_COMES_BACK);
    assert!(named.is_superset(&BTreeSet::from([303, 404, 409, 422, 507])), "{named:?}");
    assert!(with_text.is_disjoint(&replaced));
    // Success, the way to the receipt, and a body that could not be read.
    let without_text = BTreeSet::from([200, 303, 415]);
    let sorted: BTreeSet<u64> = with_text.iter().chain(&replaced).chain(&without_text).copied().collect();
    let unsorted: Vec<_> = named.difference(&sorted).collect();
    assert!(unsorted.is_empty(), "does a resident's text come back under {unsorted:?}?");
}

// ---- function

fn environment_is_what_the_function_reads(template: &Value) -> bool {
    let main = source("forms-fn/src/main.rs");
    let reads = |call: &str| {
        let names = main.split(call).skip(1).filter_map(|rest| rest.split('"').next());
        names.filter(|name| !name.starts_with("AWS_")).map(str::to_owned).collect::<Vec<_>>()
    };
    let read: BTreeSet<String> = [reads("required(\""), reads("optional(\"")].concat().into_iter().collect();
    let variables = &resource(template, "Function")["Environment"]["Variables"];
    let set: BTreeSet<String> = variables.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    read == set
        && variables["TABLE_NAME"] == if_led_elsewhere("Submissions", &json!({"Ref": "SubmissionsTable"}), "Ref")
        && variables["COUNTERS_TABLE_NAME"] == if_led_elsewhere("Counters", &json!({"Ref": "CountersTable"}), "Ref")
}

/// What stands where the function may be led to another table than the stack's own.
fn if_led_elsewhere(table: &str, other: &Value, own: &str) -> Value {
    let own = if own == "Ref" { json!({"Ref": table}) } else { json!({"Fn::GetAtt": [table, own]}) };
    json!({"Fn::If": [format!("HasOther{table}"), other, own]})
}

/// The calls of the store that the function can come to, as IAM names them: `CreateTable` and whatever only the command
/// line does are left out by file.
fn role_is_least(template: &Value) -> bool {
    let policies = list(&resource(template, "FunctionRole")["Policies"]);
    let statements: Vec<_> = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"])).collect();
    let arn = |name: &str| {
        if !TABLES.contains(&name) {
            return json!({"Fn::GetAtt": [name, "Arn"]});
        }
        let arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/";
        if_led_elsewhere(name, &json!({"Fn::Sub": format!("{arn}${{{name}Table}}")}), "Arn")
    };
    let may = |table: &str| -> BTreeSet<String> {
        let ours = statements.iter().filter(|statement| statement["Resource"] == arn(table));
        ours.flat_map(|statement| list(&statement["Action"])).map(text).collect()
    };
    let resources = statements.iter().all(|statement| {
        ["Submissions", "Counters", "FunctionLogs"].iter().any(|name| statement["Resource"] == arn(name))
    });
    let logs = BTreeSet::from(["logs:CreateLogStream", "logs:PutLogEvents"].map(str::to_owned));
    resources
        && resource(template, "FunctionRole").get("ManagedPolicyArns").is_none()
        && may("FunctionLogs") == logs
        && may("Submissions") == calls(&SUBMISSION_CALLS)
        && may("Counters") == calls(&COUNTER_CALLS)
}

/// Files of the store whose calls the function makes on the first table.
const SUBMISSION_CALLS: [&str; 2] = ["forms-fn/src/store.rs", "forms-fn/src/store/correct.rs"];
/// And on the second.
const COUNTER_CALLS: [&str; 1] = ["forms-fn/src/store/counters.rs"];

/// Returns the rights that the calls in `files` need.
fn calls(files: &[&str]) -> BTreeSet<String> {
    let needs = [
        (".get_item()", "dynamodb:GetItem"),
        (".batch_get_item()", "dynamodb:BatchGetItem"),
        (".put_item()", "dynamodb:PutItem"),
        ("Put::builder()", "dynamodb:PutItem"),
        (".update_item()", "dynamodb:UpdateItem"),
        ("Update::builder()", "dynamodb:UpdateItem"),
        (".delete_item()", "dynamodb:DeleteItem"),
        ("Delete::builder()", "dynamodb:DeleteItem"),
        ("ConditionCheck::builder()", "dynamodb:ConditionCheckItem"),
        (".query()", "dynamodb:Query"),
        (".scan()", "dynamodb:Scan"),
    ];
    let texts: Vec<_> = files.iter().map(|file| source(file)).collect();
    let needed = needs.iter().filter(|(call, _)| texts.iter().any(|text| text.contains(call)));
    needed.map(|(_, right)| (*right).to_owned()).collect()
}

fn no_statement_allows_everything(template: &Value) -> bool {
    fn allowed<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(fields) => {
                if fields.get("Effect").is_some_and(|effect| effect == "Allow") {
                    found.push(value);
                }
                fields.values().for_each(|field| allowed(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| allowed(item, found)),
            _ => {}
        }
    }
    let mut statements = Vec::new();
    allowed(template, &mut statements);
    !statements.is_empty()
        && statements.iter().all(|statement| {
            let actions = statement["Action"].to_string();
            !actions.contains('*') && statement["Resource"] != "*" && statement["Principal"] != "*"
        })
}

fn logs_hold_no_path(template: &Value) -> bool {
    let format = text(&resource(template, "ApiApiGatewayDefaultStage")["AccessLogSettings"]["Format"]);
    let told = ["requestTime", "requestId", "routeKey", "status", "responseLatency", "integrationErrorMessage"];
    let named: Vec<&str> = format
        .split("$context.")
        .skip(1)
        .filter_map(|rest| rest.split(|letter: char| !letter.is_ascii_alphabetic() && letter != '.').next())
        .collect();
    // Neither the CDN nor the bucket may keep a log of requests.
    let cdn = distribution(template).get("Logging").is_none();
    let bucket = resource(template, "Bucket").get("LoggingConfiguration").is_none();
    named == told && cdn && bucket && resource(template, "Function")["TracingConfig"].is_null()
}

fn limits_are_high(template: &Value) -> bool {
    let settings = &resource(template, "ApiApiGatewayDefaultStage")["DefaultRouteSettings"];
    let parameters = &template["Parameters"];
    settings["ThrottlingRateLimit"] == json!({"Ref": "ApiRate"})
        && settings["ThrottlingBurstLimit"] == json!({"Ref": "ApiBurst"})
        && parameters["ApiRate"]["Default"].as_u64() >= Some(1000)
        && parameters["ApiBurst"]["Default"].as_u64() >= Some(1000)
        // Absent unless asked for.
        && parameters["ReservedConcurrency"]["Default"] == -1
        && resource(template, "Function")["Timeout"].as_u64().is_some_and(|seconds| (10..30).contains(&seconds))
}

// ---- alarms

fn alarms_reach_the_address(template: &Value) -> bool {
    let resources = template["Resources"].as_object();
    let alarms: Vec<_> =
        resources.into_iter().flatten().filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm").collect();
    let watched: BTreeSet<_> = alarms.iter().map(|(_, alarm)| text(&alarm["Properties"]["MetricName"])).collect();
    let expected = ["Errors", "Throttles", "5xx", "Latency", "NotStored", "Stored"].map(str::to_owned);
    let subscription = resource(template, "AlarmSubscription");
    let telemetry = source("forms-fn/src/telemetry.rs");
    let ours = alarms.iter().filter(|(_, alarm)| alarm["Properties"]["Namespace"] == "Konsultacje");
    watched == BTreeSet::from(expected)
        && alarms.iter().all(|(_, alarm)| alarm["Properties"]["AlarmActions"] == json!([{"Ref": "Alarms"}]))
        && subscription["Endpoint"] == json!({"Ref": "AlarmEmail"})
        && subscription["TopicArn"] == json!({"Ref": "Alarms"})
        && resource(template, "Budget").to_string().matches("AlarmEmail").count() == 2
        && ours.into_iter().all(|(_, alarm)| {
            let named = |key: &str| telemetry.contains(&format!("\"{}\"", text(&alarm["Properties"][key])));
            named("MetricName") && named("Namespace") && alarm["Properties"]["Dimensions"][0]["Name"] == "FunctionName"
        })
}

fn silence_is_told(template: &Value) -> bool {
    let alarm = resource(template, "NobodyAnswers");
    let schedule = resource(template, "TermEnds");
    // A new last day must change the alarm, so that its actions are switched on again.
    let changes = alarm["AlarmDescription"].to_string().contains("${OpenUntil}");
    changes
        && alarm["TreatMissingData"] == "breaching"
        && alarm["ActionsEnabled"] == true
        && alarm["Period"] == 86400
        && alarm["ComparisonOperator"] == "LessThanThreshold"
        && schedule["ScheduleExpression"]["Fn::Sub"].as_str().is_some_and(is_schedule)
        && schedule["ScheduleExpressionTimezone"] == forms_zone()
        && schedule["Target"]["Arn"].to_string().contains(":aws-sdk:cloudwatch:disableAlarmActions")
        && schedule["Target"]["Input"].to_string().contains("${NobodyAnswers}")
}

/// The zone in which a day ends.
fn forms_zone() -> &'static str {
    "Europe/Warsaw"
}

/// Tells whether `expression` is one that the scheduler reads: one instant, or six fields.
fn is_schedule(expression: &str) -> bool {
    let dated = expression.replace("${OpenUntil}", "2030-01-31");
    let inner = |kind: &str| dated.strip_prefix(kind)?.strip_suffix(')');
    if let Some(instant) = inner("at(") {
        return instant.parse::<jiff::civil::DateTime>().is_ok() && instant.len() == 19;
    }
    inner("cron(").is_some_and(|fields| fields.split_whitespace().count() == 6)
}

// ---- the code

fn source(path: &str) -> String {
    fs::read_to_string(workspace::repository().join(path)).unwrap_or_default()
}

/// Returns the text of `const NAME: &str = "…"`.
fn constant(source: &str, name: &str) -> Option<String> {
    let (_, rest) = source.split_once(&format!("const {name}: &str = \""))?;
    rest.split('"').next().map(str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
