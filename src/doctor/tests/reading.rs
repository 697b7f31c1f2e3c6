//! Reading: nothing but reads is sent, and what is refused becomes a gap.

use rstest::rstest;

use super::*;
use crate::target::fake;

pub(super) fn gap() -> Gap {
    Gap {
        call: "GetBucketPolicy".to_owned(),
        permission: "s3:GetBucketPolicy".to_owned(),
        cause: Cause::Denied,
        said: "AccessDenied: Access Denied".to_owned(),
    }
}

const REPLICATION: &str = r"<ReplicationConfiguration><Role>arn:aws:iam::111122223333:role/replication</Role>
    <Rule><ID>all</ID><Status>Enabled</Status><Priority>3</Priority>
      <Filter><And><Prefix>logs/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>
      <SourceSelectionCriteria>
        <SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects>
        <ReplicaModifications><Status>Enabled</Status></ReplicaModifications>
      </SourceSelectionCriteria>
      <DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>
      <Destination><Bucket>arn:aws:s3:::replica</Bucket><Account>444455556666</Account>
        <AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>
        <EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:us-east-1:111122223333:key/k</ReplicaKmsKeyID></EncryptionConfiguration>
        <ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>
        <Metrics><Status>Enabled</Status><EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics>
      </Destination></Rule></ReplicationConfiguration>";

/// Documents as AWS writes them, or its error where there is none.
pub(super) fn aws(query: &str) -> (u16, String) {
    let document = |text: &str| (200, text.to_owned());
    match query.split(['&', '=']).next().unwrap_or_default() {
        "versioning" => {
            document("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        }
        "encryption" => document(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
             <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
             <BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes>\
             <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
        ),
        "lifecycle" => (404, fake::error("NoSuchLifecycleConfiguration", "no")),
        "object-lock" => (
            404,
            fake::error("ObjectLockConfigurationNotFoundError", "no"),
        ),
        "ownershipControls" => document(
            "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
        ),
        "policy" => document(
            r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}}"#,
        ),
        "requestPayment" => document(
            "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
        ),
        "notification" => document(
            "<NotificationConfiguration><QueueConfiguration><Queue>q</Queue>\
             <Event>s3:ObjectCreated:*</Event></QueueConfiguration>\
             <EventBridgeConfiguration/></NotificationConfiguration>",
        ),
        "logging" => document(
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket>\
             <TargetPrefix/></LoggingEnabled></BucketLoggingStatus>",
        ),
        "replication" => document(REPLICATION),
        _ => (200, String::new()),
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_but_reads_is_sent() {
    let (client, log) = fake::http(|asked| aws(&asked.query));
    read(&fake::target(&client), "source", "replica")
        .await
        .unwrap();
    let asked = log.lock().unwrap();
    let reads = |asked: &fake::Asked| {
        // IAM names its action in the body, KMS in a header.
        let named = asked
            .body
            .strip_prefix("Action=")
            .or(asked.operation.strip_prefix("TrentService."));
        let named = named.is_some_and(|name| {
            ["Get", "List", "Describe"]
                .iter()
                .any(|read| name.starts_with(read))
        });
        matches!(asked.method.as_str(), "GET" | "HEAD") || named
    };
    let others: Vec<_> = asked.iter().filter(|asked| !reads(asked)).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(asked.len() >= 23, "{} requests only", asked.len());
}

#[tokio::test(start_paused = true)]
async fn every_element_is_read() {
    let (client, _) = fake::http(|asked| aws(&asked.query));
    let facts = read(&fake::target(&client), "source", "replica")
        .await
        .unwrap();
    let key = "arn:aws:kms:us-east-1:111122223333:key/k";
    let rule = Rule::new("all").with_prefix("logs/").with_tag("a", "b");
    let mut rule = rule.with_replica_kms_key(key);
    rule.owner_override = Some("444455556666".to_owned());
    let expected = ConfiguredRule {
        rule: rule
            .with_priority(3)
            .with_destination("replica")
            .with_replica_modifications()
            .with_replication_time(),
        account: Some("444455556666".to_owned()),
        owner_override: true,
        kms_opt_in: true,
        replica_key: Some(key.to_owned()),
        replica_modifications: true,
        rtc_minutes: Some(15),
        metrics: true,
    };
    assert_eq!(facts.configuration().unwrap().rules, [expected]);
    let source = &facts.source;
    let encryption = source.encryption.known().unwrap().clone().unwrap();
    assert!(encryption.blocks_sse_c() && encryption.bucket_key && !encryption.is_kms());
    assert_eq!(source.lifecycle.known(), Some(&Vec::new()));
    assert_eq!(source.lock.known(), Some(&None));
    assert_eq!(source.logs_to.known(), Some(&Some("logs".to_owned())));
    assert_eq!(source.notifications.known().unwrap().len(), 2);
    let kinds: Vec<_> = findings(&facts)
        .iter()
        .map(|finding| finding.kind)
        .collect();
    assert!(kinds.contains(&K::PolicyDenies), "{kinds:?}");
}

#[rstest]
#[case::denied(403, "AccessDenied", Cause::Denied, "allow s3:GetBucketVersioning")]
#[case::not_offered(501, "NotImplemented", Cause::NotOffered, "does not offer it")]
#[case::failed(400, "InvalidRequest", Cause::Failed, "try again")]
#[tokio::test(start_paused = true)]
async fn what_is_refused_is_a_finding_with_the_permission_that_it_takes(
    #[case] status: u16,
    #[case] code: &'static str,
    #[case] cause: Cause,
    #[case] remedy: &str,
) {
    let (client, _) = fake::http(move |asked| match asked.method.as_str() {
        "HEAD" => (200, String::new()),
        _ => (status, fake::error(code, "no")),
    });
    let facts = read(&fake::target(&client), "source", "replica")
        .await
        .unwrap();
    assert_eq!(facts.source.versioning.gap().unwrap().cause, cause);
    let found = findings(&facts);
    assert_eq!(exit_code(&found) as u8, 3, "{found:?}");
    let unread = found.iter().filter(|finding| finding.kind == K::NotRead);
    assert_eq!(unread.clone().count(), 2, "one a bucket: {found:?}");
    assert!(
        unread
            .clone()
            .all(|finding| finding.remedy.contains(remedy)),
        "{found:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_expects_another_owner_is_of_another_account() {
    let (client, _) = fake::http(|asked| match asked.method.as_str() {
        "HEAD" if asked.path.starts_with("replica") && asked.expects_owner => (403, String::new()),
        _ => aws(&asked.query),
    });
    let facts = read(&fake::target(&client), "source", "replica")
        .await
        .unwrap();
    assert!(facts.is_cross_account());
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_not_there_is_a_usage_error() {
    let (client, _) = fake::http(|_| (404, String::new()));
    let error = read(&fake::target(&client), "source", "replica")
        .await
        .unwrap_err();
    assert_eq!(error.exit_code() as u8, 2, "{error}");
}
