//! Waiting for CloudFormation, with its events as they come.

use std::time::Duration;

use super::cloudformation::Place;
use super::event::{StackEvent, first_failure};
use super::{Stack, Standing};
use crate::error::{Error, Result};
use crate::provision::pace::Pace;

/// How long a stack may take. Buckets, roles and keys take a minute or two.
const PATIENCE: Duration = Duration::from_mins(30);

/// How often AWS is asked: CloudFormation throttles whoever asks more often.
const AWS_INTERVAL: Duration = Duration::from_secs(5);

/// Who is told of events.
pub(super) type OnEvent<'a> = &'a (dyn Fn(&StackEvent) + Send + Sync);

/// An operation on a stack that goes on by itself.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    place: &'a Place,
    id: String,
    /// In a word: creation, update, deletion.
    what: &'static str,
    /// The ID of the last event before it began.
    after: Option<String>,
}

/// How an operation ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The stack as it stands now; none where CloudFormation knows it no more.
    pub(super) stack: Option<Stack>,
    /// The first resource that failed, and why.
    failure: Option<String>,
}

impl Ended {
    /// The status it ended with.
    pub(super) fn status(&self) -> &str {
        let stack = self.stack.as_ref();
        stack.map_or("DELETE_COMPLETE", |stack| &stack.status)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// The first resource that failed, or what the stack itself says.
    pub(super) fn why(&self) -> String {
        let stack = self.stack.as_ref();
        let of_stack = stack.map_or("", |stack| stack.reason.trim_end_matches('.'));
        let nothing = "CloudFormation gives no reason";
        let of_stack = if of_stack.is_empty() {
            nothing
        } else {
            of_stack
        };
        let failure = self.failure.clone();
        failure.unwrap_or_else(|| of_stack.to_owned())
    }
}

impl<'a> Operation<'a> {
    /// What was begun on the stack of this ID, after this event.
    pub(super) fn new(
        place: &'a Place,
        id: String,
        what: &'static str,
        last: Option<StackEvent>,
    ) -> Self {
        Self {
            place,
            id,
            what,
            after: last.map(|event| event.id),
        }
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// What keeps one from looking on. The operation goes on all the same, and the error says so.
    pub(super) async fn follow(self, on_event: OnEvent<'_>) -> Result<Ended> {
        let (subject, what) = (self.place.subject(), self.what);
        let outcome = self.watch(on_event).await;
        outcome.map_err(|cause| Error::LeftBehind {
            cause: Box::new(cause),
            names: format!("the stack {subject}, whose {what} goes on by itself"),
        })
    }

    async fn watch(self, on_event: OnEvent<'_>) -> Result<Ended> {
        let mut pace = match self.place.is_near {
            true => Pace::new(PATIENCE),
            false => Pace::steady(PATIENCE, AWS_INTERVAL),
        };
        let (mut known, mut events) = (self.after.clone(), Vec::new());
        loop {
            // The status before the events: then the events are complete when it is final.
            let stack = self.place.described(&self.id).await?;
            let new = self.place.events(&self.id, known.as_deref()).await?;
            new.iter().for_each(on_event);
            known = new.last().map(|event| event.id.clone()).or(known);
            events.extend(new);
            let standing = stack.as_ref().map(Stack::standing);
            // Without an event of its own it is the status from before.
            if standing != Some(Standing::Changing) && !events.is_empty() {
                let failure = first_failure(&events);
                return Ok(Ended { stack, failure });
            }
            if !pace.again().await {
                return Err(self.late());
            }
        }
    }

    fn late(&self) -> Error {
        let (subject, minutes) = (self.place.subject(), PATIENCE.as_secs() / 60);
        Error::Deadline(format!(
            "the {} of {subject} has not ended after {minutes} minutes; look again with \
             `bucketpair stack status {}`",
            self.what, self.place.name
        ))
    }
}
