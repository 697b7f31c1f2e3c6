//! The same seeded writes on the embedded pair and on `LocalStack` end in the same state.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use aws_sdk_s3::types::ServerSideEncryption::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bucketpair::history::Side;
use bucketpair::replication::{BucketSetting, Rule};
use bucketpair::runner::{self, Opened, Settings, Stage};
use bucketpair::scenario::Scenario;
use bucketpair::target::read_own;
use bucketpair::workload::{Lifecycle, Step};
use libtest_mimic::Failed;
use sha2::{Digest, Sha256};

#[path = "differential/writes.rs"]
mod writes;

const STEPS: usize = 80;
const KEYS: [&str; 5] = ["in/a", "in/b", "in/ü +%", "out/a", "inner"];
const SOURCE: &str = "ap-northeast-1";
const DESTINATION: &str = "us-east-1";
const DEADLINE: Duration = Duration::from_secs(30);

/// Where and when both have to be equal.
const ENDS: [&str; 7] = [
    "failures",
    "source",
    "destination",
    "source after 5 days",
    "destination after 5 days",
    "source after 22 days",
    "destination after 22 days",
];

/// Key → its versions, newest first, in words that name no version ID.
type State = BTreeMap<String, Vec<String>>;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What each version is called: by the step that wrote it.
type Labels = HashMap<String, String>;

/// Runs the seeded writes on both and compares source and destination.
pub(super) async fn same(localstack: Settings, seed: u64) -> std::result::Result<(), Failed> {
    let mut embedded = Settings::default();
    embedded.seed = seed;
    let mut ends = Vec::new();
    for settings in [embedded, localstack] {
        let opened = runner::open(&settings).await?;
        let end = Box::pin(written(&opened, &settings, seed)).await;
        let left = opened.close().await;
        ends.push(end.map_err(|error| error.to_string())?);
        if let Some(left) = left {
            return Err(format!("left behind: {left}").into());
        }
    }
    let (embedded, localstack) = (&ends[0], &ends[1]);
    let mut told = String::new();
    for (end, (one, other)) in ENDS.iter().zip(embedded.iter().zip(localstack)) {
        let difference = difference(one, other);
        if !difference.is_empty() {
            let _ = write!(told, "\nat the {end}:{difference}");
        }
    }
    match told.is_empty() {
        true => Ok(()),
        false => Err(format!("seed {seed}{told}").into()),
    }
}

/// The ends of a pair of its own, after the seeded writes and after its lifecycles.
async fn written(opened: &Opened, settings: &Settings, seed: u64) -> Result<Vec<State>> {
    let scenario = Scenario::new("differential", "seeded writes").with_rules(rules(0));
    let mut stage = Stage::set(opened, settings, &scenario).await?;
    let pair = Pair {
        here: opened.target.source.client.clone(),
        there: opened.target.destination.client.clone(),
        source: stage.bucket(Side::Source).to_owned(),
        destination: stage.bucket(Side::Destination(0)).to_owned(),
    };
    let end = async {
        for side in [Side::Destination(0), Side::Source] {
            let lock = BucketSetting::ObjectLock { days: None };
            stage.step(&Step::set(side, lock)).await?;
            let open = BucketSetting::customer_keys();
            stage.step(&Step::set(side, open)).await?;
        }
        let labels = Box::pin(writes::write(&pair, &mut stage, seed)).await?;
        let (here, there) = pair.end(&labels).await?;
        let mut ends = vec![pair.failures(&labels).await?, here, there];
        // Sooner at the source than at the destination, where pairs begin with 21 days.
        let soon = Lifecycle::noncurrent(3).with_expired_markers();
        stage.step(&Step::lifecycle(soon)).await?;
        for days in [5, 17] {
            stage.step(&Step::advance(days)).await?;
            let (here, there) = pair.end(&labels).await?;
            ends.extend([here, there]);
        }
        Ok(ends)
    };
    let end = end.await;
    let left = stage.remove().await;
    match left.is_empty() {
        true => end,
        false => Err(format!("left behind: {}", left.join("; ")).into()),
    }
}

/// The configurations that the writes meet, one after the other. Under KMS the rule that opts in has
/// no rival; its key is not always enabled.
fn rules(number: usize) -> Vec<Rule> {
    let key = |name| kms_key(DESTINATION, name);
    let inside = Rule::new("in").with_prefix("in").with_delete_markers();
    let outside = Rule::new("out").with_prefix("out/").with_priority(2);
    let colder = Rule::new("colder").with_prefix("in/").with_priority(3);
    let colder = colder.with_storage_class("STANDARD_IA");
    match number % 3 {
        0 => vec![inside.with_replica_kms_key(key("enabled"))],
        1 => vec![inside.disabled(), outside],
        _ => vec![inside.with_replica_kms_key(key("disabled")), colder],
    }
}

/// A key that both have ready.
fn kms_key(region: &str, name: &str) -> String {
    format!("arn:aws:kms:{region}:000000000000:key/{name}")
}

/// What differs first of each key, as the embedded pair and as `LocalStack` have it.
fn difference(embedded: &State, localstack: &State) -> String {
    let keys: BTreeSet<&String> = embedded.keys().chain(localstack.keys()).collect();
    let show = |key: &String| {
        let versions = |state: &State| state.get(key).cloned().unwrap_or_default();
        let (one, other) = (versions(embedded), versions(localstack));
        let places = 0..one.len().max(other.len());
        let differs = |place: &usize| one.get(*place) != other.get(*place);
        let place = places.into_iter().find(differs)?;
        let (one, other) = (one.get(place), other.get(place));
        let place = place + 1;
        Some(format!(
            "\n{key}, version {place} from the top:\n  embedded   {one:?}\n  LocalStack {other:?}"
        ))
    };
    keys.into_iter().filter_map(show).collect()
}

struct Pair {
    here: Client,
    there: Client,
    source: String,
    destination: String,
}

impl Pair {
    /// Both sides once the destination has what travels: equal lists, twice in a row.
    async fn end(&self, labels: &Labels) -> Result<(State, State)> {
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

impl Pair {
    /// Why which version did not arrive, as S3's events would tell of it. What was deleted on its way
    /// depends on the moment, and is left out.
    async fn failures(&self, labels: &Labels) -> Result<State> {
        let path = format!("failures/{}", self.source);
        let told: serde_json::Value = read_own(&self.here, &path).await?;
        let mut failures = State::new();
        for record in told["Records"].as_array().into_iter().flatten() {
            let data = &record["replicationEventData"];
            let version = record["s3"]["object"]["versionId"].as_str();
            let label = version.and_then(|version| labels.get(version));
            if data["failureReason"] != "SrcVersionNotFound" {
                let words = format!("{} {}", data["s3Operation"], data["failureReason"]);
                let of_version = failures.entry(label.cloned().unwrap_or_default());
                of_version.or_default().push(words);
            }
        }
        Ok(failures)
    }
}

/// Every version of our keys, in the order in which they are listed.
async fn state(client: &Client, bucket: &str, labels: &Labels) -> Result<State> {
    let listed = client.list_object_versions().bucket(bucket).send().await?;
    let label = |id: &str| labels.get(id).cloned().unwrap_or_default();
    let mut state = State::new();
    for version in listed.versions() {
        let (key, id) = (version.key(), version.version_id());
        let (key, id) = (key.unwrap_or_default(), id.unwrap_or_default());
        if KEYS.contains(&key) {
            let label = label(id);
            let seen = seen(client, bucket, key, (id, &label)).await?;
            let words = format!("{label} {seen} {:?}", version.is_latest());
            state.entry(key.to_owned()).or_default().push(words);
        }
    }
    for marker in listed.delete_markers() {
        let (key, id) = (marker.key(), marker.version_id());
        let (key, id) = (key.unwrap_or_default(), id.unwrap_or_default());
        if KEYS.contains(&key) {
            let words = format!("{} marker {:?}", label(id), marker.is_latest());
            state.entry(key.to_owned()).or_default().push(words);
        }
    }
    Ok(state)
}

/// What a version is: its headers, its tags, and its bytes where the class lets them be read.
async fn seen(
    client: &Client,
    bucket: &str,
    key: &str,
    (id, label): (&str, &str),
) -> Result<String> {
    let (customer, md5) = writes::CUSTOMER_KEY;
    let is_shown = label.ends_with(writes::UNDER_CUSTOMER_KEY);
    let shown = |text: &str| is_shown.then(|| text.to_owned());
    let head = client.head_object().bucket(bucket).key(key).version_id(id);
    let head = head.set_sse_customer_algorithm(shown("AES256"));
    let head = head
        .set_sse_customer_key(shown(customer))
        .set_sse_customer_key_md5(shown(md5));
    let head = head.checksum_mode(ChecksumMode::Enabled).send().await?;
    let tags = client.get_object_tagging().bucket(bucket).key(key);
    let tags = tags.version_id(id).send().await?.tag_set;
    let hash = match head.storage_class() {
        Some(class) if class.as_str() == writes::ARCHIVED => "not read".to_owned(),
        _ => {
            let get = client.get_object().bucket(bucket).key(key).version_id(id);
            let get = get.set_sse_customer_algorithm(shown("AES256"));
            let get = get
                .set_sse_customer_key(shown(customer))
                .set_sse_customer_key_md5(shown(md5));
            let body = get.send().await?.body.collect().await?;
            hex(&Sha256::digest(body.into_bytes()))
        }
    };
    Ok(format!("{hash} {} {tags:?}", headers(&head)))
}

/// The headers that have to be equal on both.
fn headers(head: &HeadObjectOutput) -> String {
    let metadata = head.metadata().into_iter().flatten();
    let metadata: BTreeMap<_, _> = metadata.map(|(name, text)| (name, decoded(text))).collect();
    let system = (
        head.content_type(),
        head.cache_control(),
        head.content_disposition(),
        head.content_encoding(),
        head.content_language(),
        head.expires_string(),
    );
    let checksum = (
        head.checksum_crc32(),
        head.checksum_sha256(),
        head.checksum_type(),
    );
    let lock = (
        head.object_lock_mode(),
        head.object_lock_retain_until_date(),
        head.object_lock_legal_hold_status(),
    );
    let encryption = (
        head.server_side_encryption(),
        head.sse_customer_key_md5(),
        head.ssekms_key_id(),
        head.bucket_key_enabled(),
    );
    // Under a key of somebody's an ETag is no MD5, and may be anything.
    let etag = head.e_tag().filter(|_| encryption.0 == Some(&Aes256));
    let (size, class) = (head.content_length(), head.storage_class());
    let status = head.replication_status();
    format!(
        "{etag:?} {size:?} {status:?} {class:?} {encryption:?} {metadata:?} {system:?} \
         {checksum:?} {lock:?}"
    )
}

/// A value without its encoding (RFC 2047), of which there are two forms.
fn decoded(value: &str) -> String {
    let inner = value.strip_prefix("=?UTF-8?");
    let inner = inner.and_then(|inner| inner.strip_suffix("?=")?.split_once('?'));
    let bytes = match inner {
        Some(("B", text)) => BASE64.decode(text).ok(),
        Some(("Q", text)) => {
            let text = text.replace('_', " ").replace('%', "%25").replace('=', "%");
            Some(urlencoding::decode_binary(text.as_bytes()).into_owned())
        }
        _ => None,
    };
    bytes.map_or_else(
        || value.to_owned(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
