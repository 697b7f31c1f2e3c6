//! Looking at many versions at once: one page of a versions listing.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;

use super::look::Probe;
use crate::history::{Failure, Instant, ListedEntry, Page, Seen, Side};

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Of which bucket.
    pub side: Side,
    /// Only keys that start with this.
    pub prefix: String,
    /// The page begins behind this key; with the first one where there is none.
    pub after: Option<String>,
    /// How many entries at most.
    pub entries: u32,
}

impl Probe {
    /// Asks for one page, and records which of the versions known so far it shows.
    ///
    /// # Errors
    /// Why there was no page; that is recorded too.
    pub async fn page(&self, asked: &Asked) -> Result<Page, Failure> {
        let sent = self.recorder.now();
        let request = self
            .client(asked.side)
            .list_object_versions()
            .bucket(self.bucket(asked.side))
            .prefix(&asked.prefix)
            .max_keys(asked.entries as i32)
            .set_key_marker(asked.after.clone());
        match request.send().await {
            Ok(answer) => {
                let range = range(asked, &answer, (sent, self.recorder.now()));
                Ok(self.recorder.observe_page(range, &entries(answer)))
            }
            Err(error) => {
                let failure = Failure::of(&error);
                let seen = Seen::Failed(failure.clone());
                self.note(asked.side, &asked.prefix, None, sent, seen);
                Err(failure)
            }
        }
    }
}

/// The page without what it shows.
fn range(
    asked: &Asked,
    answer: &ListObjectVersionsOutput,
    (sent, received): (Instant, Instant),
) -> Page {
    let last = || {
        let versions = answer.versions().iter().filter_map(|v| v.key());
        let markers = answer.delete_markers().iter().filter_map(|m| m.key());
        versions.chain(markers).max()
    };
    // A full page is believed up to where it says that it goes on, else up to its last key; one
    // that says neither is believed nowhere.
    let until = answer.next_key_marker().or_else(last);
    let until = until.or(asked.after.as_deref()).unwrap_or(&asked.prefix);
    let is_full = answer.is_truncated().unwrap_or_default();
    Page {
        side: asked.side,
        prefix: asked.prefix.clone(),
        after: asked.after.clone(),
        until: is_full.then(|| until.to_owned()),
        sent,
        received,
        shown: Vec::new(),
        others: 0,
    }
}

fn entries(answer: ListObjectVersionsOutput) -> Vec<ListedEntry> {
    let entry = |key: Option<String>, version: Option<String>, is_marker| ListedEntry {
        key: key.unwrap_or_default(),
        version: version.unwrap_or_else(|| "null".to_owned()),
        is_marker,
    };
    let versions = answer.versions.into_iter().flatten();
    let versions = versions.map(|v| entry(v.key, v.version_id, false));
    let markers = answer.delete_markers.into_iter().flatten();
    let markers = markers.map(|m| entry(m.key, m.version_id, true));
    versions.chain(markers).collect()
}
