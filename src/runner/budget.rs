//! What a run may cost, and what it did cost.

use super::{Settings, Shared};
use crate::cost::{Bill, Prices, Terms};
use crate::error::{Error, ExitCode};
use crate::report::{RunReport, Stopped};
use crate::scenario::Scenario;
use crate::target::{Stop, remedy};

/// The terms of the bill; the cap, where there is one, holds from now on.
pub(super) fn set(shared: &Shared, settings: &Settings, scenarios: &[Scenario]) -> Terms {
    let terms = terms(settings, scenarios);
    if let Some(usd) = settings.max_usd {
        let meter = &shared.target.meter;
        meter.limit(usd, Prices::built_in(), terms.clone());
    }
    terms
}

/// The terms of scenarios. Of a pair that is there, Replication Time Control is assumed: it is the
/// dearer case.
pub(super) fn terms(settings: &Settings, scenarios: &[Scenario]) -> Terms {
    let copies = scenarios.iter().map(|scenario| scenario.destinations).max();
    let connect = &settings.connect;
    let (here, there) = (&connect.source_region, &connect.destination_region);
    let terms = Terms::new(here, there, copies.unwrap_or(1).max(1));
    match settings.pair {
        Some(_) => terms.with_rtc(),
        None => terms,
    }
}

/// Puts into the report what was asked, and what it costs where it costs something.
pub(super) fn account(shared: &Shared, terms: &Terms, report: &mut RunReport) {
    report.usage = shared.target.meter.usage();
    if !shared.target.costs_nothing {
        report.bill = Some(Bill::new(&Prices::built_in(), &report.usage, terms));
    }
    if report.exit_code() != ExitCode::Passed {
        report.errors.extend(denied(shared));
    }
}

/// A line for each operation that was denied, with the action to grant.
fn denied(shared: &Shared) -> Vec<String> {
    let denied = shared.target.meter.denied().into_iter();
    let line = |(operation, (code, message)): (String, (String, String))| {
        let remedy = remedy(&operation, &code, &message);
        let message = match message.as_str() {
            "" => "forbidden",
            said => said.trim_end_matches('.'),
        };
        format!("{operation}: {code}: {message}{remedy}")
    };
    denied.map(line).collect()
}

/// Says in the report why the run ended before its end.
pub(super) fn tell(why: Stop, max_usd: Option<f64>, report: &mut RunReport) {
    let (stopped, note) = match why {
        Stop::Spent => {
            let usd = max_usd.unwrap_or_default();
            let note = format!(
                "the next request would have passed --max-usd {usd}: what has no verdict was not \
                 finished; allow more, or run fewer scenarios"
            );
            (Stopped::Budget, note)
        }
        Stop::Expired => (Stopped::ExpiredKeys, error(why).to_string()),
    };
    report.stopped = Some(stopped);
    report.errors.push(note);
}

/// Why a scenario has no verdict of its own.
pub(super) fn cut_short(why: Stop) -> &'static str {
    match why {
        Stop::Spent => "cut short: the next request would have passed --max-usd",
        Stop::Expired => "cut short: the keys were no longer valid (ExpiredToken); log in again",
    }
}

/// The same where there is no report yet.
pub(super) fn error(why: Stop) -> Error {
    match why {
        Stop::Spent => Error::Budget(
            "--max-usd was reached before the first scenario began; allow more, or run fewer \
             scenarios"
                .to_owned(),
        ),
        Stop::Expired => Error::Refused {
            actor: "AWS".to_owned(),
            subject: "the session".to_owned(),
            code: "ExpiredToken".to_owned(),
            message: "the keys are no longer valid, and the run ended with what it had measured"
                .to_owned(),
            remedy: "; log in again for longer than the run takes, then remove what stayed with \
                     `bucketpair sweep`"
                .to_owned(),
        },
    }
}
