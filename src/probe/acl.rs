//! Looking at grants.

use std::collections::BTreeSet;

use aws_sdk_s3::operation::get_object_acl::GetObjectAclOutput;
use aws_sdk_s3::types::Grant;
use tokio::time::Instant;

use super::look::{Probe, missing};
use crate::history::{Seen, Side};
use crate::replication::VersionId;

impl Probe {
    /// The grants of one version, beside its owner's.
    pub async fn acl(&self, side: Side, key: &str, version: &VersionId) -> Seen {
        let sent = self.recorder.now();
        let request = self.client(side).get_object_acl().bucket(self.bucket(side));
        let answer = request.key(key).version_id(&version.0).send().await;
        let seen = match answer {
            Ok(answer) => Seen::Acl {
                grants: others(&answer),
            },
            Err(error) => missing(&error),
        };
        self.note(side, key, Some(version), sent, seen)
    }

    /// Looks until a version has these grants.
    pub async fn until_acl(
        &self,
        side: Side,
        key: &str,
        version: &VersionId,
        wanted: &BTreeSet<String>,
        deadline: Instant,
    ) -> bool {
        let look = || async {
            matches!(self.acl(side, key, version).await, Seen::Acl { grants } if grants == *wanted)
        };
        self.until(look, deadline).await
    }
}

/// What is granted to others than the owner: permission and grantee.
fn others(answer: &GetObjectAclOutput) -> BTreeSet<String> {
    let owner = answer.owner().and_then(|owner| owner.id());
    let named = |grant: &Grant| {
        let grantee = grant.grantee()?;
        let who = grantee.uri().or(grantee.id())?;
        let permission = grant.permission()?.as_str();
        (Some(who) != owner).then(|| format!("{permission} {who}"))
    };
    answer.grants().iter().filter_map(named).collect()
}
