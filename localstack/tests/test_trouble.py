"""What holds replication up and fails nothing; changes of replicas; by rule ID."""

import json
import urllib.request

from conftest import ROLE, until


def control(url, bucket, **change):
    body = json.dumps({name.replace("_", "-"): value for name, value in change.items()}).encode()
    request = urllib.request.Request(f"{url}/_bucketpair/buckets/{bucket}", body, method="PUT")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def test_a_pause_keeps_pending_and_loses_nothing(url, pair, three):
    """R-TIME-13, R-STATUS-09; another pair shows that only this one is paused"""
    pair.configure()
    control(url, pair.source, paused=True)
    version = pair.put()
    three.configure()
    three.completed("key", three.put())
    assert pair.status("key", version) == "PENDING"
    assert pair.versions(pair.destination) == []
    control(url, pair.source, paused=False)
    pair.completed("key", version)


def test_a_destination_that_is_away_or_slow_fails_nothing(url, pair):
    """R-STATUS-09"""
    pair.configure()
    control(url, pair.destination, away=True)
    version = pair.put()
    assert pair.status("key", version) == "PENDING"
    assert control(url, pair.destination, away=False, slow_downs=3)["slow-downs"] <= 3
    pair.completed("key", version)
    assert control(url, pair.destination)["slow-downs"] == 0


def test_a_version_deleted_while_it_was_held_up_is_lost(url, pair):
    """R-NOT-11"""
    pair.configure()
    control(url, pair.source, paused=True)
    version = pair.put()
    pair.here.delete_object(Bucket=pair.source, Key="key", VersionId=version)
    control(url, pair.source, paused=False)
    pair.completed("canary", pair.put("canary"))
    assert {key for key, _ in pair.versions(pair.destination)} == {"canary"}


def two_way(pair, forth, back):
    def sync(on):
        on = {"ReplicaModifications": {"Status": "Enabled"}} if on else None
        return {"SourceSelectionCriteria": on}

    pair.configure(pair.rule(**sync(forth)))
    to = {"Destination": {"Bucket": f"arn:aws:s3:::{pair.source}"}}
    pair.there.put_bucket_replication(
        Bucket=pair.destination,
        ReplicationConfiguration={"Role": ROLE, "Rules": [pair.rule(**to, **sync(back))]},
    )
    version = pair.put()
    pair.completed("key", version)
    return version


def retag(pair, version):
    where = {"Key": "key", "VersionId": version}
    tagging = {"TagSet": [{"Key": "state", "Value": "final"}]}
    pair.there.put_object_tagging(Bucket=pair.destination, Tagging=tagging, **where)
    return lambda: pair.here.get_object_tagging(Bucket=pair.source, **where)["TagSet"]


def test_two_way_replication_makes_no_loop(pair):
    """R-BIDI-01"""
    version = two_way(pair, False, False)
    back = pair.there.put_object(Bucket=pair.destination, Key="back", Body=b"")["VersionId"]
    until(lambda: ("back", back) in pair.versions(pair.source))
    assert sorted(pair.versions(pair.source)) == sorted([("key", version), ("back", back)])


def test_a_replicas_tags_go_back_where_both_rules_say_so(pair):
    """R-BIDI-02, R-STATUS-15"""
    version = two_way(pair, True, True)
    tags = retag(pair, version)
    until(tags)
    where = {"Bucket": pair.destination, "Key": "key", "VersionId": version}
    until(lambda: pair.there.head_object(**where)["ReplicationStatus"] == "REPLICA")


def test_one_rule_alone_sends_no_tags_back(pair):
    """R-BIDI-02"""
    version = two_way(pair, True, False)
    tags = retag(pair, version)
    back = pair.there.put_object(Bucket=pair.destination, Key="back", Body=b"")["VersionId"]
    until(lambda: ("back", back) in pair.versions(pair.source))
    assert tags() == []
