//! The customer's key of SSE-C: the same 32 bytes for whoever writes and whoever looks in one run.

use std::fmt;

use aws_smithy_types::base64;
use md5::Md5;
use sha2::{Digest, Sha256};

/// A key of the customer's. It is made from the run's seed, and guards nothing but test objects;
/// it is in no log all the same.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerKey {
    key: String,
    md5: String,
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerKey(MD5 {})", self.md5)
    }
}

impl CustomerKey {
    /// The only algorithm of SSE-C.
    pub const ALGORITHM: &'static str = "AES256";

    /// The key of a run.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let bytes = Sha256::digest(format!("bucketpair, customer key of the seed {seed}"));
        Self {
            key: base64::encode(bytes),
            md5: base64::encode(Md5::digest(bytes)),
        }
    }

    /// The key in base64, as S3 wants it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its MD5 in base64, which S3 shows.
    #[must_use]
    pub fn md5(&self) -> &str {
        &self.md5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_one_key_and_its_debug_form_hides_it() {
        let (one, other) = (CustomerKey::seeded(1), CustomerKey::seeded(2));
        assert_eq!(one, CustomerKey::seeded(1));
        assert_ne!(one, other);
        assert_eq!(base64::decode(one.key()).unwrap().len(), 32);
        assert!(!format!("{one:?}").contains(one.key()));
    }
}
