"""Bucket properties that LocalStack's CloudFormation drops by itself."""

import json
import uuid

import pytest
from conftest import ROLE, SOURCE, until


def template(bucket, destination):
    rule = {
        "Id": "Rule1",
        "Status": "Enabled",
        "Priority": "1",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}", "Metrics": {"Status": "Enabled"}},
    }
    properties = {
        "BucketName": bucket,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "BucketKeyEnabled": "true",
                    "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                }
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "old",
                    "Status": "Enabled",
                    "NoncurrentVersionExpirationInDays": "21",
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
        "ReplicationConfiguration": {"Role": ROLE, "Rules": [rule]},
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
    return json.dumps({"Resources": {"Bucket": bucket}})


@pytest.fixture
def create(client):
    stacks = client("cloudformation", SOURCE)

    def run(body):
        name = f"stack-{uuid.uuid4().hex[:10]}"
        stacks.create_stack(StackName=name, TemplateBody=body)

        def ended():
            status = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            return None if status.endswith("IN_PROGRESS") else status

        status = until(ended, 30)
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        return status, [event.get("ResourceStatusReason") or "" for event in events]

    return run


def test_encryption_lifecycle_and_replication_are_kept(pair, create):
    bucket = f"{pair.source}-stack"
    status, reasons = create(template(bucket, pair.destination))
    assert status == "CREATE_COMPLETE", reasons
    s3 = pair.here
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    assert encryption["Rules"][0]["BucketKeyEnabled"] is True
    rule = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 21}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    rules = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
    assert rules[0]["ID"] == "Rule1" and rules[0]["Priority"] == 1
    version = s3.put_object(Bucket=bucket, Key="key", Body=b"x")["VersionId"]
    until(lambda: pair.versions(pair.destination) == [("key", version)])


def test_a_missing_destination_fails_the_stack_with_its_reason(pair, create):
    bucket = f"{pair.source}-stack"
    status, reasons = create(template(bucket, "no-such-bucket-anywhere"))
    assert status in ("CREATE_FAILED", "ROLLBACK_COMPLETE"), status
    assert any("Destination bucket must have versioning enabled" in one for one in reasons), reasons
    assert bucket not in {one["Name"] for one in pair.here.list_buckets()["Buckets"]}
