//! The embedded S3 pair.

mod rules;
