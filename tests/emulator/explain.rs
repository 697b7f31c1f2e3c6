//! Why an object of the embedded pair is, or is not, at the destination.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus,
    StorageClass, Tag, Tagging,
};
use bucketpair::emulator::{ACCESS_KEY_ID, Delay, Emulator, SECRET_ACCESS_KEY, Settings};
use bucketpair::explain::{AtDestination, Explanation, Remedy, explain, read};
use bucketpair::target::{Keys, Target, in_process};
use rstest::rstest;

use super::{HERE, THERE, client, put, replicate, rule, versioned, versioning};

const DELAY: Duration = Duration::from_secs(5);

/// `source` in one region, `destination` in the other.
pub(super) struct Pair {
    pub(super) emulator: Emulator,
    pub(super) here: Client,
    pub(super) there: Client,
    pub(super) target: Target,
}

impl Pair {
    pub(super) async fn with(rules: Vec<ReplicationRule>) -> Self {
        let emulator = Emulator::new(Settings::default().with_delay(Delay::Constant(DELAY)));
        let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
        versioned(&here, "source", HERE).await;
        versioned(&there, "destination", THERE).await;
        if !rules.is_empty() {
            replicate(&here, "source", rules).await;
        }
        let clients = [HERE, THERE].map(|region| Some(emulator.http_client(region)));
        let [source, destination] = clients;
        let urls = ("http://localhost".to_owned(), "http://localhost".to_owned());
        let regions = (HERE.to_owned(), THERE.to_owned());
        let keys = Keys::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        let mut target = in_process(
            "emulator",
            source,
            destination,
            urls,
            regions,
            &keys,
            "test",
        );
        target.is_an_embedded_pair();
        Self {
            emulator,
            here,
            there,
            target,
        }
    }

    pub(super) async fn settle(&self) {
        while self.emulator.pending() > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    pub(super) async fn explain(&self, key: &str) -> Explanation {
        let address = format!("s3://source/{key}").parse().unwrap();
        explain(&Box::pin(read(&self.target, &address)).await.unwrap())
    }

    /// The one destination.
    pub(super) async fn at(&self, key: &str) -> AtDestination {
        self.explain(key).await.destinations.remove(0)
    }
}

fn assert_says(at: &AtDestination, remedy: Remedy, rule: &str, words: &[&str]) {
    assert_eq!(at.remedy, remedy, "{at:#?}");
    assert!(at.rule_ids.contains(&rule), "expected {rule} in {at:#?}");
    let all = format!("{at:?}");
    for word in words {
        assert!(all.contains(word), "expected {word:?} in {at:#?}");
    }
}

fn filtered(filter: ReplicationRuleFilter) -> ReplicationRule {
    let mut rule = rule(1, "destination");
    rule.filter = Some(filter);
    rule
}

fn tag() -> Tag {
    Tag::builder().key("team").value("a").build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_object_waits_and_then_is_in_place() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    put(&pair.here, "source", "k", "body").await;
    assert_says(
        &pair.at("k").await,
        Remedy::Wait,
        "R-STATUS-09",
        &["nothing"],
    );
    pair.settle().await;
    let at = pair.at("k").await;
    assert_says(
        &at,
        Remedy::Nothing,
        "R-STATUS-01",
        &["the replica, with the same"],
    );
}

/// R-CFG-19, R-STATUS-10.
#[tokio::test(start_paused = true)]
async fn a_failed_object_names_the_suspended_destination() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    versioning(
        &pair.there,
        "destination",
        BucketVersioningStatus::Suspended,
    )
    .await;
    put(&pair.here, "source", "k", "body").await;
    pair.settle().await;
    let explained = pair.explain("k").await;
    assert_eq!(explained.exit_code() as u8, 1);
    let words = [
        "S3 says DstBucketUnversioned",
        "FAILED is final",
        "DestinationUnversioned",
        "enable versioning",
    ];
    assert_says(
        &explained.destinations[0],
        Remedy::FixThenRewrite,
        "R-STATUS-10",
        &words,
    );
    // Mended, the object stays FAILED, and the cause is gone.
    versioning(&pair.there, "destination", BucketVersioningStatus::Enabled).await;
    let at = pair.at("k").await;
    assert_says(&at, Remedy::Batch, "R-IAM-09", &["mended since"]);
}

/// R-RULE-08.
#[tokio::test(start_paused = true)]
async fn a_filter_with_a_typo_is_named() {
    let filter = ReplicationRuleFilter::builder().prefix("lgos/").build();
    let pair = Pair::with(vec![filtered(filter)]).await;
    put(&pair.here, "source", "logs/a", "body").await;
    let explained = pair.explain("logs/a").await;
    assert!(
        explained.rules[0].why.contains("is it a typo?"),
        "{explained:#?}"
    );
    let at = &explained.destinations[0];
    assert_says(at, Remedy::FixThenRewrite, "R-STATUS-02", &["nothing"]);
}

/// R-RULE-10.
#[tokio::test(start_paused = true)]
async fn a_tag_that_was_added_later_is_named() {
    let filter = ReplicationRuleFilter::builder().tag(tag()).build();
    let pair = Pair::with(vec![filtered(filter)]).await;
    put(&pair.here, "source", "k", "body").await;
    let missing = pair.explain("k").await;
    assert!(
        missing.rules[0].why.contains("has no tag team"),
        "{missing:#?}"
    );
    let tagging = Tagging::builder().tag_set(tag()).build().unwrap();
    let put = pair.here.put_object_tagging().bucket("source").key("k");
    put.tagging(tagging).send().await.unwrap();
    let at = pair.at("k").await;
    assert_says(
        &at,
        Remedy::Batch,
        "R-RULE-10",
        &["added after it was written"],
    );
}

/// R-NOT-01.
#[tokio::test(start_paused = true)]
async fn an_object_that_is_older_than_the_rule_is_named() {
    let pair = Pair::with(Vec::new()).await;
    put(&pair.here, "source", "k", "body").await;
    let none = pair.explain("k").await;
    assert_says(
        &none.destinations[0],
        Remedy::FixThenRewrite,
        "R-CFG-08",
        &[],
    );
    replicate(&pair.here, "source", vec![rule(1, "destination")]).await;
    let at = pair.at("k").await;
    assert_says(&at, Remedy::Batch, "R-NOT-01", &["older than the rule"]);
}

/// R-RULE-16.
#[tokio::test(start_paused = true)]
async fn a_disabled_rule_is_named() {
    let mut off = rule(1, "destination");
    off.status = ReplicationRuleStatus::Disabled;
    let pair = Pair::with(vec![off]).await;
    put(&pair.here, "source", "k", "body").await;
    let explained = pair.explain("k").await;
    assert!(
        explained.rules[0].why.contains("it is disabled"),
        "{explained:#?}"
    );
    let at = &explained.destinations[0];
    assert_says(
        at,
        Remedy::FixThenRewrite,
        "R-STATUS-02",
        &["EveryRuleDisabled"],
    );
}

/// R-NOT-03.
#[tokio::test(start_paused = true)]
async fn an_archived_object_is_named() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let put = pair.here.put_object().bucket("source").key("k");
    put.storage_class(StorageClass::Glacier)
        .send()
        .await
        .unwrap();
    pair.settle().await;
    let at = pair.at("k").await;
    assert_says(
        &at,
        Remedy::FixThenRewrite,
        "R-NOT-03",
        &["GLACIER", "restore it"],
    );
}

/// R-DEL-01, and what a marker at the destination hides.
#[tokio::test(start_paused = true)]
async fn delete_markers_are_named_on_both_sides() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let version = put(&pair.here, "source", "k", "body").await.unwrap();
    pair.settle().await;
    let delete = |client: &Client, bucket| client.delete_object().bucket(bucket).key("k").send();
    delete(&pair.here, "source").await.unwrap();
    let at = pair.at("k").await;
    assert_says(
        &at,
        Remedy::FixThenRewrite,
        "R-DEL-01",
        &["stay at the source"],
    );
    delete(&pair.there, "destination").await.unwrap();
    let at = pair.at(&format!("k?versionId={version}")).await;
    assert_says(&at, Remedy::Nothing, "R-NOT-12", &["a plain GET is 404"]);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_was_deleted_by_its_version_is_named() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let version = put(&pair.here, "source", "k", "body").await.unwrap();
    pair.settle().await;
    let delete = pair.there.delete_object().bucket("destination").key("k");
    delete.version_id(version).send().await.unwrap();
    assert_says(
        &pair.at("k").await,
        Remedy::Rewrite,
        "R-NOT-09",
        &["the replica is gone"],
    );
}

#[rstest]
#[case::no_key("s3://source/none", "is its name right?")]
#[case::no_version("s3://source/k?versionId=none", "the key has one version")]
#[case::no_bucket("s3://nowhere/k", "no bucket nowhere")]
#[tokio::test(start_paused = true)]
async fn what_is_not_at_the_source_is_a_usage_error(#[case] address: &str, #[case] word: &str) {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    put(&pair.here, "source", "k", "body").await;
    let address = address.parse().unwrap();
    let error = Box::pin(read(&pair.target, &address)).await.unwrap_err();
    assert_eq!(error.exit_code() as u8, 2, "{error}");
    assert!(error.to_string().contains(word), "{error}");
}
