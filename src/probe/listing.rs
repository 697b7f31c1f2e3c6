//! All versions and delete markers of one key, in S3's order.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{DeleteMarkerEntry, ObjectVersion};

use crate::history::{Failure, ListedVersion};

/// Lists one key, newest first.
pub(super) async fn listed(
    client: &Client,
    bucket: &str,
    key: &str,
) -> Result<Vec<ListedVersion>, Failure> {
    let request = || client.list_object_versions().bucket(bucket).prefix(key);
    let (mut versions, mut markers, mut next) = (Vec::new(), Vec::new(), (None, None));
    loop {
        let page = request()
            .set_key_marker(next.0)
            .set_version_id_marker(next.1)
            .send()
            .await;
        let page = page.map_err(|error| Failure::of(&error))?;
        let of_key = |named: Option<&str>| named == Some(key);
        let found = page.versions().iter().filter(|one| of_key(one.key()));
        versions.extend(found.map(version));
        let found = page.delete_markers().iter().filter(|one| of_key(one.key()));
        markers.extend(found.map(marker));
        next = (page.next_key_marker, page.next_version_id_marker);
        // Keys come in order: a page that goes on behind our key has nothing more of it.
        if !page.is_truncated.unwrap_or_default() || next.0.as_deref() != Some(key) {
            return Ok(merged(versions, markers));
        }
    }
}

fn version(listed: &ObjectVersion) -> ListedVersion {
    ListedVersion {
        version: listed.version_id().unwrap_or("null").into(),
        marker: false,
        latest: listed.is_latest().unwrap_or_default(),
        etag: listed.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
        size: listed.size().unwrap_or_default() as u64,
        last_modified_ms: milliseconds(listed.last_modified()),
    }
}

fn marker(listed: &DeleteMarkerEntry) -> ListedVersion {
    ListedVersion {
        version: listed.version_id().unwrap_or("null").into(),
        marker: true,
        latest: listed.is_latest().unwrap_or_default(),
        etag: None,
        size: 0,
        last_modified_ms: milliseconds(listed.last_modified()),
    }
}

fn milliseconds(date: Option<&DateTime>) -> Option<i64> {
    date.and_then(|date| date.to_millis().ok())
}

/// Versions and markers are listed apart, each in S3's order, which is kept; between the two the
/// current one and then the date decide, and where they are of one date the version comes first.
fn merged(versions: Vec<ListedVersion>, markers: Vec<ListedVersion>) -> Vec<ListedVersion> {
    let rank = |listed: &ListedVersion| (listed.latest, listed.last_modified_ms);
    let mut versions = versions.into_iter().peekable();
    let mut markers = markers.into_iter().peekable();
    std::iter::from_fn(|| match (versions.peek(), markers.peek()) {
        (Some(version), Some(marker)) if rank(marker) <= rank(version) => versions.next(),
        (Some(_), None) => versions.next(),
        _ => markers.next(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// `v2@7*`: the version v2 of 7 ms, which is current.
    fn list(entries: &str) -> Vec<ListedVersion> {
        let entry = |entry: &str| {
            let (version, date) = entry.trim_end_matches('*').split_once('@').unwrap();
            ListedVersion {
                version: version.into(),
                marker: version.starts_with('m'),
                latest: entry.ends_with('*'),
                etag: None,
                size: 0,
                last_modified_ms: date.parse().ok(),
            }
        };
        entries.split_whitespace().map(entry).collect()
    }

    #[rstest]
    #[case::by_date("v4@4* v2@2 v1@1", "m3@3", "v4 m3 v2 v1")]
    #[case::the_current_one_first("v4@4 v2@2", "m3@3* m1@1", "m3 v4 v2 m1")]
    #[case::of_one_date("v2@1* v1@1", "m2@1 m1@1", "v2 v1 m2 m1")]
    #[case::no_markers("v2@2* v1@1", "", "v2 v1")]
    #[case::markers_alone("", "m2@2* m1@1", "m2 m1")]
    #[case::an_order_that_is_not_by_date("v1@1* v3@3 v2@2", "m0@0", "v1 v3 v2 m0")]
    fn versions_and_markers_are_put_together(
        #[case] versions: &str,
        #[case] markers: &str,
        #[case] wanted: &str,
    ) {
        let merged = merged(list(versions), list(markers));
        let ids: Vec<_> = merged.iter().map(|one| one.version.0.as_str()).collect();
        assert_eq!(ids.join(" "), wanted);
    }
}
