//! What buckets are ill of.

use super::*;

fn status(status: &str) -> Fact<Versioning> {
    Fact::Known(Versioning {
        status: Some(status.to_owned()),
    })
}

fn expiring(days: i32) -> Fact<Vec<LifecycleFacts>> {
    Fact::Known(vec![LifecycleFacts {
        enabled: true,
        noncurrent_days: Some(days),
        ..LifecycleFacts::default()
    }])
}

fn deleting(enabled: bool) -> Fact<Vec<LifecycleFacts>> {
    Fact::Known(vec![LifecycleFacts {
        enabled,
        expires: true,
        ..LifecycleFacts::default()
    }])
}

fn retaining(days: Option<&str>) -> Fact<Option<LockFacts>> {
    Fact::Known(Some(LockFacts {
        default_retention: days.map(str::to_owned),
    }))
}

fn owned(ownership: &str) -> Fact<Option<String>> {
    Fact::Known(Some(ownership.to_owned()))
}

fn blocking() -> Fact<Option<Encryption>> {
    Fact::Known(Some(Encryption {
        blocked: vec!["SSE-C".to_owned()],
        ..encryption("AES256")
    }))
}

fn kms() -> Fact<Option<Encryption>> {
    Fact::Known(Some(encryption("aws:kms")))
}

fn told(events: &[&str]) -> Fact<Vec<Notification>> {
    Fact::Known(vec![Notification {
        to: "queue".to_owned(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
    }])
}

fn abroad(facts: &mut Facts) {
    facts.same_account = Fact::Known(false);
}

fn deny(action: &str, rest: &str) -> Fact<Option<Policy>> {
    let deny = format!(
        r#"{{"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "{action}", "Resource": "*"{rest}}}"#
    );
    Fact::Known(Some(policy(&deny)))
}

const EXCEPT: &str = r#", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/replication"}}"#;
const FROM_HOME: &str = r#", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#;

/// Lets the role, or another one, in.
fn lets_in(role: &str) -> Fact<Option<Policy>> {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "{role}"}}, "Action": "s3:Replicate*", "Resource": "arn:aws:s3:::replica/*"}}"#
    );
    Fact::Known(Some(policy(&statement)))
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    (K::SourceUnversioned, |f| f.source.versioning = Fact::Known(Versioning::default()),
        |f| f.source.versioning = status("Enabled")),
    (K::DestinationUnversioned, |f| f.destination.versioning = status("Suspended"),
        |f| f.source.versioning = status("Suspended")),
    (K::SseCBlocked, |f| f.destination.encryption = blocking(),
        |f| { f.source.encryption = blocking(); f.destination.encryption = blocking(); }),
    (K::KmsNotOptedIn, |f| f.source.encryption = kms(),
        |f| { f.source.encryption = kms(); first(f).kms_opt_in = true; }),
    (K::KmsObjectsSkipped, |_| {}, |f| first(f).kms_opt_in = true),
    (K::DestinationDefaultUnused, |f| f.destination.encryption = kms(),
        |f| f.destination.encryption = Fact::Known(None)),
    (K::ReplicasOfTheSource, |f| { abroad(f); f.destination.ownership = owned("ObjectWriter"); },
        |f| { abroad(f); f.destination.ownership = owned("ObjectWriter"); first(f).owner_override = true; }),
    (K::AclsDoNotTravel, |f| f.source.ownership = owned("BucketOwnerPreferred"),
        |f| { f.source.ownership = owned("BucketOwnerPreferred"); f.destination.ownership = owned("BucketOwnerPreferred"); }),
    (K::ForeignWriters, |f| f.source.ownership = Fact::Known(None),
        |f| f.source.ownership = owned("BucketOwnerPreferred")),
    (K::LockMissing, |f| f.source.lock = retaining(None),
        |f| { f.source.lock = retaining(None); f.destination.lock = retaining(None); }),
    (K::DestinationRetains, |f| f.destination.lock = retaining(Some("GOVERNANCE, 1 days")),
        |f| f.destination.lock = retaining(None)),
    (K::LifecycleOneSided, |f| f.source.lifecycle = deleting(true),
        |f| { f.source.lifecycle = deleting(true); f.destination.lifecycle = deleting(true); }),
    (K::NoncurrentPileUp, |f| f.source.lifecycle = expiring(21),
        |f| { f.source.lifecycle = expiring(21); f.destination.lifecycle = expiring(30); }),
    (K::OriginalDate, |f| f.destination.lifecycle = deleting(true),
        |f| f.destination.lifecycle = deleting(false)),
    (K::LifecycleWaits, |f| f.source.lifecycle = expiring(21),
        |f| f.source.lifecycle = deleting(false)),
    (K::RequesterPays, |f| { abroad(f); f.destination.requester_pays = Fact::Known(true); },
        |f| f.destination.requester_pays = Fact::Known(true)),
    (K::PolicyDenies, |f| f.destination.policy = deny("s3:ReplicateObject", ""),
        |f| f.destination.policy = deny("s3:ReplicateObject", EXCEPT)),
    (K::PolicyDenies, |f| f.source.policy = deny("s3:Get*", ""),
        |f| f.source.policy = deny("s3:PutObject", "")),
    (K::PolicyDeniesTags, |f| f.destination.policy = deny("s3:ReplicateTags", ""),
        |f| f.destination.policy = deny("s3:ReplicateTags", EXCEPT)),
    (K::PolicyLacks, |f| { abroad(f); f.destination.policy = lets_in("444455556666"); },
        |f| { abroad(f); f.destination.policy = lets_in(ROLE); }),
    (K::PolicyLacks, abroad, |_| {}),
    (K::PolicyUndecided, |f| f.destination.policy = deny("s3:*", FROM_HOME),
        |f| f.destination.policy = deny("s3:*", r#", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#)),
    (K::EventsAtDestination, |f| f.destination.notifications = told(&["s3:ObjectCreated:*"]),
        |f| f.destination.notifications = told(&["s3:ObjectRemoved:*"])),
    (K::LogsReplicate, |f| f.source.logs_to = Fact::Known(Some("source".to_owned())),
        |f| f.source.logs_to = Fact::Known(Some("logs".to_owned()))),
    (K::NotRead, |f| f.source.policy = Fact::Unknown(reading::gap()), |_| {}),
];
