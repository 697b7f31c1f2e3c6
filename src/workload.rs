//! Operations on the pair: described as data, then sent and recorded.
//!
//! Seeing what became of them is [`probe`](crate::probe)'s; judging it is
//! [`check`](crate::check)'s. Main types: [`Step`] describes, [`Driver`] sends.

mod driver;
mod payload;
mod send;
mod step;

pub use crate::history::Side;
pub use driver::{Applied, Driver};
pub use payload::Payload;
pub use step::{Body, How, Object, Step, Until, Write};
