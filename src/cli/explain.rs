//! `bucketpair explain`.

use std::io::Write;

use clap::Args;

use super::args::Format;
use super::output::{ended_as, format, look};
use super::targeting::TargetFlags;
use crate::config::Variables;
use crate::error::{ExitCode, Result};
use crate::explain::{self, Address};
use crate::report::{explanation, explanation_json};
use crate::runner;

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  bucketpair explain s3://my-source/photos/a.jpg --target URL
  bucketpair explain 's3://my-source/photos/a.jpg?versionId=3HL4kq' --target URL --format json

Exit codes:
  0  everything is in place                2  usage: there is no such object
  1  something is not, and will not come   3  it may still come, or could not be seen
     by itself                             5  the endpoint does not answer";

/// Explains why an object is at the destination, or is not. Writes nothing.
///
/// Says which rule matches and why others do not, the status, what is at each destination that a
/// rule names, the likely reason, and the remedy. No --pair is needed: the destinations come from
/// the source's replication configuration.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(super) struct Explain {
    /// The object: s3://bucket/key, or s3://bucket/key?versionId=…
    #[arg(value_name = "OBJECT")]
    pub(super) object: String,

    #[command(flatten)]
    pub(super) target: TargetFlags,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Looks at an object, and prints why it is where it is.
pub(super) async fn explain(arguments: Explain, variables: Variables) -> Result<ExitCode> {
    let format = format(arguments.format, &variables)?;
    let address: Address = arguments.object.parse()?;
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    let opened = runner::open(&settings).await?;
    let looked = Box::pin(explain::read(&opened.target, &address)).await;
    let (facts, left) = opened.closed(looked).await?;
    let explained = explain::explain(&facts);
    let text = match format {
        Format::Terminal => explanation(&explained, look()),
        Format::Json => explanation_json(&explained),
    };
    writeln!(std::io::stdout(), "{text}").ok();
    Ok(ended_as(explained.exit_code(), left))
}
