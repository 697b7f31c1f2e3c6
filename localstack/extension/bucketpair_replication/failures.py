"""Replications that failed, as S3's event tells of them (R-EVT-07). S3 sends such an event only where
the rule has metrics (R-EVT-06); here all are kept, as on the embedded pair."""

import datetime


def now():
    return datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")


def record(journey, operation, reason):
    """The record of an `s3:Replication:OperationFailedReplication` event, as far as it is known."""
    source, version = journey.bucket, journey.version
    return {
        "eventVersion": "2.2",
        "eventSource": "aws:s3",
        "awsRegion": source.bucket_region,
        "eventTime": now(),
        "eventName": "Replication:OperationFailedReplication",
        "userIdentity": {"principalId": "s3.amazonaws.com"},
        "requestParameters": {"sourceIPAddress": "s3.amazonaws.com"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {
                "name": source.name,
                "ownerIdentity": {"principalId": source.bucket_account_id},
                "arn": f"arn:aws:s3:::{source.name}",
            },
            "object": {"key": version.key, "versionId": version.version_id},
        },
        "replicationEventData": {
            "replicationRuleId": journey.rule.id,
            "destinationBucket": f"arn:aws:s3:::{journey.rule.destination}",
            "s3Operation": operation,
            "requestTime": journey.requested,
            "failureReason": reason,
        },
    }
