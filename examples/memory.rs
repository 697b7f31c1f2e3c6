//! Memory of the embedded pair: bytes per small object above its payload, and growth during a
//! 1 GiB upload. Linux only: it reads `/proc/self/statm`. Run it with `just memory`.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bucketpair::history::Side;
use bucketpair::provision::{Ledger, Request, provision};
use bucketpair::replication::Rule;
use bucketpair::runner::{Settings, open};
use tokio::task::JoinSet;

const OBJECTS: u64 = 50_000;
const PAYLOAD: u64 = 1024;

/// Resident bytes of this process.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}

async fn put_many(client: &Client, bucket: &str, from: u64, count: u64) {
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let (client, bucket) = (client.clone(), bucket.to_owned());
        tasks.spawn(async move {
            for index in (from + task..from + count).step_by(64) {
                let body = ByteStream::from(vec![7; PAYLOAD as usize]);
                let put = client
                    .put_object()
                    .bucket(&bucket)
                    .key(format!("{index:08}"))
                    .body(body);
                put.send().await.expect("put");
            }
        });
    }
    tasks.join_all().await;
}

/// The largest resident size while `work` goes on.
async fn peak(work: impl Future<Output = ()>) -> u64 {
    let (most, done) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let watcher = {
        let (most, done) = (Arc::clone(&most), Arc::clone(&done));
        std::thread::spawn(move || {
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        })
    };
    work.await;
    done.store(true, Ordering::Relaxed);
    watcher.join().expect("the watcher ends");
    most.load(Ordering::Relaxed)
}

#[tokio::main]
async fn main() {
    let opened = open(&Settings::default())
        .await
        .expect("the embedded pair opens");
    let mut request = Request::new("memory");
    request.rules = vec![Rule::new("everything")];
    let pair = provision(
        &opened.target,
        &request,
        &Ledger::in_memory("run", "2100-01-01T00:00:00Z"),
    )
    .await
    .expect("provisioned");
    let (client, bucket) = (&opened.target.source.client, pair.bucket(Side::Source));
    put_many(client, bucket, 0, 2_000).await;
    let before = resident();
    put_many(client, bucket, 2_000, OBJECTS).await;
    let (emulator, _) = opened.emulator.as_ref().expect("it is embedded");
    while emulator.pending() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let each = resident().saturating_sub(before) / OBJECTS;
    println!(
        "{OBJECTS} objects of {PAYLOAD} B, each with a replica: {} B over the payload an object",
        each.saturating_sub(PAYLOAD)
    );
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    for _ in 0..1024 {
        file.write_all(&vec![7; 1 << 20]).expect("written");
    }
    let before = resident();
    let most = peak(Box::pin(async {
        let body = ByteStream::from_path(file.path()).await.expect("opened");
        client
            .put_object()
            .bucket(bucket)
            .key("large")
            .body(body)
            .send()
            .await
            .expect("put");
    }))
    .await;
    println!(
        "1 GiB in one put: {} MiB of growth",
        most.saturating_sub(before) >> 20
    );
}
