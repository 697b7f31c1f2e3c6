//! The schedule: what is fixed beforehand.

use super::schedule::{prepared_keys, schedule};
use super::*;
use crate::lag::{OperationShare, OperationType, SizeShare};

fn asked(operations: &str, count: u64) -> LagSettings {
    LagSettings {
        rate: 100.0,
        length: Length::Count(count),
        operations: OperationShare::mix(operations).unwrap(),
        sizes: SizeShare::mix("1KiB:9,1MiB:1").unwrap(),
        prefixes: 3,
        ..LagSettings::default()
    }
}

#[test]
fn one_seed_makes_one_schedule_and_every_slot_has_one_write() {
    let asked = asked("put,copy", 1_000);
    let writes = schedule(&asked, 7);
    assert_eq!(writes, schedule(&asked, 7));
    assert_ne!(writes, schedule(&asked, 8));
    for (number, write) in writes.iter().enumerate() {
        let slot = (write.after.as_secs_f64() * 100.0) as usize;
        assert_eq!(slot, number, "seed 7: {write:?}");
    }
    let large = writes.iter().filter(|write| write.size == 1 << 20).count();
    assert!(
        (60..140).contains(&large),
        "{large} of 1,000 are large, seed 7"
    );
}

#[test]
fn what_needs_an_object_has_one_prepared() {
    let writes = schedule(
        &asked("overwrite,delete-marker,tag-change,copy,put", 500),
        7,
    );
    for write in &writes {
        let needs = write.needs().is_some();
        let fresh = matches!(
            write.operation,
            OperationType::Put | OperationType::Multipart
        );
        assert_ne!(needs, fresh, "{write:?}");
    }
    let listed = prepared_keys(&writes);
    assert!(
        listed.iter().all(|key| key.starts_with("lag-")),
        "{listed:?}"
    );
}

#[test]
fn what_leaves_nothing_for_looks_is_refused() {
    let with = |change: fn(&mut LagSettings)| {
        let mut asked = asked("put", 100);
        change(&mut asked);
        asked.check(7).unwrap_err().to_string()
    };
    assert!(with(|a| a.rate = 0.0).contains("--rate 0"));
    assert!(
        with(|a| a.max_requests_per_second = Some(100)).contains("--max-requests-per-second 100")
    );
    assert!(with(|a| a.request_budget = Some(100)).contains("--request-budget 100"));
    assert!(with(|a| a.length = Length::Count(0)).contains("--count"));
}
