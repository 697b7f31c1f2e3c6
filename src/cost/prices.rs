//! The table of prices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a request is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// PUT, COPY, POST and LIST of S3: `Requests-Tier1`.
    Write,
    /// GET, HEAD and all others of S3: `Requests-Tier2`.
    Read,
    /// Requests to KMS.
    Kms,
    /// DELETE and CANCEL, and what other services charge nothing for.
    Free,
}

/// What one thing costs, when, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// In USD.
    pub usd: f64,
    /// When the figure was right: `YYYY-MM`.
    pub date: String,
    /// Where it is from.
    pub source: String,
}

/// The prices of one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Region {
    /// A thousand requests of [`Class::Write`].
    pub writes_per_1000: Price,
    /// A thousand requests of [`Class::Read`].
    pub reads_per_1000: Price,
    /// A gigabyte (2^30 bytes) of S3 Standard for a month.
    pub gb_month: Price,
    /// A gigabyte to the internet.
    pub gb_to_internet: Price,
    /// A gigabyte to another region: the dearest of them.
    pub gb_to_region: Price,
}

/// A table of prices, each with its date and source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Prices {
    /// How far to believe them.
    pub note: String,
    /// Where the classes of the operations are from.
    pub classes_source: Vec<String>,
    /// By region.
    pub regions: BTreeMap<String, Region>,
    /// For a region that has no figures: an allowance.
    pub elsewhere: Region,
    /// A thousand writes of replicas, in the dearest storage class that the catalogue uses.
    pub replica_writes_per_1000: Price,
    /// A gigabyte under S3 Replication Time Control.
    pub rtc_per_gb: Price,
    /// Ten thousand requests of [`Class::Kms`].
    pub kms_per_10000: Price,
    /// The size that smaller objects are charged at, in bytes, in the infrequent-access classes.
    pub smallest_object: u64,
    /// The class of each operation.
    pub classes: BTreeMap<String, Class>,
}

const TABLE: &str = include_str!("prices.json");

impl Region {
    /// Each price.
    pub fn each(&self) -> impl Iterator<Item = &Price> {
        [
            &self.writes_per_1000,
            &self.reads_per_1000,
            &self.gb_month,
            &self.gb_to_internet,
            &self.gb_to_region,
        ]
        .into_iter()
    }
}

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
    pub fn of(&self, region: &str) -> &Region {
        self.regions.get(region).unwrap_or(&self.elsewhere)
    }

    /// Whether the region has figures of its own; else it is charged by an allowance.
    #[must_use]
    pub fn knows(&self, region: &str) -> bool {
        self.regions.contains_key(region)
    }

    /// The class of an operation; the dearest for one that is not in the table.
    #[must_use]
    pub fn class(&self, operation: &str) -> Class {
        let known = self.classes.get(operation);
        known.copied().unwrap_or(Class::Write)
    }

    /// Each price.
    pub fn each(&self) -> impl Iterator<Item = &Price> {
        let regions = self.regions.values().chain([&self.elsewhere]);
        let others = [
            &self.replica_writes_per_1000,
            &self.rtc_per_gb,
            &self.kms_per_10000,
        ];
        regions.flat_map(Region::each).chain(others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_has_its_date_and_its_source() {
        let prices = Prices::built_in();
        assert!(prices.note.contains("Check them"), "{}", prices.note);
        assert!(!prices.classes_source.is_empty());
        assert_eq!(prices.each().count(), 5 * 3 + 3);
        for price in prices.each() {
            let (year, month) = price.date.split_once('-').unwrap();
            let year: u16 = year.parse().unwrap();
            let month: u8 = month.parse().unwrap();
            assert!(
                (2020..2100).contains(&year) && (1..=12).contains(&month),
                "{price:?}"
            );
            assert!(price.usd > 0.0 && price.source.len() > 20, "{price:?}");
        }
    }

    #[test]
    fn a_region_without_figures_is_dearer_than_every_other() {
        let prices = Prices::built_in();
        assert!(!prices.knows("mars-central-1"));
        let elsewhere = prices.of("mars-central-1");
        for (name, region) in &prices.regions {
            for (here, there) in region.each().zip(elsewhere.each()) {
                assert!(here.usd < there.usd, "{name}: {here:?}");
            }
        }
    }

    #[test]
    fn deletes_are_free_and_what_is_unknown_is_dear() {
        let prices = Prices::built_in();
        assert_eq!(prices.class("DeleteObject"), Class::Free);
        assert_eq!(prices.class("HeadObject"), Class::Read);
        assert_eq!(prices.class("ListObjectVersions"), Class::Write);
        assert_eq!(prices.class("DescribeKey"), Class::Kms);
        assert_eq!(prices.class("SomethingNew"), Class::Write);
    }
}
