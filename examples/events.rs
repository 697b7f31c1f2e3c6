//! How fast a history is read, measured, put into figures and judged, and how much memory each
//! takes, from ten thousand events to ten million: `just events`. Linux tells the memory.
//!
//! Usage: `events [NUMBER]…`. The histories are made up: every write is looked at seven times.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

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
/// Judging needs the whole history in memory, and more is not asked of a machine.
const MOST_JUDGED: u64 = 3_000_000;

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

fn show(what: &str, events: u64, took: Duration) {
    let rate = events as f64 / took.as_secs_f64();
    println!("| {events} | {what} | {rate:.0} | {} MiB |", peak());
}

fn timed<T>(what: &str, events: u64, work: impl FnOnce() -> T) -> T {
    peak();
    let (began, core) = (Clock::now(), on_core());
    let made = work();
    let on_core = core
        .zip(on_core())
        .map(|(before, now)| now.saturating_sub(before));
    show(what, events, on_core.unwrap_or_else(|| began.elapsed()));
    made
}

fn go(events: u64, path: &Path) -> Result<(), Box<dyn Error>> {
    timed("written", events, || write(path, events))?;
    let lines = timed("read", events, || {
        let mut lines = 0_u64;
        scan(path, |_| {
            lines += 1;
            Ok(())
        })
        .map(|_| lines)
    })?;
    assert_eq!(lines, events / EACH * EACH + 1, "every event is read");
    let run = timed("read and measured", events, || measured(path))?;
    assert_eq!(
        run.samples.len() as u64,
        events / EACH * 2,
        "visible and status"
    );
    let asked = Asked::default();
    let profile = timed("put into figures", events, || {
        Profile::of(&run.facts, &run.samples, &asked)
    });
    assert!(!profile.cells.is_empty(), "there are figures");
    drop((run, profile));
    if events <= MOST_JUDGED {
        let saved = read(path)?;
        let judgement = timed("judged", events, || judge(&saved.histories[0]))?;
        assert_eq!(judgement.verdict, Verdict::Pass, "{judgement:?}");
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
    for events in sizes {
        go(events, &folder.path().join("history.jsonl"))?;
    }
    Ok(())
}
