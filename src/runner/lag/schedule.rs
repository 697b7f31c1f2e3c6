//! The writes of a measurement, fixed beforehand: when, what and where.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::LagSettings;
use crate::lag::OperationType;
use crate::workload::How;

/// A multipart upload has parts of this many bytes.
const PART: u64 = 5 << 20;

/// Over how many keys overwrites take turns.
const OVERWRITTEN: u64 = 1_000;

/// A write that is meant to be sent at a fixed moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intended {
    /// When, after the beginning.
    pub(super) after: Duration,
    pub(super) label: String,
    pub(super) operation: OperationType,
    pub(super) size: u64,
    /// The key, without the pair's prefix.
    pub(super) key: String,
    /// How much of the key its neighbours share.
    pub(super) prefix: usize,
    /// A number for what is expected to take alike: operation and size.
    pub(super) class: u16,
}

impl Intended {
    /// What has to be written beforehand: its key and size.
    pub(super) fn needs(&self) -> Option<(String, u64)> {
        match self.operation {
            OperationType::Put | OperationType::Multipart => None,
            OperationType::Copy => Some((self.source(), self.size)),
            _ => Some((self.key.clone(), self.size)),
        }
    }

    /// How it is written, where it writes an object.
    pub(super) fn how(&self) -> How {
        match self.operation {
            OperationType::Multipart => How::Multipart { part_size: PART },
            OperationType::Copy => How::Copy {
                from: self.source(),
            },
            _ => How::Put,
        }
    }

    /// Where a copy comes from.
    pub(super) fn source(&self) -> String {
        format!("copied/{}", self.size)
    }
}

/// The schedule of these settings; one seed makes one schedule.
pub(super) fn schedule(settings: &LagSettings, seed: u64) -> Vec<Intended> {
    let mut random = SmallRng::seed_from_u64(seed);
    let sizes: Vec<_> = settings.sizes.iter().map(|s| (s.bytes, s.weight)).collect();
    let operations = settings.operations.iter();
    let operations: Vec<_> = operations.map(|o| (o.operation, o.weight)).collect();
    let slot = Duration::from_secs(1).div_f64(settings.rate);
    let write = |number: u64| {
        // One write a slot, anywhere in it: nothing periodic is hit in step.
        let after = slot.mul_f64(number as f64 + random.random_range(0.0..1.0));
        let (operation, size) = (pick(&operations, &mut random), pick(&sizes, &mut random));
        let folder = format!("lag-{:03}/", number % u64::from(settings.prefixes));
        let name = match operation {
            OperationType::Overwrite => format!("overwritten-{:08}", number % OVERWRITTEN),
            OperationType::DeleteMarker => format!("marker-{number:08}"),
            OperationType::TagChange => format!("tagged-{number:08}"),
            _ => format!("{number:08}"),
        };
        Intended {
            after,
            label: format!("{number}"),
            operation,
            size,
            class: class(operation, &sizes, size),
            prefix: folder.len(),
            key: folder + &name,
        }
    };
    (0..settings.count()).map(write).collect()
}

fn class(operation: OperationType, sizes: &[(u64, u32)], size: u64) -> u16 {
    let place = sizes.iter().position(|(bytes, _)| *bytes == size);
    operation as u16 * 256 + place.unwrap_or(0).min(255) as u16
}

/// One of several, by weight.
fn pick<T: Copy>(from: &[(T, u32)], random: &mut SmallRng) -> T {
    let all: u32 = from.iter().map(|(_, weight)| weight).sum();
    let mut place = random.random_range(0..all.max(1));
    for (choice, weight) in from {
        match place.checked_sub(*weight) {
            Some(left) => place = left,
            None => return *choice,
        }
    }
    from[0].0
}

/// How many requests the writes take at most, without what has to be there before them.
pub(super) fn requests(writes: &[Intended]) -> u64 {
    let each = writes.iter().map(|write| write.how().requests(write.size));
    each.sum()
}

/// How many objects are written beforehand.
pub(super) fn prepared(writes: &[Intended]) -> u64 {
    let needed = writes.iter().filter_map(Intended::needs);
    let keys: BTreeSet<_> = needed.map(|(key, _)| key).collect();
    keys.len() as u64
}

/// The keys that are written beforehand and listed with the measured ones.
pub(super) fn prepared_keys(writes: &[Intended]) -> BTreeSet<String> {
    let listed = writes
        .iter()
        .filter(|write| write.operation != OperationType::Copy);
    listed
        .filter_map(Intended::needs)
        .map(|(key, _)| key)
        .collect()
}
