//! Why something could not be read, from the SDK's errors.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::status;
use crate::doctor::facts::{Cause, Gap};
use crate::error::Error;
use crate::target::refused;

/// The gap that an error leaves.
pub(super) fn of<E>(call: &str, permission: &str, error: &SdkError<E>) -> Gap
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let code = error.code().unwrap_or_default();
    let cause = match (status(error), code) {
        (401 | 403, _) | (_, "AccessDenied" | "AccessDeniedException") => Cause::Denied,
        (405 | 501, _) | (_, "NotImplemented" | "MethodNotAllowed") => Cause::NotOffered,
        _ => Cause::Failed,
    };
    let said = match refused(call, "", error) {
        Error::Refused { code, message, .. } => format!("{code}: {message}"),
        Error::Unreachable { cause, .. } => format!("no answer ({cause})"),
        other => other.to_string(),
    };
    Gap {
        call: call.to_owned(),
        permission: permission.to_owned(),
        cause,
        said,
    }
}
