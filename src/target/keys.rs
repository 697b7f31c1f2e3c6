//! Whose keys are these? Access key IDs say it by their form.

use std::fmt;

use crate::error::{Error, Result};

/// How an access key ID of AWS begins: a user's, and a temporary one's.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
const AWS_PREFIXES: [&str; 2] = ["AKIA", "ASIA"];

/// The shortest access key ID that IAM's API model takes.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>
const SHORTEST: usize = 16;

/// A static key pair. Its `Debug` shows no more than whose kind it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The access key ID.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token of temporary keys.
    pub session_token: Option<String>,
}

impl Keys {
    /// A key pair without a session token.
    #[must_use]
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind: String = self.access_key_id.chars().take(4).collect();
        f.debug_struct("Keys")
            .field("access_key_id", &format!("{kind}…"))
            .finish_non_exhaustive()
    }
}

/// Whether an access key ID is one that AWS gave out. The examples of AWS's documentation end with
/// `EXAMPLE`, and are nobody's; LocalStack's begin with `LKIA` and `LSIA`.
fn is_aws(access_key_id: &str) -> bool {
    AWS_PREFIXES
        .iter()
        .any(|prefix| access_key_id.starts_with(prefix))
        && access_key_id.len() >= SHORTEST
        && !access_key_id.ends_with("EXAMPLE")
}

/// AWS's keys never go elsewhere: the endpoint might log them.
pub(super) fn refuse_real(access_key_id: &str, url: &str) -> Result<()> {
    if !is_aws(access_key_id) {
        return Ok(());
    }
    let start = &access_key_id[..4];
    Err(Error::Usage(format!(
        "the keys ({start}…) are AWS's, and {url} is not; give that endpoint's own keys in \
         BUCKETPAIR_ACCESS_KEY_ID and BUCKETPAIR_SECRET_ACCESS_KEY"
    )))
}

/// An emulator's keys, and the examples of AWS's documentation, never go to AWS.
#[cfg(feature = "aws")]
pub(super) fn refuse_emulators(access_key_id: &str) -> Result<()> {
    if is_aws(access_key_id) {
        return Ok(());
    }
    let shown: String = access_key_id.chars().take(4).collect();
    Err(Error::Usage(format!(
        "the access key ID ({shown}…) is none that AWS gives out (AKIA…, ASIA…), but an \
         emulator's or an example; give --profile, or log in"
    )))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::user("AKIA0123456789ABCDEF", true)]
    #[case::temporary("ASIA0123456789ABCDEF", true)]
    #[case::documentation("AKIAIOSFODNN7EXAMPLE", false)]
    #[case::documentation_temporary("ASIAIOSFODNN7EXAMPLE", false)]
    #[case::localstack("test", false)]
    #[case::localstack_account("000000000000", false)]
    #[case::localstack_user("LKIAQAAAAAAAKDBGZHUQ", false)]
    #[case::localstack_temporary("LSIAQAAAAAAVNCBMPNSG", false)]
    #[case::ours("bucketpair", false)]
    #[case::minio("minioadmin", false)]
    #[case::moto("FOOBARKEY", false)]
    #[case::none("", false)]
    #[case::short("AKIA", false)]
    fn a_key_goes_to_aws_or_elsewhere_and_never_to_both(#[case] id: &str, #[case] aws: bool) {
        let elsewhere = refuse_real(id, "http://localhost:4566");
        assert_eq!(elsewhere.is_err(), aws, "{id}: {elsewhere:?}");
        #[cfg(feature = "aws")]
        assert_eq!(refuse_emulators(id).is_ok(), aws, "{id}");
    }

    #[test]
    fn a_refusal_shows_no_more_of_a_key_than_its_kind() {
        let id = "AKIA0123456789ABCDEF";
        let line = refuse_real(id, "http://localhost").unwrap_err().to_string();
        assert!(!line.contains(id), "{line}");
    }

    #[test]
    fn keys_show_no_secret() {
        let mut keys = Keys::new("AKIA0123456789ABCDEF", "hunter2");
        keys.session_token = Some("hunter3".to_owned());
        let shown = format!("{keys:?}");
        assert!(shown.contains("AKIA…"), "{shown}");
        assert!(
            !shown.contains("hunter") && !shown.contains("0123"),
            "{shown}"
        );
    }
}
