//! The KMS keys that the embedded pair knows, by ARN.
//!
//! There is no KMS here to create keys in, so some are there from the start, in every region of the
//! pair's account, and say in their names what they are: `key/enabled`, `key/disabled`,
//! `key/pending-deletion`, and `key/aws-s3`, which is the AWS managed key (`alias/aws/s3`). Others
//! can be told of; whatever else is named is not there (R-CFG-16, R-ENC-05).

use std::collections::BTreeMap;
use std::str::FromStr;

use super::ACCOUNT;

/// The state of a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyState {
    /// It encrypts and decrypts.
    Enabled,
    /// It does neither.
    Disabled,
    /// It does neither, and will be gone.
    PendingDeletion,
}

impl FromStr for KeyState {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "enabled" | "aws-s3" => Ok(Self::Enabled),
            "disabled" => Ok(Self::Disabled),
            "pending-deletion" => Ok(Self::PendingDeletion),
            _ => Err(format!(
                "no state of a key: {word:?}; there are enabled, disabled and pending-deletion"
            )),
        }
    }
}

/// The keys that somebody told of; the others say it in their names.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, KeyState>);

impl Keys {
    /// Tells of a key, or of its new state.
    pub(super) fn put(&mut self, arn: &str, state: KeyState) {
        self.0.insert(arn.to_owned(), state);
    }

    /// The state of the key, as a region sees it; none where it does not exist there.
    pub(super) fn state(&self, arn: &str, region: &str) -> Option<KeyState> {
        let (there, account, id) = parts(arn)?;
        if there != region {
            return None;
        }
        let ready = || id.parse().ok().filter(|_| account == ACCOUNT);
        self.0.get(arn).copied().or_else(ready)
    }
}

/// Region, account and ID of a key's ARN.
fn parts(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.strip_prefix("arn:aws:kms:")?.splitn(3, ':');
    let (region, account) = (parts.next()?, parts.next()?);
    let id = parts.next()?.strip_prefix("key/")?;
    Some((region, account, id))
}

/// The full ARN of a key that is named by its ARN, its ID or the alias of the AWS managed one.
pub(super) fn arn(named: &str, region: &str) -> String {
    let id = named
        .rsplit_once("alias/")
        .map_or(named, |(_, alias)| alias);
    match id {
        "aws/s3" => format!("arn:aws:kms:{region}:{ACCOUNT}:key/aws-s3"),
        _ if named.starts_with("arn:") => named.to_owned(),
        _ => format!("arn:aws:kms:{region}:{ACCOUNT}:key/{named}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "us-east-1";

    #[test]
    fn a_key_says_in_its_name_what_it_is() {
        let keys = Keys::default();
        for (id, state) in [
            ("enabled", Some(KeyState::Enabled)),
            ("aws-s3", Some(KeyState::Enabled)),
            ("disabled", Some(KeyState::Disabled)),
            ("pending-deletion", Some(KeyState::PendingDeletion)),
            ("missing", None),
        ] {
            assert_eq!(keys.state(&arn(id, HERE), HERE), state, "{id}");
        }
    }

    #[test]
    fn a_key_is_there_in_its_own_region_and_account_only() {
        let keys = Keys::default();
        assert_eq!(keys.state(&arn("enabled", HERE), "eu-west-1"), None);
        let foreign = "arn:aws:kms:us-east-1:111122223333:key/enabled";
        assert_eq!(keys.state(foreign, HERE), None);
    }

    #[test]
    fn a_key_that_was_told_of_has_the_state_that_was_told() {
        let mut keys = Keys::default();
        let foreign = "arn:aws:kms:us-east-1:111122223333:key/1234";
        keys.put(foreign, KeyState::Enabled);
        assert_eq!(keys.state(foreign, HERE), Some(KeyState::Enabled));
        keys.put(&arn("enabled", HERE), KeyState::Disabled);
        let changed = keys.state(&arn("enabled", HERE), HERE);
        assert_eq!(changed, Some(KeyState::Disabled));
    }

    #[test]
    fn the_managed_key_is_named_by_its_alias() {
        for named in ["alias/aws/s3", "arn:aws:kms:us-east-1:1:alias/aws/s3"] {
            assert_eq!(arn(named, HERE), arn("aws-s3", HERE));
        }
    }
}
