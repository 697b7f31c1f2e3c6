"""The delay's words and the rules' choice, without LocalStack."""

import random

import pytest

from bucketpair_replication import delay
from bucketpair_replication.rules import read, select, select_marker


def rule(bucket, prefix="", priority=0, markers="Disabled", status="Enabled"):
    return {
        "Status": status,
        "Priority": priority,
        "Filter": {"Prefix": prefix},
        "DeleteMarkerReplication": {"Status": markers},
        "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"},
    }


@pytest.mark.parametrize(
    "text, least, most",
    [
        ("200ms", 0.2, 0.2),
        ("uniform:5ms..1s", 0.005, 1),
        ("lognormal:25ms,0.5", 0.001, 1),
        ("pareto:5ms,1.5", 0.005, 7 * 24 * 3600),
        ("exponential:25ms", 0, 1),
        ("bimodal:25ms,2s,0.1", 0.01, 4),
    ],
)
def test_delays_are_read(text, least, most):
    sample, generator = delay.parse(text), random.Random(1)
    drawn = [sample(generator) for _ in range(1000)]
    assert least <= min(drawn) and max(drawn) <= most, (min(drawn), max(drawn), "seed 1")


@pytest.mark.parametrize(
    "text",
    ["", "fast", "5", "uniform:9s..1s", "lognormal:1s", "pareto:0s,2", "gauss:1s,2"]
    + ["exponential:0s", "bimodal:1s,2s", "bimodal:1s,2s,1"],
)
def test_nonsense_is_refused_with_the_forms(text):
    with pytest.raises(ValueError, match="pareto:5ms,1.5"):
        delay.parse(text)


def test_the_larger_priority_wins_for_each_destination():
    rules = read({"Rules": [rule("a", "x", 1), rule("a", "xy", 2), rule("b", "", 3)]})
    assert [one.priority for one in select(rules, "xyz", {})] == [2, 3]
    assert [one.priority for one in select(rules, "xa", {})] == [1, 3]


def test_a_marker_goes_where_the_winning_rule_says():
    rules = read({"Rules": [rule("a", "", 1, "Enabled"), rule("a", "no/", 2)]})
    assert len(select_marker(rules, "yes")) == 1
    assert select_marker(rules, "no/key") == []


def test_v1_sends_markers_and_a_disabled_rule_nothing():
    v1 = {"Status": "Enabled", "Prefix": "a", "Destination": {"Bucket": "arn:aws:s3:::b"}}
    assert len(select_marker(read({"Rules": [v1]}), "abc")) == 1
    assert select(read({"Rules": [{**v1, "Status": "Disabled"}]}), "abc", {}) == []


def test_under_kms_a_rule_has_to_opt_in():
    """R-ENC-04: the opt-in is a criterion like the filter"""
    opts_in, plain = rule("a", "", 1), rule("a", "", 2)
    opts_in["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    opts_in["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": "key"}
    rules = read({"Rules": [opts_in, plain]})
    assert [one.priority for one in select(rules, "x", {})] == [2]
    assert [one.replica_kms_key for one in select(rules, "x", {}, under_kms=True)] == ["key"]
    opts_in["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"] = "Disabled"
    assert select(read({"Rules": [opts_in]}), "x", {}, under_kms=True) == []
