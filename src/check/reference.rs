//! The reference: what each destination should hold, decided from the rule table alone.
//!
//! Its matching is its own. The embedded pair decides the same question apart from it, so that one
//! mistake cannot hide itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Obstacles;
use super::keys::{self, is_under_kms};
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
    },
    /// A delete marker arrives.
    Marker,
    /// Nothing arrives.
    Absent {
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
}

/// A version or a delete marker of the source, with what should become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The number of the operation that wrote it.
    pub op: u32,
    /// The operation's label.
    pub label: String,
    /// The key.
    pub key: String,
    /// The version ID that the source gave.
    pub version: VersionId,
    /// When the acknowledgement was received.
    pub acknowledged: Instant,
    /// What it holds; none for a delete marker.
    pub content: Option<Content>,
    /// Its fate at each destination.
    pub fates: BTreeMap<Side, Fate>,
    /// Its tags, after later changes.
    pub tags: Tags,
    /// When the last change of its tags, or the write itself, was acknowledged.
    pub tags_since: Instant,
    /// The destinations whose replica may have older tags: when the last change was made, no enabled
    /// rule led there from this key, or something was in the way. S3 says nothing of either.
    pub tags_unsure: BTreeSet<Side>,
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

/// Every version or marker that an acknowledged operation wrote to the source, in order.
///
/// Operations whose answer was lost are left out: nobody knows what they wrote.
#[must_use]
pub fn expected(history: &History) -> Vec<Expected> {
    let mut model = Model {
        plan: &history.plan,
        destinations: destinations(&history.plan),
        rules: history.plan.rules.clone(),
        obstacles: Obstacles::default(),
        pending: BTreeMap::new(),
        versions: Vec::new(),
        written: HashMap::new(),
    };
    for timed in &history.events {
        match &timed.event {
            Event::Invoke { op, operation, .. } => model.invoke(*op, operation),
            Event::Ok { op, outcome } => model.acknowledge(*op, timed.at, outcome),
            Event::Fail { op, .. } | Event::Info { op, .. } => {
                model.pending.remove(op);
            }
            _ => {}
        }
    }
    model.versions.sort_by_key(|version| version.op);
    model.versions
}

struct Model<'a> {
    plan: &'a Plan,
    destinations: BTreeSet<Side>,
    rules: Vec<Rule>,
    obstacles: Obstacles,
    /// What was invoked and not yet answered, with the fates decided at its invocation.
    pending: BTreeMap<u32, (&'a Operation, BTreeMap<Side, Fate>)>,
    versions: Vec<Expected>,
    /// The place of each version among them, by key and ID.
    written: HashMap<(&'a str, VersionId), usize>,
}

impl<'a> Model<'a> {
    fn invoke(&mut self, op: u32, operation: &'a Operation) {
        let fate = |side: &Side| {
            let fate = fate(self.plan, &self.rules, &self.obstacles, *side, operation);
            (*side, fate)
        };
        let fates = self.destinations.iter().map(fate).collect();
        self.pending.insert(op, (operation, fates));
    }

    fn acknowledge(&mut self, op: u32, at: Instant, outcome: &Outcome) {
        let Some((operation, fates)) = self.pending.remove(&op) else {
            return;
        };
        self.obstacles.change(operation);
        if operation.side != Side::Source {
            return;
        }
        match &operation.kind {
            OperationKind::Configure { rules } => {
                self.rules.clone_from(rules);
                let named = rules.iter().filter_map(|rule| resolve(self.plan, rule));
                let named: Vec<_> = named.filter(|side| *side != Side::Source).collect();
                self.destinations.extend(named);
            }
            OperationKind::Ask(ask) if ask.call == Call::DeleteReplication && !ask.of_nowhere => {
                self.rules.clear();
            }
            OperationKind::Tag { version, tags } => {
                let place = self.written.get(&(operation.key.as_str(), version.clone()));
                if let Some(known) = place.map(|place| &mut self.versions[*place]) {
                    known.tags.clone_from(tags);
                    known.tags_since = at;
                    let (plan, rules, obstacles) = (self.plan, &self.rules, &self.obstacles);
                    let leads = |side: &Side| {
                        let leads = |rule: &Rule| {
                            let prefix = &rule.filter.prefix;
                            rule.enabled
                                && known.key.starts_with(prefix)
                                && resolve(plan, rule) == Some(*side)
                        };
                        rules.iter().any(leads) && obstacles.leave_open(*side)
                    };
                    let sides = self.destinations.iter().copied();
                    known.tags_unsure = sides.filter(|side| !leads(side)).collect();
                }
            }
            OperationKind::Ask(_)
            | OperationKind::DeleteVersion { .. }
            | OperationKind::Versioning { .. }
            | OperationKind::Setting { .. }
            | OperationKind::Deny { .. }
            | OperationKind::DenyAt { .. }
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
                self.versions.push(Expected {
                    op,
                    label: operation.label.clone(),
                    key: operation.key.clone(),
                    version,
                    acknowledged: at,
                    tags: match (&content, self.obstacles.keep_tags()) {
                        (Some(content), false) => content.tags.clone(),
                        _ => Tags::new(),
                    },
                    content,
                    fates,
                    tags_since: at,
                    tags_unsure: BTreeSet::new(),
                });
            }
        }
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
    destinations(plan).into_iter().map(fate).collect()
}

fn fate(
    plan: &Plan,
    rules: &[Rule],
    obstacles: &Obstacles,
    side: Side,
    operation: &Operation,
) -> Fate {
    if rules.is_empty() {
        return Fate::Absent {
            because: "R-NOT-01",
        };
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
    if let Some(failure) = failure.or_else(bad_key) {
        return failure;
    }
    let storage_class = rule.storage_class.as_deref().or(class);
    Fate::Replica {
        storage_class: storage_class
            .filter(|class| *class != "STANDARD")
            .map(str::to_owned),
        kms_key: rule.replica_kms_key.clone().filter(|_| under_kms),
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
