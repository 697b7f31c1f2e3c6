//! IAM policies: read strictly, decided as IAM does. An explicit deny comes first, then an allow;
//! what nobody speaks of is not allowed.
//!
//! Source: AWS, "Policy evaluation logic" and "IAM JSON policy elements reference". An element that
//! is not understood here refuses the whole document, so that none is quietly passed over: the
//! condition operators are those on strings, ARNs, `Bool` and `Null`, and there are no policy
//! variables. No crate is used: the one there is (iam-rs) reads neither a trust policy, which has no
//! `Resource`, nor principals of two kinds.

mod condition;
mod document;
#[cfg(test)]
mod tests;

pub use document::PolicyError;
pub(super) use document::{Document, Kind};

/// What policies say of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Decision {
    /// Nobody speaks of it: not allowed.
    Silent,
    /// Somebody allows it, and nobody denies it.
    Allowed,
    /// Somebody denies it.
    Denied,
}

impl Decision {
    /// What several policies say together.
    pub(super) fn together(decisions: impl IntoIterator<Item = Self>) -> Self {
        decisions.into_iter().max().unwrap_or(Self::Silent)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Principal<'a> {
    /// A service of AWS, such as `s3.amazonaws.com`.
    Service(&'a str),
    /// A role, by its ARN and its account.
    Role {
        /// Its ARN.
        arn: &'a str,
        /// Its account's ID.
        account: &'a str,
    },
}

/// What is asked of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// Who asks.
    pub(super) principal: Principal<'a>,
    /// For which action, such as `s3:ReplicateObject`.
    pub(super) action: &'a str,
    /// On what; none for a trust policy, which is about its own role.
    pub(super) resource: Option<&'a str>,
    /// The context keys that are known, such as `aws:SourceAccount`.
    pub(super) context: &'a [(&'a str, &'a str)],
}

/// Whether `text` fits a pattern in which `*` stands for any characters and `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star was, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(one) if *one == '?' || *one == text[t] => (p, t) = (p + 1, t + 1),
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, t) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}
