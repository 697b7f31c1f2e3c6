//! What is known of the lag of each class of things.

use std::collections::HashMap;

use super::super::Schedule;
use super::super::hazard::{Density, Known, Spending};
use super::super::watched::{Wanted, Watched};

/// A scout's pauses grow by so much: it takes a dozen looks where all that is known is a thousand
/// times the first pause.
const SCOUTING: f64 = 1.5;

/// What is known of one class.
#[derive(Debug)]
struct Class {
    known: Known,
    density: Density,
}

/// What is known of every class, and of every kind of thing.
#[derive(Debug)]
pub(super) struct Learned {
    prior: Schedule,
    unknown: Density,
    scouting: Density,
    classes: HashMap<u16, Class>,
    kinds: HashMap<u16, Class>,
}

impl Learned {
    pub(super) fn new(prior: Schedule) -> Self {
        Self {
            prior,
            unknown: Density::prior(prior),
            scouting: Density::prior(Schedule {
                growth: SCOUTING,
                ..prior
            }),
            classes: HashMap::new(),
            kinds: HashMap::new(),
        }
    }

    /// How densely to look at something: as is known of its class, else of its kind.
    pub(super) fn density(&self, watched: &Watched) -> &Density {
        let class = self.classes.get(&watched.class);
        let kind = || self.kinds.get(&watched.wanted.kind());
        class
            .or_else(kind)
            .map_or(&self.unknown, |class| &class.density)
    }

    /// How densely to look for a lag that is not what is known.
    pub(super) fn scouting(&self) -> &Density {
        &self.scouting
    }

    /// Something arrived at this age, in nanoseconds. Returns whether so much has changed that what
    /// was planned is worth planning again.
    pub(super) fn arrived(&mut self, watched: &Watched, age: f64, spending: Spending) -> bool {
        let class = learn(&mut self.classes, watched.class, age, self.prior, spending);
        let kind = watched.wanted.kind();
        learn(&mut self.kinds, kind, age, self.prior, spending) || class
    }

    /// Something of any kind may take about as long.
    pub(super) fn expect(&mut self, age: f64, spending: Spending) {
        for kind in 0..Wanted::KINDS {
            learn(&mut self.kinds, kind, age, self.prior, spending);
        }
    }
}

fn learn(
    all: &mut HashMap<u16, Class>,
    which: u16,
    age: f64,
    prior: Schedule,
    spending: Spending,
) -> bool {
    let class = all.entry(which).or_insert_with(|| Class {
        known: Known::default(),
        density: Density::prior(prior),
    });
    class.known.arrived(age);
    if class.known.is_news() {
        class.density = class.known.density(prior, spending);
    }
    class.known.is_turning_point()
}
