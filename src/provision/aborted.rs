//! Asking again while S3 says that another change is under way.
//!
//! `OperationAborted`: two changes of one bucket at once, or a name that was deleted a moment ago
//! and is not free yet. <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::pace::Pace;

/// How long another change may be under way.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends a change until it is not aborted any more, or a minute has passed.
pub(super) async fn settled<T, E, F>(mut send: impl FnMut() -> F) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let mut pace = Pace::new(PATIENCE);
    loop {
        match send().await {
            Err(error) if error.code() == Some("OperationAborted") && pace.again().await => {}
            outcome => return outcome,
        }
    }
}
