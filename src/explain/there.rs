//! What is at a destination, compared with the source.

use super::{DestinationFacts, ObjectFacts};
use crate::history::{ObjectSeen, Seen};

/// What is at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum There {
    /// The source's version, the same by all that HEAD shows.
    Replica,
    /// The source's version, with something else.
    Differs(String),
    /// The delete marker.
    Marker,
    /// Other versions of the key, and not this one.
    Others(usize),
    /// Nothing of the key.
    Nothing,
    /// It could not be looked at.
    Unseen(String),
}

impl There {
    pub(super) fn of(facts: &ObjectFacts, destination: &DestinationFacts) -> Self {
        match &destination.replica {
            Seen::Present(replica) => match facts.object().and_then(|o| difference(o, replica)) {
                Some(difference) => Self::Differs(difference),
                None => Self::Replica,
            },
            Seen::DeleteMarker { .. } => Self::Marker,
            Seen::Failed(failure) => Self::Unseen(format!("{}: {}", failure.code, failure.message)),
            _ if facts.is_marker() && Self::has_marker(facts, destination) => Self::Marker,
            _ => match destination.listed().map(<[_]>::len) {
                Some(0) | None => Self::Nothing,
                Some(others) => Self::Others(others),
            },
        }
    }

    /// Whether the key's marker is listed, under its own version ID or as the current one.
    fn has_marker(facts: &ObjectFacts, destination: &DestinationFacts) -> bool {
        let mut listed = destination.listed().into_iter().flatten();
        let ours = |id| facts.version.as_ref() == Some(id);
        listed.any(|version| version.marker && (version.latest || ours(&version.version)))
    }

    /// For people.
    pub(super) fn described(&self, destination: &DestinationFacts) -> String {
        let hidden = match destination.is_hidden() {
            true => ", hidden below a delete marker: a plain GET is 404",
            false => "",
        };
        match self {
            Self::Replica => {
                format!("the replica, with the same version ID, size and ETag{hidden}")
            }
            Self::Differs(difference) => format!("the version, and {difference}{hidden}"),
            Self::Marker => "the delete marker".to_owned(),
            Self::Others(1) => format!("another version of the key, and not this one{hidden}"),
            Self::Others(n) => format!("{n} other versions of the key, and not this one{hidden}"),
            Self::Nothing => "nothing".to_owned(),
            Self::Unseen(why) => format!("it could not be looked at ({why})"),
        }
    }
}

/// What differs between source and replica. KMS makes another `ETag` of the same bytes (R-ENC-02).
fn difference(source: &ObjectSeen, replica: &ObjectSeen) -> Option<String> {
    if source.size != replica.size {
        return Some(format!(
            "{} bytes where the source has {}",
            replica.size, source.size
        ));
    }
    let kms = |object: &ObjectSeen| {
        object
            .encryption
            .as_deref()
            .is_some_and(|e| e.starts_with("aws:kms"))
    };
    let comparable = !kms(source) && !kms(replica) && source.encryption == replica.encryption;
    let word = |etag: &Option<String>| etag.clone().unwrap_or_else(|| "none".to_owned());
    (comparable && source.etag != replica.etag).then(|| {
        format!(
            "another hash: ETag {} where the source has {}",
            word(&replica.etag),
            word(&source.etag)
        )
    })
}
