//! The lifecycle of a bucket.

use super::{Applied, Driver, Wire, send};
use crate::error::Result;
use crate::history::{Lifecycle, OperationKind, Outcome};

impl Driver {
    /// Puts a lifecycle configuration on the bucket.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn lifecycle(&self, lifecycle: Lifecycle) -> Result<Applied> {
        let kind = OperationKind::Lifecycle { lifecycle };
        let op = self.invoke("lifecycle", self.side, "", kind);
        let configuration = send::lifecycle(lifecycle);
        let request = self
            .client(self.side)
            .put_bucket_lifecycle_configuration()
            .bucket(self.bucket(self.side));
        let sent = request.lifecycle_configuration(configuration).send().await;
        let sent = sent.map(|_| Outcome::default()).map_err(Wire::sdk);
        self.conclude(op, "", "PutBucketLifecycleConfiguration", None, sent)
    }
}
