//! `bucketpair stack`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::args::Format;
use super::ended;
use super::output::format;
use super::targeting::TargetFlags;
use crate::config::Variables;
use crate::error::{Error, ExitCode, Result};
use crate::runner::stack::{self, Blueprint, OnFailure, Request};
use crate::runner::{Settings, dry_run_of_stacks};

mod shown;

use shown::Shown;

/// The name that the article gives both stacks.
const NAME: &str = "s3-replication";

const STACK_EXAMPLES: &str = "\
Examples:
  LOCALSTACK_ENDPOINT=http://localhost:4566 bucketpair stack up --target localstack
  bucketpair stack up archive --target aws --parameter Environment=prod \\
      --source-parameter BucketName=my-archive --destination-parameter BucketName=my-replica
  bucketpair stack status archive --target aws
  bucketpair run --stack archive --accept-writes --target aws
  bucketpair stack down archive --target aws --delete-data";

/// Makes the pair by two CloudFormation stacks, one in each region; shows and removes them.
#[derive(Debug, Args)]
#[command(after_help = STACK_EXAMPLES)]
pub(super) struct Stack {
    #[command(subcommand)]
    verb: StackVerb,
}

#[derive(Debug, Subcommand)]
enum StackVerb {
    /// Make both stacks, or bring them up to date, and see canaries arrive
    Up(Box<Up>),
    /// Show both stacks as they stand
    Status(Status),
    /// Remove both stacks, the source's first; the buckets stay unless --delete-data says otherwise
    Down(Down),
}

const UP_CODES: &str = "\
Exit codes:
  0  both stacks are complete, and canaries arrived
  2  usage, a stack that can only be removed, a refused account
  5  CloudFormation refused, a resource failed, or no canary arrived
130  interrupted; CloudFormation goes on with what it has begun";

/// Makes both stacks: the destination's, then the source's with the destination's outputs.
///
/// Stacks that are there are brought up to date; parameters that are not given stay as they are.
/// Events are shown as they come, and of a failure the first resource with its reason.
#[derive(Debug, Args)]
#[command(after_help = UP_CODES)]
struct Up {
    /// The name of both stacks
    #[arg(value_name = "NAME", default_value = NAME)]
    name: String,

    #[command(flatten)]
    target: TargetFlags,

    /// A parameter of whichever template has it
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    parameter: Vec<(String, String)>,

    /// A parameter of the source's template alone
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    source_parameter: Vec<(String, String)>,

    /// A parameter of the destination's template alone
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    destination_parameter: Vec<(String, String)>,

    /// A template of your own for the source, with an output SourceBucketName
    #[arg(long, value_name = "FILE")]
    source_template: Option<PathBuf>,

    /// A template of your own for the destination, with an output DestinationBucketName
    #[arg(long, value_name = "FILE")]
    destination_template: Option<PathBuf>,

    /// A tag of both stacks, which CloudFormation puts on every resource
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    tag: Vec<(String, String)>,

    /// A capability that your own template requires beside CAPABILITY_NAMED_IAM
    #[arg(long, value_name = "NAME")]
    capability: Vec<String>,

    /// Say what would be made; call nothing
    #[arg(long)]
    dry_run: bool,

    /// What becomes of a stack that fails
    #[arg(long, value_enum, default_value_t)]
    on_failure: Failing,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// What becomes of a stack that fails, as it is typed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Failing {
    /// What was made is removed again, what was changed is changed back
    #[default]
    Rollback,
    /// It stays as it is, to be looked at
    Keep,
}

const STATUS_CODES: &str = "\
Exit codes:
  0  both stacks are complete              3  CloudFormation is at work on one
  2  usage                                 5  one is not there, failed, or was changed back";

/// Shows both stacks as they stand, with their outputs. Changes nothing.
#[derive(Debug, Args)]
#[command(after_help = STATUS_CODES)]
struct Status {
    /// The name of both stacks
    #[arg(value_name = "NAME", default_value = NAME)]
    name: String,

    #[command(flatten)]
    target: TargetFlags,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const DOWN_CODES: &str = "\
Exit codes:
  0  both stacks are gone                  5  CloudFormation refused, or a resource failed
  2  usage, a refused account              6  data was to be deleted, and something stayed (named)
  4  no stack of this name was there     130  interrupted; CloudFormation goes on

The templates retain buckets and keys: without --delete-data no object is deleted. With it the
buckets go whose tag says that these stacks made them, also those of stacks removed before.";

/// Removes both stacks, the source's first.
#[derive(Debug, Args)]
#[command(after_help = DOWN_CODES)]
struct Down {
    /// The name of both stacks
    #[arg(value_name = "NAME", default_value = NAME)]
    name: String,

    #[command(flatten)]
    target: TargetFlags,

    /// Empty and delete the buckets too, with every version in them
    #[arg(long)]
    delete_data: bool,

    /// Say what would be removed; call nothing
    #[arg(long)]
    dry_run: bool,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Makes, shows or removes the stacks.
pub(super) async fn stack(arguments: Stack, variables: Variables) -> Result<ExitCode> {
    match arguments.verb {
        StackVerb::Up(arguments) => Box::pin(up(*arguments, &variables)).await,
        StackVerb::Status(arguments) => Box::pin(status(arguments, &variables)).await,
        StackVerb::Down(arguments) => Box::pin(down(arguments, &variables)).await,
    }
}

async fn up(arguments: Up, variables: &Variables) -> Result<ExitCode> {
    let shown = Shown(format(arguments.format, variables)?);
    let request = request(&arguments)?;
    let settings = settings(arguments.target, variables)?;
    if arguments.dry_run {
        let seen = Box::pin(dry_run_of_stacks::up(&settings, &request)).await?;
        return Ok(shown.dry_run(&seen));
    }
    let on_progress = |progress: &stack::Progress<'_>| shown.progress(progress);
    let (raised, took) = stack::up(&settings, request, on_progress, ended()).await?;
    shown.raised(&raised, took);
    Ok(ExitCode::Passed)
}

fn request(arguments: &Up) -> Result<Request> {
    let mut request = Request::new(&arguments.name)?;
    own(&mut request.source, arguments.source_template.as_deref())?;
    own(
        &mut request.destination,
        arguments.destination_template.as_deref(),
    )?;
    request
        .source
        .parameters
        .clone_from(&arguments.source_parameter);
    let own_parameters = &arguments.destination_parameter;
    request.destination.parameters.clone_from(own_parameters);
    request.parameters.clone_from(&arguments.parameter);
    request.tags.clone_from(&arguments.tag);
    request.capabilities.clone_from(&arguments.capability);
    request.on_failure = match arguments.on_failure {
        Failing::Rollback => OnFailure::Rollback,
        Failing::Keep => OnFailure::Keep,
    };
    Ok(request)
}

fn own(blueprint: &mut Blueprint, file: Option<&Path>) -> Result<()> {
    if let Some(file) = file {
        blueprint.template = read(file)?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        Error::Usage(format!(
            "cannot read the template {file}: {error}; check the path"
        ))
    })
}

async fn status(arguments: Status, variables: &Variables) -> Result<ExitCode> {
    let shown = Shown(format(arguments.format, variables)?);
    let name = &arguments.name;
    let settings = settings(arguments.target, variables)?;
    let stacks = stack::status(&settings, name).await?;
    shown.status(name, &settings.connect, &stacks);
    Ok(shown::exit_code(&stacks))
}

async fn down(arguments: Down, variables: &Variables) -> Result<ExitCode> {
    let shown = Shown(format(arguments.format, variables)?);
    let (name, delete_data) = (&arguments.name, arguments.delete_data);
    let settings = settings(arguments.target, variables)?;
    if arguments.dry_run {
        let seen = Box::pin(dry_run_of_stacks::down(&settings, name, delete_data)).await?;
        return Ok(shown.dry_run(&seen));
    }
    let on_progress = |progress: &stack::Progress<'_>| shown.progress(progress);
    let removal = stack::down(&settings, name, delete_data, on_progress, ended());
    let (removed, left) = removal.await?;
    shown.removed(name, &removed, delete_data, &left);
    Ok(match (left.is_empty(), removed.stacks.is_empty()) {
        (false, _) => ExitCode::LeftBehind,
        (true, true) if !delete_data || removed.retained.is_empty() => ExitCode::NothingRan,
        (true, _) => ExitCode::Passed,
    })
}

/// The stacks name the pair: neither flag has anything to say here.
fn settings(flags: TargetFlags, variables: &Variables) -> Result<Settings> {
    if let Some(flag) = flags.pair_flag() {
        return Err(Error::Usage(format!(
            "{flag} names a pair that is there, and `bucketpair stack` takes the name of its \
             stacks; write it behind the verb"
        )));
    }
    let mut settings = variables.settings_below(flags.target.as_deref())?;
    flags.apply(&mut settings)?;
    Ok(settings)
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".to_owned()),
    }
}

fn say(line: &str) {
    // A reader that has gone away is no failure.
    writeln!(std::io::stdout(), "{line}").ok();
}
