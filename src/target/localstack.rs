//! `LocalStack`: which one answers, and what replicates there.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::container::{self, Container};
use super::{Connect, Keys, Localstack, Target, connect, endpoint};
use crate::error::{Error, Result};
use crate::replication::Capability;

/// The only release that the replication extension is for.
pub(super) const VERSION: &str = "4.14.0";

/// How one makes a `LocalStack` replicate, for people.
const REMEDY: &str = "mount localstack/extension of bucketpair and put it on PYTHONPATH, use \
     localstack/compose.yaml, or unset LOCALSTACK_ENDPOINT and AWS_ENDPOINT_URL so that one is started";

/// What `/_localstack/health` says of itself.
#[derive(Debug, Deserialize)]
struct Health {
    version: String,
}

/// What `/_localstack/info` says of its licence. The edition says nothing: it is `community` in the
/// published image, and `unknown` where `LocalStack` was installed as a package.
#[derive(Debug, Deserialize)]
struct Info {
    edition: String,
    is_license_activated: bool,
}

/// What the replication extension says of itself.
#[derive(Debug, Deserialize)]
struct Handshake {
    extension: String,
    version: String,
    delay: String,
}

/// `LocalStack`: the one that `which` names, or one in a container of its own, which lives as long
/// as the [`Container`].
///
/// # Errors
/// [`Error::Usage`] for an address that makes no sense and for a delay that a running one cannot
/// take, [`Error::Unreachable`] when nothing answers, [`Error::NotOffered`] without a Docker
/// engine, without the image, and for a `LocalStack` that stores the configuration and copies
/// nothing.
pub async fn localstack(
    which: &Localstack,
    connect: &Connect,
    token: Option<String>,
) -> Result<(Target, Option<Container>)> {
    let Some(url) = which.endpoint.clone() else {
        let container = Container::start(which, token).await?;
        let image = Some(container.image.as_str());
        let target = Target {
            // What is in the container goes with it.
            outlives_process: false,
            ..at(&container.url, image, connect).await?
        };
        return Ok((target, Some(container)));
    };
    if let Some(delay) = &which.delay {
        return Err(Error::Usage(format!(
            "the delay {delay} cannot be given to the LocalStack at {url}, which runs already; \
             start that one with BUCKETPAIR_DELAY={delay}"
        )));
    }
    Ok((at(&url, None, connect).await?, None))
}

/// What `LocalStack` with the replication extension offers. The extension enforces no roles.
#[must_use]
pub fn offered_by_localstack() -> BTreeSet<Capability> {
    let mut offered = connect::everything();
    offered.extend([
        Capability::ObjectLock,
        Capability::Acls,
        Capability::AdvanceClock,
        Capability::CustomerKeys,
        Capability::FailureReasons,
        Capability::HoldReplication,
        Capability::KmsKeys,
    ]);
    offered
}

async fn at(url: &str, image: Option<&str>, connect: &Connect) -> Result<Target> {
    let connect = Connect {
        keys: Some(Keys::new("test", "test")),
        profile: None,
        source_profile: None,
        destination_profile: None,
        ..connect.clone()
    };
    let target = endpoint((url.to_owned(), url.to_owned()), &connect).await?;
    let (engine, with_extension) = engine(&target.source.url, image).await?;
    Ok(Target {
        name: "localstack".to_owned(),
        capabilities: match with_extension {
            true => offered_by_localstack(),
            false => connect::everything(),
        },
        engine,
        ..target
    })
}

/// What replicates there, in words for the report, and whether it is the extension.
async fn engine(url: &str, image: Option<&str>) -> Result<(String, bool)> {
    let health: Health = ask(url, "/_localstack/health").await?;
    let of = image.map_or_else(String::new, |image| format!(", image {image}"));
    let version = &health.version;
    if let Ok(found) = ask::<Handshake>(url, "/_bucketpair").await {
        let text = format!(
            "{} {} (delay {}) in LocalStack {version}{of}; semantics are the extension's, not AWS's",
            found.extension, found.version, found.delay
        );
        return Ok((text, true));
    }
    match ask::<Info>(url, "/_localstack/info").await {
        Ok(info) if info.is_license_activated => {
            let text = format!(
                "LocalStack {version} ({}) itself{of}; semantics are LocalStack's, not AWS's",
                info.edition
            );
            Ok((text, false))
        }
        _ => Err(Error::NotOffered(format!(
            "the LocalStack {version} at {url} stores replication configurations and copies \
             nothing, since the replication extension is not in it; {REMEDY}"
        ))),
    }
}

/// Whether a `LocalStack` that was just started is ready: the version, and the extension where it
/// has to be there.
pub(super) async fn is_ready(url: &str, with_extension: bool) -> bool {
    let Ok(health) = ask::<Health>(url, "/_localstack/health").await else {
        return false;
    };
    let replicates = || async { ask::<Handshake>(url, "/_bucketpair").await.is_ok() };
    !with_extension || (health.version.starts_with(VERSION) && replicates().await)
}

/// Asks one of `LocalStack`'s own addresses.
async fn ask<T: serde::de::DeserializeOwned>(url: &str, path: &str) -> Result<T> {
    let client = reqwest::Client::builder()
        .timeout(container::PATIENCE)
        .no_proxy()
        .build();
    let answer = async {
        let answer = client?.get(format!("{url}{path}")).send().await?;
        answer.error_for_status()?.json().await
    };
    answer.await.map_err(|error: reqwest::Error| {
        let cause = std::error::Error::source(&error)
            .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        Error::Unreachable {
            actor: "LocalStack's handshake".to_owned(),
            endpoint: url.to_owned(),
            cause,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A server that answers each path with what the table says, else with 404.
    async fn server(pages: &'static [(&'static str, &'static str)]) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let page = pages
                    .iter()
                    .find(|(path, _)| request.starts_with(&format!("GET {path} ")));
                let (status, body) =
                    page.map_or(("404 Not Found", ""), |(_, body)| ("200 OK", body));
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        url
    }

    fn running(url: &str) -> Localstack {
        Localstack {
            endpoint: Some(url.to_owned()),
            ..Localstack::default()
        }
    }

    const FREE: (&str, &str) = ("/_localstack/health", r#"{"version":"4.14.0"}"#);
    /// As 4.14.0 answers where it was installed as a package.
    const UNLICENSED: (&str, &str) = (
        "/_localstack/info",
        r#"{"version":"4.14.0","edition":"unknown","is_license_activated":false}"#,
    );

    #[rstest::rstest]
    #[case::it_says_that_it_has_no_licence(&[FREE, UNLICENSED])]
    #[case::it_says_nothing(&[FREE])]
    #[tokio::test]
    async fn one_without_the_extension_is_recognised_with_the_remedy(
        #[case] pages: &'static [(&'static str, &'static str)],
    ) {
        let url = server(pages).await;
        let error = localstack(&running(&url), &Connect::default(), None).await;
        let error = error.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("copies nothing") && text.contains("PYTHONPATH"),
            "{text}"
        );
        assert_eq!(error.exit_code() as u8, 5);
    }

    #[tokio::test]
    async fn the_report_names_versions_delay_and_whose_semantics_they_are() {
        let url = server(&[
            FREE,
            (
                "/_bucketpair",
                r#"{"extension":"bucketpair-replication","version":"0.1.0","delay":"200ms"}"#,
            ),
        ])
        .await;
        let (target, container) = localstack(&running(&url), &Connect::default(), None)
            .await
            .unwrap();
        for word in ["0.1.0", "4.14.0", "200ms", "not AWS's"] {
            assert!(target.engine.contains(word), "{}", target.engine);
        }
        assert!(container.is_none() && target.name == "localstack");
    }

    #[tokio::test]
    async fn a_licensed_one_replicates_by_itself() {
        let url = server(&[
            ("/_localstack/health", r#"{"version":"2026.6"}"#),
            (
                "/_localstack/info",
                r#"{"version":"2026.6","edition":"pro","is_license_activated":true}"#,
            ),
        ])
        .await;
        let (target, _) = localstack(&running(&url), &Connect::default(), None)
            .await
            .unwrap();
        assert!(
            target.engine.starts_with("LocalStack 2026.6 (pro) itself"),
            "{}",
            target.engine
        );
    }

    #[tokio::test]
    async fn a_delay_for_one_that_runs_and_a_silent_address_are_refused() {
        let mut which = running("http://127.0.0.1:9");
        let silent = localstack(&which, &Connect::default(), None)
            .await
            .unwrap_err();
        assert!(
            silent.to_string().contains("http://127.0.0.1:9"),
            "{silent}"
        );
        assert_eq!(silent.exit_code() as u8, 5);
        which.delay = Some("1s".to_owned());
        let delay = localstack(&which, &Connect::default(), None)
            .await
            .unwrap_err();
        assert!(delay.to_string().contains("BUCKETPAIR_DELAY=1s"), "{delay}");
        assert_eq!(delay.exit_code() as u8, 2);
    }
}
