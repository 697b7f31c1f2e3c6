//! The command line as a user has it: other processes, real sockets, exit codes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bucketpair::check::Expectation;
use bucketpair::scenario::{Expectations, Scenario, catalogue};
use rstest::rstest;

#[path = "command_line/ahead.rs"]
mod ahead;
#[path = "command_line/drill.rs"]
mod drill;
#[path = "command_line/existing.rs"]
mod existing;
#[path = "command_line/expectations.rs"]
mod expectations;
#[path = "command_line/kill.rs"]
mod kill;
#[path = "command_line/lag.rs"]
mod lag;
#[path = "command_line/measurements.rs"]
mod measurements;
#[path = "command_line/reports.rs"]
mod reports;
#[path = "command_line/secrets.rs"]
mod secrets;
#[cfg(feature = "stacks")]
#[path = "command_line/stacks.rs"]
mod stacks;
#[path = "command_line/survey.rs"]
mod survey;

fn bucketpair() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bucketpair"));
    for (name, _) in std::env::vars() {
        if name.starts_with("BUCKETPAIR_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    // A test leaves nothing in the state folder of whoever runs it.
    let ledger = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ledger");
    command.env("BUCKETPAIR_LEDGER", ledger);
    command
}

/// The command with the keys of a served pair.
fn with_keys() -> Command {
    let mut command = bucketpair();
    command.env("BUCKETPAIR_ACCESS_KEY_ID", "bucketpair");
    command.env("BUCKETPAIR_SECRET_ACCESS_KEY", "bucketpair-secret");
    command
}

/// `bucketpair serve` in a process of its own.
struct Served {
    process: Child,
    source: String,
    destination: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut process = bucketpair()
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let target = stdout.lines().map_while(Result::ok).find_map(|line| {
            let target = line.strip_prefix("export BUCKETPAIR_TARGET=")?;
            Some(target.trim_matches(['"', '\'']).to_owned())
        });
        let target = target.expect("serve names its endpoints");
        let (source, destination) = target.split_once(',').unwrap_or((&target, &target));
        Self {
            process,
            source: source.to_owned(),
            destination: destination.to_owned(),
        }
    }

    fn target(&self) -> String {
        format!("{},{}", self.source, self.destination)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = with_keys();
        command.args(["--target", &self.target()]).args(arguments);
        command.output().expect("the command runs")
    }

    fn stop(mut self, signal: &str) -> i32 {
        let id = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        self.process.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Code, standard output and standard error.
fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn expect(output: &Output, code: i32, words: &[&str]) {
    let (seen, stdout, stderr) = told(output);
    let all = format!("{stdout}{stderr}");
    assert_eq!(seen, code, "expected exit {code}, saw {seen}:\n{all}");
    for word in words {
        assert!(all.contains(word), "expected {word:?} in:\n{all}");
    }
    assert!(!all.contains("panicked"), "{all}");
}

#[test]
fn the_catalogue_passes_on_a_served_pair_in_another_process() {
    let served = Served::start(&[]);
    let (expected, all) = (Expectations::of_target("endpoint"), catalogue());
    let open = |scenario: &&Scenario| {
        let mut kinds = scenario.checks.iter().map(|check| check.kind);
        kinds.all(|kind| expected.of(scenario, kind) != Expectation::Required)
    };
    let (number, open) = (all.len(), all.iter().filter(open).count());
    assert!(open > 0, "AWS leaves some rules open");
    let passed = number - open;
    let said = format!("{passed} passed, 0 failed, 0 unknown, {open} recorded");
    expect(&served.run(&[]), 0, &[&said]);
}

#[test]
fn one_endpoint_serves_both_regions_as_localstack_does() {
    let served = Served::start(&["--single-endpoint"]);
    assert_eq!(served.source, served.destination);
    expect(
        &served.run(&["run", "version-id", "two-dest*"]),
        0,
        &["2 passed"],
    );
}

#[rstest]
#[case::interrupt("-INT")]
#[case::terminate("-TERM")]
fn serve_ends_cleanly_on_a_signal(#[case] signal: &str) {
    assert_eq!(Served::start(&[]).stop(signal), 0);
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = bucketpair()
        .args(["serve", "--source-port", &port])
        .output()
        .unwrap();
    expect(&output, 5, &[&port]);
}

#[test]
fn a_server_that_stores_the_rules_and_replicates_nothing_is_found_by_its_canaries() {
    let served = Served::start(&["--defect", "loses-replica"]);
    let output = served.run(&["run", "version-id", "--deadline", "2s"]);
    expect(&output, 5, &["canar", "without replicating"]);
}

#[test]
fn a_failed_check_names_rule_object_and_version() {
    let served = Served::start(&["--defect", "wrong-byte"]);
    let output = served.run(&["run", "replica-bytes"]);
    expect(&output, 1, &["R-DATA-01", "destination 1-KiB@", "SHA-256"]);
}

#[test]
fn wrong_credentials_are_told_from_an_absent_server() {
    let served = Served::start(&[]);
    let mut command = bucketpair();
    command.env("BUCKETPAIR_ACCESS_KEY_ID", "nobody");
    command.env("BUCKETPAIR_SECRET_ACCESS_KEY", "wrong-secret");
    let output = command
        .args(["--target", &served.target()])
        .output()
        .unwrap();
    expect(&output, 5, &["InvalidAccessKeyId"]);
    assert!(!told(&output).2.contains("wrong-secret"));
}

#[test]
fn an_endpoint_that_refuses_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{closed}");
    let mut command = bucketpair();
    command
        .env("BUCKETPAIR_ACCESS_KEY_ID", "a")
        .env("BUCKETPAIR_SECRET_ACCESS_KEY", "b");
    expect(
        &command.args(["--target", &url]).output().unwrap(),
        5,
        &[&url, "does not answer"],
    );
}

#[test]
fn an_endpoint_that_never_answers_is_given_up_in_bounded_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut command = bucketpair();
    command
        .env("BUCKETPAIR_ACCESS_KEY_ID", "a")
        .env("BUCKETPAIR_SECRET_ACCESS_KEY", "b");
    let began = Instant::now();
    expect(
        &command.args(["--target", &url]).output().unwrap(),
        5,
        &[&url],
    );
    assert!(
        began.elapsed() < Duration::from_secs(45),
        "{:?}",
        began.elapsed()
    );
}

#[rstest]
#[case::unknown_target(&["--target", "emulater"], 2, "emulator")]
#[case::aws_host(&["--target", "https://s3.us-east-1.amazonaws.com"], 2, "--target aws")]
#[case::no_keys(&["--target", "http://127.0.0.1:9"], 2, "BUCKETPAIR_ACCESS_KEY_ID")]
#[case::nothing_selected(&["run", "no-such-*"], 4, "no-such-*")]
#[case::unreadable_file(&["run", "--files", "no/such/file"], 2, "no/such/file")]
#[case::no_such_delay(&["--target", "localstack", "--delay", "soon"], 2, "pareto:5ms,1.5")]
#[case::unknown_flag(&["--tagret", "x"], 2, "--target")]
#[case::no_history(&["judge", "no/such/history"], 2, "no/such/history")]
fn bad_input_gets_one_clear_error(
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

#[rstest]
#[case::no_engine(
    "DOCKER_HOST",
    "unix:///no/such/docker.sock",
    "no Docker engine answers"
)]
#[case::nothing_there("LOCALSTACK_ENDPOINT", "http://127.0.0.1:9", "http://127.0.0.1:9")]
fn localstack_that_cannot_be_had_is_one_clear_line(
    #[case] variable: &str,
    #[case] value: &str,
    #[case] word: &str,
) {
    let mut command = bucketpair();
    let command = command
        .args(["--target", "localstack"])
        .env(variable, value);
    expect(&command.output().unwrap(), 5, &[word]);
}

#[rstest]
fn aws_together_with_an_endpoint_variable_is_refused(
    #[values("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SQS")] name: &str,
) {
    let mut command = bucketpair();
    command
        .env(name, "http://127.0.0.1:4566")
        .args(["--target", "aws"]);
    expect(&command.output().unwrap(), 2, &[name]);
}

#[rstest]
#[case::no_account(&[], "", "BUCKETPAIR_ACCOUNT")]
#[case::never(&["--account", "111122223333", "--never-account", "1111*"], "", "never touched")]
#[case::endpoint(&["--account", "111122223333"], "[default]\nendpoint_url = http://127.0.0.1:4566", "endpoint_url")]
#[case::services(&["--account", "111122223333", "--source-profile", "a"], "[profile a]\nservices = fake", "services")]
#[case::keys(&["--account", "111122223333", "--role", "arn:aws:iam::111122223333:role/r", "--profile", "a", "run", "version-id"], "[profile a]\naws_access_key_id = test\naws_secret_access_key = test", "an emulator's")]
fn aws_is_refused_where_the_guard_says_so(
    #[case] arguments: &[&str],
    #[case] profiles: &str,
    #[case] word: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, profiles).unwrap();
    let mut command = bucketpair();
    command
        .env("AWS_CONFIG_FILE", &config)
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.path().join("none"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .args(["--target", "aws"])
        .args(arguments);
    expect(&command.output().unwrap(), 2, &[word]);
}

#[test]
fn an_unknown_variable_suggests_the_near_one() {
    let output = bucketpair()
        .env("BUCKETPAIR_TRAGET", "emulator")
        .output()
        .unwrap();
    expect(&output, 2, &["BUCKETPAIR_TRAGET", "BUCKETPAIR_TARGET"]);
}

#[test]
fn the_users_files_are_uploaded_and_every_replica_is_asserted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("photos")).unwrap();
    std::fs::write(folder.path().join("photos/a b.jpg"), vec![7; 100_000]).unwrap();
    std::fs::write(folder.path().join("photos/empty"), "").unwrap();
    let output = bucketpair()
        .arg("run")
        .arg("--files")
        .arg(folder.path().join("photos"))
        .output();
    expect(&output.unwrap(), 0, &["files", "1 passed"]);
}

#[test]
fn a_saved_run_is_judged_again_and_a_cut_off_line_does_not_lose_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let run = bucketpair()
        .args(["run", "version-id", "tags", "--report"])
        .arg(folder.path())
        .output();
    expect(&run.unwrap(), 0, &["2 passed"]);
    let history = folder.path().join("history.jsonl");
    expect(&judge(&history), 0, &["2 passed"]);
    let whole = std::fs::read(&history).unwrap();
    std::fs::write(&history, &whole[..whole.len() - 20]).unwrap();
    expect(&judge(&history), 0, &["cut off"]);
}

fn judge(history: &Path) -> Output {
    bucketpair().arg("judge").arg(history).output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_report_is_named_and_the_verdicts_are_still_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join("history.jsonl")).unwrap();
    let output = bucketpair()
        .args(["run", "version-id", "--report"])
        .arg(folder.path())
        .output();
    expect(&output.unwrap(), 70, &["history.jsonl", "1 passed"]);
}

#[test]
fn an_existing_pair_keeps_its_configuration_and_loses_what_was_written() {
    let served = Served::start(&[]);
    let kept = served.run(&["run", "bucket-configuration", "--keep", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&kept.stdout).unwrap();
    let names: Vec<&str> = report["kept"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let side = |suffix: &str| *names.iter().find(|name| name.ends_with(suffix)).unwrap();
    let pair = format!("{},{}", side("-s"), side("-d"));
    let output = served.run(&["--pair", &pair]);
    expect(&output, 0, &["passed", "needs a pair of its own"]);
}

/// A client for an endpoint of a served pair.
fn client(url: &str, region: &'static str) -> aws_sdk_s3::Client {
    let keys = Credentials::new("bucketpair", "bucketpair-secret", None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(region))
        .credentials_provider(keys)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// The buckets that a served pair holds.
async fn buckets(served: &Served) -> Vec<String> {
    let client = client(&served.source, "ap-northeast-1");
    let listed = client.list_buckets().send().await.unwrap();
    listed
        .buckets()
        .iter()
        .filter_map(|bucket| bucket.name().map(str::to_owned))
        .collect()
}

#[rstest]
#[case::interrupt("-INT")]
#[case::terminate("-TERM")]
#[tokio::test]
async fn an_interrupted_run_says_so_and_leaves_nothing_behind(#[case] signal: &str) {
    let served = Served::start(&["--delay", "30s"]);
    let mut command = with_keys();
    command.args(["--target", &served.target(), "run", "version-id"]);
    let running = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while buckets(&served).await.len() < 2 {
        assert!(
            Instant::now() < deadline,
            "no pair was provisioned within 20 s"
        );
    }
    let id = running.id().to_string();
    assert!(
        Command::new("kill")
            .args([signal, &id])
            .status()
            .unwrap()
            .success()
    );
    expect(&running.wait_with_output().unwrap(), 130, &["interrupted"]);
    assert_eq!(buckets(&served).await, Vec::<String>::new());
}
