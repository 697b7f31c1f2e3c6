//! The flags of the verbs that write.

use clap::Args;

use crate::runner::Settings;

/// What a verb that writes may do.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct CautionFlags {
    /// Write into a pair that bucketpair did not make, below a prefix of the run's own
    /// [BUCKETPAIR_ACCEPT_WRITES]
    #[arg(long)]
    pub(super) accept_writes: bool,
}

impl CautionFlags {
    /// These flags, and those of `before` where these say nothing.
    pub(super) fn over(self, before: &Self) -> Self {
        Self {
            accept_writes: self.accept_writes || before.accept_writes,
        }
    }

    /// Puts them over the settings that the variables made.
    pub(super) fn apply(&self, settings: &mut Settings) {
        settings.accept_writes |= self.accept_writes;
    }
}
