//! What holds replication up without failing it, through the pair's own control.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bucketpair::emulator::{Delay, Emulator, Settings};

use super::{HERE, THERE, client, put, refusal, replicate, rule, versioned};

const DELAY: Duration = Duration::from_secs(10);

struct World {
    emulator: Emulator,
    here: Client,
    there: Client,
}

async fn world() -> World {
    let emulator = Emulator::new(Settings::default().with_delay(Delay::Constant(DELAY)));
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    versioned(&here, "source", HERE).await;
    versioned(&there, "destination", THERE).await;
    replicate(&here, "source", vec![rule(1, "destination")]).await;
    World {
        emulator,
        here,
        there,
    }
}

impl World {
    async fn control(&self, bucket: &str, document: &str) {
        let body = ByteStream::from(document.as_bytes().to_vec());
        let put = self.here.put_object().bucket("_bucketpair");
        let put = put.key(format!("buckets/{bucket}")).body(body);
        put.send().await.unwrap();
    }

    async fn status(&self, key: &str) -> String {
        let head = self.here.head_object().bucket("source").key(key);
        let status = head.send().await.unwrap().replication_status;
        status.map_or_else(String::new, |status| status.as_str().to_owned())
    }

    async fn is_there(&self, key: &str) -> bool {
        let head = self.there.head_object().bucket("destination").key(key);
        head.send().await.is_ok()
    }

    async fn settle(&self) {
        while self.emulator.pending() > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// R-TIME-13.
#[tokio::test(start_paused = true)]
async fn a_pause_keeps_pending_for_a_day_and_loses_nothing() {
    let world = world().await;
    world.control("source", r#"{"paused": true}"#).await;
    put(&world.here, "source", "k", "body").await;
    tokio::time::sleep(Duration::from_hours(24)).await;
    assert_eq!(world.status("k").await, "PENDING");
    assert!(!world.is_there("k").await);
    world.control("source", r#"{"paused": false}"#).await;
    world.settle().await;
    assert_eq!(world.status("k").await, "COMPLETED");
    assert!(world.is_there("k").await);
}

/// R-STATUS-09.
#[tokio::test(start_paused = true)]
async fn an_outage_of_the_destination_keeps_pending_and_clients_reach_it() {
    let world = world().await;
    world.control("destination", r#"{"away": true}"#).await;
    put(&world.here, "source", "k", "body").await;
    put(&world.there, "destination", "own", "body").await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(world.status("k").await, "PENDING");
    assert!(world.is_there("own").await && !world.is_there("k").await);
    world.control("destination", r#"{"away": false}"#).await;
    world.settle().await;
    assert_eq!(world.status("k").await, "COMPLETED");
}

/// R-STATUS-09: each 503 costs another delay.
#[tokio::test(start_paused = true)]
async fn three_503s_delay_a_replica_three_times() {
    let world = world().await;
    world.control("destination", r#"{"slow-downs": 3}"#).await;
    let written = tokio::time::Instant::now();
    put(&world.here, "source", "k", "body").await;
    world.settle().await;
    assert_eq!(world.status("k").await, "COMPLETED");
    let lag = world.emulator.arrivals()[0].at - written;
    let wanted = DELAY * 4;
    assert!(
        lag >= wanted && lag < wanted + DELAY,
        "{lag:?}, not {wanted:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_control_names_what_it_does_not_know() {
    let world = world().await;
    let put = |bucket: &str, body: &'static [u8]| {
        let put = world.here.put_object().bucket("_bucketpair");
        let put = put.key(format!("buckets/{bucket}"));
        put.body(ByteStream::from_static(body)).send()
    };
    let unknown = put("source", br#"{"pauset": true}"#).await;
    assert_eq!(refusal(unknown), (400, "InvalidRequest".to_owned()));
    let nowhere = put("nowhere", br#"{"paused": true}"#).await;
    assert_eq!(refusal(nowhere), (404, "NoSuchBucket".to_owned()));
    let get = world.here.get_object().bucket("_bucketpair");
    let answer = get.key("buckets/source").send().await.unwrap();
    let body = answer.body.collect().await.unwrap().into_bytes();
    let trouble: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let nothing = serde_json::json!({"paused": false, "away": false, "slow-downs": 0});
    assert_eq!(trouble, nothing);
}
