//! The tags that a `CreateBucket` may carry (`CreateBucketConfiguration`'s `Tags`), which s3s 0.14
//! does not read: they are taken from the body before it does.

use http::Method;
use s3s::dto::{CreateBucketConfiguration, TagSet};
use s3s::xml::{DeResult, Deserializer};
use s3s::{HttpError, HttpRequest};

/// A `CreateBucketConfiguration` with 50 tags, which is the most, is far smaller.
const LONGEST: usize = 64 << 10;

/// The tags of a bucket that is about to be created.
#[derive(Debug, Clone)]
pub(super) struct Tags(pub(super) TagSet);

/// Puts the tags of a `CreateBucket` beside the request, for the operation to find.
///
/// # Errors
/// When the body breaks off.
pub(super) async fn keep_tags(request: &mut HttpRequest) -> Result<(), HttpError> {
    if !may_create(request) {
        return Ok(());
    }
    let body = request.body_mut().store_all_limited(LONGEST).await;
    let body = body.map_err(HttpError::new)?;
    if let Ok(Some(tags)) = tags(&body) {
        request.extensions_mut().insert(Tags(tags));
    }
    Ok(())
}

/// Whether a request can be a `CreateBucket` with a configuration: the body says the rest.
fn may_create(request: &HttpRequest) -> bool {
    let path = request.uri().path().trim_matches('/');
    let length = request.headers().get(http::header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    request.method() == Method::PUT
        && !path.contains('/')
        && length.is_some_and(|length| (1..=LONGEST).contains(&length))
}

fn tags(body: &[u8]) -> DeResult<Option<TagSet>> {
    let mut tags = None;
    Deserializer::new(body).named_element("CreateBucketConfiguration", |document| {
        document.for_each_element(|document, name| match name {
            b"Tags" => {
                tags = Some(document.list_content("Tag")?);
                Ok(())
            }
            b"LocationConstraint" => document.text(|_| Ok(())),
            // Elements of directory buckets: they hold elements only, and are passed over.
            _ => document.content::<CreateBucketConfiguration>().map(drop),
        })
    })?;
    Ok(tags)
}
