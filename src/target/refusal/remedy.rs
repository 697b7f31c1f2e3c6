//! What can be done about a refusal.
//!
//! The codes are S3's, <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, and
//! those that every AWS service has, such as
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html>.

use crate::policy;

/// The remedy for a code: `; …`, or empty. `operation` is AWS's name of what was refused; the
/// message tells which kind of policy denied it, where AWS says so.
pub(super) fn of(operation: &str, code: &str, message: &str) -> String {
    if is_denial(code) {
        return by_policy(operation, message).unwrap_or_else(|| to_grant(operation));
    }
    by_code(code).to_owned()
}

fn is_denial(code: &str) -> bool {
    const DENIALS: [&str; 8] = [
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "Forbidden",
        "NotAuthorized",
        "UnauthorizedOperation",
        "401",
        "403",
    ];
    DENIALS.contains(&code)
}

/// Who denies, where the message says so: then granting an action to these keys does not help.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html>
fn by_policy(operation: &str, message: &str) -> Option<String> {
    const OF: [(&str, &str); 5] = [
        (
            "service control policy",
            "the organisation denies it, whatever these keys are allowed",
        ),
        (
            "resource control policy",
            "the organisation denies it on this resource, whatever these keys are allowed",
        ),
        (
            "VPC endpoint policy",
            "the VPC endpoint denies it, whatever these keys are allowed",
        ),
        (
            "permissions boundary",
            "the permissions boundary of these keys denies it",
        ),
        ("session policy", "the session of these keys denies it"),
    ];
    let (named, who) = OF.iter().find(|(named, _)| message.contains(named))?;
    let actions = actions(operation).map(|actions| format!(" {actions}"));
    Some(format!(
        "; {who}: ask who administers the {named} to allow{}, or use another account",
        actions.as_deref().unwrap_or(" it")
    ))
}

/// The actions that have to be granted for the operation.
fn to_grant(operation: &str) -> String {
    match actions(operation) {
        Some(actions) => format!(
            "; are the keys right, and may they do this? it needs {actions}, and `bucketpair \
             policy` prints all that a verb needs"
        ),
        None => "; are the keys right, and may they do this?".to_owned(),
    }
}

fn actions(operation: &str) -> Option<String> {
    let actions = policy::table().of_operation(operation)?;
    let mut actions = actions.to_vec();
    match operation {
        "PutBucketReplication" => actions.push("iam:PassRole on the role".to_owned()),
        // Without the right to list, what is missing is forbidden.
        "HeadObject" | "GetObject" => actions.push("s3:ListBucket on the bucket".to_owned()),
        _ => {}
    }
    (!actions.is_empty()).then(|| actions.join(", "))
}

fn by_code(code: &str) -> &'static str {
    match code {
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidSecurity" | "Credentials" => {
            "; are BUCKETPAIR_ACCESS_KEY_ID and BUCKETPAIR_SECRET_ACCESS_KEY, or the profile, this endpoint's?"
        }
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
            "; log in again"
        }
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>:
        // tokens of the global STS endpoint are not valid in regions that have to be enabled.
        "InvalidToken"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "OptInRequired"
        | "RegionDisabledException" => {
            "; log in again; is the region enabled for this account, and the token one of a regional \
             STS endpoint?"
        }
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "TemporaryRedirect"
        | "301"
        | "307" => "; do --source-region and --destination-region name the endpoints' regions?",
        "IllegalLocationConstraintException" | "InvalidLocationConstraint" | "InvalidRegion" => {
            "; do --source-region and --destination-region name the endpoints' regions, and are both \
             enabled for this account?"
        }
        "RequestTimeTooSkewed" => "; set this machine's clock",
        "NoSuchBucket" | "NotFound" | "404" => "; is the name right, and is it still there?",
        // <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html> (R-CFG-12)
        "NoSuchKey" | "NoSuchVersion" => {
            "; within 15 minutes after versioning was first enabled this may come and go: give fresh \
             pairs their rest with --settle 15m"
        }
        "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => {
            "; the name is taken: run again for a new one"
        }
        "OperationAborted" => {
            "; another change of the same bucket is under way, or its name was free a moment ago: \
             try again in a few minutes"
        }
        "TooManyBuckets" => "; remove buckets, or ask for a higher quota",
        "SlowDown"
        | "ServiceUnavailable"
        | "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "503" => "; try again with fewer --jobs",
        "InternalError" | "500" => "; look into the server's log",
        "NotImplemented" | "MethodNotAllowed" | "405" | "501" => {
            "; this endpoint does not offer it, choose another"
        }
        "ResponseError" => "; is this an S3 endpoint?",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The forms of <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html>.
    #[rstest]
    #[case::explicit(
        "with an explicit deny in a service control policy",
        "the organisation denies"
    )]
    #[case::implicit(
        "because no service control policy allows the s3:PutObject action",
        "the organisation denies"
    )]
    #[case::resource(
        "with an explicit deny in a resource control policy",
        "on this resource"
    )]
    #[case::endpoint(
        "because no VPC endpoint policy allows the s3:PutObject action",
        "VPC endpoint denies"
    )]
    #[case::boundary(
        "because no permissions boundary allows the s3:PutObject action",
        "boundary of these keys"
    )]
    #[case::session(
        "because no session policy allows the s3:PutObject action",
        "session of these keys"
    )]
    fn a_denial_that_no_grant_would_lift_says_who_denies(
        #[case] clause: &str,
        #[case] words: &str,
    ) {
        let message = format!(
            "User: arn:aws:iam::111122223333:user/MaryMajor is not authorized to perform: \
             s3:PutObject on resource: \"arn:aws:s3:::photos/a\" {clause}"
        );
        let remedy = of("PutObject", "AccessDenied", &message);
        assert!(remedy.contains(words), "{remedy}");
        assert!(
            remedy.contains("s3:PutObject") && !remedy.contains('\n'),
            "{remedy}"
        );
    }

    #[test]
    fn every_operation_of_the_table_is_refused_with_what_it_needs() {
        for (operation, actions) in policy::table().operations.values().flatten() {
            let remedy = of(operation, "AccessDenied", "Access Denied");
            for action in actions {
                assert!(remedy.contains(action.as_str()), "{operation}: {remedy}");
            }
        }
    }

    #[test]
    fn what_is_no_operation_is_refused_without_an_action() {
        let remedy = of("preflight", "AccessDenied", "Access Denied");
        assert_eq!(remedy, "; are the keys right, and may they do this?");
    }
}
