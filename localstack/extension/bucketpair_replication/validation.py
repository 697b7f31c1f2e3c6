"""What S3 refuses of a replication configuration, and LocalStack alone does not.

Codes and texts are those of the embedded pair; where AWS leaves one open the comment says so.
"""

from localstack.aws.api import CommonServiceException
from localstack.aws.api.s3 import InvalidArgument
from localstack.services.s3.exceptions import InvalidRequest, MalformedXML

from .rules import is_v2

ACCOUNT = "000000000000"
MAX_RULES, MAX_ID, MAX_PREFIX = 1000, 255, 1024
STORAGE_CLASSES = (
    "STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER GLACIER_IR"
    " DEEP_ARCHIVE"
).split()
FOREIGN_CLASSES = ("OUTPOSTS", "SNOW", "EXPRESS_ONEZONE")
SCHEMA = "for this version of Cross Region Replication configuration schema"


def check(source, configuration):
    """Refuses what S3 refuses, then what nothing here carries out."""
    rules = configuration.get("Rules")
    if not rules or not configuration.get("Role"):
        raise MalformedXML()
    if len(rules) > MAX_RULES:  # R-CFG-05, the code is unsure
        raise InvalidRequest(
            "The number of replication rules must not exceed the allowed limit of"
            f" {MAX_RULES} rules."
        )
    if source.versioning_status == "Enabled":
        check_ids(rules)
        v2 = is_v2(configuration)
        for rule in rules:
            check_rule(rule, v2)
        check_set(source, rules, v2)


def check_ids(rules):
    """R-CFG-13."""
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    for text in ids:
        if not text.isascii():
            raise InvalidArgument("Rule ID must contain only ASCII characters")
        if len(text) > MAX_ID:
            raise InvalidArgument(f"ID length should not exceed allowed limit of {MAX_ID}")
    if len(set(ids)) < len(ids):
        raise InvalidArgument("Rule Id must be unique. Found same Id for more than one rule")
    for rule in rules:
        if not rule.get("ID"):
            rule.pop("ID", None)  # LocalStack makes one up where there is none


def check_rule(rule, v2):
    switch(rule.get("Status"))
    markers = rule.get("DeleteMarkerReplication")
    on = markers is not None and switch(markers.get("Status"))
    tags = check_v2(rule) if v2 else check_v1(rule)
    if on and tags:  # R-RULE-11
        raise InvalidRequest(
            "Delete marker replication is not supported if any Tag filter is specified. "
            "Please refer to S3 Developer Guide for more information."
        )
    criteria = rule.get("SourceSelectionCriteria") or {}
    enabled(criteria.get("ReplicaModifications"))
    check_destination(rule.get("Destination") or {})
    check_owner(rule.get("Destination") or {})
    check_kms(rule.get("Destination") or {}, criteria.get("SseKmsEncryptedObjects"))


def check_owner(to):
    """R-OWN-03. There is one account here."""
    account, owner = to.get("Account"), to.get("AccessControlTranslation")
    if account == "":
        raise InvalidRequest("The Account element is empty. It must contain a valid account ID.")
    if account not in (None, ACCOUNT):
        raise InvalidArgument(
            "The AWS account specified in the Account element must match the destination bucket"
            " owner."
        )
    if owner is not None and owner.get("Owner") != "Destination":
        raise MalformedXML()
    if owner is not None and account is None:
        raise InvalidRequest(
            "If the Owner in AccessControlTranslation has a value, the Account element must be"
            " specified."
        )


def check_kms(to, opt_in):
    """R-ENC-04. Whether the key is good is not looked at (R-CFG-16); code and text are unsure."""
    key = (to.get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    if enabled(opt_in) and not key:
        raise InvalidRequest(
            "EncryptionConfiguration with ReplicaKmsKeyID must be specified if"
            " SseKmsEncryptedObjects is Enabled"
        )
    if opt_in is None and key:
        raise InvalidRequest(
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present"
        )


def check_set(source, rules, v2):
    """What holds for all rules together."""
    destinations = {rule["Destination"]["Bucket"] for rule in rules}
    priorities = [rule.get("Priority") for rule in rules]
    if not v2 and len(destinations) > 1:  # R-RULE-04
        raise InvalidRequest("Number of distinct destination bucket ARNs cannot exceed 1")
    if v2 and len(set(priorities)) < len(priorities):  # R-RULE-15, code and text are unsure
        raise InvalidRequest(
            "Priority must be unique. Found the same priority for more than one rule"
        )
    if any(arn.split(":", 5)[5] == source.name for arn in destinations):  # R-CFG-24, unsure
        raise InvalidRequest("Destination bucket cannot be the same as the source bucket.")
    for rule in rules:
        refuse_what_is_not_carried_out(rule)


def check_v1(rule):
    """R-RULE-03, R-RULE-05."""
    sync = (rule.get("SourceSelectionCriteria") or {}).get("ReplicaModifications")
    for element, there in (
        ("DeleteMarkerReplication", rule.get("DeleteMarkerReplication")),
        ("Priority", rule.get("Priority")),
        ("ReplicaModifications", sync),
    ):
        if there is not None:
            raise wrong_schema(element, "cannot be used")
    check_prefix(rule.get("Prefix"))
    return []


def check_v2(rule):
    """R-RULE-02, R-RULE-06, R-RULE-07; the tags of the filter."""
    where = rule.get("Filter")
    if where is None:
        raise wrong_schema("Filter", "must be specified")
    if rule.get("Prefix") is not None:
        raise wrong_schema("Prefix", "cannot be used")
    for element in ("DeleteMarkerReplication", "Priority"):
        if rule.get(element) is None:
            raise wrong_schema(element, "must be specified")
    if rule["Priority"] < 0:
        raise InvalidArgument("Priority must be a non-negative integer")
    given = [name for name in ("Prefix", "Tag", "And") if where.get(name) is not None]
    if len(given) > 1:
        raise MalformedXML()
    both = where.get("And") or {}
    tags = both.get("Tags") or ([where["Tag"]] if where.get("Tag") else [])
    if given == ["And"] and not tags and both.get("Prefix") is None:
        raise MalformedXML()
    check_prefix(where.get("Prefix"))
    check_prefix(both.get("Prefix"))
    return check_tags(tags)


def check_tags(tags):
    """R-RULE-12: a key that comes twice is refused (unsure)."""
    keys = [tag.get("Key") for tag in tags]
    if None in keys or any(tag.get("Value") is None for tag in tags):
        raise MalformedXML()
    if len(set(keys)) < len(keys):
        raise InvalidRequest("Duplicate Tag Keys are not allowed.")
    return tags


def check_prefix(text):
    if len(text or "") > MAX_PREFIX:  # R-CFG-14
        raise InvalidArgument(f"The maximum size of a prefix is {MAX_PREFIX}.")


def check_destination(to):
    """The ARN, the storage class, and RTC (R-TIME-06, R-TIME-07)."""
    arn = to.get("Bucket")
    if not arn:
        raise MalformedXML()
    parts = arn.split(":", 5)
    known = parts[0] == "arn" and parts[1:2] and parts[1] in ("aws", "aws-cn", "aws-us-gov")
    name = parts[5] if len(parts) == 6 and parts[2:5] == ["s3", "", ""] else ""
    if not known or not name or any(letter in name for letter in ":/*"):
        raise InvalidArgument("Invalid bucket ARN")
    if to.get("StorageClass", "STANDARD") not in (*STORAGE_CLASSES, *FOREIGN_CLASSES):
        raise MalformedXML()
    check_rtc(to.get("ReplicationTime"), to.get("Metrics"))


def check_rtc(time, metrics):
    if metrics is not None:
        switch(metrics.get("Status"))
        if metrics.get("EventThreshold") is not None:
            fifteen(metrics["EventThreshold"])
    if time is None:
        return
    fifteen(time.get("Time") or {})
    switch(time.get("Status"))
    if metrics is None:
        raise InvalidRequest("ReplicationTime must be specified together with Metrics.")
    if metrics["Status"] != time["Status"]:
        raise InvalidRequest("ReplicationTime and Metrics must have the same status.")
    if metrics.get("EventThreshold") is None:
        raise InvalidRequest(
            "Metrics must have an EventThreshold where ReplicationTime is specified."
        )


def fifteen(value):
    if value.get("Minutes") is None:
        raise MalformedXML()
    if value["Minutes"] != 15:
        raise InvalidArgument("Minutes must be 15 in ReplicationTime and EventThreshold.")


def switch(word):
    """Reads Enabled and Disabled; any other word is malformed (R-CFG-06)."""
    if word not in ("Enabled", "Disabled"):
        raise MalformedXML()
    return word == "Enabled"


def refuse_what_is_not_carried_out(rule):
    """501, as on the embedded pair: nothing is quietly dropped."""
    foreign = rule["Destination"].get("StorageClass") in FOREIGN_CLASSES
    asked = {
        "ExistingObjectReplication": enabled(rule.get("ExistingObjectReplication")),
        "this StorageClass": foreign or None,
    }
    for what, value in asked.items():
        if value is not None:
            raise CommonServiceException(
                code="NotImplemented",
                message=f"The replication extension does not implement {what}.",
                status_code=501,
            )


def enabled(element):
    return True if element is not None and switch(element.get("Status")) else None


def wrong_schema(element, verdict):
    return InvalidRequest(
        f"{element} {verdict} {SCHEMA}. "
        "Please refer to S3 Developer Guide for more information."
    )
