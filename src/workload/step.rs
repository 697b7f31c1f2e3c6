//! What a scenario does, as data.

use std::collections::BTreeSet;

use super::object::Object;
use crate::history::{Ask, Lifecycle, Side, Trouble};
use crate::replication::{BucketSetting, ReplicationStatus, Rule, Tags};

/// One step of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Writes an object into the source.
    Write(Box<Write>),
    /// Writes many small objects side by side; their replicas are looked for in listings.
    PutMany {
        /// The name that checks know all of them by; their keys begin with it.
        label: String,
        /// How many.
        count: u32,
    },
    /// Deletes a key without naming a version: makes a delete marker.
    Delete {
        /// The name that checks know it by.
        label: String,
        /// The key.
        key: String,
    },
    /// Deletes keys with one `DeleteObjects`: makes a delete marker of each.
    DeleteMany {
        /// The name that checks know all of them by.
        label: String,
        /// The keys.
        keys: Vec<String>,
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
    /// Keeps the version that an earlier step wrote for so many days, under GOVERNANCE.
    Retain {
        /// The name that checks know it by.
        label: String,
        /// The earlier step.
        of: String,
        /// Days.
        days: u32,
    },
    /// Puts the version that an earlier step wrote under a legal hold, or takes it off.
    Hold {
        /// The name that checks know it by.
        label: String,
        /// The earlier step.
        of: String,
        /// Whether it is held.
        held: bool,
    },
    /// Grants READ of the version that an earlier step wrote to these groups of S3's, and to nobody
    /// else.
    Grant {
        /// The name that checks know it by.
        label: String,
        /// The earlier step.
        of: String,
        /// The groups, by their URIs.
        readers: Vec<String>,
    },
    /// Begins a multipart upload, sends one part of it, and leaves it.
    BeginUpload {
        /// The name that checks know it by.
        label: String,
        /// The key.
        key: String,
    },
    /// Puts a setting of a bucket.
    Setting {
        /// Of which bucket.
        side: Side,
        /// Which one.
        setting: BucketSetting,
    },
    /// Denies actions to the replication role, on the pair's keys.
    Deny {
        /// Such as `s3:ReplicateObject`.
        actions: BTreeSet<String>,
    },
    /// Denies actions to the replication role by the policy of a destination bucket.
    DenyAt {
        /// Which bucket.
        side: Side,
        /// Such as `s3:ReplicateTags`.
        actions: BTreeSet<String>,
    },
    /// Gives back what was denied.
    Restore,
    /// Empties a destination's bucket and deletes it.
    DeleteBucket {
        /// Which.
        side: Side,
    },
    /// Creates a destination's bucket again, under its old name, versioned and empty.
    CreateBucket {
        /// Which.
        side: Side,
    },
    /// Puts a lifecycle configuration.
    Lifecycle {
        /// What it does.
        lifecycle: Lifecycle,
    },
    /// Advances the clocks of all buckets of the pair; lifecycle has acted when it ends.
    Advance {
        /// By how many days.
        days: u32,
    },
    /// Begins or ends to hold replication up.
    Trouble {
        /// Of which bucket.
        side: Side,
        /// How.
        trouble: Trouble,
    },
    /// Puts a replication configuration and waits until it is live.
    Configure {
        /// The new rules.
        rules: Vec<Rule>,
    },
    /// Asks for something, and records the answer, whatever it is.
    Ask {
        /// The name that checks know it by.
        label: String,
        /// Of which bucket.
        side: Side,
        /// What is asked, and what has to be answered.
        ask: Ask,
    },
    /// The same step at another side: without it, steps write to the source.
    At {
        /// Where.
        side: Side,
        /// What.
        step: Box<Step>,
    },
    /// The same step while its key is read at every other side: a replica may be quicker than whoever
    /// reads it only once it is written.
    WhileRead {
        /// What is written.
        step: Box<Step>,
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

    /// Writes `count` small objects side by side, at keys that begin with the label.
    #[must_use]
    pub fn put_many(label: &str, count: u32) -> Self {
        let label = label.to_owned();
        Self::PutMany { label, count }
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
        Self::Write(Box::new(Write {
            label: label.to_owned(),
            key: key.to_owned(),
            object,
            how,
        }))
    }

    /// Deletes `key` without naming a version.
    #[must_use]
    pub fn delete(label: &str, key: &str) -> Self {
        Self::Delete {
            label: label.to_owned(),
            key: key.to_owned(),
        }
    }

    /// Deletes keys with one call, without naming versions.
    #[must_use]
    pub fn delete_many<const N: usize>(label: &str, keys: [&str; N]) -> Self {
        Self::DeleteMany {
            label: label.to_owned(),
            keys: keys.map(str::to_owned).to_vec(),
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

    /// Keeps the version that step `of` wrote for so many days.
    #[must_use]
    pub fn retain(label: &str, of: &str, days: u32) -> Self {
        let (label, of) = (label.to_owned(), of.to_owned());
        Self::Retain { label, of, days }
    }

    /// Puts the version that step `of` wrote under a legal hold, or takes it off.
    #[must_use]
    pub fn hold(label: &str, of: &str, held: bool) -> Self {
        let (label, of) = (label.to_owned(), of.to_owned());
        Self::Hold { label, of, held }
    }

    /// Grants READ of the version that step `of` wrote to these groups.
    #[must_use]
    pub fn grant<const N: usize>(label: &str, of: &str, readers: [&str; N]) -> Self {
        Self::Grant {
            label: label.to_owned(),
            of: of.to_owned(),
            readers: readers.map(str::to_owned).to_vec(),
        }
    }

    /// Begins a multipart upload, and leaves it.
    #[must_use]
    pub fn begin_upload(label: &str, key: &str) -> Self {
        let (label, key) = (label.to_owned(), key.to_owned());
        Self::BeginUpload { label, key }
    }

    /// Puts a setting of a bucket.
    #[must_use]
    pub fn set(side: Side, setting: BucketSetting) -> Self {
        Self::Setting { side, setting }
    }

    /// Denies actions to the replication role.
    #[must_use]
    pub fn deny<const N: usize>(actions: [&str; N]) -> Self {
        let actions = actions.map(str::to_owned).into();
        Self::Deny { actions }
    }

    /// Denies actions to the replication role by the policy of a destination bucket.
    #[must_use]
    pub fn deny_at<const N: usize>(side: Side, actions: [&str; N]) -> Self {
        let actions = actions.map(str::to_owned).into();
        Self::DenyAt { side, actions }
    }

    /// Puts a replication configuration and waits until it is live.
    #[must_use]
    pub fn configure(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self::Configure {
            rules: rules.into_iter().collect(),
        }
    }

    /// The same step at another side.
    #[must_use]
    pub fn at(self, side: Side) -> Self {
        let step = Box::new(self);
        Self::At { side, step }
    }

    /// The same step while its key is read at every other side.
    #[must_use]
    pub fn while_read(self) -> Self {
        let step = Box::new(self);
        Self::WhileRead { step }
    }

    /// Puts a lifecycle configuration.
    #[must_use]
    pub fn lifecycle(lifecycle: Lifecycle) -> Self {
        Self::Lifecycle { lifecycle }
    }

    /// Advances the pair's clocks.
    #[must_use]
    pub fn advance(days: u32) -> Self {
        Self::Advance { days }
    }

    /// Pauses replication out of the source.
    #[must_use]
    pub fn pause() -> Self {
        Self::trouble(Side::Source, Trouble::Pause)
    }

    /// Ends the pause.
    #[must_use]
    pub fn resume() -> Self {
        Self::trouble(Side::Source, Trouble::Resume)
    }

    /// Begins or ends to hold replication up at one bucket.
    #[must_use]
    pub fn trouble(side: Side, trouble: Trouble) -> Self {
        Self::Trouble { side, trouble }
    }

    /// Waits until what step `of` wrote has had a window's time to arrive, then looks at both sides.
    #[must_use]
    pub fn await_window(of: &str) -> Self {
        Self::Await {
            of: of.to_owned(),
            until: Until::WindowPassed,
        }
    }

    /// Reads every replica of what step `of` wrote, again and again, until it is whole.
    #[must_use]
    pub fn await_whole(of: &str) -> Self {
        Self::Await {
            of: of.to_owned(),
            until: Until::ReadWhole,
        }
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
    /// The window in which it would have arrived has passed.
    WindowPassed,
    /// Every replica was read, and is whole.
    ReadWhole,
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

impl How {
    /// How many requests writing so many bytes takes at most: an upload in parts is begun, ended,
    /// and aborted where a part fails.
    #[must_use]
    pub fn requests(&self, bytes: u64) -> u64 {
        match self {
            Self::Put | Self::Copy { .. } => 1,
            Self::Multipart { part_size } => bytes.div_ceil((*part_size).max(1)).max(1) + 3,
        }
    }
}

fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Tags {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
