//! The flags that say which target and which pair, of every verb that has one.

use std::path::PathBuf;

use clap::Args;

use crate::config::{duration, pair};
use crate::error::{Error, Result};
use crate::runner::Settings;

/// Which target, which pair, and how they are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(super) struct TargetFlags {
    /// emulator, localstack, aws, a URL, or two (SOURCE,DESTINATION) [BUCKETPAIR_TARGET]
    ///
    /// Keys for a URL come from BUCKETPAIR_ACCESS_KEY_ID and BUCKETPAIR_SECRET_ACCESS_KEY, or
    /// from --profile; never from the ambient AWS configuration.
    #[arg(long, value_name = "TARGET")]
    pub(super) target: Option<String>,

    /// Use a pair that is there, in a prefix of its own; its configuration is not touched
    /// [BUCKETPAIR_PAIR]
    #[arg(long, value_name = "SOURCE,DESTINATION")]
    pub(super) pair: Option<String>,

    /// Use the pair that two CloudFormation stacks of this name make [BUCKETPAIR_STACK]
    #[arg(long, value_name = "NAME", conflicts_with = "pair")]
    pub(super) stack: Option<String>,

    /// The source's region [default: ap-northeast-1] [BUCKETPAIR_SOURCE_REGION]
    #[arg(long, value_name = "REGION")]
    pub(super) source_region: Option<String>,

    /// The destination's region [default: us-east-1] [BUCKETPAIR_DESTINATION_REGION]
    #[arg(long, value_name = "REGION")]
    pub(super) destination_region: Option<String>,

    /// A profile of ~/.aws whose keys are used for a URL, or for AWS [BUCKETPAIR_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// The source's profile, where each side has its own [BUCKETPAIR_SOURCE_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub(super) source_profile: Option<String>,

    /// The destination's profile, where each side has its own [BUCKETPAIR_DESTINATION_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub(super) destination_profile: Option<String>,

    /// The AWS account that may be touched; STS has to agree [BUCKETPAIR_ACCOUNT]
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,

    /// The destination's account, where it is another [BUCKETPAIR_DESTINATION_ACCOUNT]
    #[arg(long, value_name = "ID")]
    pub(super) destination_account: Option<String>,

    /// Account IDs, names of profiles or ARNs of identities that are never touched; adds to
    /// [BUCKETPAIR_NEVER_ACCOUNTS]
    #[arg(long, value_name = "GLOB")]
    pub(super) never_account: Vec<String>,

    /// The role that replicates fresh pairs on AWS; `stack up` makes one [BUCKETPAIR_ROLE]
    #[arg(long, value_name = "ARN")]
    pub(super) role: Option<String>,

    /// How long fresh pairs rest before the first write [default: 15m on AWS, else none]
    /// [BUCKETPAIR_SETTLE]
    #[arg(long, value_name = "TIME")]
    pub(super) settle: Option<String>,

    /// A PEM file of certificates to trust besides the system's [BUCKETPAIR_CA_BUNDLE]
    #[arg(long, value_name = "FILE")]
    pub(super) ca_bundle: Option<PathBuf>,

    /// The folder with the ledgers of what runs made [default: ~/.local/state/bucketpair/ledger]
    /// [BUCKETPAIR_LEDGER]
    #[arg(long, value_name = "DIR")]
    pub(super) ledger: Option<PathBuf>,

    /// Payloads and the embedded pair's delays come from this [default: 0] [BUCKETPAIR_SEED]
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,

    /// By when a replica has to be there: 250ms, 30s, 15m, 2h [BUCKETPAIR_DEADLINE]
    #[arg(long, value_name = "TIME")]
    pub(super) deadline: Option<String>,

    /// The delay of the embedded pair, or of a LocalStack that is started: 200ms, uniform:5ms..1s, lognormal:25ms,0.5, pareto:5ms,1.5, exponential:25ms, bimodal:25ms,2s,0.1
    /// [BUCKETPAIR_DELAY]
    #[arg(long, value_name = "DELAY")]
    pub(super) delay: Option<String>,
}

impl TargetFlags {
    /// These flags, and those of `before` where these say nothing.
    pub(super) fn over(self, before: Self) -> Self {
        let (pair, stack) = (self.pair, self.stack);
        // Both name the pair: one behind the verb comes before either in front of it.
        let named = pair.is_some() || stack.is_some();
        Self {
            target: self.target.or(before.target),
            pair: pair.or(before.pair.filter(|_| !named)),
            stack: stack.or(before.stack.filter(|_| !named)),
            source_region: self.source_region.or(before.source_region),
            destination_region: self.destination_region.or(before.destination_region),
            profile: self.profile.or(before.profile),
            source_profile: self.source_profile.or(before.source_profile),
            destination_profile: self.destination_profile.or(before.destination_profile),
            account: self.account.or(before.account),
            destination_account: self.destination_account.or(before.destination_account),
            never_account: [before.never_account, self.never_account].concat(),
            role: self.role.or(before.role),
            settle: self.settle.or(before.settle),
            ca_bundle: self.ca_bundle.or(before.ca_bundle),
            ledger: self.ledger.or(before.ledger),
            seed: self.seed.or(before.seed),
            deadline: self.deadline.or(before.deadline),
            delay: self.delay.or(before.delay),
        }
    }

    /// The flag that names a pair, where one does.
    #[cfg(feature = "stacks")]
    pub(super) fn pair_flag(&self) -> Option<&'static str> {
        let stack = self.stack.as_ref().map(|_| "--stack");
        self.pair.as_ref().map(|_| "--pair").or(stack)
    }

    /// Puts them over the settings that the variables made.
    ///
    /// # Errors
    /// [`Error::Usage`] for a value that makes no sense, with the flag's name.
    pub(super) fn apply(self, settings: &mut Settings) -> Result<()> {
        let connect = &mut settings.connect;
        set(&mut connect.source_region, self.source_region);
        set(&mut connect.destination_region, self.destination_region);
        set_some(&mut connect.profile, self.profile);
        set_some(&mut connect.source_profile, self.source_profile);
        set_some(&mut connect.destination_profile, self.destination_profile);
        set_some(&mut connect.ca_bundle, self.ca_bundle);
        set_some(&mut connect.accounts.source, self.account);
        set_some(&mut connect.accounts.destination, self.destination_account);
        connect.accounts.never.extend(self.never_account);
        set_some(&mut settings.role, self.role);
        let settle = parsed("--settle", self.settle, "a time such as 15m", duration)?;
        set_some(&mut settings.settle, settle);
        set_some(&mut settings.ledger, self.ledger);
        set(&mut settings.seed, self.seed);
        settings.delay = self.delay.or(settings.delay.take());
        let deadline = parsed("--deadline", self.deadline, "a time such as 30s", duration)?;
        settings.deadline = deadline.or(settings.deadline);
        let named = parsed("--pair", self.pair, "SOURCE,DESTINATION", pair)?;
        // One of the two flags comes before both variables.
        if named.is_some() || self.stack.is_some() {
            (settings.pair, settings.stack) = (named, self.stack);
        }
        Ok(())
    }
}

fn set<T>(setting: &mut T, flag: Option<T>) {
    if let Some(value) = flag {
        *setting = value;
    }
}

fn set_some<T>(setting: &mut Option<T>, flag: Option<T>) {
    *setting = flag.or(setting.take());
}

/// A flag's value, or one line that names flag, value and form.
///
/// # Errors
/// [`Error::Usage`] for a value that `parse` does not take.
pub(super) fn parsed<T>(
    name: &str,
    text: Option<String>,
    form: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || Error::Usage(format!("{name} {text:?} makes no sense; write {form}"));
    parse(&text).map(Some).ok_or_else(wrong)
}
