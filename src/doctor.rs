//! Looks at a pair that is somebody's, and says what would make replication fail or surprise.
//!
//! Nothing is written. [`read`] asks both buckets, the role and the keys, and keeps the answers as
//! plain data, [`Facts`]; [`findings`] is a pure function of them, one family a file. What could
//! not be read is a finding too, with the permission it needs: never silence.

mod facts;
mod finding;
mod policy;
mod read;
mod rights;

mod configuration;
mod destination;
mod encryption;
mod keys;
mod lifecycle;
mod lock;
mod markers;
mod onward;
mod ownership;
mod role;
mod rules;
mod timing;
mod triggers;
mod unread;
mod versioning;

#[cfg(test)]
pub(crate) mod tests;

pub use facts::{
    BucketFacts, Cause, Configuration, ConfiguredRule, Encryption, Fact, Facts, Gap, GrantFacts,
    KeyFacts, LifecycleFacts, LockFacts, Notification, RoleFacts, Versioning,
};
pub use finding::{Finding, FindingKind, Severity, exit_code};
pub use policy::{Decision, Policy, Request};
pub use read::{configuration, read, read_triggers};
pub use triggers::triggers;

/// What is to be said of a pair, the gravest first.
#[must_use]
pub fn findings(facts: &Facts) -> Vec<Finding> {
    const FAMILIES: [fn(&Facts) -> Vec<Finding>; 14] = [
        versioning::findings,
        configuration::findings,
        rules::findings,
        markers::findings,
        onward::findings,
        encryption::findings,
        keys::findings,
        ownership::findings,
        lock::findings,
        lifecycle::findings,
        timing::findings,
        destination::findings,
        role::findings,
        unread::findings,
    ];
    let mut findings: Vec<_> = FAMILIES.iter().flat_map(|family| family(facts)).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}
