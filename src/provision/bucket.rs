//! Making one bucket with its settings.

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::create_bucket::{CreateBucketError, CreateBucketOutput};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
    CreateBucketConfiguration, ExpirationStatus, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    Tag, Tagging, VersioningConfiguration,
};

use super::aborted::settled;
use super::pace::Pace;
use super::tagging::{self, Owner};
use super::{Entry, Ledger, Placed, Request, State, built, endpoint};
use crate::error::{Error, Result};
use crate::history::Bucket;
use crate::policy::{self, Replication};
use crate::target::{Endpoint, Target, refused};

const SETTLED: Duration = Duration::from_secs(30);

/// Makes the bucket and its settings; answers what could not be had and is not needed.
pub(super) async fn make(
    target: &Target,
    request: &Request,
    bucket: &Bucket,
    ledger: &Ledger,
) -> Result<Option<String>> {
    let on = On {
        endpoint: endpoint(target, bucket.side),
        bucket: &bucket.name,
    };
    let tags = tags(request, ledger)?;
    let entry = Entry::Bucket(Placed::of(target, bucket));
    on.must_be_free().await?;
    ledger.intend(entry.clone()).await?;
    on.create(&tags).await?;
    if !on.make_ours(&tags, ledger.run()).await? {
        // An intention that is somebody's bucket is none any more: nobody may go at it.
        ledger.note(&entry, State::Removed).await?;
        return Err(on.taken());
    }
    ledger.note(&entry, State::Tagged).await?;
    let (versioning, encryption, lifecycle, block) = tokio::join!(
        on.version(),
        on.encrypt(),
        on.expire_noncurrent(request.noncurrent_days),
        on.block_public_access()
    );
    versioning.and(encryption).and(lifecycle).and(block)
}

/// Puts the policy that a destination needs in another account than the role's: that one role may
/// write replicas (R-IAM-07).
pub(super) async fn let_role_write(
    target: &Target,
    bucket: &Bucket,
    source: &str,
    role: &str,
) -> Result<()> {
    let on = On {
        endpoint: endpoint(target, bucket.side),
        bucket: &bucket.name,
    };
    let pair = policy::Pair {
        partition: role.split(':').nth(1).unwrap_or("aws"),
        source,
        destination: &bucket.name,
    };
    let document = policy::table().of_destination(pair, &Replication::default(), role);
    let request = on.client().put_bucket_policy().bucket(on.bucket);
    let request = request.policy(document.to_string());
    let outcome = settled(|| request.clone().send()).await;
    outcome.map_err(|error| on.refused("PutBucketPolicy", &error))?;
    Ok(())
}

fn tags(request: &Request, ledger: &Ledger) -> Result<Vec<Tag>> {
    let tags = [
        (tagging::RUN, ledger.run()),
        (tagging::SCENARIO, &request.scenario),
        (tagging::EXPIRES, ledger.expires()),
    ];
    let tags = tags.into_iter();
    tags.map(|(key, value)| built(Tag::builder().key(key).value(value).build()))
        .collect()
}

/// One bucket at its endpoint.
struct On<'a> {
    endpoint: &'a Endpoint,
    bucket: &'a str,
}

impl On<'_> {
    fn client(&self) -> &aws_sdk_s3::Client {
        &self.endpoint.client
    }

    fn refused<E>(&self, actor: &str, error: &SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match refused(actor, self.bucket, error) {
            Error::Unreachable { actor, cause, .. } => Error::Unreachable {
                actor: format!("{actor} {}", self.bucket),
                endpoint: self.endpoint.url.clone(),
                cause,
            },
            other => other,
        }
    }

    /// `CreateBucket` in us-east-1 answers 200 for a bucket one has: so it is asked for first.
    async fn must_be_free(&self) -> Result<()> {
        match self.client().head_bucket().bucket(self.bucket).send().await {
            Ok(_) => Err(self.taken()),
            Err(error) => match status(&error) {
                Some(404) => Ok(()),
                Some(301 | 403) => Err(self.taken()),
                _ => Err(self.refused("HeadBucket", &error)),
            },
        }
    }

    fn taken(&self) -> Error {
        Error::Refused {
            actor: "CreateBucket".to_owned(),
            subject: self.bucket.to_owned(),
            code: "BucketAlreadyExists".to_owned(),
            message: format!("the name is taken at {}", self.endpoint.url),
            remedy: "; run again for a new name, or check that the keys may see the bucket".into(),
        }
    }

    /// Creates it with its tags, so that it never is without them. An endpoint that does not know
    /// tags here leaves them out, or refuses the document: then it is created without.
    async fn create(&self, tags: &[Tag]) -> Result<()> {
        match self.try_to_create(Some(tags.to_vec())).await {
            Err(error) if error.code() == Some("MalformedXML") => {
                let plain = self.try_to_create(None).await;
                self.created(plain)
            }
            outcome => self.created(outcome),
        }
    }

    async fn try_to_create(
        &self,
        tags: Option<Vec<Tag>>,
    ) -> Result<CreateBucketOutput, SdkError<CreateBucketError>> {
        let region = self.endpoint.region.as_str();
        let place = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
        let configuration = (place.is_some() || tags.is_some()).then(|| {
            CreateBucketConfiguration::builder()
                .set_location_constraint(place)
                .set_tags(tags)
                .build()
        });
        let request = self.client().create_bucket().bucket(self.bucket);
        let request = request.set_create_bucket_configuration(configuration);
        settled(|| request.clone().send()).await
    }

    fn created(
        &self,
        outcome: Result<CreateBucketOutput, SdkError<CreateBucketError>>,
    ) -> Result<()> {
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => match error.code() {
                // Perhaps our own, whose first answer was lost; its tags will tell.
                Some("BucketAlreadyOwnedByYou") => Ok(()),
                Some("BucketAlreadyExists") => Err(self.taken()),
                _ => Err(self.refused("CreateBucket", &error)),
            },
        }
    }

    /// Whether the bucket is the one that this run just created. `CreateBucket` has answered 200,
    /// which in us-east-1 proves nothing: the bucket carries the run's tag, or it carries none, is
    /// empty, and is tagged now. One with other tags, or with something in it, was there before.
    async fn make_ours(&self, tags: &[Tag], run: &str) -> Result<bool> {
        let found = tagging::read(self.client(), self.bucket).await;
        let found = found.map_err(|error| self.refused("GetBucketTagging", &error))?;
        match Owner::of(&found) {
            Owner::Run(other) => return Ok(other == run),
            Owner::Somebody => return Ok(false),
            Owner::Nobody => {}
        }
        let listing = self.client().list_object_versions().bucket(self.bucket);
        let listing = listing.max_keys(1).send().await;
        let listing = listing.map_err(|error| self.refused("ListObjectVersions", &error))?;
        if !(listing.versions().is_empty() && listing.delete_markers().is_empty()) {
            return Ok(false);
        }
        self.tag(tags).await.map(|()| true)
    }

    async fn tag(&self, tags: &[Tag]) -> Result<()> {
        let tagging = built(Tagging::builder().set_tag_set(Some(tags.to_vec())).build())?;
        let request = self.client().put_bucket_tagging().bucket(self.bucket);
        let request = request.tagging(tagging);
        let outcome = settled(|| request.clone().send()).await;
        outcome.map_err(|error| self.refused("PutBucketTagging", &error))?;
        Ok(())
    }

    async fn version(&self) -> Result<()> {
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        let request = self.client().put_bucket_versioning().bucket(self.bucket);
        let request = request.versioning_configuration(enabled);
        match settled(|| request.clone().send()).await {
            Ok(_) => self.settle_versioning().await,
            Err(error) if not_implemented(&error) => Err(self.cannot_version("it says so")),
            Err(error) => Err(self.refused("PutBucketVersioning", &error)),
        }
    }

    async fn settle_versioning(&self) -> Result<()> {
        let mut pace = Pace::new(SETTLED);
        while !is_versioned(self.endpoint, self.bucket).await? {
            if !pace.again().await {
                return Err(self.cannot_version("it stays off after it was enabled"));
            }
        }
        Ok(())
    }

    fn cannot_version(&self, why: &str) -> Error {
        Error::NotOffered(format!(
            "{} cannot version {} ({why}), and only versioned buckets replicate; \
             choose another endpoint",
            self.endpoint.url, self.bucket
        ))
    }

    async fn encrypt(&self) -> Result<()> {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::Aes256)
            .build();
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(built(default)?)
            .build();
        let configuration = ServerSideEncryptionConfiguration::builder().rules(rule);
        let request = self.client().put_bucket_encryption().bucket(self.bucket);
        let request = request.server_side_encryption_configuration(built(configuration.build())?);
        let outcome = settled(|| request.clone().send()).await;
        outcome.map_err(|error| self.refused("PutBucketEncryption", &error))?;
        Ok(())
    }

    async fn expire_noncurrent(&self, days: u32) -> Result<()> {
        let expiration = NoncurrentVersionExpiration::builder()
            .noncurrent_days(i32::try_from(days).unwrap_or(i32::MAX))
            .build();
        let rule = LifecycleRule::builder()
            .id("noncurrent-versions")
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix("").build())
            .noncurrent_version_expiration(expiration);
        let configuration = BucketLifecycleConfiguration::builder().rules(built(rule.build())?);
        let request = self.client().put_bucket_lifecycle_configuration();
        let request = request
            .bucket(self.bucket)
            .lifecycle_configuration(built(configuration.build())?);
        let outcome = settled(|| request.clone().send()).await;
        outcome.map_err(|error| self.refused("PutBucketLifecycleConfiguration", &error))?;
        Ok(())
    }

    async fn block_public_access(&self) -> Result<Option<String>> {
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let request = self.client().put_public_access_block().bucket(self.bucket);
        let request = request.public_access_block_configuration(all);
        match settled(|| request.clone().send()).await {
            Ok(_) => Ok(None),
            Err(error) if not_implemented(&error) => Ok(Some(format!(
                "{} does not offer PutPublicAccessBlock: public access to {} is not blocked",
                self.endpoint.url, self.bucket
            ))),
            Err(error) => Err(self.refused("PutPublicAccessBlock", &error)),
        }
    }
}

/// Whether versioning is `Enabled`. Some servers (moto) wrap the answer in an element that the SDK
/// does not know; then the text itself is looked at.
pub(super) async fn is_versioned(endpoint: &Endpoint, bucket: &str) -> Result<bool> {
    let request = endpoint.client.get_bucket_versioning().bucket(bucket);
    match request.send().await {
        Ok(answer) => Ok(answer.status() == Some(&BucketVersioningStatus::Enabled)),
        Err(error) if status(&error) == Some(200) => Ok(text(&error).contains(">Enabled</Status>")),
        Err(error) => Err(refused("GetBucketVersioning", bucket, &error)),
    }
}

fn text<E>(error: &SdkError<E>) -> String {
    let bytes = error.raw_response().and_then(|raw| raw.body().bytes());
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

fn not_implemented<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    status(error) == Some(501) || error.code() == Some("NotImplemented")
}

/// The status of the answer, if there was one.
pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|raw| raw.status().as_u16())
}
