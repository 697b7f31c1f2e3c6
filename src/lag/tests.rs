//! Intervals and their summary.

mod evidence;
mod looks;

use rstest::rstest;

use super::*;
use crate::history::{
    Content, Event, Failure, History, Instant, ObjectSeen, Operation, OperationKind, Outcome, Plan,
    Seen, Side, Timed,
};
use crate::replication::ReplicationStatus::{self, Failed, Pending};

pub(super) const DESTINATION: Side = Side::Destination(0);

/// One write, sent at 100 and acknowledged at 110, and looks as (sent, received, seen).
fn history(looks: Vec<(Side, u64, u64, Seen)>) -> History {
    let plan = Plan {
        scenario: String::new(),
        summary: String::new(),
        rule_ids: Vec::new(),
        buckets: Vec::new(),
        prefix: String::new(),
        rules: Vec::new(),
        deadline_ns: 1_000,
        window_ns: 0,
        checks: Vec::new(),
    };
    let operation = Operation {
        label: "w".to_owned(),
        side: Side::Source,
        key: "k".to_owned(),
        kind: OperationKind::Put(Content::default()),
    };
    let outcome = Outcome {
        version: Some("v".into()),
        etag: None,
        answered: None,
    };
    let mut events = vec![
        Timed {
            at: Instant(100),
            event: Event::Invoke {
                op: 0,
                operation: Box::new(operation),
                intended: None,
            },
        },
        Timed {
            at: Instant(110),
            event: Event::Ok { op: 0, outcome },
        },
    ];
    events.extend(looks.into_iter().map(|(side, sent, received, seen)| Timed {
        at: Instant(received),
        event: Event::Observation {
            side,
            key: "k".to_owned(),
            version: Some("v".into()),
            sent: Instant(sent),
            received: Instant(received),
            seen,
        },
    }));
    History { plan, events }
}

fn absent(sent: u64, received: u64) -> (Side, u64, u64, Seen) {
    (DESTINATION, sent, received, Seen::Absent)
}

fn there(sent: u64, received: u64) -> (Side, u64, u64, Seen) {
    let seen = Seen::Present(Box::default());
    (DESTINATION, sent, received, seen)
}

fn source(status: Option<ReplicationStatus>) -> (Side, u64, u64, Seen) {
    let seen = Seen::Present(Box::new(ObjectSeen {
        status,
        ..ObjectSeen::default()
    }));
    (Side::Source, 111, 112, seen)
}

#[rstest]
#[case::lacking_then_there(
    vec![absent(112, 115), absent(120, 125), there(130, 135)], 10, Some(25), Censoring::None
)]
#[case::there_at_the_first_look(vec![there(130, 135)], 0, Some(25), Censoring::Left)]
#[case::never_there(vec![absent(112, 115), absent(900, 905)], 790, None, Censoring::Right)]
#[case::lacking_before_the_acknowledgement(
    vec![absent(105, 109), there(130, 135)], 0, Some(25), Censoring::None
)]
#[case::there_before_the_acknowledgement(vec![there(104, 108)], 0, Some(0), Censoring::Left)]
#[case::looks_that_cross(
    vec![there(118, 122), absent(120, 130)], 10, Some(12), Censoring::None
)]
fn a_replica_arrives_within_an_interval(
    #[case] looks: Vec<(Side, u64, u64, Seen)>,
    #[case] lower_ns: u64,
    #[case] upper_ns: Option<u64>,
    #[case] censoring: Censoring,
) {
    let samples = intervals(&history(looks));
    let expected = Interval {
        lower_ns,
        upper_ns,
        censoring,
        start_uncertainty_ns: 10,
    };
    assert_eq!(samples[0].interval, expected);
    assert!(!samples[0].anomaly);
}

#[test]
fn lacking_after_it_was_there_is_an_anomaly_and_moves_no_bound() {
    let looks = vec![absent(112, 115), there(120, 125), absent(130, 135)];
    let sample = intervals(&history(looks)).remove(0);
    assert!(sample.anomaly);
    assert_eq!(
        (sample.interval.lower_ns, sample.interval.upper_ns),
        (2, Some(15))
    );
}

/// The answer that came first is recorded last: what lacked the replica between the two receipts
/// was taken for a lower bound, and is an anomaly.
#[test]
fn answers_recorded_out_of_order_give_the_same_bounds() {
    let looks = vec![
        absent(112, 115),
        absent(145, 150),
        there(120, 160),
        there(130, 140),
    ];
    let sample = intervals(&history(looks)).remove(0);
    let interval = sample.interval;
    assert_eq!((interval.lower_ns, interval.upper_ns), (2, Some(30)));
    assert!(sample.anomaly);
}

/// Any looks in any order, in memory and event by event, against the definition.
#[rstest]
fn bounds_are_those_of_the_definition_in_whatever_order_looks_are_recorded(
    #[values(1, 2, 3, 4, 5, 6, 7, 8)] seed: u64,
) {
    use rand::{RngExt, SeedableRng};

    let mut random = rand::rngs::SmallRng::seed_from_u64(seed);
    for _ in 0..200 {
        let look = |_: usize| {
            let sent = random.random_range(111..200_u64);
            let received = sent + random.random_range(1..40);
            match random.random_bool(0.4) {
                true => there(sent, received),
                false => absent(sent, received),
            }
        };
        let looks: Vec<_> = (0..6).map(look).collect();
        let (had, lacked): (Vec<_>, Vec<_>) = looks.iter().partition(|look| look.3 != Seen::Absent);
        let first = had.iter().map(|look| look.2).min();
        let sent = lacked.iter().map(|look| look.1);
        let is_before = |sent: &u64| first.is_none_or(|first| *sent <= first);
        let last = sent.clone().filter(is_before).max();
        let anomaly = sent.clone().any(|sent| !is_before(&sent));
        let history = history(looks.clone());
        let in_memory = intervals(&history);
        let streamed = measure::samples(&history.events[..2], |take| {
            history.events.iter().for_each(take);
            Ok::<_, std::convert::Infallible>(())
        });
        assert_eq!(streamed, Ok(in_memory.clone()), "seed {seed}: {looks:?}");
        let (seen, expected) = (
            &in_memory[0],
            (last.map_or(0, |at| at - 110), first.map(|at| at - 110)),
        );
        let bounds = (seen.interval.lower_ns, seen.interval.upper_ns);
        assert_eq!(
            (bounds, seen.anomaly),
            (expected, anomaly),
            "seed {seed}: {looks:?}"
        );
    }
}

#[test]
fn failed_looks_are_counted_apart() {
    let failed = (DESTINATION, 126, 128, Seen::Failed(Failure::default()));
    let sample = intervals(&history(vec![failed, there(130, 135)])).remove(0);
    assert_eq!(sample.failed, 1);
    assert_eq!(sample.interval.censoring, Censoring::Left);
}

#[rstest]
#[case::pending(Some(Pending), 1)]
#[case::failed(Some(Failed), 0)]
#[case::no_status(None, 0)]
fn what_has_nothing_to_replicate_has_no_lag(
    #[case] status: Option<ReplicationStatus>,
    #[case] samples: usize,
) {
    let looks = vec![source(status), absent(120, 125)];
    let told = intervals(&history(looks));
    let visible = told.iter().filter(|s| s.measure == Measure::Visible);
    assert_eq!(visible.count(), samples);
}

#[test]
fn a_version_that_nobody_looked_for_has_no_sample() {
    assert!(intervals(&history(vec![])).is_empty());
}

pub(super) fn sample(upper_ns: Option<u64>) -> Sample {
    Sample {
        measure: Measure::Visible,
        operation: OperationType::Put,
        size: 0,
        intended_ns: 0,
        sent_ns: 0,
        acknowledged_ns: 0,
        suspended: false,
        clock_uncertainty_ns: 0,
        op: 0,
        label: String::new(),
        key: String::new(),
        side: DESTINATION,
        interval: Interval {
            lower_ns: 0,
            upper_ns,
            censoring: upper_ns.map_or(Censoring::Right, |_| Censoring::None),
            start_uncertainty_ns: 0,
        },
        anomaly: false,
        failed: 0,
    }
}

#[rstest]
#[case::of_nothing(&[], None, None)]
#[case::odd(&[Some(3), Some(1), Some(2)], Some(2), Some(3))]
#[case::even_takes_the_lower_rank(&[Some(4), Some(1), Some(3), Some(2)], Some(2), Some(4))]
#[case::those_that_never_arrived_sort_last(&[None, Some(1), Some(2)], Some(2), Some(2))]
#[case::the_median_never_arrived(&[None, None, Some(1)], None, Some(1))]
fn a_summary_is_by_nearest_rank(
    #[case] uppers: &[Option<u64>],
    #[case] median: Option<u64>,
    #[case] max: Option<u64>,
) {
    let samples: Vec<_> = uppers.iter().copied().map(sample).collect();
    let summary = Summary::of(&samples);
    assert_eq!(
        (summary.median_upper_ns, summary.max_upper_ns),
        (median, max)
    );
    assert_eq!(summary.samples, uppers.len());
    assert_eq!(
        summary.censored,
        uppers.iter().filter(|upper| upper.is_none()).count()
    );
}
