//! The command `bucketpair`.
fn main() {}
