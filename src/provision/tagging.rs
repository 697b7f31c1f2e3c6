//! Whose a bucket is: its tags, read back.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_bucket_tagging::GetBucketTaggingError;
use aws_sdk_s3::types::Tag;

use crate::error;
use crate::target::{Target, refused};

/// The tag that says which run made a bucket. Only buckets with it are emptied.
pub(super) const RUN: &str = "bucketpair:run";
/// The tag that says which scenario a bucket is for.
pub(super) const SCENARIO: &str = "bucketpair:scenario";
/// The tag that says when a bucket is rubbish, as an RFC 3339 time.
pub(super) const EXPIRES: &str = "bucketpair:expires";

/// What the tags of a bucket say about its run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A run of bucketpair.
    Run(String),
    /// Somebody who tags otherwise.
    Somebody,
    /// It has no tags.
    Nobody,
}

impl Owner {
    pub(super) fn of(tags: &[Tag]) -> Self {
        match value(tags, RUN) {
            Some(run) => Self::Run(run.to_owned()),
            None if tags.is_empty() => Self::Nobody,
            None => Self::Somebody,
        }
    }
}

/// The value of a tag.
pub(super) fn value<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    let tag = tags.iter().find(|tag| tag.key() == key);
    tag.map(Tag::value)
}

/// The tags of a bucket; none where it has no tag set.
pub(super) async fn read(
    client: &Client,
    bucket: &str,
) -> Result<Vec<Tag>, SdkError<GetBucketTaggingError>> {
    match client.get_bucket_tagging().bucket(bucket).send().await {
        Ok(answer) => Ok(answer.tag_set),
        Err(error) => match error.code() {
            Some("NoSuchTagSet" | "NoSuchTagSetError") => Ok(Vec::new()),
            _ => Err(error),
        },
    }
}

/// Whether a source bucket was made by a run of bucketpair, as its tags say.
///
/// # Errors
/// What S3 refuses.
pub async fn is_of_a_run(target: &Target, source: &str) -> error::Result<bool> {
    let tags = read(&target.source.client, source).await;
    let tags = tags.map_err(|error| refused("GetBucketTagging", source, &error))?;
    Ok(matches!(Owner::of(&tags), Owner::Run(_)))
}
