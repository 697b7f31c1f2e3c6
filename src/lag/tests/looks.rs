//! What a look says at the edges: of another side, of another clock, too early or too late.

use rstest::rstest;

use super::evidence::{Story, watched_from_elsewhere};
use super::*;
use crate::history::{ListedVersion, Page};
use crate::replication::Tags;

fn told(story: &Story) -> Vec<(u32, u64, Option<u64>)> {
    let samples = story.samples();
    let told = samples.iter();
    told.map(|s| (s.op, s.interval.lower_ns, s.interval.upper_ns))
        .collect()
}

fn marker(version: Option<&str>) -> Seen {
    Seen::DeleteMarker {
        version: version.map(Into::into),
    }
}

fn there() -> Seen {
    Seen::Present(Box::default())
}

fn failed() -> Seen {
    Seen::Failed(Failure::default())
}

fn tag(value: &str) -> OperationKind {
    OperationKind::Tag {
        version: "v0".into(),
        tags: Tags::from([("t".to_owned(), value.to_owned())]),
    }
}

/// The current version is looked at, by key alone.
#[rstest]
#[case::a_marker(marker(None), Some((0, Some(25))))]
#[case::another_marker_of_a_lone_delete(marker(Some("other")), Some((0, Some(25))))]
#[case::no_object(Seen::Absent, Some((20, None)))]
#[case::the_object(there(), Some((20, None)))]
#[case::a_failure(failed(), None)]
fn the_current_version_tells_of_a_lone_delete(
    #[case] seen: Seen,
    #[case] expected: Option<(u64, Option<u64>)>,
) {
    let story = Story::new()
        .put(0, "p/a", 50)
        .write(1, "p/a", OperationKind::Delete, 100)
        .look("p/a", None, 120, seen);
    let expected: Vec<_> = expected
        .map(|(low, high)| (1, low, high))
        .into_iter()
        .collect();
    assert_eq!(told(&story), expected);
}

#[rstest]
#[case::the_marker_of_the_first(marker(Some("v0")), &[(0, 0, Some(75)), (1, 20, None)])]
#[case::the_marker_of_the_second(marker(Some("v1")), &[(0, 70, None), (1, 0, Some(25))])]
#[case::no_object(Seen::Absent, &[])]
#[case::an_object(there(), &[])]
fn of_two_deletes_the_current_marker_tells_which(
    #[case] seen: Seen,
    #[case] expected: &[(u32, u64, Option<u64>)],
) {
    let story = Story::new()
        .write(0, "p/a", OperationKind::Delete, 50)
        .write(1, "p/a", OperationKind::Delete, 100)
        .look("p/a", None, 120, seen);
    assert_eq!(told(&story), expected);
}

#[rstest]
#[case::absent(Seen::Absent)]
#[case::present(there())]
#[case::a_marker(marker(None))]
fn the_current_version_tells_nothing_of_a_put(#[case] seen: Seen) {
    let story = Story::new().put(0, "p/a", 50).look("p/a", None, 120, seen);
    assert_eq!(told(&story), []);
}

fn listed(version: &str, marker: bool) -> ListedVersion {
    ListedVersion {
        version: version.into(),
        marker,
        latest: false,
        etag: None,
        size: 0,
        last_modified_ms: None,
    }
}

/// A listing of the key: the put is v0, the deletes are v1 and v2.
#[rstest]
#[case::all(&[("v0", false), ("v1", true), ("v2", true)], [true, true, true])]
#[case::none(&[], [false, false, false])]
#[case::markers_of_others(&[("x", true), ("y", false)], [false, false, false])]
#[case::one_of_each(&[("v0", false), ("v2", true)], [true, false, true])]
#[case::a_marker_is_no_object(&[("v0", true), ("v1", false)], [false, false, false])]
fn a_listing_shows_versions_and_markers_by_name(
    #[case] versions: &[(&str, bool)],
    #[case] is_there: [bool; 3],
) {
    let versions = versions
        .iter()
        .map(|(version, marker)| listed(version, *marker));
    let versions = versions.collect();
    let story = Story::new()
        .put(0, "p/a", 100)
        .write(1, "p/a", OperationKind::Delete, 100)
        .write(2, "p/a", OperationKind::Delete, 100)
        .put(3, "p/b", 100)
        .look("p/a", None, 120, Seen::Versions { versions });
    let expected = (0..).zip(is_there).map(|(op, is_there)| match is_there {
        true => (op, 0, Some(25)),
        false => (op, 20, None),
    });
    assert_eq!(told(&story), expected.collect::<Vec<_>>());
}

/// A lone delete is known by any marker, and by a marker only.
#[rstest]
#[case::any_marker("x", true, Some(25))]
#[case::an_object("v1", false, None)]
fn a_lone_delete_is_listed_as_any_marker(
    #[case] version: &str,
    #[case] marker: bool,
    #[case] upper: Option<u64>,
) {
    let versions = vec![listed(version, marker)];
    let story = Story::new()
        .write(1, "p/a", OperationKind::Delete, 100)
        .look("p/a", None, 120, Seen::Versions { versions });
    assert_eq!(story.samples()[0].interval.upper_ns, upper);
}

#[rstest]
#[case::before(99, 0)]
#[case::at(100, 1)]
#[case::after(101, 1)]
fn a_listing_tells_of_what_was_acknowledged_when_it_was_sent(
    #[case] sent: u64,
    #[case] samples: usize,
) {
    let versions = vec![];
    let story =
        Story::new()
            .put(0, "p/a", 100)
            .look("p/a", None, sent, Seen::Versions { versions });
    assert_eq!(story.samples().len(), samples);
}

#[rstest]
#[case::an_object_of_a_tag_change(tag("x"), "v0", there())]
#[case::a_marker_of_a_tag_change(tag("x"), "v0", marker(None))]
#[case::an_object_of_a_delete(OperationKind::Delete, "v1", there())]
#[case::tags_of_a_delete(OperationKind::Delete, "v1", Seen::Tags { tags: Tags::new() })]
fn another_kind_of_answer_tells_nothing(
    #[case] kind: OperationKind,
    #[case] version: &str,
    #[case] seen: Seen,
) {
    let story = Story::new()
        .write(1, "p/a", kind, 100)
        .look("p/a", Some(version), 120, seen);
    assert_eq!(told(&story), []);
}

#[test]
fn every_destination_has_a_sample_of_its_own() {
    let second = Side::Destination(1);
    let story = Story::new()
        .put(0, "p/a", 100)
        .look_at(second, "p/a", Some("v0"), 120, there())
        .look("p/a", Some("v0"), 130, Seen::Absent)
        .look_at(second, "p/a", Some("v0"), 140, there());
    let samples = story.samples();
    let sides: Vec<_> = samples
        .iter()
        .map(|s| (s.side, s.interval.upper_ns))
        .collect();
    assert_eq!(sides, [(DESTINATION, None), (second, Some(25))]);
}

#[test]
fn a_failed_look_at_the_status_is_counted_and_denies_nothing() {
    let source =
        |story: Story, sent, seen| story.look_at(Side::Source, "p/a", Some("v0"), sent, seen);
    let start = || {
        Story::new()
            .put(0, "p/a", 100)
            .look("p/a", Some("v0"), 120, Seen::Absent)
    };
    let denied = start().status("p/a", "v0", 130, Failed);
    assert_eq!(source(denied, 140, failed()).samples().len(), 0);
    let again = start()
        .status("p/a", "v0", 130, Failed)
        .status("p/a", "v0", 140, Pending);
    let samples = source(again, 150, failed()).samples();
    let told: Vec<_> = samples.iter().map(|s| (s.measure, s.failed)).collect();
    assert_eq!(told, [(Measure::Visible, 0), (Measure::Status, 1)]);
}

#[test]
fn the_status_tells_nothing_of_a_delete() {
    let story = Story::new()
        .write(1, "p/a", OperationKind::Delete, 100)
        .status("p/a", "v1", 120, Pending);
    assert_eq!(told(&story), []);
}

#[test]
fn another_clock_widens_what_a_page_tells() {
    let story = watched_from_elsewhere()
        .page(None, None, 120, &[])
        .page(None, None, 130, &[0]);
    assert_eq!(told(&story), [(0, 20 - 7, Some(35 + 7))]);
}

#[test]
fn a_page_of_the_source_is_no_look() {
    let mut story = Story::new().put(0, "p/a", 100).page(None, None, 120, &[0]);
    let Some(Event::Page(Page { side, .. })) =
        story.0.events.last_mut().map(|timed| &mut timed.event)
    else {
        panic!("the story ends with a page")
    };
    *side = Side::Source;
    assert_eq!(told(&story), []);
}

/// A version is looked for until somebody sets about to delete it: a look received then is too late.
#[rstest]
#[case::received_before(131, Some(25))]
#[case::received_with_it(125, None)]
fn what_is_received_once_the_version_is_deleted_tells_nothing(
    #[case] deleted: u64,
    #[case] upper: Option<u64>,
) {
    let delete = || OperationKind::DeleteVersion {
        version: "v0".into(),
    };
    let mut story = Story::new()
        .put(0, "p/a", 100)
        .look("p/a", Some("v0"), 110, Seen::Absent)
        .look("p/a", Some("v0"), 120, there())
        .write(1, "p/a", delete(), deleted + 60)
        .write(2, "p/a", delete(), deleted + 10);
    // One delete was sent earlier, though it is recorded later.
    let events = &mut story.0.events;
    events.sort_by_key(|timed| u32::from(matches!(timed.event, Event::Observation { .. })));
    assert_eq!(story.samples()[0].interval.upper_ns, upper);
}

#[test]
fn a_change_of_tags_ends_at_the_next_one_and_a_put_does_not() {
    let seen = |value: &str| Seen::Tags {
        tags: Tags::from([("t".to_owned(), value.to_owned())]),
    };
    let story = Story::new()
        .put(0, "p/a", 50)
        .write(1, "p/a", tag("x"), 100)
        .write(2, "p/a", tag("y"), 140)
        .write(3, "p/a", tag("z"), 170)
        .look("p/a", Some("v0"), 120, seen("x"))
        .look("p/a", Some("v0"), 125, seen("x"))
        .look("p/a", Some("v0"), 150, seen("y"))
        .look("p/a", Some("v0"), 200, there());
    // The second was sent at 130: what was received then tells nothing of the first.
    let upper = |op| {
        story
            .samples()
            .iter()
            .find(|s| s.op == op)
            .and_then(|s| s.interval.upper_ns)
    };
    assert_eq!([1, 2, 3].map(upper), [Some(25), Some(15), None]);
    assert_eq!(upper(0), Some(155));
}

/// What each kind of write is called, and that only the source's count.
#[rstest]
#[case::put(OperationKind::Put(Content::default()), Some(OperationType::Put))]
#[case::multipart(
    OperationKind::Multipart { content: Content::default(), part_size: 5 },
    Some(OperationType::Multipart)
)]
#[case::copy(
    OperationKind::Copy { from: "p/z".to_owned(), content: Content::default() },
    Some(OperationType::Copy)
)]
#[case::delete(OperationKind::Delete, Some(OperationType::DeleteMarker))]
#[case::written_by_others(OperationKind::Found(Content::default()), None)]
fn every_write_has_its_operation(
    #[case] kind: OperationKind,
    #[case] expected: Option<OperationType>,
) {
    let seen = match kind {
        OperationKind::Delete => marker(None),
        _ => there(),
    };
    let story = Story::new()
        .write(0, "p/a", kind, 100)
        .look("p/a", Some("v0"), 120, seen);
    let operation = story.samples().first().map(|sample| sample.operation);
    assert_eq!(operation, expected);
}

#[test]
fn a_put_of_a_key_that_was_put_is_an_overwrite_and_a_copy_stays_a_copy() {
    use OperationType::{Copy, DeleteMarker, Overwrite, Put};

    let copy = OperationKind::Copy {
        from: "p/z".to_owned(),
        content: Content::default(),
    };
    let story = Story::new()
        .write(0, "p/a", OperationKind::Delete, 60)
        .put(1, "p/a", 70)
        .put(2, "p/a", 80)
        .write(3, "p/a", copy, 90)
        .put(4, "p/b", 95)
        .page(None, None, 110, &[0, 1, 2, 3, 4]);
    let told: Vec<_> = story.samples().iter().map(|s| s.operation).collect();
    assert_eq!(told, [DeleteMarker, Put, Overwrite, Copy, Put]);
}

/// The answer of an operation that failed, or was lost, is no acknowledgement of it.
#[rstest]
#[case::failed(true)]
#[case::lost(false)]
fn a_write_that_was_not_acknowledged_is_no_sample(#[case] is_failed: bool) {
    let mut story = Story::new()
        .put(0, "p/a", 100)
        .look("p/a", Some("v0"), 120, there());
    let failure = Failure::default();
    let event = match is_failed {
        true => Event::Fail { op: 0, failure },
        false => Event::Info { op: 0, failure },
    };
    let at = Instant(95);
    story.0.events.insert(1, Timed { at, event });
    assert_eq!(told(&story), []);
}

#[test]
fn canaries_and_what_is_written_to_the_destination_are_no_samples() {
    let mut story = Story::new()
        .put(0, "p/a", 100)
        .put(1, "p/b", 100)
        .put(2, "p/c", 100)
        .page(None, None, 120, &[0, 1, 2]);
    for timed in &mut story.0.events {
        match &mut timed.event {
            Event::Invoke {
                op: 0, operation, ..
            } => operation.label = "canary-0".to_owned(),
            Event::Invoke {
                op: 1, operation, ..
            } => operation.side = DESTINATION,
            _ => {}
        }
    }
    assert_eq!(told(&story), [(2, 0, Some(25))]);
}

/// A saved run is gone through event by event, and gives what it gives in memory.
#[test]
fn a_run_gives_the_same_in_memory_and_event_by_event() {
    let story = Story::new()
        .put(0, "p/a", 100)
        .put(1, "p/b", 110)
        .look("p/a", Some("v0"), 120, Seen::Absent)
        .page(None, None, 130, &[0]);
    let target = crate::history::TargetDescription {
        name: String::new(),
        source: String::new(),
        destination: String::new(),
        source_region: String::new(),
        destination_region: String::new(),
        engine: String::new(),
    };
    let header = crate::history::Header {
        bucketpair_history: 1,
        bucketpair: String::new(),
        run: "run".to_owned(),
        seed: 1,
        started: 2,
        target,
    };
    let streamed = Measured::of_events(|take| {
        story.0.events.iter().for_each(take);
        Ok::<_, std::convert::Infallible>(header.clone())
    });
    let in_memory = Measured::of(&header, &story.0);
    assert_eq!(in_memory.samples.len(), 2);
    assert_eq!(streamed, Ok(in_memory));
}

/// It begins at the prefix where the key it begins behind comes before that.
#[test]
fn a_page_that_begins_before_its_prefix_tells_of_the_whole_prefix() {
    let story = Story::new()
        .put(0, "b/x", 100)
        .put(1, "p/a", 100)
        .page(Some("a"), None, 120, &[]);
    assert_eq!(told(&story), [(1, 20, None)]);
}
