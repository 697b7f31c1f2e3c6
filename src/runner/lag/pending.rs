//! What a saved measurement has not seen the end of.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::schedule::Intended;
use super::write::watched;
use crate::history::{Event, History, Instant, Operation, OperationKind, Outcome};
use crate::lag::{Measure, Sample};
use crate::probe::{Wanted, Watched};
use crate::workload::Applied;

/// What is still to be looked for: acknowledged writes whose effect nobody has seen, and which nobody
/// has looked for until their deadline.
pub(super) fn pending(
    history: &History,
    samples: &[Sample],
    writes: &[Intended],
    (status, deadline): (bool, Duration),
) -> Vec<Watched> {
    let ended = ended(samples, deadline);
    let (mut invoked, mut pending) = (HashMap::new(), Vec::new());
    for timed in &history.events {
        match &timed.event {
            Event::Invoke { op, operation, .. } => {
                invoked.insert(*op, operation);
            }
            Event::Ok { op, outcome } => {
                let Some(operation) = invoked.remove(op) else {
                    continue;
                };
                let Some(write) = intended(writes, operation) else {
                    continue;
                };
                let tagged = match &operation.kind {
                    OperationKind::Tag { version, .. } => Some(version.clone()),
                    _ => None,
                };
                let applied = applied((*op, operation), outcome, timed.at);
                let things = watched(write, &applied, tagged, status, deadline);
                pending.extend(things.into_iter().flatten());
            }
            _ => {}
        }
    }
    pending.retain(|watched| !ended.contains(&(watched.op, measure(watched))));
    pending
}

/// What is done with: it was seen, or looked for until its deadline.
fn ended(samples: &[Sample], deadline: Duration) -> HashSet<(u32, Measure)> {
    let is_over = |sample: &&Sample| {
        let interval = &sample.interval;
        interval.upper_ns.is_some() || u128::from(interval.lower_ns) >= deadline.as_nanos()
    };
    let over = samples.iter().filter(is_over);
    over.map(|sample| (sample.op, sample.measure)).collect()
}

/// The write of the schedule that an operation carried out; none of what was sent beforehand.
fn intended<'a>(writes: &'a [Intended], operation: &Operation) -> Option<&'a Intended> {
    writes.get(operation.label.parse::<usize>().ok()?)
}

fn applied((op, operation): (u32, &Operation), outcome: &Outcome, at: Instant) -> Applied {
    Applied {
        op,
        side: operation.side,
        key: operation.key.clone(),
        content: operation.kind.content().cloned(),
        outcome: outcome.clone(),
        acknowledged: at,
    }
}

fn measure(watched: &Watched) -> Measure {
    match watched.wanted {
        Wanted::Status => Measure::Status,
        _ => Measure::Visible,
    }
}
