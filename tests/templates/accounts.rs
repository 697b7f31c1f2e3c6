//! Keys of KMS, and a destination in another account.

use rstest::rstest;
use serde_json::json;

use super::rule::rule;
use super::*;

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
