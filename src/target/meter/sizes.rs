//! How large the objects are that were sent: a copy within S3 has no body to count.

use std::collections::BTreeMap;

use crate::cost::Usage;

/// The size of the largest object that was sent, whole or in parts.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    largest: u64,
    /// The bytes sent so far, by upload ID.
    uploads: BTreeMap<String, u64>,
}

impl Sizes {
    /// The bytes that a request moves: its body's, or for a copy as many as the largest object has
    /// that was sent, since what bucketpair copies it has sent before.
    pub(super) fn moved(&mut self, operation: &str, uri: &str, body: u64) -> u64 {
        let object = match operation {
            "CopyObject" => return self.largest,
            "PutObject" => body,
            "UploadPart" => self.part(uri, body),
            _ => 0,
        };
        self.largest = self.largest.max(object);
        body
    }

    /// The size of the largest object that was sent so far.
    pub(super) fn largest(&self) -> u64 {
        self.largest
    }

    /// What the upload of this part has sent so far, a part that was sent again counted again.
    fn part(&mut self, uri: &str, body: u64) -> u64 {
        let id = uri.split_once("uploadId=").map_or("", |(_, rest)| rest);
        let id = id.split('&').next().unwrap_or_default();
        let sent = self.uploads.entry(id.to_owned()).or_default();
        *sent += body;
        *sent
    }
}

/// Every copy so far is as large as the largest object: in whatever order they were sent, the sum
/// is the same.
pub(super) fn resize_copies(usage: &mut Usage, largest: u64) {
    let copies = usage.requests.iter_mut();
    for copies in copies.filter(|requests| requests.operation == "CopyObject") {
        copies.sent = copies.attempts * largest;
    }
}

/// How many delete markers a `DeleteObjects` asks for: its objects without a version.
pub(super) fn markers(operation: &str, body: Option<&[u8]>) -> u64 {
    if operation != "DeleteObjects" {
        return 0;
    }
    let text = String::from_utf8_lossy(body.unwrap_or_default());
    let count = |tag: &str| text.matches(tag).count() as u64;
    count("<Object>").saturating_sub(count("<VersionId>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_moves_as_much_as_the_largest_object_and_not_as_its_largest_part() {
        let mut sizes = Sizes::default();
        assert_eq!(sizes.moved("PutObject", "/b/k", 7), 7);
        for part in 1..=3 {
            let uri = format!("/b/k?partNumber={part}&uploadId=one");
            assert_eq!(sizes.moved("UploadPart", &uri, 5), 5);
        }
        sizes.moved("UploadPart", "/b/l?uploadId=two&partNumber=1", 5);
        assert_eq!(sizes.moved("CopyObject", "/b/m", 0), 15);
        assert_eq!(sizes.moved("DeleteObjects", "/b?delete", 1_000), 1_000);
        assert_eq!(
            sizes.moved("CopyObject", "/b/m", 0),
            15,
            "that was no object"
        );
    }

    #[test]
    fn a_delete_of_many_makes_a_marker_for_each_key_without_a_version() {
        let body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>1</VersionId></Object></Delete>";
        assert_eq!(markers("DeleteObjects", Some(body)), 1);
        assert_eq!(markers("PutObject", Some(body)), 0);
        assert_eq!(markers("DeleteObjects", None), 0);
    }
}
