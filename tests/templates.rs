//! The two CloudFormation templates: what they become under which parameters.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

#[path = "templates/accounts.rs"]
mod accounts;
#[path = "templates/resolve.rs"]
mod resolve;
#[path = "templates/role.rs"]
mod role;
#[path = "templates/rule.rs"]
mod rule;

use resolve::{Resolved, Template};

const HERE: &str = "111111111111";
const THERE: &str = "222222222222";
const KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/replicas";
const BUCKETS: [&str; 2] = ["DestinationBucket", "SourceBucket"];

const DESTINATION: &str = include_str!("../cloudformation/01_s3_destination_bucket.yaml");
const SOURCE: &str = include_str!("../cloudformation/02_s3_original_bucket.yaml");

fn destination() -> Template {
    Template::read(DESTINATION, "us-east-1", THERE)
}

fn source() -> Template {
    Template::read(SOURCE, "ap-northeast-1", HERE)
}

fn both() -> [(Resolved, &'static str); 2] {
    [
        (destination().resolve(&[]), BUCKETS[0]),
        (source().resolve(&[]), BUCKETS[1]),
    ]
}

/// The statement of this name, and whether there is one.
fn statement<'a>(policy: &'a Value, sid: &str) -> Option<&'a Value> {
    let statements = policy["Statement"].as_array().unwrap();
    statements.iter().find(|statement| statement["Sid"] == sid)
}

fn actions(statement: &Value) -> BTreeSet<&str> {
    match &statement["Action"] {
        Value::String(one) => [one.as_str()].into(),
        all => all
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect(),
    }
}

fn sids(policy: &Value) -> Vec<&str> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    statements.map(|one| one["Sid"].as_str().unwrap()).collect()
}

#[test]
fn the_defaults_are_the_articles_buckets() {
    let [(there, _), (here, _)] = both();
    let name = |stack: &Resolved, output: &str| stack.outputs[output]["Value"].clone();
    assert_eq!(
        name(&there, "DestinationBucketName"),
        "secondary-test-1-dev-bucket"
    );
    assert_eq!(name(&here, "SourceBucketName"), "primary-test-1-dev-bucket");
    assert_eq!(
        name(&here, "DestinationBucketName"),
        "secondary-test-1-dev-bucket"
    );
    for environment in ["uat", "prod"] {
        let stack = source().resolve(&[("Environment", environment)]);
        let expected = format!("primary-test-1-{environment}-bucket");
        assert_eq!(name(&stack, "SourceBucketName"), expected);
    }
}

#[test]
fn both_buckets_are_versioned_encrypted_private_and_their_owners() {
    for (stack, bucket) in both() {
        let of = stack.properties(bucket);
        assert_eq!(of["VersioningConfiguration"]["Status"], "Enabled");
        let encryption = &of["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
        assert_eq!(
            encryption["ServerSideEncryptionByDefault"],
            json!({"SSEAlgorithm": "AES256"})
        );
        let noncurrent = &of["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"];
        assert_eq!(noncurrent, &json!({"NoncurrentDays": "21"}));
        let private = of["PublicAccessBlockConfiguration"].as_object().unwrap();
        assert!(private.len() == 4 && private.values().all(|on| on == true));
        let owner = &of["OwnershipControls"]["Rules"][0]["ObjectOwnership"];
        assert_eq!(owner, "BucketOwnerEnforced");
    }
}

#[test]
fn a_stack_deletion_never_deletes_data() {
    for (template, bucket, key) in [
        (destination(), BUCKETS[0], "DestinationKey"),
        (source(), BUCKETS[1], "SourceKey"),
    ] {
        for resource in [bucket, &format!("{bucket}Policy"), key] {
            let body = &template.document["Resources"][resource];
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                assert_eq!(body[policy], "Retain", "{resource} {policy}");
            }
        }
    }
}

#[test]
fn requests_without_tls_are_denied_to_bucket_and_objects() {
    for (stack, bucket) in both() {
        let policy = &stack.properties(&format!("{bucket}Policy"))["PolicyDocument"];
        assert_eq!(sids(policy), ["DenyRequestsWithoutTls"]);
        let deny = statement(policy, "DenyRequestsWithoutTls").unwrap();
        let name = stack.properties(bucket)["BucketName"].as_str().unwrap();
        let expected = json!([
            format!("arn:aws:s3:::{name}"),
            format!("arn:aws:s3:::{name}/*")
        ]);
        assert_eq!(deny["Resource"], expected);
        assert_eq!(
            (&deny["Effect"], &deny["Principal"], &deny["Action"]),
            (&json!("Deny"), &json!("*"), &json!("s3:*"))
        );
        assert_eq!(
            deny["Condition"],
            json!({"Bool": {"aws:SecureTransport": "false"}})
        );
    }
}

/// The limit is of `TemplateBody`; a transform would need a further capability.
#[test]
fn no_transform_is_needed_and_the_templates_fit_into_a_request() {
    for (template, text) in [(destination(), DESTINATION), (source(), SOURCE)] {
        assert!(template.document["Transform"].is_null() && !text.contains("Fn::Transform"));
        assert!(text.len() <= 51_200, "{} bytes", text.len());
    }
}

/// `stack up` hands outputs to parameters by name, and one `--parameter` to both templates.
#[test]
fn the_templates_fit_together() {
    let (there, here) = (destination(), source());
    let parameters = here.document["Parameters"].as_object().unwrap();
    for output in there.document["Outputs"].as_object().unwrap().keys() {
        assert!(parameters.contains_key(output), "{output}");
    }
    for (name, body) in there.document["Parameters"].as_object().unwrap() {
        let Some(other) = parameters.get(name) else {
            continue;
        };
        for what in [
            "Type",
            "Default",
            "AllowedValues",
            "AllowedPattern",
            "MinValue",
        ] {
            assert_eq!(body[what], other[what], "{name} {what}");
        }
    }
}

const TO: &str = "arn:aws:s3:::secondary-test-1-dev-bucket";

const KMS: [(&str, &str); 2] = [("Encryption", "aws:kms"), ("DestinationKmsKeyArn", KEY)];

#[rstest]
#[case::key(&[("Encryption", "aws:kms")], "DestinationKmsKeyArn")]
#[case::bucket_key(&[("BucketKey", "true")], "aws:kms")]
#[case::owner(&[("OwnerOverride", "true")], "DestinationAccountId")]
#[case::drill(&[("DrillDeniedAction", "s3:ReplicateObject")], "DrillPrefix")]
fn the_source_template_refuses_half_a_choice(
    #[case] given: &[(&str, &str)],
    #[case] missing: &str,
) {
    let refusals = source().refusals(given);
    assert!(
        refusals.len() == 1 && refusals[0].contains(missing),
        "{refusals:?}"
    );
}

#[rstest]
#[case::bucket_key(&[("BucketKey", "true")], "aws:kms")]
#[case::owner(&[("OwnerOverride", "true")], "SourceAccountId")]
fn the_destination_template_refuses_half_a_choice(
    #[case] given: &[(&str, &str)],
    #[case] missing: &str,
) {
    let refusals = destination().refusals(given);
    assert!(
        refusals.len() == 1 && refusals[0].contains(missing),
        "{refusals:?}"
    );
}

#[test]
fn the_defaults_are_refused_by_no_rule() {
    assert!(source().refusals(&[]).is_empty() && destination().refusals(&[]).is_empty());
    assert!(source().refusals(&KMS).is_empty());
}
