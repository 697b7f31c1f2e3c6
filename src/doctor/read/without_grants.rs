//! Without the feature `grants`: the role and the keys are not read, and that is said.

use crate::doctor::facts::{Cause, Fact, Gap, KeyFacts, RoleFacts};
use crate::target::Target;

fn not_built<T>(call: &str, permission: &str) -> Fact<T> {
    Fact::Unknown(Gap {
        call: call.to_owned(),
        permission: permission.to_owned(),
        cause: Cause::NotBuilt,
        said: "this bucketpair is built without the clients for it".to_owned(),
    })
}

pub(super) async fn role(_target: &Target, _arn: &str) -> Fact<Option<RoleFacts>> {
    let calls = "trust and rights of the role";
    not_built(
        calls,
        "iam:GetRole, iam:GetRolePolicy, iam:GetPolicyVersion and their lists",
    )
}

pub(super) async fn read_keys(_target: &Target, keys: Vec<(String, bool)>) -> Vec<Fact<KeyFacts>> {
    let permissions = "kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants";
    let missing = || not_built("state, policy and grants", permissions);
    keys.iter().map(|_| missing()).collect()
}
