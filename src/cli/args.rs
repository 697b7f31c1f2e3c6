//! The flags, as they are typed.
use clap::{Parser, Subcommand, ValueEnum};

use super::{
    check::CheckFiles, compare::CompareFlags, conformance::Conformance, doctor::Doctor,
    drill::DrillFlags, explain::Explain, judge::Judge, lag::Lag, list::List, merge::Merge,
    observe::ObserveFlags, policy::Policy, run::Run, selftest::SelfTestFlags, serve::Serve,
    sweep::SweepFlags, trend::TrendFlags,
};

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  all passed                     4  nothing ran
  1  a check failed                 5  preflight or set-up failed
  2  usage, refused configuration   6  resources were left behind (named)
  3  inconclusive                  70  internal error, report not writable
                                  130  interrupted

Examples:
  bucketpair                                   the whole catalogue on the embedded pair
  bucketpair run 'delete-marker-*'             some of it
  bucketpair run --files photos/               your files; every replica is asserted
  bucketpair run --objects 10000               so many at once; not one may be lost
  bucketpair --target http://localhost:9000    any S3 endpoint
  bucketpair serve                             the embedded pair alone, for any S3 client";

/// Proves that a pair of S3 buckets replicates, rule by rule, and measures how late.
///
/// Without a verb it runs the catalogue: each scenario gets a bucket pair of its own, writes into
/// the source, watches the replicas arrive, and judges what it saw. The default target is an S3
/// pair embedded in this process: no Docker, no account.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES, subcommand_precedence_over_arg = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    #[command(flatten)]
    pub(super) run: Run,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Run scenarios, or upload your own files, and judge the replicas
    Run(Box<Run>),
    /// Assert that files you copied with any tool have replicas
    Check(Box<CheckFiles>),
    /// Say what would make replication of a pair fail or surprise
    Doctor(Box<Doctor>),
    /// Explain why an object is at the destination, or is not
    Explain(Box<Explain>),
    /// Make the pair by two CloudFormation stacks, show them, remove them
    #[cfg(feature = "stacks")]
    Stack(Box<super::stack::Stack>),
    /// Print the least-privilege IAM policies for AWS
    Policy(Policy),
    /// Measure how late replicas are, with the error stated
    Lag(Box<Lag>),
    /// Go on to look for what `lag --write-only` wrote, later or elsewhere
    Observe(Box<ObserveFlags>),
    /// List the scenarios with the rules they prove
    List(List),
    /// Prove that an alarm is alive: deny an action, see FAILED, restore, see COMPLETED
    Drill(Box<DrillFlags>),
    /// Prove that the checks can fail: break the embedded pair on purpose
    Selftest(SelfTestFlags),
    /// Serve the embedded pair alone, for any S3 client
    Serve(Serve),
    /// Judge a saved run again, offline
    Judge(Judge),
    /// Print a table of rules and servers from the reports of surveys
    Conformance(Conformance),
    /// Remove what killed runs left, and nothing else
    Sweep(Box<SweepFlags>),
    /// Compare the lag of two runs: what is slower, by how much, how sure
    Compare(CompareFlags),
    /// Join the measurements of several machines or nights without loss
    Merge(Merge),
    /// Show a history of measurements and where it changed
    Trend(TrendFlags),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table for people
    #[default]
    Terminal,
    /// One JSON document
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_before_the_verb_count_and_those_behind_it_come_first() {
        let line = [
            "bucketpair",
            "--seed",
            "7",
            "--jobs",
            "2",
            "run",
            "tags",
            "--seed",
            "8",
        ];
        let arguments = Arguments::parse_from(line);
        let Some(Verb::Run(run)) = arguments.verb else {
            panic!("no verb")
        };
        let run = run.over(arguments.run);
        assert_eq!(
            (run.target.seed, run.jobs, run.globs),
            (Some(8), Some(2), vec!["tags".to_owned()])
        );
    }

    #[test]
    fn flags_without_a_verb_are_those_of_run() {
        let arguments = Arguments::parse_from(["bucketpair", "--seed", "7", "--keep"]);
        assert!(arguments.verb.is_none());
        assert_eq!(
            (arguments.run.target.seed, arguments.run.keep),
            (Some(7), true)
        );
    }
}
