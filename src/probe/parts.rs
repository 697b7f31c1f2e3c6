//! Looking at the parts of an upload, by HEAD of each.

use super::look::{Probe, missing};
use crate::history::{Failure, Seen, Side};
use crate::replication::VersionId;

/// S3 takes no more parts than these.
const MOST: i32 = 10_000;

impl Probe {
    /// The size of each part of one version; one size for what was not uploaded in parts.
    pub async fn parts(&self, side: Side, key: &str, version: &VersionId) -> Seen {
        let sent = self.recorder.now();
        let seen = match self.sizes(side, key, version).await {
            Ok(sizes) => Seen::Parts { sizes },
            Err(seen) => seen,
        };
        self.note(side, key, Some(version), sent, seen)
    }

    async fn sizes(&self, side: Side, key: &str, version: &VersionId) -> Result<Vec<u64>, Seen> {
        let (mut sizes, mut count) = (Vec::new(), 1);
        for number in 1..=MOST {
            if number > count {
                break;
            }
            let request = self.client(side).head_object().bucket(self.bucket(side));
            let request = request.key(key).version_id(&version.0).part_number(number);
            let answer = request.send().await.map_err(|error| missing(&error))?;
            count = answer.parts_count().unwrap_or(1);
            let size = answer.content_length().ok_or_else(without_a_size)?;
            sizes.push(size as u64);
        }
        Ok(sizes)
    }
}

fn without_a_size() -> Seen {
    Seen::Failed(Failure {
        status: 200,
        code: "ContentLength".to_owned(),
        message: "a part was answered without its size".to_owned(),
    })
}
