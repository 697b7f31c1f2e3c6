//! The flags, as they are typed.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are printed as help, without markdown"
)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
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
  bucketpair --target http://localhost:9000    any S3 endpoint
  bucketpair serve                             the embedded pair alone, for any S3 client";

const LIST_EXAMPLES: &str = "\
Examples:
  bucketpair list                              all of them
  bucketpair list '*marker*' --format json     some of them, for a program";

const SERVE_EXAMPLES: &str = "\
Examples:
  bucketpair serve --source-port 9001 --destination-port 9002 > pair.env &
  . ./pair.env && bucketpair run               once the file is there: against the served pair
  bucketpair serve --single-endpoint --delay 2s --defect stuck-pending

Ends with 0 on SIGINT and SIGTERM, with 5 when a port is taken.";

const JUDGE_EXAMPLES: &str = "\
Examples:
  bucketpair run --report out/                 writes out/history.jsonl
  bucketpair judge out/history.jsonl           the same verdicts, without a target

Exit codes are those of the run; 2 when the file is no history.";

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
    /// List the scenarios with the rules they prove
    List(List),
    /// Serve the embedded pair alone, for any S3 client
    Serve(Serve),
    /// Judge a saved run again, offline
    Judge(Judge),
}

/// Runs scenarios and judges what was seen.
///
/// Every variable named below may be set instead of its flag; a flag comes first. An unknown
/// BUCKETPAIR_* variable is an error.
#[derive(Debug, Default, PartialEq, Eq, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Run {
    /// Which scenarios, by name or pattern; all where none is given
    #[arg(value_name = "GLOB")]
    pub(super) globs: Vec<String>,

    /// Upload these files and folders instead, and assert every replica
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "globs")]
    pub(super) files: Vec<PathBuf>,

    /// emulator, localstack, aws, a URL, or two (SOURCE,DESTINATION) [BUCKETPAIR_TARGET]
    ///
    /// Keys for a URL come from BUCKETPAIR_ACCESS_KEY_ID and BUCKETPAIR_SECRET_ACCESS_KEY, or
    /// from --profile; never from the ambient AWS configuration.
    #[arg(long, value_name = "TARGET")]
    pub(super) target: Option<String>,

    /// Use a pair that is there, in a prefix of its own; its configuration is not touched
    /// [BUCKETPAIR_PAIR]
    #[arg(long, value_name = "SOURCE,DESTINATION")]
    pub(super) pair: Option<String>,

    /// The source's region [default: ap-northeast-1] [BUCKETPAIR_SOURCE_REGION]
    #[arg(long, value_name = "REGION")]
    pub(super) source_region: Option<String>,

    /// The destination's region [default: us-east-1] [BUCKETPAIR_DESTINATION_REGION]
    #[arg(long, value_name = "REGION")]
    pub(super) destination_region: Option<String>,

    /// A profile of ~/.aws whose keys are used for a URL [BUCKETPAIR_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// A PEM file of certificates to trust besides the system's [BUCKETPAIR_CA_BUNDLE]
    #[arg(long, value_name = "FILE")]
    pub(super) ca_bundle: Option<PathBuf>,

    /// Payloads and the embedded pair's delays come from this [default: 0] [BUCKETPAIR_SEED]
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,

    /// By when a replica has to be there: 250ms, 30s, 15m, 2h [BUCKETPAIR_DEADLINE]
    #[arg(long, value_name = "TIME")]
    pub(super) deadline: Option<String>,

    /// How many scenarios run side by side [BUCKETPAIR_JOBS]
    #[arg(long, value_name = "NUMBER")]
    pub(super) jobs: Option<usize>,

    /// The delay of the embedded pair, or of a LocalStack that is started: 200ms, uniform:5ms..1s, lognormal:25ms,0.5, pareto:5ms,1.5
    /// [BUCKETPAIR_DELAY]
    #[arg(long, value_name = "DELAY")]
    pub(super) delay: Option<String>,

    /// Break the embedded pair on purpose, to see the checks catch it
    #[arg(long, value_name = "NAME")]
    pub(super) defect: Vec<String>,

    /// Leave the buckets where they are, and name them [BUCKETPAIR_KEEP]
    #[arg(long)]
    pub(super) keep: bool,

    /// Write history.jsonl and report.json into this folder [BUCKETPAIR_REPORT]
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,

    /// How to print the report [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

impl Run {
    /// The flags behind the verb, and those before it where the former say nothing.
    pub(super) fn over(self, before: Self) -> Self {
        Self {
            globs: [before.globs, self.globs].concat(),
            files: [before.files, self.files].concat(),
            target: self.target.or(before.target),
            pair: self.pair.or(before.pair),
            source_region: self.source_region.or(before.source_region),
            destination_region: self.destination_region.or(before.destination_region),
            profile: self.profile.or(before.profile),
            ca_bundle: self.ca_bundle.or(before.ca_bundle),
            seed: self.seed.or(before.seed),
            deadline: self.deadline.or(before.deadline),
            jobs: self.jobs.or(before.jobs),
            delay: self.delay.or(before.delay),
            defect: [before.defect, self.defect].concat(),
            keep: self.keep || before.keep,
            report: self.report.or(before.report),
            format: self.format.or(before.format),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table for people
    #[default]
    Terminal,
    /// One JSON document
    Json,
}

/// Lists the scenarios with what each shows and the rules it proves.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct List {
    /// Which scenarios, by name or pattern; all where none is given
    #[arg(value_name = "GLOB")]
    pub(super) globs: Vec<String>,

    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Serves the embedded pair for any S3 client, until SIGINT or SIGTERM.
///
/// Prints its endpoints and the environment lines to export; lines of comment begin with #.
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(super) struct Serve {
    /// The source region's port; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(super) source_port: u16,

    /// The destination region's port; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(super) destination_port: u16,

    /// One endpoint, on the source's port, serves both regions, as LocalStack does
    #[arg(long)]
    pub(super) single_endpoint: bool,

    /// How long a replica takes: 200ms, uniform:5ms..1s, lognormal:25ms,0.5, pareto:5ms,1.5
    #[arg(long, value_name = "DELAY")]
    pub(super) delay: Option<String>,

    /// The seed of the delays
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(super) seed: u64,

    /// Break it on purpose, such as wrong-byte or stuck-pending
    #[arg(long, value_name = "NAME")]
    pub(super) defect: Vec<String>,

    /// The source's region
    #[arg(long, value_name = "REGION", default_value = "ap-northeast-1")]
    pub(super) source_region: String,

    /// The destination's region
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(super) destination_region: String,
}

/// Judges a saved run again, offline.
///
/// The history holds what was done and seen, the rules and what was expected; nothing else is
/// needed. A last line that was cut off, as by a kill, is left out and said so.
#[derive(Debug, Args)]
#[command(after_help = JUDGE_EXAMPLES)]
pub(super) struct Judge {
    /// A history.jsonl that `run --report DIR` wrote
    #[arg(value_name = "HISTORY")]
    pub(super) history: PathBuf,

    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
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
            (run.seed, run.jobs, run.globs),
            (Some(8), Some(2), vec!["tags".to_owned()])
        );
    }

    #[test]
    fn flags_without_a_verb_are_those_of_run() {
        let arguments = Arguments::parse_from(["bucketpair", "--seed", "7", "--keep"]);
        assert!(arguments.verb.is_none());
        assert_eq!((arguments.run.seed, arguments.run.keep), (Some(7), true));
    }
}
