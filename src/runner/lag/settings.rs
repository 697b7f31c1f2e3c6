//! What a measurement is asked to do.

use std::time::Duration;

use super::schedule::{prepared, requests, schedule};
use crate::check::Obstacles;
use crate::check::reference::{Fate, fates};
use crate::error::{Error, Result};
use crate::history::{Operation, OperationKind, Plan, Side};
use crate::lag::{Asked, Measure, OperationShare, OperationType, Setup, SizeShare, Slo};
use crate::replication::Capability;
use crate::target::Target;

/// How long a measurement writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// So many writes.
    Count(u64),
    /// For so long.
    For(Duration),
}

/// What a measurement is asked to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LagSettings {
    /// Writes a second.
    pub rate: f64,
    /// How long it writes.
    pub length: Length,
    /// The sizes of the objects.
    pub sizes: Vec<SizeShare>,
    /// The operations.
    pub operations: Vec<OperationShare>,
    /// Over how many key prefixes the objects are spread.
    pub prefixes: u32,
    /// Whether the source's status is looked at too.
    pub status: bool,
    /// No more requests are sent in any second.
    pub max_requests_per_second: Option<u64>,
    /// No more requests are sent in all, those that make and remove buckets left out.
    pub request_budget: Option<u64>,
    /// Whether nobody looks: `observe` does, later.
    pub write_only: bool,
    /// The objective that the lag is held against.
    pub slo: Option<Slo>,
}

impl Default for LagSettings {
    /// Ten writes of 1 KiB a second for ten seconds.
    fn default() -> Self {
        Self {
            rate: 10.0,
            length: Length::Count(100),
            sizes: vec![SizeShare {
                bytes: 1024,
                weight: 1,
            }],
            operations: vec![OperationShare {
                operation: OperationType::Put,
                weight: 1,
            }],
            prefixes: 1,
            status: false,
            max_requests_per_second: None,
            request_budget: None,
            write_only: false,
            slo: None,
        }
    }
}

impl LagSettings {
    /// How many writes it makes.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self.length {
            Length::Count(count) => count,
            Length::For(time) => (time.as_secs_f64() * self.rate).ceil() as u64,
        }
    }

    pub(super) fn measures(&self) -> Vec<Measure> {
        match self.status {
            true => vec![Measure::Visible, Measure::Status],
            false => vec![Measure::Visible],
        }
    }

    /// What is asked of the samples.
    pub(super) fn question(&self) -> Asked {
        Asked::default().with_slo(self.slo.unwrap_or_default())
    }

    /// Refuses what makes no sense on any target. The schedule depends on the seed.
    pub(crate) fn check(&self, seed: u64) -> Result<()> {
        let refused = |why: String| Err(Error::Usage(why));
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return refused(format!(
                "--rate {} makes no sense; write a number above 0",
                self.rate
            ));
        }
        if self.count() == 0 || self.prefixes == 0 {
            return refused(
                "nothing would be written; raise --count, --duration or --prefixes".into(),
            );
        }
        let writes = schedule(self, seed);
        let requests = requests(&writes);
        let a_second = self.rate * requests as f64 / writes.len() as f64;
        if let Some(most) = self
            .max_requests_per_second
            .filter(|most| *most as f64 <= a_second)
        {
            return refused(format!(
                "--max-requests-per-second {most} leaves nothing for looks at --rate {}, whose writes are {a_second:.1} requests a second; raise it, or lower the rate",
                self.rate
            ));
        }
        let needed = requests + prepared(&writes);
        if let Some(budget) = self.request_budget.filter(|budget| *budget <= needed) {
            return refused(format!(
                "--request-budget {budget} leaves nothing for looks at {} writes, which take {needed} requests; raise it, or write less",
                self.count()
            ));
        }
        Ok(())
    }

    /// Refuses what the target, or the rules of the pair, do not offer.
    pub(super) fn offered(&self, target: &Target, plan: &Plan) -> Result<()> {
        let has = |wanted| {
            self.operations
                .iter()
                .any(|share| share.operation == wanted)
        };
        let refused = |what: &str, why: &str| {
            let name = &target.name;
            Err(Error::Usage(format!(
                "--operations {what}: {name} {why}; leave it out"
            )))
        };
        if has(OperationType::TagChange) && !target.offers(Capability::TagChanges) {
            return refused("tag-change", "does not offer it");
        }
        if has(OperationType::DeleteMarker) && !markers_travel(plan) {
            return refused(
                "delete-marker",
                "has no rule that replicates delete markers",
            );
        }
        Ok(())
    }

    /// Refuses to leave to later what ends with this process.
    pub(super) fn outlives(&self, target: &Target) -> Result<()> {
        if !self.write_only || target.outlives_process {
            return Ok(());
        }
        let name = &target.name;
        Err(Error::Usage(format!(
            "--write-only: {name} ends with this process, and nobody could observe it later; name \
             another --target"
        )))
    }

    /// What a saved setup was asked to do.
    pub(super) fn of(setup: &Setup) -> Self {
        Self {
            rate: setup.rate,
            length: Length::Count(setup.count),
            sizes: setup.sizes.clone(),
            operations: setup.operations.clone(),
            prefixes: setup.prefixes,
            status: setup.measures.contains(&Measure::Status),
            max_requests_per_second: setup.max_requests_per_second,
            request_budget: setup.request_budget,
            write_only: false,
            slo: setup.slo,
        }
    }

    pub(super) fn setup(&self, count: u64, deadline: Duration) -> Setup {
        Setup {
            rate: self.rate,
            count,
            sizes: self.sizes.clone(),
            operations: self.operations.clone(),
            prefixes: self.prefixes,
            measures: self.measures(),
            deadline_ns: deadline.as_nanos() as u64,
            max_requests_per_second: self.max_requests_per_second,
            request_budget: self.request_budget,
            write_only: self.write_only,
            slo: self.slo,
        }
    }
}

fn markers_travel(plan: &Plan) -> bool {
    let operation = Operation {
        label: String::new(),
        side: Side::Source,
        key: format!("{}lag-000/marker", plan.prefix),
        kind: OperationKind::Delete,
    };
    let fates = fates(plan, &plan.rules, &Obstacles::default(), &operation);
    fates.get(&Side::Destination(0)) == Some(&Fate::Marker)
}
