//! Looking at the pair: every look is an observation with its send and receipt time.
//!
//! A probe judges nothing. Main types: [`Probe`] looks, [`Schedule`] says how often.

mod failure;
mod look;
mod schedule;
mod wait;

pub use look::Probe;
pub use schedule::Schedule;
