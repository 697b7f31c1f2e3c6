//! Operations on the pair: described as data, then sent and recorded.
//!
//! Seeing what became of them is [`probe`](crate::probe)'s; judging it is
//! [`check`](crate::check)'s. Main types: [`Step`] describes, [`Driver`] sends.

mod acl;
mod ask;
mod document;
mod driver;
mod lock;
mod many;
mod object;
mod payload;
mod send;
mod setting;
mod step;
mod unfinished;
mod wire;

pub use crate::history::{Ask, Lifecycle, Side, Trouble};
pub use document::Document;
pub use driver::{Applied, Driver};
pub use object::{Body, Object};
pub use payload::Payload;
pub use step::{How, Step, Until, Write};
