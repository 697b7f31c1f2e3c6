//! Which looks are made: against a destination that is made up, on a clock that is a number.

use std::collections::HashMap;

use super::super::watched::Wanted;
use super::*;

pub(super) const MS: u64 = 1_000_000;
const SIDE: Side = Side::Destination(0);
const PREFIX: &str = "p/";

fn key(op: u32) -> String {
    format!("{PREFIX}{op:08}")
}

fn number(key: &str) -> u32 {
    key[PREFIX.len()..].parse().expect("keys end with a number")
}

fn watched(op: u32, since: u64, deadline: u64) -> Watched {
    Watched {
        op,
        key: key(op),
        prefix: PREFIX.len(),
        version: format!("v{op}").as_str().into(),
        wanted: Wanted::Version,
        since: Instant(since),
        deadline: Instant(since + deadline),
        class: 0,
    }
}

/// A destination whose replicas arrive at known times.
#[derive(Default)]
pub(super) struct Made {
    pub(super) arrivals: HashMap<u32, u64>,
    /// How many were written so far, in the order of their numbers.
    written: u32,
    pub(super) requests: u64,
    /// Send times of looks that lacked it and receipt of the one that had it, by operation.
    lower: HashMap<u32, u64>,
    upper: HashMap<u32, u64>,
    /// A page shows no more entries than this.
    page_holds: Option<u32>,
    fails: bool,
}

impl Made {
    fn is_there(&self, op: u32, now: u64) -> bool {
        self.arrivals
            .get(&op)
            .is_some_and(|arrival| *arrival <= now)
    }

    fn note(&mut self, op: u32, now: u64) {
        match self.is_there(op, now) {
            true => self.upper.entry(op).or_insert(now),
            false => self
                .lower
                .entry(op)
                .and_modify(|last| *last = now)
                .or_insert(now),
        };
    }

    fn show(&self, asked: &Asked, now: u64) -> Page {
        let first = asked.after.as_deref().map_or(0, |key| number(key) + 1);
        let behind = (first..self.written).filter(|op| self.is_there(*op, now));
        let holds = self
            .page_holds
            .map_or(asked.entries, |holds| holds.min(asked.entries));
        let mut shown: Vec<u32> = behind.take(holds as usize + 1).collect();
        let is_full = shown.len() > holds as usize;
        shown.truncate(holds as usize);
        Page {
            side: SIDE,
            prefix: asked.prefix.clone(),
            after: asked.after.clone(),
            until: shown.last().map(|op| key(*op)).filter(|_| is_full),
            sent: Instant(now),
            received: Instant(now),
            shown: Page::ranges(shown),
            others: 0,
        }
    }

    /// Answers everything that is due, at once.
    fn answer(&mut self, planner: &mut Planner, now: u64) {
        let at = Instant(now);
        while let Some(action) = planner.next(at) {
            self.requests += 1;
            match action {
                Action::Single(id, _) if self.fails => planner.told(id, at, at, Told::Failed),
                Action::Single(id, watched) => {
                    self.note(watched.op, now);
                    let told = match self.is_there(watched.op, now) {
                        true => Told::Had,
                        false => Told::Lacked,
                    };
                    planner.told(id, at, at, told);
                }
                Action::Page(_, ids) if self.fails => planner.page_failed(&ids, at),
                Action::Page(asked, ids) => {
                    let page = self.show(&asked, now);
                    let first = page.after.as_deref().map_or(0, |key| number(key) + 1);
                    let to_end = || self.written;
                    let end = page
                        .until
                        .as_deref()
                        .map_or_else(to_end, |key| number(key) + 1);
                    for op in first..end {
                        if page.shows(op) || page.covers(&key(op)) {
                            self.note(op, now);
                        }
                    }
                    planner.paged(&ids, &page);
                }
            }
        }
    }

    /// Runs until nothing is looked for.
    pub(super) fn run(&mut self, planner: &mut Planner, mut writes: Vec<Watched>) {
        writes.sort_by_key(|write| std::cmp::Reverse(write.since));
        while planner.waiting() > 0 || !writes.is_empty() {
            let due = planner.due(Instant(0)).map(|due| due.0);
            let written = writes.last().map(|write| write.since.0);
            let now = due
                .into_iter()
                .chain(written)
                .min()
                .expect("something is to come");
            while writes.last().is_some_and(|write| write.since.0 <= now) {
                planner.watch(writes.pop().expect("it was seen just now"));
                self.written += 1;
            }
            // Who asks spends a request on what is due.
            let is_due = planner.due(Instant(now)).is_some_and(|due| due.0 <= now);
            let before = self.requests;
            self.answer(planner, now);
            assert_eq!(is_due, self.requests > before, "what is due is a look");
        }
    }

    pub(super) fn widths(&self) -> Vec<u64> {
        let width = |(op, upper): (&u32, &u64)| Some(upper - self.lower.get(op)?);
        let mut widths: Vec<u64> = self.upper.iter().filter_map(width).collect();
        widths.sort_unstable();
        widths
    }
}

pub(super) fn made(lags: impl IntoIterator<Item = u64>, every: u64) -> (Made, Vec<Watched>) {
    let (mut made, mut writes) = (Made::default(), Vec::new());
    for (op, lag) in (0_u32..).zip(lags) {
        let since = u64::from(op) * every;
        made.arrivals.insert(op, since + lag);
        writes.push(watched(op, since, 600_000 * MS));
    }
    (made, writes)
}

pub(super) fn planner(policy: Policy) -> Planner {
    Planner::new(policy, SIDE, 7)
}

#[test]
fn everything_that_arrives_is_seen_within_an_interval() {
    let lags = (0..2_000).map(|op| (20 + op * 7919 % 400) * MS);
    let (mut made, writes) = made(lags, 2 * MS);
    made.run(&mut planner(Policy::NEAR.with_requests(0.4)), writes);
    assert_eq!(made.upper.len(), 2_000);
    for (op, arrival) in &made.arrivals {
        let lower = made.lower.get(op).copied().unwrap_or(0);
        assert!(
            lower < *arrival && *arrival <= made.upper[op],
            "operation {op}"
        );
    }
}

#[test]
fn a_constant_lag_at_500_writes_a_second_takes_about_a_request_each() {
    let (mut made, writes) = made((0..3_000).map(|op| (4_000 + op % 2) * MS), 2 * MS);
    let mut planner = planner(Policy::NEAR.with_requests(0.5).with_rate(500.0));
    planner.expect((Duration::from_millis(3_900), Duration::from_millis(4_100)));
    made.run(&mut planner, writes);
    let widths = made.widths();
    let (p99, each) = (
        widths[widths.len() * 99 / 100],
        made.requests as f64 / 3_000.0,
    );
    assert!(
        p99 <= 10 * MS && each < 1.2,
        "{p99} ns at the 99th percentile, {each} requests each"
    );
}

/// A poller that looks at each object every so often costs its lag over the width in requests.
#[test]
fn at_equal_median_width_it_takes_a_fifth_of_the_requests_of_a_fixed_interval() {
    for lags in [
        (0..3_000_u64)
            .map(|op| 900 * MS + op * 7919 % 200 * MS)
            .collect::<Vec<u64>>(),
        (0..3_000_u64)
            .map(|op| 100 * MS + (op * 7919 % 3_000).pow(2) * 200)
            .collect(),
    ] {
        let mean = lags.iter().sum::<u64>() / 3_000;
        let (mut made, writes) = made(lags, 20 * MS);
        made.run(&mut planner(Policy::NEAR.with_requests(8.0)), writes);
        let widths = made.widths();
        let median = widths[widths.len() / 2];
        let poller = mean / median * 3_000;
        assert!(
            made.requests * 5 <= poller,
            "{} requests, the poller {poller}; {median} ns",
            made.requests
        );
    }
}

#[test]
fn what_never_arrives_is_looked_at_after_its_deadline_and_then_no_more() {
    let mut made = Made::default();
    let writes: Vec<_> = (0..50)
        .map(|op| watched(op, u64::from(op), 1_000 * MS))
        .collect();
    made.arrivals = (0..50).map(|op| (op, u64::MAX)).collect();
    let mut planner = planner(Policy::NEAR);
    made.run(&mut planner, writes);
    assert_eq!(planner.waiting(), 0);
    for op in 0..50 {
        assert!(
            made.lower[&op] >= u64::from(op) + 1_000 * MS,
            "operation {op}"
        );
    }
}

#[test]
fn looks_that_fail_are_made_again_and_end() {
    let (mut made, writes) = made((0..20).map(|_| 5 * MS), MS);
    made.fails = true;
    let mut planner = planner(Policy::NEAR);
    made.run(&mut planner, writes);
    assert_eq!((planner.waiting(), made.upper.len()), (0, 0));
}

#[test]
fn what_a_page_ended_before_is_looked_at_alone() {
    let (mut made, writes) = made((0..300).map(|op| op % 3 * 50 * MS), MS / 10);
    made.page_holds = Some(3);
    made.run(&mut planner(Policy::NEAR), writes);
    assert_eq!(made.upper.len(), 300);
}

#[test]
fn a_page_begins_behind_the_key_before_the_first_that_is_due() {
    let mut planner = planner(Policy::NEAR);
    for op in 0..5 {
        planner.watch(watched(op, 0, 1_000 * MS));
    }
    let due = planner.due(Instant(0)).expect("five are watched").0;
    let Some(Action::Page(asked, ids)) = planner.next(Instant(due + MS)) else {
        panic!("five things that are due together are worth a page");
    };
    assert_eq!((asked.after, ids.len(), asked.entries), (None, 5, 6));
    assert_eq!(asked.prefix, PREFIX);
}

#[test]
fn one_seed_makes_one_schedule() {
    let requests = |seed| {
        let (mut made, writes) = made((0..200).map(|op| (20 + op % 30) * MS), 10 * MS);
        made.run(&mut Planner::new(Policy::NEAR, SIDE, seed), writes);
        made.requests
    };
    assert_eq!(requests(1), requests(1));
    assert_ne!(requests(1), requests(2));
}
