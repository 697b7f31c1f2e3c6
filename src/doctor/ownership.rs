//! Who owns replicas, and whose access lists count.

use super::configuration::place;
use super::facts::{ConfiguredRule, Facts};
use super::finding::{Finding, FindingKind};

const ENFORCED: &str = "BucketOwnerEnforced";

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let ownership = |known: Option<&Option<String>>| {
        Some(known?.clone().unwrap_or_else(|| "ObjectWriter".to_owned()))
    };
    let source = ownership(facts.source.ownership.known());
    let destination = ownership(facts.destination.ownership.known());
    let mut found: Vec<_> = facts
        .enabled()
        .filter_map(|rule| of_override(facts, rule))
        .collect();
    if let (Some(there), true) = (&destination, facts.is_cross_account()) {
        found.extend(replicas_of_the_source(facts, there));
    }
    if let (Some(here), Some(there)) = (&source, &destination) {
        found.extend(acls(facts, here, there));
    }
    found.extend(source.and_then(|here| foreign_writers(facts, &here)));
    found
}

fn of_override(facts: &Facts, configured: &ConfiguredRule) -> Option<Finding> {
    if !configured.owner_override {
        return None;
    }
    let at = place(&facts.source.name, configured);
    if configured.account.as_deref().unwrap_or_default().is_empty() {
        return Some(FindingKind::OwnerWithoutAccount.at(
            at,
            "AccessControlTranslation overrides the owner and Destination/Account is missing; S3 refuses that",
            "add the account of the destination's owner",
        ));
    }
    (facts.same_account.known() == Some(&true)).then(|| {
        FindingKind::OverrideInOneAccount.at(
            at,
            "the owner is overridden, and both buckets are of one account: it only stops ACLs from travelling",
            "remove AccessControlTranslation",
        )
    })
}

fn replicas_of_the_source(facts: &Facts, there: &str) -> Option<Finding> {
    if there == ENFORCED {
        return None;
    }
    let rule = facts
        .enabled()
        .find(|configured| !configured.owner_override)?;
    Some(FindingKind::ReplicasOfTheSource.at(
        place(&facts.source.name, rule),
        format!("the accounts differ and {} is {there}: the source's account owns the replicas, and the destination's cannot read them", facts.destination.name),
        "set BucketOwnerEnforced at the destination, or override the owner in the rule",
    ))
}

fn acls(facts: &Facts, here: &str, there: &str) -> Option<Finding> {
    facts.enabled().next()?;
    (here != ENFORCED && there == ENFORCED).then(|| {
        FindingKind::AclsDoNotTravel.at(
            &facts.destination.name,
            format!(
                "{} uses ACLs ({here}) and this bucket has none ({ENFORCED}): they are not copied",
                facts.source.name
            ),
            "nothing, if nobody relies on ACLs of replicas",
        )
    })
}

fn foreign_writers(facts: &Facts, here: &str) -> Option<Finding> {
    (here == "ObjectWriter").then(|| {
        FindingKind::ForeignWriters.at(
            &facts.source.name,
            "object ownership is ObjectWriter: what another account writes without bucket-owner-full-control ends FAILED (SrcGetAclNotPermitted)",
            "set BucketOwnerEnforced, or have writers send bucket-owner-full-control",
        )
    })
}
