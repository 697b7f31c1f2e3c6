//! Judges a history: which replication rules were kept, which were broken, and what nobody saw.
//!
//! Pure: a history goes in, a [`Judgement`] comes out; the same history always gives the same one.
//! What was not observed is [`Verdict::Unknown`], never [`Verdict::Pass`]. What a destination
//! should hold is decided by [`mod@reference`], written from the rule table alone.

mod acl;
mod answers;
mod arrival;
mod atomic;
mod bucket;
mod content;
mod dates;
mod encryption;
mod failing;
mod held;
mod identity;
mod judgement;
mod keys;
mod kind;
mod lifecycle;
pub mod lock;
mod looks;
mod marker;
mod matching;
mod negative;
mod obstacle;
mod ops;
mod order;
mod pages;
mod parts;
mod reason;
pub mod reference;
mod status;
mod tags;
mod tally;
mod two_way;
mod verdict;
mod view;

#[cfg(test)]
mod tests;

pub use answers::is_answered;
pub use judgement::{Judgement, judge};
pub use kind::{Check, CheckKind};
pub use obstacle::Obstacles;
pub use tally::{Counts, Evidence, Finding};
pub use verdict::{Expectation, PlannedCheck, Verdict};
