//! The pair as two CloudFormation stacks, since a stack belongs to one region: the destination's
//! stack first, then the source's, which names the destination's bucket.
//!
//! Nothing here decides whether replication is live: a stack that is complete has stored a rule.

mod cloudformation;
mod deploy;
pub mod drill;
mod event;
mod follow;
mod parameters;
mod refusal;
mod remove;
mod retained;
mod stack;
#[cfg(test)]
mod tests;
mod up;

pub use event::StackEvent;
pub use remove::{Removed, down};
pub use retained::{Retained, delete_retained};
pub use stack::{Stack, Standing, pair, status};
pub use up::{Change, Raised, up};

use crate::error::{Error, Result};
use crate::history::Side;

/// The template of the destination's stack, as it is in `cloudformation/`.
pub const DESTINATION_TEMPLATE: &str =
    include_str!("../../cloudformation/01_s3_destination_bucket.yaml");

/// The template of the source's stack, as it is in `cloudformation/`.
pub const SOURCE_TEMPLATE: &str = include_str!("../../cloudformation/02_s3_original_bucket.yaml");

/// The output that names a side's bucket; a template of one's own needs it too.
#[must_use]
pub fn bucket_output(side: Side) -> &'static str {
    match side {
        Side::Source => "SourceBucketName",
        Side::Destination(_) => "DestinationBucketName",
    }
}

/// What becomes of a stack that cannot be made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// What was made is removed again, what was changed is changed back.
    #[default]
    Rollback,
    /// It stays as it is, to be looked at.
    Keep,
}

/// What one stack is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blueprint {
    /// The template's text.
    pub template: String,
    /// Parameters for this stack alone, by name. They come before those for both.
    pub parameters: Vec<(String, String)>,
}

impl Blueprint {
    /// The stack of this side as bucketpair makes it by default.
    #[must_use]
    pub fn of(side: Side) -> Self {
        let template = match side {
            Side::Source => SOURCE_TEMPLATE,
            Side::Destination(_) => DESTINATION_TEMPLATE,
        };
        Self {
            template: template.to_owned(),
            parameters: Vec::new(),
        }
    }
}

/// A pair of stacks that is to be made, or brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The name of both stacks, each in its own region.
    pub name: String,
    /// The source's stack.
    pub source: Blueprint,
    /// The destination's stack.
    pub destination: Blueprint,
    /// Parameters for whichever template has them.
    pub parameters: Vec<(String, String)>,
    /// Tags of both stacks, which CloudFormation puts on every resource.
    pub tags: Vec<(String, String)>,
    /// Capabilities beside `CAPABILITY_NAMED_IAM`, which the replication role needs.
    pub capabilities: Vec<String>,
    /// What becomes of a stack that fails.
    pub on_failure: OnFailure,
    /// The accounts of source and destination, as far as known.
    pub accounts: Option<(String, String)>,
}

impl Request {
    /// Both stacks of this name, by their own templates and defaults.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that CloudFormation would not take.
    pub fn new(name: &str) -> Result<Self> {
        Ok(Self {
            name: checked_name(name)?.to_owned(),
            source: Blueprint::of(Side::Source),
            destination: Blueprint::of(Side::Destination(0)),
            parameters: Vec::new(),
            tags: Vec::new(),
            capabilities: Vec::new(),
            on_failure: OnFailure::default(),
            accounts: None,
        })
    }

    fn blueprint(&self, side: Side) -> &Blueprint {
        match side {
            Side::Source => &self.source,
            Side::Destination(_) => &self.destination,
        }
    }
}

/// A stack's name begins with a letter and holds letters, digits and hyphens. The role's name is
/// made of it and of a region, and has at most 64 characters.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>
fn checked_name(name: &str) -> Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain);
    match is_name && name.len() <= LONGEST_NAME {
        true => Ok(name),
        false => Err(Error::Usage(format!(
            "{name:?} is no name for a stack; write at most {LONGEST_NAME} letters, digits and \
             hyphens, a letter first"
        ))),
    }
}

const LONGEST_NAME: usize = 48;
