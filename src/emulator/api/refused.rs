//! What a write may ask for that is not there: refused, never forgotten.

use s3s::dto::ObjectCannedACL;
use s3s::{S3Result, s3_error};

/// ACLs are disabled, as they are in new buckets since 2023.
pub(super) fn acl(canned: Option<&ObjectCannedACL>, grants: bool) -> S3Result<()> {
    let other =
        canned.is_some_and(|acl| acl.as_str() != ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL);
    match other || grants {
        true => Err(s3_error!(
            AccessControlListNotSupported,
            "The bucket does not allow ACLs"
        )),
        false => Ok(()),
    }
}

/// 501 unless this holds.
pub(super) fn unless(there: bool, message: &'static str) -> S3Result<()> {
    match there {
        true => Ok(()),
        false => Err(s3_error!(NotImplemented, "{message}")),
    }
}

/// Refuses what a put, a copy or a multipart upload asks for and this pair does not have.
macro_rules! what_is_not_there {
    ($input:expr) => {{
        let input = &$input;
        let grants = input.grant_full_control.is_some()
            || input.grant_read.is_some()
            || input.grant_read_acp.is_some()
            || input.grant_write_acp.is_some();
        $crate::emulator::api::refused::acl(input.acl.as_ref(), grants)?;
        let lock = input.object_lock_mode.is_some()
            || input.object_lock_legal_hold_status.is_some()
            || input.object_lock_retain_until_date.is_some();
        $crate::emulator::api::refused::unless(!lock, "object lock is not implemented")?;
        let redirect = input.website_redirect_location.is_some();
        $crate::emulator::api::refused::unless(!redirect, "websites are not implemented")?;
    }};
}
pub(super) use what_is_not_there;
