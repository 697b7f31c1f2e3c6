//! The flags of the verbs that write: what they may write into, and what that may cost.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use indicatif::HumanDuration;

use super::output::print;
use super::targeting::parsed;
use crate::config::usd;
use crate::error::{ExitCode, Result};
use crate::report::{dry_run, dry_run_json};
use crate::runner::{self, Settings, Verb};

/// What a verb that writes may write into.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct AcceptFlags {
    /// Write into a pair that bucketpair did not make, below a prefix of the run's own
    /// [BUCKETPAIR_ACCEPT_WRITES]
    #[arg(long)]
    pub(super) accept_writes: bool,
}

impl AcceptFlags {
    /// These flags, and those of `before` where these say nothing.
    pub(super) fn over(self, before: &Self) -> Self {
        Self {
            accept_writes: self.accept_writes || before.accept_writes,
        }
    }

    /// Puts them over the settings that the variables made.
    pub(super) fn apply(&self, settings: &mut Settings) {
        settings.accept_writes |= self.accept_writes;
    }
}

/// What a verb may cost.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct CapFlags {
    /// Send nothing that would make it cost more than this; ends with 3 [BUCKETPAIR_MAX_USD]
    #[arg(long, value_name = "USD")]
    pub(super) max_usd: Option<String>,

    /// Add up in this file what verbs cost, so that --max-usd is a cap for all of them
    /// [BUCKETPAIR_SPENT]
    #[arg(long, value_name = "FILE")]
    pub(super) spent: Option<PathBuf>,
}

impl CapFlags {
    /// These flags, and those of `before` where these say nothing.
    fn over(self, before: Self) -> Self {
        Self {
            max_usd: self.max_usd.or(before.max_usd),
            spent: self.spent.or(before.spent),
        }
    }

    /// Puts them over the settings that the variables made.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::error::Error::Usage) for an amount that makes no sense.
    pub(super) fn apply(self, settings: &mut Settings) -> Result<()> {
        let max_usd = parsed("--max-usd", self.max_usd, "an amount such as 0.50", usd)?;
        settings.max_usd = max_usd.or(settings.max_usd);
        settings.spent = self.spent.or(settings.spent.take());
        Ok(())
    }
}

/// What a verb that writes may cost, and whether it is only asked.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct CostFlags {
    /// Say what would be done, with how many requests and at what cost; call nothing
    #[arg(long)]
    pub(super) dry_run: bool,

    #[command(flatten)]
    pub(super) cap: CapFlags,
}

impl CostFlags {
    /// These flags, and those of `before` where these say nothing.
    pub(super) fn over(self, before: Self) -> Self {
        Self {
            dry_run: self.dry_run || before.dry_run,
            cap: self.cap.over(before.cap),
        }
    }

    /// Puts them over the settings that the variables made. Answers whether nothing is to be done.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::error::Error::Usage) for an amount that makes no sense.
    pub(super) fn apply(self, settings: &mut Settings) -> Result<bool> {
        self.cap.apply(settings)?;
        Ok(self.dry_run)
    }
}

/// Prints what a verb would do, and says whether its cap allows it.
pub(super) async fn look_ahead(settings: &Settings, verb: &Verb, json: bool) -> Result<ExitCode> {
    let seen = Box::pin(runner::dry_run(settings, verb)).await?;
    print(&match json {
        true => dry_run_json(&seen),
        false => dry_run(&seen),
    });
    if let Some(cost) = &seen.cost {
        runner::must_fit(&cost.usual, settings)?;
    }
    Ok(ExitCode::Passed)
}

/// Says on AWS what a verb is going to cost, before the first call.
///
/// # Errors
/// [`Error::Budget`](crate::error::Error::Budget) where the cap does not allow it.
pub(super) async fn say_the_estimate(settings: &Settings, verb: &Verb) -> Result<()> {
    let Some(bill) = Box::pin(runner::estimate(settings, verb)).await? else {
        return Ok(());
    };
    let (usd, dates) = (bill.usd, &bill.prices_of);
    let rest = runner::rest(settings);
    let rest = match rest.is_zero() {
        true => String::new(),
        false => format!(
            "; fresh pairs rest {} before their first write",
            HumanDuration(rest)
        ),
    };
    writeln!(
        std::io::stderr(),
        "estimate: {usd:.4} USD by the list prices of {dates}, with replicas as late as usual; \
         --dry-run shows what it is made of{rest}"
    )
    .ok();
    Ok(())
}
