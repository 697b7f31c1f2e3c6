//! Keys that must not be seen: every output of every verb is scanned for them.

use std::path::PathBuf;

use bucketpair::emulator::{self, Defect, Emulator, Listen, Listening};

use bucketpair::target::CustomerKey;

use super::*;

/// What a leak would show. The signs are those that URLs and XML write otherwise.
const CANARIES: [&str; 3] = [
    "canary-access-key-id-5f0c",
    "canary/secret+access&key=5f0c",
    "canary/session+token&5f0c==",
];

/// The canaries as text can hold them.
fn spellings() -> Vec<String> {
    // The key that `customer-key` encrypts with, at the seed that nobody gave.
    let mut all = vec![CustomerKey::seeded(0).key().to_owned()];
    for canary in CANARIES {
        all.push(canary.to_owned());
        all.push(urlencoding::encode(canary).into_owned());
        all.push(canary.replace('&', "&amp;"));
        all.push(canary.replace('&', "\\u0026"));
        all.push(canary.replace('/', "\\/"));
        all.push(canary.chars().rev().collect());
    }
    all.sort();
    all.dedup();
    all
}

fn leaks(text: &str) -> Vec<String> {
    let found = |spelling: &String| text.contains(spelling.as_str());
    spellings().into_iter().filter(found).collect()
}

/// A pair in this process whose keys are the canaries, and the files of its profile.
struct Guarded {
    listening: Listening,
    folder: tempfile::TempDir,
}

impl Guarded {
    async fn start(defects: Vec<Defect>) -> Self {
        let world = emulator::Settings::default()
            .with_keys(CANARIES[0], CANARIES[1])
            .with_defects(defects);
        let listening = Emulator::new(world).listen(Listen::default()).await;
        let folder = tempfile::tempdir().unwrap();
        let [id, secret, token] = CANARIES;
        let profiles = format!(
            "[right]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n\
             [wrong]\naws_access_key_id = {id}\naws_secret_access_key = {token}\naws_session_token = {secret}\n"
        );
        std::fs::write(folder.path().join("profiles"), profiles).unwrap();
        std::fs::create_dir(folder.path().join("out")).unwrap();
        std::fs::write(folder.path().join("out/file"), "a file").unwrap();
        Self {
            listening: listening.unwrap(),
            folder,
        }
    }

    /// The file that `check` looks for, under its name.
    async fn put(&self, bucket: &str) {
        let [id, secret, _] = CANARIES;
        let keys = Credentials::new(id, secret, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&self.listening.source)
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(keys)
            .force_path_style(true);
        let client = aws_sdk_s3::Client::from_conf(config.build());
        let put = client.put_object().bucket(bucket).key("file");
        put.body(b"a file".to_vec().into()).send().await.unwrap();
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Runs a verb, and answers what it said. Words with `OUT` are paths in the folder.
    async fn run(&self, profile: &str, line: &str) -> String {
        let out = self.out();
        let (source, destination) = (&self.listening.source, &self.listening.destination);
        let mut words = line
            .split(' ')
            .map(|word| word.replace("OUT", out.to_str().unwrap()));
        let mut command = bucketpair();
        command
            .args(words.next())
            .args(
                words
                    .clone()
                    .take_while(|word| ["up", "status", "down"].contains(&word.as_str())),
            )
            .args([
                "--target",
                &format!("{source},{destination}"),
                "--profile",
                profile,
            ])
            .args(words.skip_while(|word| ["up", "status", "down"].contains(&word.as_str())))
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                self.folder.path().join("profiles"),
            )
            .env("BUCKETPAIR_LEDGER", out.join("ledger"))
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full");
        let line = line.to_owned();
        let ran = tokio::task::spawn_blocking(move || command.output().unwrap());
        let (code, stdout, stderr) = told(&ran.await.unwrap());
        assert!(
            code != 2 || profile == "wrong",
            "{line} is no usage: {stderr}"
        );
        let said = format!("{stdout}{stderr}");
        assert!(!said.is_empty(), "{line} said nothing (exit {code})");
        said
    }
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// What was written into `out`, by file.
fn written(guarded: &Guarded) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    files(&guarded.out(), &mut paths);
    let text = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        (path, String::from_utf8_lossy(&bytes).into_owned())
    };
    paths.into_iter().map(text).collect()
}

/// The pair that `run --keep` left.
fn kept(said: &str) -> (String, String) {
    let start = said.find('{').unwrap();
    let report: serde_json::Value = serde_json::Deserializer::from_str(&said[start..])
        .into_iter()
        .next()
        .unwrap()
        .unwrap();
    let names = report["kept"].as_array().unwrap();
    let side = |end: &str| {
        let mut names = names.iter().map(|name| name.as_str().unwrap());
        names.find(|name| name.ends_with(end)).unwrap().to_owned()
    };
    (side("-s"), side("-d"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_of_any_verb_holds_a_secret() {
    let guarded = Guarded::start(Vec::new()).await;
    let keep = "run bucket-configuration --keep --format json --report OUT/kept";
    let first = guarded.run("right", keep).await;
    let (source, destination) = kept(&first);
    guarded.put(&source).await;
    let pair = format!("--pair {source},{destination}");
    let mut said = vec![(keep.to_owned(), first)];
    let lines = [
        "run version-id role-denied customer-key --report OUT/run".to_owned(),
        "run version-id --format markdown".to_owned(),
        "run version-id --format junit".to_owned(),
        "run version-id --format prometheus".to_owned(),
        format!("run version-id {pair}"),
        "lag --count 5 --report OUT/lag".to_owned(),
        "lag --count 5 --format json".to_owned(),
        format!("check OUT/file {pair} --report OUT/check --deadline 250ms"),
        format!("doctor {pair}"),
        format!("doctor {pair} --format json"),
        format!("explain s3://{source}/file"),
        format!("explain s3://{source}/file --format json"),
        "drill".to_owned(),
        "drill --format json".to_owned(),
        "stack status archive".to_owned(),
        "stack up archive".to_owned(),
        "stack down archive".to_owned(),
        "sweep".to_owned(),
        "sweep --format json".to_owned(),
    ];
    for line in lines {
        let told = guarded.run("right", &line).await;
        said.push((line, told));
    }
    for line in [
        "run version-id --report OUT/wrong",
        "lag --count 5",
        "drill",
        "sweep",
    ] {
        let told = guarded.run("wrong", line).await;
        said.push((format!("{line} (wrong keys)"), told));
    }
    let files = written(&guarded);
    let kinds = [
        "history.jsonl",
        "report.html",
        "report.json",
        "report.md",
        "ledger",
    ];
    for kind in kinds {
        let is_there = |(path, _): &(PathBuf, String)| path.to_str().unwrap().contains(kind);
        assert!(
            files.iter().any(is_there),
            "nothing was written that is called {kind}"
        );
    }
    for (line, text) in &said {
        assert_eq!(
            leaks(text),
            Vec::<String>::new(),
            "{line} says a secret:\n{text}"
        );
    }
    for (path, text) in &files {
        assert_eq!(
            leaks(text),
            Vec::<String>::new(),
            "{} holds a secret",
            path.display()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_shows_its_evidence_and_no_secret() {
    let defects = vec!["wrong-byte".parse().unwrap()];
    let guarded = Guarded::start(defects).await;
    let said = guarded
        .run("right", "run replica-bytes --report OUT/failed")
        .await;
    assert!(said.contains("R-DATA-01"), "{said}");
    assert_eq!(leaks(&said), Vec::<String>::new(), "{said}");
    for (path, text) in written(&guarded) {
        assert_eq!(leaks(&text), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn a_secret_is_found_in_whatever_way_it_is_written() {
    for canary in CANARIES {
        for text in [
            format!("x{canary}y"),
            format!("?k={}", urlencoding::encode(canary)),
            serde_json::json!({ "k": canary }).to_string(),
            format!("<a>{}</a>", canary.replace('&', "&amp;")),
        ] {
            assert!(!leaks(&text).is_empty(), "{text} was not noticed");
        }
    }
    assert_eq!(leaks("a word that is none"), Vec::<String>::new());
}
