"""The refusals that LocalStack alone lacks, and the start that must fail loudly."""

import functools

import pytest
from botocore.exceptions import ClientError
from conftest import Pair, connect, free_port, handshake, running, start


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_a_replicated_source_cannot_be_suspended(pair):
    """R-CFG-18"""
    pair.configure()
    suspended = {"Bucket": pair.source, "VersioningConfiguration": {"Status": "Suspended"}}
    assert refused(pair.here.put_bucket_versioning, **suspended) == (409, "InvalidBucketState")
    pair.here.delete_bucket_replication(Bucket=pair.source)
    pair.here.put_bucket_versioning(**suspended)


TAG = {"Tag": {"Key": "a", "Value": "b"}}
ON = {"Status": "Enabled"}
CASES = {
    "R-RULE-11 markers with a tag filter": ({"Filter": TAG, "DeleteMarkerReplication": ON}, 400, "InvalidRequest"),
    "R-RULE-02 no priority": ({"Priority": None}, 400, "InvalidRequest"),
    "R-RULE-02 no marker switch": ({"DeleteMarkerReplication": None}, 400, "InvalidRequest"),
    "R-RULE-03 V1 with a priority": ({"Filter": None, "Prefix": ""}, 400, "InvalidRequest"),
    "R-RULE-06 two conditions": ({"Filter": {"Prefix": "a", **TAG}}, 400, "MalformedXML"),
    "R-RULE-15 negative priority": ({"Priority": -1}, 400, "InvalidArgument"),
    "R-CFG-13 a long ID": ({"ID": "x" * 256}, 400, "InvalidArgument"),
    "R-CFG-14 a long prefix": ({"Filter": {"Prefix": "x" * 1025}}, 400, "InvalidArgument"),
    "R-CFG-06 another status": ({"Status": "On"}, 400, "MalformedXML"),
    "R-ENC-04 an opt-in without a key": ({"SourceSelectionCriteria": {"SseKmsEncryptedObjects": ON}}, 400, "InvalidRequest"),
    "R-CFG-06 another status of KMS": (
        {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "On"}}}, 400, "MalformedXML"),
    "not carried out": ({"ExistingObjectReplication": ON}, 501, "NotImplemented"),
}


@pytest.mark.parametrize("changes, status, code", CASES.values(), ids=CASES.keys())
def test_a_rule_is_refused(pair, changes, status, code):
    assert refused(lambda: pair.configure(pair.rule(**changes))) == (status, code)


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"AccessControlTranslation": {"Owner": "Destination"}}, "InvalidRequest"),
        ({"Account": "111122223333"}, "InvalidArgument"),
    ],
)
def test_an_owner_of_replicas_is_refused(pair, changes, code):
    """R-OWN-03"""
    rule = pair.rule()
    rule["Destination"].update(changes)
    assert refused(lambda: pair.configure(rule)) == (400, code)


def test_a_replica_key_without_an_opt_in_is_refused(pair):
    """R-ENC-04"""
    rule = pair.rule()
    rule["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": "arn:aws:kms:any"}
    assert refused(lambda: pair.configure(rule)) == (400, "InvalidRequest")


def test_priorities_and_ids_are_unique(three):
    """R-RULE-15, R-CFG-13"""
    for change in ({"Priority": 1}, {"ID": "same"}):
        with pytest.raises(ClientError, match="more than one rule"):
            three.configure(three.rule(0, **change), three.rule(1, **change))


@pytest.mark.parametrize(
    "environment, remedy",
    [
        ({"LOCALSTACK_AUTH_TOKEN": "ls-secret"}, "unset LOCALSTACK_AUTH_TOKEN"),
        ({"BUCKETPAIR_DELAY": "soon"}, "write 200ms"),
    ],
)
def test_localstack_does_not_start_without_replication(tmp_path, environment, remedy):
    port = free_port()
    process = start(tmp_path, port, **environment)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and remedy in output and "ls-secret" not in output, output
    assert "Ready." not in output and handshake(f"http://127.0.0.1:{port}") is None


def test_another_version_is_refused(monkeypatch):
    import localstack.version

    from bucketpair_replication import hook

    monkeypatch.setattr(localstack.version, "__version__", "4.13.1")
    monkeypatch.delenv("LOCALSTACK_AUTH_TOKEN", raising=False)
    with pytest.raises(hook.Refused, match="use localstack/localstack:4.14.0"):
        hook.refuse_what_does_not_fit()


def test_a_hook_that_is_missing_is_an_error():
    from bucketpair_replication import install

    with pytest.raises(AttributeError, match="no_such_method"):
        install.wrap(object, "no_such_method", None)


def test_it_replicates_under_eager_loading_too(tmp_path):
    with running(tmp_path, EAGER_SERVICE_LOADING="1") as url:
        pair = Pair(functools.partial(connect, url))
        pair.configure()
        pair.completed("key", pair.put())
