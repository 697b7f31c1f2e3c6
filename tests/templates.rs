//! The two CloudFormation templates: what they become under which parameters.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

#[path = "templates/resolve.rs"]
mod resolve;

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

fn rule(given: &[(&str, &str)]) -> Value {
    let stack = source().resolve(given);
    let rules = stack.properties("SourceBucket")["ReplicationConfiguration"]["Rules"].clone();
    assert_eq!(rules.as_array().unwrap().len(), 1);
    rules[0].clone()
}

const TO: &str = "arn:aws:s3:::secondary-test-1-dev-bucket";

#[test]
fn rule1_is_v2_with_an_empty_prefix_and_metrics_and_markers_stay() {
    assert_eq!(
        rule(&[]),
        json!({
            "Id": "Rule1", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": TO, "Metrics": {"Status": "Enabled"}},
        })
    );
}

/// R-RULE-01, R-RULE-03: V2's elements are refused in V1. R-DEL-03: its markers travel.
#[test]
fn v1_has_a_prefix_and_nothing_of_v2_and_its_role_may_replicate_markers() {
    assert_eq!(
        rule(&[("RuleSchema", "V1")]),
        json!({
            "Id": "Rule1", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": TO},
        })
    );
}

#[rstest]
#[case(&[("ReplicationTimeControl", "true")])]
#[case(&[("Priority", "7")])]
#[case(&[("DeleteMarkerReplication", "Enabled")])]
#[case(&[("DeleteMarkerReplication", "Disabled")])]
fn v1_is_refused_together_with(#[case] given: &[(&str, &str)]) {
    assert_eq!(source().refusals(given), [""; 0], "fine in V2");
    let in_v1 = [given, &[("RuleSchema", "V1")]].concat();
    let refusals = source().refusals(&in_v1);
    assert!(
        refusals.len() == 1 && refusals[0].contains(given[0].0),
        "{refusals:?}"
    );
}

/// R-TIME-06: only together, and only 15 minutes.
#[test]
fn rtc_comes_with_its_metrics_and_its_threshold() {
    let to = &rule(&[("ReplicationTimeControl", "true")])["Destination"];
    let fifteen = json!({"Minutes": 15});
    assert_eq!(
        to["ReplicationTime"],
        json!({"Status": "Enabled", "Time": fifteen})
    );
    assert_eq!(
        to["Metrics"],
        json!({"Status": "Enabled", "EventThreshold": fifteen})
    );
}

#[test]
fn priority_markers_and_storage_class_are_parameters() {
    let rule = rule(&[
        ("Priority", "7"),
        ("DeleteMarkerReplication", "Enabled"),
        ("StorageClass", "STANDARD_IA"),
    ]);
    assert_eq!(rule["Priority"], "7");
    assert_eq!(rule["DeleteMarkerReplication"]["Status"], "Enabled");
    assert_eq!(rule["Destination"]["StorageClass"], "STANDARD_IA");
}

/// The rights by statement: R-IAM-02, R-IAM-03, R-IAM-05, R-OWN-02, R-ENC-06.
#[rstest]
#[case::defaults(&[], &["s3:ReplicateObject"])]
#[case::markers(&[("DeleteMarkerReplication", "Enabled")], &["s3:ReplicateDelete", "s3:ReplicateObject"])]
#[case::v1(&[("RuleSchema", "V1")], &["s3:ReplicateDelete", "s3:ReplicateObject"])]
#[case::owner(
    &[("DestinationAccountId", THERE), ("OwnerOverride", "true")],
    &["s3:ObjectOwnerOverrideToBucketOwner", "s3:ReplicateObject"]
)]
#[case::own_account(&[("DestinationAccountId", HERE), ("OwnerOverride", "true")], &["s3:ReplicateObject"])]
fn the_role_may_do_what_the_rule_needs(#[case] given: &[(&str, &str)], #[case] writes: &[&str]) {
    let stack = source().resolve(given);
    let policy = &stack.properties("ReplicationPolicy")["PolicyDocument"];
    let names = ["ReadTheConfiguration", "ReadTheObjects", "WriteTheReplicas"];
    assert_eq!(sids(policy), names);
    let of = |sid| statement(policy, sid).unwrap();
    let from = "arn:aws:s3:::primary-test-1-dev-bucket";
    let configuration = ["s3:GetReplicationConfiguration", "s3:ListBucket"];
    assert_eq!(actions(of(names[0])), configuration.into());
    assert_eq!(of(names[0])["Resource"], from);
    let reads = [
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionTagging",
    ];
    assert_eq!(actions(of(names[1])), reads.into());
    assert_eq!(of(names[1])["Resource"], format!("{from}/*"));
    assert_eq!(actions(of(names[2])), writes.iter().copied().collect());
    assert_eq!(of(names[2])["Resource"], format!("{TO}/*"));
}

#[test]
fn s3_is_trusted_and_conditions_on_it_are_by_choice() {
    let trust = |given: &[(&str, &str)]| {
        let stack = source().resolve(given);
        let role = stack.properties("ReplicationRole");
        role["AssumeRolePolicyDocument"]["Statement"][0].clone()
    };
    let open = trust(&[]);
    assert_eq!(
        open,
        json!({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    );
    assert_eq!(
        trust(&[("RestrictTrust", "true")])["Condition"],
        json!({
            "StringEquals": {"aws:SourceAccount": HERE},
            "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::primary-test-1-dev-bucket"},
        })
    );
}

#[test]
fn boundary_path_and_tags_are_parameters() {
    let plain = source().resolve(&[]);
    let role = plain.properties("ReplicationRole");
    assert!(role["PermissionsBoundary"].is_null() && role["Path"] == "/");
    assert_eq!(
        role["Tags"],
        json!([{"Key": "Environment", "Value": "dev"}])
    );
    let boundary = "arn:aws:iam::111111111111:policy/bound";
    let given = [
        ("PermissionsBoundary", boundary),
        ("RolePath", "/teams/storage/"),
        ("Project", "archive"),
        ("Owner", "storage"),
    ];
    let stack = source().resolve(&given);
    let role = stack.properties("ReplicationRole");
    assert_eq!(
        (&role["PermissionsBoundary"], &role["Path"]),
        (&json!(boundary), &json!("/teams/storage/"))
    );
    let keys = |resource: &str| -> Vec<String> {
        let tags = stack.properties(resource)["Tags"]
            .as_array()
            .unwrap()
            .clone();
        tags.iter()
            .map(|tag| tag["Key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys("ReplicationRole"), ["Environment", "Project", "Owner"]);
    assert_eq!(
        keys("SourceBucket"),
        ["bucketpair:stack", "Environment", "Project", "Owner"]
    );
}

const KMS: [(&str, &str); 2] = [("Encryption", "aws:kms"), ("DestinationKmsKeyArn", KEY)];

/// R-ENC-04, R-ENC-06.
#[rstest]
#[case::by_object("false", "/*", &["kms:Encrypt"])]
#[case::by_bucket("true", "", &["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])]
fn kms_opts_in_and_limits_each_right_to_s3_in_its_region(
    #[case] bucket_key: &str,
    #[case] objects: &str,
    #[case] at_the_destination: &[&str],
) {
    let given = [&KMS[..], &[("BucketKey", bucket_key)]].concat();
    let stack = source().resolve(&given);
    let policy = &stack.properties("ReplicationPolicy")["PolicyDocument"];
    let decrypt = statement(policy, "DecryptTheObjects").unwrap();
    assert_eq!(decrypt["Action"], "kms:Decrypt");
    assert_eq!(
        decrypt["Resource"],
        "arn:aws:kms:ap-northeast-1:111111111111:key/SourceKey"
    );
    let context = |bucket: &str, region: &str| {
        json!({"StringLike": {
            "kms:ViaService": format!("s3.{region}.amazonaws.com"),
            "kms:EncryptionContext:aws:s3:arn": format!("arn:aws:s3:::{bucket}{objects}"),
        }})
    };
    assert_eq!(
        decrypt["Condition"],
        context("primary-test-1-dev-bucket", "ap-northeast-1")
    );
    let encrypt = statement(policy, "EncryptTheReplicas").unwrap();
    assert_eq!(
        actions(encrypt),
        at_the_destination.iter().copied().collect()
    );
    assert_eq!(encrypt["Resource"], KEY);
    assert_eq!(
        encrypt["Condition"],
        context("secondary-test-1-dev-bucket", "us-east-1")
    );
    let rule = rule(&given);
    assert_eq!(
        rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"],
        "Enabled"
    );
    assert_eq!(
        rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"],
        KEY
    );
}

#[test]
fn each_side_has_a_key_of_its_own_that_delegates_to_its_account() {
    for (stack, bucket, key, account, outputs) in [
        (
            destination().resolve(&KMS[..1]),
            BUCKETS[0],
            "DestinationKey",
            THERE,
            "DestinationKmsKeyArn",
        ),
        (
            source().resolve(&KMS),
            BUCKETS[1],
            "SourceKey",
            HERE,
            "SourceKmsKeyArn",
        ),
    ] {
        let policy = &stack.properties(key)["KeyPolicy"];
        assert_eq!(sids(policy), ["DelegateToThisAccount"]);
        let root = format!("arn:aws:iam::{account}:root");
        assert_eq!(policy["Statement"][0]["Principal"]["AWS"], root);
        let encryption = &stack.properties(bucket)["BucketEncryption"];
        let default =
            &encryption["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"];
        assert_eq!(default["SSEAlgorithm"], "aws:kms");
        assert_eq!(default["KMSMasterKeyID"], stack.outputs[outputs]["Value"]);
    }
    for (stack, key) in both().into_iter().zip(["DestinationKey", "SourceKey"]) {
        assert!(stack.0.resources[key].is_null(), "{key} without aws:kms");
    }
}

#[test]
fn across_accounts_the_destination_lets_in_the_role_that_the_source_makes() {
    for given in [
        &[][..],
        &[
            ("RolePath", "/teams/storage/"),
            ("ReplicationRoleName", "replicator"),
        ],
    ] {
        let role = source().resolve(given).outputs["ReplicationRoleArn"]["Value"].clone();
        let given = [
            given,
            &[("SourceAccountId", HERE), ("Encryption", "aws:kms")],
        ]
        .concat();
        let stack = destination().resolve(&given);
        let policy = &stack.properties("DestinationBucketPolicy")["PolicyDocument"];
        let bucket = statement(policy, "LetTheReplicationRoleWrite").unwrap();
        let key = &stack.properties("DestinationKey")["KeyPolicy"];
        let key = statement(key, "LetTheReplicationRoleEncrypt").unwrap();
        for statement in [bucket, key] {
            assert_eq!(
                statement["Principal"]["AWS"],
                "arn:aws:iam::111111111111:root"
            );
            assert_eq!(
                statement["Condition"]["ArnEquals"]["aws:PrincipalArn"],
                role
            );
        }
        assert_eq!(
            actions(bucket),
            ["s3:ReplicateDelete", "s3:ReplicateObject"].into()
        );
        assert_eq!(actions(key), ["kms:Encrypt"].into());
    }
}

/// R-OWN-02, R-OWN-03: the permission on both sides, and owner and account together.
#[test]
fn the_owner_changes_by_choice_and_only_between_accounts() {
    let given = [("SourceAccountId", HERE), ("OwnerOverride", "true")];
    let stack = destination().resolve(&given);
    let policy = &stack.properties("DestinationBucketPolicy")["PolicyDocument"];
    let bucket = statement(policy, "LetTheReplicationRoleWrite").unwrap();
    assert!(actions(bucket).contains("s3:ObjectOwnerOverrideToBucketOwner"));
    let given = [("DestinationAccountId", THERE), ("OwnerOverride", "true")];
    let to = &rule(&given)["Destination"];
    assert_eq!(to["Account"], THERE);
    assert_eq!(
        to["AccessControlTranslation"],
        json!({"Owner": "Destination"})
    );
    assert!(rule(&given[..1])["Destination"]["Account"].is_null());
    let own = [("DestinationAccountId", HERE), ("OwnerOverride", "true")];
    assert!(rule(&own)["Destination"]["Account"].is_null());
}

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

#[test]
fn a_drill_denies_one_action_below_its_prefix_on_both_sides() {
    let given = [
        ("DrillDeniedAction", "s3:ReplicateObject"),
        ("DrillPrefix", "drill/7/"),
    ];
    let stack = source().resolve(&given);
    let policy = &stack.properties("ReplicationPolicy")["PolicyDocument"];
    let drill = statement(policy, "Drill").unwrap();
    assert_eq!(
        (&drill["Effect"], &drill["Action"]),
        (&json!("Deny"), &json!("s3:ReplicateObject"))
    );
    assert_eq!(
        drill["Resource"],
        json!([
            "arn:aws:s3:::primary-test-1-dev-bucket/drill/7/*",
            "arn:aws:s3:::secondary-test-1-dev-bucket/drill/7/*"
        ])
    );
}

#[test]
fn every_action_that_a_drill_can_deny_is_one_that_the_role_has() {
    let template = source();
    let stack = template.resolve(&[("RuleSchema", "V1")]);
    let policy = &stack.properties("ReplicationPolicy")["PolicyDocument"];
    let objects = ["ReadTheObjects", "WriteTheReplicas"];
    let had = objects.map(|sid| actions(statement(policy, sid).unwrap()));
    let had: BTreeSet<_> = had.into_iter().flatten().collect();
    let offered = template.document["Parameters"]["DrillDeniedAction"]["AllowedValues"].clone();
    let offered: BTreeSet<_> = offered
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(
        offered
            .into_iter()
            .filter(|action| !action.is_empty())
            .collect::<BTreeSet<_>>(),
        had
    );
}
