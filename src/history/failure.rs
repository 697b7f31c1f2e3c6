//! Failures as a history keeps them, from the SDK's errors.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::Failure;
use crate::error::causes;

impl Failure {
    /// What an SDK error says: S3's code and message, or why there was no answer.
    #[must_use]
    pub fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error
            .raw_response()
            .map_or(0, |answer| answer.status().as_u16());
        let code = error
            .code()
            .map_or_else(|| transport(error, status), str::to_owned);
        let message = match error.message() {
            Some(message) => message.to_owned(),
            None => with_causes(error),
        };
        Self {
            status,
            code,
            message,
        }
    }
}

/// An error and what caused it, in one line.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes: Vec<String> = causes(error).map(ToString::to_string).collect();
    causes.join(": ").replace('\n', " ")
}

fn transport<E>(error: &SdkError<E>, status: u16) -> String {
    match error {
        SdkError::TimeoutError(_) => "Timeout".to_owned(),
        SdkError::DispatchFailure(why) if why.is_timeout() => "Timeout".to_owned(),
        SdkError::DispatchFailure(_) => "Connection".to_owned(),
        _ => format!("Http{status}"),
    }
}
