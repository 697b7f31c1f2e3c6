//! One small run with a bit of everything, counted by hand, and each caveat at its threshold.

use rstest::rstest;

use super::*;
use crate::history::{
    Content, Failure, Instant, ObjectSeen, Operation, Outcome, Page, Plan, VERSION,
};

fn timed(at: u64, event: Event) -> Timed {
    let at = Instant(at);
    Timed { at, event }
}

fn put() -> OperationKind {
    OperationKind::Put(Content::default())
}

fn multipart(size: u64, part_size: u64) -> OperationKind {
    let content = Content {
        size,
        ..Content::default()
    };
    OperationKind::Multipart { content, part_size }
}

fn invoke(at: u64, op: u32, label: &str, kind: OperationKind) -> Timed {
    let operation = Operation {
        label: label.to_owned(),
        side: Side::Source,
        key: format!("k{op}"),
        kind,
    };
    let operation = Box::new(operation);
    let intended = None;
    timed(
        at,
        Event::Invoke {
            op,
            operation,
            intended,
        },
    )
}

fn ok(at: u64, op: u32) -> Timed {
    let outcome = Outcome::default();
    timed(at, Event::Ok { op, outcome })
}

fn look(side: Side, key: &str, sent: u64, received: u64, seen: Seen) -> Timed {
    let observation = Event::Observation {
        side,
        key: key.to_owned(),
        version: Some("v".into()),
        sent: Instant(sent),
        received: Instant(received),
        seen,
    };
    timed(received, observation)
}

fn source(key: &str, at: u64, status: ReplicationStatus) -> Timed {
    let object = ObjectSeen {
        status: Some(status),
        ..ObjectSeen::default()
    };
    let seen = Seen::Present(Box::new(object));
    look(Side::Source, key, at, at + 50, seen)
}

fn page(at: u64) -> Timed {
    let page = Page {
        side: Side::Destination(0),
        prefix: String::new(),
        after: None,
        until: None,
        sent: Instant(at - 1),
        received: Instant(at),
        shown: Vec::new(),
        others: 0,
    };
    timed(at, Event::Page(page))
}

fn session() -> Session {
    let setup = Setup {
        count: 7,
        deadline_ns: 1_000,
        request_budget: Some(100),
        ..Setup::default()
    };
    Session {
        role: "lag".to_owned(),
        setup: serde_json::to_value(setup).unwrap(),
        ..Session::default()
    }
}

fn slept() -> Suspension {
    Suspension {
        from: Instant(310),
        until: Instant(320),
        lost_ns: 9,
    }
}

fn header() -> Header {
    Header {
        bucketpair_history: VERSION,
        bucketpair: "0.1.0".to_owned(),
        run: "run-1".to_owned(),
        seed: 42,
        started: 1_700_000_000,
        target: TargetDescription {
            name: "emulator".to_owned(),
            source: String::new(),
            destination: String::new(),
            source_region: String::new(),
            destination_region: String::new(),
            engine: String::new(),
        },
    }
}

const DESTINATION: Side = Side::Destination(0);

/// A canary before the session, two objects prepared, six writes of which one fails and one is
/// lost, looks at both sides, two pages, and a clock that stood still.
fn events() -> Vec<Timed> {
    use ReplicationStatus::{Completed, Failed, Pending};
    let there = || Seen::Present(Box::default());
    let failure = Failure::default;
    vec![
        invoke(5, 100, "canary-0", put()),
        ok(6, 100),
        look(DESTINATION, "k100", 7, 8, there()),
        timed(10, Event::Session(session())),
        invoke(20, 0, "prepared-0", multipart(10, 4)),
        ok(25, 0),
        invoke(26, 1, "prepared-1", put()),
        timed(
            27,
            Event::Fail {
                op: 1,
                failure: failure(),
            },
        ),
        look(DESTINATION, "k0", 30, 37, there()),
        invoke(100, 2, "w-2", put()),
        ok(110, 2),
        invoke(120, 3, "w-3", multipart(8, 4)),
        ok(130, 3),
        invoke(140, 4, "w-4", put()),
        timed(
            150,
            Event::Fail {
                op: 4,
                failure: failure(),
            },
        ),
        invoke(160, 5, "w-5", put()),
        timed(
            170,
            Event::Info {
                op: 5,
                failure: failure(),
            },
        ),
        invoke(180, 6, "w-6", put()),
        ok(190, 6),
        invoke(191, 7, "w-7", put()),
        ok(192, 7),
        look(DESTINATION, "k2", 200, 204, there()),
        look(DESTINATION, "k3", 210, 220, Seen::Absent),
        look(DESTINATION, "k3", 230, 290, Seen::Failed(failure())),
        source("k2", 240, Pending),
        source("k3", 250, Failed),
        source("k3", 260, Failed),
        source("k6", 270, Failed),
        source("k7", 280, Completed),
        look(Side::Source, "k7", 290, 295, Seen::Failed(failure())),
        page(300),
        timed(330, Event::Suspended(slept())),
        page(340),
        look(DESTINATION, "k6", 330, 336, there()),
    ]
}

fn facts(events: Vec<Timed>) -> RunFacts {
    let plan = Plan::of_rules(&[]);
    RunFacts::of(&header(), &History { plan, events }, &[])
}

#[test]
fn every_fact_of_a_run_is_counted_from_its_history() {
    let expected = RunFacts {
        run: "run-1".to_owned(),
        bucketpair: "0.1.0".to_owned(),
        seed: 42,
        started: 1_700_000_000,
        target: Some(header().target),
        setup: Setup {
            count: 7,
            deadline_ns: 1_000,
            request_budget: Some(100),
            ..Setup::default()
        },
        operations: Operations {
            planned: 7,
            sent: 6,
            acknowledged: 4,
            failed: 1,
            indeterminate: 1,
            prepared: 2,
            refused: 2,
        },
        requests: Requests {
            // Five writes of one request, and a multipart upload of two parts.
            writes: 5 + 4,
            // The canary and its look; a multipart upload of three parts, a write and a look.
            preparation: 2 + 5 + 1 + 1,
            single: 10,
            pages: 2,
            failed: 2,
        },
        // Round trips of 4, 6 and 10.
        floor: Some(Floor {
            looks: 3,
            min_ns: 4,
            median_ns: 6,
            p99_ns: 10,
        }),
        elapsed_ns: 340 - 5,
        sessions: vec![session()],
        suspensions: vec![slept()],
        caveats: vec![
            Caveat::Unfinished {
                planned: 7,
                sent: 6,
            },
            Caveat::WritesFailed { writes: 2 },
            Caveat::Refused { versions: 2 },
        ],
    };
    let seen = facts(events());
    assert_eq!(seen, expected);
    assert_eq!(seen.requests.looks(), 12);
    assert_eq!(seen.requests.total(), 9 + 9 + 12);
}

#[test]
fn a_second_session_leaves_what_was_counted() {
    let mut events = events();
    let later = Session {
        role: "observe".to_owned(),
        ..Session::default()
    };
    events.push(timed(400, Event::Session(later.clone())));
    let (before, after) = (facts(self::events()), facts(events));
    assert_eq!(after.operations, before.operations);
    assert_eq!(after.requests, before.requests);
    assert_eq!(after.sessions, [session(), later]);
    assert_eq!(after.setup, before.setup);
}

#[test]
fn without_a_setup_what_was_sent_is_what_was_planned() {
    let seen = facts(vec![invoke(1, 0, "w-0", put()), ok(2, 0)]);
    assert_eq!((seen.operations.planned, seen.operations.sent), (1, 1));
    assert_eq!(seen.caveats, []);
}

/// One request begins a multipart upload, one ends it, and an empty one has an empty part.
#[rstest]
#[case::one_request(put(), 1)]
#[case::parts_that_fit(multipart(8, 4), 4)]
#[case::a_last_part_that_is_shorter(multipart(9, 4), 5)]
#[case::nothing(multipart(0, 4), 3)]
#[case::parts_of_nothing(multipart(2, 0), 4)]
fn a_multipart_upload_is_two_requests_and_one_for_each_part(
    #[case] kind: OperationKind,
    #[case] requests: u64,
) {
    assert_eq!(requests_of(&kind), requests);
}

#[rstest]
#[case::one(7..=7, 1, 7, 7, 7)]
#[case::two(1..=2, 2, 1, 1, 2)]
#[case::three(1..=3, 3, 1, 2, 3)]
#[case::a_hundred(1..=100, 100, 1, 50, 99)]
#[case::one_more(1..=101, 101, 1, 51, 100)]
fn the_floor_is_by_nearest_rank(
    #[case] trips: std::ops::RangeInclusive<u64>,
    #[case] looks: u64,
    #[case] min_ns: u64,
    #[case] median_ns: u64,
    #[case] p99_ns: u64,
) {
    let expected = Floor {
        looks,
        min_ns,
        median_ns,
        p99_ns,
    };
    assert_eq!(Floor::of(trips.rev().collect()), Some(expected));
    assert_eq!(Floor::of(Vec::new()), None);
}

fn sample(lower_ns: u64, upper_ns: Option<u64>, censoring: Censoring) -> Sample {
    let mut sample = crate::lag::tests::sample(upper_ns);
    (sample.interval.lower_ns, sample.interval.censoring) = (lower_ns, censoring);
    sample
}

#[test]
fn a_replica_that_was_looked_for_until_its_deadline_was_followed() {
    let facts = RunFacts {
        setup: session_setup(),
        ..RunFacts::default()
    };
    let never = |lower| sample(lower, None, Censoring::Right);
    let arrived = sample(10, Some(20), Censoring::None);
    let samples = [never(1_001), never(1_000), arrived];
    assert_eq!(caveats(&facts, &samples), []);
    let samples = [never(999), never(1_000), never(0)];
    assert_eq!(
        caveats(&facts, &samples),
        [Caveat::NotFollowed { samples: 2 }]
    );
}

fn session_setup() -> Setup {
    Setup {
        deadline_ns: 1_000,
        ..Setup::default()
    }
}

#[rstest]
#[case::as_planned(5, 5, 0, 0, 0, vec![])]
#[case::one_was_not_sent(6, 5, 0, 0, 0, vec![Caveat::Unfinished { planned: 6, sent: 5 }])]
#[case::one_failed(5, 5, 1, 0, 0, vec![Caveat::WritesFailed { writes: 1 }])]
#[case::some_failed_and_some_were_lost(5, 5, 2, 3, 0, vec![Caveat::WritesFailed { writes: 5 }])]
#[case::one_is_refused(5, 5, 0, 0, 1, vec![Caveat::Refused { versions: 1 }])]
fn what_became_of_the_writes_is_a_caveat_from_the_first_on(
    #[case] planned: u64,
    #[case] sent: u64,
    #[case] failed: u64,
    #[case] indeterminate: u64,
    #[case] refused: u64,
    #[case] expected: Vec<Caveat>,
) {
    let facts = RunFacts {
        operations: Operations {
            planned,
            sent,
            failed,
            indeterminate,
            refused,
            ..Operations::default()
        },
        ..RunFacts::default()
    };
    assert_eq!(caveats(&facts, &[]), expected);
}

#[rstest]
#[case::one_left(11, None)]
#[case::none_left(10, Some(Caveat::BudgetSpent { budget: 10 }))]
#[case::more_than_all(9, Some(Caveat::BudgetSpent { budget: 9 }))]
fn a_budget_is_spent_when_no_request_is_left(
    #[case] budget: u64,
    #[case] expected: Option<Caveat>,
) {
    let facts = RunFacts {
        setup: Setup {
            request_budget: Some(budget),
            ..Setup::default()
        },
        requests: Requests {
            writes: 4,
            preparation: 3,
            single: 2,
            pages: 1,
            failed: 1,
        },
        ..RunFacts::default()
    };
    assert_eq!(spent(&facts), expected);
}

/// Two and a half round trips of 6 ms are 15 ms.
#[rstest]
#[case::as_wide_as_that(6_000_000, &[1, 15_000_000, 90_000_000], true)]
#[case::a_nanosecond_wider(6_000_000, &[1, 15_000_001, 90_000_000], false)]
#[case::the_upper_of_two(6_000_000, &[1, 15_000_001], false)]
#[case::no_interval(6_000_000, &[], false)]
#[case::a_round_trip_that_nobody_minds(5_000_000, &[1], false)]
#[case::a_nanosecond_longer(5_000_001, &[1], true)]
fn intervals_are_at_the_floor_up_to_two_and_a_half_round_trips(
    #[case] round_trip_ns: u64,
    #[case] widths: &[u64],
    #[case] expected: bool,
) {
    let facts = RunFacts {
        floor: Floor::of(vec![round_trip_ns]),
        ..RunFacts::default()
    };
    let wide = |width: &u64| sample(100, Some(100 + width), Censoring::None);
    let mut samples: Vec<_> = widths.iter().map(wide).collect();
    // The status of the source is no matter of the destination's round trip.
    let mut status = sample(0, Some(0), Censoring::None);
    status.measure = Measure::Status;
    samples.extend([status.clone(), status.clone(), status]);
    let expected = expected.then_some(Caveat::AtTheFloor { round_trip_ns });
    assert_eq!(at_the_floor(&facts, &samples), expected);
}

#[test]
fn the_session_whose_clock_may_be_off_most_is_named() {
    let session = |uncertainty_ns, joined| Session {
        uncertainty_ns,
        joined,
        ..Session::default()
    };
    let of = |sessions| RunFacts {
        sessions,
        ..RunFacts::default()
    };
    assert_eq!(joined(&of(vec![session(0, None)])), None);
    let several = vec![
        session(0, None),
        session(1, Some(Joined::Boot)),
        session(9, Some(Joined::Server)),
        session(3, None),
    ];
    let caveat = |uncertainty_ns, by| Some(Caveat::Joined { uncertainty_ns, by });
    assert_eq!(joined(&of(several)), caveat(9, Joined::Server));
    let unknown = vec![session(1, None)];
    assert_eq!(joined(&of(unknown)), caveat(1, Joined::Wall));
}
