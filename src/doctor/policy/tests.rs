//! What documents decide.

use rstest::rstest;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/replication";

fn decide(document: &str) -> Decision {
    let request = Request::of_role(ROLE, "s3:ReplicateObject", "arn:aws:s3:::replica/a/b");
    Policy::parse(document).unwrap().decide(&request)
}

/// A policy of these statements.
fn of(statements: &[&str]) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#,
        statements.join(",")
    )
}

const ALLOW: &str =
    r#"{"Effect": "Allow", "Action": "s3:Replicate*", "Resource": "arn:aws:s3:::replica/*"}"#;
const DENY: &str = r#"{"Sid": "Never", "Effect": "Deny", "Action": ["s3:Put*", "s3:ReplicateObject"], "Resource": "*"}"#;
const OTHERS: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}"#;
const NOT_ACTION: &str = r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#;
const NOT_RESOURCE: &str =
    r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::replica/*"}"#;
const TLS: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#;
const FROM_HOME: &str = r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*",
    "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#;
const IN_ORGANISATION: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}"#;

#[rstest]
#[case::allowed(&[ALLOW], Decision::Allowed)]
#[case::nothing_said(&[OTHERS], Decision::NotAllowed)]
#[case::a_deny_wins(&[ALLOW, DENY], Decision::Denied("Never".to_owned()))]
#[case::not_action(&[NOT_ACTION], Decision::Allowed)]
#[case::not_resource(&[NOT_RESOURCE], Decision::NotAllowed)]
#[case::a_condition_that_is_known_not_to_hold(&[ALLOW, TLS], Decision::Allowed)]
#[case::a_deny_that_depends(&[ALLOW, FROM_HOME], Decision::Depends("NotIpAddress aws:SourceIp 10.0.0.0/8".to_owned()))]
#[case::an_allow_that_depends(&[IN_ORGANISATION], Decision::Depends("StringEquals aws:PrincipalOrgID o-1".to_owned()))]
#[case::allowed_whatever_the_condition(&[ALLOW, IN_ORGANISATION], Decision::Allowed)]
fn statements_decide(#[case] statements: &[&str], #[case] expected: Decision) {
    assert_eq!(decide(&of(statements)), expected);
}

#[rstest]
#[case::everybody(r#""*""#, true)]
#[case::the_role(r#"{"AWS": "arn:aws:iam::111122223333:role/replication"}"#, true)]
#[case::its_account(r#"{"AWS": ["999988887777", "arn:aws:iam::111122223333:root"]}"#, true)]
#[case::another_role(r#"{"AWS": "arn:aws:iam::111122223333:role/other"}"#, false)]
#[case::another_account(r#"{"AWS": "arn:aws:iam::444455556666:root"}"#, false)]
#[case::a_service(r#"{"Service": "s3.amazonaws.com"}"#, false)]
fn principals_are_arns_accounts_or_everybody(#[case] principal: &str, #[case] expected: bool) {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:*", "Resource": "*"}}"#
    );
    let allowed = decide(&of(&[&statement])) == Decision::Allowed;
    assert_eq!(allowed, expected);
}

#[rstest]
#[case("s3:*", "s3:GetObject", true)]
#[case("s3:Get*Version", "s3:GetObjectVersion", true)]
#[case("s3:Get?bject", "s3:GetObject", true)]
#[case("*", "", true)]
#[case("a*b*c", "aXbYbZc", true)]
#[case("a*b", "ab c", false)]
#[case("abc", "ab", false)]
#[case("", "a", false)]
fn wildcards_are_stars_and_question_marks(
    #[case] pattern: &str,
    #[case] text: &str,
    #[case] expected: bool,
) {
    assert_eq!(matches(pattern, text), expected);
}

#[rstest]
#[case::no_json("nothing", "no JSON")]
#[case::no_statement("{}", "no Statement")]
#[case::no_effect(r#"{"Statement": {"Action": "*"}}"#, "Effect")]
#[case::no_action(r#"{"Statement": {"Effect": "Allow"}}"#, "Action")]
fn a_document_that_is_none_says_why(#[case] text: &str, #[case] word: &str) {
    let error = Policy::parse(text).unwrap_err();
    assert!(error.contains(word), "{error}");
}

#[rstest]
#[case::plain(r#"{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}"#, Decision::Allowed)]
#[case::another(r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#, Decision::NotAllowed)]
#[case::conditioned(r#"{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}"#, Decision::Depends("StringEquals aws:SourceAccount 111122223333".to_owned()))]
fn a_trust_policy_is_about_its_own_role(#[case] statement: &str, #[case] expected: Decision) {
    let trust = Policy::parse(&of(&[statement])).unwrap();
    assert_eq!(trust.decide(&Request::of_s3()), expected);
}
