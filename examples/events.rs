//! How fast a history is read, measured, put into figures and judged, and how much memory each
//! takes, from ten thousand events to ten million: `just events`. Linux tells the memory.
//!
//! Usage: `events [NUMBER]…`. The histories are made up: every write is looked at seven times.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use bucketpair::check::{Check, CheckKind, Verdict, judge};
use bucketpair::history::{
    Bucket, Content, Event, Header, Instant, Journal, Line, ObjectSeen, Operation, OperationKind,
    Outcome, Page, Plan, Recorder, Seen, Side, TargetDescription, Timed, VERSION, read, scan,
};
use bucketpair::lag::{Asked, Profile};
use bucketpair::replication::{ReplicationStatus, Rule};
use bucketpair::runner::{Stage, measured};

const EVENTS: [u64; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
/// Invoke, ok, four looks at the destination, a page and a look at the source.
const EACH: u64 = 8;
const MS: u64 = 1_000_000;
const DESTINATION: Side = Side::Destination(0);
/// Judging needs the whole history in memory, and what is found besides: so many bytes an event.
const JUDGED_BYTES: u64 = 1_200;
/// What is aimed at, in events a second on one core.
const AIM: f64 = 300_000.0;

fn plan() -> Plan {
    let mut plan = Plan::of_rules(&[Rule::new("everything")]);
    "lag".clone_into(&mut plan.scenario);
    plan.deadline_ns = 60_000 * MS;
    for (side, name) in [(Side::Source, "source"), (DESTINATION, "destination")] {
        plan.buckets.push(Bucket {
            side,
            name: name.to_owned(),
            region: String::new(),
        });
    }
    let kinds = [
        CheckKind::Arrives,
        CheckKind::VersionId,
        CheckKind::SourceStatus,
        CheckKind::ReplicaStatus,
        CheckKind::StorageClass,
    ];
    plan.checks = Stage::planned(&kinds.map(Check::new));
    plan
}

fn header() -> Header {
    let none = String::new;
    Header {
        bucketpair_history: VERSION,
        bucketpair: env!("CARGO_PKG_VERSION").to_owned(),
        run: "made-up".to_owned(),
        seed: 0,
        started: 0,
        target: TargetDescription {
            name: "emulator".to_owned(),
            source: none(),
            destination: none(),
            source_region: none(),
            destination_region: none(),
            engine: none(),
        },
    }
}

fn present(version: &str, status: ReplicationStatus) -> Seen {
    Seen::Present(Box::new(ObjectSeen {
        version: Some(version.into()),
        size: 1024,
        status: Some(status),
        ..ObjectSeen::default()
    }))
}

/// A write each two milliseconds, whose replica is there between 30 and 39 ms later.
fn written(number: u32) -> Vec<Timed> {
    let (at, key) = (u64::from(number) * 2 * MS, format!("lag/{number:08}"));
    let version = format!("{number:032}");
    let timed = |after: u64, event| Timed {
        at: Instant(at + after * MS),
        event,
    };
    let look = |side, sent: u64, seen| {
        let observation = Event::Observation {
            side,
            key: key.clone(),
            version: Some(version.as_str().into()),
            sent: Instant(at + sent * MS),
            received: Instant(at + (sent + 1) * MS),
            seen,
        };
        timed(sent + 1, observation)
    };
    let operation = Box::new(Operation {
        label: format!("{number}"),
        side: Side::Source,
        key: key.clone(),
        kind: OperationKind::Put(Content {
            size: 1024,
            ..Content::default()
        }),
    });
    let invoke = Event::Invoke {
        op: number,
        operation,
        intended: Some(Instant(at)),
    };
    let outcome = Outcome {
        version: Some(version.as_str().into()),
        etag: None,
        answered: None,
    };
    let page = Page {
        side: DESTINATION,
        prefix: "lag/".to_owned(),
        // The last twenty writes, of which the older half is there.
        after: number
            .checked_sub(20)
            .map(|first| format!("lag/{first:08}")),
        until: None,
        sent: Instant(at + 25 * MS),
        received: Instant(at + 26 * MS),
        shown: Page::ranges((number.saturating_sub(19)..number.saturating_sub(9)).collect()),
        others: 0,
    };
    let last = 30 + u64::from(number * 7919 % 10);
    vec![
        timed(0, invoke),
        timed(
            1,
            Event::Ok {
                op: number,
                outcome,
            },
        ),
        look(DESTINATION, 10, Seen::Absent),
        look(DESTINATION, 20, Seen::Absent),
        timed(26, Event::Page(page)),
        look(DESTINATION, last - 4, Seen::Absent),
        look(
            DESTINATION,
            last,
            present(&version, ReplicationStatus::Replica),
        ),
        look(
            Side::Source,
            40,
            present(&version, ReplicationStatus::Completed),
        ),
    ]
}

fn write(path: &Path, events: u64) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    serde_json::to_writer(&mut file, &Line::Header(header()))?;
    file.write_all(b"\n")?;
    let journal = Journal::saved(path, file);
    // It writes the plan; the events go past its memory.
    drop(Recorder::begin(&journal, plan()));
    for number in 0..(events / EACH) as u32 {
        for timed in written(number) {
            let scenario = "lag".to_owned();
            journal.write(&Line::Event { scenario, timed });
        }
    }
    Ok(journal.finish()?)
}

/// The largest resident size since the last call, in MiB; 0 where nobody tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let size = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    // 5 sets the largest size to that of now.
    std::fs::write("/proc/self/clear_refs", "5").ok();
    size.unwrap_or_default() / 1024
}

/// How long this process was on a core, which no other process lengthens; none where nobody tells.
fn on_core() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// What memory there is without taking it from others, in bytes; none where nobody tells.
fn room() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let size: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(size * 1024)
}

/// The events a second of each kind of work, by the size of the history.
#[derive(Default)]
struct Rates(BTreeMap<&'static str, BTreeMap<u64, f64>>);

impl Rates {
    fn timed<T>(&mut self, what: &'static str, events: u64, work: impl FnOnce() -> T) -> T {
        peak();
        let (began, core) = (Clock::now(), on_core());
        let made = work();
        let on_core = core
            .zip(on_core())
            .map(|(before, now)| now.saturating_sub(before))
            // The kernel counts in ticks, and what is short may fall between two.
            .filter(|took| !took.is_zero());
        let took = on_core.unwrap_or_else(|| began.elapsed());
        let rate = events as f64 / took.as_secs_f64();
        println!("| {events} | {what} | {rate:.0} | {} MiB |", peak());
        self.0.entry(what).or_default().insert(events, rate);
        made
    }

    /// The slowest of each kind, and how its time an event grows from the smallest history to the
    /// largest: 1 is linear.
    fn summed_up(&self) {
        println!(
            "\n| what | slowest, events/s a core | time an event, largest : smallest | at least {AIM:.0} |"
        );
        println!("|---|---|---|---|");
        for (what, rates) in &self.0 {
            let slowest = rates.values().copied().fold(f64::INFINITY, f64::min);
            let ends = rates.first_key_value().zip(rates.last_key_value());
            let grows = ends.map_or(1.0, |((_, first), (_, last))| first / last);
            let held = if slowest >= AIM { "held" } else { "MISSED" };
            println!("| {what} | {slowest:.0} | {grows:.2} | {held} |");
        }
    }
}

fn go(rates: &mut Rates, events: u64, path: &Path) -> Result<(), Box<dyn Error>> {
    rates.timed("written", events, || write(path, events))?;
    let lines = rates.timed("read", events, || {
        let mut lines = 0_u64;
        scan(path, |_| {
            lines += 1;
            Ok(())
        })
        .map(|_| lines)
    })?;
    assert_eq!(lines, events / EACH * EACH + 1, "every event is read");
    let run = rates.timed("read and measured", events, || measured(path))?;
    assert_eq!(
        run.samples.len() as u64,
        events / EACH * 2,
        "visible and status"
    );
    let asked = Asked::default();
    let profile = rates.timed("put into figures", events, || {
        Profile::of(&run.facts, &run.samples, &asked)
    });
    assert!(!profile.cells.is_empty(), "there are figures");
    drop((run, profile));
    if room().is_none_or(|room| events * JUDGED_BYTES < room) {
        let saved = read(path)?;
        let judgement = rates.timed("judged", events, || judge(&saved.histories[0]))?;
        assert_eq!(judgement.verdict, Verdict::Pass, "{judgement:?}");
    } else {
        println!("| {events} | judged | too little memory | |");
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked = std::env::args().skip(1);
    let asked: Result<Vec<u64>, _> = asked.map(|number| number.parse()).collect();
    let sizes = match asked? {
        none if none.is_empty() => EVENTS.to_vec(),
        sizes => sizes,
    };
    let folder = tempfile::tempdir()?;
    println!("| events | what | events/s a core | largest resident size |\n|---|---|---|---|");
    let mut rates = Rates::default();
    for events in sizes {
        go(&mut rates, events, &folder.path().join("history.jsonl"))?;
    }
    rates.summed_up();
    Ok(())
}
