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


def may_travel(version, source, to, replica_key):
    """Whether source and destination let an object be copied: under KMS both keys are enabled, each
    in its bucket's region (R-ENC-05); under a customer's key the destination does not block it."""
    if not keys.is_under_kms(version):
        return not (version.sse_key_hash and blocks(to))
    of_source = keys.state(version.kms_key_id, source.bucket_region)
    return of_source == keys.state(replica_key, to.bucket_region) == keys.ENABLED
