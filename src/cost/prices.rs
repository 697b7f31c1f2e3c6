//! The table of prices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How S3 charges a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// PUT, COPY, POST and LIST: `Requests-Tier1`.
    Write,
    /// GET, HEAD and all others: `Requests-Tier2`.
    Read,
    /// DELETE and CANCEL, and what other services charge nothing for.
    Free,
}

/// The prices of one region, in USD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Region {
    /// A thousand requests of [`Class::Write`].
    pub writes_per_1000: f64,
    /// A thousand requests of [`Class::Read`].
    pub reads_per_1000: f64,
    /// A gigabyte (2^30 bytes) of S3 Standard for a month.
    pub gb_month: f64,
    /// A gigabyte to the internet.
    pub gb_to_internet: f64,
    /// A gigabyte to another region: the dearest of them.
    pub gb_to_region: f64,
}

/// A dated table of prices, in USD.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Prices {
    /// When the figures were right.
    pub date: String,
    /// How far to believe them.
    pub note: String,
    /// Where they are from.
    pub sources: Vec<String>,
    /// By region.
    pub regions: BTreeMap<String, Region>,
    /// For a region that has no figures: an allowance.
    pub elsewhere: Region,
    /// A thousand writes of replicas, in the dearest storage class that the catalogue uses.
    pub replica_writes_per_1000: f64,
    /// A gigabyte under S3 Replication Time Control.
    pub rtc_per_gb: f64,
    /// The size that smaller objects are charged at, in bytes, in the infrequent-access classes.
    pub smallest_object: u64,
    /// The class of each operation.
    pub classes: BTreeMap<String, Class>,
}

const TABLE: &str = include_str!("prices.json");

impl Prices {
    /// The table that comes with bucketpair.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    pub fn built_in() -> Self {
        serde_json::from_str(TABLE).expect("a test reads the same text")
    }

    /// The prices of a region.
    #[must_use]
    pub fn of(&self, region: &str) -> Region {
        self.regions.get(region).copied().unwrap_or(self.elsewhere)
    }

    /// The class of an operation; the dearest for one that is not in the table.
    #[must_use]
    pub fn class(&self, operation: &str) -> Class {
        let known = self.classes.get(operation);
        known.copied().unwrap_or(Class::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_dated_sourced_and_dearer_elsewhere() {
        let prices = Prices::built_in();
        assert!(prices.date.starts_with("20") && !prices.sources.is_empty());
        assert!(prices.note.contains("Check them"), "{}", prices.note);
        let elsewhere = prices.of("mars-central-1");
        for (name, region) in &prices.regions {
            assert!(region.writes_per_1000 < elsewhere.writes_per_1000, "{name}");
            assert!(region.reads_per_1000 < elsewhere.reads_per_1000, "{name}");
            assert!(region.gb_month < elsewhere.gb_month, "{name}");
            assert!(region.gb_to_internet < elsewhere.gb_to_internet, "{name}");
            assert!(region.gb_to_region < elsewhere.gb_to_region, "{name}");
        }
    }

    #[test]
    fn deletes_are_free_and_what_is_unknown_is_dear() {
        let prices = Prices::built_in();
        assert_eq!(prices.class("DeleteObject"), Class::Free);
        assert_eq!(prices.class("HeadObject"), Class::Read);
        assert_eq!(prices.class("ListObjectVersions"), Class::Write);
        assert_eq!(prices.class("SomethingNew"), Class::Write);
    }
}
