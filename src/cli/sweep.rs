//! `bucketpair sweep`.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::Args;

use super::args::Format;
use super::output::format;
use super::targeting::{TargetFlags, parsed};
use crate::config::{Variables, duration};
use crate::error::{Error, ExitCode, Result};
use crate::runner::sweep::{By, Fate, Find, Sweep, Swept, sweep as run};

const SWEEP_EXAMPLES: &str = "\
Examples:
  bucketpair sweep                             what dead runs left anywhere, by the ledgers
  bucketpair sweep --target http://localhost:9000          what would be removed there
  bucketpair sweep --target http://localhost:9000 --yes    removes it
  bucketpair sweep --target aws --account 123456789012 --run ID --yes
                                               a run's things, whatever their age

Ends with 0 when nothing is left, with 6 when something stays (a dry run's findings do), with 5
when the target does not answer.";

/// Removes what killed runs left, and nothing else. A dry run unless --yes.
///
/// By the ledgers of this machine, and by the tags of buckets that are past their expiry and old
/// enough. A bucket goes only when it shows its run's tag; in a pair that is somebody's, only
/// versions below the run's own prefix go. The ledger of a run that lives is left alone.
#[derive(Debug, Args)]
#[command(after_help = SWEEP_EXAMPLES)]
pub(super) struct SweepFlags {
    #[command(flatten)]
    pub(super) target: TargetFlags,

    /// Remove what is found
    #[arg(long)]
    pub(super) yes: bool,

    /// How old a bucket has to be that only its tags give away [default: 24h]
    #[arg(long, value_name = "TIME")]
    pub(super) older_than: Option<String>,

    /// Only what this run made, whatever its age: you say that the run is dead
    #[arg(long, value_name = "ID", conflicts_with = "older_than")]
    pub(super) run: Option<String>,

    /// How to print what was found [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Sweeps, prints what was found, and says whether something is left.
pub(super) async fn sweep(arguments: SweepFlags, variables: Variables) -> Result<ExitCode> {
    let format = format(arguments.format, &variables)?;
    refuse_flags_of_runs(&arguments.target)?;
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    let mut sweep = Sweep::dry();
    sweep.removes = arguments.yes;
    sweep.run = arguments.run;
    let age = arguments.older_than;
    let age = parsed("--older-than", age, "a time such as 24h", duration)?;
    sweep.older_than = age.unwrap_or(sweep.older_than);
    let swept = Box::pin(run(&settings, &sweep)).await?;
    let text = match format {
        Format::Terminal => for_people(&swept),
        Format::Json => for_programs(&swept),
    };
    // A reader that has gone away is no failure of the sweep.
    write!(std::io::stdout(), "{text}").ok();
    Ok(swept.exit_code())
}

fn refuse_flags_of_runs(flags: &TargetFlags) -> Result<()> {
    let given = [
        ("--pair", flags.pair.is_some()),
        ("--seed", flags.seed.is_some()),
        ("--deadline", flags.deadline.is_some()),
        ("--delay", flags.delay.is_some()),
        ("--role", flags.role.is_some()),
        ("--settle", flags.settle.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Error::Usage(format!(
            "{flag} says nothing to a sweep, which goes by ledgers and tags; leave it out"
        ))),
        None => Ok(()),
    }
}

fn for_people(swept: &Swept) -> String {
    let mut text = String::new();
    for find in &swept.finds {
        let by = match find.by {
            By::Ledger => "",
            By::Tag => ", by its tags",
        };
        let (what, word) = (&find.what, word(find));
        let run = match find.run.as_str() {
            "" => String::new(),
            run => format!("  (run {run}{by})"),
        };
        writeln!(text, "{word:14} {what}{run}{}", why(&find.fate)).expect("a String takes it");
    }
    text.push_str(&last_line(swept));
    text
}

fn word(find: &Find) -> &'static str {
    match find.fate {
        Fate::Removed => "removed",
        Fate::WouldGo => "would remove",
        Fate::NotThere => "is not there",
        Fate::Kept { .. } => "is kept",
        Fate::NotYet { .. } => "not yet",
        Fate::Lives => "runs",
        Fate::Elsewhere { .. } => "elsewhere",
        _ => "stays",
    }
}

fn why(fate: &Fate) -> String {
    match fate {
        Fate::Stays { why } => format!("\n{:14} {why}", ""),
        Fate::Kept { until } | Fate::NotYet { until } => format!(" until {until}"),
        Fate::Elsewhere { at } => format!(" at {at}"),
        _ => String::new(),
    }
}

fn last_line(swept: &Swept) -> String {
    let count = |wanted: fn(&Fate) -> bool| {
        let finds = swept.finds.iter();
        finds.filter(|find| wanted(&find.fate)).count()
    };
    let removed = count(|fate| *fate == Fate::Removed);
    let would = count(|fate| *fate == Fate::WouldGo);
    let stays = count(|fate| matches!(fate, Fate::Stays { .. }));
    let elsewhere = count(|fate| matches!(fate, Fate::Elsewhere { .. }));
    match (swept.places.is_empty(), swept.removes) {
        (true, _) if elsewhere == 0 => "the ledgers name nothing that is left\n".to_owned(),
        (true, _) => format!("{elsewhere} left elsewhere; sweep each place with --target\n"),
        (false, true) => format!("{removed} removed, {stays} stay\n"),
        (false, false) if would == 0 => format!("nothing to remove, {stays} stay\n"),
        (false, false) => {
            format!("a dry run: {would} would be removed with --yes, {stays} stay\n")
        }
    }
}

fn for_programs(swept: &Swept) -> String {
    let document = serde_json::json!({
        "bucketpair_sweep": 1,
        "removes": swept.removes,
        "places": swept.places,
        "finds": swept.finds,
    });
    format!("{document:#}\n")
}
