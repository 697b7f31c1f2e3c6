//! A little S3 for tests: buckets, their settings and version IDs, and nothing that replicates.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use crate::target::Target;
use crate::target::fake::{self, Asked};

/// How many versions a page of the listing holds.
const PAGE: usize = 2;

#[derive(Debug, Clone, Default)]
pub(super) struct Bucket {
    /// The documents put, by subresource (`tagging`, `replication`, …).
    pub(super) documents: BTreeMap<String, String>,
    /// Keys with their version IDs.
    pub(super) versions: Vec<(String, String)>,
    /// Open uploads.
    pub(super) uploads: Vec<String>,
    /// What arrives when a delete of the bucket is tried.
    pub(super) late: Vec<(String, String)>,
}

pub(super) type World = Arc<Mutex<BTreeMap<String, Bucket>>>;

/// A target over an empty world. `refuse` may answer instead.
pub(super) fn s3(
    refuse: impl Fn(&Asked) -> Option<(u16, String)> + Send + Sync + 'static,
) -> (Target, World, Arc<Mutex<Vec<Asked>>>) {
    let world = World::default();
    let shared = Arc::clone(&world);
    let (http, log) =
        fake::http(move |asked| refuse(asked).unwrap_or_else(|| answer(&shared, asked)));
    (fake::target(&http), world, log)
}

/// The calls on a bucket as `METHOD subresource`.
pub(super) fn calls(log: &Mutex<Vec<Asked>>, bucket: &str) -> Vec<String> {
    let log = log.lock().unwrap();
    let here = log.iter().filter(|asked| name(asked) == bucket);
    here.map(|asked| format!("{} {}", asked.method, subresource(asked)))
        .collect()
}

fn name(asked: &Asked) -> &str {
    asked.path.split('/').next().unwrap_or_default()
}

/// Whether a key is named, and not a bucket alone.
pub(super) fn is_of_a_key(asked: &Asked) -> bool {
    let key = asked.path.split_once('/');
    key.is_some_and(|(_, key)| !key.is_empty())
}

fn subresource(asked: &Asked) -> String {
    let first = asked
        .query
        .split('&')
        .find(|part| !part.starts_with("x-id"));
    let first = first.unwrap_or_default();
    first.split('=').next().unwrap_or_default().to_owned()
}

fn answer(world: &World, asked: &Asked) -> (u16, String) {
    let mut world = world.lock().unwrap();
    let sub = subresource(asked);
    if asked.method == "GET" && name(asked).is_empty() {
        return (200, buckets(&world));
    }
    if asked.method == "PUT" && sub.is_empty() {
        world.insert(name(asked).to_owned(), Bucket::default());
        return (200, String::new());
    }
    let Some(bucket) = world.get_mut(name(asked)) else {
        return (
            404,
            fake::error("NoSuchBucket", "The specified bucket does not exist"),
        );
    };
    match (asked.method.as_str(), sub.as_str()) {
        ("HEAD", _) if is_of_a_key(asked) => (404, String::new()),
        ("HEAD", _) => (200, String::new()),
        ("PUT", _) => {
            bucket.documents.insert(sub, asked.body.clone());
            (200, String::new())
        }
        ("GET", "versions") => (200, listing(bucket, &asked.query)),
        ("GET", "uploads") => (200, uploads(bucket)),
        ("GET", _) => document(bucket, &sub),
        ("POST", "delete") => {
            let gone = |id: &str| asked.body.contains(&format!("<VersionId>{id}</VersionId>"));
            bucket.versions.retain(|(_, id)| !gone(id));
            (200, "<DeleteResult></DeleteResult>".to_owned())
        }
        ("DELETE", "uploadId") => {
            bucket
                .uploads
                .retain(|id| !asked.query.contains(id.as_str()));
            (204, String::new())
        }
        ("DELETE", "") => {
            let late = std::mem::take(&mut bucket.late);
            bucket.versions.extend(late);
            if bucket.versions.is_empty() && bucket.uploads.is_empty() {
                world.remove(name(asked));
                return (204, String::new());
            }
            (
                409,
                fake::error("BucketNotEmpty", "The bucket is not empty"),
            )
        }
        ("DELETE", sub) => {
            bucket.documents.remove(sub);
            (204, String::new())
        }
        _ => (501, fake::error("NotImplemented", "not here")),
    }
}

fn buckets(world: &BTreeMap<String, Bucket>) -> String {
    let each = |name: &String| {
        let date = "2020-01-01T00:00:00Z";
        format!("<Bucket><Name>{name}</Name><CreationDate>{date}</CreationDate></Bucket>")
    };
    let buckets: String = world.keys().map(each).collect();
    format!("<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>")
}

fn document(bucket: &Bucket, sub: &str) -> (u16, String) {
    let code = match sub {
        "tagging" => "NoSuchTagSet",
        "replication" => "ReplicationConfigurationNotFoundError",
        _ => "NoSuchConfiguration",
    };
    match bucket.documents.get(sub) {
        Some(text) => (200, text.clone()),
        None if sub == "versioning" => (200, "<VersioningConfiguration/>".to_owned()),
        None => (404, fake::error(code, "not found")),
    }
}

fn listing(bucket: &Bucket, query: &str) -> String {
    let prefix = query
        .split('&')
        .find_map(|part| part.strip_prefix("prefix="));
    let prefix = prefix.unwrap_or_default().replace("%2F", "/");
    let found = bucket
        .versions
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix));
    let found: Vec<_> = found.collect();
    let mut xml = String::from("<ListVersionsResult>");
    for (key, id) in found.iter().take(PAGE) {
        let kind = if id.starts_with("marker") {
            "DeleteMarker"
        } else {
            "Version"
        };
        write!(
            xml,
            "<{kind}><Key>{key}</Key><VersionId>{id}</VersionId></{kind}>"
        )
        .unwrap();
    }
    let more = found.len() > PAGE;
    write!(
        xml,
        "<IsTruncated>{more}</IsTruncated></ListVersionsResult>"
    )
    .unwrap();
    xml
}

fn uploads(bucket: &Bucket) -> String {
    let each = |id: &String| format!("<Upload><Key>k</Key><UploadId>{id}</UploadId></Upload>");
    let uploads: String = bucket.uploads.iter().map(each).collect();
    format!("<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>")
}
