//! What a ledger says: one line a change of one thing.

use serde::{Deserialize, Serialize};

use crate::history::{Bucket, Side};
use crate::target::Target;

/// The version of the format.
pub const VERSION: u32 = 1;

/// Where something was made: an endpoint, and in AWS an account. Never keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The endpoint's address.
    pub url: String,
    /// The region.
    pub region: String,
    /// The AWS account, where it is AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl Place {
    /// The place of one side of a target.
    #[must_use]
    pub fn of(target: &Target, side: Side) -> Self {
        let endpoint = target.endpoint(side == Side::Source);
        Self {
            url: endpoint.url.clone(),
            region: endpoint.region.clone(),
            account: endpoint.identity.as_ref().map(|who| who.account.clone()),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.account {
            Some(account) => write!(f, "{} in the account {account}", self.region),
            None => write!(f, "{} ({})", self.url, self.region),
        }
    }
}

/// A bucket and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Placed {
    /// Its side of the pair.
    pub side: Side,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: Place,
}

impl Placed {
    /// A bucket of a pair on this target.
    #[must_use]
    pub fn of(target: &Target, bucket: &Bucket) -> Self {
        Self {
            side: bucket.side,
            name: bucket.name.clone(),
            place: Place::of(target, bucket.side),
        }
    }

    /// The bucket as a pair holds it.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        Bucket {
            side: self.side,
            name: self.name.clone(),
            region: self.place.region.clone(),
        }
    }
}

/// Something that has to be removed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Entry {
    /// A bucket of a pair of our own.
    Bucket(Placed),
    /// What a run writes below a prefix of its own, in a pair that is somebody's.
    Prefix {
        /// What every key of the run starts with.
        prefix: String,
        /// The pair's buckets, the source first.
        buckets: Vec<Placed>,
    },
    /// A `CloudFormation` stack.
    Stack {
        /// Its name.
        name: String,
        /// Where it is.
        place: Place,
    },
    /// A denial that a drill put on the replication role, and has to take back.
    Denial {
        /// The stack or role that it is on.
        on: String,
        /// Where that is.
        place: Place,
    },
}

impl Entry {
    /// Where it is; several places for what lies in a pair.
    #[must_use]
    pub fn places(&self) -> Vec<&Place> {
        match self {
            Self::Bucket(bucket) => vec![&bucket.place],
            Self::Prefix { buckets, .. } => buckets.iter().map(|bucket| &bucket.place).collect(),
            Self::Stack { place, .. } | Self::Denial { place, .. } => vec![place],
        }
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bucket(bucket) => f.write_str(&bucket.name),
            Self::Prefix { prefix, buckets } => {
                let names: Vec<_> = buckets.iter().map(|bucket| bucket.name.as_str()).collect();
                write!(f, "{prefix} in {}", names.join(" and "))
            }
            Self::Stack { name, .. } => write!(f, "stack {name}"),
            Self::Denial { on, .. } => write!(f, "denial on {on}"),
        }
    }
}

/// How far a thing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is about to be made: it may be there, and it may be somebody else's.
    Intended,
    /// It is there, and carries the run's tag.
    Tagged,
    /// The user asked to keep it until it expires.
    Kept,
    /// It is gone.
    Removed,
}

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How far it has come.
    pub state: State,
    /// When, in seconds since 1970 (wall clock).
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub entry: Entry,
}

/// The first line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub bucketpair_ledger: u32,
    /// The version of bucketpair that wrote it.
    pub bucketpair: String,
    /// The run's ID, a UUID. What it makes carries it as a tag.
    pub run: String,
    /// When what it made is rubbish, as an RFC 3339 time.
    pub expires: String,
}

impl Header {
    /// The header of a run's ledger.
    #[must_use]
    pub fn new(run: impl Into<String>, expires: impl Into<String>) -> Self {
        Self {
            bucketpair_ledger: VERSION,
            bucketpair: env!("CARGO_PKG_VERSION").to_owned(),
            run: run.into(),
            expires: expires.into(),
        }
    }
}
