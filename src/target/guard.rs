//! The account guard: which accounts may be called, which never, decided before and after STS.

use globset::{Glob, GlobMatcher};

use super::{Accounts, Identity};
use crate::error::{Error, Result};

/// The accounts that were named, checked as far as that goes without a call.
#[derive(Debug)]
pub(super) struct Guard {
    source: String,
    destination: String,
    never: Vec<Never>,
}

/// A pattern, and what it is a pattern of.
#[derive(Debug)]
struct Never {
    text: String,
    of: Of,
    matcher: GlobMatcher,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Ids,
    Arns,
    Profiles,
}

impl Never {
    fn read(text: &str) -> Result<Self> {
        let wrong = |error| {
            Error::Usage(format!(
                "--never-account {text:?} is no pattern ({error}); write an account ID, the name \
                 of a profile or an ARN, with * and ?"
            ))
        };
        let of = match text {
            _ if text.starts_with("arn:") => Of::Arns,
            _ if text.contains(|c: char| c.is_alphabetic()) => Of::Profiles,
            _ => Of::Ids,
        };
        Ok(Self {
            text: text.to_owned(),
            of,
            matcher: Glob::new(text).map_err(wrong)?.compile_matcher(),
        })
    }
}

impl Guard {
    /// Reads what was declared. `profiles` are the names of the profiles that are used.
    ///
    /// # Errors
    /// [`Error::Usage`] without an account, for one that is none, for one that is never touched,
    /// and for a pattern that there is nothing to compare with.
    pub(super) fn new(accounts: &Accounts, profiles: &[String]) -> Result<Self> {
        let source = accounts.source.as_deref().ok_or_else(missing)?;
        let source = account(source, "--account")?;
        let destination = match accounts.destination.as_deref() {
            Some(text) => account(text, "--destination-account")?,
            None => source.clone(),
        };
        let never = accounts.never.iter().map(|text| Never::read(text));
        let guard = Self {
            source,
            destination,
            never: never.collect::<Result<_>>()?,
        };
        guard.refuse(Of::Ids, &guard.source)?;
        guard.refuse(Of::Ids, &guard.destination)?;
        guard.names_can_be_compared(profiles)?;
        for profile in profiles {
            guard.refuse(Of::Profiles, profile)?;
        }
        Ok(guard)
    }

    /// A pattern of names protects nothing where no name is known: then it is refused.
    fn names_can_be_compared(&self, profiles: &[String]) -> Result<()> {
        let of_names = self.never.iter().find(|never| never.of == Of::Profiles);
        match of_names {
            Some(never) if profiles.is_empty() => Err(Error::Usage(format!(
                "--never-account {:?} is compared with the names of profiles, and none is used; \
                 give --profile, or a pattern of account IDs or ARNs",
                never.text
            ))),
            _ => Ok(()),
        }
    }

    /// Compares what STS said of a side with what was declared.
    ///
    /// # Errors
    /// [`Error::Usage`] for another account, and for one that is never touched.
    pub(super) fn admit(&self, side_is_source: bool, identity: &Identity) -> Result<()> {
        let (declared, flag, side) = match side_is_source {
            true => (&self.source, "--account", "source"),
            false => (&self.destination, "--destination-account", "destination"),
        };
        let (found, arn) = (&identity.account, &identity.arn);
        self.refuse(Of::Ids, found)?;
        self.refuse(Of::Arns, arn)?;
        if found == declared {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "the {side}'s keys belong to the account {found} ({arn}), not to {declared}; give \
             {flag} {found} if that one is meant, or another profile"
        )))
    }

    fn refuse(&self, of: Of, what: &str) -> Result<()> {
        let hit = |never: &&Never| never.of == of && never.matcher.is_match(what);
        match self.never.iter().find(hit) {
            None => Ok(()),
            Some(never) => Err(Error::Usage(format!(
                "{what} is never touched, since --never-account says {:?}; choose another account",
                never.text
            ))),
        }
    }
}

fn missing() -> Error {
    Error::Usage(
        "--target aws makes buckets that cost money, so the account has to be named; give \
         --account ID, or set BUCKETPAIR_ACCOUNT"
            .to_owned(),
    )
}

fn account(text: &str, flag: &str) -> Result<String> {
    let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let wrong = || {
        Error::Usage(format!(
            "{flag} {text:?} is no account ID; write its twelve digits, without dashes"
        ))
    };
    is_id.then(|| text.to_owned()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const OURS: &str = "111122223333";
    const OTHER: &str = "444455556666";

    fn accounts(never: &[&str]) -> Accounts {
        Accounts {
            source: Some(OURS.to_owned()),
            destination: None,
            never: never.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    fn identity(account: &str) -> Identity {
        Identity {
            account: account.to_owned(),
            arn: format!("arn:aws:sts::{account}:assumed-role/tester/session"),
        }
    }

    #[rstest]
    #[case::none(None, "BUCKETPAIR_ACCOUNT")]
    #[case::dashes(Some("1111-2222-3333"), "twelve digits")]
    #[case::short(Some("11112222333"), "twelve digits")]
    #[case::name(Some("sandbox"), "twelve digits")]
    fn without_an_account_nothing_goes_on(#[case] account: Option<&str>, #[case] word: &str) {
        let accounts = Accounts {
            source: account.map(str::to_owned),
            ..Accounts::default()
        };
        let error = Guard::new(&accounts, &[]).unwrap_err();
        assert_eq!(error.exit_code() as u8, 2);
        assert!(error.to_string().contains(word), "{error}");
    }

    #[rstest]
    #[case::id(&["111122223333"], &[], "111122223333")]
    #[case::ids(&["1111*"], &[], "\"1111*\"")]
    #[case::several(&["9*", "*[0-3]"], &[], "\"*[0-3]\"")]
    #[case::profile(&["*prod*"], &["sandbox", "eu-production"], "eu-production")]
    #[case::no_name(&["*prod*"], &[], "--profile")]
    #[case::no_pattern(&["1[2"], &[], "no pattern")]
    fn what_is_never_touched_is_refused_before_any_call(
        #[case] never: &[&str],
        #[case] profiles: &[&str],
        #[case] word: &str,
    ) {
        let profiles: Vec<_> = profiles.iter().map(|name| (*name).to_owned()).collect();
        let error = Guard::new(&accounts(never), &profiles).unwrap_err();
        assert_eq!(error.exit_code() as u8, 2);
        assert!(error.to_string().contains(word), "{error}");
    }

    #[rstest]
    #[case::same(OURS, &["9*", "arn:*:user/*"], None)]
    #[case::other(OTHER, &[], Some("not to 111122223333"))]
    #[case::other_never(OTHER, &["4444*"], Some("never touched"))]
    #[case::role(OURS, &["arn:aws:sts::*:assumed-role/tester/*"], Some("never touched"))]
    fn sts_has_to_agree(#[case] found: &str, #[case] never: &[&str], #[case] word: Option<&str>) {
        let guard = Guard::new(&accounts(never), &[]).unwrap();
        let admitted = guard.admit(true, &identity(found));
        match word {
            None => admitted.unwrap(),
            Some(word) => {
                let error = admitted.unwrap_err();
                assert!(error.to_string().contains(word), "{error}");
            }
        }
    }

    #[test]
    fn each_side_has_an_account_of_its_own() {
        let both = Accounts {
            destination: Some(OTHER.to_owned()),
            ..accounts(&[])
        };
        let guard = Guard::new(&both, &[]).unwrap();
        guard.admit(true, &identity(OURS)).unwrap();
        guard.admit(false, &identity(OTHER)).unwrap();
        let error = guard.admit(false, &identity(OURS)).unwrap_err();
        assert!(
            error.to_string().contains("--destination-account"),
            "{error}"
        );
    }
}
