//! Failures as a history keeps them, from the SDK's errors.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use super::Failure;

impl Failure {
    /// What an SDK error says: S3's code and message, or why there was no answer.
    #[must_use]
    pub fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let status = error
            .raw_response()
            .map_or(0, |answer| answer.status().as_u16());
        let code = error
            .code()
            .map_or_else(|| transport(error, status), str::to_owned);
        let message = match error.message() {
            Some(message) => message.to_owned(),
            None => DisplayErrorContext(error).to_string().replace('\n', " "),
        };
        Self {
            status,
            code,
            message,
        }
    }
}

fn transport<E>(error: &SdkError<E>, status: u16) -> String {
    match error {
        SdkError::TimeoutError(_) => "Timeout".to_owned(),
        SdkError::DispatchFailure(why) if why.is_timeout() => "Timeout".to_owned(),
        SdkError::DispatchFailure(_) => "Connection".to_owned(),
        _ => format!("Http{status}"),
    }
}
