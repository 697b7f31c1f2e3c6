//! `--target aws` from the guard to the teardown, with something in this process that stands for
//! AWS: nothing here leaves the machine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "aws/accept.rs"]
mod accept;
#[path = "aws/ahead.rs"]
mod ahead;
#[path = "aws/asked.rs"]
mod asked;
#[path = "aws/denied.rs"]
mod denied;
#[path = "aws/expired.rs"]
mod expired;
#[path = "aws/guard.rs"]
mod guard;
#[path = "aws/lag.rs"]
mod lag;
#[path = "aws/policies.rs"]
mod policies;
#[path = "aws/refused.rs"]
mod refused;
#[path = "aws/secrets.rs"]
mod secrets;
#[path = "aws/stand_in.rs"]
mod stand_in;
#[path = "aws/whole.rs"]
mod whole;
