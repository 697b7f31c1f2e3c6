//! What requests cost: what was asked of whom, a dated table of prices, and the bill.
//!
//! Arithmetic only: nothing here asks anybody anything. The table is data, `cost/prices.json`: each
//! price has its date and its source. Where a charge depends on what bucketpair cannot know, the
//! dearer case is taken, so that a bill is an upper bound as far as the prices are right: what was
//! written is stored for a month, every write travels to every destination, a copy is as large as
//! the largest object that was sent.

mod bill;
mod prices;
mod usage;

pub use bill::{Bill, Line, Terms};
pub use prices::{Class, Price, Prices, Region};
pub use usage::{Requests, Usage};
