//! The embedded S3 pair: S3 over HTTP in this process, with an asynchronous replication engine.
//!
//! Two regions over one world. It follows AWS's rules as `replication-semantics` states them, knows
//! the true arrival time of every replica, and can be told to break one rule at a time
//! ([`Defect`]), so that checks can be shown to catch it. It is no store: nothing outlives it.
//!
//! What it does beside objects, versions, uploads in parts and replication: roles and bucket
//! policies; SSE-S3, SSE-KMS, DSSE-KMS and SSE-C, with KMS keys by ARN in each state (nothing is
//! really encrypted); Object Lock; ACLs and ownership controls (of one account, and never enforced:
//! every request is the owner's); tags, conditions, five checksum algorithms. What it does not, it
//! answers with 501 `NotImplemented`, and nothing is quietly dropped: websites, access points, ACLs
//! of buckets, key policies, restores from archives.
//! Main type: [`Emulator`].

mod acl;
mod answer;
mod api;
mod body;
mod checksum;
mod connector;
mod creation;
mod defects;
mod delay;
mod encryption;
mod endpoint;
mod failures;
mod keys;
mod lifecycle;
mod listen;
mod lock;
mod matching;
mod permission;
mod policy;
mod replica;
mod replicator;
mod roles;
mod rules;
mod spool;
mod trouble;
mod unsure;
mod world;

pub use defects::{Defect, Owner};
pub use delay::Delay;
pub use failures::ReplicationFailure;
pub use keys::KeyState;
pub use listen::{Listen, Listening, StartError};
pub use policy::PolicyError;
pub use roles::{Role, RolePolicy};
pub use unsure::{CompletedWord, FailedWhen, FirstStatus, LaterTags, MarkerId, TagsUnread, Unsure};
pub use world::{Arrival, ArrivalKind};

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use endpoint::Endpoint;
use trouble::Change;
use world::World;

/// The access key ID that the embedded pair knows.
pub const ACCESS_KEY_ID: &str = "bucketpair";
/// The secret that belongs to it. It opens nothing but embedded pairs.
pub const SECRET_ACCESS_KEY: &str = "bucketpair-secret";
/// The account that owns every bucket.
pub const ACCOUNT: &str = "000000000000";

/// How an embedded pair behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The source's region.
    pub source_region: String,
    /// The destination's region.
    pub destination_region: String,
    /// Delays come from this.
    pub seed: u64,
    /// How long a replica takes.
    pub delay: Delay,
    /// What is broken.
    pub defects: Vec<Defect>,
    /// Of so many replicas under load [`Defect::LosesOneUnderLoad`] loses one.
    pub loses_one_of: u32,
    /// What it does where AWS's pages are silent, or contradict each other.
    pub unsure: Unsure,
    /// The key pair that is known: ID and secret.
    pub keys: (String, String),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            source_region: "ap-northeast-1".to_owned(),
            destination_region: "us-east-1".to_owned(),
            seed: 0,
            delay: Delay::default(),
            defects: Vec::new(),
            loses_one_of: 10_000,
            unsure: Unsure::default(),
            keys: (ACCESS_KEY_ID.to_owned(), SECRET_ACCESS_KEY.to_owned()),
        }
    }
}

impl Settings {
    /// Sets the source's region.
    #[must_use]
    pub fn with_source_region(mut self, region: impl Into<String>) -> Self {
        self.source_region = region.into();
        self
    }

    /// Sets the destination's region.
    #[must_use]
    pub fn with_destination_region(mut self, region: impl Into<String>) -> Self {
        self.destination_region = region.into();
        self
    }

    /// Sets the seed of the delays.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how long a replica takes.
    #[must_use]
    pub fn with_delay(mut self, delay: Delay) -> Self {
        self.delay = delay;
        self
    }

    /// Sets what becomes of tags that the role may not read.
    #[must_use]
    pub fn with_tags_unread(mut self, tags_unread: TagsUnread) -> Self {
        self.unsure.tags_unread = tags_unread;
        self
    }

    /// Sets what it does where AWS leaves something open.
    #[must_use]
    pub fn with_unsure(mut self, unsure: Unsure) -> Self {
        self.unsure = unsure;
        self
    }

    /// Sets the key pair that is known. It stands for AWS's where a test puts the embedded pair in
    /// AWS's place, since [`ACCESS_KEY_ID`] is never sent there.
    #[must_use]
    pub fn with_keys(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.keys = (id.into(), secret.into());
        self
    }

    /// Sets of how many replicas under load a defect loses one.
    #[must_use]
    pub fn with_loss(mut self, one_of: u32) -> Self {
        self.loses_one_of = one_of;
        self
    }

    /// Breaks something.
    #[must_use]
    pub fn with_defects(mut self, defects: impl IntoIterator<Item = Defect>) -> Self {
        self.defects = defects.into_iter().collect();
        self
    }
}

/// An embedded S3 pair. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub struct Emulator {
    world: Arc<World>,
}

impl Emulator {
    /// A pair without sockets; see [`Emulator::listen`] and [`Emulator::http_client`].
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            world: Arc::new(World::new(settings)),
        }
    }

    /// Serves both regions over HTTP on 127.0.0.1.
    ///
    /// # Errors
    /// [`StartError`] when a port is taken.
    pub async fn listen(&self, listen: Listen) -> Result<Listening, StartError> {
        listen::listen(&self.world, listen).await
    }

    /// An HTTP client for the SDK that hands requests of one region straight to the service,
    /// without a socket. Under tokio's paused clock, delays pass at once.
    #[must_use]
    pub fn http_client(&self, region: &str) -> SharedHttpClient {
        connector::client(self.service(Some(region)))
    }

    /// S3's operations without HTTP: no signature, no endpoint, no policy of the caller's.
    #[must_use]
    pub fn operations(&self) -> impl s3s::S3 + use<> {
        api::operations(&self.world)
    }

    /// When each replica became readable, in the order they did. The instant is taken inside the
    /// section that publishes the replica.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.world.arrivals()
    }

    /// The latest of [`Emulator::arrivals`].
    #[must_use]
    pub fn last_arrival(&self) -> Option<Arrival> {
        self.world.lock().arrivals.last().cloned()
    }

    /// How many replications have not ended.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.world.pending()
    }

    /// How many of these wait for the end of a pause or an outage.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.world.waiting()
    }

    /// Pauses replication out of a bucket, or ends the pause (R-TIME-13).
    pub fn pause(&self, bucket: &str, paused: bool) {
        self.world.control(bucket, Change::of_pause(paused));
    }

    /// Keeps replication from reaching a bucket, or ends that (R-STATUS-09). Its clients reach it.
    pub fn cut_off(&self, bucket: &str, away: bool) {
        self.world.control(bucket, Change::of_outage(away));
    }

    /// Answers the next replications into a bucket with 503 `SlowDown` (R-STATUS-09).
    pub fn slow_down(&self, bucket: &str, replications: u32) {
        self.world
            .control(bucket, Change::of_slow_downs(replications));
    }

    /// Every replication that failed, in the order they did, with S3's reason.
    #[must_use]
    pub fn failures(&self) -> Vec<ReplicationFailure> {
        self.world.lock().failures.clone()
    }

    /// Tells the pair of a role, by its name or its ARN; from now on it is held to its policies.
    ///
    /// # Errors
    /// [`PolicyError`] for a policy that is not understood; then nothing changes.
    pub fn put_role(&self, role: &str, described: Role) -> Result<(), PolicyError> {
        self.world.lock().roles.put(role, described)
    }

    /// A role: one that may do everything where the pair was told nothing of it, none where it was
    /// deleted.
    #[must_use]
    pub fn role(&self, role: &str) -> Option<Role> {
        self.world.lock().roles.get(role)
    }

    /// Deletes a role: S3 can no longer assume it.
    pub fn delete_role(&self, role: &str) {
        self.world.lock().roles.delete(role);
    }

    /// Tells the pair of a KMS key, by its ARN, or of its new state. Some are there from the start:
    /// `key/enabled`, `key/disabled`, `key/pending-deletion` and `key/aws-s3` in every region.
    pub fn put_key(&self, arn: &str, state: KeyState) {
        self.world.lock().keys.put(arn, state);
    }

    /// Sets the wall clock of every server by so many seconds from the true one, back where it is
    /// negative. Dates come from it; no delay does.
    pub fn set_clock(&self, by: i64) {
        self.world.set_clock(by);
    }

    fn service(&self, region: Option<&str>) -> Endpoint {
        api::service(&self.world, region)
    }
}
