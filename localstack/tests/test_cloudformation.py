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
def stack(client):
    """Creates the stack, and updates it when called again; its status and the reasons given."""
    stacks = client("cloudformation", SOURCE)
    name = f"stack-{uuid.uuid4().hex[:10]}"
    calls = [stacks.create_stack]

    def run(body, **parameters):
        given = [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
        calls[-1](
            StackName=name,
            TemplateBody=body,
            Parameters=given,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        calls.append(stacks.update_stack)

        def ended():
            status = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            return None if status.endswith("IN_PROGRESS") else status

        status = until(ended, 30)
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        return status, [event.get("ResourceStatusReason") or "" for event in events]

    return run


def test_encryption_lifecycle_and_replication_are_kept(pair, stack):
    bucket = f"{pair.source}-stack"
    status, reasons = stack(template(bucket, pair.destination))
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


def test_a_missing_destination_fails_the_stack_with_its_reason(pair, stack):
    bucket = f"{pair.source}-stack"
    status, reasons = stack(template(bucket, "no-such-bucket-anywhere"))
    assert status in ("CREATE_FAILED", "ROLLBACK_COMPLETE"), status
    assert any("Destination bucket must have versioning enabled" in one for one in reasons), reasons
    assert bucket not in {one["Name"] for one in pair.here.list_buckets()["Buckets"]}


def changed(body, **properties):
    """The template with properties of its bucket changed; None drops one."""
    body = json.loads(body)
    bucket = body["Resources"]["Bucket"]["Properties"]
    bucket.update(properties)
    body["Resources"]["Bucket"]["Properties"] = {k: v for k, v in bucket.items() if v is not None}
    return json.dumps(body)


def test_an_update_puts_what_changed_and_deletes_what_is_gone(pair, stack):
    bucket = f"{pair.source}-stack"
    body = template(bucket, pair.destination)
    status, reasons = stack(body)
    assert status == "CREATE_COMPLETE", reasons
    lifecycle = {"Rules": [{"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 9}}]}
    status, reasons = stack(
        changed(
            body,
            LifecycleConfiguration=lifecycle,
            ReplicationConfiguration=None,
            Tags=[{"Key": "Owner", "Value": "me"}],
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
        )
    )
    assert status == "UPDATE_COMPLETE" and not any(reasons), reasons
    s3 = pair.here
    rule = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 9}
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "Owner", "Value": "me"}]
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerPreferred"}]
    with pytest.raises(s3.exceptions.ClientError, match="ReplicationConfigurationNotFoundError"):
        s3.get_bucket_replication(Bucket=bucket)


def test_a_bucket_that_is_there_is_not_taken_over(pair, stack):
    status, reasons = stack(template(pair.source, pair.destination))
    assert status in ("CREATE_FAILED", "ROLLBACK_COMPLETE"), status
    assert f"{pair.source} already exists" in reasons, reasons
    pair.here.head_bucket(Bucket=pair.source)


def test_a_condition_that_changes_replaces_nothing_by_itself(pair, stack, client):
    bucket = f"{pair.source}-stack"
    body = json.loads(template(bucket, pair.destination))
    body["Parameters"] = {name: {"Type": "String", "Default": ""} for name in ("Name", "Owner")}
    body["Conditions"] = {
        "DefaultName": {"Fn::Equals": [{"Ref": "Name"}, ""]},
        "HasOwner": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Owner"}, ""]}]},
    }
    properties = body["Resources"]["Bucket"]["Properties"]
    properties["BucketName"] = {"Fn::If": ["DefaultName", bucket, {"Ref": "Name"}]}
    owner = {"Key": "Owner", "Value": {"Ref": "Owner"}}
    properties["Tags"] = [
        {"Key": "Kind", "Value": "source"},
        {"Fn::If": ["HasOwner", owner, {"Ref": "AWS::NoValue"}]},
    ]
    body = json.dumps(body)
    assert stack(body)[0] == "CREATE_COMPLETE"
    version = pair.here.put_object(Bucket=bucket, Key="key", Body=b"x")["VersionId"]
    status, reasons = stack(body, Owner="me")
    assert status == "UPDATE_COMPLETE", reasons
    tags = pair.here.get_bucket_tagging(Bucket=bucket)["TagSet"]
    assert {"Key": "Owner", "Value": "me"} in tags
    pair.here.head_object(Bucket=bucket, Key="key", VersionId=version)
