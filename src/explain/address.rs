//! `s3://bucket/key?versionId=…`.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::replication::VersionId;

/// One object, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// The key, as it is.
    pub key: String,
    /// The version; the current one where none is named.
    pub version: Option<VersionId>,
}

impl FromStr for Address {
    type Err = Error;

    /// Reads `s3://bucket/key` with or without `?versionId=`. Any other `?` belongs to the key.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::Usage(format!(
                "{text:?} is no object; write s3://bucket/key, or s3://bucket/key?versionId=…"
            ))
        };
        let rest = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, key) = rest.split_once('/').ok_or_else(wrong)?;
        let (key, version) = match key.rsplit_once("?versionId=") {
            Some((key, version)) => (key, Some(VersionId::from(version))),
            None => (key, None),
        };
        let is_empty = version.as_ref().is_some_and(|version| version.0.is_empty());
        if bucket.is_empty() || key.is_empty() || is_empty {
            return Err(wrong());
        }
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        Ok(Self {
            bucket,
            key,
            version,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        match &self.version {
            Some(version) => write!(f, "?versionId={version}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::key("s3://b/a/b c", "a/b c", None)]
    #[case::version("s3://b/k?versionId=v1", "k", Some("v1"))]
    #[case::question_mark("s3://b/k?x=1", "k?x=1", None)]
    #[case::both("s3://b/k?x=1?versionId=null", "k?x=1", Some("null"))]
    fn an_address_is_read_and_written(
        #[case] text: &str,
        #[case] key: &str,
        #[case] version: Option<&str>,
    ) {
        let address: Address = text.parse().unwrap();
        assert_eq!((address.bucket.as_str(), address.key.as_str()), ("b", key));
        assert_eq!(address.version, version.map(VersionId::from));
        assert_eq!(address.to_string(), text);
    }

    #[rstest]
    fn what_is_no_object_is_refused(
        #[values("b/k", "s3://b", "s3://b/", "s3:///k", "s3://b/k?versionId=")] text: &str,
    ) {
        let error = text.parse::<Address>().unwrap_err();
        assert_eq!(error.exit_code() as u8, 2, "{error}");
    }
}
