//! What would be done is said without a call: AWS is named here, and no key is there to call it.

use super::*;

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/replication";

/// The command with AWS as its target, and nothing that it could be reached with.
fn on_aws(arguments: &[&str]) -> Output {
    let mut command = bucketpair();
    command
        .args(arguments)
        .args(["--target", "aws", "--account", ACCOUNT])
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HTTPS_PROXY", "http://127.0.0.1:9");
    command.output().unwrap()
}

#[rstest]
#[case::run(
    &["run", "version-id", "role-denied", "--role", ROLE, "--dry-run"],
    &["nothing was called", ACCOUNT, ROLE, "CreateBucket", "put", "costs, in USD", "role-denied: left out"]
)]
#[case::pair(
    &["run", "version-id", "--pair", "mine,replica", "--dry-run"],
    &["mine → replica", "--accept-writes is not given", "own rules were not asked for"]
)]
#[case::accepted(
    &["run", "version-id", "--stack", "archive", "--accept-writes", "--dry-run"],
    &["stacks archive", "removed by version ID", "DescribeStacks"]
)]
#[case::drill(
    &["drill", "--stack", "archive", "--i-own-this-pair", "--dry-run"],
    &["s3:ReplicateObject to the replication role", "whatever happens", "PutObject"]
)]
#[case::lag(
    &["lag", "--count", "3000", "--role", ROLE, "--dry-run"],
    &["nothing was called", "3000 writes, 10 a second", "PutObject", "costs, in USD"]
)]
#[case::lag_on_a_pair(
    &["lag", "--pair", "mine,replica", "--operations", "delete-marker", "--dry-run"],
    &["mine → replica", "--accept-writes is not given", "DeleteObject"]
)]
#[case::up(
    &["stack", "up", "archive", "--parameter", "Environment=prod", "--dry-run"],
    &["(AWS::IAM::Role)", "us-east-1", "Environment=prod", "CAPABILITY_NAMED_IAM", "canaries"]
)]
#[case::down(
    &["stack", "down", "archive", "--dry-run"],
    &["DeleteStack", "--delete-data is not given"]
)]
fn a_verb_says_what_it_would_do_and_calls_nothing(#[case] line: &[&str], #[case] words: &[&str]) {
    expect(&on_aws(line), 0, words);
}

#[rstest]
#[case::cap(&["run", "version-id", "--role", ROLE, "--max-usd", "0.00001"], 3, "nothing was called")]
#[case::cap_in_a_dry_run(
    &["run", "version-id", "--role", ROLE, "--max-usd", "0.00001", "--dry-run"], 3, "costs, in USD"
)]
#[case::cap_of_lag(&["lag", "--role", ROLE, "--max-usd", "0.00001"], 3, "nothing was called")]
#[case::never(&["run", "--role", ROLE, "--never-account", "1111*", "--dry-run"], 2, "never touched")]
#[case::no_role(&["run", "--dry-run"], 2, "--role ARN")]
#[case::never_a_stack(&["stack", "up", "--never-account", "1111*", "--dry-run"], 2, "never touched")]
#[case::no_keys(&["run", "version-id", "--role", ROLE], 2, "estimate: ")]
fn what_would_be_refused_is_refused_before_a_call(
    #[case] line: &[&str],
    #[case] code: i32,
    #[case] word: &str,
) {
    expect(&on_aws(line), code, &[word]);
}

#[test]
fn a_dry_run_of_the_embedded_pair_costs_nothing_and_is_json_too() {
    let line = ["run", "version-id", "--dry-run", "--format", "json"];
    let output = bucketpair().args(line).output().unwrap();
    let (code, stdout, _) = told(&output);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &document["cost"]), (0, &serde_json::Value::Null));
    assert_eq!(document["verb"], "run");
    let requests = document["requests"].as_array().unwrap();
    assert!(
        requests
            .iter()
            .any(|asked| asked["operation"] == "PutObject")
    );
}

#[test]
fn a_file_of_what_was_spent_needs_a_cap() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spent.json");
    let mut command = bucketpair();
    command.args(["run", "version-id", "--spent"]).arg(&file);
    expect(&command.output().unwrap(), 2, &["--max-usd", "spent.json"]);
    let mut command = bucketpair();
    command.args(["run", "version-id", "--max-usd", "1", "--spent"]);
    expect(&command.arg(&file).output().unwrap(), 0, &["1 passed"]);
    let spent: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let runs = spent["runs"].as_object().unwrap();
    let (_, run) = runs.iter().next().unwrap();
    assert_eq!((runs.len(), &run["ended"]), (1, &true.into()), "{spent}");
    assert!(run["usd"].as_f64().unwrap() > 0.0, "{spent}");
}
