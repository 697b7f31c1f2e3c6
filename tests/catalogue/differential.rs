//! The same seeded writes on the embedded pair and on `LocalStack` end in the same state.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, ObjectIdentifier, ReplicationStatus, Tag, Tagging};
use bucketpair::history::Side;
use bucketpair::replication::Rule;
use bucketpair::runner::{self, Settings, Stage};
use bucketpair::scenario::Scenario;
use bucketpair::workload::Step;
use libtest_mimic::Failed;
use sha2::{Digest, Sha256};

const STEPS: usize = 60;
const KEYS: [&str; 5] = ["in/a", "in/b", "in/ü +%", "out/a", "inner"];
const DEADLINE: Duration = Duration::from_secs(30);

/// Key → its versions, newest first, in words that name no version ID.
type State = BTreeMap<String, Vec<String>>;

/// Runs the seeded writes on both and compares source and destination.
pub(super) async fn same(localstack: Settings, seed: u64) -> Result<(), Failed> {
    let mut embedded = Settings::default();
    embedded.seed = seed;
    let mut ends = Vec::new();
    for settings in [embedded, localstack] {
        let opened = runner::open(&settings).await?;
        let scenario = Scenario::new("differential", "seeded writes").with_rules(rules(0));
        let mut stage = Stage::set(&opened, &settings, &scenario).await?;
        let pair = Pair {
            here: opened.target.source.client.clone(),
            there: opened.target.destination.client.clone(),
            source: stage.bucket(Side::Source).to_owned(),
            destination: stage.bucket(Side::Destination(0)).to_owned(),
        };
        let labels = pair.write(&mut stage, seed).await?;
        ends.push(pair.end(&labels).await?);
        let left = [
            stage.remove().await,
            opened.close().await.into_iter().collect(),
        ]
        .concat();
        if !left.is_empty() {
            return Err(format!("left behind: {}", left.join("; ")).into());
        }
    }
    let difference = difference(&ends[0].0, &ends[1].0) + &difference(&ends[0].1, &ends[1].1);
    match difference.is_empty() {
        true => Ok(()),
        false => Err(format!("seed {seed}, source then destination:{difference}").into()),
    }
}

/// The configurations that the writes meet, one after the other.
fn rules(number: usize) -> Vec<Rule> {
    let inside = Rule::new("in").with_prefix("in").with_delete_markers();
    let outside = Rule::new("out").with_prefix("out/").with_priority(2);
    let colder = Rule::new("colder").with_prefix("in/").with_priority(3);
    match number % 3 {
        0 => vec![inside],
        1 => vec![inside.disabled(), outside],
        _ => vec![inside, colder.with_storage_class("STANDARD_IA")],
    }
}

/// The keys that differ, as the embedded pair and as `LocalStack` have them.
fn difference(embedded: &State, localstack: &State) -> String {
    let keys: BTreeSet<&String> = embedded.keys().chain(localstack.keys()).collect();
    let differs = |key: &&String| embedded.get(*key) != localstack.get(*key);
    let show = |key: &String| {
        let (one, other) = (embedded.get(key), localstack.get(key));
        format!("\n{key}: embedded {one:#?}, LocalStack {other:#?}")
    };
    keys.into_iter().filter(differs).map(show).collect()
}

struct Pair {
    here: Client,
    there: Client,
    source: String,
    destination: String,
}

impl Pair {
    /// Writes, and names each version by its step.
    async fn write(&self, stage: &mut Stage, seed: u64) -> Result<HashMap<String, String>, Failed> {
        let (mut labels, mut configurations) = (HashMap::new(), 0);
        let mut written: Vec<(&str, String)> = Vec::new();
        for step in 0..STEPS {
            let random = Sha256::digest(format!("{seed}-{step}"));
            let key = KEYS[usize::from(random[0]) % KEYS.len()];
            let one = usize::from(random[1]).checked_rem(written.len());
            let made = match (random[2] % 10, one) {
                (0, _) => Some((self.delete(key).await?, true)),
                (1, Some(one)) => {
                    let (key, version) = written.swap_remove(one);
                    self.settle(key, &version).await?;
                    let gone = self.here.delete_object().bucket(&self.source).key(key);
                    gone.version_id(version).send().await?;
                    None
                }
                (2, Some(one)) => {
                    // No status shows when later tags have travelled (R-STATUS-14), so a version
                    // that has some is not deleted.
                    let (key, version) = written.swap_remove(one);
                    self.tag(key, &version, step).await?;
                    None
                }
                (3, _) => {
                    for (key, marker) in self.delete_many(&KEYS[1..4]).await? {
                        labels.insert(marker, format!("step {step} {key}"));
                    }
                    None
                }
                (4, _) => {
                    configurations += 1;
                    let rules = rules(configurations);
                    stage.step(&Step::Configure { rules }).await?;
                    None
                }
                _ => Some((self.put(key, &random, step).await?, false)),
            };
            if let Some((version, is_marker)) = made {
                labels.insert(version.clone(), format!("step {step}"));
                if !is_marker {
                    written.push((key, version));
                }
            }
        }
        Ok(labels)
    }

    async fn put(&self, key: &str, random: &[u8], step: usize) -> Result<String, Failed> {
        let put = self.here.put_object().bucket(&self.source).key(key);
        let put = put
            .body(random.to_vec().into())
            .metadata("step", step.to_string());
        let put = put.set_tagging(random[3].is_multiple_of(2).then(|| format!("step={step}")));
        let version = put.send().await?.version_id;
        Ok(version.ok_or("a put gave no version ID")?)
    }

    async fn delete(&self, key: &str) -> Result<String, Failed> {
        let delete = self.here.delete_object().bucket(&self.source).key(key);
        let version = delete.send().await?.version_id;
        Ok(version.ok_or("a delete made no marker")?)
    }

    /// Keys with the markers that one call made.
    async fn delete_many(&self, keys: &[&str]) -> Result<Vec<(String, String)>, Failed> {
        let object = |key: &&str| ObjectIdentifier::builder().key(*key).build();
        let objects = keys.iter().map(object).collect::<Result<_, _>>()?;
        let delete = Delete::builder().set_objects(Some(objects)).build()?;
        let sent = self.here.delete_objects().bucket(&self.source);
        let answer = sent.delete(delete).send().await?;
        let made = answer.deleted().iter().map(|one| {
            let marker = one.delete_marker_version_id().map(str::to_owned);
            let marker = marker.ok_or("a key was deleted without a marker")?;
            Ok((one.key().unwrap_or_default().to_owned(), marker))
        });
        made.collect()
    }

    async fn tag(&self, key: &str, version: &str, step: usize) -> Result<(), Failed> {
        let tag = Tag::builder().key("late").value(step.to_string()).build()?;
        let put = self.here.put_object_tagging().bucket(&self.source).key(key);
        let tagging = Tagging::builder().tag_set(tag).build()?;
        put.version_id(version).tagging(tagging).send().await?;
        Ok(())
    }

    /// Waits until a version is no longer PENDING: one deleted before it was copied is lost.
    async fn settle(&self, key: &str, version: &str) -> Result<(), Failed> {
        let settled = async {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            loop {
                tick.tick().await;
                let head = self.here.head_object().bucket(&self.source).key(key);
                let head = head.version_id(version).send().await?;
                if head.replication_status != Some(ReplicationStatus::Pending) {
                    return Ok(());
                }
            }
        };
        tokio::time::timeout(DEADLINE, settled).await?
    }

    /// Both sides once the destination has what travels: equal lists, twice in a row.
    async fn end(&self, labels: &HashMap<String, String>) -> Result<(State, State), Failed> {
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        let mut before: Option<(State, State)> = None;
        let waited = async {
            loop {
                tick.tick().await;
                let here = state(&self.here, &self.source, labels).await?;
                let there = state(&self.there, &self.destination, labels).await?;
                let pending = here.values().flatten().any(|one| one.contains("Pending"));
                let now = (here, there);
                if !pending && before.as_ref() == Some(&now) {
                    return Ok(now);
                }
                before = Some(now);
            }
        };
        tokio::time::timeout(DEADLINE, waited).await?
    }
}

/// Every version of our keys: step, hash, `ETag`, status, metadata and tags.
async fn state(
    client: &Client,
    bucket: &str,
    labels: &HashMap<String, String>,
) -> Result<State, Failed> {
    let listed = client.list_object_versions().bucket(bucket).send().await?;
    let label = |id: Option<&str>| labels.get(id.unwrap_or_default()).cloned();
    let mut state = State::new();
    let ours = |key: Option<&str>| key.is_some_and(|key| KEYS.contains(&key));
    for version in listed.versions().iter().filter(|v| ours(v.key())) {
        let (key, id) = (version.key().unwrap_or_default(), version.version_id());
        let get = client.get_object().bucket(bucket).key(key);
        let got = get.set_version_id(id.map(Into::into)).send().await?;
        let (etag, status) = (
            got.e_tag().map(str::to_owned),
            got.replication_status().cloned(),
        );
        let metadata = got.metadata().cloned();
        let class = got.storage_class().map(|class| class.as_str().to_owned());
        let hash = Sha256::digest(got.body.collect().await?.into_bytes());
        let hash = hex(&hash);
        let tags = client.get_object_tagging().bucket(bucket).key(key);
        let tags = tags
            .set_version_id(id.map(Into::into))
            .send()
            .await?
            .tag_set;
        let latest = version.is_latest();
        let words = format!(
            "{:?} {hash} {etag:?} {status:?} {metadata:?} {class:?} {tags:?} {latest:?}",
            label(id)
        );
        state.entry(key.to_owned()).or_default().push(words);
    }
    let markers = listed.delete_markers().iter();
    for marker in markers.filter(|m| ours(m.key())) {
        let words = format!(
            "{:?} marker {:?}",
            label(marker.version_id()),
            marker.is_latest()
        );
        state
            .entry(marker.key().unwrap_or_default().to_owned())
            .or_default()
            .push(words);
    }
    Ok(state)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
