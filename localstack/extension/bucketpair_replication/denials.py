"""What the replication role is denied outright: by this a drill rings its alarm here too.

Nothing else of a role is looked at: one that lacks a right, or that is not there, replicates all
the same, and a statement with a condition denies nothing.
"""

import json
import re

from moto.iam.models import iam_backends

READ = {
    "s3:GetObjectVersionForReplication": "SrcGetObjectNotPermitted",
    "s3:GetObjectVersionAcl": "SrcGetAclNotPermitted",
}
WRITE = {"s3:ReplicateObject": "DstPutObjectNotPermitted"}
DELETE = {"s3:ReplicateDelete": "DstDelObjNotPermitted"}


def reason(account, role, actions, bucket, key):
    """The failure reason of the first action that is denied on a key, or None."""
    deny = statements(documents(account, role))
    stopped = (why for action, why in actions.items() if denied(deny, [action], arn(bucket, key)))
    return next(stopped, None)


def documents(account, role):
    """The inline policies of a role; none where it is not there."""
    name = (role or "").rsplit("/", 1)[-1]
    roles = iam_backends[account]["aws"].roles.values()
    found = [one for one in roles if one.name == name]
    texts = found[0].policies.values() if found else []
    return [json.loads(text) if isinstance(text, str) else text for text in texts]


def statements(policies):
    """The statements that deny, without those that only do so on a condition."""
    every = [one for policy in policies for one in listed(policy.get("Statement"))]
    return [one for one in every if one.get("Effect") == "Deny" and not one.get("Condition")]


def denied(deny, actions, resource):
    """Whether a statement denies one of the actions on a resource."""
    return any(
        matches(one.get("Action"), action) and matches(one.get("Resource"), resource)
        for one in deny
        for action in actions
    )


def matches(patterns, text):
    """IAM knows * and ? in actions, whose case does not count, and in resources."""

    def fits(pattern):
        plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
        return re.fullmatch(plain, text, re.DOTALL | re.IGNORECASE)

    return any(fits(pattern) for pattern in listed(patterns))


def arn(bucket, key):
    return f"arn:aws:s3:::{bucket}/{key}"


def listed(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
