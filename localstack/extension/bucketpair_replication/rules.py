"""Which rules select a write. Pure; a configuration is what PutBucketReplication was given."""

from dataclasses import dataclass, field

ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")


@dataclass(frozen=True)
class Rule:
    """One rule, its destination the bucket's name."""

    id: str
    enabled: bool
    v1: bool
    priority: int
    prefix: str
    destination: str
    storage_class: str | None
    delete_markers: bool
    owner_override: bool
    replica_modifications: bool
    replica_kms_key: str | None
    tags: dict = field(default_factory=dict)


def is_v2(configuration):
    """A Filter or RTC in one rule makes the whole document V2 (R-RULE-01)."""
    return any(
        rule.get("Filter") is not None or rule.get("Destination", {}).get("ReplicationTime")
        for rule in configuration["Rules"]
    )


def read(configuration):
    """The rules of a configuration that was accepted."""
    v1 = not is_v2(configuration)
    return [read_rule(rule, v1) for rule in configuration["Rules"]]


def read_rule(rule, v1):
    where = rule.get("Filter") or {}
    both = where.get("And") or {}
    tags = both.get("Tags") or ([where["Tag"]] if where.get("Tag") else [])
    prefix = rule.get("Prefix") if v1 else where.get("Prefix") or both.get("Prefix")
    markers = (rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"
    criteria = rule.get("SourceSelectionCriteria") or {}
    opts_in = (criteria.get("SseKmsEncryptedObjects") or {}).get("Status") == "Enabled"
    key = (rule["Destination"].get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    sync = (criteria.get("ReplicaModifications") or {}).get("Status") == "Enabled"
    return Rule(
        id=rule.get("ID") or "",
        enabled=rule["Status"] == "Enabled",
        v1=v1,
        priority=rule.get("Priority") or 0,
        prefix=prefix or "",
        destination=rule["Destination"]["Bucket"].split(":", 5)[5],
        storage_class=rule["Destination"].get("StorageClass"),
        delete_markers=v1 or markers,
        owner_override=bool(rule["Destination"].get("AccessControlTranslation")),
        replica_modifications=sync,
        replica_kms_key=key if opts_in else None,
        tags={tag["Key"]: tag["Value"] for tag in tags},
    )


def select(rules, key, tags, under_kms=False):
    """For each destination the highest priority that matches (R-RULE-08, -09, -13, -14); under KMS
    a rule has to opt in (R-ENC-04)."""
    winners = {}
    for rule in rules:
        if under_kms and not rule.replica_kms_key:
            continue
        fits = rule.enabled and key.startswith(rule.prefix) and rule.tags.items() <= tags.items()
        rival = winners.get(rule.destination)
        if fits and (rival is None or rule.priority > rival.priority):
            winners[rule.destination] = rule
    return list(winners.values())


def select_marker(rules, key):
    """A marker has no tags, and the winner's switch decides (R-DEL-01 to R-DEL-03)."""
    return [rule for rule in select(rules, key, {}) if rule.delete_markers]
