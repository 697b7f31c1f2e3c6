//! What was asked of whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often one operation was asked of one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Whether it is the source's endpoint.
    pub of_source: bool,
    /// The region.
    pub region: String,
    /// AWS's name of the operation, such as `PutObject`.
    pub operation: String,
    /// How often bucketpair called it.
    pub calls: u64,
    /// How often it was sent, retries included: these are charged.
    pub attempts: u64,
    /// The bytes of the bodies sent.
    pub sent: u64,
    /// How many delete markers were asked for beside the attempts, by a deletion of many keys.
    #[serde(default)]
    pub markers: u64,
    /// The bytes of the bodies received.
    pub received: u64,
}

impl Requests {
    /// Whether it changes something, as AWS names its operations.
    #[must_use]
    pub fn changes(&self) -> bool {
        changes(&self.operation)
    }

    /// Whether it is asked the more often the more objects there are.
    fn is_of_objects(&self) -> bool {
        self.operation.contains("Object") || self.operation.contains("Upload")
    }
}

/// Whether an operation changes something, as AWS names its operations.
pub(super) fn changes(operation: &str) -> bool {
    !["Get", "Head", "List"]
        .iter()
        .any(|reading| operation.starts_with(reading))
}

/// Everything that was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// By side, region and operation, in this order.
    pub requests: Vec<Requests>,
    /// How often an error code was the answer, such as `SlowDown`.
    pub refusals: BTreeMap<String, u64>,
}

impl Usage {
    /// The counter of one operation.
    pub fn of(&mut self, of_source: bool, region: &str, operation: &str) -> &mut Requests {
        let key = (of_source, region, operation);
        let found = self
            .requests
            .binary_search_by(|have| have.key().cmp(&key))
            .unwrap_or_else(|place| {
                let requests = Requests {
                    of_source,
                    region: region.to_owned(),
                    operation: operation.to_owned(),
                    ..Requests::default()
                };
                self.requests.insert(place, requests);
                place
            });
        &mut self.requests[found]
    }

    /// Adds another's figures.
    pub fn add(&mut self, other: &Self) {
        for theirs in &other.requests {
            let ours = self.of(theirs.of_source, &theirs.region, &theirs.operation);
            ours.calls += theirs.calls;
            ours.attempts += theirs.attempts;
            ours.sent += theirs.sent;
            ours.markers += theirs.markers;
            ours.received += theirs.received;
        }
        for (code, times) in &other.refusals {
            *self.refusals.entry(code.clone()).or_default() += times;
        }
    }

    /// What was asked after an earlier account of the same.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut after = self.clone();
        for theirs in &before.requests {
            let ours = after.of(theirs.of_source, &theirs.region, &theirs.operation);
            ours.calls -= theirs.calls.min(ours.calls);
            ours.attempts -= theirs.attempts.min(ours.attempts);
            ours.sent -= theirs.sent.min(ours.sent);
            ours.markers -= theirs.markers.min(ours.markers);
            ours.received -= theirs.received.min(ours.received);
        }
        after.requests.retain(|requests| requests.calls > 0);
        after
    }

    /// So many times as many objects, in the same buckets.
    pub fn scale_objects(&mut self, times: u64) {
        let of_objects = self
            .requests
            .iter_mut()
            .filter(|asked| asked.is_of_objects());
        for requests in of_objects {
            requests.calls *= times;
            requests.attempts *= times;
            requests.sent *= times;
            requests.markers *= times;
            requests.received *= times;
        }
    }

    /// Raises every figure to another's, where that is larger.
    pub fn raise(&mut self, to: &Self) {
        for theirs in &to.requests {
            let ours = self.of(theirs.of_source, &theirs.region, &theirs.operation);
            ours.calls = ours.calls.max(theirs.calls);
            ours.attempts = ours.attempts.max(theirs.attempts);
            ours.sent = ours.sent.max(theirs.sent);
            ours.markers = ours.markers.max(theirs.markers);
            ours.received = ours.received.max(theirs.received);
        }
    }

    /// How many requests were sent.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.requests.iter().map(|requests| requests.attempts).sum()
    }
}

impl Requests {
    fn key(&self) -> (bool, &str, &str) {
        (self.of_source, &self.region, &self.operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_objects_are_more_requests_and_no_more_buckets() {
        let mut usage = Usage::default();
        for operation in [
            "CreateBucket",
            "PutObject",
            "UploadPart",
            "PutPublicAccessBlock",
        ] {
            usage.of(true, "a", operation).attempts = 2;
        }
        usage.scale_objects(5);
        let attempts = usage.requests.iter().map(|asked| asked.attempts);
        assert_eq!(attempts.collect::<Vec<_>>(), [2, 10, 2, 10], "{usage:?}");
    }

    #[test]
    fn figures_are_raised_and_never_lowered() {
        let (mut usage, mut other) = (Usage::default(), Usage::default());
        usage.of(true, "a", "HeadObject").attempts = 7;
        other.of(true, "a", "HeadObject").attempts = 5;
        other.of(true, "a", "ListObjectVersions").attempts = 3;
        usage.raise(&other);
        assert_eq!(usage.of(true, "a", "HeadObject").attempts, 7);
        assert_eq!(usage.of(true, "a", "ListObjectVersions").attempts, 3);
    }

    #[test]
    fn figures_add_up_by_side_region_and_operation() {
        let mut usage = Usage::default();
        usage.of(true, "a", "PutObject").attempts += 2;
        usage.of(false, "a", "PutObject").attempts += 1;
        usage.of(true, "a", "PutObject").sent += 5;
        let mut both = usage.clone();
        both.add(&usage);
        assert_eq!(both.requests.len(), 2);
        assert_eq!(both.of(true, "a", "PutObject").attempts, 4);
        assert_eq!(both.of(true, "a", "PutObject").sent, 10);
        assert_eq!(both.attempts(), 6);
    }

    #[test]
    fn what_was_asked_since_is_the_difference_and_can_be_taken_often() {
        let mut before = Usage::default();
        let put = before.of(true, "a", "PutObject");
        (put.calls, put.attempts, put.sent) = (1, 2, 10);
        let head = before.of(true, "a", "HeadBucket");
        (head.calls, head.attempts) = (1, 1);
        let mut after = before.clone();
        let put = after.of(true, "a", "PutObject");
        (put.calls, put.attempts, put.sent) = (4, 5, 40);
        let mut since = after.since(&before);
        assert_eq!(since.requests.len(), 1, "{since:?}");
        since.scale_objects(2);
        let put = since.of(true, "a", "PutObject");
        assert_eq!((put.calls, put.attempts, put.sent), (6, 6, 60));
    }

    #[test]
    fn gets_heads_and_lists_change_nothing() {
        for (operation, expected) in [
            ("GetObject", false),
            ("HeadBucket", false),
            ("ListObjectVersions", false),
            ("PutObject", true),
            ("DeleteObjects", true),
            ("AbortMultipartUpload", true),
        ] {
            assert_eq!(changes(operation), expected, "{operation}");
        }
    }
}
