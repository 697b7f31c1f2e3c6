//! The policy of each verb is what the verb asks, and no more: counted where AWS would be asked.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_s3::types::{Tag, Tagging};
use bucketpair::doctor;
use bucketpair::error::ExitCode;
use bucketpair::explain;
use bucketpair::lag::{OperationShare, OperationType};
use bucketpair::policy::Actions;
use bucketpair::provision::{Ledger, Request, Sweep, provision};
use bucketpair::replication::Rule;
use bucketpair::runner::{self, Copied, LagSettings, Length, ObserveSettings, Settings};
use bucketpair::target::{self, Target};

use crate::stand_in::{Aws, ROLE};

const KEY: &str = "testfile";
const BODY: &str = "hello from Tokyo\n";

/// The operations of a verb, and those of them that a plain course does not need, with why.
fn compare(verb: &str, aws: &Aws, not_asked: &[&str]) {
    let asked = aws.operations();
    let table = Actions::built_in();
    let allowed: BTreeSet<_> = table.verbs[verb].iter().map(String::as_str).collect();
    let beyond: Vec<_> = asked.difference(&allowed).collect();
    assert!(
        beyond.is_empty(),
        "{verb} asks for {beyond:?}, and its policy does not allow it"
    );
    let unused: BTreeSet<_> = allowed.difference(&asked).copied().collect();
    let not_asked: BTreeSet<_> = not_asked.iter().copied().collect();
    assert_eq!(
        unused, not_asked,
        "{verb}: in the policy, and not asked for"
    );
}

async fn reached(aws: &Aws) -> Target {
    target::aws(&aws.settings().connect, &[]).await.unwrap()
}

/// A pair that is there, with an object in it. What making it took is forgotten.
async fn pair(aws: &Aws, ledger: &Ledger) -> (String, String) {
    let target = reached(aws).await;
    let mut request = Request::new("policies");
    request.rules = vec![Rule::new("everything").with_delete_markers()];
    ROLE.clone_into(&mut request.role);
    let pair = provision(&target, &request, ledger).await.unwrap();
    let names: Vec<_> = pair.buckets.into_iter().map(|bucket| bucket.name).collect();
    let put = target.source.client.put_object().bucket(&names[0]).key(KEY);
    put.body(BODY.as_bytes().to_vec().into())
        .send()
        .await
        .unwrap();
    aws.forget();
    (names[0].clone(), names[1].clone())
}

fn in_memory() -> Ledger {
    Ledger::in_memory("run", "2100-01-01T00:00:00Z")
}

fn on(aws: &Aws, pair: &(String, String)) -> Settings {
    let mut settings = aws.settings();
    settings.role = None;
    settings.pair = Some(pair.clone());
    settings
}

/// The tags of a team, in the place of a run's: the pair is somebody's.
async fn retag(aws: &Aws, bucket: &str) {
    let tag = Tag::builder().key("team").value("data").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    let target = reached(aws).await;
    let put = target.source.client.put_bucket_tagging().bucket(bucket);
    put.tagging(tags).send().await.unwrap();
    aws.forget();
}

/// What a write sets off is read before the user accepts it, and the rest afterwards.
#[tokio::test(start_paused = true)]
async fn a_run_on_a_pair_that_is_there_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let pair = pair(&aws, &in_memory()).await;
    retag(&aws, &pair.0).await;
    let mut settings = on(&aws, &pair);
    let refused = runner::run(settings.clone(), |_| {}, std::future::pending());
    let refused = Box::pin(refused).await;
    assert!(!matches!(&refused, Ok(report) if report.exit_code() == ExitCode::Passed));
    settings.accept_writes = true;
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    compare("run --pair", &aws, &[]);
}

#[tokio::test(start_paused = true)]
async fn check_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let pair = pair(&aws, &in_memory()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(KEY);
    std::fs::write(&file, BODY).unwrap();
    let key = KEY.to_owned();
    let copied = vec![Copied { file, key }];
    let report = runner::check_copied(on(&aws, &pair), copied, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    // Versions are only listed where the replica is not under its version ID, and the rules and tags
    // only read for what is under KMS.
    let asked_elsewhere = [
        "ListObjectVersions",
        "GetBucketReplication",
        "GetObjectTagging",
    ];
    compare("check", &aws, &asked_elsewhere);
}

/// Every operation whose lag can be measured.
fn all_operations() -> LagSettings {
    let all = [
        OperationType::Put,
        OperationType::Overwrite,
        OperationType::Multipart,
        OperationType::Copy,
        OperationType::DeleteMarker,
        OperationType::TagChange,
    ];
    let share = |operation| OperationShare {
        operation,
        weight: 1,
    };
    let mut asked = LagSettings::default();
    asked.length = Length::Count(30);
    asked.operations = all.map(share).into();
    asked
}

#[tokio::test(start_paused = true)]
async fn lag_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let (settings, asked) = (aws.settings(), all_operations());
    let lag = runner::lag(&settings, &asked, None, std::future::pending());
    Box::pin(lag).await.unwrap();
    // Aborted only after a failure, tagged only where it was created without, and across accounts.
    let not_asked = [
        "AbortMultipartUpload",
        "PutBucketPolicy",
        "PutBucketTagging",
    ];
    compare("lag", &aws, &not_asked);
}

#[tokio::test(start_paused = true)]
async fn lag_on_a_pair_that_is_there_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let pair = pair(&aws, &in_memory()).await;
    retag(&aws, &pair.0).await;
    let mut settings = on(&aws, &pair);
    settings.accept_writes = true;
    let asked = all_operations();
    let lag = runner::lag(&settings, &asked, None, std::future::pending());
    let measurement = Box::pin(lag).await.unwrap();
    let report = measurement.report;
    assert_eq!(report.exit_code(), ExitCode::Passed, "{:#?}", report.ended);
    compare("lag --pair", &aws, &["AbortMultipartUpload"]);
}

/// In real time: the history is placed by the wall clock.
#[tokio::test]
async fn observe_asks_what_its_policy_allows() {
    let aws = Aws::new("500ms");
    let folder = tempfile::tempdir().unwrap();
    let (mut settings, mut asked) = (aws.settings(), all_operations());
    settings.report = Some(folder.path().to_owned());
    settings.ledger = Some(folder.path().join("ledger"));
    settings.settle = Some(Duration::ZERO);
    asked.rate = 100.0;
    (asked.write_only, asked.status) = (true, true);
    let lag = runner::lag(&settings, &asked, None, std::future::pending());
    Box::pin(lag).await.unwrap();
    aws.forget();
    let history = folder.path().join("history.jsonl");
    let observe = ObserveSettings::default();
    let never = std::future::pending();
    let looking = runner::observe(&settings, &history, &observe, None, never);
    let report = Box::pin(looking).await.unwrap().report;
    assert_eq!(report.exit_code(), ExitCode::Passed, "{:#?}", report.ended);
    compare("observe", &aws, &[]);
}

/// What the role and the keys may do is asked of IAM and KMS, where it is compiled in.
const GRANTS: [&str; 9] = [
    "DescribeKey",
    "GetKeyPolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListGrants",
    "ListRolePolicies",
];

#[tokio::test(start_paused = true)]
async fn doctor_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let (source, destination) = pair(&aws, &in_memory()).await;
    let target = reached(&aws).await;
    Box::pin(doctor::read(&target, &source, &destination))
        .await
        .unwrap();
    compare("doctor", &aws, &GRANTS);
}

#[tokio::test(start_paused = true)]
async fn explain_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let (source, _) = pair(&aws, &in_memory()).await;
    let target = reached(&aws).await;
    let address = format!("s3://{source}/{KEY}").parse().unwrap();
    Box::pin(explain::read(&target, &address)).await.unwrap();
    compare("explain", &aws, &GRANTS);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_asks_what_its_policy_allows() {
    let aws = Aws::new("1s");
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::on_disk(folder.path(), "run", "2020-01-01T00:00:00Z".to_owned());
    pair(&aws, &ledger).await;
    // The run is dead: nobody holds its ledger.
    drop(ledger);
    let mut settings = aws.settings();
    settings.ledger = Some(folder.path().to_owned());
    let mut sweep = Sweep::dry();
    sweep.removes = true;
    let swept = Box::pin(runner::sweep::sweep(&settings, &sweep))
        .await
        .unwrap();
    assert_eq!(swept.exit_code(), ExitCode::Passed, "{swept:#?}");
    // Uploads that are open, and a stack that denies for a drill, are no part of this course.
    let of_others = [
        "AbortMultipartUpload",
        "DescribeStackEvents",
        "DescribeStacks",
        "GetTemplate",
        "UpdateStack",
    ];
    compare("sweep", &aws, &of_others);
}
