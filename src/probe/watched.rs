//! What is looked for, and how much that may cost.

use std::time::Duration;

use super::Schedule;
use crate::history::Instant;
use crate::replication::{Tags, VersionId};

/// What has to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The version, at the destination.
    Version,
    /// The delete marker, at the destination.
    Marker,
    /// These tags on the version, at the destination.
    Tags(Tags),
    /// COMPLETED on the version, at the source.
    Status,
}

impl Wanted {
    /// Whether a versions listing of the destination shows it.
    pub(super) fn is_listed(&self) -> bool {
        matches!(self, Self::Version | Self::Marker)
    }

    /// How many kinds there are.
    pub(super) const KINDS: u16 = 4;

    /// A number for each kind.
    pub(super) fn kind(&self) -> u16 {
        match self {
            Self::Version => 0,
            Self::Marker => 1,
            Self::Tags(_) => 2,
            Self::Status => 3,
        }
    }
}

/// An acknowledged operation whose effect is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The operation's number in the history.
    pub op: u32,
    /// The key.
    pub key: String,
    /// How much of the key it shares with those that are listed with it: a page never reaches
    /// beyond.
    pub prefix: usize,
    /// The version.
    pub version: VersionId,
    /// What has to be seen.
    pub wanted: Wanted,
    /// When the operation was acknowledged.
    pub since: Instant,
    /// When looking ends. One look is sent after it.
    pub deadline: Instant,
    /// Operations of one class are expected to take alike; what is known of one says where to look
    /// for the next.
    pub class: u16,
}

/// How economically to look, as data.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// How often to look while nothing is known about the lag.
    pub prior: Schedule,
    /// No two looks at one thing are closer.
    pub finest: Duration,
    /// How many requests one thing may cost on average, once the lag is known.
    pub requests: f64,
    /// How many things a second will be looked for, where that is known beforehand: a page shares
    /// its cost among them. None to find out.
    pub rate: Option<f64>,
    /// From how many things on that are due together a page is cheaper than looks at each.
    pub page_worth: usize,
    /// What an entry that a page shows costs, as a share of a look at one thing.
    pub entry: f64,
    /// No gap between looks at a thing is wider than so many times the mean one, once the lag is
    /// known: what is later than most is looked at nearly as often. Infinite where gaps may grow
    /// with the age.
    pub widest: f64,
    /// How many requests may be under way at once.
    pub side_by_side: usize,
    /// How many of them may be pages.
    pub pages_side_by_side: usize,
}

impl Policy {
    /// For servers on this machine: a request costs nothing but time.
    pub const NEAR: Self = Self {
        prior: Schedule::NEAR,
        finest: Duration::from_micros(500),
        requests: 48.0,
        rate: None,
        page_worth: 2,
        entry: 0.005,
        widest: 1.5,
        side_by_side: 64,
        pages_side_by_side: 2,
    };
    /// For servers that are far away or cost money. On AWS a page costs as much as 12.5 HEADs: $0.005
    /// against $0.0004 a thousand.
    pub const FAR: Self = Self {
        prior: Schedule::FAR,
        finest: Duration::from_millis(20),
        requests: 12.0,
        rate: None,
        page_worth: 13,
        entry: 0.0,
        widest: f64::INFINITY,
        side_by_side: 64,
        pages_side_by_side: 64,
    };

    /// For servers on this machine that take so many writes a second: what these leave of two cores
    /// is enough for 600 requests a second where there are few, and for 300 beside 500.
    #[must_use]
    pub fn near(writes: f64) -> Self {
        Self::NEAR.with_requests((600.0 / writes - 0.6).clamp(0.5, 48.0))
    }

    /// With another number of requests a thing.
    #[must_use]
    pub fn with_requests(mut self, requests: f64) -> Self {
        self.requests = requests;
        self
    }

    /// With a known number of things a second, behind each prefix.
    #[must_use]
    pub fn with_rate(mut self, rate: f64) -> Self {
        self.rate = Some(rate);
        self
    }

    /// With no more than so many things in all, which take about `lag` each: a page is shared by those
    /// that are on their way, and never by more than there are.
    #[must_use]
    pub fn with_at_most(mut self, things: f64, lag: Duration) -> Self {
        let most = things / lag.as_secs_f64().max(1e-9);
        self.rate = self.rate.map(|rate| rate.min(most));
        self
    }

    /// With another schedule while nothing is known.
    #[must_use]
    pub fn with_prior(mut self, prior: Schedule) -> Self {
        self.prior = prior;
        self
    }

    /// With another finest spacing.
    #[must_use]
    pub fn with_finest(mut self, finest: Duration) -> Self {
        self.finest = finest;
        self
    }
}
