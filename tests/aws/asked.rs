//! What is asked of AWS, read off a request.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// A request to S3 or STS.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// AWS's name of the operation.
    pub(crate) operation: &'static str,
    /// The key, or nothing.
    pub(crate) key: &'a str,
    /// Whom.
    pub(crate) host: &'a str,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(request: &'a HttpRequest, host: &'a str) -> Self {
        let after = request
            .uri()
            .split_once(host)
            .map_or("", |(_, after)| after);
        let (path, query) = after.split_once('?').unwrap_or((after, ""));
        let key = path.trim_start_matches('/');
        let is_copy = request.headers().contains_key("x-amz-copy-source");
        let operation = match host {
            _ if host.starts_with("iam.") || host.starts_with("kms.") => "",
            _ if host.starts_with("sts.") => "GetCallerIdentity",
            _ if host.starts_with("s3.") => "ListBuckets",
            _ if key.is_empty() => of_bucket(request.method(), query),
            _ if is_copy => "CopyObject",
            _ => of_object(request.method(), query),
        };
        Self {
            operation,
            key,
            host,
        }
    }
}

/// The subresource: the first part of the query that is no name of an operation.
fn subresource(query: &str) -> &str {
    let mut parts = query.split('&').filter(|part| !part.starts_with("x-id="));
    let first = parts.next().unwrap_or_default();
    first.split('=').next().unwrap_or_default()
}

fn of_bucket(method: &str, query: &str) -> &'static str {
    match (method, subresource(query)) {
        ("HEAD", _) => "HeadBucket",
        ("PUT", "") => "CreateBucket",
        ("DELETE", "") => "DeleteBucket",
        ("POST", "delete") => "DeleteObjects",
        ("GET", "uploads") => "ListMultipartUploads",
        ("GET", "tagging") => "GetBucketTagging",
        ("PUT", "tagging") => "PutBucketTagging",
        ("GET", "versioning") => "GetBucketVersioning",
        ("PUT", "versioning") => "PutBucketVersioning",
        ("GET", "encryption") => "GetBucketEncryption",
        ("PUT", "encryption") => "PutBucketEncryption",
        ("GET", "lifecycle") => "GetBucketLifecycleConfiguration",
        ("PUT", "lifecycle") => "PutBucketLifecycleConfiguration",
        ("PUT", "publicAccessBlock") => "PutPublicAccessBlock",
        ("GET", "policy") => "GetBucketPolicy",
        ("PUT", "policy") => "PutBucketPolicy",
        ("DELETE", "policy") => "DeleteBucketPolicy",
        ("GET", "ownershipControls") => "GetBucketOwnershipControls",
        ("GET", "requestPayment") => "GetBucketRequestPayment",
        ("GET", "notification") => "GetBucketNotificationConfiguration",
        ("GET", "logging") => "GetBucketLogging",
        ("GET", "object-lock") => "GetObjectLockConfiguration",
        ("GET", "replication") => "GetBucketReplication",
        ("PUT", "replication") => "PutBucketReplication",
        ("DELETE", "replication") => "DeleteBucketReplication",
        ("GET", _) if query.contains("versions") => "ListObjectVersions",
        _ => "",
    }
}

fn of_object(method: &str, query: &str) -> &'static str {
    let has = |name: &str| {
        query
            .split('&')
            .any(|part| part.split('=').next() == Some(name))
    };
    match method {
        "HEAD" => "HeadObject",
        "GET" if has("tagging") => "GetObjectTagging",
        "GET" => "GetObject",
        "PUT" if has("tagging") => "PutObjectTagging",
        "PUT" if has("partNumber") => "UploadPart",
        "PUT" => "PutObject",
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" => "CompleteMultipartUpload",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        "DELETE" => "DeleteObject",
        _ => "",
    }
}
