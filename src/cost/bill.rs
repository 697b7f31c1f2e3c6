//! What usage costs, item by item.

use serde::{Deserialize, Serialize};

use super::{Class, Price, Prices, Requests, Usage};

const GB: f64 = (1_u64 << 30) as f64;

/// What makes the source's writes dearer than themselves: their replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Terms {
    /// The source's region.
    pub source_region: String,
    /// The destination's region.
    pub destination_region: String,
    /// How many replicas a write has, at most.
    pub copies: u8,
    /// Whether S3 Replication Time Control is on.
    pub rtc: bool,
}

impl Terms {
    /// Without Replication Time Control.
    #[must_use]
    pub fn new(source_region: &str, destination_region: &str, copies: u8) -> Self {
        Self {
            source_region: source_region.to_owned(),
            destination_region: destination_region.to_owned(),
            copies,
            rtc: false,
        }
    }

    /// With Replication Time Control.
    #[must_use]
    pub fn with_rtc(mut self) -> Self {
        self.rtc = true;
        self
    }
}

/// One item of a bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// What is charged.
    pub what: String,
    /// In which region.
    pub region: String,
    /// How much of it.
    pub quantity: f64,
    /// Of what: `requests` or `GB` (2^30 bytes), `GB-months`.
    pub unit: String,
    /// What it costs, in USD.
    pub usd: f64,
    /// The date of its price; none where it is free.
    #[serde(default)]
    pub price_of: Option<String>,
}

/// What usage costs at most, by the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bill {
    /// The dates of the prices: `2026-05`, or the first and the last (`2021-03 to 2026-08`).
    pub prices_of: String,
    /// The items that were used.
    pub lines: Vec<Line>,
    /// Their sum, in USD.
    pub usd: f64,
    /// Regions that the table has no figures for: they are charged by an allowance.
    #[serde(default)]
    pub allowed_for: Vec<String>,
}

impl Bill {
    /// What `usage` costs under `terms`.
    #[must_use]
    pub fn new(prices: &Prices, usage: &Usage, terms: &Terms) -> Self {
        let mut lines = requests(prices, usage);
        lines.extend(downloads(prices, usage));
        lines.extend(replicas(prices, usage, terms));
        lines.extend(storage(prices, usage, terms));
        lines.retain(|line| line.quantity > 0.0);
        Self {
            prices_of: dates(prices, &lines),
            usd: lines.iter().map(|line| line.usd).sum(),
            allowed_for: allowed_for(prices, &lines),
            lines,
        }
    }
}

/// The first and the last date among the prices that were used; among all where none was.
fn dates(prices: &Prices, lines: &[Line]) -> String {
    let used = lines.iter().filter_map(|line| line.price_of.as_deref());
    let mut dates: Vec<_> = used.collect();
    if dates.is_empty() {
        dates = prices.each().map(|price| price.date.as_str()).collect();
    }
    match (dates.iter().min(), dates.iter().max()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (first, _) => first.copied().unwrap_or_default().to_owned(),
    }
}

fn allowed_for(prices: &Prices, lines: &[Line]) -> Vec<String> {
    let charged = lines.iter().filter(|line| line.usd > 0.0);
    let mut regions: Vec<_> = charged.map(|line| line.region.clone()).collect();
    regions.sort_unstable();
    regions.dedup();
    regions.retain(|region| !prices.knows(region));
    regions
}

/// A line at a price for so many of its unit; free without one.
fn line(what: &str, region: &str, unit: &str, quantity: f64, per: Option<(&Price, f64)>) -> Line {
    Line {
        what: what.to_owned(),
        region: region.to_owned(),
        quantity,
        unit: unit.to_owned(),
        usd: per.map_or(0.0, |(price, of)| quantity * price.usd / of),
        price_of: per.map(|(price, _)| price.date.clone()),
    }
}

fn regions(usage: &Usage) -> Vec<&str> {
    let mut regions: Vec<_> = usage.requests.iter().map(|r| r.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

fn sum(usage: &Usage, of: impl Fn(&Requests) -> u64) -> f64 {
    usage.requests.iter().map(of).sum::<u64>() as f64
}

fn requests(prices: &Prices, usage: &Usage) -> Vec<Line> {
    let mut lines = Vec::new();
    for region in regions(usage) {
        let price = prices.of(region);
        for (class, what, per) in [
            (
                Class::Write,
                "PUT, COPY, POST and LIST",
                Some((&price.writes_per_1000, 1000.0)),
            ),
            (
                Class::Read,
                "GET, HEAD and others",
                Some((&price.reads_per_1000, 1000.0)),
            ),
            (Class::Kms, "KMS", Some((&prices.kms_per_10000, 10_000.0))),
            (Class::Free, "DELETE and others that are free", None),
        ] {
            let count = sum(usage, |requests| {
                let counts =
                    requests.region == region && prices.class(&requests.operation) == class;
                u64::from(counts) * requests.attempts
            });
            lines.push(line(what, region, "requests", count, per));
        }
    }
    lines
}

fn downloads(prices: &Prices, usage: &Usage) -> Vec<Line> {
    let each = |region| {
        let here = |requests: &Requests| u64::from(requests.region == region) * requests.received;
        let price = &prices.of(region).gb_to_internet;
        let gb = sum(usage, here) / GB;
        line("to the internet", region, "GB", gb, Some((price, 1.0)))
    };
    regions(usage).into_iter().map(each).collect()
}

/// The operations whose effect travels.
const TRAVELS: [&str; 7] = [
    "PutObject",
    "CopyObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "PutObjectTagging",
    "DeleteObject",
];

/// S3 reads each version at the source, sends it, and writes it at each destination.
fn replicas(prices: &Prices, usage: &Usage, terms: &Terms) -> Vec<Line> {
    let (here, there) = (&terms.source_region, &terms.destination_region);
    let travels =
        |requests: &Requests| requests.of_source && TRAVELS.contains(&requests.operation.as_str());
    let copies = f64::from(terms.copies);
    let written = sum(usage, |requests| {
        u64::from(travels(requests)) * requests.attempts
            + u64::from(requests.of_source) * requests.markers
    });
    let writes = written * copies;
    let sent = sum(usage, |requests| {
        u64::from(travels(requests)) * requests.sent
    }) * copies
        / GB;
    let between = (here != there).then_some((&prices.of(here).gb_to_region, 1.0));
    let rtc = if terms.rtc { sent } else { 0.0 };
    let (read, write) = (
        &prices.of(here).reads_per_1000,
        &prices.replica_writes_per_1000,
    );
    vec![
        line(
            "replication's GET",
            here,
            "requests",
            writes,
            Some((read, 1000.0)),
        ),
        line(
            "replication's PUT",
            there,
            "requests",
            writes,
            Some((write, 1000.0)),
        ),
        line("to the other region", here, "GB", sent, between),
        line(
            "Replication Time Control",
            here,
            "GB",
            rtc,
            Some((&prices.rtc_per_gb, 1.0)),
        ),
    ]
}

/// A month of everything written, on both sides: what is deleted within the hour costs less.
fn storage(prices: &Prices, usage: &Usage, terms: &Terms) -> Vec<Line> {
    let bytes = sum(usage, |requests| {
        let writes = ["PutObject", "CopyObject", "UploadPart"];
        let stores = requests.of_source && writes.contains(&requests.operation.as_str());
        let least = requests.attempts * prices.smallest_object;
        u64::from(stores) * (requests.sent + least)
    });
    let (here, there) = (&terms.source_region, &terms.destination_region);
    let replicas = bytes * f64::from(terms.copies);
    let month = |region: &str| Some((&prices.of(region).gb_month, 1.0));
    vec![
        line("storage", here, "GB-months", bytes / GB, month(here)),
        line(
            "storage of replicas",
            there,
            "GB-months",
            replicas / GB,
            month(there),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms::new("ap-northeast-1", "us-east-1", 1)
    }

    fn usd(usage: &Usage, terms: &Terms, what: &str) -> f64 {
        let bill = Bill::new(&Prices::built_in(), usage, terms);
        let lines = bill.lines.iter().filter(|line| line.what == what);
        lines.map(|line| line.usd).sum()
    }

    fn near(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 1e-9,
            "expected {expected}, saw {found}"
        );
    }

    #[test]
    fn nothing_costs_nothing() {
        let bill = Bill::new(&Prices::built_in(), &Usage::default(), &terms());
        assert!(bill.lines.is_empty());
        near(bill.usd, 0.0);
    }

    #[test]
    fn attempts_are_charged_by_class_and_region_and_calls_are_not() {
        let mut usage = Usage::default();
        let put = usage.of(true, "ap-northeast-1", "PutBucketTagging");
        (put.calls, put.attempts) = (1, 2000);
        usage.of(false, "us-east-1", "HeadObject").attempts = 10_000;
        usage.of(true, "ap-northeast-1", "DeleteObject").attempts = 5;
        near(usd(&usage, &terms(), "PUT, COPY, POST and LIST"), 0.0094);
        near(usd(&usage, &terms(), "GET, HEAD and others"), 0.004);
        near(
            usd(&usage, &terms(), "DELETE and others that are free"),
            0.0,
        );
    }

    #[test]
    fn a_gigabyte_written_travels_is_stored_twice_and_pays_rtc_where_it_is_on() {
        let mut usage = Usage::default();
        let put = usage.of(true, "ap-northeast-1", "PutObject");
        (put.attempts, put.sent) = (1, 1 << 30);
        near(usd(&usage, &terms(), "to the other region"), 0.09);
        near(usd(&usage, &terms(), "Replication Time Control"), 0.0);
        near(
            usd(&usage, &terms().with_rtc(), "Replication Time Control"),
            0.015,
        );
        let stored = usd(&usage, &terms(), "storage");
        assert!((0.025..0.026).contains(&stored), "{stored}");
        let twice = Terms {
            copies: 2,
            ..terms()
        };
        near(usd(&usage, &twice, "to the other region"), 0.18);
        let same = Terms::new("ap-northeast-1", "ap-northeast-1", 1);
        near(usd(&usage, &same, "to the other region"), 0.0);
    }

    #[test]
    fn what_is_read_goes_to_the_internet() {
        let mut usage = Usage::default();
        usage.of(false, "us-east-1", "GetObject").received = 1 << 31;
        near(usd(&usage, &terms(), "to the internet"), 0.18);
    }

    #[test]
    fn each_line_has_the_date_of_its_price_and_an_allowance_is_said_to_be_one() {
        let mut usage = Usage::default();
        usage.of(true, "ap-northeast-1", "PutObject").attempts = 1;
        usage.of(false, "mars-central-1", "HeadObject").attempts = 1;
        usage.of(false, "mars-central-1", "DescribeKey").attempts = 10_000;
        let terms = Terms::new("ap-northeast-1", "mars-central-1", 1);
        let bill = Bill::new(&Prices::built_in(), &usage, &terms);
        let dated = bill.lines.iter().all(|line| line.price_of.is_some());
        assert!(dated, "{bill:#?}");
        assert_eq!(bill.allowed_for, ["mars-central-1"]);
        assert_eq!(bill.prices_of, "2026-05 to 2026-08");
        near(usd(&usage, &terms, "KMS"), 0.03);
    }
}
