//! The certificates of `--ca-bundle`.

use std::path::Path;

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::error::{Error, Result};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates of a PEM file, each in its own block.
pub(super) fn read(path: &Path) -> Result<Vec<String>> {
    let usage = |why: String| Error::Usage(format!("--ca-bundle {}: {why}", path.display()));
    let bytes = std::fs::read(path)
        .map_err(|error| usage(format!("{error}; name a PEM file that can be read")))?;
    blocks(&String::from_utf8_lossy(&bytes)).ok_or_else(|| {
        usage("holds no certificate, or a broken one; name a file of PEM certificates".to_owned())
    })
}

/// The blocks of a bundle; none when there is no block, or one is broken.
fn blocks(bundle: &str) -> Option<Vec<String>> {
    let blocks: Vec<_> = bundle
        .split(BEGIN)
        .skip(1)
        .map(block)
        .collect::<Option<_>>()?;
    (!blocks.is_empty()).then_some(blocks)
}

/// One block, when its base64 has the outline of a certificate: the TLS library panics on others.
fn block(after_begin: &str) -> Option<String> {
    let (body, _) = after_begin.split_once(END)?;
    let text: String = body.split_whitespace().collect();
    let der = aws_smithy_types::base64::decode(text).ok()?;
    is_certificate(&der)?.then(|| format!("{BEGIN}{body}{END}\n"))
}

/// A sequence of two sequences (what is signed, the algorithm) and a bit string (the signature).
fn is_certificate(der: &[u8]) -> Option<bool> {
    let (certificate, after) = element(der, 0x30)?;
    let (_, rest) = element(certificate, 0x30)?;
    let (_, rest) = element(rest, 0x30)?;
    let (_, rest) = element(rest, 0x03)?;
    Some(after.is_empty() && rest.is_empty())
}

/// The content of the DER element with this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [found, first, rest @ ..] = der else {
        return None;
    };
    let short = *first < 0x80;
    let count = if short { 0 } else { usize::from(first & 0x7f) };
    let (bytes, rest) = rest.split_at_checked(count)?;
    let long = bytes
        .iter()
        .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    let length = if short { usize::from(*first) } else { long };
    let known = *found == tag && count <= 4;
    known.then(|| rest.split_at_checked(length)).flatten()
}

/// An HTTPS client that trusts the system's certificates and these.
pub(super) fn https(extra: Vec<String>) -> SharedHttpClient {
    let store = extra.into_iter().fold(TrustStore::default(), |store, pem| {
        store.with_pem_certificate(pem)
    });
    let context = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .unwrap_or_default();
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context)
        .build_https()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_split_and_checked() {
        let good = format!("# mine\n{BEGIN}\nMAgwADAAAwIAAQ==\n{END}\n");
        assert_eq!(blocks(&format!("{good}{good}")).unwrap().len(), 2);
        for bad in [
            "",
            "hello",
            BEGIN,
            &format!("{BEGIN}\n!!\n{END}"),
            &format!("{BEGIN}\nMAMCAQU=\n{END}"),
        ] {
            assert_eq!(blocks(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("/nowhere/ca.pem")).unwrap_err().to_string();
        assert!(
            error.contains("/nowhere/ca.pem") && error.contains("PEM"),
            "{error}"
        );
    }
}
