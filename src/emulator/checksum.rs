//! MD5 and the additional checksums of an upload: computed while it is drained, then compared.

use md5::{Digest, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Checksum as _;
use s3s::crypto::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumAlgorithm, StreamingBlob};
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::body::{Body, take};

/// The checksum headers that S3 knows here, with the algorithm each stands for.
const HEADERS: [(&str, &str); 5] = [
    ("x-amz-checksum-crc32", "CRC32"),
    ("x-amz-checksum-crc32c", "CRC32C"),
    ("x-amz-checksum-crc64nvme", "CRC64NVME"),
    ("x-amz-checksum-sha1", "SHA1"),
    ("x-amz-checksum-sha256", "SHA256"),
];

/// What was drained, with its digests.
pub(super) struct Drained {
    pub(super) body: Body,
    pub(super) md5: [u8; 16],
    /// The checksum that was asked for, or CRC64NVME as S3 computes by itself.
    pub(super) checksum: Checksum,
}

/// What the request's headers say about checksums.
pub(super) struct Claims {
    algorithm: String,
    /// The value in the header; a trailer may bring it later.
    claimed: Option<String>,
    md5: Option<String>,
}

impl Claims {
    /// Reads the headers.
    ///
    /// # Errors
    /// 501 `NotImplemented` for a checksum that is not computed here: it is never ignored.
    pub(super) fn read(
        headers: &http::HeaderMap,
        asked: Option<&ChecksumAlgorithm>,
    ) -> S3Result<Self> {
        refuse_unknown(headers)?;
        refuse_several(headers)?;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let in_header = HEADERS.iter().find_map(|(name, algorithm)| {
            text(name).map(|value| (*algorithm, Some(value.to_owned())))
        });
        let trailer = text("x-amz-trailer").and_then(|trailer| {
            let named = |(name, _): &&(&str, &str)| trailer.to_ascii_lowercase().contains(name);
            // The longest name wins: `…-crc32c` contains `…-crc32`.
            let found = HEADERS
                .iter()
                .filter(named)
                .max_by_key(|(name, _)| name.len());
            found.map(|(_, algorithm)| (*algorithm, None))
        });
        let asked = asked.map(|algorithm| (algorithm.as_str(), None));
        let (algorithm, claimed) = in_header
            .or(trailer)
            .or(asked)
            .unwrap_or(("CRC64NVME", None));
        let md5 = text("content-md5").map(str::to_owned);
        Ok(Self {
            algorithm: algorithm.to_owned(),
            claimed,
            md5,
        })
    }

    /// Whether the checksum is one of this algorithm.
    pub(super) fn are_of(&self, algorithm: &ChecksumAlgorithm) -> bool {
        self.algorithm == algorithm.as_str()
    }

    /// Drains the body, and compares.
    ///
    /// # Errors
    /// 400 `BadDigest` when header or trailer say something else than the body does.
    pub(super) async fn drain(
        self,
        blob: Option<StreamingBlob>,
        trailers: Option<&TrailingHeaders>,
    ) -> S3Result<Drained> {
        let (mut md5, mut hasher) = (Md5::new(), hasher(&self.algorithm));
        let body = take(blob, |chunk| {
            md5.update(chunk);
            hasher.update(chunk);
        })
        .await?;
        let (md5, checksum): ([u8; 16], _) = (md5.finalize().into(), hasher.finalize());
        self.compare(&md5, value(&checksum), trailers)?;
        Ok(Drained {
            body,
            md5,
            checksum,
        })
    }

    fn compare(
        &self,
        md5: &[u8],
        computed: Option<&str>,
        trailers: Option<&TrailingHeaders>,
    ) -> S3Result<()> {
        use base64::Engine as _;

        let trailer = trailers.and_then(|trailers| {
            let named = HEADERS
                .iter()
                .find(|(_, algorithm)| *algorithm == self.algorithm)?;
            let value = trailers.read(|headers| headers.get(named.0).cloned())??;
            value.to_str().ok().map(str::to_owned)
        });
        let claimed = self.claimed.clone().or(trailer);
        if claimed.is_some() && claimed.as_deref() != computed {
            let algorithm = &self.algorithm;
            return Err(s3_error!(
                BadDigest,
                "The {algorithm} you specified did not match the calculated checksum."
            ));
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(md5);
        match self.md5.as_ref().is_some_and(|claimed| *claimed != encoded) {
            true => Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            )),
            false => Ok(()),
        }
    }
}

fn refuse_unknown(headers: &http::HeaderMap) -> S3Result<()> {
    let meta = [
        "x-amz-checksum-algorithm",
        "x-amz-checksum-type",
        "x-amz-checksum-mode",
    ];
    let unknown = headers.keys().map(http::HeaderName::as_str).find(|name| {
        name.starts_with("x-amz-checksum-")
            && !meta.contains(name)
            && HEADERS.iter().all(|(known, _)| known != name)
    });
    match unknown {
        Some(name) => Err(s3_error!(NotImplemented, "{name} is not computed here")),
        None => Ok(()),
    }
}

fn refuse_several(headers: &http::HeaderMap) -> S3Result<()> {
    let given = HEADERS
        .iter()
        .filter(|(name, _)| headers.contains_key(*name));
    match given.count() > 1 {
        true => Err(s3_error!(
            InvalidRequest,
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )),
        false => Ok(()),
    }
}

/// A hasher for one algorithm.
pub(super) fn hasher(algorithm: &str) -> ChecksumHasher {
    let mut hasher = ChecksumHasher::default();
    match algorithm {
        "CRC32" => hasher.crc32 = Some(Crc32::new()),
        "CRC32C" => hasher.crc32c = Some(Crc32c::new()),
        "SHA1" => hasher.sha1 = Some(Sha1::new()),
        "SHA256" => hasher.sha256 = Some(Sha256::new()),
        _ => hasher.crc64nvme = Some(Crc64Nvme::new()),
    }
    hasher
}

/// The one value that a checksum holds.
pub(super) fn value(checksum: &Checksum) -> Option<&str> {
    held(checksum).map(|(_, value)| value)
}

/// The algorithm of a checksum.
pub(super) fn algorithm(checksum: &Checksum) -> Option<ChecksumAlgorithm> {
    held(checksum).map(|(name, _)| ChecksumAlgorithm::from_static(name))
}

/// The one value that a checksum holds, with its algorithm.
fn held(checksum: &Checksum) -> Option<(&'static str, &str)> {
    let all = [
        (ChecksumAlgorithm::CRC32, &checksum.checksum_crc32),
        (ChecksumAlgorithm::CRC32C, &checksum.checksum_crc32c),
        (ChecksumAlgorithm::CRC64NVME, &checksum.checksum_crc64nvme),
        (ChecksumAlgorithm::SHA1, &checksum.checksum_sha1),
        (ChecksumAlgorithm::SHA256, &checksum.checksum_sha256),
    ];
    let mut all = all.into_iter();
    all.find_map(|(name, value)| Some((name, value.as_deref()?)))
}

/// The same checksum with another value.
pub(super) fn with_value(checksum: &Checksum, value: &str) -> Checksum {
    let mut changed = checksum.clone();
    for field in [
        &mut changed.checksum_crc32,
        &mut changed.checksum_crc32c,
        &mut changed.checksum_crc64nvme,
        &mut changed.checksum_sha1,
        &mut changed.checksum_sha256,
    ] {
        if field.is_some() {
            *field = Some(value.to_owned());
        }
    }
    changed
}
