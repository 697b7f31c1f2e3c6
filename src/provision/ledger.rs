//! What was made, for whoever has to remove it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::history::Bucket;

/// A bucket that was made, or was about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBucket {
    /// The bucket.
    pub bucket: Bucket,
    /// The run that made it.
    pub run: String,
}

/// The buckets that were made and not removed yet. Clones share one list.
#[derive(Debug, Clone, Default)]
pub struct Made(Arc<Mutex<Vec<MadeBucket>>>);

impl Made {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is still there, as far as known.
    #[must_use]
    pub fn buckets(&self) -> Vec<MadeBucket> {
        self.lock().clone()
    }

    /// Whether everything is removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Notes the intention to make a bucket.
    pub(super) fn intend(&self, bucket: &Bucket, run: &str) {
        self.lock().push(MadeBucket {
            bucket: bucket.clone(),
            run: run.to_owned(),
        });
    }

    /// Notes that a bucket is gone.
    pub(super) fn forget(&self, name: &str) {
        self.lock().retain(|made| made.bucket.name != name);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<MadeBucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
