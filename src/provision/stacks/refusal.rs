//! CloudFormation's refusals in one line, with the remedy.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html> and the
//! error section of each call.

use std::error::Error as StdError;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::error::Error;
use crate::target;

/// The SDK's error, with what can be done about it.
pub(super) fn refused<E>(actor: &str, subject: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match target::refused(actor, subject, error) {
        Error::Refused {
            actor,
            subject,
            code,
            message,
            remedy,
        } => Error::Refused {
            remedy: own_remedy(&code).map_or(remedy, str::to_owned),
            actor,
            subject,
            code,
            message,
        },
        other => other,
    }
}

fn own_remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "InsufficientCapabilities" | "InsufficientCapabilitiesException" => {
            "; give what it requires by --capability, if you trust the template"
        }
        "AlreadyExistsException" => {
            "; somebody made it at the same time: look at it with `bucketpair stack status`"
        }
        "LimitExceededException" | "LimitExceeded" => {
            "; remove stacks that are not needed, or ask for a higher quota"
        }
        "Throttling" | "ThrottlingException" => "; others call CloudFormation too: try again later",
        "OperationInProgressException" => "; wait until it has ended",
        _ => return None,
    })
}
