//! What each kind of look says about each kind of write.

use super::*;
use crate::history::{ListedVersion, Page, Session, Suspension};
use crate::replication::Tags;

/// A history made by hand; every write is sent 10 before it is acknowledged.
pub(super) struct Story(pub(super) History);

impl Story {
    pub(super) fn new() -> Self {
        Self(history(vec![]).without_events())
    }

    pub(super) fn event(mut self, at: u64, event: Event) -> Self {
        let at = Instant(at);
        self.0.events.push(Timed { at, event });
        self
    }

    pub(super) fn write(self, op: u32, key: &str, kind: OperationKind, acknowledged: u64) -> Self {
        let operation = Operation {
            label: format!("w-{op}"),
            side: Side::Source,
            key: key.to_owned(),
            kind,
        };
        let outcome = Outcome {
            version: Some(format!("v{op}").as_str().into()),
            etag: None,
            answered: None,
        };
        let invoke = Event::Invoke {
            op,
            operation: Box::new(operation),
            intended: Some(Instant(acknowledged - 30)),
        };
        self.event(acknowledged - 10, invoke)
            .event(acknowledged, Event::Ok { op, outcome })
    }

    pub(super) fn put(self, op: u32, key: &str, acknowledged: u64) -> Self {
        self.write(
            op,
            key,
            OperationKind::Put(Content::default()),
            acknowledged,
        )
    }

    pub(super) fn look(self, key: &str, version: Option<&str>, sent: u64, seen: Seen) -> Self {
        self.look_at(DESTINATION, key, version, sent, seen)
    }

    pub(super) fn look_at(
        self,
        side: Side,
        key: &str,
        version: Option<&str>,
        sent: u64,
        seen: Seen,
    ) -> Self {
        let received = Instant(sent + 5);
        let observation = Event::Observation {
            side,
            key: key.to_owned(),
            version: version.map(Into::into),
            sent: Instant(sent),
            received,
            seen,
        };
        self.event(received.0, observation)
    }

    pub(super) fn page(
        self,
        after: Option<&str>,
        until: Option<&str>,
        sent: u64,
        shown: &[u32],
    ) -> Self {
        let page = Page {
            side: DESTINATION,
            prefix: "p/".to_owned(),
            after: after.map(str::to_owned),
            until: until.map(str::to_owned),
            sent: Instant(sent),
            received: Instant(sent + 5),
            shown: Page::ranges(shown.to_vec()),
            others: 0,
        };
        self.event(sent + 5, Event::Page(page))
    }

    pub(super) fn status(
        self,
        key: &str,
        version: &str,
        sent: u64,
        status: ReplicationStatus,
    ) -> Self {
        let seen = ObjectSeen {
            status: Some(status),
            ..ObjectSeen::default()
        };
        let seen = Seen::Present(Box::new(seen));
        self.look_at(Side::Source, key, Some(version), sent, seen)
    }

    pub(super) fn samples(&self) -> Vec<Sample> {
        intervals(&self.0)
    }
}

impl History {
    fn without_events(mut self) -> Self {
        self.events.clear();
        self
    }
}

fn bounds(sample: &Sample) -> (u64, Option<u64>) {
    (sample.interval.lower_ns, sample.interval.upper_ns)
}

#[test]
fn a_page_is_a_look_at_every_version_within_it() {
    let story = Story::new()
        .put(0, "p/a", 100)
        .put(1, "p/b", 100)
        .put(2, "p/c", 100)
        .page(None, None, 110, &[1])
        .page(None, None, 120, &[0, 1, 2]);
    let bounds: Vec<_> = story.samples().iter().map(bounds).collect();
    assert_eq!(bounds, [(10, Some(25)), (0, Some(15)), (10, Some(25))]);
    assert_eq!(story.samples()[1].interval.censoring, Censoring::Left);
}

#[test]
fn absence_counts_only_within_the_page() {
    let story = Story::new()
        .put(0, "p/a", 100)
        .put(1, "p/b", 100)
        .put(2, "p/c", 100)
        .put(3, "q/b", 100)
        .page(Some("p/a"), Some("p/c"), 150, &[]);
    let told: Vec<_> = story.samples().iter().map(|sample| sample.op).collect();
    assert_eq!(
        told,
        [1],
        "of the keys a, b, c and another prefix, the page is a look at b"
    );
}

#[test]
fn a_page_says_nothing_of_what_was_acknowledged_after_it_was_sent() {
    let story = Story::new()
        .put(0, "p/a", 100)
        .put(1, "p/b", 120)
        .page(None, None, 118, &[]);
    let told: Vec<_> = story.samples().iter().map(|sample| sample.op).collect();
    assert_eq!(told, [0]);
}

#[test]
fn a_page_that_lost_what_another_showed_is_an_anomaly() {
    let story = Story::new()
        .put(0, "p/a", 100)
        .page(None, None, 110, &[])
        .page(None, None, 120, &[0])
        .page(None, None, 130, &[]);
    let sample = &story.samples()[0];
    assert_eq!((bounds(sample), sample.anomaly), ((10, Some(25)), true));
}

#[test]
fn the_lag_of_a_delete_marker_ends_when_it_is_listed_or_answered() {
    let listed = |marker: bool, version: &str| ListedVersion {
        version: version.into(),
        marker,
        latest: true,
        etag: None,
        size: 0,
        last_modified_ms: None,
    };
    let versions = |versions| Seen::Versions { versions };
    let start = || {
        Story::new()
            .put(0, "p/a", 50)
            .write(1, "p/a", OperationKind::Delete, 100)
    };
    let by_listing = start()
        .look("p/a", None, 110, versions(vec![listed(false, "v0")]))
        .look(
            "p/a",
            None,
            120,
            versions(vec![listed(true, "other"), listed(false, "v0")]),
        );
    let by_header = start().look("p/a", Some("v1"), 110, Seen::Absent).look(
        "p/a",
        Some("v1"),
        120,
        Seen::DeleteMarker { version: None },
    );
    for story in [by_listing, by_header] {
        let samples = story.samples();
        let marker = samples.iter().find(|sample| sample.op == 1).unwrap();
        assert_eq!(marker.operation, OperationType::DeleteMarker);
        assert_eq!(bounds(marker), (10, Some(25)));
    }
}

#[test]
fn the_lag_of_a_tag_change_ends_when_the_tags_are_equal() {
    let tags = |value: &str| Tags::from([("t".to_owned(), value.to_owned())]);
    let change = |value| OperationKind::Tag {
        version: "v0".into(),
        tags: tags(value),
    };
    let seen = |value| Seen::Tags { tags: tags(value) };
    let story = Story::new()
        .put(0, "p/a", 50)
        .write(1, "p/a", change("x"), 100)
        .look("p/a", Some("v0"), 110, seen("old"))
        .look("p/a", Some("v0"), 120, seen("x"))
        .write(2, "p/a", change("y"), 200)
        .look("p/a", Some("v0"), 210, seen("x"))
        .look("p/a", Some("v0"), 220, seen("y"));
    let samples = story.samples();
    let changes: Vec<_> = samples
        .iter()
        .filter(|s| s.operation == OperationType::TagChange)
        .collect();
    let told: Vec<_> = changes
        .iter()
        .map(|s| (s.op, bounds(s), s.anomaly))
        .collect();
    assert_eq!(
        told,
        [(1, (10, Some(25)), false), (2, (10, Some(25)), false)]
    );
}

#[test]
fn a_second_write_of_a_key_is_an_overwrite_and_a_prepared_one_is_no_sample() {
    let mut story =
        Story::new()
            .put(0, "p/a", 50)
            .put(1, "p/a", 100)
            .page(None, None, 110, &[0, 1]);
    let Event::Invoke { operation, .. } = &mut story.0.events[0].event else {
        panic!("the story begins with a write")
    };
    operation.label = format!("{PREPARED}0");
    let samples = story.samples();
    let told: Vec<_> = samples.iter().map(|s| (s.op, s.operation)).collect();
    assert_eq!(told, [(1, OperationType::Overwrite)]);
}

#[test]
fn visible_and_status_are_kept_apart_and_their_difference_has_bounds() {
    use ReplicationStatus::{Completed, Pending};
    let story = Story::new()
        .put(0, "p/a", 100)
        .status("p/a", "v0", 105, Pending)
        .look("p/a", Some("v0"), 110, Seen::Absent)
        .look("p/a", Some("v0"), 120, Seen::Present(Box::default()))
        .status("p/a", "v0", 130, Completed);
    let samples = story.samples();
    let told: Vec<_> = samples
        .iter()
        .map(|s| (s.measure, s.side, bounds(s)))
        .collect();
    let expected = [
        (Measure::Visible, DESTINATION, (10, Some(25))),
        (Measure::Status, Side::Source, (5, Some(35))),
    ];
    assert_eq!(told, expected);
    // [status lower - visible upper, status upper - visible lower].
    let difference = &differences(&samples)[0];
    assert_eq!(
        (difference.lower_ns, difference.upper_ns),
        (Some(5 - 25), Some(35 - 10))
    );
}

#[test]
fn with_several_destinations_the_status_is_held_against_the_slowest() {
    let mut slow = sample(Some(90));
    (slow.side, slow.interval.lower_ns) = (Side::Destination(1), 80);
    let mut status = sample(Some(100));
    (status.measure, status.interval.lower_ns) = (Measure::Status, 95);
    let told = differences(&[sample(Some(20)), slow.clone(), status.clone()]);
    assert_eq!((told[0].lower_ns, told[0].upper_ns), (Some(5), Some(20)));
    slow.interval.upper_ns = None;
    let told = differences(&[sample(Some(20)), slow, status]);
    assert_eq!((told[0].lower_ns, told[0].upper_ns), (None, Some(20)));
}

/// A write, and then a session whose clock is known to 7.
pub(super) fn watched_from_elsewhere() -> Story {
    let session = Session {
        uncertainty_ns: 7,
        ..Session::default()
    };
    let story = Story::new().put(0, "p/a", 100);
    story.event(105, Event::Session(session))
}

#[test]
fn another_clock_widens_the_interval_by_its_uncertainty() {
    let story = watched_from_elsewhere()
        .look("p/a", Some("v0"), 120, Seen::Absent)
        .look("p/a", Some("v0"), 130, Seen::Present(Box::default()));
    let sample = &story.samples()[0];
    assert_eq!(bounds(sample), (20 - 7, Some(35 + 7)));
    assert_eq!(sample.clock_uncertainty_ns, 7);
}

#[test]
fn a_suspended_clock_flags_the_samples_that_it_touched() {
    let slept = Suspension {
        from: Instant(115),
        until: Instant(116),
        lost_ns: 1_000,
    };
    let story = Story::new()
        .put(0, "p/a", 100)
        .put(1, "p/b", 100)
        .page(None, None, 105, &[0])
        .event(117, Event::Suspended(slept))
        .page(None, None, 120, &[0, 1])
        .put(2, "p/c", 140)
        .page(None, None, 150, &[0, 1, 2]);
    let flagged: Vec<_> = story.samples().iter().map(|s| s.suspended).collect();
    assert_eq!(flagged, [false, true, false]);
}

#[test]
fn the_intended_start_tells_how_late_the_client_was() {
    let story = Story::new()
        .put(0, "p/a", 100)
        .page(None, None, 110, &[])
        .page(None, None, 120, &[0]);
    let sample = &story.samples()[0];
    assert_eq!((sample.start_lag_ns(), sample.service_ns()), (20, 10));
    assert_eq!(sample.since_intended_ns(), (30 + 10, Some(30 + 25)));
    assert_eq!(sample.width_ns(), Some(15));
}
