//! Removing versions, delete markers and open uploads, a page at a time.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::locked;
use crate::target::refused;

/// What came of one page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// How many versions, markers and uploads were removed.
    pub(super) removed: usize,
    /// Whether there was more than one page.
    pub(super) more: bool,
    /// The first thing that could not be removed, and why.
    pub(super) obstacle: Option<String>,
}

/// Removes the first page of what is under the prefix. The next call finds the next page first.
pub(super) async fn page(client: &Client, bucket: &str, prefix: &str) -> Result<Page, String> {
    let (versions, uploads) = tokio::join!(
        versions(client, bucket, prefix),
        uploads(client, bucket, prefix)
    );
    let (versions, uploads) = (versions?, uploads?);
    Ok(Page {
        removed: versions.removed + uploads.removed,
        more: versions.more || uploads.more,
        obstacle: versions.obstacle.or(uploads.obstacle),
    })
}

async fn versions(client: &Client, bucket: &str, prefix: &str) -> Result<Page, String> {
    let request = client.list_object_versions().bucket(bucket).prefix(prefix);
    let listing = match request.send().await {
        Ok(listing) => listing,
        Err(error) if error.code() == Some("NoSuchBucket") => return Ok(Page::default()),
        Err(error) => return Err(refused("ListObjectVersions", bucket, &error).to_string()),
    };
    let found = identifiers(&listing);
    let mut page = Page {
        more: listing.is_truncated() == Some(true),
        ..Page::default()
    };
    // A page never holds more than 1000, which is what DeleteObjects takes.
    for some in found.chunks(1000) {
        let failed = delete(client, bucket, some.to_vec()).await?;
        let failed = locked::free(client, bucket, failed).await;
        page.removed += some.len() - failed.len().min(some.len());
        let why = failed.into_iter().next().map(|stayed| stayed.why);
        page.obstacle = page.obstacle.or(why);
    }
    Ok(page)
}

fn identifiers(listing: &ListObjectVersionsOutput) -> Vec<ObjectIdentifier> {
    let versions = listing.versions().iter().map(|v| (v.key(), v.version_id()));
    let markers = listing
        .delete_markers()
        .iter()
        .map(|m| (m.key(), m.version_id()));
    let identifier = |(key, id): (Option<&str>, Option<&str>)| {
        ObjectIdentifier::builder()
            .key(key?)
            .version_id(id?)
            .build()
            .ok()
    };
    versions.chain(markers).filter_map(identifier).collect()
}

/// A version that was not deleted.
#[derive(Debug)]
pub(super) struct Stayed {
    pub(super) key: String,
    pub(super) version: String,
    pub(super) code: String,
    /// One line for people.
    pub(super) why: String,
}

impl Stayed {
    /// Whether a lock may have kept it; S3 says no more than that access is denied.
    pub(super) fn may_be_locked(&self) -> bool {
        self.code == "AccessDenied"
    }
}

/// Deletes these versions; answers those that stayed.
async fn delete(
    client: &Client,
    bucket: &str,
    objects: Vec<ObjectIdentifier>,
) -> Result<Vec<Stayed>, String> {
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true);
    let delete = delete.build().map_err(|error| error.to_string())?;
    let request = client.delete_objects().bucket(bucket).delete(delete);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.code() == Some("NoSuchBucket") => return Ok(Vec::new()),
        Err(error) => return Err(refused("DeleteObjects", bucket, &error).to_string()),
    };
    let line = |error: &aws_sdk_s3::types::Error| {
        let (key, id) = (
            error.key().unwrap_or("?"),
            error.version_id().unwrap_or("null"),
        );
        let code = error.code().unwrap_or("no code");
        let message = error.message().unwrap_or_default();
        Stayed {
            key: key.to_owned(),
            version: id.to_owned(),
            code: code.to_owned(),
            why: format!("{key} version {id}: {code}: {message}"),
        }
    };
    Ok(answer.errors().iter().map(line).collect())
}

async fn uploads(client: &Client, bucket: &str, prefix: &str) -> Result<Page, String> {
    let request = client
        .list_multipart_uploads()
        .bucket(bucket)
        .prefix(prefix);
    let listing = match request.send().await {
        Ok(listing) => listing,
        Err(error) if error.code() == Some("NoSuchBucket") => return Ok(Page::default()),
        Err(error) => return Err(refused("ListMultipartUploads", bucket, &error).to_string()),
    };
    let mut page = Page {
        more: listing.is_truncated() == Some(true),
        ..Page::default()
    };
    for upload in listing.uploads() {
        let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else {
            continue;
        };
        match abort(client, bucket, key, id).await {
            Ok(()) => page.removed += 1,
            Err(why) => page.obstacle = page.obstacle.or(Some(why)),
        }
    }
    Ok(page)
}

async fn abort(client: &Client, bucket: &str, key: &str, id: &str) -> Result<(), String> {
    let request = client.abort_multipart_upload().bucket(bucket).key(key);
    match request.upload_id(id).send().await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("NoSuchUpload") => Ok(()),
        Err(error) => {
            let subject = format!("{bucket}/{key}");
            Err(refused("AbortMultipartUpload", &subject, &error).to_string())
        }
    }
}
