//! Looking for many things at once, economically: the planner says at what, the limiter when.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant as Clock, sleep_until};

use super::look::Probe;
use super::page::Asked;
use super::planner::{Action, ENTRIES, Id, Planner, Told};
use super::watched::{Policy, Wanted, Watched};
use crate::history::{Failure, Instant, Page, Seen, Side};
use crate::replication::ReplicationStatus;
use crate::target::{Admission, Limiter};

/// How far a follower is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Following {
    /// How many things were given to it.
    pub watched: u64,
    /// How many it has stopped looking for: they were there, or their deadline has passed.
    pub ended: u64,
    /// Whether the request budget was spent before it could go on.
    pub spent: bool,
    /// The longest lag seen so far, by its upper bound.
    pub slowest: Duration,
}

/// Looks for whatever it is given, at one destination and at the source's status.
#[derive(Debug)]
pub struct Follower {
    probe: Probe,
    side: Side,
    policy: Policy,
    limiter: Limiter,
    planner: Planner,
    /// How many things there will be, where that is known: a budget is divided among them.
    expected: u64,
    following: Following,
    progress: watch::Sender<Following>,
}

enum Answer {
    Single(Id, Instant, Instant, Told),
    Page(Vec<Id>, Result<Page, Failure>),
}

impl Follower {
    /// A follower for one destination. Its jitter comes from `seed` alone.
    #[must_use]
    pub fn new(probe: Probe, side: Side, policy: Policy, limiter: Limiter, seed: u64) -> Self {
        Self {
            probe,
            side,
            policy,
            limiter,
            planner: Planner::new(policy, side, seed),
            expected: 0,
            following: Following::default(),
            progress: watch::Sender::default(),
        }
    }

    /// Divides what is left of a budget among so many things.
    #[must_use]
    pub fn expecting(mut self, things: u64) -> Self {
        self.expected = things;
        self.afford();
        self
    }

    /// Something like what will be looked for took so long, from the last look that lacked it to
    /// the first that had it.
    pub fn expect(&mut self, took: (Duration, Duration)) {
        self.planner.expect(took);
    }

    /// A key whose version is not looked for, and is listed all the same.
    pub fn note_entry(&mut self, key: &str) {
        self.planner.note_entry(key);
    }

    /// Where to see how far it is.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Following> {
        self.progress.subscribe()
    }

    /// Looks for everything that comes in by `things`, until they are closed and nothing is left to
    /// look for, or the budget is spent. What is seen is in the history.
    pub async fn follow(mut self, mut things: mpsc::UnboundedReceiver<Watched>) -> Following {
        let (mut running, mut open) = (JoinSet::new(), true);
        loop {
            while let Ok(watched) = things.try_recv() {
                self.watch(watched);
            }
            let wake = self.dispatch(&mut running);
            // While writes go on, they may give back a part of the budget.
            if running.is_empty() && wake.is_none() && !open {
                return self.following;
            }
            tokio::select! {
                Some(answer) = running.join_next(), if !running.is_empty() => self.answered(answer),
                watched = things.recv(), if open => match watched {
                    Some(watched) => self.watch(watched),
                    None => open = false,
                },
                () = sleep_until(wake.unwrap_or_else(Clock::now)), if wake.is_some() => {}
            }
            self.report();
        }
    }

    fn watch(&mut self, watched: Watched) {
        self.planner.watch(watched);
        self.following.watched += 1;
    }

    fn report(&mut self) {
        self.following.ended = self.following.watched - self.planner.waiting() as u64;
        self.following.slowest = self.planner.slowest();
        self.progress
            .send_if_modified(|before| std::mem::replace(before, self.following) != self.following);
    }

    /// Sends what is due and admitted. Returns when to come back; none where an answer has to come
    /// first.
    fn dispatch(&mut self, running: &mut JoinSet<Answer>) -> Option<Clock> {
        while running.len() < self.policy.side_by_side {
            let due = self.planner.due(self.probe.recorder.now())?;
            let due = self.probe.recorder.clock(due);
            if due > Clock::now() {
                return Some(due);
            }
            match self.limiter.admit(Clock::now()) {
                Admission::Now => self.following.spent = false,
                Admission::At(moment) => return Some(moment),
                Admission::Spent => {
                    self.following.spent = true;
                    return None;
                }
            }
            self.afford();
            match self.planner.next(self.probe.recorder.now()) {
                Some(Action::Single(id, watched)) => {
                    running.spawn(single(self.probe.clone(), self.side, id, watched));
                }
                Some(Action::Page(asked, ids)) => {
                    running.spawn(page(self.probe.clone(), asked, ids));
                }
                None => {}
            }
        }
        None
    }

    /// What is left of the budget, divided among those that are still to be seen.
    fn afford(&mut self) {
        let Some(left) = self.limiter.left() else {
            return;
        };
        let to_come = self.expected.saturating_sub(self.following.watched);
        let things = to_come + self.planner.waiting() as u64;
        let each = left as f64 / things.max(1) as f64;
        self.planner.afford(self.policy.requests.min(each * 0.8));
    }

    fn answered(&mut self, answer: Result<Answer, JoinError>) {
        match answer {
            Ok(Answer::Single(id, sent, received, told)) => {
                self.planner.told(id, sent, received, told);
            }
            Ok(Answer::Page(ids, Ok(page))) => self.planner.paged(&ids, &page),
            Ok(Answer::Page(ids, Err(_))) => {
                self.planner.page_failed(&ids, self.probe.recorder.now());
            }
            Err(error) => {
                tracing::error!(%error, "a look ended in a panic");
                self.planner.lost();
            }
        }
    }
}

async fn page(probe: Probe, asked: Asked, ids: Vec<Id>) -> Answer {
    Answer::Page(ids, probe.page(&asked).await)
}

async fn single(probe: Probe, side: Side, id: Id, watched: Arc<Watched>) -> Answer {
    let sent = probe.recorder.now();
    let told = told(&probe, side, &watched).await;
    Answer::Single(id, sent, probe.recorder.now(), told)
}

async fn told(probe: &Probe, side: Side, watched: &Watched) -> Told {
    let (key, version) = (watched.key.as_str(), &watched.version);
    if watched.wanted == Wanted::Marker {
        return listed(probe, side, watched).await;
    }
    let seen = match &watched.wanted {
        Wanted::Version => probe.head(side, key, Some(version)).await,
        Wanted::Status => probe.head(Side::Source, key, Some(version)).await,
        _ => probe.tags(side, key, version).await,
    };
    let had = |is_there: bool| if is_there { Told::Had } else { Told::Lacked };
    match (&watched.wanted, &seen) {
        (_, Seen::Failed(_)) => Told::Failed,
        (Wanted::Status, Seen::Present(object)) => match object.status {
            Some(ReplicationStatus::Failed) => Told::Never,
            status => had(status == Some(ReplicationStatus::Completed)),
        },
        (Wanted::Version, Seen::Present(_)) => Told::Had,
        (Wanted::Tags(wanted), Seen::Tags { tags }) => had(tags == wanted),
        _ => Told::Lacked,
    }
}

/// A marker is looked for on a page, since its ID at the destination is left open (R-DEL-05): on
/// one, which is one request, and not in a listing that may be several.
async fn listed(probe: &Probe, side: Side, watched: &Watched) -> Told {
    let asked = Asked {
        side,
        prefix: watched.key.clone(),
        after: None,
        entries: ENTRIES,
    };
    match probe.page(&asked).await {
        Ok(page) if page.shows(watched.op) => Told::Had,
        Ok(page) if page.covers(&watched.key) => Told::Lacked,
        _ => Told::Failed,
    }
}
