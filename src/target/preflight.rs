//! Does each endpoint answer, and to these keys?

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::{Endpoint, Target, refused, remedy};
use crate::error::{Error, Result};

const PATIENCE: Duration = Duration::from_secs(10);

/// Asks both endpoints something that changes nothing, for at most ten seconds each.
///
/// # Errors
/// One line that names the endpoint: nothing listens, nothing answers, or the keys are refused.
pub async fn preflight(target: &Target) -> Result<()> {
    let same = target.source.url == target.destination.url
        && target.source.region == target.destination.region;
    if same {
        return within(&target.source).await;
    }
    let (source, destination) = tokio::join!(within(&target.source), within(&target.destination));
    source.and(destination)
}

async fn within(endpoint: &Endpoint) -> Result<()> {
    let answer = tokio::time::timeout(PATIENCE, ask(endpoint)).await;
    answer.unwrap_or_else(|_| {
        Err(Error::Unreachable {
            actor: "preflight".to_owned(),
            endpoint: endpoint.url.clone(),
            cause: format!("no answer within {} s", PATIENCE.as_secs()),
        })
    })
}

/// Lists the buckets; where that is not allowed, a HEAD of a bucket that cannot be there will do.
async fn ask(endpoint: &Endpoint) -> Result<()> {
    let Err(error) = endpoint.client.list_buckets().send().await else {
        return Ok(());
    };
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    if code != Some("AccessDenied") {
        return Err(refused("preflight", &endpoint.url, &error));
    }
    let name = format!("bucketpair-{}", uuid::Uuid::new_v4());
    match endpoint.client.head_bucket().bucket(name).send().await {
        Err(SdkError::ServiceError(head)) if head.raw().status().as_u16() == 404 => Ok(()),
        _ => Err(denied(refused("preflight", &endpoint.url, &error))),
    }
}

/// The refusal, with the action that would have to be granted.
fn denied(error: Error) -> Error {
    match error {
        Error::Refused {
            actor,
            subject,
            code,
            message,
            ..
        } => Error::Refused {
            remedy: remedy("ListBuckets", &code, &message),
            actor,
            subject,
            code,
            message,
        },
        other => other,
    }
}
