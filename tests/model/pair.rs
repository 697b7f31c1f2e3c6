//! An embedded pair that lives a random history, and the history of it.

use std::collections::BTreeSet;
use std::time::Duration;

use bucketpair::emulator::{Defect, Emulator, Settings};
use bucketpair::history::{
    Bucket, Content, Event, Failure, History, Instant, Operation, OperationKind, Outcome, Plan,
    Side, Timed, Trouble,
};
use bucketpair::replication::{Rule, VersionId};
use s3s::S3;
use tokio::runtime::Runtime;

use crate::generate::{Action, Random};
use crate::operations::{self, ROLE};
use crate::words::role;
use crate::{checks, observe};

pub(crate) const DEADLINE: Duration = Duration::from_secs(2);
const WINDOW: Duration = Duration::from_millis(300);
const SIDES: [Side; 3] = [Side::Source, Side::Destination(0), Side::Destination(1)];

/// One whose clock is virtual.
pub(crate) fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap()
}

/// A version of the source that was written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) key: &'static str,
    pub(crate) id: VersionId,
    /// None for a delete marker.
    pub(crate) content: Option<Content>,
    pub(crate) deleted: bool,
}

pub(crate) struct Pair<S> {
    pub(crate) s3: S,
    emulator: Emulator,
    began: tokio::time::Instant,
    pub(crate) events: Vec<Timed>,
    pub(super) ops: u32,
    pub(crate) written: Vec<Written>,
    /// The destinations that replication does not reach.
    away: BTreeSet<&'static str>,
    paused: bool,
}

/// Lives a history, waits until its end, and looks at everything.
pub(crate) async fn live(random: &Random, defect: Option<Defect>) -> History {
    let settings = Settings::default()
        .with_seed(random.seed)
        .with_defects(defect);
    let emulator = Emulator::new(settings);
    let mut pair = Pair {
        s3: emulator.operations(),
        emulator,
        began: tokio::time::Instant::now(),
        events: Vec::new(),
        ops: 0,
        written: Vec::new(),
        away: BTreeSet::new(),
        paused: false,
    };
    operations::make(&pair.s3, &SIDES, &random.rules).await;
    for action in &random.actions {
        pair.act(action).await;
    }
    observe::everything(&mut pair).await;
    pair.free().await;
    observe::everything(&mut pair).await;
    tokio::time::sleep(DEADLINE + WINDOW).await;
    observe::everything(&mut pair).await;
    History {
        plan: plan(&random.rules),
        events: pair.events,
    }
}

fn plan(rules: &[Rule]) -> Plan {
    let bucket = |side: Side| Bucket {
        side,
        name: side.to_string(),
        region: "us-east-1".to_owned(),
    };
    Plan {
        scenario: "model".to_owned(),
        buckets: SIDES.map(bucket).to_vec(),
        deadline_ns: DEADLINE.as_nanos() as u64,
        window_ns: WINDOW.as_nanos() as u64,
        checks: checks(),
        ..Plan::of_rules(rules)
    }
}

impl<S: S3> Pair<S> {
    pub(crate) fn now(&self) -> Instant {
        Instant(self.began.elapsed().as_nanos() as u64)
    }

    /// Waits until nothing is on its way but what is held up.
    pub(crate) async fn settle(&self) {
        // Who waited for the end of a trouble may not yet know of it.
        tokio::task::yield_now().await;
        while self.emulator.pending() > self.emulator.waiting() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Looks at what has arrived in time, and lets more time pass than a replica is given.
    async fn wait(&mut self) {
        self.settle().await;
        observe::everything(self).await;
        tokio::time::sleep(DEADLINE + WINDOW).await;
    }

    /// Ends what holds replication up, and waits until nothing is on its way.
    async fn free(&mut self) {
        for side in self.away.clone() {
            self.trouble(side, Trouble::Recovery);
        }
        if self.paused {
            self.trouble("source", Trouble::Resume);
        }
        self.settle().await;
    }

    fn trouble(&mut self, side: &'static str, trouble: Trouble) {
        let kind = OperationKind::Trouble { trouble };
        let op = self.invoke(Side::try_from(side.to_owned()).unwrap(), "", kind);
        match trouble {
            Trouble::Pause | Trouble::Resume => {
                self.paused = trouble == Trouble::Pause;
                self.emulator.pause(side, self.paused);
            }
            Trouble::Outage => {
                self.away.insert(side);
                self.emulator.cut_off(side, true);
            }
            Trouble::Recovery => {
                self.away.remove(side);
                self.emulator.cut_off(side, false);
            }
            Trouble::SlowDown { replications } => self.emulator.slow_down(side, replications),
            _ => {}
        }
        self.ok(op, Outcome::default());
    }

    async fn act(&mut self, action: &Action) {
        match action {
            Action::Put { key, tags, class } => self.put(key, tags, *class).await,
            Action::Multipart { key, tags } => self.multipart(key, tags).await,
            Action::Copy { from, to } => self.copy(from, to).await,
            Action::Delete { key } => self.delete(key).await,
            Action::Undelete { key } => self.undelete(key).await,
            Action::DeleteVersion(nth) => self.delete_nth(*nth).await,
            Action::Tag(nth, tags) => self.tag(*nth, tags).await,
            Action::Configure(rules) => self.configure(rules).await,
            Action::Suspend(side) => self.suspend(side, false).await,
            Action::Resume(side) => self.suspend(side, true).await,
            Action::Deny(action) => self.deny(Some(action)).await,
            Action::Restore => self.deny(None).await,
            Action::Outage(side) => self.trouble(side, Trouble::Outage),
            Action::Recover(side) => self.trouble(side, Trouble::Recovery),
            Action::Pause => self.trouble("source", Trouble::Pause),
            Action::GoOn => self.trouble("source", Trouble::Resume),
            Action::SlowDown(side, replications) => {
                let replications = *replications;
                self.trouble(side, Trouble::SlowDown { replications });
            }
            Action::Wait => self.wait().await,
            Action::Look(nth) => observe::nth(self, *nth).await,
            Action::Settle => self.settle().await,
        }
    }

    pub(super) fn invoke(&mut self, side: Side, key: &str, kind: OperationKind) -> u32 {
        let op = self.ops;
        self.ops += 1;
        let (label, key) = (format!("op-{op}"), key.to_owned());
        let operation = Operation {
            label,
            side,
            key,
            kind,
        };
        let (at, intended) = (self.now(), None);
        self.events.push(Timed {
            at,
            event: Event::Invoke {
                op,
                operation: Box::new(operation),
                intended,
            },
        });
        op
    }

    pub(super) fn ok(&mut self, op: u32, outcome: Outcome) {
        let at = self.now();
        self.events.push(Timed {
            at,
            event: Event::Ok { op, outcome },
        });
    }

    pub(super) fn fail(&mut self, op: u32, code: &str) {
        let at = self.now();
        let failure = Failure {
            code: code.to_owned(),
            ..Failure::default()
        };
        self.events.push(Timed {
            at,
            event: Event::Fail { op, failure },
        });
    }

    pub(super) fn wrote(
        &mut self,
        op: u32,
        key: &'static str,
        content: Option<Content>,
        outcome: Outcome,
    ) {
        let id = outcome.version.clone().unwrap();
        self.written.push(Written {
            key,
            id,
            content,
            deleted: false,
        });
        self.ok(op, outcome);
    }

    async fn configure(&mut self, rules: &[Rule]) {
        let kind = OperationKind::Configure {
            rules: rules.to_vec(),
        };
        let op = self.invoke(Side::Source, "", kind);
        match operations::put_rules(&self.s3, rules).await {
            Ok(()) => self.ok(op, Outcome::default()),
            Err(refused) => self.fail(op, refused.code().as_str()),
        }
    }

    /// Refused while a destination is suspended (R-CFG-02); then the old rules stay.
    /// What was sent before a change arrives before it.
    async fn suspend(&mut self, side: &str, enabled: bool) {
        self.free().await;
        let side = Side::try_from(side.to_owned()).unwrap();
        let op = self.invoke(side, "", OperationKind::Versioning { enabled });
        operations::set_versioning(&self.s3, side, enabled).await;
        self.ok(op, Outcome::default());
    }

    async fn deny(&mut self, action: Option<&str>) {
        self.free().await;
        let actions: BTreeSet<String> = action.iter().map(|action| (*action).to_owned()).collect();
        let kind = match action {
            Some(_) => OperationKind::Deny { actions },
            None => OperationKind::Restore,
        };
        let op = self.invoke(Side::Source, "", kind);
        self.emulator.put_role(ROLE, role(action)).unwrap();
        self.ok(op, Outcome::default());
    }
}
