//! The bill against an account of what AWS charges that is kept apart from it.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::*;

const HERE: &str = "ap-northeast-1";
const THERE: &str = "us-east-1";

/// What AWS would charge, object by object, as its pricing page words it: each request by its tier,
/// each replica's request, transfer and storage by the true size.
#[derive(Default)]
struct Charged {
    usd: f64,
    sizes: Vec<u64>,
}

impl Charged {
    fn requests(&mut self, tier_1: f64, tier_2: f64) {
        self.usd += tier_1 * 0.0047 / 1000.0 + tier_2 * 0.00037 / 1000.0;
    }

    /// An object of this size is in both buckets for an hour, and was sent across.
    fn object(&mut self, size: u64, parts: f64) {
        let gb = size as f64 / (1_u64 << 30) as f64;
        let hour = gb / 730.0;
        self.usd += gb * 0.09 + hour * (0.025 + 0.023) + parts * (0.005 + 0.00037) / 1000.0;
        self.sizes.push(size);
    }
}

fn put(meter: &Meter, charged: &mut Charged, side: &Counting, size: u64) {
    meter.attempt(side, &Sent::new("PutObject", "/b/k", size));
    charged.requests(1.0, 0.0);
    charged.object(size, 1.0);
}

fn multipart(meter: &Meter, charged: &mut Charged, side: &Counting, size: u64, number: usize) {
    let (parts, id) = (size / 3 + 1, format!("/b/k?uploadId={number}"));
    meter.attempt(side, &Sent::new("CreateMultipartUpload", "/b/k?uploads", 0));
    let mut left = size;
    while left > 0 {
        let part = left.min(parts);
        meter.attempt(side, &Sent::new("UploadPart", &id, part));
        charged.requests(1.0, 0.0);
        left -= part;
    }
    meter.attempt(side, &Sent::new("CompleteMultipartUpload", &id, 200));
    charged.requests(2.0, 0.0);
    charged.object(size, 5.0);
}

fn copy(meter: &Meter, charged: &mut Charged, side: &Counting, of: usize) {
    meter.attempt(side, &Sent::new("CopyObject", "/b/k", 0));
    charged.requests(1.0, 0.0);
    let size = charged.sizes[of];
    charged.object(size, 1.0);
}

/// A random run, and what both say that it costs.
fn run(seed: u64) -> (f64, f64) {
    let mut rng = SmallRng::seed_from_u64(seed);
    let (meter, mut charged) = (Meter::default(), Charged::default());
    let source = meter.counting(true, HERE);
    put(&meter, &mut charged, &source, 1);
    for number in 0..rng.random_range(1..30) {
        let size = rng.random_range(1..50_000_000);
        match rng.random_range(0..5) {
            0 => put(&meter, &mut charged, &source, size),
            1 => multipart(&meter, &mut charged, &source, size, number),
            2 | 3 => {
                let of = rng.random_range(0..charged.sizes.len());
                copy(&meter, &mut charged, &source, of);
            }
            _ => {
                meter.attempt(&source, &Sent::new("HeadObject", "/b/k", 0));
                charged.requests(0.0, 1.0);
            }
        }
    }
    let bill = Bill::new(
        &Prices::built_in(),
        &meter.usage(),
        &Terms::new(HERE, THERE, 1),
    );
    (bill.usd, charged.usd)
}

#[test]
fn no_run_costs_more_than_its_bill() {
    for seed in 0..500 {
        let (billed, charged) = run(seed);
        assert!(
            billed >= charged,
            "seed {seed}: billed {billed}, and AWS charges {charged}"
        );
    }
}

/// A copy of an object that was sent in parts is as large as all of them.
#[test]
fn a_copy_of_a_multipart_object_is_billed_whole() {
    let (meter, mut charged) = (Meter::default(), Charged::default());
    let source = meter.counting(true, HERE);
    multipart(&meter, &mut charged, &source, 30 << 20, 0);
    copy(&meter, &mut charged, &source, 0);
    let mut usage = meter.usage();
    assert_eq!(usage.of(true, HERE, "CopyObject").sent, 30 << 20);
    // One that was copied before something larger came is counted as large: the order is no matter.
    put(&meter, &mut charged, &source, 40 << 20);
    let mut usage = meter.usage();
    assert_eq!(usage.of(true, HERE, "CopyObject").sent, 40 << 20);
}
