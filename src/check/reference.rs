//! The reference: what each destination should hold, decided from the rule table alone.
//!
//! Its matching is its own. The embedded pair decides the same question apart from it, so that one
//! mistake cannot hide itself.

mod later;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::later::Held;
use super::Obstacles;
use super::keys::{self, is_under_kms};
use super::lock::Lock;
use crate::history::{
    Call, Content, Event, History, Instant, Operation, OperationKind, Outcome, Plan, Side,
};
use crate::replication::{FailureReason, Rule, Schema, Tags, VersionId};

/// What should become of a version at one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A replica arrives.
    Replica {
        /// Its storage class; none for STANDARD.
        storage_class: Option<String>,
        /// Its KMS key, where KMS encrypts it.
        kms_key: Option<String>,
        /// For how many days the destination keeps what comes without a retention.
        retained_days: Option<u32>,
        /// Whether it has an ACL: its owner is not overridden, and not enforced.
        has_acl: bool,
    },
    /// A delete marker arrives.
    Marker,
    /// Nothing arrives.
    Absent {
        /// The rule that says so.
        because: &'static str,
    },
    /// It may arrive or not: it was deleted on its way.
    Unsure {
        /// The rule that says so.
        because: &'static str,
    },
    /// Nothing arrives, and the source says FAILED.
    Fails {
        /// The rule that says so.
        because: &'static str,
        /// The reasons that S3 may name for it (R-EVT-14).
        reasons: &'static [FailureReason],
    },
}

impl Fate {
    /// Whether something arrives.
    #[must_use]
    pub fn arrives(&self) -> bool {
        matches!(self, Self::Replica { .. } | Self::Marker)
    }

    /// Whether it is sent on its way, to arrive or to be refused at its end.
    fn travels(&self) -> bool {
        self.arrives() || matches!(self, Self::Fails { .. })
    }
}

/// A version or a delete marker that was written, with what should become of it at the other sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The number of the operation that wrote it.
    pub op: u32,
    /// The operation's label.
    pub label: String,
    /// The side that it was written at.
    pub origin: Side,
    /// The key.
    pub key: String,
    /// The version ID that its bucket gave.
    pub version: VersionId,
    /// When the acknowledgement was received.
    pub acknowledged: Instant,
    /// What it holds; none for a delete marker.
    pub content: Option<Content>,
    /// The bytes of its parts but the last, where it was uploaded in parts.
    pub part_size: Option<u64>,
    /// When its way was free, which its deadlines count from: the acknowledgement, or the end of
    /// what held it up.
    pub free: Instant,
    /// Its fate at each other side.
    pub fates: BTreeMap<Side, Fate>,
    /// Its tags, after later changes.
    pub tags: Tags,
    /// When the last change of its tags, or the write itself, was acknowledged.
    pub tags_since: Instant,
    /// The sides whose replica may have older tags: when the last change was made, no enabled rule led
    /// there from this key, or something was in the way. S3 says nothing of either.
    pub tags_unsure: BTreeSet<Side>,
    /// The sides that its replica was deleted from, by its version ID.
    pub gone: BTreeSet<Side>,
    /// The sides where its replica was gone when its tags were changed, and when that was
    /// acknowledged: S3 tells of a failure (R-EVT-15).
    pub tags_refused: BTreeMap<Side, Instant>,
    /// Tags that a replica was given where it is, and that stay there (R-BIDI-02).
    pub own_tags: BTreeMap<Side, (Tags, Instant)>,
    /// What locks it, after later changes.
    pub lock: Lock,
    /// When the last change of its lock, or the write itself, was acknowledged.
    pub lock_since: Instant,
    /// Its grants beside the owner's, after later changes.
    pub grants: BTreeSet<String>,
    /// When they were changed last, or the write itself was acknowledged.
    pub grants_since: Instant,
}

impl Expected {
    /// The grants of its replica on this side (R-DATA-07, R-OWN-04).
    #[must_use]
    pub fn grants_at(&self, side: Side) -> BTreeSet<String> {
        match self.fates.get(&side) {
            Some(Fate::Replica { has_acl: true, .. }) => self.grants.clone(),
            _ => BTreeSet::new(),
        }
    }

    /// The tags that it should have at one side, and since when.
    #[must_use]
    pub fn tags_at(&self, side: Side) -> (&Tags, Instant) {
        match self.own_tags.get(&side) {
            Some((tags, since)) => (tags, *since),
            None => (&self.tags, self.tags_since),
        }
    }
}

/// The source of a plan and its destinations.
fn sides(plan: &Plan) -> BTreeSet<Side> {
    let mut sides = destinations(plan);
    sides.insert(Side::Source);
    sides
}

/// The destinations of a plan: its buckets, or what its rules name.
#[must_use]
pub fn destinations(plan: &Plan) -> BTreeSet<Side> {
    let named = plan.rules.iter().filter_map(|rule| resolve(plan, rule));
    let buckets = plan.buckets.iter().map(|bucket| bucket.side);
    buckets
        .chain(named)
        .filter(|side| *side != Side::Source)
        .collect()
}

/// Every version or marker that an acknowledged operation wrote to a side of the pair, in order.
///
/// Operations whose answer was lost are left out: nobody knows what they wrote.
#[must_use]
pub fn expected(history: &History) -> Vec<Expected> {
    let mut model = Model {
        plan: &history.plan,
        sides: sides(&history.plan),
        rules: BTreeMap::from([(Side::Source, history.plan.rules.clone())]),
        obstacles: Obstacles::default(),
        pending: BTreeMap::new(),
        versions: Vec::new(),
        written: HashMap::new(),
        held: BTreeMap::new(),
    };
    for timed in &history.events {
        match &timed.event {
            Event::Invoke { op, operation, .. } => model.invoke(*op, operation),
            Event::Ok { op, outcome } => model.acknowledge(*op, timed.at, outcome),
            _ => {}
        }
    }
    model.versions.sort_by_key(|version| version.op);
    model.versions
}

struct Model<'a> {
    plan: &'a Plan,
    sides: BTreeSet<Side>,
    /// The configuration of each side.
    rules: BTreeMap<Side, Vec<Rule>>,
    obstacles: Obstacles,
    /// What was invoked and not acknowledged so far, with the fates decided at its invocation.
    pending: BTreeMap<u32, (&'a Operation, BTreeMap<Side, Fate>)>,
    versions: Vec<Expected>,
    /// The place of each version among them, by key and ID.
    written: HashMap<(&'a str, VersionId), usize>,
    /// What is held up, by operation, on its way to which side.
    held: BTreeMap<(u32, Side), Held>,
}

impl<'a> Model<'a> {
    fn invoke(&mut self, op: u32, operation: &'a Operation) {
        let origin = operation.side;
        let rules = self.rules.get(&origin).map_or(&[][..], Vec::as_slice);
        let others = self.sides.iter().filter(|side| **side != origin);
        let fate = |side: &Side| {
            let fate = fate(self.plan, rules, &self.obstacles, *side, operation);
            (*side, fate)
        };
        let mut fates: BTreeMap<Side, Fate> = others.map(fate).collect();
        self.refuse_chains(&mut fates, operation);
        self.pending.insert(op, (operation, fates));
    }

    /// What a rule of another side would send on, were replicas replicated (R-NOT-02).
    fn refuse_chains(&self, fates: &mut BTreeMap<Side, Fate>, operation: &Operation) {
        let replicas = fates.iter().filter(|(_, fate)| fate.arrives());
        let middles: Vec<Side> = replicas.map(|(side, _)| *side).collect();
        let content = operation.kind.content();
        let onward = |rule: &Rule| rule.enabled && selects(rule, &operation.key, content);
        let rules = middles.iter().filter_map(|side| self.rules.get(side));
        let ends: Vec<_> = rules
            .flatten()
            .filter(|rule| onward(rule))
            .filter_map(|rule| resolve(self.plan, rule))
            .collect();
        for end in ends {
            if let Some(Fate::Absent { because }) = fates.get_mut(&end) {
                *because = "R-NOT-02";
            }
        }
    }

    fn acknowledge(&mut self, op: u32, at: Instant, outcome: &Outcome) {
        let Some((operation, fates)) = self.pending.remove(&op) else {
            return;
        };
        self.obstacles.change(operation);
        self.release(at);
        match &operation.kind {
            OperationKind::Configure { rules } => {
                let named = rules.iter().filter_map(|rule| resolve(self.plan, rule));
                self.sides.extend(named.collect::<Vec<_>>());
                self.rules.insert(operation.side, rules.clone());
            }
            OperationKind::Ask(ask) if ask.call == Call::DeleteReplication && !ask.of_nowhere => {
                self.rules.remove(&operation.side);
            }
            OperationKind::Tag { version, tags } => self.retag(operation, version, tags, at),
            OperationKind::DeleteVersion { version } => self.lose(operation, version, at),
            OperationKind::Trouble { .. } => self.overtake(at),
            OperationKind::Retain { .. }
            | OperationKind::Acl { .. }
            | OperationKind::Hold { .. } => self.protect(operation, at),
            OperationKind::Ask(_)
            | OperationKind::Versioning { .. }
            | OperationKind::Setting { .. }
            | OperationKind::BeginUpload
            | OperationKind::Deny { .. }
            | OperationKind::DenyAt { .. }
            | OperationKind::DeleteBucket
            | OperationKind::CreateBucket
            | OperationKind::Lifecycle { .. }
            | OperationKind::Advance { .. }
            | OperationKind::Restore => {}
            OperationKind::Put(_)
            | OperationKind::Found(_)
            | OperationKind::Multipart { .. }
            | OperationKind::Copy { .. }
            | OperationKind::Delete => {
                let content = operation.kind.content().cloned();
                let version = outcome.version.clone().unwrap_or_else(|| "null".into());
                let named = (operation.key.as_str(), version.clone());
                self.written.entry(named).or_insert(self.versions.len());
                self.hold(op, operation.side, &fates);
                self.versions.push(Expected {
                    op,
                    label: operation.label.clone(),
                    origin: operation.side,
                    key: operation.key.clone(),
                    version,
                    acknowledged: at,
                    free: at,
                    tags: match (&content, self.obstacles.keep_tags()) {
                        (Some(content), false) => content.tags.clone(),
                        _ => Tags::new(),
                    },
                    lock: content.as_ref().map_or_else(Lock::default, sent),
                    grants: content
                        .as_ref()
                        .map_or_else(BTreeSet::new, |c| c.grants.clone()),
                    grants_since: at,
                    part_size: match &operation.kind {
                        OperationKind::Multipart { part_size, .. } => Some(*part_size),
                        _ => None,
                    },
                    content,
                    fates,
                    tags_since: at,
                    tags_unsure: BTreeSet::new(),
                    gone: BTreeSet::new(),
                    tags_refused: BTreeMap::new(),
                    own_tags: BTreeMap::new(),
                    lock_since: at,
                });
            }
        }
    }
}

/// The lock that was sent with a write.
fn sent(content: &Content) -> Lock {
    Lock {
        retention: content.retention.clone(),
        held: content.held,
    }
}

/// What becomes, at each destination, of what an operation writes under these rules.
#[must_use]
pub fn fates(
    plan: &Plan,
    rules: &[Rule],
    obstacles: &Obstacles,
    operation: &Operation,
) -> BTreeMap<Side, Fate> {
    let fate = |side| (side, fate(plan, rules, obstacles, side, operation));
    let others = sides(plan).into_iter();
    let others = others.filter(|side| *side != operation.side);
    others.map(fate).collect()
}

fn fate(
    plan: &Plan,
    rules: &[Rule],
    obstacles: &Obstacles,
    side: Side,
    operation: &Operation,
) -> Fate {
    if rules.is_empty() {
        let because = match operation.side {
            Side::Source => "R-NOT-01",
            Side::Destination(_) => "R-NOT-12",
        };
        return Fate::Absent { because };
    }
    let content = operation.kind.content();
    let selects = |rule: &&Rule| selects(rule, &operation.key, content);
    let to_side = |rule: &&Rule| resolve(plan, rule) == Some(side);
    let selecting: Vec<_> = rules.iter().filter(to_side).filter(selects).collect();
    let enabled: Vec<_> = selecting.iter().filter(|rule| rule.enabled).collect();
    // R-ENC-04: what is encrypted under KMS is selected by rules that opt in.
    let under_kms = content.is_some_and(is_under_kms);
    let opted = enabled
        .iter()
        .filter(|rule| !under_kms || rule.replica_kms_key.is_some());
    let Some(rule) = opted.max_by_key(|rule| rule.priority) else {
        let because = match (selecting.is_empty(), enabled.is_empty()) {
            (true, _) => "R-STATUS-02",
            (false, true) => "R-RULE-16",
            (false, false) => "R-ENC-04",
        };
        return Fate::Absent { because };
    };
    let failure = obstacles.failure(side, &operation.kind);
    let Some(content) = content else {
        return match rule.schema {
            Schema::V2 if !rule.delete_markers => Fate::Absent {
                because: "R-DEL-01",
            },
            Schema::V1 | Schema::V2 => failure.unwrap_or(Fate::Marker),
        };
    };
    let class = content.storage_class.as_deref();
    if matches!(class, Some("GLACIER" | "DEEP_ARCHIVE")) {
        return Fate::Absent {
            because: "R-NOT-03",
        };
    }
    let bad_key = || keys::failure(plan, rule, side, content);
    let owner = || {
        let overridden = rule.owner_override.is_some();
        overridden
            .then(|| obstacles.failure_of_override())
            .flatten()
    };
    if let Some(failure) = failure.or_else(bad_key).or_else(owner) {
        return failure;
    }
    let storage_class = rule.storage_class.as_deref().or(class);
    Fate::Replica {
        storage_class: storage_class
            .filter(|class| *class != "STANDARD")
            .map(str::to_owned),
        kms_key: rule.replica_kms_key.clone().filter(|_| under_kms),
        has_acl: rule.owner_override.is_none() && obstacles.with_acls.contains(&side),
        retained_days: obstacles.locks.get(&side).copied().flatten(),
    }
}

/// Whether a rule, were it enabled, selects a write: prefix and every tag. A delete marker has no
/// tags, so a rule that asks for one never selects it.
fn selects(rule: &Rule, key: &str, content: Option<&Content>) -> bool {
    let tagged = |(name, value): (&String, &String)| {
        content.is_some_and(|content| content.tags.get(name) == Some(value))
    };
    key.starts_with(&rule.filter.prefix) && rule.filter.tags.iter().all(tagged)
}

/// The side that a rule's destination names, by role or by bucket.
fn resolve(plan: &Plan, rule: &Rule) -> Option<Side> {
    let name = &rule.destination;
    let bucket = || plan.buckets.iter().find(|bucket| bucket.name == *name);
    Side::try_from(name.clone())
        .ok()
        .or_else(|| bucket().map(|bucket| bucket.side))
}
