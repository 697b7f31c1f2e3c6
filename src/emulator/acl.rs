//! Access control lists of objects, and whether a bucket has them at all (Object Ownership).
//!
//! Sources: S3 user guide, "Access control list (ACL) overview" and "Controlling ownership of
//! objects". Every request here is the owner's, so that an ACL is shown and never enforced.

use s3s::dto::{
    Grant, Grantee, ObjectCannedACL, ObjectOwnership, Owner, Permission,
    PublicAccessBlockConfiguration, Type,
};
use s3s::{S3Result, s3_error};

use super::ACCOUNT;
use super::world::Bucket;

const GROUPS: &str = "http://acs.amazonaws.com/groups/";
const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// What a request asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) canned: Option<ObjectCannedACL>,
    pub(super) full_control: Option<String>,
    pub(super) read: Option<String>,
    pub(super) read_acp: Option<String>,
    pub(super) write_acp: Option<String>,
}

/// Takes it from a request that has it under S3's names.
macro_rules! acl_asked {
    ($input:expr) => {
        $crate::emulator::acl::Asked {
            canned: $input.acl.clone(),
            full_control: $input.grant_full_control.clone(),
            read: $input.grant_read.clone(),
            read_acp: $input.grant_read_acp.clone(),
            write_acp: $input.grant_write_acp.clone(),
        }
    };
}
pub(super) use acl_asked;

impl Asked {
    fn headers(&self) -> [(&'static str, Option<&str>); 4] {
        [
            (Permission::FULL_CONTROL, self.full_control.as_deref()),
            (Permission::READ, self.read.as_deref()),
            (Permission::READ_ACP, self.read_acp.as_deref()),
            (Permission::WRITE_ACP, self.write_acp.as_deref()),
        ]
    }

    /// The grants in this bucket.
    ///
    /// # Errors
    /// 400 where the bucket has no ACLs, 403 for a public one that is blocked, and what cannot be
    /// read.
    pub(super) fn decide(&self, bucket: &Bucket) -> S3Result<Vec<Grant>> {
        let canned = self.canned.as_ref().map(ObjectCannedACL::as_str);
        let explicit = self.headers().iter().any(|(_, header)| header.is_some());
        if is_enforced(bucket) {
            let harmless = [None, Some(ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL)];
            return match !explicit && harmless.contains(&canned) {
                true => Ok(owners()),
                false => Err(not_supported()),
            };
        }
        let grants = match explicit {
            true if canned.is_some() => {
                return Err(s3_error!(
                    InvalidRequest,
                    "Specifying both Canned ACLs and Header Grants is not allowed"
                ));
            }
            true => self.explicit()?,
            false => canned_acl(canned.unwrap_or(ObjectCannedACL::PRIVATE))?,
        };
        not_public(bucket.access_block.as_ref(), &grants)?;
        Ok(grants)
    }

    fn explicit(&self) -> S3Result<Vec<Grant>> {
        let mut grants = Vec::new();
        for (permission, header) in self.headers() {
            for grantee in header.into_iter().flat_map(|header| header.split(',')) {
                grants.push(grant(permission, grantee_of(grantee.trim())?));
            }
        }
        Ok(grants)
    }
}

/// Whether the bucket has no ACLs (`BucketOwnerEnforced`), as new ones have none.
pub(super) fn is_enforced(bucket: &Bucket) -> bool {
    let ownership = bucket.ownership.as_ref();
    ownership.is_some_and(|word| word.as_str() == ObjectOwnership::BUCKET_OWNER_ENFORCED)
}

/// Refuses a public ACL where they are blocked.
pub(super) fn not_public(
    block: Option<&PublicAccessBlockConfiguration>,
    grants: &[Grant],
) -> S3Result<()> {
    let blocks = block.is_some_and(|block| block.block_public_acls == Some(true));
    let uri = |grant: &Grant| {
        grant
            .grantee
            .as_ref()
            .and_then(|grantee| grantee.uri.clone())
    };
    let is_public = |uri: String| [ALL_USERS, AUTHENTICATED].contains(&uri.as_str());
    match blocks && grants.iter().filter_map(uri).any(is_public) {
        true => Err(s3_error!(AccessDenied, "Access Denied")),
        false => Ok(()),
    }
}

pub(super) fn not_supported() -> s3s::S3Error {
    s3_error!(
        AccessControlListNotSupported,
        "The bucket does not allow ACLs"
    )
}

/// The owner of everything here.
pub(super) fn owner() -> Owner {
    Owner {
        id: Some(ACCOUNT.to_owned()),
        display_name: None,
    }
}

/// What every object has from the start.
pub(super) fn owners() -> Vec<Grant> {
    vec![grant(Permission::FULL_CONTROL, user(ACCOUNT))]
}

fn canned_acl(canned: &str) -> S3Result<Vec<Grant>> {
    let mut grants = owners();
    match canned {
        ObjectCannedACL::PRIVATE
        | ObjectCannedACL::BUCKET_OWNER_READ
        | ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL => {}
        ObjectCannedACL::PUBLIC_READ => grants.push(grant(Permission::READ, group(ALL_USERS))),
        ObjectCannedACL::PUBLIC_READ_WRITE => {
            grants.push(grant(Permission::READ, group(ALL_USERS)));
            grants.push(grant(Permission::WRITE, group(ALL_USERS)));
        }
        ObjectCannedACL::AUTHENTICATED_READ => {
            grants.push(grant(Permission::READ, group(AUTHENTICATED)));
        }
        _ => {
            return Err(s3_error!(
                NotImplemented,
                "the canned ACL {canned} is not implemented"
            ));
        }
    }
    Ok(grants)
}

fn grant(permission: &'static str, grantee: Grantee) -> Grant {
    Grant {
        grantee: Some(grantee),
        permission: Some(Permission::from_static(permission)),
    }
}

fn user(id: &str) -> Grantee {
    Grantee {
        display_name: None,
        email_address: None,
        id: Some(id.to_owned()),
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    }
}

fn group(uri: &str) -> Grantee {
    Grantee {
        display_name: None,
        email_address: None,
        id: None,
        type_: Type::from_static(Type::GROUP),
        uri: Some(uri.to_owned()),
    }
}

/// `id="…"` or `uri="…"`.
fn grantee_of(text: &str) -> S3Result<Grantee> {
    let (kind, value) = text.split_once('=').unwrap_or((text, ""));
    let value = value.trim_matches('"');
    match kind {
        "id" if !value.is_empty() => Ok(user(value)),
        "uri" if value.starts_with(GROUPS) => Ok(group(value)),
        "uri" => Err(s3_error!(InvalidArgument, "Invalid group uri")),
        "emailAddress" => Err(s3_error!(
            NotImplemented,
            "grants by e-mail address are not implemented"
        )),
        _ => Err(s3_error!(InvalidArgument, "Argument format not recognized")),
    }
}
