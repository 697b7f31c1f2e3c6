//! A drill's denial as two parameters of the source's stack: an action, and where it is denied.
//!
//! The role belongs to the stack, so the stack changes it: whoever looks sees what happened, by
//! whom and when, and a stack that is brought up to date loses no denial that nobody knows of.

use aws_sdk_cloudformation::types::Parameter;

use super::cloudformation::Place;
use super::follow::Operation;
use super::{Stack, Standing, checked_name};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::target::Target;

const ACTION: &str = "DrillDeniedAction";
const PREFIX: &str = "DrillPrefix";

/// The actions that the template can deny and that make an object FAILED.
pub const DENIABLE: [&str; 3] = [
    "s3:ReplicateObject",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
];

/// Denies an action to the role of the source's stack, below a prefix, and waits for the stack.
///
/// # Errors
/// [`Error::Usage`] for an action that the template cannot deny, for a stack that has no such
/// parameters, and where another drill denies something; whatever CloudFormation refuses.
pub async fn deny(target: &Target, name: &str, action: &str, prefix: &str) -> Result<()> {
    if !DENIABLE.contains(&action) {
        let can = DENIABLE.join(", ");
        return Err(Error::Usage(format!(
            "a stack cannot deny {action} to its role; deny one of {can}"
        )));
    }
    let (place, stack) = found(target, name).await?;
    let denied = stack.parameters.get(ACTION).map_or("", String::as_str);
    if !denied.is_empty() {
        let subject = place.subject();
        return Err(Error::Usage(format!(
            "the stack {subject} denies {denied} already, for another drill; wait for it, or take \
             it back with `bucketpair sweep`"
        )));
    }
    set(&place, &stack, (action, prefix)).await
}

/// Gives back what a drill denied, and waits for the stack. One that denies nothing stays as it is.
///
/// # Errors
/// As [`deny`].
pub async fn restore(target: &Target, name: &str) -> Result<()> {
    let (place, mut stack) = found(target, name).await?;
    if stack.standing() == Standing::Changing {
        // The update that denies may still go on: a drill was killed in the middle of it.
        let operation = Operation::new(&place, stack.id.clone(), "update", None);
        operation.follow(&|_| {}).await?;
        stack = found(target, name).await?.1;
    }
    match stack.parameters.get(ACTION) {
        Some(denied) if !denied.is_empty() => set(&place, &stack, ("", "")).await,
        _ => Ok(()),
    }
}

async fn found(target: &Target, name: &str) -> Result<(Place, Stack)> {
    let place = Place::of(target, Side::Source, checked_name(name)?);
    let subject = place.subject();
    let missing = || Error::Usage(format!("there is no stack {subject}; is its name right?"));
    let stack = place.find().await?.ok_or_else(missing)?;
    if !stack.parameters.contains_key(ACTION) {
        return Err(Error::Usage(format!(
            "the stack {subject} has no parameter {ACTION}, so that a drill cannot deny anything to \
             its role; bring it up to date with `bucketpair stack up {name}`"
        )));
    }
    Ok((place, stack))
}

/// Sets the two parameters and leaves everything else as it is.
async fn set(place: &Place, stack: &Stack, (action, prefix): (&str, &str)) -> Result<()> {
    let parameter = |name: &String| {
        let parameter = Parameter::builder().parameter_key(name);
        match name.as_str() {
            ACTION => parameter.parameter_value(action).build(),
            PREFIX => parameter.parameter_value(prefix).build(),
            _ => parameter.use_previous_value(true).build(),
        }
    };
    let parameters = stack.parameters.keys().map(parameter).collect();
    let last = place.newest_event(&stack.id).await?;
    if !place.set_parameters(parameters).await? {
        return Ok(());
    }
    let operation = Operation::new(place, stack.id.clone(), "update", last);
    let ended = operation.follow(&|_| {}).await?;
    let is_whole = ended
        .stack
        .as_ref()
        .is_some_and(|stack| stack.standing() == Standing::Whole);
    match is_whole && !ended.has_failed() {
        true => Ok(()),
        false => Err(Error::Refused {
            actor: "UpdateStack".to_owned(),
            subject: place.subject(),
            code: ended.status().to_owned(),
            message: ended.why(),
            remedy: "; see `bucketpair stack status` for what stands".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::tests::cloud::{Course, FakeStack, HOSTS, Regions, at, cloud};
    use super::*;
    use crate::error::ExitCode;

    const SOURCE: &str = HOSTS[0];

    /// A source's stack that stands with these parameters; its next update ends so.
    fn stands(regions: &Regions, parameters: &[(&str, &str)], status: &'static str) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        at(regions, SOURCE, |region| {
            region.stack = Some(FakeStack {
                id: "arn:stack/archive/0".to_owned(),
                status: "CREATE_COMPLETE".to_owned(),
                parameters: parameters.iter().map(owned).collect(),
                ..FakeStack::default()
            });
            region.course = Course::new(status, &["Rights AWS::IAM::Policy UPDATE_COMPLETE"]);
        });
    }

    #[tokio::test(start_paused = true)]
    async fn the_two_parameters_are_set_and_all_others_stay() {
        let (target, regions, _) = cloud();
        let before = [(ACTION, ""), (PREFIX, ""), ("NoncurrentDays", "9")];
        stands(&regions, &before, "UPDATE_COMPLETE");
        deny(&target, "archive", "s3:ReplicateObject", "run/drill/")
            .await
            .unwrap();
        let given = at(&regions, SOURCE, |region| region.given.clone());
        assert_eq!(given[ACTION], "s3:ReplicateObject", "{given:?}");
        assert_eq!(given[PREFIX], "run/drill/", "{given:?}");
        assert_ne!(
            given.get("NoncurrentDays").map(String::as_str),
            Some("9"),
            "{given:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_denied_is_given_back_and_once_more_asks_for_no_update() {
        let (target, regions, _) = cloud();
        let denied = [(ACTION, "s3:ReplicateObject"), (PREFIX, "run/drill/")];
        stands(&regions, &denied, "UPDATE_COMPLETE");
        restore(&target, "archive").await.unwrap();
        let given = at(&regions, SOURCE, |region| region.given.clone());
        assert_eq!((given[ACTION].as_str(), given[PREFIX].as_str()), ("", ""));
        stands(&regions, &[(ACTION, ""), (PREFIX, "")], "UPDATE_COMPLETE");
        restore(&target, "archive").await.unwrap();
        let calls = at(&regions, SOURCE, |region| region.calls.clone());
        let updates = calls.iter().filter(|call| *call == "UpdateStack").count();
        assert_eq!(updates, 1, "{calls:?}");
    }

    #[rstest]
    #[case::of_another_drill(&[(ACTION, "s3:ReplicateObject")], "s3:ReplicateObject", "another drill")]
    #[case::without_the_parameter(&[("NoncurrentDays", "9")], "s3:ReplicateObject", "stack up archive")]
    #[case::of_something_else(&[(ACTION, "")], "s3:ListBucket", "s3:GetObjectVersionAcl")]
    #[tokio::test(start_paused = true)]
    async fn a_denial_that_cannot_be_put_is_refused_before_anything_changes(
        #[case] parameters: &[(&str, &str)],
        #[case] action: &str,
        #[case] word: &str,
    ) {
        let (target, regions, _) = cloud();
        stands(&regions, parameters, "UPDATE_COMPLETE");
        let error = deny(&target, "archive", action, "run/drill/")
            .await
            .unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Usage, "{error}");
        assert!(error.to_string().contains(word), "{error}");
        let calls = at(&regions, SOURCE, |region| region.calls.clone());
        assert!(!calls.contains(&"UpdateStack".to_owned()), "{calls:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_forgets_the_template_gets_it_again() {
        let (target, regions, _) = cloud();
        stands(&regions, &[(ACTION, ""), (PREFIX, "")], "UPDATE_COMPLETE");
        at(&regions, SOURCE, |region| {
            (region.forgets_templates, region.template) = (true, "Resources: {}");
        });
        deny(&target, "archive", "s3:ReplicateObject", "run/drill/")
            .await
            .unwrap();
        let (template, given) = at(&regions, SOURCE, |region| {
            (region.updated_to.clone(), region.given.clone())
        });
        assert_eq!(template, "Resources: {}");
        assert_eq!(given[ACTION], "s3:ReplicateObject", "{given:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_has_no_template_either_is_refused_with_the_remedy() {
        let (target, regions, _) = cloud();
        stands(&regions, &[(ACTION, ""), (PREFIX, "")], "UPDATE_COMPLETE");
        at(&regions, SOURCE, |region| region.forgets_templates = true);
        let refused = deny(&target, "archive", "s3:ReplicateObject", "run/drill/").await;
        let line = refused.unwrap_err().to_string();
        assert!(line.contains("bucketpair stack up"), "{line}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_update_that_is_rolled_back_is_an_error_with_its_status() {
        let (target, regions, _) = cloud();
        stands(
            &regions,
            &[(ACTION, ""), (PREFIX, "")],
            "UPDATE_ROLLBACK_COMPLETE",
        );
        let error = deny(&target, "archive", "s3:ReplicateObject", "run/drill/")
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("UPDATE_ROLLBACK_COMPLETE"),
            "{error}"
        );
    }
}
