//! What an embedded pair offers beside S3, reached through the S3 client of its endpoint, as the
//! objects of a bucket that S3 could not have.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Target, refused};
use crate::error::{Error, Result};
use crate::replication::Capability;

/// The name of that bucket.
const OWN: &str = "_bucketpair";
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads one of the pair's own documents.
///
/// # Errors
/// [`Error::Refused`] where there is none, or no such server.
pub async fn read_own<T: DeserializeOwned>(client: &Client, path: &str) -> Result<T> {
    let request = client.get_object().bucket(OWN).key(path);
    let answer = request.send().await;
    let answer = answer.map_err(|error| refused("reading", path, &error))?;
    let unread = |cause: String| Error::Internal(format!("{path} of the embedded pair: {cause}"));
    let body = answer.body.collect().await;
    let body = body
        .map_err(|error| unread(error.to_string()))?
        .into_bytes();
    serde_json::from_slice(&body).map_err(|error| unread(error.to_string()))
}

/// Puts one of the pair's own documents.
///
/// # Errors
/// [`Error::Refused`] for a document that it does not understand.
pub async fn put_own(client: &Client, path: &str, document: &Value) -> Result<()> {
    let body = ByteStream::from(document.to_string().into_bytes());
    let request = client.put_object().bucket(OWN).key(path).body(body);
    let outcome = request.send().await;
    outcome.map_err(|error| refused("putting", path, &error))?;
    Ok(())
}

/// Deletes one of the pair's own documents.
///
/// # Errors
/// [`Error::Refused`] where the server refuses it.
pub async fn delete_own(client: &Client, path: &str) -> Result<()> {
    let outcome = client.delete_object().bucket(OWN).key(path).send().await;
    outcome.map_err(|error| refused("deleting", path, &error))?;
    Ok(())
}

impl Target {
    /// Asks the source's server whether it is an embedded pair, and adds what one offers beside S3.
    /// Every other server has no bucket of that name.
    pub async fn learn(&mut self) {
        let asked = read_own::<Value>(&self.source.client, "about");
        let answer = tokio::time::timeout(PATIENCE, asked).await;
        let is_ours = |about: &Value| about["emulator"] == "bucketpair";
        if matches!(answer, Ok(Ok(about)) if is_ours(&about)) {
            self.is_an_embedded_pair();
        }
    }

    /// Adds what an embedded pair offers beside S3.
    pub fn is_an_embedded_pair(&mut self) {
        let own = [
            Capability::DenyReplication,
            Capability::FailureReasons,
            Capability::Expendable,
            Capability::KmsKeys,
            Capability::CustomerKeys,
            Capability::ObjectLock,
            Capability::Acls,
            Capability::HoldReplication,
            Capability::AdvanceClock,
        ];
        self.capabilities.extend(own);
    }
}
