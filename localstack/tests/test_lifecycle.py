"""Lifecycle, carried out when a bucket's clock is advanced; by rule ID."""

import datetime
import urllib.error

import pytest
from conftest import until
from test_trouble import control


def care(client, bucket, *rules):
    rules = [
        {"ID": str(number), "Status": "Enabled", "Filter": {"Prefix": ""}, **rule}
        for number, rule in enumerate(rules)
    ]
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": rules}
    )


def expiring(days, **more):
    return {"Expiration": {"Days": days}, **more}


NONCURRENT = {"NoncurrentVersionExpiration": {"NoncurrentDays": 3}}


def advance(url, bucket, days):
    return control(url, bucket, advance_days=days)


def latest(pair, bucket, key):
    """The current version, and whether it is a marker."""
    listed = pair.there.list_object_versions(Bucket=bucket, Prefix=key)
    found = [(one, False) for one in listed.get("Versions", [])]
    found += [(one, True) for one in listed.get("DeleteMarkers", [])]
    return [(one["VersionId"], marker) for one, marker in found if one["IsLatest"]][0]


def test_noncurrent_versions_go_on_each_side_by_itself(url, pair):
    """R-OPS-02, R-NOT-05"""
    pair.configure()
    care(pair.here, pair.source, NONCURRENT)
    old, new = pair.put(), pair.put()
    for version in (old, new):
        pair.completed("key", version)
    advance(url, pair.source, 3)
    assert pair.versions(pair.source) == [("key", new), ("key", old)]
    advance(url, pair.source, 1)
    assert pair.versions(pair.source) == [("key", new)]
    assert pair.versions(pair.destination) == [("key", new), ("key", old)]


def test_what_is_locked_is_not_removed_until_its_lock_is_over(url, pair):
    lock = {"ObjectLockEnabled": "Enabled"}
    pair.here.put_object_lock_configuration(Bucket=pair.source, ObjectLockConfiguration=lock)
    care(pair.here, pair.source, NONCURRENT)
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=10)
    retention = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": end}
    held, retained = pair.put(ObjectLockLegalHoldStatus="ON"), pair.put(**retention)
    pair.put()
    new = pair.put()
    advance(url, pair.source, 5)
    assert pair.versions(pair.source) == [("key", new), ("key", retained), ("key", held)]
    advance(url, pair.source, 6)
    assert pair.versions(pair.source) == [("key", new), ("key", held)]


def test_the_marker_of_an_expiration_stays(url, pair):
    """R-NOT-05, R-DEL-03"""
    pair.configure(pair.rule(DeleteMarkerReplication={"Status": "Enabled"}))
    care(pair.here, pair.source, expiring(3))
    version = pair.put()
    pair.completed("key", version)
    advance(url, pair.source, 5)
    assert latest(pair, pair.source, "key")[1]
    pair.completed("canary", pair.put("canary"))
    assert latest(pair, pair.destination, "key") == (version, False)


def test_what_is_pending_or_failed_is_left_alone(url, pair):
    """R-OPS-01"""
    pair.configure()
    care(pair.here, pair.source, expiring(3))
    states = [{"Status": status} for status in ("Suspended", "Enabled")]
    pair.there.put_bucket_versioning(Bucket=pair.destination, VersioningConfiguration=states[0])
    failed = pair.put("failed")
    until(lambda: pair.status("failed", failed) == "FAILED")
    pair.there.put_bucket_versioning(Bucket=pair.destination, VersioningConfiguration=states[1])
    control(url, pair.source, paused=True)
    pending = pair.put("pending")
    advance(url, pair.source, 5)
    assert latest(pair, pair.source, "failed") == (failed, False)
    assert latest(pair, pair.source, "pending") == (pending, False)
    control(url, pair.source, paused=False)
    pair.completed("pending", pending)
    advance(url, pair.source, 1)
    assert latest(pair, pair.source, "pending")[1]


def test_a_late_replica_is_as_old_as_its_source(url, pair):
    """R-OPS-02"""
    pair.configure()
    care(pair.there, pair.destination, expiring(10))
    control(url, pair.source, paused=True)
    late = pair.put("late")
    for bucket in (pair.source, pair.destination):
        advance(url, bucket, 8)
    control(url, pair.source, paused=False)
    pair.completed("late", late)
    fresh = pair.put("fresh")
    pair.completed("fresh", fresh)
    advance(url, pair.destination, 4)
    assert latest(pair, pair.destination, "late")[1]
    assert latest(pair, pair.destination, "fresh") == (fresh, False)


def test_lone_markers_classes_filters_and_uploads(url, pair):
    """R-OPS-02"""
    markers = {"Expiration": {"ExpiredObjectDeleteMarker": True}}
    colder = {
        "Filter": {"And": {"Prefix": "cold/", "Tags": [{"Key": "k", "Value": "v"}]}},
        "Transitions": [{"Days": 3, "StorageClass": "GLACIER"}],
    }
    abort = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3}}
    care(pair.here, pair.source, NONCURRENT, markers, colder, abort)
    pair.put("gone")
    pair.here.delete_object(Bucket=pair.source, Key="gone")
    cold, warm = pair.put("cold/a", Tagging="k=v"), pair.put("cold/b")
    pair.here.create_multipart_upload(Bucket=pair.source, Key="parts")
    advance(url, pair.source, 5)
    assert sorted(pair.versions(pair.source)) == [("cold/a", cold), ("cold/b", warm)]
    heads = [pair.here.head_object(Bucket=pair.source, Key=key) for key in ("cold/a", "cold/b")]
    assert [head.get("StorageClass") for head in heads] == ["GLACIER", None]
    assert "Uploads" not in pair.here.list_multipart_uploads(Bucket=pair.source)


@pytest.mark.parametrize("bucket, days, status", [("no-such-bucket", 1, 404), (None, -1, 400)])
def test_nonsense_is_refused(url, pair, bucket, days, status):
    with pytest.raises(urllib.error.HTTPError) as error:
        advance(url, bucket or pair.source, days)
    assert error.value.code == status
