//! A bucket's default encryption, with what it blocks (`BlockedEncryptionTypes`, R-ENC-08), which
//! s3s 0.14 does not know: these requests are taken before it reads them.

use std::fmt::Write as _;

use http::{Extensions, HeaderMap, Method, Uri};
use s3s::dto::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use s3s::host::S3Host as _;
use s3s::route::S3Route;
use s3s::xml::{DeResult, Deserializer};
use s3s::{Body, S3Request, S3Response, S3Result, s3_error};

use super::super::Defect;
use super::super::world::State;
use super::access::{Hosts, is_here};
use super::own::Own;
use super::{Api, bucket, bucket_mut};

/// The longest document that is taken, in bytes.
const LONGEST: usize = 64 << 10;
/// What SSE-C is called where it is blocked.
const SSE_C: &str = "SSE-C";

/// What is answered before s3s: the pair's own requests, and a bucket's encryption.
#[derive(Debug)]
pub(super) struct Routes {
    pub(super) own: Own,
    pub(super) api: Api,
}

#[async_trait::async_trait]
impl S3Route for Routes {
    fn is_match(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        x: &mut Extensions,
    ) -> bool {
        let asks = uri.query().unwrap_or_default().split('&');
        let mut asks = asks.map(|pair| pair.split('=').next());
        let encryption = [Method::GET, Method::PUT].contains(method)
            && asks.any(|name| name == Some("encryption"))
            && named(uri, headers).is_some();
        encryption || self.own.is_match(method, uri, headers, x)
    }

    async fn call(&self, mut request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        if self.own.is_match(
            &request.method,
            &request.uri,
            &request.headers,
            &mut Extensions::new(),
        ) {
            return self.own.call(request).await;
        }
        let name = named(&request.uri, &request.headers).unwrap_or_default();
        is_here(&self.api, &name)?;
        if request.method == Method::GET {
            return self.get(&name);
        }
        let body = request.input.store_all_limited(LONGEST).await;
        let body =
            body.map_err(|_| s3_error!(EntityTooLarge, "a document of 64 KiB is the most"))?;
        self.put(&name, &body)
    }
}

/// The bucket that a request for the bucket itself names, by host or by path.
fn named(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let host = headers
        .get(http::header::HOST)
        .and_then(|host| host.to_str().ok());
    let by_host =
        host.and_then(|host| Some(Hosts.parse_host_header(host).ok()?.bucket()?.to_owned()));
    let path = uri.path().trim_matches('/');
    match by_host {
        Some(bucket) => path.is_empty().then_some(bucket),
        None => (!path.is_empty() && !path.contains('/')).then(|| path.to_owned()),
    }
}

impl Routes {
    /// `PutBucketEncryption`. The key is not looked at; what is blocked stays where nothing is said
    /// of it, which AWS leaves open.
    fn put(&self, name: &str, body: &[u8]) -> S3Result<S3Response<Body>> {
        let (rules, blocks) = read(body).map_err(|_| malformed())?;
        if rules.is_empty() || !rules.iter().all(is_known) {
            return Err(malformed());
        }
        let mut state = self.api.world.lock();
        if self.api.world.has(Defect::CopiesSettings) {
            copy_setting(&mut state, name, &rules);
        }
        let bucket = bucket_mut(&mut state, name)?;
        bucket.encryption = ServerSideEncryptionConfiguration { rules };
        bucket.blocks_customer_keys = blocks.unwrap_or(bucket.blocks_customer_keys);
        Ok(S3Response::new(Body::empty()))
    }

    /// `GetBucketEncryption`: there is always one.
    fn get(&self, name: &str) -> S3Result<S3Response<Body>> {
        let state = self.api.world.lock();
        let found = bucket(&state, name)?;
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            .to_owned();
        for rule in &found.encryption.rules {
            text.push_str(&written(rule, found.blocks_customer_keys));
        }
        text.push_str("</ServerSideEncryptionConfiguration>");
        let mut answer = S3Response::new(Body::from(text));
        let xml = http::HeaderValue::from_static("application/xml");
        answer.headers.insert(http::header::CONTENT_TYPE, xml);
        Ok(answer)
    }
}

/// The defect that makes a source's default encryption that of its destinations.
fn copy_setting(state: &mut State, source: &str, rules: &[ServerSideEncryptionRule]) {
    let source = state.buckets.get(source);
    let replication = source.and_then(|bucket| bucket.replication.as_ref());
    let replication = replication.map_or_else(Vec::new, |set| set.rules.clone());
    for rule in replication {
        if let Some(bucket) = state.buckets.get_mut(&rule.destination) {
            let rules = rules.to_vec();
            bucket.encryption = ServerSideEncryptionConfiguration { rules };
        }
    }
}

type Read = (Vec<ServerSideEncryptionRule>, Option<bool>);

/// The rules, and whether SSE-C is blocked; none where nothing is said of it.
fn read(body: &[u8]) -> DeResult<Read> {
    let (mut rules, mut blocks) = (Vec::new(), None);
    Deserializer::new(body).named_element("ServerSideEncryptionConfiguration", |document| {
        document.for_each_element(|document, _| {
            rules.push(read_rule(document, &mut blocks)?);
            Ok(())
        })
    })?;
    Ok((rules, blocks))
}

fn read_rule(
    document: &mut Deserializer<'_>,
    blocks: &mut Option<bool>,
) -> DeResult<ServerSideEncryptionRule> {
    let mut rule = ServerSideEncryptionRule::default();
    document.for_each_element(|document, name| {
        match name {
            b"ApplyServerSideEncryptionByDefault" => {
                let default = document.content::<ServerSideEncryptionByDefault>()?;
                rule.apply_server_side_encryption_by_default = Some(default);
            }
            b"BucketKeyEnabled" => rule.bucket_key_enabled = Some(document.content()?),
            _ => document.for_each_element(|document, _| {
                let kind = document.content::<String>()?;
                *blocks = Some(blocks.unwrap_or(false) || kind == SSE_C);
                Ok(())
            })?,
        }
        Ok(())
    })?;
    Ok(rule)
}

fn is_known(rule: &ServerSideEncryptionRule) -> bool {
    let default = rule.apply_server_side_encryption_by_default.as_ref();
    let known = [
        ServerSideEncryption::AES256,
        ServerSideEncryption::AWS_KMS,
        ServerSideEncryption::AWS_KMS_DSSE,
    ];
    default.is_none_or(|default| known.contains(&default.sse_algorithm.as_str()))
}

fn written(rule: &ServerSideEncryptionRule, blocks: bool) -> String {
    let mut text = "<Rule>".to_owned();
    if let Some(default) = &rule.apply_server_side_encryption_by_default {
        let algorithm = default.sse_algorithm.as_str();
        let key = default.kms_master_key_id.as_deref().unwrap_or_default();
        let key = match key {
            "" => String::new(),
            key => format!("<KMSMasterKeyID>{}</KMSMasterKeyID>", escaped(key)),
        };
        let _ = write!(
            text,
            "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}</SSEAlgorithm>{key}\
             </ApplyServerSideEncryptionByDefault>"
        );
    }
    let bucket_key = rule.bucket_key_enabled.unwrap_or(false);
    let blocked = if blocks { SSE_C } else { "NONE" };
    let _ = write!(
        text,
        "<BucketKeyEnabled>{bucket_key}</BucketKeyEnabled><BlockedEncryptionTypes>\
         <EncryptionType>{blocked}</EncryptionType></BlockedEncryptionTypes></Rule>"
    );
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn malformed() -> s3s::S3Error {
    s3_error!(
        MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
}
