//! Whether a key that is missing shows as missing.
//!
//! Without `s3:ListBucket` S3 answers 403 for a key that is not there, since 404 would tell too
//! much: then nothing can be seen to be absent, and no lag can be measured.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>

use super::bucket::status;
use crate::error::{Error, Result};
use crate::target::{Endpoint, refused};

/// Looks for a key that cannot be there.
///
/// # Errors
/// [`Error::Refused`] with the right that is missing, where S3 says anything but 404.
pub(super) async fn must_show(endpoint: &Endpoint, bucket: &str) -> Result<()> {
    let key = format!("bucketpair-{}", uuid::Uuid::new_v4());
    let head = endpoint.client.head_object().bucket(bucket).key(&key);
    let subject = format!("{bucket}/{key}");
    match head.send().await {
        Ok(_) => Err(Error::Refused {
            actor: "HeadObject".to_owned(),
            subject,
            code: "200".to_owned(),
            message: "this key cannot be there, and the endpoint says that it is".to_owned(),
            remedy: "; does a proxy answer?".to_owned(),
        }),
        Err(error) => match status(&error) {
            Some(404) => Ok(()),
            Some(403) => Err(hidden(subject)),
            _ => Err(refused("HeadObject", &subject, &error)),
        },
    }
}

fn hidden(subject: String) -> Error {
    Error::Refused {
        actor: "HeadObject".to_owned(),
        subject,
        code: "403".to_owned(),
        message: "a key that is missing has to answer 404, or nothing can be seen to be absent"
            .to_owned(),
        remedy: "; allow these keys s3:ListBucket on the bucket, and s3:GetObject on its objects"
            .to_owned(),
    }
}
