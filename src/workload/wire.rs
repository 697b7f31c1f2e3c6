//! Requests that brought nothing.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::error::Error;
use crate::history::Failure;
use crate::target::remedy;

/// Why a request brought nothing: what is recorded, and what the user is told.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    /// AWS's name of what was refused; empty where nothing was sent.
    operation: &'static str,
    failure: Failure,
    /// Whether the request may have been carried out all the same.
    indeterminate: bool,
}

impl Wire {
    #[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` passes")]
    pub(super) fn sdk<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
        error: SdkError<E>,
    ) -> Self {
        let error = &error;
        let failure = Failure::of(error);
        let never_sent = matches!(error, SdkError::ConstructionFailure(_))
            || matches!(error, SdkError::DispatchFailure(why) if why.is_user());
        let refused = (400..500).contains(&failure.status);
        Self {
            operation: operation_of::<E>(),
            indeterminate: !never_sent && !refused,
            failure,
        }
    }

    /// A refusal that the answer to an operation tells of one of its keys.
    pub(super) fn of_a_key(operation: &'static str, failure: Failure) -> Self {
        Self {
            operation,
            failure,
            indeterminate: false,
        }
    }

    /// The failure, and whether the request may have been carried out all the same.
    pub(super) fn told(self) -> (Failure, bool) {
        (self.failure, self.indeterminate)
    }
}

impl From<Error> for Wire {
    fn from(error: Error) -> Self {
        let code = "BeforeSending".to_owned();
        let failure = Failure {
            status: 0,
            code,
            message: error.to_string(),
        };
        Self {
            operation: "",
            failure,
            indeterminate: false,
        }
    }
}

/// AWS's name of the operation whose error this type is: the SDK names it after it.
fn operation_of<E>() -> &'static str {
    let name = std::any::type_name::<E>();
    let name = name.rsplit("::").next().unwrap_or(name);
    name.trim_end_matches("Error")
}

/// The error of a refusal, by the operation that was refused where it is known.
pub(super) fn refused(actor: &str, bucket: &str, key: &str, wire: Wire) -> Error {
    let operation = Some(wire.operation).filter(|name| !name.is_empty());
    let Failure { code, message, .. } = wire.failure;
    let actor = operation.unwrap_or(actor);
    Error::Refused {
        actor: actor.to_owned(),
        subject: format!("{bucket}/{key}"),
        remedy: remedy(actor, &code, &message),
        code,
        message,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::operation::put_object::PutObjectError;
    use aws_sdk_s3::operation::put_object_tagging::PutObjectTaggingError;

    use super::*;

    #[test]
    fn an_error_of_the_sdk_names_its_operation() {
        assert_eq!(operation_of::<PutObjectError>(), "PutObject");
        assert_eq!(operation_of::<PutObjectTaggingError>(), "PutObjectTagging");
    }
}
