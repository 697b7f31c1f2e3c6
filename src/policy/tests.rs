//! The table and the policies made from it.

use rstest::rstest;

use super::*;

const PAIR: Pair<'static> = Pair {
    partition: "aws",
    source: "photos",
    destination: "photos-replica",
};
const ROLE: &str = "arn:aws:iam::111122223333:role/replication";
const KEY: &str = "arn:aws:kms:ap-northeast-1:111122223333:key/source";
const REPLICA_KEY: &str = "arn:aws:kms:us-east-1:444455556666:key/replica";

fn statements(policy: &Value) -> &Vec<Value> {
    policy["Statement"].as_array().unwrap()
}

fn of<'a>(policy: &'a Value, sid: &str) -> &'a Value {
    let found = statements(policy).iter().find(|one| one["Sid"] == sid);
    found.unwrap_or_else(|| panic!("no statement {sid} in {policy:#}"))
}

#[test]
fn every_operation_of_a_verb_has_its_actions_on_one_kind_of_resource() {
    let table = Actions::built_in();
    assert!(!table.source.is_empty());
    for (verb, operations) in &table.verbs {
        for operation in operations {
            let kinds = table.operations.values();
            let known = kinds.filter(|of| of.contains_key(operation)).count();
            assert_eq!(known, 1, "{verb}: {operation}");
        }
    }
    for (verb, made) in &table.makes {
        assert!(table.verbs.contains_key(verb), "{verb}");
        for resource in made {
            assert!(table.resources.contains_key(resource), "{verb}: {resource}");
        }
    }
}

/// What the templates make is what the table says that CloudFormation is asked for.
#[test]
fn every_resource_of_the_templates_is_in_the_table() {
    let templates = [
        include_str!("../../cloudformation/01_s3_destination_bucket.yaml"),
        include_str!("../../cloudformation/02_s3_original_bucket.yaml"),
    ];
    let lines = templates.iter().flat_map(|text| text.lines());
    let types = lines.filter_map(|line| line.strip_prefix("    Type: AWS::"));
    let types: BTreeSet<_> = types.map(|name| format!("AWS::{name}")).collect();
    let made: BTreeSet<_> = Actions::built_in().makes["stack up"]
        .iter()
        .cloned()
        .collect();
    assert_eq!(types, made);
}

#[test]
fn no_verb_is_allowed_everything_and_only_lists_are_allowed_everywhere() {
    let table = Actions::built_in();
    let everywhere = [
        "cloudformation:GetTemplateSummary",
        "cloudformation:ListStacks",
        "kms:CreateKey",
        "s3:ListAllMyBuckets",
    ];
    for verb in table.verbs.keys() {
        let policy = table.of_verb(verb, &Scope::default()).unwrap();
        for statement in statements(&policy).iter().filter(|s| s["Resource"] == "*") {
            for action in statement["Action"].as_array().unwrap() {
                let action = action.as_str().unwrap();
                assert!(everywhere.contains(&action), "{verb}: {action}");
            }
        }
        assert!(!policy.to_string().contains(":*\""), "{verb}: {policy}");
    }
}

#[rstest]
#[case::run("run", true)]
#[case::stack("stack up", true)]
#[case::pair("run --pair", false)]
#[case::doctor("doctor", false)]
fn the_role_is_passed_to_s3_alone_and_only_where_a_configuration_is_put(
    #[case] verb: &str,
    #[case] passes: bool,
) {
    let policy = Actions::built_in().of_verb(verb, &Scope::default());
    let text = policy.unwrap().to_string();
    assert_eq!(text.contains("iam:PassRole"), passes, "{text}");
    assert_eq!(text.contains("iam:PassedToService"), passes, "{text}");
}

#[rstest]
#[case::check("check")]
#[case::doctor("doctor")]
#[case::explain("explain")]
#[case::observe("observe")]
#[case::status("stack status")]
fn a_verb_that_only_looks_may_change_nothing(#[case] verb: &str) {
    let policy = Actions::built_in().of_verb(verb, &Scope::default());
    for statement in statements(&policy.unwrap()) {
        for action in statement["Action"].as_array().unwrap() {
            let name = action.as_str().unwrap().split(':').nth(1).unwrap();
            let reads = ["Get", "List", "Describe"].iter();
            assert!(reads.clone().any(|word| name.starts_with(word)), "{action}");
        }
    }
}

#[test]
fn a_policy_is_limited_to_the_buckets_and_keys_that_are_named() {
    let scope = Scope {
        buckets: vec!["photos".to_owned(), "photos-replica".to_owned()],
        keys: vec![KEY.to_owned()],
        by_stack: true,
        ..Scope::default()
    };
    let policy = Actions::built_in().of_verb("run --pair", &scope).unwrap();
    let objects = json!(["arn:aws:s3:::photos/*", "arn:aws:s3:::photos-replica/*"]);
    assert_eq!(of(&policy, "Object")["Resource"], objects);
    let under_keys = json!(["kms:Decrypt", "kms:GenerateDataKey"]);
    assert_eq!(of(&policy, "ObjectsUnderKeys")["Action"], under_keys);
    assert_eq!(of(&policy, "ObjectsUnderKeys")["Resource"], KEY);
    let stacks = json!(["cloudformation:DescribeStacks"]);
    assert_eq!(of(&policy, "Stack")["Action"], stacks);
}

#[test]
fn an_unknown_verb_is_refused_with_those_that_are_known() {
    let error = Actions::built_in().of_verb("rum", &Scope::default());
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("run --pair") && text.contains("stack up"),
        "{text}"
    );
}

#[test]
fn a_plain_role_has_no_rights_on_keys() {
    let policy = Actions::built_in().of_role(PAIR, &Replication::default());
    assert_eq!(statements(&policy).len(), 3, "{policy:#}");
    let text = policy.to_string();
    assert!(
        !text.contains("kms:") && !text.contains("Override"),
        "{text}"
    );
}

#[rstest]
#[case::objects(false, "arn:aws:s3:::photos-replica/*", json!(["kms:Encrypt"]))]
#[case::bucket_keys(true, "arn:aws:s3:::photos-replica", json!(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]))]
fn a_role_for_kms_may_use_each_key_through_s3_of_its_region_and_for_its_bucket(
    #[case] bucket_keys: bool,
    #[case] context: &str,
    #[case] actions: Value,
) {
    let replication = Replication {
        kms: Some(Kms::new(KEY, REPLICA_KEY, bucket_keys).unwrap()),
        owner_override: true,
        object_lock: true,
    };
    let policy = Actions::built_in().of_role(PAIR, &replication);
    let encrypt = of(&policy, "EncryptReplicas");
    assert_eq!(
        (&encrypt["Action"], &encrypt["Resource"]),
        (&actions, &json!(REPLICA_KEY))
    );
    let condition = &encrypt["Condition"]["StringLike"];
    assert_eq!(condition["kms:ViaService"], "s3.us-east-1.amazonaws.com");
    assert_eq!(condition["kms:EncryptionContext:aws:s3:arn"], context);
    let decrypt = &of(&policy, "DecryptObjects")["Condition"]["StringLike"];
    assert_eq!(decrypt["kms:ViaService"], "s3.ap-northeast-1.amazonaws.com");
    let text = policy.to_string();
    for right in [
        "ObjectOwnerOverrideToBucketOwner",
        "GetObjectRetention",
        "GetObjectLegalHold",
    ] {
        assert!(text.contains(right), "{right}: {text}");
    }
}

#[test]
fn another_accounts_bucket_and_key_let_that_one_role_in() {
    let replication = Replication {
        kms: Some(Kms::new(KEY, REPLICA_KEY, false).unwrap()),
        ..Replication::default()
    };
    let table = Actions::built_in();
    let policy = table.of_destination(PAIR, &replication, ROLE);
    let write = of(&policy, "LetTheReplicationRoleWrite");
    assert_eq!(write["Principal"], json!({"AWS": ROLE}));
    assert_eq!(write["Resource"], "arn:aws:s3:::photos-replica/*");
    let actions = json!([
        "s3:ReplicateDelete",
        "s3:ReplicateObject",
        "s3:ReplicateTags"
    ]);
    assert_eq!(write["Action"], actions);
    let key = table.of_replica_key(PAIR, &replication, ROLE).unwrap();
    assert_eq!(key["Principal"], json!({"AWS": ROLE}));
    let none = table.of_replica_key(PAIR, &Replication::default(), ROLE);
    assert_eq!(none, None);
}

#[rstest]
#[case::alias("arn:aws:kms:us-east-1:111122223333:alias/replicas")]
#[case::id("1234abcd")]
#[case::bucket("arn:aws:s3:::photos")]
fn what_is_no_key_is_refused(#[case] text: &str) {
    let error = Kms::new(KEY, text, false).unwrap_err().to_string();
    assert!(error.contains(text) && error.contains("key/ID"), "{error}");
}
