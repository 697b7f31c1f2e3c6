"""What S3 does about customers' keys (SSE-C), and LocalStack does not: a bucket blocks them until
its encryption says otherwise (R-ENC-08), as it is with buckets made since April 2026. And whether
an object may be copied under what it is encrypted."""

from localstack.aws.api.s3 import AccessDenied

from . import keys

SSE_C = "SSE-C"


def blocks(bucket):
    """Whether a bucket takes no object under a customer's key."""
    return getattr(bucket, "blocks_customer_keys", True)


def check(bucket, request):
    """Refuses a write under a customer's key where the bucket blocks it."""
    if request.get("SSECustomerAlgorithm") and blocks(bucket):
        raise AccessDenied("Access Denied")


def configured(bucket, configuration):
    """What is blocked stays where nothing is said of it, which AWS leaves open."""
    for rule in configuration["Rules"]:
        if (blocked := rule.pop("BlockedEncryptionTypes", None)) is not None:
            bucket.blocks_customer_keys = SSE_C in blocked.get("EncryptionType", ())


def shown(bucket, rule):
    """A rule as GetBucketEncryption answers it."""
    blocked = {"EncryptionType": [SSE_C if blocks(bucket) else "NONE"]}
    return {**rule, "BlockedEncryptionTypes": blocked}


def unreadable(version, source):
    """The failure reason where the source's KMS key is not enabled, or None."""
    if not keys.is_under_kms(version):
        return None
    enabled = keys.state(version.kms_key_id, source.bucket_region) == keys.ENABLED
    return None if enabled else "SrcKmsKeyInvalidState"


def unwritable(version, to, replica_key):
    """The failure reason where the destination blocks customers' keys, or where the replica's KMS key
    is not there or not enabled in its region (R-ENC-05), or None."""
    if not keys.is_under_kms(version):
        return "DstPutObjectNotPermitted" if version.sse_key_hash and blocks(to) else None
    state = keys.state(replica_key, to.bucket_region)
    return {None: "DstKmsKeyNotFound", keys.ENABLED: None}.get(state, "DstKmsKeyInvalidState")
