//! What usage costs, item by item.

use serde::{Deserialize, Serialize};

use super::{Class, Prices, Requests, Usage};

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
}

/// What usage costs at most, by the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bill {
    /// The date of the table's prices.
    pub prices_of: String,
    /// The items that cost something.
    pub lines: Vec<Line>,
    /// Their sum, in USD.
    pub usd: f64,
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
        let usd = lines.iter().map(|line| line.usd).sum();
        Self {
            prices_of: prices.date.clone(),
            lines,
            usd,
        }
    }
}

fn line(what: &str, region: &str, unit: &str, quantity: f64, price: f64) -> Line {
    Line {
        what: what.to_owned(),
        region: region.to_owned(),
        quantity,
        unit: unit.to_owned(),
        usd: quantity * price,
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
        for (class, what, per_1000) in [
            (
                Class::Write,
                "PUT, COPY, POST and LIST",
                price.writes_per_1000,
            ),
            (Class::Read, "GET, HEAD and others", price.reads_per_1000),
            (Class::Free, "DELETE and STS, free", 0.0),
        ] {
            let count = sum(usage, |requests| {
                let counts =
                    requests.region == region && prices.class(&requests.operation) == class;
                u64::from(counts) * requests.attempts
            });
            lines.push(line(what, region, "requests", count, per_1000 / 1000.0));
        }
    }
    lines
}

fn downloads(prices: &Prices, usage: &Usage) -> Vec<Line> {
    let each = |region| {
        let here = |requests: &Requests| u64::from(requests.region == region) * requests.received;
        let price = prices.of(region).gb_to_internet;
        line(
            "to the internet",
            region,
            "GB",
            sum(usage, here) / GB,
            price,
        )
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
    let writes = sum(usage, |requests| {
        u64::from(travels(requests)) * requests.attempts
    }) * copies;
    let sent = sum(usage, |requests| {
        u64::from(travels(requests)) * requests.sent
    }) * copies
        / GB;
    let between = match here == there {
        true => 0.0,
        false => prices.of(here).gb_to_region,
    };
    let rtc = if terms.rtc { sent } else { 0.0 };
    vec![
        line(
            "replication's GET",
            here,
            "requests",
            writes,
            prices.of(here).reads_per_1000 / 1000.0,
        ),
        line(
            "replication's PUT",
            there,
            "requests",
            writes,
            prices.replica_writes_per_1000 / 1000.0,
        ),
        line("to the other region", here, "GB", sent, between),
        line(
            "Replication Time Control",
            here,
            "GB",
            rtc,
            prices.rtc_per_gb,
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
    vec![
        line(
            "storage",
            here,
            "GB-months",
            bytes / GB,
            prices.of(here).gb_month,
        ),
        line(
            "storage of replicas",
            there,
            "GB-months",
            replicas / GB,
            prices.of(there).gb_month,
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
        near(usd(&usage, &terms(), "DELETE and STS, free"), 0.0);
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
}
