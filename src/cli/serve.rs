//! `bucketpair serve`.

use std::io::Write;

use super::args::Serve;
use super::ended;
use crate::emulator::{
    ACCESS_KEY_ID, Defect, Delay, Emulator, Listen, Listening, SECRET_ACCESS_KEY, Settings,
};
use crate::error::{Error, ExitCode, Result};

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
    Ok(Settings::default()
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
         export AWS_ENDPOINT_URL_S3={source}\n\
         export BUCKETPAIR_ACCESS_KEY_ID={ACCESS_KEY_ID}\n\
         export BUCKETPAIR_SECRET_ACCESS_KEY={SECRET_ACCESS_KEY}\n\
         export BUCKETPAIR_TARGET={target}\n\
         # serving until Ctrl-C"
    )
}
