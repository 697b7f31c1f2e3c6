"""What CloudFormation in LocalStack 4.14.0 silently drops of a bucket: encryption, lifecycle,
replication, public access and ownership, and every update. A refusal fails the resource with its
reason, and the bucket made for it goes again."""

import uuid

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProviderExecutor,
)


def creates(original, provider, request):
    """The bucket's creation, with what was dropped put afterwards. One that is there is not taken
    over, as it is not on AWS: a stack that was deleted may have retained it."""
    client, model = request.aws_client_factory.s3, request.desired_state
    if model.get("BucketName") and exists(client, model["BucketName"]):
        return failed(f"{model['BucketName']} already exists")
    event = original(provider, request)
    try:
        put(client, model)
    except ClientError as error:
        client.delete_bucket(Bucket=model["BucketName"])
        return failed(error.response["Error"]["Message"])
    return event


def updates(original, provider, request):
    """The bucket's update, which LocalStack lacks: what changed is put, what is gone is deleted."""
    client, model = request.aws_client_factory.s3, request.desired_state
    name = {"Bucket": model["BucketName"]}
    try:
        for there, delete in REMOVED.items():
            if request.previous_state.get(there) and not model.get(there):
                getattr(client, delete)(**name)
        if versioning := model.get("VersioningConfiguration"):
            status = {"Status": versioning["Status"]}
            client.put_bucket_versioning(**name, VersioningConfiguration=status)
        if tags := model.get("Tags"):
            client.put_bucket_tagging(**name, Tagging={"TagSet": tags})
        put(client, model)
    except ClientError as error:
        return failed(error.response["Error"]["Message"])
    return ProgressEvent(OperationStatus.SUCCESS, {**request.previous_state, **model})


def updates_policy(original, provider, request):
    """The bucket policy's update, which LocalStack lacks: its creation puts it anew."""
    return provider.create(request)


def changes(original, executor, name, before, after):
    """LocalStack replaces a resource as soon as any condition of the template may have changed;
    here it does where a property that cannot be updated has another value."""
    if getattr(after, "requires_replacement", False) and hasattr(before, "properties"):
        after.requires_replacement = is_replaced(before, after)
    return original(executor, name=name, before=before, after=after)


def is_replaced(before, after):
    schema = ResourceProviderExecutor.try_load_resource_provider(after.resource_type).SCHEMA
    fixed = [path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])]
    old, new = before.properties.properties, after.properties.properties
    return any(old.get(name) != new.get(name) for name in fixed)


def exists(client, bucket):
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] != 404
    return True


def failed(reason):
    return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=reason)


REMOVED = {
    "ReplicationConfiguration": "delete_bucket_replication",
    "LifecycleConfiguration": "delete_bucket_lifecycle",
    "BucketEncryption": "delete_bucket_encryption",
    "Tags": "delete_bucket_tagging",
}


def put(client, model):
    for call, arguments in calls(model):
        getattr(client, call)(Bucket=model["BucketName"], **arguments)


def calls(model):
    """The calls that restore a bucket's properties; replication last, since it needs the rest."""
    if access := model.get("PublicAccessBlockConfiguration"):
        switches = {name: boolean(value) for name, value in access.items()}
        yield "put_public_access_block", {"PublicAccessBlockConfiguration": switches}
    if ownership := model.get("OwnershipControls"):
        yield "put_bucket_ownership_controls", {"OwnershipControls": ownership}
    if encryption := model.get("BucketEncryption"):
        rules = [encryption_rule(r) for r in encryption["ServerSideEncryptionConfiguration"]]
        yield "put_bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": rules}}
    if lifecycle := model.get("LifecycleConfiguration"):
        rules = [lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        yield (
            "put_bucket_lifecycle_configuration",
            {"LifecycleConfiguration": {"Rules": rules}},
        )
    if replication := model.get("ReplicationConfiguration"):
        rules = [replication_rule(rule) for rule in replication["Rules"]]
        configuration = {"Role": replication["Role"], "Rules": rules}
        yield "put_bucket_replication", {"ReplicationConfiguration": configuration}


def encryption_rule(rule):
    default = rule.get("ServerSideEncryptionByDefault")
    result = {"ApplyServerSideEncryptionByDefault": default} if default else {}
    if "BucketKeyEnabled" in rule:
        result["BucketKeyEnabled"] = boolean(rule["BucketKeyEnabled"])
    return result


def lifecycle_rule(rule):
    """CloudFormation's names and S3's differ; whole numbers may come as text."""
    # S3 makes an ID up where there is none, and LocalStack refuses the rule.
    identity = rule.get("Id") or uuid.uuid4().hex
    result = {"ID": identity, "Status": rule["Status"], "Filter": lifecycle_filter(rule)}
    expiration = renamed(
        rule,
        ExpirationInDays="Days",
        ExpirationDate="Date",
        ExpiredObjectDeleteMarker="ExpiredObjectDeleteMarker",
    )
    noncurrent = dict(rule.get("NoncurrentVersionExpiration") or {})
    if "NoncurrentVersionExpirationInDays" in rule:
        noncurrent["NoncurrentDays"] = rule["NoncurrentVersionExpirationInDays"]
    parts = {
        "Expiration": expiration,
        "NoncurrentVersionExpiration": noncurrent,
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
        "Transitions": transitions(rule, "Transition", "Days"),
        "NoncurrentVersionTransitions": transitions(
            rule, "NoncurrentVersionTransition", "NoncurrentDays"
        ),
    }
    return numbers({**result, **{name: part for name, part in parts.items() if part}})


def transitions(rule, name, days):
    """The list, or the single one of CloudFormation's older spelling."""
    single = rule.get(name)
    return [
        renamed(
            one,
            StorageClass="StorageClass",
            TransitionInDays=days,
            TransitionDate="Date",
            NewerNoncurrentVersions="NewerNoncurrentVersions",
        )
        for one in rule.get(f"{name}s") or ([single] if single else [])
    ]


def lifecycle_filter(rule):
    conditions = renamed(
        rule,
        Prefix="Prefix",
        ObjectSizeGreaterThan="ObjectSizeGreaterThan",
        ObjectSizeLessThan="ObjectSizeLessThan",
    )
    tags = rule.get("TagFilters") or []
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return conditions or {"Prefix": ""}


def replication_rule(rule):
    result = renamed(
        rule,
        Id="ID",
        Status="Status",
        Prefix="Prefix",
        Priority="Priority",
        Destination="Destination",
        DeleteMarkerReplication="DeleteMarkerReplication",
        SourceSelectionCriteria="SourceSelectionCriteria",
    )
    if "Filter" in rule:
        result["Filter"] = replication_filter(rule["Filter"] or {})
    return numbers(result)


def replication_filter(where):
    result = renamed(where, Prefix="Prefix", TagFilter="Tag")
    if "And" in where:
        result["And"] = renamed(where["And"], Prefix="Prefix", TagFilters="Tags")
    return result


def renamed(source, **names):
    return {new: source[old] for old, new in names.items() if source.get(old) is not None}


NUMBERS = (
    "Priority Minutes Days NoncurrentDays NewerNoncurrentVersions DaysAfterInitiation"
    " ObjectSizeGreaterThan ObjectSizeLessThan"
).split()


def numbers(value, name=None):
    """Whole numbers and switches as S3's API wants them."""
    if isinstance(value, dict):
        return {key: numbers(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [numbers(one) for one in value]
    if name in NUMBERS:
        return int(value)
    return boolean(value) if name == "ExpiredObjectDeleteMarker" else value


def boolean(value):
    return value if isinstance(value, bool) else str(value).lower() == "true"
