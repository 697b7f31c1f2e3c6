//! A lifecycle configuration, as far as scenarios put one.

use serde::{Deserialize, Serialize};

/// What a lifecycle configuration does to every key of its bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Lifecycle {
    /// After how many days a current object expires (`Expiration`).
    pub expiration_days: Option<u32>,
    /// After how many days a noncurrent version is removed (`NoncurrentVersionExpiration`).
    pub noncurrent_days: Option<u32>,
    /// Whether a marker with nothing behind it is removed (`ExpiredObjectDeleteMarker`).
    pub expired_markers: bool,
}

impl Lifecycle {
    /// Removes current objects after so many days.
    #[must_use]
    pub fn expiration(days: u32) -> Self {
        Self {
            expiration_days: Some(days),
            ..Self::default()
        }
    }

    /// Removes noncurrent versions after so many days.
    #[must_use]
    pub fn noncurrent(days: u32) -> Self {
        Self {
            noncurrent_days: Some(days),
            ..Self::default()
        }
    }

    /// Removes lone delete markers too.
    #[must_use]
    pub fn with_expired_markers(mut self) -> Self {
        self.expired_markers = true;
        self
    }
}
