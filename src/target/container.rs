//! The container of a `LocalStack` that is started for a run, with the replication extension.

use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::core::IntoContainerPort;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};

use super::Localstack;
use super::localstack::is_ready;
use crate::error::{Error, Result};

/// How long one question may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// By when a started `LocalStack` has to be ready.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How often a starting one is asked.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// Where the extension is put.
const FOLDER: &str = "/opt/bucketpair";

/// The extension's files, as they are in this crate.
macro_rules! extension {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../localstack/extension/", $path)))),*]
    };
}
const EXTENSION: &[(&str, &[u8])] = extension![
    "bucketpair_replication-0.1.0.dist-info/METADATA",
    "bucketpair_replication-0.1.0.dist-info/entry_points.txt",
    "bucketpair_replication/__init__.py",
    "bucketpair_replication/cloudformation.py",
    "bucketpair_replication/delay.py",
    "bucketpair_replication/denials.py",
    "bucketpair_replication/encryption.py",
    "bucketpair_replication/engine.py",
    "bucketpair_replication/failures.py",
    "bucketpair_replication/hook.py",
    "bucketpair_replication/install.py",
    "bucketpair_replication/keys.py",
    "bucketpair_replication/lifecycle.py",
    "bucketpair_replication/rules.py",
    "bucketpair_replication/validation.py",
];

/// What `LocalStack` is started with: nothing is fetched, and only what a pair needs.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("PYTHONPATH", FOLDER),
    ("SKIP_SSL_CERT_DOWNLOAD", "1"),
    ("DISABLE_EVENTS", "1"),
    ("SERVICES", "s3,iam,sts,cloudformation,ssm"),
];

/// A `LocalStack` in a container. It is removed with [`Container::remove`], and when dropped.
#[derive(Debug)]
#[non_exhaustive]
pub struct Container {
    /// Where it answers.
    pub url: String,
    /// The image's name with its digest, or its ID where it has none.
    pub image: String,
    inner: Box<ContainerAsync<GenericImage>>,
}

impl Container {
    /// Whether one can be started: there is a Docker engine, and the image is here or may be pulled.
    /// Returns the image with its digest or ID.
    ///
    /// # Errors
    /// [`Error::NotOffered`] with the one thing that is missing, and the remedy.
    pub async fn can_start(which: &Localstack) -> Result<String> {
        let engine = Docker::connect_with_defaults().map_err(no_engine)?;
        let answer = tokio::time::timeout(PATIENCE, engine.ping()).await;
        answer
            .map_err(|_| no_engine("it does not answer"))?
            .map_err(no_engine)?;
        let image = &which.image;
        match engine.inspect_image(image).await {
            Ok(found) => {
                let digest = found.repo_digests.unwrap_or_default().into_iter().next();
                let named = |id: String| format!("{image} ({id})");
                Ok(digest.unwrap_or_else(|| named(found.id.unwrap_or_default())))
            }
            Err(_) if which.pull => Ok(image.clone()),
            Err(_) => Err(Error::NotOffered(format!(
                "the image {image} is not here, and nothing is pulled unless BUCKETPAIR_PULL=1; \
                 run docker pull {image}, or build one with localstack/base.sh and name it in \
                 BUCKETPAIR_LOCALSTACK_IMAGE"
            ))),
        }
    }

    /// Starts one on a free port, and waits until it is ready: the pinned version answers, and the
    /// extension. A licensed one (`token`) replicates by itself and gets no extension.
    ///
    /// # Errors
    /// As [`Container::can_start`]; [`Error::NotOffered`] with its last lines when it ends or does
    /// not become ready.
    pub async fn start(which: &Localstack, token: Option<String>) -> Result<Self> {
        let mut image = Self::can_start(which).await?;
        let with_extension = token.is_none();
        let inner = request(which, token).start().await.map_err(failed)?;
        if which.pull {
            image = Self::can_start(which).await?;
        }
        let port = inner.get_host_port_ipv4(4566.tcp()).await.map_err(failed)?;
        let host = inner.get_host().await.map_err(failed)?.to_string();
        let host = host.replace("localhost", "127.0.0.1");
        let url = format!("http://{host}:{port}");
        let inner = Box::new(inner);
        let container = Self { url, image, inner };
        container.wait_until_ready(with_extension).await?;
        Ok(container)
    }

    async fn wait_until_ready(&self, with_extension: bool) -> Result<()> {
        let ready = async {
            let mut tick = tokio::time::interval(ASK_EVERY);
            loop {
                tick.tick().await;
                if is_ready(&self.url, with_extension).await {
                    return true;
                }
                if !self.inner.is_running().await.unwrap_or(true) {
                    return false;
                }
            }
        };
        match tokio::time::timeout(READY_WITHIN, ready).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.not_ready("it ended").await),
            Err(_) => Err(self.not_ready("it was not ready in time").await),
        }
    }

    async fn not_ready(&self, what: &str) -> Error {
        let words = |bytes: Option<Vec<u8>>| {
            String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
        };
        let output = words(self.inner.stdout_to_vec().await.ok());
        let errors = words(self.inner.stderr_to_vec().await.ok());
        let lines: Vec<&str> = output.lines().chain(errors.lines()).collect();
        let last = lines[lines.len().saturating_sub(5)..].join(" | ");
        let image = &self.image;
        Error::NotOffered(format!(
            "LocalStack was started from {image}, and {what}: {last}"
        ))
    }

    /// Stops and removes it. Returns its name when that failed.
    pub async fn remove(self) -> Option<String> {
        let name = format!("container {}", self.inner.id());
        let removed = self.inner.rm().await;
        removed.err().map(|error| format!("{name}: {error}"))
    }
}

fn request(which: &Localstack, token: Option<String>) -> ContainerRequest<GenericImage> {
    let (name, tag) = match which.image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (which.image.as_str(), "latest"),
    };
    let image = GenericImage::new(name, tag).with_exposed_port(4566.tcp());
    // Whose container it is, for whoever finds one.
    let mut request = image
        .with_label("bucketpair.version", env!("CARGO_PKG_VERSION"))
        .with_label("bucketpair.process", std::process::id().to_string());
    if let Some(delay) = &which.delay {
        request = request.with_env_var("BUCKETPAIR_DELAY", delay);
    }
    if let Some(token) = token {
        return request.with_env_var("LOCALSTACK_AUTH_TOKEN", token);
    }
    for (name, value) in ENVIRONMENT {
        request = request.with_env_var(name, value);
    }
    for (path, bytes) in EXTENSION {
        request = request.with_copy_to(format!("{FOLDER}/{path}"), bytes.to_vec());
    }
    request
}

fn no_engine(why: impl std::fmt::Display) -> Error {
    Error::NotOffered(format!(
        "no Docker engine answers ({why}); start one, name a LocalStack that runs in \
         LOCALSTACK_ENDPOINT, or use --target emulator"
    ))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::NotOffered(format!("LocalStack's container did not start: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::EXTENSION;

    #[test]
    fn every_file_of_the_extension_goes_into_the_container() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("localstack/extension");
        let entries = |folder: &Path| {
            std::fs::read_dir(folder)
                .unwrap()
                .map(|e| e.unwrap().path())
        };
        let files = entries(&root).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
        let files = files.filter(|path| path.is_file());
        let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
        let there: BTreeSet<String> = files.map(|path| name(&path)).collect();
        let sent: BTreeSet<String> = EXTENSION.iter().map(|(path, _)| (*path).into()).collect();
        assert_eq!(there, sent);
    }
}
