//! Looking at the pair: every look is an observation with its send and receipt time.
//!
//! A probe judges nothing. Main types: [`Probe`] looks, [`Schedule`] says how often; a [`Follower`]
//! looks for many things at once, as economically as its [`Policy`] says.

mod acl;
mod failure;
mod follow;
mod hazard;
mod listing;
mod look;
mod page;
mod parts;
mod planner;
mod schedule;
mod server_time;
mod wait;
mod watched;

pub use follow::{Follower, Following};
pub use look::Probe;
pub use page::Asked;
pub use schedule::Schedule;
pub use server_time::ServerTime;
pub use watched::{Policy, Wanted, Watched};
