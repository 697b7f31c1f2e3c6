//! The role that replicates fresh pairs.

use super::{Opened, Settings};
use crate::error::{Error, Result};
use crate::provision::DEFAULT_ROLE;

/// The role that was named; where roles are only looked at for their form, any will do.
///
/// # Errors
/// [`Error::Usage`] on AWS without a role for fresh pairs, and for one that is none of the source's
/// account.
pub(super) fn of(opened: &Opened, settings: &Settings) -> Result<String> {
    let Some(identity) = &opened.target.source.identity else {
        return Ok(settings.role.clone().unwrap_or(DEFAULT_ROLE.to_owned()));
    };
    if opened.pair.is_some() {
        return Ok(settings.role.clone().unwrap_or_default());
    }
    of_account(settings, &identity.account).map(str::to_owned)
}

/// The role that was named, which has to be of the source's account.
///
/// # Errors
/// As [`of`].
pub(super) fn of_account<'a>(settings: &'a Settings, source: &str) -> Result<&'a str> {
    let role = settings.role.as_deref().ok_or_else(missing)?;
    match account_of(role) {
        Some(account) if account == source => Ok(role),
        Some(account) => Err(Error::Usage(format!(
            "the role {role} is of the account {account}, and the source is in {source}; S3 takes a \
             role of the source's account only, name one"
        ))),
        None => Err(Error::Usage(format!(
            "--role {role:?} is no role; write arn:aws:iam::ACCOUNT:role/NAME"
        ))),
    }
}

fn missing() -> Error {
    Error::Usage(
        "on AWS a fresh pair needs a role that S3 takes on to replicate; give --role ARN (`bucketpair \
         policy --role` prints what it needs, `bucketpair stack up` makes one), or use a pair that \
         is there with --pair"
            .to_owned(),
    )
}

/// The account in `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
fn account_of(role: &str) -> Option<&str> {
    let parts: Vec<_> = role.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, resource] if resource.starts_with("role/") => Some(account),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_of_a_role_is_read() {
        let role = "arn:aws-cn:iam::111122223333:role/service/replication";
        assert_eq!(account_of(role), Some("111122223333"));
        for other in [
            "",
            "replication",
            "arn:aws:iam::1:user/x",
            "arn:aws:s3:::role/x",
        ] {
            assert_eq!(account_of(other), None, "{other}");
        }
    }
}
