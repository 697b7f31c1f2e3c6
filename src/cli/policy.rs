//! `bucketpair policy`.

use std::io::Write;

use clap::Args;

use crate::error::{ExitCode, Result};
use crate::policy::Actions;

const POLICY_EXAMPLES: &str = "\
Examples:
  bucketpair policy                            what `run` needs on AWS
  bucketpair policy --replication-role         what the replication role needs
  bucketpair policy --trust                    who may assume that role

Ends with 0; with 2 for a verb that has no policy.";

/// Prints the least-privilege IAM policies: the harness's, or the replication role's.
///
/// Nothing is called. The harness's policy covers buckets whose names begin with bucketpair-.
#[derive(Debug, Args)]
#[command(after_help = POLICY_EXAMPLES)]
pub(super) struct Policy {
    /// The verb that the harness's policy is for
    #[arg(value_name = "VERB", default_value = "run")]
    pub(super) verb: String,

    /// The replication role's permissions instead
    #[arg(long, conflicts_with = "trust")]
    pub(super) replication_role: bool,

    /// The replication role's trust policy instead
    #[arg(long)]
    pub(super) trust: bool,

    /// The ARN of the role that the harness passes to S3
    #[arg(
        long,
        value_name = "ARN",
        default_value = "arn:aws:iam::*:role/bucketpair-*"
    )]
    pub(super) role: String,

    /// The source bucket's name or pattern, for the replication role
    #[arg(long, value_name = "BUCKET", default_value = "bucketpair-*")]
    pub(super) source: String,

    /// The destination bucket's name or pattern, for the replication role
    #[arg(long, value_name = "BUCKET", default_value = "bucketpair-*")]
    pub(super) destination: String,

    /// aws, aws-cn or aws-us-gov
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub(super) partition: String,
}

/// Prints a policy as JSON.
pub(super) fn policy(arguments: &Policy) -> Result<ExitCode> {
    let table = Actions::built_in();
    let partition = arguments.partition.as_str();
    let document = match (arguments.replication_role, arguments.trust) {
        (true, _) => table.of_role(partition, &arguments.source, &arguments.destination),
        (false, true) => Actions::trust(),
        (false, false) => table.of_verb(&arguments.verb, partition, &arguments.role)?,
    };
    // A reader that has gone away is no failure.
    writeln!(std::io::stdout(), "{document:#}").ok();
    Ok(ExitCode::Passed)
}
