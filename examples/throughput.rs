//! Puts a second with replication, on the embedded pair and on each target that is named, in one run:
//! `cargo run --release --example throughput -- localstack`.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bucketpair::config::{Variables, environment};
use bucketpair::fixture::BucketPair;

const PUTS: usize = 1_000;
const CLIENTS: usize = 16;
const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it prints figures")]
async fn main() -> Result<(), Box<dyn Error>> {
    let named = std::env::args().skip(1);
    for target in std::iter::once("emulator".to_owned()).chain(named) {
        let variables = Variables::read(environment())?;
        let settings = variables.settings_below(Some(&target))?;
        let began = Instant::now();
        let pair = Box::pin(BucketPair::start_with(&settings)).await?;
        let ready = began.elapsed();
        let began = Instant::now();
        put(&pair).await?;
        let rate = PUTS as f64 / began.elapsed().as_secs_f64();
        let behind = Instant::now();
        tokio::time::timeout(DEADLINE, arrived(&pair)).await??;
        println!(
            "{target}: {rate:.0} put/s by {CLIENTS} clients, the last replica {:.0?} later, pair ready after {ready:.1?}",
            behind.elapsed()
        );
        pair.tear_down().await?;
    }
    Ok(())
}

async fn put(pair: &BucketPair) -> Result<(), Box<dyn Error>> {
    let (client, bucket) = (
        pair.source_client().clone(),
        Arc::new(pair.source().to_owned()),
    );
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..CLIENTS {
        let (client, bucket) = (client.clone(), Arc::clone(&bucket));
        clients.spawn(async move {
            for put in (number..PUTS).step_by(CLIENTS) {
                let body = vec![0; 1024].into();
                let object = client
                    .put_object()
                    .bucket(bucket.as_str())
                    .key(format!("k{put}"));
                object.body(body).send().await?;
            }
            Ok::<_, aws_sdk_s3::Error>(())
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok(())
}

async fn arrived(pair: &BucketPair) -> Result<(), Box<dyn Error>> {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    loop {
        tick.tick().await;
        let list = pair.destination_client().list_objects_v2();
        let list = list.bucket(pair.destination()).prefix("k");
        if list.send().await?.contents().len() == PUTS {
            return Ok(());
        }
    }
}
