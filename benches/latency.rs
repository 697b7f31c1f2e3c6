//! How long a replica takes after the acknowledgement, by operation and size: the overhead above
//! the configured delay, which is synthetic wherever the target is an emulator.
//!
//! On the embedded pair the end is the true arrival, which the pair stamps. Elsewhere it is the
//! receipt of the first answer that has the replica, so that up to a round trip and the pause
//! between two looks are in the figure. `BUCKETPAIR_TARGET` and the other variables choose the
//! target, AWS behind its guards: `BUCKETPAIR_TARGET=localstack cargo bench --bench latency`.
#![expect(clippy::print_stderr, reason = "it says what is measured")]

use std::collections::BTreeMap;
use std::time::Duration;

use bucketpair::config::{Variables, environment};
use bucketpair::emulator::Delay;
use bucketpair::history::{Journal, Recorder, Side};
use bucketpair::probe::{Probe, Schedule};
use bucketpair::replication::{Rule, Tags, VersionId};
use bucketpair::runner::{Opened, Stage, open};
use bucketpair::scenario::Scenario;
use bucketpair::workload::{Applied, Driver, How, Object, Write};
use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use tokio::time::Instant;

const DEADLINE: Duration = Duration::from_mins(20);
/// What the replicas of an emulator wait for, where nothing else is asked.
const DELAY: &str = "20ms";

/// What is done before the lag begins.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Put(u64),
    Multipart(u64),
    Copy(u64),
    DeleteMarker,
    TagChange,
}

const KINDS: [(&str, Kind); 7] = [
    ("put/1 KiB", Kind::Put(1 << 10)),
    ("put/64 KiB", Kind::Put(1 << 16)),
    ("put/1 MiB", Kind::Put(1 << 20)),
    ("multipart/8 MiB", Kind::Multipart(8 << 20)),
    ("copy/64 KiB", Kind::Copy(1 << 16)),
    ("delete marker", Kind::DeleteMarker),
    ("tag change", Kind::TagChange),
];

struct World {
    opened: Opened,
    stage: Stage,
    recorder: Recorder,
    driver: Driver,
    probe: Probe,
    /// What is taken off each lag.
    delay: Duration,
}

impl World {
    async fn new() -> Self {
        let variables = Variables::read(environment()).expect("known variables");
        let mut settings = variables.settings().expect("settings that make sense");
        settings.delay.get_or_insert_with(|| DELAY.to_owned());
        let opened = Box::pin(open(&settings)).await.expect("a target");
        let mut scenario = Scenario::new("latency", "how long a replica takes");
        scenario.rules = vec![Rule::new("everything").with_delete_markers()];
        let stage = Box::pin(Stage::set(&opened, &settings, &scenario));
        let stage = stage.await.expect("a pair that replicates");
        let plan = stage.history().plan;
        let prefix = plan.prefix.clone();
        let recorder = Recorder::begin(&Journal::in_memory(), plan);
        let sides = [Side::Source, Side::Destination(0)];
        let buckets = sides.map(|side| (side, stage.bucket(side).to_owned()));
        let buckets = BTreeMap::from(buckets);
        let (source, destination) = (&opened.target.source, &opened.target.destination);
        let clients = (source.client.clone(), destination.client.clone());
        let driver = Driver::new(
            recorder.clone(),
            clients.clone(),
            buckets.clone(),
            prefix,
            0,
        );
        let schedule = match opened.target.costs_nothing {
            true => Schedule::NEAR,
            false => Schedule::FAR,
        };
        let probe = Probe::new(recorder.clone(), clients, buckets, schedule);
        let constant = settings.delay.and_then(|delay| match delay.parse() {
            Ok(Delay::Constant(delay)) => Some(delay),
            _ => None,
        });
        let is_synthetic = opened.target.costs_nothing;
        let delay = constant.filter(|_| is_synthetic).unwrap_or_default();
        eprintln!(
            "{}: {}",
            opened.target.engine,
            match (is_synthetic, opened.emulator.is_some()) {
                (true, true) => format!("synthetic; overhead above {delay:?}, by the true arrival"),
                (true, false) => format!("synthetic; overhead above {delay:?}, by looks"),
                _ => "by looks".to_owned(),
            }
        );
        Self {
            opened,
            stage,
            recorder,
            driver,
            probe,
            delay,
        }
    }

    /// The lags of so many operations together, one after the other, without the delay.
    async fn total(&self, kind: Kind, count: u64) -> Duration {
        let mut total = Duration::ZERO;
        for number in 0..count {
            let key = format!("{}-{number}", uuid::Uuid::new_v4());
            self.prepare(kind, &key).await;
            let (applied, tagged) = self.apply(kind, &key).await;
            let arrived = self.arrived(&applied, tagged).await;
            let acknowledged = self.recorder.clock(applied.acknowledged);
            let lag = arrived.saturating_duration_since(acknowledged);
            total += lag.saturating_sub(self.delay);
        }
        total
    }

    async fn write(&self, key: &str, size: u64, how: How) -> Applied {
        let (label, key) = (key.to_owned(), key.to_owned());
        let write = Write {
            label,
            key,
            object: Object::sized(size),
            how,
        };
        self.driver.write(&write).await.expect("acknowledged")
    }

    /// What has to be there, and replicated, beforehand.
    async fn prepare(&self, kind: Kind, key: &str) {
        let prepared = match kind {
            Kind::Put(_) | Kind::Multipart(_) => return,
            Kind::Copy(size) => self.write(&format!("{key}-from"), size, How::Put).await,
            Kind::DeleteMarker | Kind::TagChange => self.write(key, 1 << 10, How::Put).await,
        };
        self.arrived(&prepared, None).await;
    }

    async fn apply(&self, kind: Kind, key: &str) -> (Applied, Option<(VersionId, Tags)>) {
        let how = match kind {
            Kind::Put(_) => How::Put,
            Kind::Multipart(_) => How::Multipart { part_size: 5 << 20 },
            Kind::Copy(_) => How::Copy {
                from: format!("{key}-from"),
            },
            Kind::DeleteMarker => {
                let deleted = self.driver.delete(key, key).await;
                return (deleted.expect("acknowledged"), None);
            }
            Kind::TagChange => {
                let version = self.driver.version(key).expect("it was prepared");
                let tags = Tags::from([("bench".to_owned(), "latency".to_owned())]);
                let full = self.driver.full_key(key);
                let tagged = self.driver.tag(key, &full, &version, &tags).await;
                return (tagged.expect("acknowledged"), Some((version, tags)));
            }
        };
        let (Kind::Put(size) | Kind::Multipart(size) | Kind::Copy(size)) = kind else {
            unreachable!("the others have returned")
        };
        (self.write(key, size, how).await, None)
    }

    /// When the effect was there: the truth, or the receipt of the look that had it.
    async fn arrived(&self, applied: &Applied, tagged: Option<(VersionId, Tags)>) -> Instant {
        if let Some((emulator, _)) = &self.opened.emulator {
            while emulator.pending() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let last = emulator.last_arrival().expect("something arrived");
            assert_eq!(last.key, applied.key, "nobody else writes");
            return last.at;
        }
        let (side, key) = (Side::Destination(0), applied.key.as_str());
        let until = Instant::now() + DEADLINE;
        let version = applied.outcome.version.as_ref();
        let there = match tagged {
            Some((version, tags)) => {
                self.probe
                    .until_tags(side, key, &version, &tags, until)
                    .await
            }
            None if applied.content.is_none() => {
                self.probe.until_marker(side, key, version, until).await
            }
            None => self.probe.until_present(side, key, version, until).await,
        };
        assert!(there, "{key} did not replicate within {DEADLINE:?}");
        Instant::now()
    }

    async fn close(mut self) {
        let left = Box::pin(self.stage.remove()).await;
        assert!(left.is_empty(), "left behind: {left:?}");
        Box::pin(self.opened.close()).await;
    }
}

fn latency(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let world = runtime.block_on(World::new());
    let mut group = criterion.benchmark_group("replication, above the delay");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(500));
    group.measurement_time(Duration::from_secs(3));
    for (name, kind) in KINDS {
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher
                .to_async(&runtime)
                .iter_custom(|count| world.total(kind, count));
        });
    }
    group.finish();
    runtime.block_on(world.close());
}

criterion_group!(benches, latency);
criterion_main!(benches);
