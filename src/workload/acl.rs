//! Grants of objects, on the wire.

use std::collections::BTreeSet;

use super::driver::{Applied, Driver};
use super::wire::Wire;
use crate::error::Result;
use crate::history::{OperationKind, Outcome, Side};
use crate::replication::VersionId;

/// The one permission that is granted here.
const READ: &str = "READ";

/// The grants to these groups, as a history holds them.
pub(super) fn grants(readers: &[String]) -> BTreeSet<String> {
    readers
        .iter()
        .map(|group| format!("{READ} {group}"))
        .collect()
}

/// The `x-amz-grant-read` header for these grants.
pub(super) fn readers(grants: &BTreeSet<String>) -> Option<String> {
    let groups = grants.iter().filter_map(|grant| grant.strip_prefix(READ));
    let groups: Vec<_> = groups
        .map(|group| format!("uri=\"{}\"", group.trim()))
        .collect();
    (!groups.is_empty()).then(|| groups.join(", "))
}

impl Driver {
    /// Grants READ of one version of a full key at the source to these groups, and to nobody else.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn grant(
        &self,
        label: &str,
        key: &str,
        version: &VersionId,
        readers: &[String],
    ) -> Result<Applied> {
        let grants = grants(readers);
        let kind = OperationKind::Acl {
            version: version.clone(),
            grants: grants.clone(),
        };
        let op = self.invoke(label, Side::Source, key, kind);
        let put = self.client(Side::Source).put_object_acl();
        let put = put
            .bucket(self.bucket(Side::Source))
            .key(key)
            .version_id(&version.0);
        let put = match self::readers(&grants) {
            Some(header) => put.grant_read(header),
            None => put.acl("private".into()),
        };
        let sent = put.send().await.map_err(Wire::sdk);
        let outcome = |_| Outcome {
            version: Some(version.clone()),
            etag: None,
            answered: None,
        };
        self.conclude(op, key, "PutObjectAcl", None, sent.map(outcome))
    }
}
