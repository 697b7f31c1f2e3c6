//! What CloudFormation says while it works on a stack.

use std::fmt;

use aws_sdk_cloudformation::types;
use aws_sdk_s3::primitives::DateTimeFormat;

/// One event of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StackEvent {
    /// The event's ID.
    pub id: String,
    /// When, as an RFC 3339 time of CloudFormation's clock.
    pub time: String,
    /// The region of the stack.
    pub region: String,
    /// The resource's name in the template; the stack's own name for the stack itself.
    pub resource: String,
    /// The resource's type, as `AWS::S3::Bucket`.
    pub kind: String,
    /// Its status, as `CREATE_IN_PROGRESS`.
    pub status: String,
    /// Why; empty where nothing is said.
    pub reason: String,
}

impl StackEvent {
    pub(super) fn read(event: &types::StackEvent, region: &str) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let time = event.timestamp();
        let time = time.and_then(|time| time.fmt(DateTimeFormat::DateTime).ok());
        let status = event.resource_status().map(types::ResourceStatus::as_str);
        Self {
            id: text(event.event_id()),
            time: time.unwrap_or_default(),
            region: region.to_owned(),
            resource: text(event.logical_resource_id()),
            kind: text(event.resource_type()),
            status: text(status),
            reason: text(event.resource_status_reason()),
        }
    }

    /// Whether a resource failed by itself. What is only cancelled because of that did not, and the
    /// stack fails because of its resources.
    pub(super) fn is_failure(&self) -> bool {
        let is_cancelled = ["Resource creation cancelled", "Resource update cancelled"]
            .iter()
            .any(|words| self.reason.starts_with(words));
        self.status.ends_with("_FAILED")
            && !is_cancelled
            && self.kind != "AWS::CloudFormation::Stack"
    }
}

impl fmt::Display for StackEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = self.time.split('T').nth(1).unwrap_or_default();
        let clock: String = clock.chars().take(8).collect();
        let (region, resource, kind) = (&self.region, &self.resource, &self.kind);
        write!(
            f,
            "{clock} {region:14} {resource:23} {kind:26} {}",
            self.status
        )?;
        match self.reason.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", self.reason),
        }
    }
}

/// The first resource that failed by itself, and why, for people.
pub(super) fn first_failure(events: &[StackEvent]) -> Option<String> {
    let first = events.iter().find(|event| event.is_failure())?;
    let (resource, kind, status) = (&first.resource, &first.kind, &first.status);
    let reason = match first.reason.as_str() {
        "" => "CloudFormation gives no reason",
        reason => reason.trim_end_matches('.'),
    };
    Some(format!("{resource} ({kind}) {status}: {reason}"))
}
