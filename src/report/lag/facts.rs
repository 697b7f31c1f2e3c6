//! What a run set out to do and what it spent, as names and values.

use super::wording::{bytes, count, measure, operation, time};
use crate::lag::{Requests, RunFacts, Setup};
use crate::report::wording::{moment, visible};

/// A name and its value.
pub(super) type Fact = (&'static str, String);

/// Everything worth knowing of a run besides its figures.
pub(super) fn facts(run: &RunFacts) -> Vec<Fact> {
    let mut facts = environment(run);
    facts.extend(setup(&run.setup));
    facts.extend(spent(run));
    facts
}

fn environment(run: &RunFacts) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(target) = &run.target {
        facts.push((
            "target",
            format!("{}: {}", target.name, visible(&target.engine)),
        ));
        facts.push((
            "source",
            format!("{} at {}", target.source_region, target.source),
        ));
        let destination = format!("{} at {}", target.destination_region, target.destination);
        facts.push(("destination", destination));
    }
    facts.push(("began", moment(run.started)));
    facts.push(("run", run.run.clone()));
    facts.push(("seed", run.seed.to_string()));
    facts.push(("bucketpair", run.bucketpair.clone()));
    facts
}

fn setup(setup: &Setup) -> Vec<Fact> {
    if *setup == Setup::default() {
        return Vec::new();
    }
    let join = |words: Vec<String>| words.join(", ");
    let sizes = setup.sizes.iter().map(|share| bytes(share.bytes)).collect();
    let operations = setup.operations.iter();
    let operations = operations
        .map(|share| operation(share.operation).to_owned())
        .collect();
    let measures = setup
        .measures
        .iter()
        .map(|lag| measure(*lag).to_owned())
        .collect();
    vec![
        ("rate", format!("{} writes/s, in an open loop", setup.rate)),
        ("operations", join(operations)),
        ("sizes", join(sizes)),
        ("prefixes", setup.prefixes.to_string()),
        ("lags", join(measures)),
        ("deadline", time(setup.deadline_ns)),
    ]
}

/// What was sent, and the shortest interval that could be had.
fn spent(run: &RunFacts) -> Vec<Fact> {
    let operations = &run.operations;
    let mut writes = format!("{} acknowledged", count(operations.acknowledged));
    for (number, words) in [
        (operations.failed, "failed"),
        (operations.indeterminate, "perhaps"),
        (operations.refused, "FAILED at the source"),
    ] {
        if number > 0 {
            writes = format!("{writes}, {} {words}", count(number));
        }
    }
    let mut facts = vec![("writes", writes), ("requests", requests(&run.requests))];
    if let Some(floor) = run.floor {
        let (median, p99) = (time(floor.median_ns), time(floor.p99_ns));
        let floor = format!("{median} median, {p99} p99: no interval is narrower than one");
        facts.push(("round trip", floor));
    }
    for suspension in &run.suspensions {
        facts.push((
            "clock stood still",
            format!("for {}", time(suspension.lost_ns)),
        ));
    }
    facts.push(("took", time(run.elapsed_ns)));
    facts
}

/// `1,200 writes and 3,400 looks (3,000 objects, 400 pages), 2 failed`.
pub(super) fn requests(requests: &Requests) -> String {
    let (writes, looks) = (count(requests.writes), count(requests.looks()));
    let (single, pages) = (count(requests.single), count(requests.pages));
    let mut text =
        format!("{writes} for writes, {looks} looks ({single} at objects, {pages} pages)");
    if requests.preparation > 0 {
        text = format!("{text}, {} beforehand", count(requests.preparation));
    }
    if requests.failed > 0 {
        text = format!("{text}; {} looks failed", count(requests.failed));
    }
    text
}
