//! Changes of rules on servers that are late, or have their own mind.

use super::*;
use crate::provision::fake::{self, calls};
use crate::provision::{DEFAULT_ROLE, Ledger, Request, provision};
use crate::target::fake::Asked;

fn request() -> Request {
    Request {
        rules: vec![Rule::new("everything")],
        ..Request::new("a-test")
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_rules_waits_until_it_is_read() {
    let reads = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let (target, world, log) = fake::s3(|_| None);
    let pair = provision(
        &target,
        &request(),
        &Ledger::in_memory("run-1", "2030-01-01T00:00:00Z"),
    )
    .await
    .unwrap();
    let source = pair.bucket(Side::Source).to_owned();
    let old = world.lock().unwrap()[&source].documents["replication"].clone();
    let (old_world, counted) = (std::sync::Arc::clone(&world), std::sync::Arc::clone(&reads));
    let stale = move |asked: &Asked| {
        let read = asked.method == "GET" && asked.query.contains("replication");
        let count = counted.fetch_add(u32::from(read), std::sync::atomic::Ordering::SeqCst);
        (read && count < 12).then(|| (200, old.clone()))
    };
    let (slow, slow_world, _) = fake::s3(stale);
    slow_world
        .lock()
        .unwrap()
        .clone_from(&old_world.lock().unwrap());
    let rules = [Rule::new("everything").disabled()];
    configure(&slow, &pair, Side::Source, &rules, DEFAULT_ROLE)
        .await
        .unwrap();
    assert_eq!(reads.load(std::sync::atomic::Ordering::SeqCst), 14);
    assert!(calls(&log, &source).len() > 8);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_alters_rules_is_believed_when_it_sticks_to_it() {
    let (target, _, _) = fake::s3(|asked| {
        let read = asked.method == "GET" && asked.query.contains("replication");
        let rule = "<Rule><ID>everything</ID><Status>Enabled</Status><Filter/><Destination><Bucket>b</Bucket></Destination></Rule>";
        read.then(|| {
            (
                200,
                format!(
                    "<ReplicationConfiguration><Role>r</Role>{rule}</ReplicationConfiguration>"
                ),
            )
        })
    });
    provision(
        &target,
        &request(),
        &Ledger::in_memory("run-1", "2030-01-01T00:00:00Z"),
    )
    .await
    .unwrap();
}
