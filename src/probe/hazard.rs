//! What is known about the lag so far, and how densely to look because of it.
//!
//! The spacing of looks that gives the narrowest intervals for so many looks is proportional to
//! one over the root of the hazard: Keller, "Optimum checking schedules for systems subject to
//! random failure", Management Science 21 (1974). The hazard is that of the last arrivals, between
//! every few of them.

use std::collections::VecDeque;
use std::time::Duration;

use super::Schedule;

/// How many arrivals are remembered; older ones say less about the lag of now.
const REMEMBERED: usize = 512;
/// Fewer arrivals are spread out, since the next one may differ from them.
const FEW: usize = 12;
/// How far one arrival is spread, as a share of its age.
const SPREAD: f64 = 0.3;
/// Into how many blocks the arrivals are divided, at most.
const BLOCKS: usize = 48;
/// Before the first arrival that is likely, one look is made in this share of its age.
const GUARD: f64 = 0.1;
/// While few arrivals are known, no gap before the first is wider than so many of the widest ones
/// behind it: the next may well come earlier.
const EARLY: f64 = 4.0;
/// Behind the last arrival that is likely, the spacing grows by this share of the distance.
const TAIL: f64 = 0.25;

/// How much may be spent on looking.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spending {
    /// How many requests each thing may cost on average.
    pub(super) requests: f64,
    /// How many things a second can share a request, because a page shows them all; 0 where each
    /// takes its own.
    pub(super) rate: f64,
    /// What an entry that a page shows costs, as a share of a request.
    pub(super) entry: f64,
    /// No two looks at one thing are closer.
    pub(super) finest: Duration,
    /// No gap is wider than so many times the mean one.
    pub(super) widest: f64,
}

/// The ages at which things arrived so far, in nanoseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    ages: VecDeque<f64>,
    fresh: usize,
}

impl Known {
    /// Something arrived at this age.
    pub(super) fn arrived(&mut self, age: f64) {
        if self.ages.len() == REMEMBERED {
            self.ages.pop_front();
        }
        self.ages.push_back(age);
        self.fresh += 1;
    }

    /// Whether enough is new since the last density was made.
    pub(super) fn is_news(&self) -> bool {
        self.fresh * 6 >= self.ages.len()
    }

    /// Whether what is known has changed so much that plans made before are worth changing.
    pub(super) fn is_turning_point(&self) -> bool {
        self.ages.len().is_power_of_two() && self.ages.len() < REMEMBERED
    }

    /// How densely to look.
    pub(super) fn density(&mut self, prior: Schedule, spending: Spending) -> Density {
        self.fresh = 0;
        let mut ages = self.spread_out();
        ages.sort_by(f64::total_cmp);
        let early = match self.ages.len() < FEW {
            true => EARLY,
            false => f64::INFINITY,
        };
        Density::of(&ages, prior, spending, early)
    }
}

impl Known {
    fn spread_out(&self) -> Vec<f64> {
        let n = self.ages.len();
        if n >= FEW {
            return self.ages.iter().copied().collect();
        }
        let spread = SPREAD / (n as f64).sqrt();
        let copies = (FEW * 2).div_ceil(n) | 1;
        let around = |age: &f64| {
            let age = *age;
            let place = move |k: usize| 2.0 * k as f64 / (copies - 1) as f64 - 1.0;
            (0..copies).map(move |k| age * (1.0 + spread * place(k)))
        };
        self.ages.iter().flat_map(around).collect()
    }
}

/// A page is not expected to reach over more keys.
const FULL: f64 = 800.0;

/// A stretch of ages between a few arrivals.
#[derive(Debug, Clone, Copy)]
struct Block {
    from: f64,
    to: f64,
    /// The share that had not arrived before.
    at_risk: f64,
    /// The share of all that arrived in it.
    share: f64,
}

impl Block {
    fn length(&self) -> f64 {
        self.to - self.from
    }

    fn spacing(&self, scale: f64, (finest, widest): (f64, f64)) -> f64 {
        (scale * self.relative_spacing()).clamp(finest, widest)
    }

    /// What the spacing is proportional to: one over the root of the hazard.
    fn relative_spacing(&self) -> f64 {
        (self.at_risk * self.length() / self.share).sqrt()
    }
}

/// How many looks are made up to each age: a line between knots, and the prior behind the last.
#[derive(Debug, Clone)]
pub(super) struct Density {
    knots: Vec<(f64, f64)>,
    prior: Schedule,
}

impl Density {
    /// When nothing is known: as the schedule says.
    pub(super) fn prior(prior: Schedule) -> Self {
        Self {
            knots: vec![(0.0, 0.0)],
            prior,
        }
    }

    fn of(ages: &[f64], prior: Schedule, spending: Spending, early: f64) -> Self {
        let finest = spending.finest.as_nanos() as f64;
        let blocks = blocks(ages, finest);
        let looks = spending.requests * shared(&blocks, spending);
        let range = (finest, widest(&blocks, looks, spending).max(finest));
        let scale = scale(&blocks, looks, range);
        let spacing = |block: &Block| block.spacing(scale, range);
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
            return Self::prior(prior);
        };
        let mut density = Self {
            knots: vec![(0.0, 0.0)],
            prior,
        };
        density.lead_in(first.from, spacing(first), early * range.1);
        for block in &blocks {
            density.go_on(block.to, spacing(block));
        }
        density.tail(last.to, spacing(last), range);
        density
    }

    /// Looks at `spacing` up to `age`.
    fn go_on(&mut self, age: f64, spacing: f64) {
        let (before, looks) = self.last();
        if age > before {
            self.knots.push((age, looks + (age - before) / spacing));
        }
    }

    fn last(&self) -> (f64, f64) {
        self.knots.last().copied().unwrap_or_default()
    }

    /// One look some time before the first arrival, and two close before it: whatever arrives then
    /// was seen to lack.
    fn lead_in(&mut self, first: f64, spacing: f64, widest: f64) {
        let (guard, close) = (first * (1.0 - GUARD), first - 2.0 * spacing);
        if close > guard && guard > 0.0 {
            self.go_on(guard, (guard / 0.3).min(widest));
            self.go_on(close, ((close - guard) / 1.2).min(widest));
        } else if close > 0.0 {
            self.go_on(close, (close / 0.5).min(widest));
        }
        self.go_on(first, spacing);
    }

    /// Ever sparser behind the last arrival, until the prior takes over.
    fn tail(&mut self, last: f64, spacing: f64, (finest, widest): (f64, f64)) {
        let mut distance = spacing.max(finest);
        self.go_on(last + distance, spacing);
        while distance < 4.0 * last.max(1e6) {
            let age = last + 1.5 * distance;
            let sparse = (spacing + TAIL * distance).min(widest);
            self.go_on(age, sparse.min(self.prior.pause_at(age)).max(finest));
            distance *= 1.5;
        }
    }

    /// At which age to look again after a look at `age`, `step` looks on (1 on average).
    pub(super) fn next(&self, age: f64, step: f64) -> f64 {
        let target = self.looks_at(age) + step;
        let place = self.knots.partition_point(|(_, looks)| *looks < target);
        let Some((to, looks)) = self.knots.get(place).copied() else {
            let (last, looks) = self.last();
            // What the knots do not cover is the prior's.
            let left = (target - looks.max(self.looks_at(age))).max(0.0);
            let from = age.max(last);
            return from + left * self.prior.pause_at(from);
        };
        let (from, before) = self.knots[place.saturating_sub(1)];
        from + (to - from) * (target - before) / (looks - before)
    }

    fn looks_at(&self, age: f64) -> f64 {
        let place = self.knots.partition_point(|(knot, _)| *knot <= age);
        let (from, before) = self.knots[place.saturating_sub(1)];
        match self.knots.get(place) {
            Some((to, looks)) => before + (looks - before) * (age - from) / (to - from),
            None => before,
        }
    }
}

/// Divides sorted ages into blocks of equally many, but for the few at either end.
fn blocks(ages: &[f64], finest: f64) -> Vec<Block> {
    let n = ages.len();
    let trimmed = &ages[n / 256..n - n / 256];
    let each = (trimmed.len() / BLOCKS).max(3);
    let mut blocks: Vec<Block> = Vec::new();
    let mut begun = 0;
    for end in (each..trimmed.len())
        .step_by(each)
        .chain([trimmed.len() - 1])
    {
        let from = blocks.last().map_or(trimmed[0], |block| block.to);
        // Many may arrive at one age; a block has some length all the same.
        let to = trimmed[end];
        if to - from < finest / 4.0 && end + 1 < trimmed.len() {
            continue;
        }
        blocks.push(Block {
            from,
            to: to.max(from + finest / 4.0),
            at_risk: 1.0 - begun as f64 / n as f64,
            share: (end - begun).max(1) as f64 / n as f64,
        });
        begun = end;
    }
    blocks
}

/// How long a thing is looked for on average.
fn at_risk(blocks: &[Block]) -> f64 {
    blocks.iter().map(|b| b.at_risk * b.length()).sum()
}

/// How many things are looked at for the price of one: a page shows all that are likely to arrive
/// soon, and costs more the more of what it reaches over has arrived.
fn shared(blocks: &[Block], spending: Spending) -> f64 {
    let length: f64 = blocks.iter().map(Block::length).sum();
    let waiting = at_risk(blocks) / length.max(1.0);
    let keys = (spending.rate * length / 1e9).min(FULL);
    let price = 1.0 + spending.entry * keys * (1.0 - waiting);
    (keys * waiting / price).max(1.0)
}

/// No gap is wider where things are likely to arrive.
fn widest(blocks: &[Block], looks: f64, spending: Spending) -> f64 {
    spending.widest * at_risk(blocks) / looks
}

/// How wide the spacing is, so that a thing is looked at `looks` times on average while it is
/// likely to arrive.
fn scale(blocks: &[Block], looks: f64, range: (f64, f64)) -> f64 {
    let expected = |scale: f64| {
        let of_block = |block: &Block| block.at_risk * block.length() / block.spacing(scale, range);
        blocks.iter().map(of_block).sum::<f64>()
    };
    let (mut low, mut high) = (1e-9_f64, 1e9_f64);
    for _ in 0..100 {
        let middle = (low * high).sqrt();
        match expected(middle) > looks {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests;
