"""Objects under KMS keys: what travels, to which key, and what fails; by rule ID."""

import pytest
from conftest import DESTINATION, SOURCE, until
from test_encryption import encrypt, refusal


def ready(region, name):
    return f"arn:aws:kms:{region}:000000000000:key/{name}"


def under(key, algorithm="aws:kms"):
    return {"ServerSideEncryption": algorithm, "SSEKMSKeyId": key}


def opts_in(pair, key):
    to = {"EncryptionConfiguration": {"ReplicaKmsKeyID": key}}
    criteria = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    rule = pair.rule(SourceSelectionCriteria=criteria)
    rule["Destination"].update(to)
    return rule


def replica(pair, key, version):
    pair.completed(key, version)
    return pair.there.head_object(Bucket=pair.destination, Key=key, VersionId=version)


def test_an_object_under_kms_travels_to_the_key_of_the_rule(pair):
    """R-ENC-03, R-ENC-04, R-ENC-11"""
    pair.configure(opts_in(pair, ready(DESTINATION, "enabled")))
    source = under(ready(SOURCE, "enabled"))
    head = replica(pair, "kms", pair.put("kms", **source, BucketKeyEnabled=True))
    assert head["SSEKMSKeyId"] == ready(DESTINATION, "enabled")
    assert (head["ServerSideEncryption"], head["BucketKeyEnabled"]) == ("aws:kms", True)
    dual = under(ready(SOURCE, "enabled"), "aws:kms:dsse")
    head = replica(pair, "dual", pair.put("dual", **dual, BucketKeyEnabled=True))
    assert head["SSEKMSKeyId"] == ready(DESTINATION, "enabled")
    assert head["ServerSideEncryption"] == "aws:kms:dsse" and "BucketKeyEnabled" not in head
    head = replica(pair, "plain", pair.put("plain"))
    assert head["ServerSideEncryption"] == "AES256" and "SSEKMSKeyId" not in head


def test_under_kms_an_object_stays_without_an_opt_in(pair):
    """R-ENC-04"""
    pair.configure()
    version = pair.put(**under(ready(SOURCE, "enabled")))
    assert pair.status("key", version) is None
    pair.completed("other", pair.put("other"))
    assert [key for key, _ in pair.versions(pair.destination)] == ["other"]


@pytest.mark.parametrize(
    "key",
    [ready(DESTINATION, name) for name in ("disabled", "pending-deletion", "missing")]
    + [ready(SOURCE, "enabled")],
)
def test_a_bad_replica_key_makes_failed(pair, key):
    """R-CFG-16, R-ENC-05"""
    pair.configure(opts_in(pair, key))
    version = pair.put(**under(ready(SOURCE, "enabled")))
    until(lambda: pair.status("key", version) == "FAILED")
    assert pair.versions(pair.destination) == []


def test_keys_of_localstacks_own_kms_work_and_fail_when_disabled(pair, client):
    """R-ENC-05"""
    here, there = client("kms", SOURCE), client("kms", DESTINATION)
    of_source, of_replica = (kms.create_key()["KeyMetadata"]["Arn"] for kms in (here, there))
    pair.configure(opts_in(pair, of_replica))
    head = replica(pair, "key", pair.put(**under(of_source)))
    assert head["SSEKMSKeyId"] == of_replica
    there.disable_key(KeyId=of_replica)
    version = pair.put(**under(of_source))
    until(lambda: pair.status("key", version) == "FAILED")


def test_a_key_that_is_not_usable_is_refused(pair):
    for name, code in (
        ("disabled", "KMS.DisabledException"),
        ("pending-deletion", "KMS.KMSInvalidStateException"),
        ("missing", "KMS.NotFoundException"),
    ):
        where = {"Bucket": pair.source, "Key": "key", "Body": b""}
        refused = refusal(pair.here.put_object, **where, **under(ready(SOURCE, name)))
        assert refused == (400, code)


def test_a_replica_keeps_its_sources_encryption(pair):
    """R-ENC-03: the destination's default is not applied"""
    pair.configure()
    encrypt(pair.there, pair.destination, algorithm="aws:kms")
    assert replica(pair, "key", pair.put())["ServerSideEncryption"] == "AES256"
    own = pair.there.put_object(Bucket=pair.destination, Key="own", Body=b"")
    assert own["ServerSideEncryption"] == "aws:kms" and own["SSEKMSKeyId"]
