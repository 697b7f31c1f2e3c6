"""What is told of failed replications, in the words of S3's events; by rule ID."""

import json
import urllib.request

from conftest import DESTINATION, SOURCE, until
from test_kms import opts_in, ready, under


def reasons(url, pair, key):
    """Operation, reason and destination of each failure of a key, once there is one."""

    def told():
        with urllib.request.urlopen(f"{url}/_bucketpair/failures/{pair.source}", timeout=5) as answer:
            records = json.load(answer)["Records"]
        of_key = [one for one in records if one["s3"]["object"]["key"] == key]
        data = [one["replicationEventData"] for one in of_key]
        return [(one["s3Operation"], one["failureReason"], one["destinationBucket"]) for one in data]

    return until(told)


def test_a_suspended_destination_is_the_reason(url, pair):
    """R-CFG-19, R-EVT-14"""
    pair.configure()
    pair.there.put_bucket_versioning(
        Bucket=pair.destination, VersioningConfiguration={"Status": "Suspended"}
    )
    pair.put()
    where = f"arn:aws:s3:::{pair.destination}"
    assert reasons(url, pair, "key") == [("OBJECT_PUT", "DstBucketUnversioned", where)]


def test_a_missing_and_a_disabled_replica_key_are_told_apart(url, pair):
    """R-ENC-05, R-EVT-14"""
    for name, reason in [("missing", "DstKmsKeyNotFound"), ("disabled", "DstKmsKeyInvalidState")]:
        pair.configure(opts_in(pair, ready(DESTINATION, name)))
        pair.put(name, **under(ready(SOURCE, "enabled")))
        assert [one[1] for one in reasons(url, pair, name)] == [reason]


def test_tags_whose_replica_is_gone_have_nowhere_to_go(url, pair):
    """R-EVT-15, R-STATUS-14"""
    pair.configure()
    version = pair.put()
    pair.completed("key", version)
    pair.there.delete_object(Bucket=pair.destination, Key="key", VersionId=version)
    pair.here.put_object_tagging(
        Bucket=pair.source, Key="key", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    )
    where = f"arn:aws:s3:::{pair.destination}"
    assert reasons(url, pair, "key") == [("OBJECT_TAGGING", "DstVersionNotFound", where)]
    assert pair.status("key", version) == "COMPLETED"
