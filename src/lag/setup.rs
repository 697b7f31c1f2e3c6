//! What a measurement set out to do, as its history keeps it.

use serde::{Deserialize, Serialize};

use super::{Measure, OperationType, Slo};
use crate::error::{Error, Result};

/// A size and how often it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeShare {
    /// Bytes.
    pub bytes: u64,
    /// Its weight among the others.
    pub weight: u32,
}

/// An operation and how often it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationShare {
    /// Which.
    pub operation: OperationType,
    /// Its weight among the others.
    pub weight: u32,
}

/// What a measurement set out to do. Kept in the history's first session, so that a saved run can
/// be reported, and gone on with, from its history alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Setup {
    /// Writes a second, in an open loop.
    pub rate: f64,
    /// How many writes.
    pub count: u64,
    /// The sizes of the objects.
    pub sizes: Vec<SizeShare>,
    /// The operations.
    pub operations: Vec<OperationShare>,
    /// Over how many key prefixes the objects are spread.
    pub prefixes: u32,
    /// Which lags are measured.
    pub measures: Vec<Measure>,
    /// By when a replica has to be there, in nanoseconds after the acknowledgement; who has not
    /// arrived by then is counted as censored.
    pub deadline_ns: u64,
    /// No more requests are sent in any second; none where there is no limit.
    pub max_requests_per_second: Option<u64>,
    /// No more requests are sent in the whole run; none where there is no limit.
    pub request_budget: Option<u64>,
    /// Whether somebody else looks for the replicas, later.
    pub write_only: bool,
    /// The objective that the lag is held against.
    pub slo: Option<Slo>,
}

impl SizeShare {
    /// Reads a mix such as `1KiB:90,1MiB:10`; a size alone has the weight 1.
    ///
    /// ```
    /// use bucketpair::lag::SizeShare;
    ///
    /// let sizes = SizeShare::mix("1KiB:90,1MiB:10").unwrap();
    /// assert_eq!((sizes[1].bytes, sizes[1].weight), (1 << 20, 10));
    /// ```
    ///
    /// # Errors
    /// [`Error::Usage`] with the forms.
    pub fn mix(text: &str) -> Result<Vec<Self>> {
        let wrong = || {
            Error::Usage(format!(
                "{text:?} is no mix of sizes; write it like 1KiB:90,1MiB:10, in B, KiB, MiB or GiB"
            ))
        };
        shares(text)
            .map(|share| {
                let (size, weight) = share.ok_or_else(wrong)?;
                let bytes = bytes(size).ok_or_else(wrong)?;
                Ok(Self { bytes, weight })
            })
            .collect()
    }
}

impl OperationShare {
    /// Reads a mix such as `put:8,delete-marker:2`; an operation alone has the weight 1.
    ///
    /// # Errors
    /// [`Error::Usage`] with the operations there are.
    pub fn mix(text: &str) -> Result<Vec<Self>> {
        let wrong = || {
            Error::Usage(format!(
                "{text:?} is no mix of operations; write it like put:8,delete-marker:2, of put, \
                 overwrite, multipart, copy, delete-marker and tag-change"
            ))
        };
        shares(text)
            .map(|share| {
                let (name, weight) = share.ok_or_else(wrong)?;
                let name = serde_json::Value::String(name.to_owned());
                let operation = serde_json::from_value(name).map_err(|_| wrong())?;
                Ok(Self { operation, weight })
            })
            .collect()
    }
}

/// What is named in a mix, with its weight; none where that is not a whole number above 0.
fn shares(text: &str) -> impl Iterator<Item = Option<(&str, u32)>> {
    text.split(',').map(|share| {
        let (name, weight) = share.split_once(':').unwrap_or((share, "1"));
        let weight: u32 = weight.trim().parse().ok()?;
        (weight > 0 && weight <= 1_000_000).then_some((name.trim(), weight))
    })
}

fn bytes(text: &str) -> Option<u64> {
    let unit = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..unit].parse().ok()?;
    let shift = match text[unit..].trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1KiB:90,1MiB:10", &[(1 << 10, 90), (1 << 20, 10)])]
    #[case("512", &[(512, 1)])]
    #[case("0B:2, 3GiB:1", &[(0, 2), (3 << 30, 1)])]
    fn sizes_are_read(#[case] text: &str, #[case] expected: &[(u64, u32)]) {
        let sizes = SizeShare::mix(text).unwrap();
        let read: Vec<_> = sizes.iter().map(|s| (s.bytes, s.weight)).collect();
        assert_eq!(read, expected);
    }

    #[rstest]
    fn a_mix_that_makes_no_sense_is_refused_with_the_forms(
        #[values("", "1KB", "1KiB:0", "1KiB:-1", "1KiB:1,", "KiB", "99999999999GiB")] text: &str,
    ) {
        let error = SizeShare::mix(text).unwrap_err().to_string();
        assert!(error.contains("1KiB:90"), "{error}");
    }

    #[test]
    fn operations_are_read_by_their_names() {
        let mix = OperationShare::mix("put:8,delete-marker:2,tag-change").unwrap();
        let read: Vec<_> = mix.iter().map(|o| (o.operation, o.weight)).collect();
        let expected = [
            (OperationType::Put, 8),
            (OperationType::DeleteMarker, 2),
            (OperationType::TagChange, 1),
        ];
        assert_eq!(read, expected);
        let error = OperationShare::mix("put:8,delete").unwrap_err().to_string();
        assert!(error.contains("tag-change"), "{error}");
    }
}
