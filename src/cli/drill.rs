//! `bucketpair drill`.

use std::time::Duration;

use clap::Args;

use super::args::Format;
use super::caution::{AcceptFlags, CostFlags, look_ahead, say_the_estimate};
use super::ended;
use super::output::{format, look, print};
use super::targeting::TargetFlags;
use crate::config::Variables;
use crate::error::{ExitCode, Result};
use crate::lag::Turn;
use crate::report::terminal;
use crate::runner::{self, Drill, DrillReport, Verb};

const DRILL_EXAMPLES: &str = "\
Examples:
  bucketpair drill                                     on a pair of the embedded S3
  bucketpair drill --target http://127.0.0.1:9000      on one that `bucketpair serve` serves
  bucketpair drill --deny s3:GetObjectVersionAcl       another action

Exit codes:
  0  FAILED appeared as documented, and the pair recovered
  1  it did not, or the pair did not recover
  2  usage, or a pair that is somebody's    3  not seen well enough to say
  5  nothing can be denied there, or the pair is not live
  6  the denial could not be taken back (named)   130  interrupted, and taken back";

/// Proves that an alarm for failed replication is alive.
///
/// Denies one action to the replication role, writes fresh objects until one is FAILED with the
/// reason that S3 documents, gives the action back, and writes fresh objects until one completes.
/// The denial is always taken back: at the end, after an error, on a signal, and by `bucketpair
/// sweep` after a kill. Objects written during it stay FAILED for ever.
#[derive(Debug, Args)]
#[command(after_help = DRILL_EXAMPLES)]
pub(super) struct DrillFlags {
    /// The action to deny to the replication role
    #[arg(long, value_name = "ACTION", default_value = "s3:ReplicateObject")]
    pub(super) deny: String,

    /// Drill a pair that bucketpair did not make, below a prefix of the drill's own
    #[arg(long)]
    pub(super) i_own_this_pair: bool,

    #[command(flatten)]
    pub(super) target: TargetFlags,

    #[command(flatten)]
    pub(super) accept: AcceptFlags,

    #[command(flatten)]
    pub(super) cost: CostFlags,

    /// How to print the report [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Drills a pair, and prints how long each turn took.
pub(super) async fn drill(arguments: DrillFlags, variables: Variables) -> Result<ExitCode> {
    let format = format(arguments.format, &variables)?;
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    arguments.accept.apply(&mut settings);
    let dry_run = arguments.cost.apply(&mut settings)?;
    settings.report = None;
    let drill = Drill::new(arguments.deny).with_own_pair(arguments.i_own_this_pair);
    let verb = Verb::Drill(drill.clone());
    if dry_run {
        return look_ahead(&settings, &verb, format == Format::Json).await;
    }
    say_the_estimate(&settings, &verb).await?;
    let found = Box::pin(runner::drill(settings, drill, ended())).await?;
    match format {
        Format::Json => print(&format!("{:#}", serde_json::json!(found))),
        Format::Terminal => {
            print(&terminal(&found.report, look()));
            print(&for_people(&found));
        }
    }
    Ok(found.report.exit_code())
}

fn for_people(found: &DrillReport) -> String {
    let (denied, restored) = found.written;
    let reasons = match found.reasons.is_empty() {
        true => "no reason told".to_owned(),
        false => format!("reason {}", found.reasons.join(", ")),
    };
    format!(
        "{} denied to {}\n  denied → first FAILED       {:24} {}, {reasons}\n  \
         restored → first COMPLETED  {:24} {}",
        found.denied,
        found.role,
        span(found.to_failed),
        objects(denied),
        span(found.to_completed),
        objects(restored),
    )
}

fn objects(count: u32) -> String {
    match count {
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    }
}

/// An interval, for people.
fn span(turn: Option<Turn>) -> String {
    let shown = |ns: u64| format!("{:.1?}", Duration::from_nanos(ns));
    turn.map_or_else(
        || "never".to_owned(),
        |turn| format!("{} … {}", shown(turn.lower_ns), shown(turn.upper_ns)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_shown_with_both_ends_and_a_missing_one_as_never() {
        let turn = Turn {
            lower_ns: 1_500_000,
            upper_ns: 2_000_000_000,
        };
        assert_eq!(span(Some(turn)), "1.5ms … 2.0s");
        assert_eq!(span(None), "never");
    }
}
