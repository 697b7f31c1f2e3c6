//! Who may ask where: signatures, regions, and buckets named by host.

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::host::{S3Host, VirtualHost};
use s3s::path::S3Path;
use s3s::{S3Error, S3Result, s3_error};

use super::{Api, refusal};

/// The one key pair that is known.
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: SecretKey,
}

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == self.id {
            return Ok(self.secret.clone());
        }
        Err(s3_error!(
            InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records."
        ))
    }
}

/// Refuses anonymous requests, and requests for buckets of another region.
#[derive(Debug)]
pub(super) struct Access(pub(super) Api);

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        let Some(region) = &self.0.region else {
            return Ok(());
        };
        signed_for(region, context.headers())?;
        url_signed_for(region, context.uri().query().unwrap_or_default())?;
        let bucket = match context.s3_path() {
            S3Path::Root => return Ok(()),
            S3Path::Bucket { bucket } | S3Path::Object { bucket, .. } => bucket,
        };
        // CreateBucket answers for itself: a bucket of that name elsewhere is a conflict.
        if context.s3_op().name() == "CreateBucket" {
            return Ok(());
        }
        is_here(&self.0, bucket)
    }
}

/// Refuses a bucket of another region than the endpoint's.
pub(super) fn is_here(api: &Api, bucket: &str) -> S3Result<()> {
    let state = api.world.lock();
    match (state.buckets.get(bucket), &api.region) {
        (Some(found), Some(region)) if found.region != *region => Err(redirect(&found.region)),
        _ => Ok(()),
    }
}

/// A request that is signed for another region than the endpoint's is malformed.
fn signed_for(region: &str, headers: &HeaderMap) -> S3Result<()> {
    let authorization = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let scope = authorization.and_then(|text| text.split("Credential=").nth(1));
    let signed = scope.and_then(|scope| scope.split('/').nth(2));
    match signed {
        Some(signed) if signed != region => {
            let mut error = S3Error::with_message(
                s3s::S3ErrorCode::AuthorizationHeaderMalformed,
                format!(
                    "The authorization header is malformed; the region '{signed}' is wrong; \
                     expecting '{region}'"
                ),
            );
            error.set_status_code(StatusCode::BAD_REQUEST);
            error.set_headers(region_header(region));
            Err(error)
        }
        _ => Ok(()),
    }
}

/// The same for a presigned URL, which carries its scope in the query.
fn url_signed_for(region: &str, query: &str) -> S3Result<()> {
    let credential = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("X-Amz-Credential="));
    let scope = credential.map(|scope| scope.replace("%2F", "/").replace("%2f", "/"));
    let signed = scope
        .as_deref()
        .and_then(|scope| scope.split('/').rev().nth(2));
    match signed {
        Some(signed) if signed != region => {
            let message = format!(
                "Error parsing the X-Amz-Credential parameter; the region '{signed}' is wrong; \
                 expecting '{region}'"
            );
            let code = s3s::S3ErrorCode::AuthorizationQueryParametersError;
            let mut error = S3Error::with_message(code, message);
            error.set_status_code(StatusCode::BAD_REQUEST);
            error.set_headers(region_header(region));
            Err(error)
        }
        _ => Ok(()),
    }
}

fn redirect(region: &str) -> S3Error {
    let message = "The bucket you are attempting to access must be addressed using the specified \
                   endpoint. Please send all future requests to this endpoint.";
    let mut error = refusal("PermanentRedirect", StatusCode::MOVED_PERMANENTLY, message);
    error.set_headers(region_header(region));
    error
}

fn region_header(region: &str) -> HeaderMap {
    let value = HeaderValue::from_str(region);
    value
        .map(|value| [(http::HeaderName::from_static("x-amz-bucket-region"), value)])
        .map(HeaderMap::from_iter)
        .unwrap_or_default()
}

/// `BUCKET.localhost` and `BUCKET.s3.REGION.amazonaws.com` name a bucket; every other host is the
/// endpoint itself.
#[derive(Debug)]
pub(super) struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let bucket = name.strip_suffix(".localhost").or_else(|| {
            let front = name.strip_suffix(".amazonaws.com")?;
            front.rsplit_once(".s3.").map(|(bucket, _)| bucket)
        });
        match bucket {
            Some(bucket) => Ok(VirtualHost::new(host).with_bucket(bucket)),
            None => Ok(VirtualHost::new(host)),
        }
    }
}
