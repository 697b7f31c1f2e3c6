//! What holds replication up without making it fail.

use serde::{Deserialize, Serialize};

/// Trouble of one bucket, or its end (R-STATUS-09, R-TIME-13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Trouble {
    /// Replication out of the bucket is paused, as by `aws:s3:bucket-pause-replication` of the
    /// Fault Injection Service.
    Pause,
    /// It goes on.
    Resume,
    /// Replication cannot reach the bucket, while its clients can.
    Outage,
    /// It can again.
    Recovery,
    /// The bucket answers the next replications with 503 `SlowDown`.
    SlowDown {
        /// How many.
        replications: u32,
    },
}
