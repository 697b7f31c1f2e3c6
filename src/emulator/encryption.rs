//! Under what an object is encrypted: what its request asks for, or its bucket's default.
//!
//! Nothing is really encrypted, since bytes in this process would be no safer: who reads has to
//! show the same key, and the answers say what S3's would.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use s3s::dto::{ServerSideEncryption, ServerSideEncryptionConfiguration};
use s3s::{S3Result, s3_error};

use super::keys::{self, KeyState, Keys};
use super::world::Bucket;

/// Under what an object is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Nothing: a defect, since 2023 (R-ENC-01).
    #[default]
    Nothing,
    /// SSE-S3.
    S3,
    /// SSE-KMS, or DSSE-KMS where it is dual.
    Kms {
        dual: bool,
        key: String,
        bucket_key: bool,
    },
    /// SSE-C: the MD5 of the customer's key.
    Customer { md5: String },
}

impl Encryption {
    /// The `x-amz-server-side-encryption` header; SSE-C has headers of its own.
    pub(super) fn header(&self) -> Option<ServerSideEncryption> {
        match self {
            Self::Nothing | Self::Customer { .. } => None,
            Self::S3 => Some(ServerSideEncryption::from_static(
                ServerSideEncryption::AES256,
            )),
            Self::Kms { dual: false, .. } => Some(ServerSideEncryption::from_static(
                ServerSideEncryption::AWS_KMS,
            )),
            Self::Kms { dual: true, .. } => Some(ServerSideEncryption::from_static(
                ServerSideEncryption::AWS_KMS_DSSE,
            )),
        }
    }

    /// The KMS key.
    pub(super) fn kms_key(&self) -> Option<&str> {
        match self {
            Self::Kms { key, .. } => Some(key),
            _ => None,
        }
    }

    /// Whether KMS is told so by a bucket key; the header is absent otherwise.
    pub(super) fn bucket_key(&self) -> Option<bool> {
        match self {
            Self::Kms { bucket_key, .. } => bucket_key.then_some(true),
            _ => None,
        }
    }

    /// The MD5 of the customer's key.
    pub(super) fn customer_md5(&self) -> Option<String> {
        match self {
            Self::Customer { md5 } => Some(md5.clone()),
            _ => None,
        }
    }

    /// The algorithm of the customer's key.
    pub(super) fn customer_algorithm(&self) -> Option<String> {
        self.customer_md5().map(|_| ALGORITHM.to_owned())
    }

    /// The `ETag` of what has this MD5: under SSE-KMS and SSE-C it is no MD5 of the bytes. How many
    /// parts there are stays at its end.
    pub(super) fn etag(&self, md5: String) -> String {
        let under = match self {
            Self::Nothing | Self::S3 => return md5,
            Self::Kms { key, .. } => key,
            Self::Customer { md5 } => md5,
        };
        let (bare, parts) = md5.split_once('-').unwrap_or((&md5, ""));
        let digest = super::api::hex(&Md5::new().chain_update(bare).chain_update(under).finalize());
        match parts {
            "" => digest,
            parts => format!("{digest}-{parts}"),
        }
    }

    /// Refuses who reads without the key: KMS's must be enabled, a customer's must be shown.
    pub(super) fn may_be_read(
        &self,
        shown: &CustomerKey,
        keys: &Keys,
        region: &str,
    ) -> S3Result<()> {
        let shown = shown.md5()?;
        match (self, shown) {
            (Self::Kms { key, .. }, None) => usable(keys, key, region),
            (Self::Customer { .. }, None) => Err(s3_error!(
                InvalidRequest,
                "The object was stored using a form of Server Side Encryption. The correct \
                 parameters must be provided to retrieve the object."
            )),
            (Self::Customer { md5 }, Some(shown)) if *md5 != shown => Err(s3_error!(
                AccessDenied,
                "Requests specifying Server Side Encryption with Customer provided keys must \
                 provide the correct secret key."
            )),
            (Self::Customer { .. }, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(s3_error!(
                InvalidRequest,
                "The encryption parameters are not applicable to this object."
            )),
        }
    }
}

/// The only algorithm of SSE-C.
const ALGORITHM: &str = "AES256";

/// The headers of a customer's key, as a request has them.
#[derive(Debug, Clone, Default)]
pub(super) struct CustomerKey {
    pub(super) algorithm: Option<String>,
    pub(super) key: Option<String>,
    pub(super) md5: Option<String>,
}

/// Takes them from a request that has them under S3's names.
macro_rules! customer_key {
    ($input:expr) => {
        $crate::emulator::encryption::CustomerKey {
            algorithm: $input.sse_customer_algorithm.clone(),
            key: $input.sse_customer_key.clone(),
            md5: $input.sse_customer_key_md5.clone(),
        }
    };
}
pub(super) use customer_key;

impl CustomerKey {
    /// The MD5 of the key, when there is one and the headers fit together.
    pub(super) fn md5(&self) -> S3Result<Option<String>> {
        let (algorithm, key, md5) = match (&self.algorithm, &self.key, &self.md5) {
            (None, None, None) => return Ok(None),
            (Some(algorithm), Some(key), Some(md5)) => (algorithm, key, md5),
            _ => {
                return Err(s3_error!(
                    InvalidArgument,
                    "Requests specifying Server Side Encryption with Customer provided keys must \
                     provide algorithm, secret key and the MD5 of the key."
                ));
            }
        };
        if algorithm != ALGORITHM {
            return Err(s3_error!(
                InvalidArgument,
                "The Encryption request you specified is not valid. Supported value: AES256."
            ));
        }
        let bytes = BASE64.decode(key).unwrap_or_default();
        if bytes.len() != 32 {
            return Err(s3_error!(
                InvalidArgument,
                "The secret key was invalid for the specified algorithm."
            ));
        }
        match BASE64.encode(Md5::digest(&bytes)) == *md5 {
            true => Ok(Some(md5.clone())),
            false => Err(s3_error!(
                InvalidArgument,
                "The calculated MD5 hash of the key did not match the hash that was provided."
            )),
        }
    }
}

/// What a write asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) algorithm: Option<ServerSideEncryption>,
    pub(super) key: Option<String>,
    pub(super) bucket_key: Option<bool>,
    pub(super) customer: CustomerKey,
}

/// Takes it from a write that has it under S3's names.
macro_rules! asked {
    ($input:expr) => {
        $crate::emulator::encryption::Asked {
            algorithm: $input.server_side_encryption.clone(),
            key: $input.ssekms_key_id.clone(),
            bucket_key: $input.bucket_key_enabled,
            customer: $crate::emulator::encryption::customer_key!($input),
        }
    };
}
pub(super) use asked;

impl Asked {
    /// Under what the object is encrypted in this bucket.
    ///
    /// # Errors
    /// What S3 refuses: headers that do not fit together, a key that is not there or not enabled,
    /// SSE-C where the bucket blocks it (R-ENC-08).
    pub(super) fn decide(&self, bucket: &Bucket, keys: &Keys) -> S3Result<Encryption> {
        if let Some(md5) = self.customer.md5()? {
            return match (self.algorithm.is_some(), bucket.blocks_customer_keys) {
                (true, _) => Err(s3_error!(
                    InvalidArgument,
                    "Server Side Encryption with Customer provided key is incompatible with the \
                     encryption method specified"
                )),
                (false, true) => Err(s3_error!(AccessDenied, "Access Denied")),
                (false, false) => Ok(Encryption::Customer { md5 }),
            };
        }
        let default = Self::default_of(&bucket.encryption);
        let asked = match self.algorithm {
            Some(_) => self,
            None => &default,
        };
        let algorithm = asked.algorithm.as_ref();
        let word = algorithm.map_or(ServerSideEncryption::AES256, ServerSideEncryption::as_str);
        match word {
            ServerSideEncryption::AES256 if asked.key.is_some() => Err(s3_error!(
                InvalidArgument,
                "Server Side Encryption with AWS KMS managed key requires HTTP header \
                 x-amz-server-side-encryption : aws:kms"
            )),
            ServerSideEncryption::AES256 => Ok(Encryption::S3),
            ServerSideEncryption::AWS_KMS | ServerSideEncryption::AWS_KMS_DSSE => {
                let key = asked.key.as_deref().or(default.key.as_deref());
                let key = keys::arn(key.unwrap_or("alias/aws/s3"), &bucket.region);
                usable(keys, &key, &bucket.region)?;
                let dual = word == ServerSideEncryption::AWS_KMS_DSSE;
                let bucket_key = asked.bucket_key.or(default.bucket_key).unwrap_or(false);
                Ok(Encryption::Kms {
                    dual,
                    key,
                    bucket_key: bucket_key && !dual,
                })
            }
            _ => Err(s3_error!(
                InvalidArgument,
                "The encryption method specified is not supported"
            )),
        }
    }

    fn default_of(configuration: &ServerSideEncryptionConfiguration) -> Self {
        let rule = configuration.rules.first();
        let default = rule.and_then(|r| r.apply_server_side_encryption_by_default.as_ref());
        Self {
            algorithm: default.map(|default| default.sse_algorithm.clone()),
            key: default.and_then(|default| default.kms_master_key_id.clone()),
            bucket_key: rule.and_then(|rule| rule.bucket_key_enabled),
            customer: CustomerKey::default(),
        }
    }
}

/// Refuses a KMS key that is not there, or not enabled, with S3's codes.
fn usable(keys: &Keys, key: &str, region: &str) -> S3Result<()> {
    let (code, message) = match keys.state(key, region) {
        Some(KeyState::Enabled) => return Ok(()),
        Some(KeyState::Disabled) => ("KMS.DisabledException", format!("{key} is disabled.")),
        Some(KeyState::PendingDeletion) => (
            "KMS.KMSInvalidStateException",
            format!("{key} is pending deletion."),
        ),
        None => (
            "KMS.NotFoundException",
            format!("Key '{key}' does not exist"),
        ),
    };
    let mut error = super::api::refusal(code, http::StatusCode::BAD_REQUEST, "");
    error.set_message(message);
    Err(error)
}
