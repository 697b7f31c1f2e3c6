//! The catalogue: what S3 replication does, one behaviour a file.
//!
//! A scenario is data. It is written once and runs on every target that offers what it needs. To
//! add one, copy a file of `scenario/`, and name it in the list below.

use crate::check::Check;
use crate::replication::{Capability, Rule};
use crate::workload::Step;

mod expectations;
mod rules;

pub use expectations::Expectations;
pub use rules::{KnownRule, Unproved, proofs, rules};

/// Declares the catalogue's modules, each with a `scenario()` of its own.
macro_rules! catalogue {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// Every scenario, in the order in which they are shown.
        #[must_use]
        pub fn catalogue() -> Vec<Scenario> {
            vec![$($name::scenario()),*]
        }
    };
}

catalogue![
    replica_bytes,
    odd_keys,
    longest_key,
    version_id,
    last_modified,
    encryption,
    destination_default,
    settings_stay,
    kms_opt_in,
    kms_without_opt_in,
    kms_bad_keys,
    customer_key,
    customer_key_blocked,
    checksums,
    checksum_types,
    metadata,
    tags,
    storage_class,
    archived_stays,
    multipart,
    unfinished_upload,
    copy,
    status,
    no_status,
    overwrites,
    delete_marker_stays,
    delete_marker_travels,
    delete_marker_v1,
    undelete_stays,
    version_delete_stays,
    existing_objects_stay,
    prefix_filter,
    tag_filter,
    disabled_rule,
    priority,
    two_destinations,
    tag_change,
    status_after_tags,
    tags_without_replica,
    acl,
    owner_enforced,
    owner_override,
    owner_override_denied,
    owner_account,
    object_lock,
    lock_change,
    default_retention,
    lock_missing,
    suspended_destination,
    destination_recreated,
    paused,
    destination_away,
    destination_slow,
    deleted_before_copied,
    one_of_two_away,
    one_of_two_fails,
    atomic_appearance,
    burst_of_versions,
    chain,
    destination_writes_stay,
    two_way,
    two_way_concurrent,
    replica_modification_sync,
    replica_modification_one_sided,
    metrics_and_time_control,
    lifecycle_noncurrent,
    lifecycle_stays,
    lifecycle_waits,
    late_replica_expires,
    lifecycle_markers,
    role_denied,
    role_not_assumed,
    role_cannot_read,
    role_cannot_read_tags,
    role_cannot_delete,
    role_not_tested,
    bucket_policy_denies,
    role_without_keys,
    bucket_configuration,
    delete_many,
    listings,
    marker_status,
    marker_of_tagged,
    source_must_be_versioned,
    destination_must_be_versioned,
    number_of_rules,
    rule_ids,
    required_elements,
    configuration_replaced,
    configuration_deleted,
    source_stays_versioned,
    schemas,
    v2_elements,
    no_marker_switch,
    v1_elements,
    markers_with_tags,
    priorities,
    rtc_elements,
    metrics_alone,
    duplicate_tag_keys,
    own_destination,
    rule_enabled_again,
    destination_added,
    rules_change_under_load,
];

/// One behaviour: what it needs, what is done, and what is checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scenario {
    /// Its name, such as `prefix-filter`.
    pub name: String,
    /// What it shows, as one sentence.
    pub summary: String,
    /// The rule IDs it proves.
    pub rule_ids: Vec<String>,
    /// The rules of its pair; empty when the pair begins without a configuration.
    pub rules: Vec<Rule>,
    /// How many destinations its pair has.
    pub destinations: u8,
    /// What the target must offer.
    pub needs: Vec<Capability>,
    /// What is done.
    pub steps: Vec<Step>,
    /// What is checked.
    pub checks: Vec<Check>,
}

impl Scenario {
    /// A scenario on a pair with one V2 rule for every object, to one destination.
    #[must_use]
    pub fn new(name: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            summary: summary.to_owned(),
            rule_ids: Vec::new(),
            rules: vec![Rule::new("everything")],
            destinations: 1,
            needs: Vec::new(),
            steps: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// Names the rules it proves.
    #[must_use]
    pub fn proves<const N: usize>(mut self, rule_ids: [&str; N]) -> Self {
        self.rule_ids = rule_ids.map(str::to_owned).to_vec();
        self
    }

    /// Sets the rules of its pair.
    #[must_use]
    pub fn with_rules(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.rules = rules.into_iter().collect();
        self
    }

    /// Sets how many destinations its pair has.
    #[must_use]
    pub fn with_destinations(mut self, destinations: u8) -> Self {
        self.destinations = destinations;
        self
    }

    /// Names what the target must offer.
    #[must_use]
    pub fn needs<const N: usize>(mut self, needs: [Capability; N]) -> Self {
        self.needs = needs.to_vec();
        self
    }

    /// Sets what is done.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps = steps.into_iter().collect();
        self
    }

    /// Sets what is checked.
    #[must_use]
    pub fn checks(mut self, checks: impl IntoIterator<Item = Check>) -> Self {
        self.checks = checks.into_iter().collect();
        self
    }
}

/// What nearly every scenario needs to name.
mod prelude {
    pub(super) use super::Scenario;
    pub(super) use crate::check::{Check, CheckKind};
    pub(super) use crate::replication::{
        BucketSetting, Capability, ReplicationStatus, Rule, Schema,
    };
    pub(super) use crate::workload::{Ask, Document, Lifecycle, Object, Side, Step, Trouble};

    /// A check of every subject it applies to.
    pub(super) fn check(kind: CheckKind) -> Check {
        Check::new(kind)
    }
}
