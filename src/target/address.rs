//! Reading endpoint URLs.

use crate::error::{Error, Result};

/// The domains of AWS's endpoints, in every partition.
const AWS_DOMAINS: [&str; 11] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "on.aws",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "csp.hci.ic.gov",
    "cloud.adc-e.uk",
];

/// An endpoint's URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The URL without a slash at its end.
    pub(super) url: String,
    /// Whether it is `https`.
    pub(super) tls: bool,
    /// The host, in lower case, without port, brackets and final dot.
    pub(super) host: String,
}

impl Address {
    /// Reads an http(s) URL that is not AWS's.
    pub(super) fn parse(url: &str) -> Result<Self> {
        let usage = |why: &str| Error::Usage(format!("the endpoint {url:?} {why}"));
        let lower = url.to_ascii_lowercase();
        let tls = lower.starts_with("https://");
        let Some(rest) = lower
            .strip_prefix("https://")
            .or(lower.strip_prefix("http://"))
        else {
            return Err(usage("is no URL; write http://HOST:PORT or https://HOST"));
        };
        if rest.contains(['@', '?', '#']) || rest.contains(char::is_whitespace) {
            return Err(usage(
                "holds a user, a query or a space; write only scheme, host, port and path",
            ));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let host = host_of(authority).ok_or_else(|| usage("has no valid host and port"))?;
        let address = Self {
            url: url.trim_end_matches('/').to_owned(),
            tls,
            host,
        };
        if address.is_aws() {
            return Err(usage(
                "belongs to AWS, where buckets cost money; use --target aws",
            ));
        }
        if tls && !cfg!(feature = "tls") {
            return Err(usage(
                "needs TLS, and this bucketpair is built without it; build with --features tls",
            ));
        }
        Ok(address)
    }

    fn is_aws(&self) -> bool {
        AWS_DOMAINS.iter().any(|domain| {
            self.host
                .strip_suffix(domain)
                .is_some_and(|front| front.is_empty() || front.ends_with('.'))
        })
    }
}

/// The host of `host`, `host:port` or `[v6]:port`; none when the host or the port makes no sense.
fn host_of(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => {
            let (host, rest) = v6.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (
                host,
                rest.strip_prefix(':').or(rest.is_empty().then_some("80"))?,
            )
        }
        None => authority.split_once(':').unwrap_or((authority, "80")),
    };
    port.parse::<u16>().ok().filter(|port| *port > 0)?;
    let host = host.trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(url: &str) -> Option<String> {
        Address::parse(url).ok().map(|address| address.host)
    }

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(host("http://LOCALHOST:4566/").as_deref(), Some("localhost"));
        assert_eq!(host("http://[::1]:9000").as_deref(), Some("::1"));
        assert_eq!(
            host("http://s3.example.org./x").as_deref(),
            Some("s3.example.org")
        );
        for bad in [
            "",
            "localhost:1",
            "ftp://x",
            "http://",
            "http://:1",
            "http://a:b",
            "http://a:0",
            "http://a:99999",
            "http://u:p@h",
            "http://h?x",
            "http://h h",
            "http://[::1",
            "http://[x]:1",
        ] {
            assert_eq!(host(bad), None, "{bad}");
        }
    }

    #[test]
    fn aws_hosts_are_refused_with_the_remedy() {
        for url in [
            "https://s3.amazonaws.com",
            "https://S3.us-east-1.AMAZONAWS.com./",
            "https://s3.cn-north-1.amazonaws.com.cn:443/x",
            "https://s3.dualstack.eu-west-1.api.aws",
            "http://amazonaws.com",
        ] {
            let error = Address::parse(url).expect_err(url);
            assert!(error.to_string().ends_with("use --target aws"), "{error}");
            assert_eq!(error.exit_code() as u8, 2);
        }
        assert!(host("http://s3.notamazonaws.com").is_some());
        assert!(host("http://s3.amazonaws.com.example.org").is_some());
    }
}
