//! The drill against a served pair in another process: what is denied is always given back.

use bucketpair::provision;
use bucketpair::provision::ledger::{self, Entry, Found};
use bucketpair::runner::{self, Settings};
use bucketpair::target::Keys;
use serde_json::Value;

use super::existing::Pair;
use super::*;

/// The policies of the role that replicates pairs by default.
async fn policies(pair: &Pair) -> Vec<String> {
    let get = pair.client().get_object().bucket("_bucketpair");
    let answer = get
        .key("roles/bucketpair-replication")
        .send()
        .await
        .unwrap();
    let body = answer.body.collect().await.unwrap().into_bytes();
    let role: Value = serde_json::from_slice(&body).unwrap();
    let policies = role["Policies"].as_array().unwrap().iter();
    let name = |policy: &Value| policy["PolicyName"].as_str().unwrap().to_owned();
    policies.map(name).collect()
}

/// Waits until the role has this many policies, or a minute has passed.
async fn until_policies(pair: &Pair, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while policies(pair).await.len() != count {
        let seen = policies(pair).await;
        assert!(
            Instant::now() < deadline,
            "expected {count} policies, seen {seen:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A drill of a pair that is there, as a process that can be ended.
fn begun(pair: &Pair, ledger: &Path) -> Child {
    let names = format!("{},{}", pair.source, pair.destination);
    let target = pair.served.target();
    let mut command = with_keys();
    command.args(["drill", "--target", &target, "--pair", &names]);
    command.arg("--ledger").arg(ledger);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

async fn status(pair: &Pair, key: &str) -> Option<String> {
    let head = pair.client().head_object().bucket(&pair.source).key(key);
    let status = head.send().await.unwrap().replication_status;
    status.map(|status| status.as_str().to_owned())
}

#[test]
fn a_drill_of_a_fresh_pair_tells_both_turns_and_the_reason() {
    let served = Served::start(&[]);
    let words = [
        "s3:ReplicateObject denied to",
        "denied → first FAILED",
        "reason DstPutObjectNotPermitted",
        "restored → first COMPLETED",
    ];
    expect(&served.run(&["drill"]), 2, &["flags before the verb"]);
    let mut drill = with_keys();
    let output = drill
        .args(["drill", "--target", &served.target()])
        .output()
        .unwrap();
    expect(&output, 0, &words);
}

#[test]
fn a_drill_finds_an_alarm_that_never_rings() {
    let served = Served::start(&["--defect", "never-fails"]);
    let mut drill = with_keys();
    let deadline = ["--deadline", "2s"];
    let output = drill
        .args(["drill", "--target", &served.target()])
        .args(deadline)
        .output()
        .unwrap();
    expect(
        &output,
        1,
        &[
            "fails of denied-1 fails",
            "status PENDING",
            "first FAILED       never",
        ],
    );
}

#[tokio::test]
async fn a_drill_of_somebodys_pair_fails_its_own_objects_alone_and_a_signal_gives_back() {
    let pair = Pair::start(&["--defect", "never-fails"]);
    let folder = tempfile::tempdir().unwrap();
    let drill = begun(&pair, folder.path());
    until_policies(&pair, 2).await;
    pair.put("theirs", b"theirs").await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while status(&pair, "theirs").await.as_deref() != Some("COMPLETED") {
        assert!(
            Instant::now() < deadline,
            "an object of theirs did not replicate"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let id = drill.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    expect(
        &drill.wait_with_output().unwrap(),
        130,
        &["first FAILED       never"],
    );
    assert_eq!(policies(&pair).await, ["everything"]);
}

/// What was denied when the process was killed is in its ledger, and a sweep gives it back.
#[tokio::test]
async fn a_sweep_gives_back_what_a_killed_drill_denied() {
    let pair = Pair::start(&["--defect", "never-fails"]);
    let folder = tempfile::tempdir().unwrap();
    let mut drill = begun(&pair, folder.path());
    until_policies(&pair, 2).await;
    drill.kill().unwrap();
    drill.wait().unwrap();
    let policy = policies(&pair).await.pop().unwrap();
    assert!(policy.starts_with("bucketpair-denial-"), "{policy}");
    let found = ledger::read(folder.path()).unwrap().pop();
    let Some(Found::Dead(dead)) = found else {
        panic!("no ledger of a dead run: {found:?}")
    };
    let denials = dead.left().filter_map(|record| match &record.entry {
        Entry::Denial { on, .. } => Some(on.as_str()),
        _ => None,
    });
    let denials: Vec<_> = denials.collect();
    assert_eq!(
        denials,
        [format!("roles/bucketpair-replication/policies/{policy}")]
    );
    drop(dead);
    // A dry run names it and leaves it.
    expect(&sweep(&pair, folder.path(), &[]), 6, &[&policy]);
    assert_eq!(policies(&pair).await.len(), 2);
    expect(&sweep(&pair, folder.path(), &["--yes"]), 0, &[&policy]);
    assert_eq!(policies(&pair).await, ["everything"]);
    // Once more finds nothing, and does no harm.
    sweep(&pair, folder.path(), &["--yes"]);
    assert_eq!(policies(&pair).await, ["everything"]);
}

fn sweep(pair: &Pair, ledger: &Path, more: &[&str]) -> std::process::Output {
    let mut command = with_keys();
    command.args(["sweep", "--target", &pair.served.target()]);
    command.arg("--ledger").arg(ledger).args(more);
    command.output().unwrap()
}

/// What is not ours is left alone, whatever a ledger says.
#[tokio::test]
async fn a_denial_that_is_not_ours_is_not_taken_back() {
    let pair = Pair::start(&[]);
    let opened = runner::open(&settings(&pair)).await.unwrap();
    let theirs = "roles/bucketpair-replication/policies/everything";
    provision::take_back(&opened.target, theirs)
        .await
        .unwrap_err();
    assert_eq!(policies(&pair).await, ["everything"]);
}

fn settings(pair: &Pair) -> Settings {
    let mut settings = Settings::default();
    settings.choice = pair.served.target().parse().unwrap();
    settings.connect.keys = Some(Keys::new("bucketpair", "bucketpair-secret"));
    settings
}
