//! What is written, answered and denied, in the history's words and in S3's.

use bucketpair::emulator::{Role, RolePolicy};
use bucketpair::history::{Content, Outcome};
use bucketpair::replication::{Tags, VersionId};
use s3s::dto;
use sha2::{Digest, Sha256};

/// To assume it is denied by its trust, everything else by a policy.
pub(crate) fn role(denied: Option<&str>) -> Role {
    match denied {
        None => Role::default(),
        Some("sts:AssumeRole") => Role::default().with_trust(serde_json::json!({"Statement": []})),
        Some(action) => {
            let statement =
                serde_json::json!({"Effect": "Deny", "Action": action, "Resource": "*"});
            let document = serde_json::json!({"Version": "2012-10-17", "Statement": [statement]});
            Role::default().with_policy(RolePolicy::new("denial", document))
        }
    }
}

pub(crate) fn content(body: &[u8], tags: &[&str], class: Option<&str>) -> Content {
    Content {
        size: body.len() as u64,
        sha256: digest(body),
        tags: tag_map(tags),
        storage_class: class.map(str::to_owned),
        ..Content::default()
    }
}

pub(crate) fn digest(body: &[u8]) -> String {
    use std::fmt::Write as _;

    let digest = Sha256::digest(body);
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub(crate) fn tag_map(tags: &[&str]) -> Tags {
    tags.iter()
        .map(|tag| ((*tag).to_owned(), "yes".to_owned()))
        .collect()
}

/// `x-amz-tagging`
pub(crate) fn header(tags: &[&str]) -> Option<String> {
    let pairs: Vec<_> = tags.iter().map(|tag| format!("{tag}=yes")).collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

pub(crate) fn outcome(version: Option<String>, etag: Option<&dto::ETag>) -> Outcome {
    Outcome {
        version: version.map(VersionId),
        etag: etag.map(|etag| etag.value().to_owned()),
        ..Outcome::default()
    }
}
