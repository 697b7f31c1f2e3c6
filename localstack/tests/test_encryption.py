"""Customers' keys: what travels under them, and what a bucket blocks; by rule ID."""

import pytest
from botocore.exceptions import ClientError
from conftest import until

KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0123456789abcdef" * 2}
OTHER = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "fedcba9876543210" * 2}


def encrypt(client, bucket, blocked=None, algorithm="AES256"):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    if blocked:
        rule["BlockedEncryptionTypes"] = {"EncryptionType": [blocked]}
    client.put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def refusal(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def heads(pair, key, version, status, **shown):
    def head():
        where = {"Bucket": pair.source, "Key": key, "VersionId": version}
        return pair.here.head_object(**where, **shown).get("ReplicationStatus")

    until(lambda: head() == status)


def test_an_object_under_a_customers_key_travels_and_is_read_with_it(pair):
    """R-ENC-07"""
    pair.configure()
    for bucket in (pair.source, pair.destination):
        encrypt(pair.here, bucket, "NONE")
    version = pair.put(**KEY)
    heads(pair, "key", version, "COMPLETED", **KEY)
    where = {"Bucket": pair.destination, "Key": "key", "VersionId": version}
    read = pair.there.get_object(**where, **KEY)
    assert read["Body"].read() == b"body" and "ServerSideEncryption" not in read
    assert refusal(pair.there.get_object, **where)[0] == 400
    assert refusal(pair.there.get_object, **where, **OTHER) == (403, "AccessDenied")


def test_parts_under_a_customers_key_travel(pair):
    """R-ENC-07, R-DATA-14"""
    pair.configure()
    for bucket in (pair.source, pair.destination):
        encrypt(pair.here, bucket, "NONE")
    where = {"Bucket": pair.source, "Key": "parts"}
    where["UploadId"] = pair.here.create_multipart_upload(**where, **KEY)["UploadId"]
    part = pair.here.upload_part(**where, **KEY, PartNumber=1, Body=b"1")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = pair.here.complete_multipart_upload(**where, MultipartUpload=parts)
    heads(pair, "parts", done["VersionId"], "COMPLETED", **KEY)


def test_a_destination_that_blocks_customers_keys_makes_failed(pair):
    """R-ENC-08"""
    pair.configure()
    encrypt(pair.here, pair.source, "NONE")
    version = pair.put(**KEY)
    heads(pair, "key", version, "FAILED", **KEY)
    pair.completed("other", pair.put("other"))
    assert [key for key, _ in pair.versions(pair.destination)] == ["other"]


def test_a_bucket_blocks_customers_keys_until_it_says_otherwise(pair):
    """R-ENC-08; what is blocked stays where nothing is said of it"""

    def blocked():
        answer = pair.here.get_bucket_encryption(Bucket=pair.source)
        rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
        return rule["BlockedEncryptionTypes"]["EncryptionType"]

    assert blocked() == ["SSE-C"]
    where = {"Bucket": pair.source, "Key": "key"}
    denied = (403, "AccessDenied")
    assert refusal(pair.here.put_object, **where, Body=b"", **KEY) == denied
    assert refusal(pair.here.create_multipart_upload, **where, **KEY) == denied
    pair.put("original")
    copy = {"CopySource": f"{pair.source}/original", **KEY}
    assert refusal(pair.here.copy_object, **where, **copy) == denied
    encrypt(pair.here, pair.source)
    assert blocked() == ["SSE-C"]
    encrypt(pair.here, pair.source, "NONE")
    assert blocked() == ["NONE"]
    encrypt(pair.here, pair.source)
    assert blocked() == ["NONE"]
    pair.put(**KEY)
