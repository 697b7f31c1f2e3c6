"""Puts replication around LocalStack's S3 provider. Each hook is checked: a missing one is an error."""

import functools
import itertools
import json
import os
import threading

from localstack import config
from localstack.aws.api import CommonServiceException
from localstack.http import Response
from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
)
from localstack.services.edge import ROUTER
from localstack.services.s3 import provider as s3_provider
from localstack.services.s3.models import S3DeleteMarker, VersionedKeyStore
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.resource_providers.aws_s3_bucket import S3BucketProvider
from localstack.services.s3.resource_providers.aws_s3_bucketpolicy import S3BucketPolicyProvider

from . import LOCALSTACK_VERSION, VERSION, cloudformation, encryption, keys, lifecycle, validation
from .delay import DEFAULT
from .engine import Engine, bucket_named, status

SKIPS_KEYS = "S3_SKIP_KMS_KEY_VALIDATION"
HANDSHAKE = "/_bucketpair"
CONTROL = "/_bucketpair/buckets/<bucket>"
FAILURES = "/_bucketpair/failures/<bucket>"
SEQUENCE = itertools.count(1)
ORDER = threading.RLock()


def install():
    """Installs every hook and answers the delay in force."""
    engine = Engine(os.environ.get("BUCKETPAIR_DELAY") or DEFAULT)
    for operation, wrapper in HOOKS.items():
        wrap(S3Provider, operation, functools.partial(wrapper, engine))
    wrap(VersionedKeyStore, "set", in_order)
    wrap(VersionedKeyStore, "pop", alone)
    if SKIPS_KEYS not in os.environ:
        config.S3_SKIP_KMS_KEY_VALIDATION = False
    wrap(s3_provider, "validate_kms_key_id", keys.validates)
    wrap(s3_provider, "get_encryption_parameters_from_request_and_bucket", keys.parameters)
    wrap(s3_provider, "add_encryption_to_response", keys.shows)
    wrap(S3BucketProvider, "create", cloudformation.creates)
    wrap(S3BucketProvider, "update", cloudformation.updates)
    wrap(S3BucketPolicyProvider, "update", cloudformation.updates_policy)
    wrap(ChangeSetModelExecutor, "_execute_resource_change", cloudformation.changes)
    ROUTER.add(HANDSHAKE, functools.partial(handshake, engine))
    ROUTER.add(FAILURES, functools.partial(failures, engine))
    ROUTER.add(CONTROL, functools.partial(control, engine), methods=["GET", "PUT"])
    return engine.delay_text


def wrap(owner, name, around):
    """Replaces a method or a function by `around(original, …)`, keeping the marks LocalStack registers
    by."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def method(*args, **kwargs):
        return around(original, *args, **kwargs)

    setattr(owner, name, method)


def handshake(engine, request):
    """By this a client learns that the extension is on."""
    facts = {
        "extension": "bucketpair-replication",
        "version": VERSION,
        "localstack": LOCALSTACK_VERSION,
        "delay": engine.delay_text,
        "under_way": engine.under_way,
        "errors": engine.errors,
    }
    return Response(json.dumps(facts), mimetype="application/json")


def failures(engine, request, bucket):
    """The failed replications of a source bucket, as S3's event records."""
    with engine.lock:
        records = {"Records": engine.failures.get(bucket, [])}
        return Response(json.dumps(records), mimetype="application/json")


def control(engine, request, bucket):
    """What holds replication up at a bucket, as on the embedded pair: paused, away, slow-downs;
    `advance-days` carries lifecycle out."""
    if request.method == "PUT":
        change = json.loads(request.get_data() or b"{}")
        days = change.pop("advance-days", 0)
        unknown = set(change) - {"paused", "away", "slow-downs"}
        if unknown:
            return Response(f"unknown field {sorted(unknown)[0]}", 400)
        if not isinstance(days, int) or days < 0:
            return Response(f"advance-days is a whole number of days, not {days}", 400)
        if days and (there := bucket_named(bucket)) is None:
            return Response(f"no bucket {bucket}", 404)
        engine.change(bucket, change)
        if days:
            with engine.lock, ORDER:
                lifecycle.advance(there, days, engine.storage)
    return Response(json.dumps(engine.trouble(bucket)), mimetype="application/json")


def in_order(original, keys, object_key, version):
    """A replica takes the place of its write, not of its arrival (R-TIME-10, a stated default)."""
    with ORDER:
        if not hasattr(version, "replication_sequence"):
            version.replication_sequence = next(SEQUENCE)
        newest = keys.get(object_key)
        original(keys, object_key, version)
        if newest and newest.replication_sequence > version.replication_sequence:
            versions = keys._store[object_key].values()
            by_sequence = sorted(versions, key=lambda one: one.replication_sequence)
            keys._store[object_key] = {one.version_id: one for one in by_sequence}
            version.is_current, newest.is_current = False, True


def alone(original, *args, **kwargs):
    """A version is not removed while others are being put in order."""
    with ORDER:
        return original(*args, **kwargs)


def request_writes(engine, original, provider, context, request):
    """PutObject and CopyObject."""
    may_be_written(provider, context, request)
    response = original(provider, context, request)
    written(engine, provider, context, request["Bucket"], request["Key"], response)
    return response


def begins(engine, original, provider, context, request):
    """CreateMultipartUpload."""
    there = may_be_written(provider, context, request)
    response = original(provider, context, request)
    there.multiparts[response["UploadId"]].initiated += lifecycle.ahead(there)
    return response


def may_be_written(provider, context, request):
    _, there = provider._get_cross_account_bucket(context, request["Bucket"])
    encryption.check(there, request)
    return there


def completes(engine, original, provider, context, bucket, key, *args, **kwargs):
    """CompleteMultipartUpload."""
    response = original(provider, context, bucket, key, *args, **kwargs)
    written(engine, provider, context, bucket, key, response)
    return response


def posts(engine, original, provider, context, bucket, *args, **kwargs):
    """The browser's form; its answer names the version, and the key is found by that."""
    response = original(provider, context, bucket, *args, **kwargs)
    _, there = provider._get_cross_account_bucket(context, bucket)
    for version in there.objects.values(with_versions=True):
        if response.get("VersionId") and version.version_id == response["VersionId"]:
            written(engine, provider, context, bucket, version.key, response)
    return response


def written(engine, provider, context, bucket, key, response):
    _, there = provider._get_cross_account_bucket(context, bucket)
    date(there, key, response.get("VersionId"))
    engine.written(provider._storage_backend, there, key, response.get("VersionId"))


def date(bucket, key, version_id):
    """What is written while a bucket's clock is ahead is of that day."""
    found = bucket.objects.get(key, version_id) if version_id else None
    if found is not None:
        found.last_modified += lifecycle.ahead(bucket)


def deletes(engine, original, provider, context, bucket, key, *args, **kwargs):
    """DeleteObject: only a marker of one's own travels, never a version's end (R-NOT-04)."""
    response = original(provider, context, bucket, key, *args, **kwargs)
    if kwargs.get("version_id") is None and response.get("DeleteMarker"):
        _, there = provider._get_cross_account_bucket(context, bucket)
        date(there, key, response["VersionId"])
        engine.deleted(there, key, response["VersionId"])
    return response


def deletes_many(engine, original, provider, context, bucket, delete, *args, **kwargs):
    """DeleteObjects, asked aloud so that the markers' IDs are known."""
    asked = {one["Key"] for one in delete.get("Objects") or () if not one.get("VersionId")}
    aloud = {**delete, "Quiet": False}
    response = original(provider, context, bucket, aloud, *args, **kwargs)
    _, there = provider._get_cross_account_bucket(context, bucket)
    for one in response.get("Deleted", ()):
        made = one.get("DeleteMarkerVersionId") and not one.get("VersionId")
        if made and one["Key"] in asked:
            date(there, one["Key"], one["DeleteMarkerVersionId"])
            engine.deleted(there, one["Key"], one["DeleteMarkerVersionId"])
    if delete.get("Quiet"):
        response.pop("Deleted", None)
    return response


def tags(engine, original, provider, context, bucket, key, *args, **kwargs):
    """PutObjectTagging and DeleteObjectTagging."""
    response = original(provider, context, bucket, key, *args, **kwargs)
    _, there = provider._get_cross_account_bucket(context, bucket)
    if response.get("VersionId"):
        engine.changed(there, key, response["VersionId"], "retag")
    return response


def locks(engine, original, provider, context, bucket, key, *args, **kwargs):
    """PutObjectRetention and PutObjectLegalHold."""
    response = original(provider, context, bucket, key, *args, **kwargs)
    _, there = provider._get_cross_account_bucket(context, bucket)
    engine.changed(there, key, kwargs.get("version_id"), "relock")
    return response


def acls(engine, original, provider, context, request):
    """PutObjectAcl."""
    response = original(provider, context, request)
    _, there = provider._get_cross_account_bucket(context, request["Bucket"])
    engine.changed(there, request["Key"], request.get("VersionId"), "change_acl")
    return response


def shows(engine, original, provider, context, request):
    """GetObject and HeadObject show the status (R-STATUS-01 to R-STATUS-03)."""
    response = original(provider, context, request)
    _, there = provider._get_cross_account_bucket(context, request["Bucket"])
    versioned = response.get("VersionId") and there.versioning_status
    found = versioned and there.objects.get(request["Key"], response["VersionId"])
    if found and not isinstance(found, S3DeleteMarker) and status(found):
        response["ReplicationStatus"] = status(found)
    return response


def configures(engine, original, provider, context, bucket, replication_configuration, **kwargs):
    """PutBucketReplication, with the refusals that LocalStack lacks."""
    _, there = provider._get_cross_account_bucket(context, bucket)
    validation.check(there, replication_configuration)
    return original(provider, context, bucket, replication_configuration, **kwargs)


def versions(engine, original, provider, context, bucket, versioning_configuration, **kwargs):
    """PutBucketVersioning: a replicated source cannot be suspended (R-CFG-18)."""
    _, there = provider._get_cross_account_bucket(context, bucket)
    if versioning_configuration.get("Status") == "Suspended" and there.replication:
        raise CommonServiceException(
            code="InvalidBucketState",
            message="A replication configuration is present on this bucket, so you cannot change"
            " the versioning state. To change the versioning state, first delete the replication"
            " configuration.",
            status_code=409,
        )
    return original(provider, context, bucket, versioning_configuration, **kwargs)


def cares(engine, original, provider, context, bucket, *args, **kwargs):
    """PutBucketLifecycleConfiguration: by this the engine knows where bytes are removed."""
    engine.storage = provider._storage_backend
    return original(provider, context, bucket, *args, **kwargs)


def encrypts(
    engine, original, provider, context, bucket, server_side_encryption_configuration, **kwargs
):
    """PutBucketEncryption, with what it blocks."""
    response = original(provider, context, bucket, server_side_encryption_configuration, **kwargs)
    _, there = provider._get_cross_account_bucket(context, bucket)
    encryption.configured(there, server_side_encryption_configuration)
    return response


def encrypted(engine, original, provider, context, bucket, *args, **kwargs):
    """GetBucketEncryption."""
    response = original(provider, context, bucket, *args, **kwargs)
    _, there = provider._get_cross_account_bucket(context, bucket)
    for configuration in response.values():
        configuration["Rules"] = [encryption.shown(there, one) for one in configuration["Rules"]]
    return response


HOOKS = {
    "put_object": request_writes,
    "copy_object": request_writes,
    "create_multipart_upload": begins,
    "complete_multipart_upload": completes,
    "post_object": posts,
    "delete_object": deletes,
    "delete_objects": deletes_many,
    "put_object_tagging": tags,
    "delete_object_tagging": tags,
    "put_object_retention": locks,
    "put_object_legal_hold": locks,
    "put_object_acl": acls,
    "get_object": shows,
    "head_object": shows,
    "put_bucket_replication": configures,
    "put_bucket_versioning": versions,
    "put_bucket_lifecycle_configuration": cares,
    "put_bucket_encryption": encrypts,
    "get_bucket_encryption": encrypted,
}
