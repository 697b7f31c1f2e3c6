//! A pair that is somebody's: verbs that only look at it.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketVersioningStatus, EncryptionConfiguration, ServerSideEncryption, SourceSelectionCriteria,
    SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus, VersioningConfiguration,
};

use super::*;

/// A served pair with two buckets and a rule for every object.
pub(super) struct Pair {
    pub(super) served: Served,
    pub(super) source: String,
    pub(super) destination: String,
}

impl Pair {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let served = Served::start(arguments);
        let kept = served.run(&["run", "bucket-configuration", "--keep", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&kept.stdout).unwrap();
        let kept = report["kept"].as_array().unwrap();
        let side = |suffix: &str| {
            let mut names = kept.iter().map(|name| name.as_str().unwrap());
            names
                .find(|name| name.ends_with(suffix))
                .unwrap()
                .to_owned()
        };
        Self {
            source: side("-s"),
            destination: side("-d"),
            served,
        }
    }

    pub(super) fn client(&self) -> Client {
        client(&self.served.source, "ap-northeast-1")
    }

    pub(super) async fn put(&self, key: &str, body: &[u8]) {
        let body = ByteStream::from(body.to_vec());
        let put = self.client().put_object().bucket(&self.source).key(key);
        put.body(body).send().await.unwrap();
    }

    pub(super) async fn suspend_destination(&self) {
        let suspended = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Suspended)
            .build();
        let client = client(&self.served.destination, "us-east-1");
        let put = client.put_bucket_versioning().bucket(&self.destination);
        put.versioning_configuration(suspended)
            .send()
            .await
            .unwrap();
    }

    async fn put_under_kms(&self, key: &str, body: &'static [u8]) {
        let put = self.client().put_object().bucket(&self.source).key(key);
        let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
        let put = put.bucket_key_enabled(true);
        put.body(ByteStream::from_static(body))
            .send()
            .await
            .unwrap();
    }

    /// Lets the pair's rule send what is under KMS.
    async fn opt_in(&self) {
        let (client, key) = (
            self.client(),
            "arn:aws:kms:us-east-1:000000000000:key/enabled",
        );
        let get = client.get_bucket_replication().bucket(&self.source).send();
        let mut rules = get.await.unwrap().replication_configuration.unwrap();
        let rule = &mut rules.rules[0];
        let on = SseKmsEncryptedObjects::builder().status(SseKmsEncryptedObjectsStatus::Enabled);
        let criteria = SourceSelectionCriteria::builder();
        let criteria = criteria.sse_kms_encrypted_objects(on.build().unwrap());
        rule.source_selection_criteria = Some(criteria.build());
        let key = EncryptionConfiguration::builder().replica_kms_key_id(key);
        let destination = rule.destination.as_mut().unwrap();
        destination.encryption_configuration = Some(key.build());
        let put = client.put_bucket_replication().bucket(&self.source);
        put.replication_configuration(rules).send().await.unwrap();
    }

    /// A verb with this pair.
    pub(super) fn run(&self, verb: &str, arguments: &[&str]) -> Output {
        let pair = format!("{},{}", self.source, self.destination);
        let target = self.served.target();
        let mut all = vec![verb, "--target", &target, "--pair", &pair];
        all.extend(arguments);
        with_keys().args(all).output().unwrap()
    }
}

#[tokio::test]
async fn check_passes_for_a_copied_file_and_tells_what_is_wrong_with_others() {
    let pair = Pair::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (same, other, missing) = (file("same", "a"), file("other", "b"), file("missing", "c"));
    pair.put("in/same", b"a").await;
    pair.put("in/other", b"not b").await;
    let check = |files: &[&str]| {
        let arguments = [files, &["--prefix", "in/", "--deadline", "20s"]].concat();
        pair.run("check", &arguments)
    };
    expect(&check(&[&same]), 0, &["1 passed", "in/same"]);
    expect(
        &check(&[&same, &other]),
        1,
        &["1 passed, 1 failed", "source in/other@", "5 bytes"],
    );
    expect(
        &check(&[&same, &missing]),
        3,
        &["source in/missing", "no such object"],
    );
    let renamed = pair.run("check", &[&same, "--key", "in/same"]);
    expect(&renamed, 0, &["1 passed"]);
}

#[rstest]
#[case::the_rules_key(&[], true, 0, "1 passed")]
#[case::another_key(&["--defect", "wrong-kms-key"], true, 1, "key/aws-s3")]
#[case::no_opt_in(&[], false, 3, "names a replica key (R-ENC-04)")]
#[tokio::test]
async fn check_wants_the_key_that_a_rule_names_where_the_source_is_under_kms(
    #[case] serve: &[&str],
    #[case] opts_in: bool,
    #[case] code: i32,
    #[case] word: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "x").unwrap();
    let pair = Pair::start(serve);
    if opts_in {
        pair.opt_in().await;
    }
    pair.put_under_kms("secret", b"x").await;
    let file = path.to_str().unwrap();
    let checked = pair.run("check", &[file, "--deadline", "20s"]);
    expect(&checked, code, &[word]);
}

#[tokio::test]
async fn check_waits_for_the_replica_until_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late");
    std::fs::write(&path, "x").unwrap();
    let file = path.to_str().unwrap();
    let pair = Pair::start(&["--delay", "3s"]);
    pair.put("late", b"x").await;
    let early = pair.run("check", &[file, "--deadline", "250ms"]);
    expect(&early, 1, &["absent at every look"]);
    expect(
        &pair.run("check", &[file, "--deadline", "40s"]),
        0,
        &["1 passed"],
    );
}

#[rstest]
#[case::no_pair(&["check", "Cargo.toml"], 2, "--pair")]
#[case::no_file(&["check", "no/such/file", "--pair", "a,b"], 2, "no/such/file")]
#[case::doctor_without_a_pair(&["doctor"], 2, "--pair")]
#[case::explain_without_an_object(&["explain", "bucket/key"], 2, "s3://bucket/key")]
#[case::no_bucket(&["check", "Cargo.toml", "--pair", "no-such-source,no-such-replica"], 2, "is its name right?")]
fn what_cannot_be_looked_at_is_refused(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] word: &str,
) {
    expect(
        &bucketpair().args(arguments).output().unwrap(),
        code,
        &[word],
    );
}

#[tokio::test]
async fn doctor_names_what_surprises_and_what_fails() {
    let pair = Pair::start(&[]);
    let well = pair.run("doctor", &[]);
    expect(
        &well,
        0,
        &["failures-unheard", "0 errors, 1 surprise, 0 unknown"],
    );
    pair.suspend_destination().await;
    let ill = pair.run("doctor", &["--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&ill.stdout).unwrap();
    let first = &document["findings"][0];
    assert_eq!(
        (ill.status.code(), &document["exit_code"]),
        (Some(1), &1.into())
    );
    assert_eq!(first["kind"], "destination-unversioned", "{first}");
    assert_eq!(first["place"], pair.destination.as_str());
}

#[tokio::test]
async fn explain_says_why_an_object_failed_and_what_to_do() {
    let pair = Pair::start(&[]);
    pair.suspend_destination().await;
    pair.put("logs/a b", b"x").await;
    let object = format!("s3://{}/logs/a b", pair.source);
    let status = || async {
        let head = pair.client().head_object().bucket(&pair.source);
        let answer = head.key("logs/a b").send().await.unwrap();
        answer
            .replication_status
            .map(|status| status.as_str().to_owned())
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    while status().await.as_deref() != Some("FAILED") {
        assert!(Instant::now() < deadline, "not FAILED within 30 s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let words = [
        "status FAILED",
        "✓ rule \"everything\"",
        "fix, then rewrite",
        "destination-unversioned at",
        "R-CFG-19",
    ];
    expect(&pair.run("explain", &[&object]), 1, &words);
    let json = pair.run("explain", &[&object, "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["destinations"][0]["remedy"], "fix-then-rewrite");
    assert_eq!(
        (&document["bucketpair_explain"], &document["status"]),
        (&1.into(), &"FAILED".into())
    );
}
