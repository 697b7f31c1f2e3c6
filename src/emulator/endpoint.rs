//! One region's endpoint: the S3 service, and what S3 adds to every answer, refusals included.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;
use s3s::service::S3Service;
use s3s::{HttpError, HttpRequest, HttpResponse};

use super::world::World;
use super::{answer, creation};

/// Answers requests, each with an ID of its own.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    service: S3Service,
    world: Arc<World>,
}

impl Endpoint {
    pub(super) fn new(service: S3Service, world: Arc<World>) -> Self {
        Self { service, world }
    }

    /// Answers one request. The ID is put on here because s3s itself refuses what is signed wrongly.
    pub(super) async fn answer(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        creation::keep_tags(&mut request).await?;
        let lists_status = answer::lists_status(&self.world, request.uri());
        let mut answer = self.service.call(request).await?;
        answer::word_status(&self.world, &mut answer);
        if lists_status {
            answer::list_status(&mut answer).await?;
        }
        if let Ok(id) = HeaderValue::from_str(&self.world.request_id()) {
            answer.headers_mut().insert("x-amz-request-id", id);
        }
        Ok(answer)
    }
}

impl hyper::service::Service<http::Request<hyper::body::Incoming>> for Endpoint {
    type Response = HttpResponse;
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send>>;

    fn call(&self, request: http::Request<hyper::body::Incoming>) -> Self::Future {
        let endpoint = self.clone();
        Box::pin(async move { endpoint.answer(request.map(s3s::Body::from)).await })
    }
}
