//! One object of 10,000 is lost under load: what listings show is enough to find it. The objects go
//! straight to S3's operations, without HTTP, so that so many of them take a moment.

use std::collections::HashMap;
use std::time::Duration;

use bucketpair::check::{Check, CheckKind, Finding, PlannedCheck, Verdict, judge};
use bucketpair::emulator::{Defect, Emulator, Settings};
use bucketpair::history::{
    Bucket, Content, Event, History, Instant, Operation, OperationKind, Outcome, Page, Plan, Side,
    Timed,
};
use bucketpair::replication::Rule;
use s3s::{S3, dto};

use crate::operations::{ask, make};

const OBJECTS: u32 = 10_000;
const DEADLINE: Duration = Duration::from_secs(2);
const SIDES: [Side; 2] = [Side::Source, Side::Destination(0)];

struct Story {
    began: tokio::time::Instant,
    events: Vec<Timed>,
}

impl Story {
    fn now(&self) -> Instant {
        Instant(self.began.elapsed().as_nanos() as u64)
    }

    fn add(&mut self, event: Event) {
        let at = self.now();
        self.events.push(Timed { at, event });
    }

    async fn put(&mut self, s3: &impl S3, op: u32) -> (String, String) {
        let key = format!("{op:05}");
        self.add(Event::Invoke {
            op,
            operation: Box::new(Operation {
                label: "load".to_owned(),
                side: Side::Source,
                key: key.clone(),
                kind: OperationKind::Put(Content::default()),
            }),
            intended: None,
        });
        let put = dto::PutObjectInput::builder();
        let put = put.bucket("source".to_owned()).key(key.clone());
        let answer = s3.put_object(ask(put.build().unwrap())).await.unwrap();
        let version = answer.output.version_id.unwrap();
        let outcome = Outcome {
            version: Some(version.as_str().into()),
            ..Outcome::default()
        };
        self.add(Event::Ok { op, outcome });
        (key, version)
    }

    /// Lists the destination, page by page.
    async fn list(&mut self, s3: &impl S3, written: &HashMap<(String, String), u32>) {
        let mut after = None;
        loop {
            let sent = self.now();
            let list = dto::ListObjectVersionsInput {
                key_marker: after.clone(),
                ..dto::ListObjectVersionsInput::builder()
                    .bucket("destination".to_owned())
                    .build()
                    .unwrap()
            };
            let page = s3.list_object_versions(ask(list)).await.unwrap().output;
            let shown = page.versions.into_iter().flatten();
            let shown = shown.filter_map(|one| written.get(&(one.key?, one.version_id?)).copied());
            let until = page.next_key_marker;
            let page = Page {
                side: Side::Destination(0),
                prefix: String::new(),
                after,
                until: until.clone(),
                sent,
                received: self.now(),
                shown: Page::ranges(shown.collect()),
                others: 0,
            };
            self.add(Event::Page(page));
            let Some(until) = until else { return };
            after = Some(until);
        }
    }
}

/// What `arrives` says of 10,000 objects.
async fn judged(defect: Option<Defect>) -> Finding {
    let settings = Settings::default().with_seed(7).with_defects(defect);
    let emulator = Emulator::new(settings);
    let s3 = emulator.operations();
    let rules = [Rule::new("everything")];
    make(&s3, &SIDES, &rules).await;
    let mut story = Story {
        began: tokio::time::Instant::now(),
        events: Vec::new(),
    };
    let mut written = HashMap::new();
    for op in 0..OBJECTS {
        written.insert(story.put(&s3, op).await, op);
    }
    // Once in time, and once after the deadline.
    for wait in [DEADLINE / 2, DEADLINE] {
        tokio::time::sleep(wait).await;
        story.list(&s3, &written).await;
    }
    let bucket = |side: Side| Bucket {
        side,
        name: side.to_string(),
        region: "us-east-1".to_owned(),
    };
    let check = PlannedCheck::required(Check::new(CheckKind::Arrives));
    let plan = Plan {
        scenario: "load".to_owned(),
        buckets: SIDES.map(bucket).to_vec(),
        deadline_ns: DEADLINE.as_nanos() as u64,
        checks: vec![serde_json::Value::from(&check)],
        ..Plan::of_rules(&rules)
    };
    let events = story.events;
    judge(&History { plan, events }).unwrap().findings.remove(0)
}

#[tokio::test(start_paused = true)]
async fn one_object_of_10000_that_is_lost_under_load_is_named() {
    let whole = judged(None).await;
    assert_eq!(
        (whole.verdict, whole.counts.passed),
        (Verdict::Pass, 10_000)
    );
    let lossy = judged(Some(Defect::LosesOneUnderLoad)).await;
    assert_eq!((lossy.verdict, lossy.counts.passed), (Verdict::Fail, 9_999));
    assert_eq!(lossy.evidence.len(), 1, "{:#?}", lossy.evidence);
}
