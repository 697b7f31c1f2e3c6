//! A stack as it stands, and the pair that two of them make.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types;

use super::cloudformation::Place;
use super::{bucket_output, checked_name};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::target::Target;

/// A stack as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its ID, an ARN.
    pub id: String,
    /// Its status, as `CREATE_COMPLETE`.
    pub status: String,
    /// Why; empty where nothing is said.
    pub reason: String,
    /// Its parameters, by name.
    pub parameters: BTreeMap<String, String>,
    /// Its outputs, by name.
    pub outputs: BTreeMap<String, String>,
}

/// What can be done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is whole, and can be brought up to date.
    Whole,
    /// It did not become what the last update meant, and can be brought up to date.
    Behind,
    /// CloudFormation is at work on it.
    Changing,
    /// It can only be removed.
    Dead,
}

impl Stack {
    pub(super) fn read(stack: &types::Stack, place: &Place) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let pair = |key: Option<&str>, value: Option<&str>| (text(key), text(value));
        let parameters = stack.parameters().iter();
        let outputs = stack.outputs().iter();
        Self {
            name: text(stack.stack_name()),
            region: place.region.clone(),
            id: text(stack.stack_id()),
            status: text(stack.stack_status().map(types::StackStatus::as_str)),
            reason: text(stack.stack_status_reason()),
            parameters: parameters
                .map(|one| pair(one.parameter_key(), one.parameter_value()))
                .collect(),
            outputs: outputs
                .map(|one| pair(one.output_key(), one.output_value()))
                .collect(),
        }
    }

    /// What its status says.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.status.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Standing::Whole,
            "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" | "UPDATE_FAILED" => {
                Standing::Behind
            }
            status if status.ends_with("_IN_PROGRESS") => Standing::Changing,
            _ => Standing::Dead,
        }
    }

    /// The bucket that it makes on this side.
    pub(super) fn bucket(&self, side: Side) -> Result<String> {
        let output = bucket_output(side);
        let named = self.outputs.get(output).filter(|name| !name.is_empty());
        named.cloned().ok_or_else(|| {
            let (name, region, status) = (&self.name, &self.region, &self.status);
            Error::Usage(format!(
                "the stack {name} in {region} ({status}) has no output {output}, so that nobody \
                 knows its bucket; is it a pair's, and complete?"
            ))
        })
    }
}

/// The stacks of this name as they stand: the source's, the destination's.
///
/// # Errors
/// [`Error::Usage`] for a name that no stack can have, and whatever CloudFormation refuses.
pub async fn status(target: &Target, name: &str) -> Result<(Option<Stack>, Option<Stack>)> {
    let name = checked_name(name)?;
    let (source, destination) = places(target, name)?;
    tokio::try_join!(source.find(), destination.find())
}

/// The buckets of the pair that the stacks of this name make: source, destination.
///
/// # Errors
/// [`Error::Usage`] when one of the stacks is not there, or has no output that names its bucket.
pub async fn pair(target: &Target, name: &str) -> Result<(String, String)> {
    let (source, destination) = status(target, name).await?;
    let there = |stack: Option<Stack>, region: &str, flag: &str| {
        stack.ok_or_else(|| {
            Error::Usage(format!(
                "there is no stack {name} in {region}; is its name right, and {flag}?"
            ))
        })
    };
    let source = there(source, &target.source.region, "--source-region")?;
    let region = &target.destination.region;
    let destination = there(destination, region, "--destination-region")?;
    Ok((
        source.bucket(Side::Source)?,
        destination.bucket(Side::Destination(0))?,
    ))
}

/// Where both stacks are: the source's, the destination's.
pub(super) fn places(target: &Target, name: &str) -> Result<(Place, Place)> {
    let (here, there) = (&target.source, &target.destination);
    let same_account = here.identity == there.identity;
    if here.region == there.region && here.url == there.url && same_account {
        return Err(Error::Usage(format!(
            "both stacks would be called {name} in {}; give --source-region and \
             --destination-region two regions",
            here.region
        )));
    }
    Ok((
        Place::of(target, Side::Source, name),
        Place::of(target, Side::Destination(0), name),
    ))
}
