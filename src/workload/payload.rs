//! The bytes of an upload: where they come from, and their SHA-256.

use std::path::PathBuf;

use aws_sdk_s3::primitives::{ByteStream, Length};
use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::object::Body;
use crate::error::{Error, Result};
use crate::history::hex;

/// Bytes ready to be sent, whole or in parts.
#[derive(Debug, Clone)]
pub struct Payload {
    source: Source,
    size: u64,
    sha256: String,
}

#[derive(Debug, Clone)]
enum Source {
    Memory(Bytes),
    File(PathBuf),
}

impl Payload {
    /// Makes or opens the bytes. Seeded ones depend on `seed` and `label` alone.
    ///
    /// # Errors
    /// [`Error::Usage`] when a file cannot be read.
    pub async fn prepare(body: &Body, seed: u64, label: &str) -> Result<Self> {
        match body {
            Body::Seeded { size } => Ok(Self::memory(seeded(*size, seed, label))),
            Body::Bytes(bytes) => Ok(Self::memory(bytes.clone())),
            Body::File(path) => Self::file(path.clone()).await,
        }
    }

    fn memory(bytes: Vec<u8>) -> Self {
        let (size, sha256) = (bytes.len() as u64, hex(&Sha256::digest(&bytes)));
        Self {
            source: Source::Memory(bytes.into()),
            size,
            sha256,
        }
    }

    async fn file(path: PathBuf) -> Result<Self> {
        let unreadable = |error: std::io::Error| {
            Error::Usage(format!(
                "cannot read {}: {error}; check the path",
                path.display()
            ))
        };
        let mut file = tokio::fs::File::open(&path).await.map_err(unreadable)?;
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 18]);
        loop {
            let read = file.read(&mut buffer).await.map_err(unreadable)?;
            if read == 0 {
                let sha256 = hex(&hash.finalize());
                return Ok(Self {
                    source: Source::File(path),
                    size,
                    sha256,
                });
            }
            hash.update(&buffer[..read]);
            size += read as u64;
        }
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The whole body.
    ///
    /// # Errors
    /// [`Error::Usage`] when the file is gone by now.
    pub async fn whole(&self) -> Result<ByteStream> {
        match &self.source {
            Source::Memory(bytes) => Ok(ByteStream::from(bytes.clone())),
            Source::File(_) => self.part(0, self.size).await,
        }
    }

    /// `length` bytes from `offset`.
    ///
    /// # Errors
    /// [`Error::Usage`] when the file is gone by now.
    pub async fn part(&self, offset: u64, length: u64) -> Result<ByteStream> {
        match &self.source {
            Source::Memory(bytes) => {
                let part = bytes.slice(offset as usize..(offset + length) as usize);
                Ok(ByteStream::from(part))
            }
            Source::File(path) => {
                let stream = ByteStream::read_from().path(path).offset(offset);
                stream
                    .length(Length::Exact(length))
                    .build()
                    .await
                    .map_err(|error| {
                        Error::Usage(format!(
                            "cannot read {}: {error}; check the path",
                            path.display()
                        ))
                    })
            }
        }
    }
}

/// Bytes that depend on `seed` and `label` alone, and do not compress.
fn seeded(size: u64, seed: u64, label: &str) -> Vec<u8> {
    let digest = Sha256::digest(format!("{seed}/{label}"));
    let start = u64::from_le_bytes(digest[..8].try_into().expect("a SHA-256 has 32 bytes"));
    let mut bytes = vec![0; size as usize];
    SmallRng::seed_from_u64(start).fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn seeded_bytes_depend_on_seed_and_label_alone() {
        let body = Body::Seeded { size: 4096 };
        let sha = |seed, label| {
            let body = body.clone();
            async move {
                Payload::prepare(&body, seed, label)
                    .await
                    .unwrap()
                    .sha256()
                    .to_owned()
            }
        };
        assert_eq!(sha(7, "a").await, sha(7, "a").await);
        assert_ne!(sha(7, "a").await, sha(8, "a").await);
        assert_ne!(sha(7, "a").await, sha(7, "b").await);
    }

    #[tokio::test]
    async fn the_sha256_of_nothing_is_the_published_one() {
        let empty = Payload::prepare(&Body::Bytes(Vec::new()), 0, "empty")
            .await
            .unwrap();
        assert!(
            empty
                .sha256()
                .starts_with("e3b0c44298fc1c149afbf4c8996fb924")
        );
        assert_eq!(empty.size(), 0);
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let error = Payload::prepare(&Body::File("no/such/file".into()), 0, "x")
            .await
            .unwrap_err();
        assert!(error.to_string().contains("no/such/file"), "{error}");
    }
}
