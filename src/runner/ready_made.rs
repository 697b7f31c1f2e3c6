//! The KMS keys that a target has ready, by their ARNs, and its account.
//!
//! A scenario is data and knows no region and no account: it says `destination/enabled`, and the
//! plan, the rules and the writes hold the ARN of that key.

use super::Shared;
use crate::replication::{BucketSetting, Rule};
use crate::scenario::Scenario;
use crate::workload::Step;

/// The scenario with its keys by ARN.
pub(super) fn named(mut scenario: Scenario, shared: &Shared) -> Scenario {
    let keys = Keys {
        account: account(&shared.role),
        source: &shared.target.source.region,
        destination: &shared.target.destination.region,
    };
    keys.rules(&mut scenario.rules);
    scenario.steps.iter_mut().for_each(|step| keys.step(step));
    scenario
}

struct Keys<'a> {
    account: &'a str,
    source: &'a str,
    destination: &'a str,
}

impl Keys<'_> {
    fn rules(&self, rules: &mut [Rule]) {
        for rule in rules {
            self.name(&mut rule.replica_kms_key);
            if rule.owner_override.as_deref() == Some("destination") {
                rule.owner_override = Some(self.account.to_owned());
            }
        }
    }

    fn step(&self, step: &mut Step) {
        match step {
            Step::Write(write) => self.name(&mut write.object.kms_key),
            Step::Configure { rules } => self.rules(rules),
            Step::Setting {
                setting: BucketSetting::Encryption { key, .. },
                ..
            } => self.name(key),
            _ => {}
        }
    }

    /// `source/NAME` and `destination/NAME` become ARNs; an ARN stays.
    fn name(&self, key: &mut Option<String>) {
        let Some((side, name)) = key.as_deref().and_then(|key| key.split_once('/')) else {
            return;
        };
        let region = match side {
            "source" => self.source,
            "destination" => self.destination,
            _ => return,
        };
        *key = Some(format!("arn:aws:kms:{region}:{}:key/{name}", self.account));
    }
}

/// The account of a role's ARN; the embedded pair's where it names none.
fn account(role: &str) -> &str {
    role.split(':')
        .nth(4)
        .filter(|account| !account.is_empty())
        .unwrap_or("000000000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_by_side_and_arns_stay() {
        let keys = Keys {
            account: account("arn:aws:iam::111122223333:role/r"),
            source: "ap-northeast-1",
            destination: "us-east-1",
        };
        let arn = "arn:aws:kms:eu-west-1:1:key/k".to_owned();
        for (named, wanted) in [
            (
                "source/enabled",
                "arn:aws:kms:ap-northeast-1:111122223333:key/enabled",
            ),
            (
                "destination/missing",
                "arn:aws:kms:us-east-1:111122223333:key/missing",
            ),
            (&arn, &arn),
        ] {
            let mut rules = [Rule::new("r").with_replica_kms_key(named)];
            keys.rules(&mut rules);
            assert_eq!(rules[0].replica_kms_key.as_deref(), Some(wanted));
        }
    }
}
