//! The embedded pair: how fast it is ready, serves, and replicates. Figures are of one machine
//! with client and server in one process; compare them within one run only.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bucketpair::emulator::{Emulator, Listen};
use bucketpair::replication::Rule;
use bucketpair::runner::{Opened, Settings, open};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const CLIENTS: usize = 64;

struct World {
    opened: Opened,
    source: String,
}

async fn world(rules: Vec<Rule>) -> World {
    use bucketpair::provision::{Ledger, Request, provision};

    let mut settings = Settings::default();
    settings.delay = Some("1ms".to_owned());
    let opened = open(&settings).await.expect("the embedded pair opens");
    let mut request = Request::new("bench");
    request.rules = rules;
    let pair = provision(
        &opened.target,
        &request,
        &Ledger::in_memory("run", "2100-01-01T00:00:00Z"),
    )
    .await
    .expect("provisioned");
    let source = pair.bucket(bucketpair::history::Side::Source).to_owned();
    World { opened, source }
}

/// `count` calls of `call`, by 64 clients at a time.
async fn many<F: Future<Output = ()> + Send + 'static>(
    client: &Client,
    bucket: &str,
    count: u64,
    call: fn(Client, String, u64) -> F,
) -> Duration {
    let slots = Arc::new(tokio::sync::Semaphore::new(CLIENTS));
    let began = Instant::now();
    let mut calls = JoinSet::new();
    for index in 0..count {
        let slot = Arc::clone(&slots)
            .acquire_owned()
            .await
            .expect("never closed");
        let call = call(client.clone(), bucket.to_owned(), index);
        calls.spawn(async move {
            call.await;
            drop(slot);
        });
    }
    calls.join_all().await;
    began.elapsed()
}

async fn put(client: Client, bucket: String, index: u64) {
    let body = ByteStream::from(vec![7; 1024]);
    let sent = client
        .put_object()
        .bucket(bucket)
        .key(format!("k{}", index % 1000))
        .body(body);
    sent.send().await.expect("put");
}

async fn head(client: Client, bucket: String, _: u64) {
    client
        .head_object()
        .bucket(bucket)
        .key("k0")
        .send()
        .await
        .expect("head");
}

fn throughput(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let plain = runtime.block_on(world(Vec::new()));
    let replicated = runtime.block_on(world(vec![Rule::new("everything")]));
    let client = |world: &World| world.opened.target.source.client.clone();
    runtime.block_on(put(client(&plain), plain.source.clone(), 0));
    let mut group = criterion.benchmark_group("embedded, 1 KiB, 64 clients");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    group.measurement_time(Duration::from_secs(4));
    for (name, world) in [("put", &plain), ("put, replicated", &replicated)] {
        group.bench_function(name, |bencher| {
            let (client, bucket) = (client(world), &world.source);
            bencher
                .to_async(&runtime)
                .iter_custom(|count| many(&client, bucket, count, put));
        });
    }
    group.bench_function("head", |bencher| {
        let (client, bucket) = (client(&plain), &plain.source);
        bencher
            .to_async(&runtime)
            .iter_custom(|count| many(&client, bucket, count, head));
    });
    group.finish();
}

fn ready(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    criterion.bench_function("embedded, ready", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let emulator = Emulator::new(bucketpair::emulator::Settings::default());
            emulator
                .listen(Listen::default())
                .await
                .expect("free ports")
        });
    });
}

/// From the acknowledgement of a put until HEAD finds the replica; the configured delay is 1 ms.
fn latency(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let world = runtime.block_on(world(vec![Rule::new("everything")]));
    let destination = world.source.replace("-s", "-d");
    let target = world.opened.target.clone();
    criterion.bench_function("embedded, replication of 1 KiB after 1 ms", |bencher| {
        bencher.to_async(&runtime).iter_custom(|count| {
            let (target, source, destination) =
                (target.clone(), world.source.clone(), destination.clone());
            async move {
                let mut total = Duration::ZERO;
                for _ in 0..count {
                    total += one_replication(&target, &source, &destination).await;
                }
                total
            }
        });
    });
}

async fn one_replication(
    target: &bucketpair::target::Target,
    source: &str,
    destination: &str,
) -> Duration {
    let body = ByteStream::from(vec![7; 1024]);
    let put = target
        .source
        .client
        .put_object()
        .bucket(source)
        .key("k")
        .body(body);
    let written = put.send().await.expect("put");
    let began = Instant::now();
    loop {
        let head = target
            .destination
            .client
            .head_object()
            .bucket(destination)
            .key("k");
        let head = head.set_version_id(written.version_id.clone());
        if head.send().await.is_ok() {
            return began.elapsed();
        }
    }
}

criterion_group!(benches, ready, throughput, latency);
criterion_main!(benches);
