"""What the replication role is denied outright fails objects, and given back it does not."""

import json

import pytest
from conftest import ROLE, until

from bucketpair_replication import denials

NAME = ROLE.rsplit("/", 1)[-1]


def deny(action, resource, **more):
    return {"Statement": {"Effect": "Deny", "Action": action, "Resource": resource, **more}}


@pytest.mark.parametrize(
    "action, resource, is_denied",
    [
        ("s3:ReplicateObject", "arn:aws:s3:::b/p/*", True),
        ("s3:Replicate*", ["arn:aws:s3:::a/*", "arn:aws:s3:::b/?/key"], True),
        ("S3:REPLICATEOBJECT", "*", True),
        ("s3:ReplicateDelete", "*", False),
        ("s3:ReplicateObject", "arn:aws:s3:::b/q/*", False),
        ("s3:ReplicateObject", "arn:aws:s3:::b[a]/p/*", False),
    ],
)
def test_a_statement_denies_its_actions_on_its_resources(action, resource, is_denied):
    found = denials.statements([deny(action, resource)])
    assert denials.denied(found, list(denials.WRITE), denials.arn("b", "p/key")) is is_denied


def test_a_statement_that_allows_or_has_a_condition_denies_nothing():
    condition = deny("*", "*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    allow = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    assert denials.statements([condition, allow]) == []


@pytest.fixture
def role(client):
    """The pairs' role, with one inline policy at most; it is gone afterwards."""
    iam = client("iam")
    trust = {"Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **trust}]}
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))
    yield iam
    for policy in iam.list_role_policies(RoleName=NAME)["PolicyNames"]:
        iam.delete_role_policy(RoleName=NAME, PolicyName=policy)
    iam.delete_role(RoleName=NAME)


@pytest.mark.parametrize(
    "action, side",
    [
        ("s3:ReplicateObject", "destination"),
        ("s3:GetObjectVersionForReplication", "source"),
        ("s3:GetObjectVersionAcl", "source"),
    ],
)
def test_a_denial_fails_what_is_written_below_its_prefix_and_for_good(pair, role, action, side):
    """R-IAM-03, R-IAM-05, R-IAM-09, R-STATUS-10"""
    pair.configure()
    document = deny(action, f"arn:aws:s3:::{getattr(pair, side)}/drill/*")
    document["Version"] = "2012-10-17"
    role.put_role_policy(RoleName=NAME, PolicyName="drill", PolicyDocument=json.dumps(document))
    denied = pair.put("drill/a")
    other = pair.put("other")
    until(lambda: pair.status("drill/a", denied) == "FAILED")
    pair.completed("other", other)
    role.delete_role_policy(RoleName=NAME, PolicyName="drill")
    pair.completed("drill/b", pair.put("drill/b"))
    assert pair.status("drill/a", denied) == "FAILED"
    assert ("drill/a", denied) not in pair.versions(pair.destination)


def test_a_denied_marker_stays(pair, role):
    """R-IAM-05"""
    pair.configure(pair.rule(DeleteMarkerReplication={"Status": "Enabled"}))
    pair.completed("key", pair.put())
    document = {"Version": "2012-10-17", **deny("s3:ReplicateDelete", "*")}
    role.put_role_policy(RoleName=NAME, PolicyName="drill", PolicyDocument=json.dumps(document))
    marker = pair.here.delete_object(Bucket=pair.source, Key="key")["VersionId"]
    pair.completed("later", pair.put("later"))
    assert ("key", marker) not in pair.versions(pair.destination)
