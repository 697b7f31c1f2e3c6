//! Sweeping: a target is opened for it, or the ledgers alone are read.

use super::{Settings, ledger_folder, open};
use crate::error::{Error, Result};
use crate::provision;
use crate::target::{Choice, Localstack, preflight};

pub use crate::provision::{By, Fate, Find, Sweep, Swept};

/// Removes what dead runs left at a target, or says what it would remove. The embedded pair ends
/// with its process: where it is the target, what the ledgers name anywhere is listed.
///
/// # Errors
/// Whatever keeps the target from being opened, and a folder of ledgers that cannot be read.
pub async fn sweep(settings: &Settings, sweep: &Sweep) -> Result<Swept> {
    let folder = ledger_folder(settings)?;
    if settings.choice == Choice::Emulator {
        return provision::listed(&folder);
    }
    refuse_fresh(settings)?;
    let opened = open(settings).await?;
    preflight(&opened.target).await?;
    let swept = provision::sweep(&opened.target, &folder, sweep).await;
    // Nothing was started: there is nothing to close but clients.
    opened.close().await;
    swept
}

/// A `LocalStack` that would be started for this holds nothing.
fn refuse_fresh(settings: &Settings) -> Result<()> {
    let named = settings.localstack.endpoint.is_some()
        || Localstack::named(&|name| std::env::var(name).ok()).is_some();
    match settings.choice == Choice::Localstack && !named {
        true => Err(Error::Usage(
            "a LocalStack that is started now holds nothing to sweep; name one that runs in \
             LOCALSTACK_ENDPOINT"
                .to_owned(),
        )),
        false => Ok(()),
    }
}
