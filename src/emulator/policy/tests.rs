use rstest::rstest;
use serde_json::{Value, json};

use super::*;

const ROLE: &str = "arn:aws:iam::000000000000:role/replication";
const OBJECT: &str = "arn:aws:s3:::destination/logs/2026/a b";

fn decide(kind: Kind, statements: &Value, action: &str, resource: Option<&str>) -> Decision {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let principal = match kind {
        Kind::Trust => Principal::Service("s3.amazonaws.com"),
        _ => Principal::Role {
            arn: ROLE,
            account: "000000000000",
        },
    };
    let context = [
        ("aws:SourceAccount", "000000000000"),
        ("aws:SecureTransport", "true"),
    ];
    let request = Request {
        principal,
        action,
        resource,
        context: &context,
    };
    Document::read(&document, kind).unwrap().decide(&request)
}

#[rstest]
#[case::nobody_speaks(json!([]), Decision::Silent)]
#[case::one_statement_without_a_list(json!({"Effect": "Allow", "Action": "s3:ReplicateObject", "Resource": "*"}), Decision::Allowed)]
#[case::a_list_of_actions(json!([{"Effect": "Allow", "Action": ["s3:ReplicateDelete", "s3:ReplicateObject"], "Resource": "*"}]), Decision::Allowed)]
#[case::actions_ignore_case(json!([{"Effect": "Allow", "Action": "S3:replicateobject", "Resource": "*"}]), Decision::Allowed)]
#[case::a_star_in_the_action(json!([{"Effect": "Allow", "Action": "s3:Replicate*", "Resource": "*"}]), Decision::Allowed)]
#[case::a_question_mark_is_one_character(json!([{"Effect": "Allow", "Action": "s3:Replicate??ject", "Resource": "*"}]), Decision::Allowed)]
#[case::another_action(json!([{"Effect": "Allow", "Action": "s3:ReplicateDelete", "Resource": "*"}]), Decision::Silent)]
#[case::the_bucket_is_not_its_objects(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::destination"}]), Decision::Silent)]
#[case::the_objects(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::destination/*"}]), Decision::Allowed)]
#[case::a_prefix(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::destination/logs/*"}]), Decision::Allowed)]
#[case::another_prefix(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::destination/tmp/*"}]), Decision::Silent)]
#[case::resources_keep_case(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::destination/LOGS/*"}]), Decision::Silent)]
#[case::deny_wins_whatever_the_order(json!([{"Effect": "Deny", "Action": "s3:ReplicateObject", "Resource": "*"}, {"Effect": "Allow", "Action": "*", "Resource": "*"}]), Decision::Denied)]
#[case::a_deny_of_something_else(json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:ReplicateTags", "Resource": "*"}]), Decision::Allowed)]
#[case::all_actions_but(json!([{"Effect": "Allow", "NotAction": "s3:ReplicateDelete", "Resource": "*"}]), Decision::Allowed)]
#[case::all_actions_but_this(json!([{"Effect": "Allow", "NotAction": "s3:Replicate*", "Resource": "*"}]), Decision::Silent)]
#[case::all_resources_but(json!([{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::elsewhere/*"}]), Decision::Denied)]
#[case::a_condition_that_holds(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceAccount": ["1", "000000000000"]}}}]), Decision::Allowed)]
#[case::keys_of_conditions_ignore_case(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"AWS:sourceaccount": "0000*"}}}]), Decision::Allowed)]
#[case::a_condition_that_fails(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}]), Decision::Silent)]
#[case::a_key_that_is_not_there(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:Nothing": "1"}}}]), Decision::Silent)]
#[case::a_key_that_need_not_be_there(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqualsIfExists": {"aws:Nothing": "1"}}}]), Decision::Allowed)]
#[case::a_negation_holds_without_the_key(json!([{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:Nothing": "1"}}}]), Decision::Denied)]
#[case::the_absence_of_a_key(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"aws:Nothing": true}}}]), Decision::Allowed)]
#[case::requests_without_tls_are_denied_and_this_is_none(json!([{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]), Decision::Silent)]
#[case::every_condition_must_hold(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceAccount": "1"}}}]), Decision::Silent)]
fn an_identity_policy_decides(#[case] statements: Value, #[case] expected: Decision) {
    let seen = decide(
        Kind::Identity,
        &statements,
        "s3:ReplicateObject",
        Some(OBJECT),
    );
    assert_eq!(seen, expected, "{statements:#}");
}

#[rstest]
#[case::s3(json!({"Service": "s3.amazonaws.com"}), Decision::Allowed)]
#[case::s3_among_others(json!({"Service": ["batchoperations.s3.amazonaws.com", "s3.amazonaws.com"]}), Decision::Allowed)]
#[case::two_kinds(json!({"AWS": "000000000000", "Service": "s3.amazonaws.com"}), Decision::Allowed)]
#[case::everybody(json!("*"), Decision::Allowed)]
#[case::another_service(json!({"Service": "ec2.amazonaws.com"}), Decision::Silent)]
#[case::an_account_is_no_service(json!({"AWS": "*"}), Decision::Silent)]
fn a_trust_policy_names_the_service(#[case] principal: Value, #[case] expected: Decision) {
    let statements =
        json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]);
    let seen = decide(Kind::Trust, &statements, "sts:AssumeRole", None);
    assert_eq!(seen, expected, "{statements:#}");
}

#[rstest]
#[case::the_role(json!({"AWS": ROLE}), Decision::Allowed)]
#[case::its_account(json!({"AWS": "000000000000"}), Decision::Allowed)]
#[case::its_accounts_root(json!({"AWS": ["arn:aws:iam::000000000000:root"]}), Decision::Allowed)]
#[case::everybody(json!("*"), Decision::Allowed)]
#[case::another_account(json!({"AWS": "arn:aws:iam::111111111111:root"}), Decision::Silent)]
#[case::another_role(json!({"AWS": "arn:aws:iam::000000000000:role/other"}), Decision::Silent)]
fn a_bucket_policy_names_the_role(#[case] principal: Value, #[case] expected: Decision) {
    let statements = json!([{"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "arn:aws:s3:::destination/*"}]);
    let seen = decide(
        Kind::Bucket,
        &statements,
        "s3:ReplicateObject",
        Some(OBJECT),
    );
    assert_eq!(seen, expected, "{statements:#}");
}

#[rstest]
#[case::no_json_object(Kind::Identity, json!("allow"), "no policy document")]
#[case::an_unknown_element(Kind::Identity, json!([{"Effect": "Allow", "Actions": "*", "Resource": "*"}]), "no policy document")]
#[case::another_effect(Kind::Identity, json!([{"Effect": "Permit", "Action": "*", "Resource": "*"}]), "Permit")]
#[case::an_identity_has_no_principal(Kind::Identity, json!([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]), "Principal")]
#[case::a_trust_has_no_resource(Kind::Trust, json!([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]), "Resource")]
#[case::a_bucket_policy_needs_a_principal(Kind::Bucket, json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]), "Principal")]
#[case::no_action(Kind::Identity, json!([{"Effect": "Allow", "Resource": "*"}]), "Action")]
#[case::both_action_and_its_opposite(Kind::Identity, json!([{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}]), "NotAction")]
#[case::an_operator_that_is_not_evaluated(Kind::Identity, json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]), "IpAddress")]
#[case::a_variable(Kind::Identity, json!([{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}/*"}]), "variable")]
fn what_is_not_understood_is_refused(
    #[case] kind: Kind,
    #[case] statements: Value,
    #[case] names: &str,
) {
    let document = match statements {
        Value::String(_) => statements,
        statements => json!({"Statement": statements}),
    };
    let error = Document::read(&document, kind).unwrap_err();
    assert!(error.to_string().contains(names), "{error}");
}

#[rstest]
#[case("", "", true)]
#[case("*", "", true)]
#[case("?", "", false)]
#[case("a*b*c", "a-b-b-c", true)]
#[case("a*b*c", "a-b-b-", false)]
#[case("*.txt", "ü?.txt", true)]
#[case("a", "ab", false)]
fn stars_and_question_marks_stand_for_characters(
    #[case] pattern: &str,
    #[case] text: &str,
    #[case] expected: bool,
) {
    assert_eq!(fits(pattern, text), expected, "{pattern:?} on {text:?}");
}
