//! `bucketpair serve`.

use std::io::Write;

use clap::Args;

use super::ended;
use crate::emulator::{
    ACCESS_KEY_ID, Defect, Delay, Emulator, Listen, Listening, SECRET_ACCESS_KEY, Settings, Unsure,
};
use crate::error::{Error, ExitCode, Result};

const SERVE_EXAMPLES: &str = "\
Examples:
  bucketpair serve --source-port 9001 --destination-port 9002 > pair.env &
  . ./pair.env && bucketpair run               once the file is there: against the served pair
  bucketpair serve --single-endpoint --delay 2s --defect stuck-pending

Ends with 0 on SIGINT and SIGTERM, with 5 when a port is taken.";

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

    /// How long a replica takes: 200ms, uniform:5ms..1s, lognormal:25ms,0.5, pareto:5ms,1.5, exponential:25ms, bimodal:25ms,2s,0.1
    #[arg(long, value_name = "DELAY")]
    pub(super) delay: Option<String>,

    /// The seed of the delays
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(super) seed: u64,

    /// Break it on purpose, such as wrong-byte or stuck-pending
    #[arg(long, value_name = "NAME")]
    pub(super) defect: Vec<String>,

    /// What it does where AWS leaves something open, such as failed=with-the-last
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) unsure: Vec<String>,

    /// The source's region
    #[arg(long, value_name = "REGION", default_value = "ap-northeast-1")]
    pub(super) source_region: String,

    /// The destination's region
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(super) destination_region: String,
}

/// Serves the embedded pair until the process is asked to end.
pub(super) async fn serve(arguments: Serve) -> Result<ExitCode> {
    let settings = settings(&arguments)?;
    let listen = Listen::default()
        .with_ports(arguments.source_port, arguments.destination_port)
        .with_single_endpoint(arguments.single_endpoint);
    let listening = Emulator::new(settings).listen(listen).await;
    let listening = listening.map_err(|error| Error::Deadline(error.to_string()))?;
    // Before the endpoints are named: whoever reads them may send the signal at once.
    let ended = ended();
    // Whoever reads this may go away: that does not end the service.
    writeln!(std::io::stdout(), "{}", environment(&listening, &arguments)).ok();
    ended.await;
    listening.shutdown().await;
    Ok(ExitCode::Passed)
}

fn settings(arguments: &Serve) -> Result<Settings> {
    let mut defects: Vec<Defect> = Vec::new();
    for name in &arguments.defect {
        defects.push(name.parse().map_err(Error::Usage)?);
    }
    let delay = match &arguments.delay {
        Some(delay) => delay.parse::<Delay>().map_err(Error::Usage)?,
        None => Delay::default(),
    };
    let mut unsure = Unsure::default();
    for setting in &arguments.unsure {
        unsure.set(setting).map_err(Error::Usage)?;
    }
    Ok(Settings::default()
        .with_unsure(unsure)
        .with_source_region(&arguments.source_region)
        .with_destination_region(&arguments.destination_region)
        .with_seed(arguments.seed)
        .with_delay(delay)
        .with_defects(defects))
}

/// The lines to export. What a shell must not run is a comment.
fn environment(listening: &Listening, arguments: &Serve) -> String {
    let (source, destination) = (&listening.source, &listening.destination);
    let (here, there) = (&arguments.source_region, &arguments.destination_region);
    let target = match arguments.single_endpoint {
        true => source.clone(),
        false => format!("{source},{destination}"),
    };
    format!(
        "# source       {here:16} {source}\n\
         # destination  {there:16} {destination}\n\
         export AWS_ACCESS_KEY_ID={ACCESS_KEY_ID}\n\
         export AWS_SECRET_ACCESS_KEY={SECRET_ACCESS_KEY}\n\
         export AWS_REGION={here}\n\
         export AWS_DEFAULT_REGION={here}\n\
         export AWS_ENDPOINT_URL_S3={source}\n\
         export BUCKETPAIR_ACCESS_KEY_ID={ACCESS_KEY_ID}\n\
         export BUCKETPAIR_SECRET_ACCESS_KEY={SECRET_ACCESS_KEY}\n\
         export BUCKETPAIR_TARGET={target}\n\
         # serving until Ctrl-C"
    )
}
