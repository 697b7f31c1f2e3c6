//! What a write may ask for that is not there: refused, never forgotten.

use s3s::{S3Result, s3_error};

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
        let redirect = input.website_redirect_location.is_some();
        $crate::emulator::api::refused::unless(!redirect, "websites are not implemented")?;
    }};
}
pub(super) use what_is_not_there;
