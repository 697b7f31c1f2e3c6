//! `bucketpair doctor`.

use std::io::Write;

use clap::Args;

use super::args::Format;
use super::output::{ended_as, format, look};
use super::targeting::TargetFlags;
use crate::config::Variables;
use crate::doctor;
use crate::error::{ExitCode, Result};
use crate::report::{diagnosis, diagnosis_json};
use crate::runner::{self, Opened};

const DOCTOR_EXAMPLES: &str = "\
Examples:
  bucketpair doctor --pair my-source,my-replica --target URL
  bucketpair doctor --pair my-source,my-replica --target URL --format json

Exit codes:
  0  nothing would make it fail            2  usage: no pair, or a bucket that is not there
  1  an error: replication fails           3  no error, and something could not be read
  5  the endpoint does not answer

Surprises and notes do not change the exit code.";

/// Says what would make replication of a pair fail or surprise. Writes nothing.
///
/// Reads versioning, encryption, rules, Object Lock, ownership, policies, lifecycle, notifications
/// and logs of both buckets; with the feature grants also the role through IAM and the keys
/// through KMS. What cannot be read is a finding, with the permission that it takes.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub(super) struct Doctor {
    #[command(flatten)]
    pub(super) target: TargetFlags,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Looks at a pair, and prints what it finds.
pub(super) async fn doctor(arguments: Doctor, variables: Variables) -> Result<ExitCode> {
    let format = format(arguments.format, &variables)?;
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    let opened = runner::open(&settings).await?;
    let looked = examine(&opened).await;
    let (facts, left) = opened.closed(looked).await?;
    let findings = doctor::findings(&facts);
    let text = match format {
        Format::Terminal => diagnosis(&facts, &findings, look()),
        Format::Json => diagnosis_json(&facts, &findings),
    };
    writeln!(std::io::stdout(), "{text}").ok();
    Ok(ended_as(doctor::exit_code(&findings), left))
}

async fn examine(opened: &Opened) -> Result<doctor::Facts> {
    let (source, destination) = opened.named_pair()?;
    doctor::read(&opened.target, source, destination).await
}
