//! What a scenario does, as data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::history::Side;
use crate::replication::{ReplicationStatus, Rule, Tags};

/// One step of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Writes an object into the source.
    Write(Write),
    /// Deletes a key without naming a version: makes a delete marker.
    Delete {
        /// The name that checks know it by.
        label: String,
        /// The key.
        key: String,
    },
    /// Deletes the version that an earlier step wrote.
    DeleteVersion {
        /// The name that checks know it by.
        label: String,
        /// The earlier step.
        of: String,
    },
    /// Replaces the tags of the version that an earlier step wrote.
    Tag {
        /// The name that checks know it by.
        label: String,
        /// The earlier step.
        of: String,
        /// The new tags.
        tags: Tags,
    },
    /// Enables or suspends versioning.
    Versioning {
        /// Of which bucket.
        side: Side,
        /// Whether it is enabled.
        enabled: bool,
    },
    /// Denies actions to the replication role, on the pair's keys.
    Deny {
        /// Such as `s3:ReplicateObject`.
        actions: BTreeSet<String>,
    },
    /// Gives back what was denied.
    Restore,
    /// Puts a replication configuration and waits until it is live.
    Configure {
        /// The new rules.
        rules: Vec<Rule>,
    },
    /// Waits for something, at most until the deadline; what was seen is in the history.
    Await {
        /// The earlier step.
        of: String,
        /// For what.
        until: Until,
    },
}

impl Step {
    /// Uploads `object` to `key` with `PutObject`.
    #[must_use]
    pub fn put(label: &str, key: &str, object: Object) -> Self {
        Self::write(label, key, object, How::Put)
    }

    /// Uploads `object` in parts of `part_size` bytes.
    #[must_use]
    pub fn multipart(label: &str, key: &str, object: Object, part_size: u64) -> Self {
        Self::write(label, key, object, How::Multipart { part_size })
    }

    /// Copies the current version of the key `from` to `key`, within the source.
    #[must_use]
    pub fn copy(label: &str, from: &str, key: &str) -> Self {
        Self::write(
            label,
            key,
            Object::default(),
            How::Copy {
                from: from.to_owned(),
            },
        )
    }

    fn write(label: &str, key: &str, object: Object, how: How) -> Self {
        Self::Write(Write {
            label: label.to_owned(),
            key: key.to_owned(),
            object,
            how,
        })
    }

    /// Deletes `key` without naming a version.
    #[must_use]
    pub fn delete(label: &str, key: &str) -> Self {
        Self::Delete {
            label: label.to_owned(),
            key: key.to_owned(),
        }
    }

    /// Deletes the version that step `of` wrote.
    #[must_use]
    pub fn delete_version(label: &str, of: &str) -> Self {
        Self::DeleteVersion {
            label: label.to_owned(),
            of: of.to_owned(),
        }
    }

    /// Replaces the tags of the version that step `of` wrote.
    #[must_use]
    pub fn tag<const N: usize>(label: &str, of: &str, tags: [(&str, &str); N]) -> Self {
        Self::Tag {
            label: label.to_owned(),
            of: of.to_owned(),
            tags: owned(tags),
        }
    }

    /// Denies actions to the replication role.
    #[must_use]
    pub fn deny<const N: usize>(actions: [&str; N]) -> Self {
        let actions = actions.map(str::to_owned).into();
        Self::Deny { actions }
    }

    /// Waits until every replica of what step `of` wrote is there.
    #[must_use]
    pub fn await_replicas(of: &str) -> Self {
        Self::Await {
            of: of.to_owned(),
            until: Until::Replicated,
        }
    }

    /// Waits until the source shows `status` for what step `of` wrote.
    #[must_use]
    pub fn await_status(of: &str, status: ReplicationStatus) -> Self {
        Self::Await {
            of: of.to_owned(),
            until: Until::Status(status),
        }
    }
}

/// What to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// Every replica is readable.
    Replicated,
    /// The source shows this status.
    Status(ReplicationStatus),
}

/// An upload into the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The name that checks know it by.
    pub label: String,
    /// The key, without the pair's prefix.
    pub key: String,
    /// What is written.
    pub object: Object,
    /// With which call.
    pub how: How,
}

/// The call that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// `PutObject`.
    Put,
    /// A multipart upload.
    Multipart {
        /// Bytes a part; S3 wants at least 5 MiB for all but the last.
        part_size: u64,
    },
    /// `CopyObject` from another key of the source.
    Copy {
        /// That key.
        from: String,
    },
}

/// Where the bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// This many bytes, made from the run's seed and the step's label.
    Seeded {
        /// Bytes.
        size: u64,
    },
    /// The content of a file.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Seeded { size: 1024 }
    }
}

/// What is written: a body and what goes with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// The bytes.
    pub body: Body,
    /// User metadata, without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// System headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Tags, sent with the write.
    pub tags: Tags,
    /// The storage class.
    pub storage_class: Option<String>,
    /// An additional checksum (`CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`).
    pub checksum: Option<String>,
    /// `x-amz-server-side-encryption`.
    pub encryption: Option<String>,
}

impl Object {
    /// `size` seeded bytes.
    #[must_use]
    pub fn sized(size: u64) -> Self {
        Self {
            body: Body::Seeded { size },
            ..Self::default()
        }
    }

    /// The content of a file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            body: Body::File(path.into()),
            ..Self::default()
        }
    }

    /// These bytes.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Body::Bytes(bytes.into()),
            ..Self::default()
        }
    }

    /// Adds user metadata.
    #[must_use]
    pub fn with_metadata(mut self, name: &str, value: &str) -> Self {
        self.metadata.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a system header, by lower-case name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn with_tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Asks for an additional checksum.
    #[must_use]
    pub fn with_checksum(mut self, algorithm: &str) -> Self {
        self.checksum = Some(algorithm.to_owned());
        self
    }

    /// Asks for server-side encryption in the request itself.
    #[must_use]
    pub fn with_encryption(mut self, encryption: &str) -> Self {
        self.encryption = Some(encryption.to_owned());
        self
    }

    /// Stores the object in this class.
    #[must_use]
    pub fn with_storage_class(mut self, class: &str) -> Self {
        self.storage_class = Some(class.to_owned());
        self
    }
}

fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Tags {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
