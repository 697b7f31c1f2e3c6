//! What requests cost: what was asked of whom, a dated table of prices, and the bill.
//!
//! Arithmetic only: nothing here asks anybody anything. The table is data, `cost/prices.json`, with
//! its date and its sources. Where AWS's price depends on what bucketpair cannot know, the dearer
//! figure is taken, so that a bill is meant to be an upper bound.

mod bill;
mod prices;
mod usage;

pub use bill::{Bill, Line, Terms};
pub use prices::{Class, Prices, Region};
pub use usage::{Requests, Usage};
