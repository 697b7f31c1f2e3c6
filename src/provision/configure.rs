//! Putting a replication configuration, and waiting until it is stored.

use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::ReplicationConfiguration;

use super::aborted::settled;
use super::pace::Pace;
use super::{Pair, built, endpoint, rules};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::replication::Rule;
use crate::target::{Target, refused};

const SETTLED: Duration = Duration::from_mins(1);

/// How often a configuration that differs from what was put, and from what was there before, has
/// to be read in a row before it counts as what this server made of it.
const ALTERED: u32 = 8;

/// Puts the rules on one side, and reads them back until two reads in a row equal them.
/// (R-CFG-11: a read soon after a put may show the old state.) A server that stores the same rules
/// with other elements is believed when it sticks to it, with a warning in the log.
///
/// # Errors
/// What S3 refuses, and a deadline of a minute for the read.
pub async fn configure(
    target: &Target,
    pair: &Pair,
    side: Side,
    rules: &[Rule],
    role: &str,
) -> Result<()> {
    let on = On { target, pair, side };
    let before = on.read().await?;
    on.put_and_settle(rules, role, before.as_deref()).await
}

/// Puts the rules that are in force again; where there are none, removes the configuration.
///
/// # Errors
/// As [`configure`].
pub async fn put_back(
    target: &Target,
    pair: &Pair,
    side: Side,
    rules: &[Rule],
    role: &str,
) -> Result<()> {
    if !rules.is_empty() {
        return configure(target, pair, side, rules, role).await;
    }
    let bucket = pair.bucket(side);
    let delete = endpoint(target, side).client.delete_bucket_replication();
    let outcome = delete.bucket(bucket).send().await;
    outcome.map_err(|error| refused("DeleteBucketReplication", bucket, &error))?;
    Ok(())
}

/// The configuration of one side of a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct On<'a> {
    pub(super) target: &'a Target,
    pub(super) pair: &'a Pair,
    pub(super) side: Side,
}

impl On<'_> {
    /// The same as [`configure`] where it is known what was there before.
    pub(super) async fn put_and_settle(
        self,
        rules: &[Rule],
        role: &str,
        before: Option<&[Rule]>,
    ) -> Result<()> {
        self.put(rules, role).await?;
        let (wanted, before) = (rules::normal(rules), before.map(rules::normal));
        let mut pace = Pace::new(SETTLED);
        let (mut last, mut times) = (None, 0);
        loop {
            let found = self.read().await?.as_deref().map(rules::normal);
            times = if found == last { times + 1 } else { 1 };
            let same = found.as_ref() == Some(&wanted);
            let altered =
                found != before && found.as_deref().is_some_and(|f| ids(f) == ids(&wanted));
            if same && times == 2 {
                return Ok(());
            }
            if altered && times >= ALTERED {
                warn_of_altered(self.bucket(), &wanted, found.as_deref());
                return Ok(());
            }
            if !same && !pace.again().await {
                return Err(unstable(self.bucket(), &wanted, found.as_deref()));
            }
            last = found;
        }
    }

    async fn put(self, rules: &[Rule], role: &str) -> Result<()> {
        let bucket = self.bucket();
        let rules = rules.iter().map(|rule| rules::to_sdk(rule, self.pair));
        let configuration = ReplicationConfiguration::builder()
            .role(role)
            .set_rules(Some(rules.collect::<Result<_>>()?));
        let client = &endpoint(self.target, self.side).client;
        let request = client.put_bucket_replication().bucket(bucket);
        let request = request.replication_configuration(built(configuration.build())?);
        let outcome = settled(|| request.clone().send()).await;
        outcome.map_err(|error| refused("PutBucketReplication", bucket, &error))?;
        Ok(())
    }

    /// The rules that are stored; none where there is no configuration.
    pub(super) async fn read(self) -> Result<Option<Vec<Rule>>> {
        let bucket = self.bucket();
        let client = &endpoint(self.target, self.side).client;
        let answer = match client.get_bucket_replication().bucket(bucket).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("ReplicationConfigurationNotFoundError") => {
                return Ok(None);
            }
            Err(error) => return Err(refused("GetBucketReplication", bucket, &error)),
        };
        let rules = answer.replication_configuration().map(|configuration| {
            let rules = configuration.rules().iter();
            rules.map(|rule| rules::from_sdk(rule, self.pair)).collect()
        });
        Ok(rules)
    }

    fn bucket(&self) -> &str {
        self.pair.bucket(self.side)
    }
}

/// The role in the replication configuration of a bucket.
///
/// # Errors
/// What S3 refuses; a bucket without a configuration among it.
pub async fn role_of(target: &Target, source: &str) -> Result<String> {
    let request = target.source.client.get_bucket_replication().bucket(source);
    let answer = request.send().await;
    let answer = answer.map_err(|error| refused("GetBucketReplication", source, &error))?;
    let configuration = answer.replication_configuration();
    Ok(configuration.map_or_else(String::new, |found| found.role().to_owned()))
}

fn ids(rules: &[Rule]) -> String {
    let ids: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.join(", ")
}

fn warn_of_altered(bucket: &str, wanted: &[Rule], found: Option<&[Rule]>) {
    let found = found.unwrap_or_default();
    let altered = wanted.iter().filter(|rule| !found.contains(rule));
    let altered: Vec<Rule> = altered.cloned().collect();
    tracing::warn!(
        "{bucket} stores an element of its rules otherwise than it was put: {}",
        ids(&altered)
    );
}

fn unstable(bucket: &str, wanted: &[Rule], found: Option<&[Rule]>) -> Error {
    let found = found.map_or_else(|| "nothing".to_owned(), ids);
    Error::Deadline(format!(
        "the replication configuration of {bucket} still reads otherwise than it was put after {} s \
         (put: {}; read: {found}); does this endpoint store every element of a rule?",
        SETTLED.as_secs(),
        ids(wanted)
    ))
}

#[cfg(test)]
mod tests;
