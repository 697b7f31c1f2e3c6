//! What a write into a pair that is somebody's sets off, beside its replica.

use super::facts::{BucketFacts, Configuration, Fact, LifecycleFacts};

/// What a write into the source sets off at both buckets, a fragment each. What could not be read
/// is among it: nobody knows then.
#[must_use]
pub fn triggers(source: &BucketFacts, destination: &BucketFacts) -> Vec<String> {
    let mut found = Vec::new();
    for bucket in [source, destination] {
        found.extend(notifications(bucket));
        found.extend(retention(bucket));
        found.extend(lifecycle(bucket));
        found.extend(logs(bucket));
    }
    found.extend(elsewhere(source, &destination.name));
    found
}

/// The answer, or that there is none, as a fragment.
fn known<'a, T>(bucket: &BucketFacts, fact: &'a Fact<T>, found: &mut Vec<String>) -> Option<&'a T> {
    let unread = |gap: &super::Gap| {
        let (name, call, permission) = (&bucket.name, &gap.call, &gap.permission);
        format!("{name}: unknown, since {call} was not answered ({permission})")
    };
    found.extend(fact.gap().map(unread));
    fact.known()
}

fn notifications(bucket: &BucketFacts) -> Vec<String> {
    let mut found = Vec::new();
    for told in known(bucket, &bucket.notifications, &mut found)
        .into_iter()
        .flatten()
    {
        let (name, to, events) = (&bucket.name, &told.to, told.events.join(", "));
        let of = if events.is_empty() {
            "everything"
        } else {
            &events
        };
        found.push(format!("{name} notifies {to} of {of}"));
    }
    found
}

fn retention(bucket: &BucketFacts) -> Vec<String> {
    let mut found = Vec::new();
    let lock = known(bucket, &bucket.lock, &mut found);
    let kept = lock.and_then(|lock| lock.as_ref()?.default_retention.clone());
    found.extend(kept.map(|kept| {
        let name = &bucket.name;
        format!("{name} retains what is written ({kept}), so that it cannot be removed afterwards")
    }));
    found
}

fn lifecycle(bucket: &BucketFacts) -> Vec<String> {
    let mut found = Vec::new();
    for rule in known(bucket, &bucket.lifecycle, &mut found)
        .into_iter()
        .flatten()
    {
        found.extend(acts(rule).map(|acts| {
            let (name, id) = (&bucket.name, &rule.id);
            format!("{name} has the lifecycle rule {id:?}, which {acts}")
        }));
    }
    found
}

fn acts(rule: &LifecycleFacts) -> Option<String> {
    let expires = rule.expires.then(|| "expires objects".to_owned());
    let noncurrent = rule
        .noncurrent_days
        .map(|days| format!("deletes noncurrent versions after {days} days"));
    let moves = (!rule.moves_to.is_empty())
        .then(|| format!("moves objects to {}", rule.moves_to.join(", ")));
    let acts: Vec<_> = [expires, noncurrent, moves].into_iter().flatten().collect();
    (rule.enabled && !acts.is_empty()).then(|| acts.join(" and "))
}

fn logs(bucket: &BucketFacts) -> Vec<String> {
    let mut found = Vec::new();
    let to = known(bucket, &bucket.logs_to, &mut found).and_then(Option::as_ref);
    found.extend(to.map(|to| format!("{} logs each request to {to}", bucket.name)));
    found
}

/// Rules of the source to other buckets. The destination's own rules do not take replicas
/// (R-NOT-02).
fn elsewhere(source: &BucketFacts, destination: &str) -> Vec<String> {
    let mut found = Vec::new();
    let configuration = known(source, &source.replication, &mut found);
    let none = Configuration::default();
    let configuration = configuration.and_then(Option::as_ref).unwrap_or(&none);
    let rules = configuration
        .rules
        .iter()
        .map(|configured| &configured.rule);
    for rule in rules.filter(|rule| rule.enabled && rule.destination != destination) {
        let (name, id, to) = (&source.name, &rule.id, &rule.destination);
        found.push(format!("{name} replicates to {to} too, by the rule {id:?}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::healthy;
    use super::super::{Cause, ConfiguredRule, Gap, LockFacts, Notification};
    use super::*;
    use crate::replication::Rule;

    #[test]
    fn a_plain_pair_sets_off_nothing() {
        let facts = healthy();
        let found = triggers(&facts.source, &facts.destination);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn notifications_retention_lifecycle_logs_and_other_rules_are_named() {
        let mut facts = healthy();
        facts.source.notifications = Fact::Known(vec![Notification {
            to: "arn:aws:lambda:eu-west-1:1:function:billing".to_owned(),
            events: vec!["s3:ObjectCreated:*".to_owned()],
        }]);
        facts.destination.lock = Fact::Known(Some(LockFacts {
            default_retention: Some("GOVERNANCE, 1 day".to_owned()),
        }));
        facts.destination.lifecycle = Fact::Known(vec![LifecycleFacts {
            id: "old".to_owned(),
            enabled: true,
            noncurrent_days: Some(21),
            ..LifecycleFacts::default()
        }]);
        facts.source.logs_to = Fact::Known(Some("logs".to_owned()));
        facts.source.replication = Fact::Known(Some(Configuration {
            role: String::new(),
            rules: vec![ConfiguredRule::new(
                Rule::new("copy").with_destination("third"),
            )],
        }));
        let found = triggers(&facts.source, &facts.destination).join("\n");
        for word in [
            "function:billing of s3:ObjectCreated:*",
            "(GOVERNANCE, 1 day), so that it cannot be removed",
            "\"old\", which deletes noncurrent versions after 21 days",
            "logs each request to logs",
            "replicates to third too",
        ] {
            assert!(found.contains(word), "expected {word:?} in\n{found}");
        }
    }

    #[test]
    fn what_could_not_be_read_is_no_silence() {
        let mut facts = healthy();
        facts.source.notifications = Fact::Unknown(Gap {
            call: "GetBucketNotificationConfiguration".to_owned(),
            permission: "s3:GetBucketNotification".to_owned(),
            cause: Cause::Denied,
            said: "AccessDenied".to_owned(),
        });
        let found = triggers(&facts.source, &facts.destination);
        assert!(
            found[0].contains("unknown") && found[0].contains("s3:GetBucketNotification"),
            "{found:?}"
        );
    }
}
