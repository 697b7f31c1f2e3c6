//! The SDK's HTTP client without a socket: requests go straight to the service.

use super::endpoint::Endpoint;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// A client whose requests `endpoint` answers.
pub(super) fn client(endpoint: Endpoint) -> SharedHttpClient {
    SharedHttpClient::new(Direct(endpoint))
}

#[derive(Clone)]
struct Direct(Endpoint);

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Direct")
    }
}

impl HttpClient for Direct {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Direct {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let endpoint = self.0.clone();
        HttpConnectorFuture::new(async move {
            let user =
                |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
            let mut request = request
                .try_into_http1x()
                .map_err(|error| user(error.into()))?;
            // hyper would set the host, which the signature covers.
            if !request.headers().contains_key("host") {
                let host = request
                    .uri()
                    .authority()
                    .map(|authority| authority.as_str().to_owned());
                let host = host.and_then(|host| http::HeaderValue::from_str(&host).ok());
                host.map(|host| request.headers_mut().insert("host", host));
            }
            let request = request.map(s3s::Body::http_body_unsync);
            let answer = endpoint.answer(request).await;
            let answer = answer.map_err(|error| {
                let error: Box<dyn std::error::Error + Send + Sync> = error.into();
                ConnectorError::io(error)
            })?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| user(error.into()))
        })
    }
}
