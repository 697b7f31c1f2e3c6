//! What exists: buckets, versions, open uploads, and the truth about arrivals. One lock.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use s3s::dto;
use tokio::sync::watch;
use tokio::time::Instant;

use super::acl;
use super::body::Body;
use super::encryption::Encryption;
use super::failures::ReplicationFailure;
use super::keys::Keys;
use super::lifecycle::{self, Markers};
use super::lock::{Asked, Lock};
use super::policy::Document;
use super::roles::Roles;
use super::rules::Checked;
use super::spool::Spool;
use super::trouble::{Change, Trouble};
use super::{Defect, Settings};
use crate::replication::{ReplicationStatus, Tags, VersionId};

/// From so many replicas on their way there is load.
const CROWD: usize = 50;

/// Something that arrived at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The destination bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version.
    pub version_id: VersionId,
    /// What arrived.
    pub kind: ArrivalKind,
    /// When it became readable.
    pub at: Instant,
}

/// What can arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArrivalKind {
    /// A replica.
    Replica,
    /// A delete marker.
    DeleteMarker,
    /// Changed tags.
    Tags,
    /// A changed retention or legal hold.
    ObjectLock,
    /// A changed ACL.
    Acl,
}

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) region: String,
    pub(super) created: SystemTime,
    /// None for a bucket that was never versioned.
    pub(super) versioning: Option<dto::BucketVersioningStatus>,
    pub(super) encryption: dto::ServerSideEncryptionConfiguration,
    /// Whether SSE-C is blocked (R-ENC-08).
    pub(super) blocks_customer_keys: bool,
    /// None where the controls were deleted: the writer owns objects.
    pub(super) ownership: Option<dto::ObjectOwnership>,
    /// None without Object Lock.
    pub(super) lock: Option<dto::ObjectLockConfiguration>,
    pub(super) lifecycle: Option<dto::LifecycleRules>,
    pub(super) access_block: Option<dto::PublicAccessBlockConfiguration>,
    pub(super) tags: Option<dto::TagSet>,
    pub(super) replication: Option<Checked>,
    pub(super) policy: Option<BucketPolicy>,
    pub(super) trouble: Trouble,
    /// How far its clock was advanced.
    pub(super) ahead: Duration,
    /// By how many seconds its clock was set, forward or back.
    pub(super) set_by: i64,
    /// Versions by key, the current one last.
    pub(super) keys: BTreeMap<String, Vec<Version>>,
}

impl Bucket {
    /// The wall clock, as this bucket has it.
    pub(super) fn now(&self) -> SystemTime {
        wall_clock(self.set_by) + self.ahead
    }

    pub(super) fn is_versioned(&self) -> bool {
        self.versioning_is(dto::BucketVersioningStatus::ENABLED)
    }

    pub(super) fn versioning_is(&self, status: &str) -> bool {
        self.versioning
            .as_ref()
            .is_some_and(|set| set.as_str() == status)
    }
}

/// The wall clock, set by so many seconds.
pub(super) fn wall_clock(set_by: i64) -> SystemTime {
    let by = Duration::from_secs(set_by.unsigned_abs());
    match set_by < 0 {
        true => SystemTime::now() - by,
        false => SystemTime::now() + by,
    }
}

/// A bucket's policy, as it was put and as it was understood.
#[derive(Debug)]
pub(super) struct BucketPolicy {
    pub(super) text: String,
    pub(super) document: Document,
}

/// A version of an object, or a delete marker.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) id: String,
    /// Replicas sort among their siblings by the order of the original writes.
    pub(super) sequence: u64,
    pub(super) modified: SystemTime,
    /// None for a delete marker.
    pub(super) object: Option<Arc<Object>>,
    pub(super) tags: Tags,
    pub(super) lock: Lock,
    pub(super) acl: dto::Grants,
    pub(super) storage_class: Option<String>,
    pub(super) status: Option<ReplicationStatus>,
    /// How many destinations have not answered.
    pub(super) outstanding: usize,
    /// Whether a destination has refused it.
    pub(super) is_refused: bool,
    /// Whether replication put it here.
    pub(super) is_replica: bool,
    /// When it was put here, if replication did it.
    pub(super) arrived: Option<SystemTime>,
}

impl Version {
    /// A delete marker.
    pub(super) fn marker(id: String, sequence: u64, modified: SystemTime) -> Self {
        Self {
            id,
            sequence,
            modified,
            object: None,
            tags: Tags::new(),
            lock: Lock::default(),
            acl: Vec::new(),
            storage_class: None,
            status: None,
            outstanding: 0,
            is_refused: false,
            is_replica: false,
            arrived: None,
        }
    }
}

/// What a version holds. A replica shares it with its source.
#[derive(Debug, Clone, Default)]
pub(super) struct Object {
    pub(super) body: Body,
    pub(super) etag: String,
    pub(super) metadata: Option<dto::Metadata>,
    pub(super) content_type: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) expires: Option<dto::Timestamp>,
    pub(super) encryption: Encryption,
    pub(super) checksum: dto::Checksum,
    /// The parts of a multipart upload.
    pub(super) parts: Vec<Part>,
}

/// One part of a multipart upload.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) number: i32,
    pub(super) body: Body,
    pub(super) md5: [u8; 16],
    pub(super) checksum: dto::Checksum,
    pub(super) modified: SystemTime,
}

/// An open multipart upload.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) begun: SystemTime,
    pub(super) object: Object,
    pub(super) tags: Tags,
    pub(super) lock: Asked,
    pub(super) acl: acl::Asked,
    pub(super) storage_class: Option<String>,
    pub(super) algorithm: Option<dto::ChecksumAlgorithm>,
    pub(super) checksum_type: Option<dto::ChecksumType>,
    pub(super) parts: BTreeMap<i32, Part>,
    pub(super) spool: Spool,
}

impl Upload {
    /// The upload as it was begun, without its parts.
    pub(super) fn as_begun(&self) -> Begun {
        Begun {
            object: self.object.clone(),
            tags: self.tags.clone(),
            lock: self.lock.clone(),
            acl: self.acl.clone(),
            storage_class: self.storage_class.clone(),
            algorithm: self.algorithm.clone(),
            checksum_type: self.checksum_type.clone(),
        }
    }
}

/// What was said when an upload began.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) object: Object,
    pub(super) tags: Tags,
    pub(super) lock: Asked,
    pub(super) acl: acl::Asked,
    pub(super) storage_class: Option<String>,
    pub(super) algorithm: Option<dto::ChecksumAlgorithm>,
    pub(super) checksum_type: Option<dto::ChecksumType>,
}

/// Everything behind the lock.
#[derive(Debug)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) uploads: HashMap<String, Upload>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) failures: Vec<ReplicationFailure>,
    pub(super) roles: Roles,
    pub(super) keys: Keys,
    pub(super) sequence: u64,
    pub(super) random: SmallRng,
    /// By how many seconds the servers' clocks were set.
    pub(super) set_by: i64,
}

impl State {
    /// The next number in the order of writes.
    pub(super) fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// The servers' wall clock.
    pub(super) fn now(&self) -> SystemTime {
        wall_clock(self.set_by)
    }

    /// A version ID as long as AWS's.
    pub(super) fn version_id(&mut self) -> String {
        Alphanumeric.sample_string(&mut self.random, 32)
    }

    /// The version with this ID, wherever it is in its key.
    pub(super) fn version_mut(
        &mut self,
        bucket: &str,
        key: &str,
        id: &str,
    ) -> Option<&mut Version> {
        let versions = self.buckets.get_mut(bucket)?.keys.get_mut(key)?;
        versions.iter_mut().rfind(|version| version.id == id)
    }
}

/// The world that all regions share.
#[derive(Debug)]
pub(super) struct World {
    pub(super) settings: Settings,
    defects: HashSet<Defect>,
    state: Mutex<State>,
    pending: AtomicUsize,
    waiting: AtomicUsize,
    /// How many replicas arrived while many were on their way.
    crowded: AtomicU64,
    /// Told of every change of a bucket's trouble.
    troubles: watch::Sender<()>,
}

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        let state = State {
            buckets: BTreeMap::new(),
            uploads: HashMap::new(),
            arrivals: Vec::new(),
            failures: Vec::new(),
            roles: Roles::default(),
            keys: Keys::default(),
            sequence: 0,
            set_by: 0,
            random: SmallRng::seed_from_u64(settings.seed),
        };
        let defects = settings.defects.iter().copied().collect();
        Self {
            settings,
            defects,
            state: Mutex::new(state),
            pending: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            crowded: AtomicU64::new(0),
            troubles: watch::Sender::default(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        self.lock().arrivals.clone()
    }

    pub(super) fn pending(&self) -> usize {
        self.pending.load(Ordering::Relaxed)
    }

    pub(super) fn begin_replication(&self) {
        self.pending.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end_replication(&self) {
        self.pending.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits for a change of trouble; false where there will be none.
    pub(super) async fn change(&self, troubles: &mut watch::Receiver<()>) -> bool {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let changed = troubles.changed().await.is_ok();
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        changed
    }

    /// Whether this replica is the one that a defect loses of so many under load. Which one it is
    /// comes from the seed; it is never among the last.
    pub(super) fn is_the_unlucky_one(&self) -> bool {
        let one_of = u64::from(self.settings.loses_one_of.max(1));
        let number = SmallRng::seed_from_u64(self.settings.seed).next_u64();
        let unlucky = number % one_of.saturating_sub(2 * CROWD as u64).max(1);
        self.pending() > CROWD && self.crowded.fetch_add(1, Ordering::Relaxed) % one_of == unlucky
    }

    /// Sets every server's wall clock by so many seconds from the true one.
    pub(super) fn set_clock(&self, by: i64) {
        let mut state = self.lock();
        state.set_by = by;
        state
            .buckets
            .values_mut()
            .for_each(|bucket| bucket.set_by = by);
    }

    /// Changes what is wrong with a bucket, or advances its clock, upon which its lifecycle is
    /// carried out before this returns. None where there is no such bucket.
    pub(super) fn control(&self, name: &str, change: Change) -> Option<Markers> {
        let mut state = self.lock();
        let bucket = state.buckets.get_mut(name)?;
        bucket.trouble.change(change);
        bucket.ahead += change.advance();
        let markers = match change.advance().is_zero() {
            true => Markers::new(),
            false => lifecycle::carry_out(self, &mut state, name),
        };
        drop(state);
        self.troubles.send_replace(());
        Some(markers)
    }

    /// Changes of troubles from now on.
    pub(super) fn troubles(&self) -> watch::Receiver<()> {
        self.troubles.subscribe()
    }

    /// A request ID as S3 gives them.
    pub(super) fn request_id(&self) -> String {
        format!("{:016X}", self.lock().random.next_u64())
    }
}
