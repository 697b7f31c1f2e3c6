//! What is known of one object, as plain data.

use serde::Serialize;

use crate::doctor::{Configuration, Fact, Facts};
use crate::history::{ListedVersion, ObjectSeen, Seen};
use crate::replication::{Tags, VersionId};

/// What is known of one object at the source, and at each destination.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectFacts {
    /// The source bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version that was asked for, or the current one; none where there is none.
    pub version: Option<VersionId>,
    /// What the source shows of that version.
    pub source: Seen,
    /// Its tags now; none where they could not be read.
    pub tags: Option<Tags>,
    /// When it was looked at, in seconds since 1970.
    pub now: i64,
    /// The source's replication configuration.
    pub configuration: Fact<Option<Configuration>>,
    /// Each destination that a rule names, once.
    pub destinations: Vec<DestinationFacts>,
}

/// What is known of one destination.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DestinationFacts {
    /// The bucket.
    pub bucket: String,
    /// What a doctor knows of the pair; why not, where the bucket cannot be asked.
    pub pair: Result<Facts, String>,
    /// What is there under the source's version ID.
    pub replica: Seen,
    /// Every version and marker of the key there, the current one first.
    pub versions: Seen,
    /// Why S3 says that it failed here, where the target tells of it (R-EVT-14).
    pub failure: Option<String>,
}

impl ObjectFacts {
    /// The object at the source, where it is one.
    #[must_use]
    pub fn object(&self) -> Option<&ObjectSeen> {
        match &self.source {
            Seen::Present(object) => Some(object),
            _ => None,
        }
    }

    /// Whether the version is a delete marker.
    #[must_use]
    pub fn is_marker(&self) -> bool {
        matches!(self.source, Seen::DeleteMarker { .. })
    }
}

impl DestinationFacts {
    /// The versions and markers that are listed there; none where they could not be.
    #[must_use]
    pub fn listed(&self) -> Option<&[ListedVersion]> {
        match &self.versions {
            Seen::Versions { versions } => Some(versions),
            _ => None,
        }
    }

    /// Whether the current version there is a delete marker.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        let current = self.listed().and_then(<[_]>::first);
        current.is_some_and(|current| current.marker)
    }
}
