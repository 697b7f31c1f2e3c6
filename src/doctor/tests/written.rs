//! IAM and KMS, by answers written as AWS documents them:
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>,
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html>.

use rstest::rstest;

use super::*;
use crate::target::fake::{self, Asked};

const TRUST: &str = r#"{"Statement": {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
const READ: &str =
    r#"{"Statement": {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}}"#;
const WRITE: &str =
    r#"{"Statement": {"Effect": "Allow", "Action": ["s3:Replicate*", "kms:*"], "Resource": "*"}}"#;
const KEY_POLICY: &str = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}}"#;

fn iam(action: &str, result: &str) -> (u16, String) {
    let body = format!(
        "<{action}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{action}Result>{result}</{action}Result></{action}Response>"
    );
    (200, body)
}

fn encoded(document: &str) -> String {
    urlencoding::encode(document).into_owned()
}

/// An inline policy that reads, an attached one that writes, no boundary.
fn answer(asked: &Asked) -> (u16, String) {
    let action = asked
        .body
        .strip_prefix("Action=")
        .and_then(|rest| rest.split('&').next());
    match (action, asked.operation.as_str()) {
        (Some("GetRole"), _) => iam(
            "GetRole",
            &format!("<Role><Path>/</Path><RoleName>replication</RoleName><RoleId>A</RoleId><Arn>{ROLE}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument></Role>", encoded(TRUST)),
        ),
        (Some("ListRolePolicies"), _) => {
            iam("ListRolePolicies", "<PolicyNames><member>read</member></PolicyNames><IsTruncated>false</IsTruncated>")
        }
        (Some("GetRolePolicy"), _) => iam(
            "GetRolePolicy",
            &format!("<RoleName>replication</RoleName><PolicyName>read</PolicyName><PolicyDocument>{}</PolicyDocument>", encoded(READ)),
        ),
        (Some("ListAttachedRolePolicies"), _) => iam(
            "ListAttachedRolePolicies",
            "<AttachedPolicies><member><PolicyName>write</PolicyName><PolicyArn>arn:aws:iam::111122223333:policy/write</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>",
        ),
        (Some("GetPolicy"), _) => {
            iam("GetPolicy", "<Policy><DefaultVersionId>v2</DefaultVersionId></Policy>")
        }
        (Some("GetPolicyVersion"), _) => iam(
            "GetPolicyVersion",
            &format!("<PolicyVersion><VersionId>v2</VersionId><Document>{}</Document></PolicyVersion>", encoded(WRITE)),
        ),
        (None, "TrentService.DescribeKey") => (
            200,
            r#"{"KeyMetadata": {"KeyId": "k", "Arn": "arn:aws:kms:us-east-1:111122223333:key/k", "KeyState": "PendingDeletion", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "KeyManager": "CUSTOMER"}}"#.to_owned(),
        ),
        (None, "TrentService.GetKeyPolicy") => {
            (200, serde_json::json!({"Policy": KEY_POLICY, "PolicyName": "default"}).to_string())
        }
        (None, "TrentService.ListGrants") => (
            200,
            serde_json::json!({"Grants": [{"GranteePrincipal": ROLE, "Operations": ["Encrypt"]}], "Truncated": false}).to_string(),
        ),
        _ => reading::aws(&asked.query),
    }
}

async fn facts(answer: fn(&Asked) -> (u16, String)) -> Facts {
    let (client, _) = fake::http(answer);
    Box::pin(read(&fake::target(&client), "source", "replica"))
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn inline_and_attached_policies_count_together() {
    let facts = facts(answer).await;
    let role = facts
        .role
        .as_ref()
        .unwrap()
        .known()
        .unwrap()
        .as_ref()
        .unwrap();
    let allowed = |action: &str| {
        let request = Request::of_role(ROLE, action, "arn:aws:s3:::replica/k");
        role.permissions.decide(&request) == Decision::Allowed
    };
    assert!(allowed("s3:GetObjectVersionAcl") && allowed("s3:ReplicateObject"));
    assert!(!allowed("s3:PutObject"));
    assert_eq!(role.trust.decide(&Request::of_s3()), Decision::Allowed);
}

#[tokio::test(start_paused = true)]
async fn a_keys_state_policy_and_grants_are_read() {
    let facts = facts(answer).await;
    let key = facts.keys[0].known().unwrap();
    assert_eq!(
        (key.state.as_str(), key.symmetric, key.aws_managed),
        ("PendingDeletion", true, false)
    );
    assert_eq!(key.grants[0].operations, ["Encrypt"]);
    assert!(
        findings(&facts)
            .iter()
            .any(|finding| finding.kind == K::KeyUnusable)
    );
}

#[tokio::test(start_paused = true)]
async fn what_iam_and_kms_are_asked_is_counted_with_the_rest() {
    let (client, log) = fake::http(answer);
    let target = fake::target(&client);
    Box::pin(read(&target, "source", "replica")).await.unwrap();
    assert_eq!(
        target.meter.usage().attempts(),
        log.lock().unwrap().len() as u64
    );
    let mut usage = target.meter.usage();
    assert_eq!(usage.of(true, "ap-northeast-1", "GetRole").attempts, 1);
    assert_eq!(usage.of(false, "us-east-1", "ListGrants").attempts, 1);
}

#[rstest]
#[case::no_such_role("GetRole", 404, "NoSuchEntity", K::RoleMissing)]
#[case::denied("GetRolePolicy", 403, "AccessDenied", K::NotRead)]
#[tokio::test(start_paused = true)]
async fn a_role_that_is_not_there_is_told_from_one_that_may_not_be_read(
    #[case] action: &'static str,
    #[case] status: u16,
    #[case] code: &'static str,
    #[case] expected: FindingKind,
) {
    let (client, _) = fake::http(move |asked| {
        match asked.body.starts_with(&format!("Action={action}&")) {
            true => (
                status,
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
                ),
            ),
            false => answer(asked),
        }
    });
    let target = fake::target(&client);
    let facts = Box::pin(read(&target, "source", "replica")).await.unwrap();
    let found = findings(&facts);
    let finding = found.iter().find(|finding| finding.kind == expected);
    let finding = finding.unwrap_or_else(|| panic!("{found:#?}"));
    assert!(
        expected == K::RoleMissing || finding.remedy.contains("iam:GetRolePolicy"),
        "{finding:?}"
    );
}
