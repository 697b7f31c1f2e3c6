//! Making one stack, or bringing it up to date.

use std::collections::BTreeMap;

use super::cloudformation::Place;
use super::follow::{Ended, OnEvent, Operation};
use super::parameters::{self, Declared};
use super::{Change, OnFailure, Request, Stack, Standing};
use crate::error::{Error, Result};

/// Refuses a stack that is there and cannot be brought up to date, or is not a pair's.
///
/// # Errors
/// [`Error::Usage`] that says what to do with it.
pub(super) fn may_deploy(place: &Place, stack: Option<&Stack>) -> Result<()> {
    let Some(stack) = stack else { return Ok(()) };
    let (subject, status, name) = (place.subject(), &stack.status, &stack.name);
    let what = match stack.standing() {
        Standing::Whole | Standing::Behind => return stack.bucket(place.side).map(|_| ()),
        Standing::Changing if status == "REVIEW_IN_PROGRESS" => format!(
            "has a change set that nobody executed ({status}); execute it, or remove the stack \
             with `bucketpair stack down {name}`"
        ),
        Standing::Changing => format!("is being changed ({status}); wait until that has ended"),
        Standing::Dead if status == "UPDATE_ROLLBACK_FAILED" => format!(
            "could not be changed back ({status}); repair it with `aws cloudformation \
             continue-update-rollback --stack-name {name}`"
        ),
        Standing::Dead => format!(
            "is there and can only be removed ({status}); remove it with `bucketpair stack down \
             {name}`, then try again"
        ),
    };
    Err(Error::Usage(format!("the stack {subject} {what}")))
}

/// Makes the stack, or brings it up to date, and waits for it.
///
/// # Errors
/// What CloudFormation refuses, and the first resource that failed.
pub(super) async fn deploy(
    place: &Place,
    request: &Request,
    declared: &Declared,
    derived: &BTreeMap<String, String>,
    before: Option<&Stack>,
    on_event: OnEvent<'_>,
) -> Result<(Stack, Change)> {
    let parameters = parameters::of(request, place.side, declared, derived, before);
    let (change, operation) = match before {
        None => {
            let id = place.create(request, parameters).await?;
            (Change::Created, Operation::new(place, id, "creation", None))
        }
        Some(stack) => {
            let last = place.newest_event(&stack.id).await?;
            if !place.update(request, parameters).await? {
                return Ok((stack.clone(), Change::Unchanged));
            }
            let id = stack.id.clone();
            (Change::Updated, Operation::new(place, id, "update", last))
        }
    };
    let ended = operation.follow(on_event).await?;
    let is_whole = |stack: &&Stack| stack.standing() == Standing::Whole;
    match ended.stack.as_ref().filter(is_whole) {
        Some(stack) if !ended.has_failed() => Ok((stack.clone(), change)),
        _ => Err(failed(place, change, request.on_failure, &ended)),
    }
}

fn failed(place: &Place, change: Change, on_failure: OnFailure, ended: &Ended) -> Error {
    let name = &place.name;
    let what = ended.why();
    let taken = match what.contains("already exists") {
        true => " (a name is taken: give another by --parameter, or remove what is there)",
        false => "",
    };
    let remedy = match (change, on_failure) {
        (Change::Updated, OnFailure::Rollback) => "it was changed back, so set right what failed \
            and try again"
            .to_owned(),
        (Change::Updated, OnFailure::Keep) => {
            "it was kept as it is, so set right what failed and try again".to_owned()
        }
        (_, OnFailure::Rollback) => format!(
            "set right what failed, remove the stack with `bucketpair stack down {name}`, then \
             try again"
        ),
        (_, OnFailure::Keep) => {
            format!("it was kept to be looked at; `bucketpair stack down {name}` removes it")
        }
    };
    Error::Refused {
        actor: "stack up".to_owned(),
        subject: place.subject(),
        code: ended.status().to_owned(),
        message: what,
        remedy: format!("{taken}; {remedy}"),
    }
}
