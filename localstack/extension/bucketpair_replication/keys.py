"""KMS keys. Some are ready in every region and say in their names what they are, as the embedded
pair's do: `key/enabled`, `key/disabled`, `key/pending-deletion`. All others are LocalStack's KMS's."""

from localstack.aws.api import CommonServiceException
from localstack.services.kms.models import kms_stores
from localstack.services.s3.utils import get_kms_key_arn

ENABLED = "Enabled"
READY = {"enabled": ENABLED, "disabled": "Disabled", "pending-deletion": "PendingDeletion"}
DSSE = "aws:kms:dsse"


def state(arn, region):
    """The state of a key as a region sees it; None where it does not exist there (R-ENC-05)."""
    parts = (arn or "").split(":")
    if len(parts) != 6 or parts[:4] != ["arn", "aws", "kms", region]:
        return None
    name = parts[5].removeprefix("key/")
    own = kms_stores[parts[4]][region].keys.get(name)
    return own.metadata["KeyState"] if own else READY.get(name)


def is_under_kms(version):
    return str(version.encryption or "").startswith("aws:kms")


def validates(original, kms_key, bucket):
    """What S3 says of a key; LocalStack's own check knows its own keys alone."""
    arn = get_kms_key_arn(kms_key, bucket.bucket_account_id, bucket.bucket_region)
    if arn.rpartition(":key/")[2] not in READY:
        return original(kms_key, bucket)
    match state(arn, bucket.bucket_region):
        case "Disabled":
            refuse("KMS.DisabledException", f"{arn} is disabled.")
        case "PendingDeletion":
            refuse("KMS.KMSInvalidStateException", f"{arn} is pending deletion.")


def refuse(code, message):
    raise CommonServiceException(code=code, message=message)


def parameters(original, request, bucket, store):
    """DSSE-KMS names a key as SSE-KMS does, which LocalStack leaves out; it has no bucket key."""
    rule = bucket.encryption_rule or {}
    default = rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")
    if request.get("SSECustomerKey") or (request.get("ServerSideEncryption") or default) != DSSE:
        return original(request, bucket, store)
    found = original({**request, "ServerSideEncryption": "aws:kms"}, bucket, store)
    return found._replace(encryption=DSSE, bucket_key_enabled=False)


def shows(original, response, s3_object):
    """The key of DSSE-KMS too."""
    original(response, s3_object=s3_object)
    if s3_object.encryption == DSSE:
        response["SSEKMSKeyId"] = s3_object.kms_key_id
