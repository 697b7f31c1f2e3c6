//! The embedded S3 pair.
