//! What a verb may cost, and what it did cost.

use super::spent::Share;
use super::{Settings, Shared};
use crate::cost::{Bill, Prices, Terms, Usage};
use crate::error::{Error, ExitCode, Result};
use crate::report::lag::LagReport;
use crate::report::{RunReport, Stopped};
use crate::scenario::Scenario;
use crate::target::{Meter, Stop, Target, remedy};

/// The terms of a bill and its cap. Where several verbs share a cap, what this one cost is written
/// down when this is dropped; a process that is killed drops nothing.
#[derive(Debug)]
pub(super) struct Purse {
    terms: Terms,
    meter: Meter,
    cap: Option<f64>,
    share: Option<Share>,
}

impl Purse {
    /// The cap, where there is one, holds from now on.
    ///
    /// # Errors
    /// [`Error::Budget`] where nothing is left of it, [`Error::Usage`] for `--spent` without a cap.
    pub(super) fn open(
        shared: &Shared,
        settings: &Settings,
        scenarios: &[Scenario],
    ) -> Result<Self> {
        let share = match (&settings.spent, settings.max_usd) {
            (Some(path), Some(cap)) => Some(Share::reserve(path, &shared.run, cap)?),
            (Some(path), None) => return Err(no_cap(path)),
            (None, _) => None,
        };
        let cap = share.as_ref().map(|share| share.usd).or(settings.max_usd);
        let (terms, meter) = (terms(settings, scenarios), shared.target.meter.clone());
        if let Some(usd) = cap {
            meter.limit(usd, Prices::built_in(), terms.clone());
        }
        Ok(Self {
            terms,
            meter,
            cap,
            share,
        })
    }

    /// What was asked so far, by the prices.
    pub(super) fn bill(&self) -> Bill {
        Bill::new(&Prices::built_in(), &self.meter.usage(), &self.terms)
    }

    /// Puts into the report what was asked, and what it costs where it costs something.
    pub(super) fn account(&self, target: &Target, report: &mut RunReport) {
        (report.usage, report.bill) = self.asked(target);
        if report.exit_code() != ExitCode::Passed {
            report.errors.extend(denied(target));
        }
    }

    /// The same for a measurement.
    pub(super) fn account_lag(&self, target: &Target, report: &mut LagReport) {
        (report.ended.usage, report.ended.bill) = self.asked(target);
        if report.exit_code() != ExitCode::Passed {
            report.ended.errors.extend(denied(target));
        }
    }

    fn asked(&self, target: &Target) -> (Usage, Option<Bill>) {
        let bill = || self.bill();
        (self.meter.usage(), (!target.costs_nothing).then(bill))
    }

    /// Says in the report why it ended before its end.
    pub(super) fn tell(&self, why: Stop, report: &mut RunReport) {
        report.stopped = Some(stopped(why));
        report.errors.push(self.error(why).to_string());
    }

    /// The same where there is no report yet.
    pub(super) fn error(&self, why: Stop) -> Error {
        match (why, self.cap, &self.share) {
            (Stop::Spent, Some(usd), None) => Error::Budget(spent(&format!("--max-usd {usd}"))),
            (Stop::Spent, Some(usd), Some(_)) => {
                let left = format!("the {usd:.4} USD that were left of --max-usd");
                Error::Budget(spent(&left))
            }
            _ => error(why),
        }
    }
}

impl Drop for Purse {
    fn drop(&mut self) {
        let Some(share) = &self.share else { return };
        if let Err(error) = share.settle(self.bill().usd) {
            tracing::warn!(%error, "what was spent is not written down");
        }
    }
}

fn no_cap(path: &std::path::Path) -> Error {
    Error::Usage(format!(
        "--spent {} adds up what verbs cost below one cap; give the cap with --max-usd",
        path.display()
    ))
}

/// The terms of scenarios. Of a pair that is there, Replication Time Control is assumed: it is the
/// dearer case.
pub(super) fn terms(settings: &Settings, scenarios: &[Scenario]) -> Terms {
    let copies = scenarios.iter().map(|scenario| scenario.destinations).max();
    let connect = &settings.connect;
    let (here, there) = (&connect.source_region, &connect.destination_region);
    let terms = Terms::new(here, there, copies.unwrap_or(1).max(1));
    match settings.names_a_pair() {
        true => terms.with_rtc(),
        false => terms,
    }
}

/// A line for each operation that was denied, with the action to grant.
fn denied(target: &Target) -> Vec<String> {
    let denied = target.meter.denied().into_iter();
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

/// What a report calls it.
pub(super) fn stopped(why: Stop) -> Stopped {
    match why {
        Stop::Spent => Stopped::Budget,
        Stop::Expired => Stopped::ExpiredKeys,
    }
}

/// Says in the report of a verb without a cap why it ended before its end.
pub(super) fn tell(why: Stop, report: &mut RunReport) {
    report.stopped = Some(stopped(why));
    report.errors.push(error(why).to_string());
}

/// Why a scenario has no verdict of its own.
pub(super) fn cut_short(why: Stop) -> &'static str {
    match why {
        Stop::Spent => "cut short: the next request would have passed --max-usd",
        Stop::Expired => "cut short: the keys were no longer valid (ExpiredToken); log in again",
    }
}

/// The same where there is no report.
pub(super) fn error(why: Stop) -> Error {
    match why {
        Stop::Spent => Error::Budget(spent("--max-usd")),
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

fn spent(of: &str) -> String {
    format!(
        "the next request would have passed {of}: what has no verdict was not finished; allow more, \
         or do less"
    )
}
