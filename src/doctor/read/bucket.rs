//! What a bucket says of itself.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, DefaultRetention, ExpirationStatus, LifecycleRule,
    NoncurrentVersionExpiration, NotificationConfiguration, ObjectLockEnabled, Payer,
    ServerSideEncryptionRule,
};

use super::{fact, gap, rules, status};
use crate::doctor::facts::{
    BucketFacts, Cause, Encryption, Fact, Gap, LifecycleFacts, LockFacts, Notification, Versioning,
};
use crate::doctor::policy::Policy;
use crate::error::{Error, Result};
use crate::target::{Endpoint, refused};

/// Reads a bucket.
///
/// # Errors
/// [`Error::Usage`] when it is not there, [`Error::Unreachable`] when nothing answers.
pub(super) async fn read(endpoint: &Endpoint, name: &str) -> Result<BucketFacts> {
    must_be_there(endpoint, name).await?;
    let on = On {
        client: &endpoint.client,
        bucket: name,
    };
    let (versioning, encryption, lifecycle, lock, ownership) = tokio::join!(
        on.versioning(),
        on.encryption(),
        on.lifecycle(),
        on.lock(),
        on.ownership()
    );
    let (policy, requester_pays, notifications, logs_to, replication) = tokio::join!(
        on.policy(),
        on.requester_pays(),
        on.notifications(),
        on.logs_to(),
        rules::configuration(&endpoint.client, name)
    );
    Ok(BucketFacts {
        name: name.to_owned(),
        region: endpoint.region.clone(),
        versioning,
        encryption,
        lifecycle,
        lock,
        ownership,
        policy,
        requester_pays,
        notifications,
        logs_to,
        replication,
    })
}

async fn must_be_there(endpoint: &Endpoint, name: &str) -> Result<()> {
    let outcome = endpoint.client.head_bucket().bucket(name).send().await;
    let Err(error) = outcome else { return Ok(()) };
    match refused("HeadBucket", name, &error) {
        _ if gap::of("", "", &error).cause == Cause::Denied => Ok(()),
        _ if status(&error) == 404 => Err(Error::Usage(format!(
            "the bucket {name} of --pair is not at {}; is its name right?",
            endpoint.url
        ))),
        other => Err(other),
    }
}

struct On<'a> {
    client: &'a Client,
    bucket: &'a str,
}

/// The answer, or none where the bucket has no such configuration, which S3 says by this code.
pub(super) fn configured<T, E>(
    (call, permission): (&str, &str),
    absent: &str,
    outcome: Result<T, SdkError<E>>,
) -> Fact<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match outcome {
        Err(error) if error.code() == Some(absent) => Fact::Known(None),
        outcome => map(fact(call, permission, outcome), Some),
    }
}

pub(super) fn map<T, U>(fact: Fact<T>, change: impl FnOnce(T) -> U) -> Fact<U> {
    match fact {
        Fact::Known(value) => Fact::Known(change(value)),
        Fact::Unknown(gap) => Fact::Unknown(gap),
    }
}

impl On<'_> {
    async fn versioning(&self) -> Fact<Versioning> {
        let answer = self
            .client
            .get_bucket_versioning()
            .bucket(self.bucket)
            .send()
            .await;
        let answer = fact("GetBucketVersioning", "s3:GetBucketVersioning", answer);
        map(answer, |answer| Versioning {
            status: answer.status.map(|status| status.as_str().to_owned()),
        })
    }

    async fn encryption(&self) -> Fact<Option<Encryption>> {
        let answer = self
            .client
            .get_bucket_encryption()
            .bucket(self.bucket)
            .send()
            .await;
        let call = ("GetBucketEncryption", "s3:GetEncryptionConfiguration");
        let absent = "ServerSideEncryptionConfigurationNotFoundError";
        map(configured(call, absent, answer), |answer| {
            let rules = answer?.server_side_encryption_configuration?.rules;
            rules.first().map(encryption)
        })
    }

    async fn lifecycle(&self) -> Fact<Vec<LifecycleFacts>> {
        let request = self.client.get_bucket_lifecycle_configuration();
        let answer = request.bucket(self.bucket).send().await;
        let call = (
            "GetBucketLifecycleConfiguration",
            "s3:GetLifecycleConfiguration",
        );
        map(
            configured(call, "NoSuchLifecycleConfiguration", answer),
            |answer| {
                let rules = answer.map(|answer| answer.rules.unwrap_or_default());
                rules.unwrap_or_default().iter().map(lifecycle).collect()
            },
        )
    }

    async fn lock(&self) -> Fact<Option<LockFacts>> {
        let request = self.client.get_object_lock_configuration();
        let answer = request.bucket(self.bucket).send().await;
        let call = (
            "GetObjectLockConfiguration",
            "s3:GetBucketObjectLockConfiguration",
        );
        let absent = "ObjectLockConfigurationNotFoundError";
        map(configured(call, absent, answer), |answer| {
            let lock = answer?.object_lock_configuration?;
            (lock.object_lock_enabled == Some(ObjectLockEnabled::Enabled)).then(|| LockFacts {
                default_retention: lock
                    .rule
                    .and_then(|rule| rule.default_retention)
                    .map(retention),
            })
        })
    }

    async fn ownership(&self) -> Fact<Option<String>> {
        let request = self.client.get_bucket_ownership_controls();
        let answer = request.bucket(self.bucket).send().await;
        let call = (
            "GetBucketOwnershipControls",
            "s3:GetBucketOwnershipControls",
        );
        map(
            configured(call, "OwnershipControlsNotFoundError", answer),
            |answer| {
                let rules = answer?.ownership_controls?.rules;
                rules
                    .first()
                    .map(|rule| rule.object_ownership.as_str().to_owned())
            },
        )
    }

    async fn policy(&self) -> Fact<Option<Policy>> {
        let answer = self
            .client
            .get_bucket_policy()
            .bucket(self.bucket)
            .send()
            .await;
        let call = ("GetBucketPolicy", "s3:GetBucketPolicy");
        match configured(call, "NoSuchBucketPolicy", answer) {
            Fact::Known(answer) => match answer.and_then(|answer| answer.policy) {
                Some(text) => map(parsed(call, &text), Some),
                None => Fact::Known(None),
            },
            Fact::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    async fn requester_pays(&self) -> Fact<bool> {
        let answer = self
            .client
            .get_bucket_request_payment()
            .bucket(self.bucket)
            .send()
            .await;
        let answer = fact(
            "GetBucketRequestPayment",
            "s3:GetBucketRequestPayment",
            answer,
        );
        map(answer, |answer| answer.payer == Some(Payer::Requester))
    }

    async fn notifications(&self) -> Fact<Vec<Notification>> {
        let request = self.client.get_bucket_notification_configuration();
        let answer = request.bucket(self.bucket).send().await;
        let answer = fact(
            "GetBucketNotificationConfiguration",
            "s3:GetBucketNotification",
            answer,
        );
        map(answer, |answer| {
            let configuration = NotificationConfiguration::builder()
                .set_topic_configurations(answer.topic_configurations)
                .set_queue_configurations(answer.queue_configurations)
                .set_lambda_function_configurations(answer.lambda_function_configurations)
                .set_event_bridge_configuration(answer.event_bridge_configuration);
            told(&configuration.build())
        })
    }

    async fn logs_to(&self) -> Fact<Option<String>> {
        let answer = self
            .client
            .get_bucket_logging()
            .bucket(self.bucket)
            .send()
            .await;
        let answer = fact("GetBucketLogging", "s3:GetBucketLogging", answer);
        map(answer, |answer| {
            answer.logging_enabled.map(|logging| logging.target_bucket)
        })
    }
}

/// A policy document, or the gap that one leaves which cannot be read.
pub(super) fn parsed((call, permission): (&str, &str), text: &str) -> Fact<Policy> {
    match Policy::parse(text) {
        Ok(policy) => Fact::Known(policy),
        Err(why) => Fact::Unknown(Gap {
            call: call.to_owned(),
            permission: permission.to_owned(),
            cause: Cause::Failed,
            said: format!("the policy is none: {why}"),
        }),
    }
}

fn encryption(rule: &ServerSideEncryptionRule) -> Encryption {
    let default = rule.apply_server_side_encryption_by_default();
    let blocked = rule
        .blocked_encryption_types()
        .map(BlockedEncryptionTypes::encryption_type);
    let named = blocked
        .unwrap_or_default()
        .iter()
        .map(|kind| kind.as_str().to_owned());
    Encryption {
        algorithm: default.map(|default| default.sse_algorithm().as_str().to_owned()),
        key: default
            .and_then(|default| default.kms_master_key_id())
            .map(str::to_owned),
        bucket_key: rule.bucket_key_enabled().unwrap_or_default(),
        blocked: named.filter(|kind| kind != "NONE").collect(),
    }
}

fn lifecycle(rule: &LifecycleRule) -> LifecycleFacts {
    let expires = rule
        .expiration()
        .is_some_and(|e| e.days().is_some() || e.date().is_some());
    let classes = rule
        .transitions()
        .iter()
        .filter_map(|transition| transition.storage_class());
    LifecycleFacts {
        id: rule.id().unwrap_or_default().to_owned(),
        enabled: rule.status() == &ExpirationStatus::Enabled,
        expires,
        noncurrent_days: rule
            .noncurrent_version_expiration()
            .and_then(NoncurrentVersionExpiration::noncurrent_days),
        moves_to: classes.map(|class| class.as_str().to_owned()).collect(),
    }
}

fn retention(default: DefaultRetention) -> String {
    let mode = default.mode.map(|mode| mode.as_str().to_owned());
    let span = match (default.days, default.years) {
        (Some(days), _) => format!("{days} days"),
        (None, Some(years)) => format!("{years} years"),
        (None, None) => "no time".to_owned(),
    };
    format!("{}, {span}", mode.unwrap_or_default())
}

fn told(configuration: &NotificationConfiguration) -> Vec<Notification> {
    let mut told = Vec::new();
    let mut add = |to: &str, events: &[aws_sdk_s3::types::Event]| {
        let events = events
            .iter()
            .map(|event| event.as_str().to_owned())
            .collect();
        let to = to.to_owned();
        told.push(Notification { to, events });
    };
    for topic in configuration.topic_configurations() {
        add(topic.topic_arn(), topic.events());
    }
    for queue in configuration.queue_configurations() {
        add(queue.queue_arn(), queue.events());
    }
    for function in configuration.lambda_function_configurations() {
        add(function.lambda_function_arn(), function.events());
    }
    if configuration.event_bridge_configuration().is_some() {
        let (to, events) = ("EventBridge".to_owned(), vec!["*".to_owned()]);
        told.push(Notification { to, events });
    }
    told
}
