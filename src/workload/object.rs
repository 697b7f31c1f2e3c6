//! What is written, as data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::replication::Tags;

/// Where the bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// This many bytes, made from the run's seed and the step's label.
    Seeded {
        /// Bytes.
        size: u64,
    },
    /// The content of a file.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Seeded { size: 1024 }
    }
}

/// What is written: a body and what goes with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// The bytes.
    pub body: Body,
    /// User metadata, without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// System headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Tags, sent with the write.
    pub tags: Tags,
    /// The storage class.
    pub storage_class: Option<String>,
    /// An additional checksum (`CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`).
    pub checksum: Option<String>,
    /// `x-amz-server-side-encryption`.
    pub encryption: Option<String>,
    /// The KMS key, by ARN or as `source/enabled` for a key that the target has ready.
    pub kms_key: Option<String>,
    /// Whether KMS's key is asked for by a bucket key.
    pub bucket_key: bool,
    /// Whether it is encrypted with a key of the customer's (SSE-C), made from the run's seed.
    pub customer_key: bool,
    /// The type of a multipart upload's checksum: `FULL_OBJECT` or `COMPOSITE`.
    pub checksum_type: Option<String>,
    /// For how many days GOVERNANCE keeps it.
    pub retained_days: Option<u32>,
    /// Whether it is put under a legal hold.
    pub held: bool,
    /// To which groups of S3's READ is granted, by their URIs.
    pub readers: Vec<String>,
}

impl Object {
    /// `size` seeded bytes.
    #[must_use]
    pub fn sized(size: u64) -> Self {
        Self {
            body: Body::Seeded { size },
            ..Self::default()
        }
    }

    /// The content of a file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            body: Body::File(path.into()),
            ..Self::default()
        }
    }

    /// These bytes.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Body::Bytes(bytes.into()),
            ..Self::default()
        }
    }

    /// Adds user metadata.
    #[must_use]
    pub fn with_metadata(mut self, name: &str, value: &str) -> Self {
        self.metadata.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a system header, by lower-case name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn with_tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Asks for an additional checksum.
    #[must_use]
    pub fn with_checksum(mut self, algorithm: &str) -> Self {
        self.checksum = Some(algorithm.to_owned());
        self
    }

    /// Asks for server-side encryption in the request itself.
    #[must_use]
    pub fn with_encryption(mut self, encryption: &str) -> Self {
        self.encryption = Some(encryption.to_owned());
        self
    }

    /// Asks for SSE-KMS under this key.
    #[must_use]
    pub fn with_kms_key(mut self, key: &str) -> Self {
        self.kms_key = Some(key.to_owned());
        self.with_encryption("aws:kms")
    }

    /// Asks for a bucket key, too.
    #[must_use]
    pub fn with_bucket_key(mut self) -> Self {
        self.bucket_key = true;
        self
    }

    /// Encrypts it with a key of the customer's (SSE-C).
    #[must_use]
    pub fn with_customer_key(mut self) -> Self {
        self.customer_key = true;
        self
    }

    /// Asks for a checksum of this type, of an upload in parts.
    #[must_use]
    pub fn with_checksum_type(mut self, kind: &str) -> Self {
        self.checksum_type = Some(kind.to_owned());
        self
    }

    /// Keeps it for so many days, under GOVERNANCE.
    #[must_use]
    pub fn with_retention(mut self, days: u32) -> Self {
        self.retained_days = Some(days);
        self
    }

    /// Puts it under a legal hold.
    #[must_use]
    pub fn with_legal_hold(mut self) -> Self {
        self.held = true;
        self
    }

    /// Grants READ to a group of S3's, by its URI.
    #[must_use]
    pub fn with_reader(mut self, group: &str) -> Self {
        self.readers.push(group.to_owned());
        self
    }

    /// Stores the object in this class.
    #[must_use]
    pub fn with_storage_class(mut self, class: &str) -> Self {
        self.storage_class = Some(class.to_owned());
        self
    }
}
