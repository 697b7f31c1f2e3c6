//! The article's walk, by its own commands and by the tool, and nothing left behind.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

/// The article's commands, as they are printed there, each with the region it is meant for.
const DESTINATION: (&str, &str) = (
    "us-east-1",
    "aws cloudformation create-stack --stack-name s3-replication --template-body \
     file://01_s3_destination_bucket.yaml --capabilities CAPABILITY_NAMED_IAM",
);
const SOURCE: (&str, &str) = (
    "ap-northeast-1",
    "aws cloudformation create-stack --stack-name s3-replication --template-body \
     file://02_s3_original_bucket.yaml --capabilities CAPABILITY_NAMED_IAM",
);
const COPY: (&str, &str) = (
    "ap-northeast-1",
    "aws s3 cp testfile s3://primary-test-1-dev-bucket",
);

/// How long a stack may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Why the walk cannot run here.
pub(super) fn missing() -> Option<String> {
    let version = Command::new("aws")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match version {
        Ok(status) if status.success() => None,
        _ => Some(
            "the AWS CLI is not on PATH; `just tools` installs it, and `just test` finds it there"
                .to_owned(),
        ),
    }
}

/// Walks through the article twice, and looks at what fails in between.
pub(super) fn walk(url: &str) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("testfile"), "hello from Tokyo\n")?;
    let walk = Walk {
        url: url.to_owned(),
        folder: folder.path().to_owned(),
    };
    // A stack of somebody's is not ours to remove.
    walk.expects(5, "stack status")?;
    let walked = walk
        .by_the_articles_commands()
        .and_then(|()| walk.by_the_tool())
        .and_then(|()| walk.under_kms_keys())
        .and_then(|()| walk.fails_with_its_reason());
    // After a failure too: what stays would be in the way of the next walk.
    if walked.is_err() {
        walk.bucketpair("stack down --delete-data")?;
        walk.bucketpair("stack down kms --delete-data")?;
        walk.bucketpair("stack down failing --delete-data")?;
    }
    walked
}

struct Walk {
    url: String,
    /// Where the user's file is.
    folder: PathBuf,
}

impl Walk {
    fn by_the_articles_commands(&self) -> Result<(), Failed> {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("cloudformation");
        self.shell(&templates, DESTINATION)?;
        self.shell(&templates, SOURCE)?;
        self.settled()?;
        self.shell(&self.folder, COPY)?;
        self.expects(0, "check testfile --stack s3-replication")?;
        self.torn_down()
    }

    fn by_the_tool(&self) -> Result<(), Failed> {
        let up = self.expects(0, "stack up")?;
        has(&up, "replication is live")?;
        has(&up, "us-east-1      s3-replication")?;
        self.expects(0, "stack status")?;
        has(&self.expects(0, "stack up")?, "was up to date")?;
        let days = "stack up --parameter NoncurrentDays=30 --source-parameter Owner=storage";
        has(&self.expects(0, days)?, "was brought up to date")?;
        let refused = self.expects(2, "run replica-bytes --stack s3-replication")?;
        has(&refused, "deletes noncurrent versions after 30 days")?;
        let accepted = "run replica-bytes --stack s3-replication --accept-writes";
        self.expects(0, accepted)?;
        self.drills()?;
        // Without the flag the data stays, and a second pair cannot take its place.
        has(&self.expects(0, "stack down")?, "kept: the bucket primary")?;
        has(&self.expects(5, "stack up")?, "already exists")?;
        self.expects(2, "stack up")?;
        self.torn_down()
    }

    /// The denial is two parameters of the source's stack, and they are empty again afterwards.
    fn drills(&self) -> Result<(), Failed> {
        let drill = self.expects(0, "drill --stack s3-replication --i-own-this-pair")?;
        has(&drill, "s3:ReplicateObject denied to arn:aws:iam::")?;
        let query = "Stacks[0].Parameters[?starts_with(ParameterKey,`Drill`)].ParameterValue";
        let query = format!(
            "aws cloudformation describe-stacks --stack-name s3-replication --output json --query '{query}'"
        );
        let parameters = self.shell(&self.folder, ("ap-northeast-1", &query))?;
        match parameters.matches("\"\"").count() {
            2 => Ok(()),
            _ => Err(format!("something is denied still\n{parameters}").into()),
        }
    }

    /// Keys on each side: what the bucket's default encrypts travels to the destination's key.
    fn under_kms_keys(&self) -> Result<(), Failed> {
        let parameters = "--parameter Encryption=aws:kms --parameter OwnerOverride=true";
        let up = self.expects(0, &of_its_own("kms", parameters))?;
        has(&up, "replication is live")?;
        let copy = ("ap-northeast-1", "aws s3 cp testfile s3://kms-original");
        self.shell(&self.folder, copy)?;
        let wait = "aws s3api wait object-exists --bucket kms-replica --key testfile";
        self.shell(&self.folder, ("us-east-1", wait))?;
        let head = "aws s3api head-object --bucket kms-replica --key testfile";
        has(
            &self.shell(&self.folder, ("us-east-1", head))?,
            "arn:aws:kms:us-east-1:",
        )?;
        let left = self.expects(6, "stack down kms --delete-data")?;
        has(&left, "aws kms schedule-key-deletion")?;
        self.is_gone("kms", &["kms-original", "kms-replica"])
    }

    /// The extension replicates to no Outposts, and says so: a failure of `CloudFormation`'s.
    fn fails_with_its_reason(&self) -> Result<(), Failed> {
        let foreign = of_its_own("failing", "--source-parameter StorageClass=OUTPOSTS");
        let failed = self.expects(5, &foreign)?;
        has(&failed, "SourceBucket (AWS::S3::Bucket) CREATE_FAILED")?;
        has(&failed, "does not implement this StorageClass")?;
        self.expects(0, "stack down failing --delete-data")?;
        self.is_gone("failing", &["failing-original", "failing-replica"])
    }

    /// Removes both stacks with their data, and shows that nothing of them is there.
    fn torn_down(&self) -> Result<(), Failed> {
        self.expects(0, "stack down --delete-data")?;
        let buckets = ["primary-test-1-dev-bucket", "secondary-test-1-dev-bucket"];
        self.is_gone("s3-replication", &buckets)
    }

    fn is_gone(&self, stack: &str, buckets: &[&str]) -> Result<(), Failed> {
        self.expects(5, &format!("stack status {stack}"))?;
        self.expects(4, &format!("stack down {stack} --delete-data"))?;
        let listed = self.shell(&self.folder, ("us-east-1", "aws s3 ls"))?;
        let roles = "aws iam list-roles --query Roles[].RoleName --output text";
        let roles = self.shell(&self.folder, ("us-east-1", roles))?;
        let role = format!("{stack}-ap-northeast-1");
        let there = buckets.iter().find(|bucket| listed.contains(**bucket));
        match (there, roles.contains(&role)) {
            (None, false) => Ok(()),
            (bucket, role) => Err(format!("still there: {bucket:?}, role {role}").into()),
        }
    }

    /// Waits until CloudFormation is at work on neither stack, and both are complete.
    fn settled(&self) -> Result<(), Failed> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.bucketpair("stack status")?;
            match status.status.code() {
                Some(0) => return Ok(()),
                Some(3) if Instant::now() < deadline => {}
                _ => return Err(said("stack status", &status).into()),
            }
        }
    }

    /// Runs the tool, and wants this exit code; answers what it said.
    fn expects(&self, code: i32, line: &str) -> Result<String, Failed> {
        let output = self.bucketpair(line)?;
        let said = said(line, &output);
        match output.status.code() == Some(code) {
            true => Ok(said),
            false => Err(format!("expected exit {code}\n{said}").into()),
        }
    }

    fn bucketpair(&self, line: &str) -> Result<Output, Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bucketpair"));
        command
            .args(line.split_whitespace())
            .args(["--target", "localstack"]);
        without_settings(&mut command)
            .env("LOCALSTACK_ENDPOINT", &self.url)
            .env("BUCKETPAIR_LEDGER", self.folder.join("ledger"));
        Ok(command.current_dir(&self.folder).output()?)
    }

    /// Runs a command as it is printed, with nothing but endpoint, region and the emulator's keys.
    fn shell(&self, folder: &Path, (region, line): (&str, &str)) -> Result<String, Failed> {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(folder);
        without_settings(&mut command)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_DEFAULT_REGION", region)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test");
        let output = command.output()?;
        match output.status.success() {
            true => Ok(said(line, &output)),
            false => Err(said(line, &output).into()),
        }
    }
}

/// Brings up a pair whose buckets begin with the stack's name.
fn of_its_own(stack: &str, parameters: &str) -> String {
    format!(
        "stack up {stack} {parameters} --parameter DestinationBucketName={stack}-replica \
         --source-parameter BucketName={stack}-original \
         --destination-parameter BucketName={stack}-replica"
    )
}

/// What the user's own environment says would change what is tried here.
fn without_settings(command: &mut Command) -> &mut Command {
    let ours = |name: &str| {
        ["AWS_", "BUCKETPAIR_", "LOCALSTACK_"]
            .iter()
            .any(|p| name.starts_with(p))
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}

fn said(line: &str, output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    format!("$ {line}\n{out}{error}({})", output.status)
}

fn has(said: &str, words: &str) -> Result<(), Failed> {
    match said.contains(words) {
        true => Ok(()),
        false => Err(format!("expected {words:?} in\n{said}").into()),
    }
}
