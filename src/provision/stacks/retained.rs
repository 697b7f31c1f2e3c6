//! What a stack left when it was removed, since its template retains it.

use std::fmt;

use aws_sdk_cloudformation::types::{ResourceStatus, StackResourceSummary};
use aws_sdk_s3::error::ProvideErrorMetadata;

use super::cloudformation::Place;
use crate::error::{Error, Result};
use crate::history::Side;
use crate::provision::endpoint;
use crate::provision::remove::{self, LeftBehind};
use crate::target::{Target, refused};

/// The tags by which a bucket says which stack made it: ours, and CloudFormation's own.
const TAGS: [&str; 2] = ["bucketpair:stack", "aws:cloudformation:stack-id"];

/// A resource that outlived its stack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Retained {
    /// The side that it is on.
    pub side: Side,
    /// The region that it is in.
    pub region: String,
    /// Its type, as `AWS::S3::Bucket`.
    pub kind: String,
    /// Its name or ID.
    pub name: String,
    /// The ID of the stack that made it.
    pub stack: String,
}

impl fmt::Display for Retained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, region) = (&self.name, &self.region);
        match self.is_bucket() {
            true => write!(f, "the bucket {name} in {region}"),
            false => write!(f, "the key {name} in {region}"),
        }
    }
}

impl Retained {
    fn is_bucket(&self) -> bool {
        self.kind == "AWS::S3::Bucket"
    }
}

/// What the stack that was removed now left, and what is still there of buckets that earlier ones
/// left. A bucket's policy goes with the bucket.
pub(super) async fn retained(
    target: &Target,
    place: &Place,
    now: Option<String>,
) -> Result<Vec<Retained>> {
    let earlier = place.deleted().await?;
    let earlier = earlier.into_iter().filter(|id| now.as_ref() != Some(id));
    let ids: Vec<String> = now.iter().cloned().chain(earlier).collect();
    let mut kept: Vec<Retained> = Vec::new();
    for id in &ids {
        for resource in place.resources(id).await? {
            let one = read(&resource, place, id);
            let is_of_now = now.as_ref() == Some(id);
            kept.extend(one.filter(|one| one.is_bucket() || is_of_now));
        }
    }
    let mut there: Vec<Retained> = Vec::new();
    for one in kept {
        let is_new = there.iter().all(|other| other.name != one.name);
        if is_new && (!one.is_bucket() || may_be_ours(target, &one).await?) {
            there.push(one);
        }
    }
    Ok(there)
}

fn read(resource: &StackResourceSummary, place: &Place, id: &str) -> Option<Retained> {
    let is_kept = resource.resource_status() == Some(&ResourceStatus::DeleteSkipped);
    let kind = resource.resource_type()?;
    let is_meant = ["AWS::S3::Bucket", "AWS::KMS::Key"].contains(&kind);
    let name = resource.physical_resource_id().filter(|id| !id.is_empty());
    (is_kept && is_meant).then_some(Retained {
        side: place.side,
        region: place.region.clone(),
        kind: kind.to_owned(),
        name: name?.to_owned(),
        stack: id.to_owned(),
    })
}

/// Whether the bucket is there and does not say that another stack made it.
async fn may_be_ours(target: &Target, one: &Retained) -> Result<bool> {
    match made_by(target, one).await {
        Ok(MadeBy::Stack(stack)) => Ok(stack == one.stack),
        Ok(MadeBy::Gone) => Ok(false),
        // It is named, and whoever wants it deleted is told why it is not.
        Ok(MadeBy::Unknown) => Ok(true),
        Err(Error::Refused { code, .. }) if code == "AccessDenied" => Ok(true),
        Err(error) => Err(error),
    }
}

/// Which stack made a bucket, by its tags.
enum MadeBy {
    Stack(String),
    Unknown,
    Gone,
}

async fn made_by(target: &Target, one: &Retained) -> Result<MadeBy> {
    let client = &endpoint(target, one.side).client;
    match client.get_bucket_tagging().bucket(&one.name).send().await {
        Ok(answer) => {
            let mut tags = answer.tag_set().iter();
            let tag = tags.find(|tag| TAGS.contains(&tag.key()));
            Ok(tag.map_or(MadeBy::Unknown, |tag| MadeBy::Stack(tag.value().to_owned())))
        }
        Err(error) => match error.code() {
            // Redirected to another region: somebody took the name.
            Some("NoSuchBucket" | "PermanentRedirect") => Ok(MadeBy::Gone),
            Some("NoSuchTagSet" | "NoSuchTagSetError") => Ok(MadeBy::Unknown),
            _ => Err(refused("GetBucketTagging", &one.name, &error)),
        },
    }
}

/// Empties and deletes the buckets among what was retained, the source's first, by version ID. A
/// bucket goes only if its own tag says that this stack made it. Keys are named: whoever deletes
/// one loses what is encrypted under it elsewhere too, and KMS waits for days anyway.
pub async fn delete_retained(target: &Target, retained: &[Retained]) -> Vec<LeftBehind> {
    let mut left = Vec::new();
    for one in retained {
        let outcome = match one.is_bucket() {
            true => delete(target, one).await,
            false => Err(format!(
                "keys are left to you; aws kms schedule-key-deletion --region {} --key-id {}",
                one.region, one.name
            )),
        };
        left.extend(outcome.err().map(|why| LeftBehind {
            bucket: one.name.clone(),
            why,
        }));
    }
    left
}

async fn delete(target: &Target, one: &Retained) -> Result<(), String> {
    let client = &endpoint(target, one.side).client;
    match made_by(target, one)
        .await
        .map_err(|error| error.to_string())?
    {
        MadeBy::Gone => Ok(()),
        MadeBy::Stack(stack) if stack == one.stack => {
            remove::clear_out(client, &one.name, one.side).await
        }
        MadeBy::Stack(other) => Err(foreign(one, Some(&other))),
        MadeBy::Unknown => Err(foreign(one, None)),
    }
}

fn foreign(one: &Retained, other: Option<&str>) -> String {
    let tag = TAGS[0];
    match other {
        Some(stack) => format!("its tag {tag} names another stack ({stack}), so it is left alone"),
        None => format!(
            "it has no tag {tag} of the stack {}, so it is left alone; empty and delete it by hand \
             if it is yours",
            one.stack
        ),
    }
}
