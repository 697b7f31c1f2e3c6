//! Encryption: SSE-C, KMS and its opt-in, defaults that are not used.

use super::configuration::place;
use super::facts::{ConfiguredRule, Encryption, Facts};
use super::finding::{Finding, FindingKind};
use super::policy::account;

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let none = Encryption::default();
    let of = |known: Option<&Option<Encryption>>| known.map(|e| e.clone().unwrap_or(none.clone()));
    let source = of(facts.source.encryption.known());
    let destination = of(facts.destination.encryption.known());
    let mut found: Vec<_> = facts
        .enabled()
        .flat_map(|rule| replica_key(facts, rule))
        .collect();
    if let Some(source) = &source {
        found.extend(opt_in(facts, source));
    }
    if let (Some(source), Some(destination)) = (&source, &destination) {
        found.extend(sse_c(facts, source, destination));
        found.extend(unused_default(facts, source, destination));
    }
    found
}

fn sse_c(facts: &Facts, source: &Encryption, destination: &Encryption) -> Option<Finding> {
    let takes = !source.blocks_sse_c() && destination.blocks_sse_c();
    let rule = facts.enabled().next()?;
    takes.then(|| {
        FindingKind::SseCBlocked.at(
            &facts.destination.name,
            format!("it blocks SSE-C and {} takes it: objects with customer-provided keys that {:?} selects end FAILED", facts.source.name, rule.rule.id),
            "block SSE-C at the source too, or unblock it here (PutBucketEncryption, BlockedEncryptionTypes NONE)",
        )
    })
}

fn opt_in(facts: &Facts, source: &Encryption) -> Option<Finding> {
    let rule = facts.enabled().find(|configured| !configured.kms_opt_in)?;
    let at = place(&facts.source.name, rule);
    let remedy = "add SourceSelectionCriteria/SseKmsEncryptedObjects Enabled and EncryptionConfiguration/ReplicaKmsKeyID to the rule";
    Some(match source.is_kms() {
        true => FindingKind::KmsNotOptedIn.at(
            at,
            "the source encrypts with KMS by default, and the rule does not opt in: such objects are skipped, without a status",
            remedy,
        ),
        false => FindingKind::KmsObjectsSkipped.at(
            at,
            "the rule does not opt in to KMS: an object that a writer encrypts with aws:kms is skipped, without a status",
            format!("nothing, if no writer does; else {remedy}"),
        ),
    })
}

fn replica_key(facts: &Facts, configured: &ConfiguredRule) -> Vec<Finding> {
    let at = || place(&facts.source.name, configured);
    let Some(key) = &configured.replica_key else {
        let missing = configured.kms_opt_in.then(|| {
            FindingKind::ReplicaKeyMissing.at(
                at(),
                "the rule opts in to KMS and names no ReplicaKmsKeyID: KMS objects end FAILED",
                "name the ARN of a key in the destination's region",
            )
        });
        return missing.into_iter().collect();
    };
    let region = key.split(':').nth(3).unwrap_or_default();
    let there = &facts.destination.region;
    let elsewhere = (!region.is_empty() && region != there).then(|| {
        FindingKind::ReplicaKeyElsewhere.at(
            at(),
            format!("the replicas' key {key} is in {region}, and the destination in {there}: KMS objects end FAILED"),
            format!("name a key in {there}; a multi-region key counts as one of its region"),
        )
    });
    let managed = (facts.is_cross_account() && key.ends_with("alias/aws/s3")).then(|| {
        FindingKind::ManagedKeyAcrossAccounts.at(
            at(),
            format!("the replicas' key is aws/s3, which the role of account {} cannot use in another account", role_account(facts)),
            "name a customer managed key whose policy lets the role in",
        )
    });
    elsewhere.into_iter().chain(managed).collect()
}

fn role_account(facts: &Facts) -> &str {
    facts
        .configuration()
        .map_or("", |configuration| account(&configuration.role))
}

/// A replica keeps the type of its source's encryption (R-ENC-03).
fn unused_default(facts: &Facts, source: &Encryption, destination: &Encryption) -> Option<Finding> {
    let (here, there) = (algorithm(source), algorithm(destination));
    (here != there && facts.enabled().next().is_some()).then(|| {
        FindingKind::DestinationDefaultUnused.at(
            &facts.destination.name,
            format!("its default encryption is {there} and the source's {here}: replicas keep {here}, and this default is not applied to them"),
            "nothing, if that is meant; else write objects with the encryption that is wanted",
        )
    })
}

/// Where nothing is configured S3 encrypts with AES256 (R-ENC-01).
fn algorithm(encryption: &Encryption) -> &str {
    encryption.algorithm.as_deref().unwrap_or("AES256")
}
