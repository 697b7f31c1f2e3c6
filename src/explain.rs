//! Explains one object: which rule matches and why, its status, what is at each destination, the
//! likely reason, and the remedy.
//!
//! Nothing is written. [`read`] looks, [`explain`] is a pure function of what was seen.

mod address;
mod facts;
mod matching;
mod read;
mod reason;
mod there;

#[cfg(test)]
mod tests;

pub use address::Address;
pub use facts::{DestinationFacts, ObjectFacts};
pub use matching::Consideration;
pub use read::read;
pub use reason::{AtDestination, Explanation, Remedy, explain};
