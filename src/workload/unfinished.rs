//! An upload that is never completed.

use aws_sdk_s3::primitives::ByteStream;

use super::driver::{Applied, Driver};
use super::wire::Wire;
use crate::error::Result;
use crate::history::{OperationKind, Outcome, Side};

impl Driver {
    /// Begins a multipart upload of a key, given without the prefix, and sends one part of it. Who
    /// empties the bucket aborts it.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn begin_upload(&self, label: &str, key: &str) -> Result<Applied> {
        let key = self.full_key(key);
        let op = self.invoke(label, Side::Source, &key, OperationKind::BeginUpload);
        let sent = self.send_part(&key).await;
        self.conclude(op, &key, "UploadPart", None, sent)
    }

    async fn send_part(&self, key: &str) -> Result<Outcome, Wire> {
        let (client, bucket) = (self.client(Side::Source), self.bucket(Side::Source));
        let create = client.create_multipart_upload().bucket(bucket).key(key);
        let created = create.send().await.map_err(Wire::sdk)?;
        let part = client.upload_part().bucket(bucket).key(key).part_number(1);
        let part = part.upload_id(created.upload_id().unwrap_or_default());
        let body = ByteStream::from_static(b"the first of parts that never come");
        part.body(body).send().await.map_err(Wire::sdk)?;
        Ok(Outcome::default())
    }
}
