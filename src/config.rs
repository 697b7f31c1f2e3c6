//! The variables of bucketpair: the only place that reads `BUCKETPAIR_*`.
//!
//! Precedence: a flag, then the variable, then the default. The prefix is ours, so that an unknown
//! variable of it is an error and not a setting that silently does nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::runner::Settings;
use crate::span;
use crate::target::{Choice, Connect, Keys};

/// Declares the variables with their documentation.
macro_rules! variables {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal),* $(,)?) => {
        /// A variable that bucketpair reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Variable {
            $($(#[doc = $doc])+ $variant),*
        }

        impl Variable {
            /// Every variable.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the environment.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

variables! {
    /// The target: `emulator`, `localstack`, a URL, or two URLs (`SOURCE,DESTINATION`). Default: `emulator`.
    Target = "BUCKETPAIR_TARGET",
    /// The access key ID for a URL.
    AccessKeyId = "BUCKETPAIR_ACCESS_KEY_ID",
    /// The secret access key for a URL.
    SecretAccessKey = "BUCKETPAIR_SECRET_ACCESS_KEY",
    /// A profile of `~/.aws` whose keys are used instead.
    Profile = "BUCKETPAIR_PROFILE",
    /// The source's profile, where each side has its own.
    SourceProfile = "BUCKETPAIR_SOURCE_PROFILE",
    /// The destination's profile, where each side has its own.
    DestinationProfile = "BUCKETPAIR_DESTINATION_PROFILE",
    /// The AWS account that may be touched. Default: none may.
    Account = "BUCKETPAIR_ACCOUNT",
    /// The destination's AWS account. Default: the source's.
    DestinationAccount = "BUCKETPAIR_DESTINATION_ACCOUNT",
    /// Patterns of accounts that are never touched, separated by commas. Default: none.
    NeverAccounts = "BUCKETPAIR_NEVER_ACCOUNTS",
    /// The ARN of the role that replicates fresh pairs on AWS.
    Role = "BUCKETPAIR_ROLE",
    /// How long fresh pairs rest before the first write. Default: 15 minutes on AWS, else none.
    Settle = "BUCKETPAIR_SETTLE",
    /// What a run may cost at most, in USD. Default: no cap.
    MaxUsd = "BUCKETPAIR_MAX_USD",
    /// The file in which runs add up what they cost, below one cap. Default: none.
    Spent = "BUCKETPAIR_SPENT",
    /// The source's region. Default: `ap-northeast-1`.
    SourceRegion = "BUCKETPAIR_SOURCE_REGION",
    /// The destination's region. Default: `us-east-1`.
    DestinationRegion = "BUCKETPAIR_DESTINATION_REGION",
    /// The seed of payloads and delays. Default: 0.
    Seed = "BUCKETPAIR_SEED",
    /// By when a replica has to be there. Default: the target's.
    Deadline = "BUCKETPAIR_DEADLINE",
    /// How many scenarios run side by side. Default: the target's.
    Jobs = "BUCKETPAIR_JOBS",
    /// The folder with the ledgers of what runs made. Default: `bucketpair/ledger` in
    /// `XDG_STATE_HOME`, which is `~/.local/state` by default.
    Ledger = "BUCKETPAIR_LEDGER",
    /// The folder for history and report. Default: none is written.
    Report = "BUCKETPAIR_REPORT",
    /// A PEM file of certificates to trust. Default: the system's.
    CaBundle = "BUCKETPAIR_CA_BUNDLE",
    /// A pair that is there: `SOURCE,DESTINATION`. Default: fresh ones.
    Pair = "BUCKETPAIR_PAIR",
    /// The name of two stacks whose buckets are the pair. Default: none.
    Stack = "BUCKETPAIR_STACK",
    /// Whether a pair that bucketpair did not make may be written into: `1` or `0`. Default: `0`.
    AcceptWrites = "BUCKETPAIR_ACCEPT_WRITES",
    /// The delay of the embedded pair, or of a `LocalStack` that is started: `200ms`,
    /// `lognormal:25ms,0.5`, … Default: `lognormal:25ms,0.4`.
    Delay = "BUCKETPAIR_DELAY",
    /// How the report is printed: `terminal`, `json`, `markdown`, `junit` or `prometheus`. Default:
    /// `terminal`.
    Format = "BUCKETPAIR_FORMAT",
    /// Whether the buckets stay where they are: `1` or `true`, `0` or `false`. Default: `0`.
    Keep = "BUCKETPAIR_KEEP",
    /// The image that `--target localstack` starts. Default: `localstack/localstack:4.14.0`.
    LocalstackImage = "BUCKETPAIR_LOCALSTACK_IMAGE",
    /// Whether an image that is not here is pulled: `1` or `0`. Default: `0`.
    Pull = "BUCKETPAIR_PULL",
    /// What `cargo test` must not ignore for want of a program: `localstack`, `chromium`, or both
    /// with a comma between. Default: none.
    Require = "BUCKETPAIR_REQUIRE",
}

/// What [`Variable::Require`] may name.
const REQUIRABLE: [&str; 2] = ["localstack", "chromium"];

/// The environment of this process. What is not Unicode is made so: `std::env::vars` would panic
/// over a variable that is none of ours.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

/// The variables that are set.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<Variable, String>);

impl Variables {
    /// Reads an environment. Variables of other prefixes are none of ours, empty ones count as
    /// not set.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown variable of our prefix, with the near one.
    pub fn read(environment: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let ours = |(name, _): &(String, String)| name.starts_with("BUCKETPAIR_");
        let mut set = BTreeMap::new();
        for (name, value) in environment.into_iter().filter(ours) {
            let known = Variable::ALL
                .iter()
                .find(|variable| variable.name() == name);
            let variable = known.ok_or_else(|| unknown(&name))?;
            if !value.is_empty() {
                set.insert(*variable, value);
            }
        }
        Ok(Self(set))
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, variable: Variable) -> Option<&str> {
        self.0.get(&variable).map(String::as_str)
    }

    /// The settings that the variables make, before any flag.
    ///
    /// # Errors
    /// [`Error::Usage`] for a value that makes no sense, with the variable's name.
    pub fn settings(&self) -> Result<Settings> {
        self.settings_below(None)
    }

    /// The same below a target that a flag names.
    ///
    /// # Errors
    /// As [`Variables::settings`].
    pub fn settings_below(&self, target: Option<&str>) -> Result<Settings> {
        let mut settings = Settings::default();
        let text = |variable| self.get(variable).map(str::to_owned);
        if let Some(target) = target.or(self.get(Variable::Target)) {
            settings.choice = target.parse::<Choice>()?;
        }
        self.connect(&mut settings.connect)?;
        settings.role = text(Variable::Role);
        settings.spent = text(Variable::Spent).map(PathBuf::from);
        settings.max_usd = self.parsed(Variable::MaxUsd, "an amount such as 0.50", usd)?;
        settings.settle = self.parsed(Variable::Settle, "a time such as 15m", duration)?;
        settings.seed = self
            .parsed(Variable::Seed, "a whole number", |t| t.parse().ok())?
            .unwrap_or(0);
        settings.jobs = self.parsed(Variable::Jobs, "a whole number", |t| t.parse().ok())?;
        settings.deadline = self.parsed(Variable::Deadline, "a time such as 30s", duration)?;
        settings.pair = self.parsed(Variable::Pair, "SOURCE,DESTINATION", pair)?;
        settings.ledger = text(Variable::Ledger).map(PathBuf::from);
        settings.stack = text(Variable::Stack);
        if settings.pair.is_some() && settings.stack.is_some() {
            return Err(Error::Usage(format!(
                "{} and {} both name the pair; unset one of them",
                Variable::Pair.name(),
                Variable::Stack.name()
            )));
        }
        settings.report = text(Variable::Report).map(PathBuf::from);
        settings.delay = text(Variable::Delay);
        let accepts = self.parsed(Variable::AcceptWrites, "1 or 0", switch)?;
        settings.accept_writes = accepts.unwrap_or_default();
        let keep = self.parsed(Variable::Keep, "1 or 0", switch)?;
        settings.keep = keep.unwrap_or_default();
        if let Some(image) = text(Variable::LocalstackImage) {
            settings.localstack.image = image;
        }
        let pull = self.parsed(Variable::Pull, "1 or 0", switch)?;
        settings.localstack.pull = pull.unwrap_or_default();
        Ok(settings)
    }

    /// How endpoints and accounts are reached.
    fn connect(&self, connect: &mut Connect) -> Result<()> {
        let text = |variable| self.get(variable).map(str::to_owned);
        connect.keys = self.keys()?;
        connect.profile = text(Variable::Profile);
        connect.source_profile = text(Variable::SourceProfile);
        connect.destination_profile = text(Variable::DestinationProfile);
        connect.accounts.source = text(Variable::Account);
        connect.accounts.destination = text(Variable::DestinationAccount);
        let never = self.get(Variable::NeverAccounts).unwrap_or_default();
        let never = never
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        connect.accounts.never = never.map(str::to_owned).collect();
        connect.ca_bundle = text(Variable::CaBundle).map(PathBuf::from);
        if let Some(region) = text(Variable::SourceRegion) {
            connect.source_region = region;
        }
        if let Some(region) = text(Variable::DestinationRegion) {
            connect.destination_region = region;
        }
        Ok(())
    }

    /// Whether `cargo test` must not ignore the trials on `LocalStack`.
    ///
    /// # Errors
    /// [`Error::Usage`] for another word, which would silently require nothing.
    pub fn requires_localstack(&self) -> Result<bool> {
        self.requires("localstack")
    }

    /// Whether `cargo test` must not ignore the trials in Chromium.
    ///
    /// # Errors
    /// As [`Variables::requires_localstack`].
    pub fn requires_chromium(&self) -> Result<bool> {
        self.requires("chromium")
    }

    fn requires(&self, program: &str) -> Result<bool> {
        let known = |text: &str| {
            let words: Vec<_> = text.split(',').map(|word| word.trim().to_owned()).collect();
            let all = words.iter().all(|word| REQUIRABLE.contains(&word.as_str()));
            all.then_some(words)
        };
        let form = "localstack, chromium, or both with a comma between";
        let required = self.parsed(Variable::Require, form, known)?;
        Ok(required.is_some_and(|words| words.iter().any(|word| word == program)))
    }

    fn keys(&self) -> Result<Option<Keys>> {
        match (
            self.get(Variable::AccessKeyId),
            self.get(Variable::SecretAccessKey),
        ) {
            (Some(id), Some(secret)) => Ok(Some(Keys::new(id, secret))),
            (None, None) => Ok(None),
            (id, _) => {
                let missing = if id.is_some() {
                    Variable::SecretAccessKey
                } else {
                    Variable::AccessKeyId
                };
                Err(Error::Usage(format!(
                    "half a key is given; set {} too",
                    missing.name()
                )))
            }
        }
    }

    fn parsed<T>(
        &self,
        variable: Variable,
        form: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(variable) else {
            return Ok(None);
        };
        let name = variable.name();
        let wrong = || Error::Usage(format!("{name}={value:?} makes no sense; write {form}"));
        parse(value).map(Some).ok_or_else(wrong)
    }
}

fn unknown(name: &str) -> Error {
    let near = Variable::ALL
        .iter()
        .map(|variable| {
            (
                strsim::damerau_levenshtein(name, variable.name()),
                variable.name(),
            )
        })
        .min();
    let near = near.map_or("", |(_, near)| near);
    Error::Usage(format!("unknown variable {name}; did you mean {near}?"))
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// Reads `250ms`, `30s`, `15m` or `2h`; nothing of no length.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    span::parse(text).filter(|duration| !duration.is_zero())
}

/// Reads an amount of USD, such as `0.50`.
#[must_use]
pub fn usd(text: &str) -> Option<f64> {
    let amount: f64 = text.trim().parse().ok()?;
    (amount.is_finite() && amount > 0.0).then_some(amount)
}

/// Reads `SOURCE,DESTINATION`.
#[must_use]
pub fn pair(text: &str) -> Option<(String, String)> {
    let (source, destination) = text.split_once(',')?;
    let named = |name: &str| !name.is_empty() && !name.contains(',');
    (named(source) && named(destination)).then(|| (source.to_owned(), destination.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn variables(set: &[(&str, &str)]) -> Result<Variables> {
        Variables::read(
            set.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn an_unknown_variable_names_the_near_one() {
        let error = variables(&[("BUCKETPAIR_TRAGET", "emulator")]).unwrap_err();
        assert!(
            error.to_string().contains("did you mean BUCKETPAIR_TARGET"),
            "{error}"
        );
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        assert!(
            variables(&[("AWS_REGION", "x"), ("PATH", "y")])
                .unwrap()
                .0
                .is_empty()
        );
    }

    #[rstest]
    #[case("BUCKETPAIR_SEED", "seven")]
    #[case("BUCKETPAIR_DEADLINE", "soon")]
    #[case("BUCKETPAIR_JOBS", "-1")]
    #[case("BUCKETPAIR_PAIR", "only-one")]
    #[case("BUCKETPAIR_KEEP", "perhaps")]
    #[case("BUCKETPAIR_TARGET", "emulater")]
    fn a_value_that_makes_no_sense_is_a_usage_error(#[case] name: &str, #[case] value: &str) {
        let error = variables(&[(name, value)]).unwrap().settings().unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(error.to_string().contains(value), "{error}");
    }

    #[test]
    fn half_a_key_names_the_other_half() {
        let set = variables(&[("BUCKETPAIR_ACCESS_KEY_ID", "id")]).unwrap();
        let error = set.settings().unwrap_err();
        assert!(
            error.to_string().contains("BUCKETPAIR_SECRET_ACCESS_KEY"),
            "{error}"
        );
    }

    #[rstest]
    #[case::one("localstack", true, false)]
    #[case::both("localstack, chromium", true, true)]
    #[case::other("chromium", false, true)]
    #[case::none("", false, false)]
    fn what_is_required_is_a_list(#[case] text: &str, #[case] stack: bool, #[case] browser: bool) {
        let set = variables(&[("BUCKETPAIR_REQUIRE", text)]).unwrap();
        assert_eq!(set.requires_localstack().unwrap(), stack);
        assert_eq!(set.requires_chromium().unwrap(), browser);
    }

    #[test]
    fn a_word_that_would_require_nothing_is_refused() {
        let set = variables(&[("BUCKETPAIR_REQUIRE", "localstack,chrome")]).unwrap();
        let error = set.requires_localstack().unwrap_err();
        assert!(error.to_string().contains("BUCKETPAIR_REQUIRE"), "{error}");
    }

    #[rstest]
    #[case("250ms", Some(Duration::from_millis(250)))]
    #[case("30s", Some(Duration::from_secs(30)))]
    #[case("15m", Some(Duration::from_secs(900)))]
    #[case("2h", Some(Duration::from_secs(7200)))]
    #[case("0s", None)]
    #[case("-1s", None)]
    #[case("30", None)]
    #[case("soon", None)]
    fn durations_have_a_unit(#[case] text: &str, #[case] expected: Option<Duration>) {
        assert_eq!(duration(text), expected);
    }
}
