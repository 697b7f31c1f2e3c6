//! Both stacks, one after the other.

use super::deploy::{deploy, may_deploy};
use super::follow::OnEvent;
use super::parameters::{Declared, from_the_destination, from_the_source};
use super::stack::places;
use super::{Request, Stack};
use crate::error::Result;
use crate::history::Side;
use crate::target::Target;

/// What became of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was made.
    Created,
    /// It was brought up to date.
    Updated,
    /// It was up to date.
    Unchanged,
}

/// Both stacks, as they stand now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Raised {
    /// The source's stack, and what became of it.
    pub source: (Stack, Change),
    /// The destination's stack, and what became of it.
    pub destination: (Stack, Change),
    /// The buckets: source, destination.
    pub pair: (String, String),
}

/// Makes both stacks, or brings them up to date: the destination's, then the source's with the
/// destination's outputs. `on_event` is called as CloudFormation works. What can be refused without
/// a change is refused before the first one.
///
/// # Errors
/// [`Error::Usage`](crate::error::Error::Usage) for a stack that cannot be brought up to date, and
/// for a parameter that no template has; what CloudFormation refuses; the first resource that
/// failed, with its reason.
pub async fn up(target: &Target, request: &Request, on_event: OnEvent<'_>) -> Result<Raised> {
    let (source, destination) = places(target, &request.name)?;
    let (here, there) = tokio::try_join!(source.find(), destination.find())?;
    may_deploy(&destination, there.as_ref())?;
    may_deploy(&source, here.as_ref())?;
    let declared = Declared {
        source: source.parameters(&request.source.template).await?,
        destination: destination
            .parameters(&request.destination.template)
            .await?,
    };
    declared.check(request)?;

    let known = from_the_source(request, &source.region);
    let there = there.as_ref();
    let made = deploy(&destination, request, &declared, &known, there, on_event);
    let there = Box::pin(made).await?;
    let known = from_the_destination(request, &there.0);
    let here = here.as_ref();
    let made = deploy(&source, request, &declared, &known, here, on_event);
    let here = Box::pin(made).await?;
    Ok(Raised {
        pair: (
            here.0.bucket(Side::Source)?,
            there.0.bucket(Side::Destination(0))?,
        ),
        source: here,
        destination: there,
    })
}
