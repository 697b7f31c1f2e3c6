//! The replication role: what it may do, who may assume it, and what a drill takes from it.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::*;

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
