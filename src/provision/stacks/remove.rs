//! Removing the stacks: the source's, then the destination's.

use super::cloudformation::Place;
use super::follow::{OnEvent, Operation};
use super::retained::{Retained, retained};
use super::stack::places;
use super::{Stack, Standing, checked_name};
use crate::error::{Error, Result};
use crate::target::Target;

/// What came of the removal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// The stacks that are gone now, as `NAME in REGION`.
    pub stacks: Vec<String>,
    /// What they left, since their templates say so: buckets and keys.
    pub retained: Vec<Retained>,
}

/// Removes both stacks, the source's first, and waits for each. What the templates retain stays and
/// is named; so are the buckets of stacks of this name that were removed before, as long as
/// CloudFormation remembers them.
///
/// # Errors
/// [`Error::Usage`] for a stack that is being changed; what CloudFormation refuses; the first
/// resource that could not be removed. Then the destination's stack was not touched.
pub async fn down(target: &Target, name: &str, on_event: OnEvent<'_>) -> Result<Removed> {
    let (source, destination) = places(target, checked_name(name)?)?;
    let (here, there) = tokio::try_join!(source.find(), destination.find())?;
    may_remove(&source, here.as_ref())?;
    may_remove(&destination, there.as_ref())?;
    let mut removed = Removed::default();
    for (place, stack) in [(source, here), (destination, there)] {
        if let Some(stack) = &stack {
            Box::pin(remove(&place, stack, on_event)).await?;
            removed.stacks.push(place.subject());
        }
        let now = stack.map(|stack| stack.id);
        removed
            .retained
            .extend(retained(target, &place, now).await?);
    }
    Ok(removed)
}

fn may_remove(place: &Place, stack: Option<&Stack>) -> Result<()> {
    match stack {
        Some(stack)
            if stack.standing() == Standing::Changing && stack.status != "REVIEW_IN_PROGRESS" =>
        {
            Err(Error::Usage(format!(
                "the stack {} is being changed ({}); wait until that has ended",
                place.subject(),
                stack.status
            )))
        }
        _ => Ok(()),
    }
}

async fn remove(place: &Place, stack: &Stack, on_event: OnEvent<'_>) -> Result<()> {
    let last = place.newest_event(&stack.id).await?;
    place.delete(&stack.id).await?;
    let operation = Operation::new(place, stack.id.clone(), "deletion", last);
    let ended = operation.follow(on_event).await?;
    if ended.status() == "DELETE_COMPLETE" {
        return Ok(());
    }
    Err(Error::Refused {
        actor: "stack down".to_owned(),
        subject: place.subject(),
        code: ended.status().to_owned(),
        message: ended.why(),
        remedy: "; set right what failed, then try again".to_owned(),
    })
}
