//! `DeleteObjects`: one request, an operation for each key.

use aws_sdk_s3::types::{Delete, DeletedObject, ObjectIdentifier};

use super::driver::{Applied, Driver};
use super::send;
use super::wire::Wire;
use crate::error::{Error, Result};
use crate::history::{Failure, OperationKind, Side};

impl Driver {
    /// Deletes keys of the source with one request, without naming versions.
    ///
    /// # Errors
    /// As [`Driver::write`], for the first key that was not deleted.
    pub async fn delete_many(&self, label: &str, keys: &[String]) -> Result<Vec<Applied>> {
        let keys: Vec<_> = keys.iter().map(|key| self.full_key(key)).collect();
        let delete = deletion(&keys)?;
        let invoke = |key: &String| self.invoke(label, Side::Source, key, OperationKind::Delete);
        let operations: Vec<u32> = keys.iter().map(invoke).collect();
        let bucket = self.bucket(Side::Source);
        let request = self.client(Side::Source).delete_objects().bucket(bucket);
        let sent = request.delete(delete).send().await;
        let actor = "DeleteObjects";
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => {
                let wire = Wire::sdk(error);
                let mut refused = Err(Error::Internal("DeleteObjects of nothing".to_owned()));
                for (op, key) in operations.into_iter().zip(&keys) {
                    refused = self.conclude(op, key, actor, None, Err(wire.clone()));
                }
                return refused.map(|applied| vec![applied]);
            }
        };
        let concluded = operations.into_iter().zip(&keys).map(|(op, key)| {
            let deleted = answer.deleted().iter().find(|one| one.key() == Some(key));
            let sent = deleted.map(marker).ok_or_else(|| {
                let error = answer.errors().iter().find(|one| one.key() == Some(key));
                Wire::of_a_key(actor, not_deleted(error))
            });
            self.conclude(op, key, actor, None, sent)
        });
        // Each is concluded before the first refusal is answered.
        concluded.collect::<Vec<_>>().into_iter().collect()
    }
}

fn deletion(keys: &[String]) -> Result<Delete> {
    let internal = |error: aws_sdk_s3::error::BuildError| Error::Internal(error.to_string());
    let object = |key: &String| {
        ObjectIdentifier::builder()
            .key(key)
            .build()
            .map_err(internal)
    };
    let objects = keys.iter().map(object).collect::<Result<Vec<_>>>()?;
    Delete::builder()
        .set_objects(Some(objects))
        .build()
        .map_err(internal)
}

fn marker(deleted: &DeletedObject) -> crate::history::Outcome {
    send::outcome(deleted.delete_marker_version_id(), None)
}

/// What the answer says of a key that is not among the deleted.
fn not_deleted(error: Option<&aws_sdk_s3::types::Error>) -> Failure {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Failure {
        status: 200,
        code: text(error.and_then(|error| error.code())),
        message: text(error.and_then(|error| error.message())),
    }
}
