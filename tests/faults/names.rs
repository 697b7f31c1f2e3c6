//! A resolver of names that finds none, or never answers, behind the SDK's own client.

use std::sync::OnceLock;

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// What the resolver says where it answers.
pub(crate) const NOT_FOUND: &str = "no such host is known";

#[derive(Debug, Clone, Copy)]
struct Resolver {
    stalls: bool,
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, _name: &'a str) -> DnsFuture<'a> {
        match self.stalls {
            true => DnsFuture::new(std::future::pending()),
            false => DnsFuture::ready(Err(ResolveDnsError::new(NOT_FOUND))),
        }
    }
}

/// A client over sockets that never gets as far as one.
pub(crate) fn client(stalls: bool) -> SharedHttpClient {
    static CLIENTS: [OnceLock<SharedHttpClient>; 2] = [OnceLock::new(), OnceLock::new()];
    let client = CLIENTS[usize::from(stalls)].get_or_init(|| {
        let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        builder.build_with_resolver(Resolver { stalls })
    });
    client.clone()
}
