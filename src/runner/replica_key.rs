//! The KMS key that the rules of a pair give to the replica of an object that somebody wrote.

use tokio::sync::OnceCell;

use crate::check::Obstacles;
use crate::check::reference::{Fate, fates};
use crate::history::{Content, Operation, OperationKind, Plan, Seen, Side};
use crate::probe::Probe;
use crate::provision::{self, Pair};
use crate::replication::{Rule, Tags, VersionId};
use crate::target::Target;

/// The rules of a pair's source, read once an object under KMS is met.
#[derive(Debug)]
pub(super) struct ReplicaKeys {
    target: Target,
    pair: Pair,
    rules: OnceCell<Result<Vec<Rule>, String>>,
}

impl ReplicaKeys {
    pub(super) fn new(target: &Target, pair: &Pair) -> Self {
        Self {
            target: target.clone(),
            pair: pair.clone(),
            rules: OnceCell::new(),
        }
    }

    /// The key of an object's replica; none where KMS does not encrypt the object.
    ///
    /// # Errors
    /// Why nobody knows the key.
    pub(super) async fn find(
        &self,
        probe: &Probe,
        plan: &Plan,
        (key, version): (&str, &VersionId),
        content: &Content,
    ) -> Result<Option<String>, String> {
        let encryption = content.encryption.as_deref();
        if !encryption.is_some_and(|word| word.starts_with("aws:kms")) {
            return Ok(None);
        }
        let named = self.named(probe, plan, (key, version), content).await;
        named
            .map(Some)
            .map_err(|why| format!("it is under KMS, and {why}"))
    }

    async fn named(
        &self,
        probe: &Probe,
        plan: &Plan,
        (key, version): (&str, &VersionId),
        content: &Content,
    ) -> Result<String, String> {
        let (rules, mut content) = (self.rules().await?, content.clone());
        if rules.iter().any(asks_for_tags) {
            content.tags = tags(probe.tags(Side::Source, key, version).await)?;
        }
        let source = self.pair.bucket(Side::Source);
        named(plan, rules, key, content).map_err(|why| format!("{why}; see the rules of {source}"))
    }

    async fn rules(&self) -> Result<&[Rule], String> {
        let read = || async {
            let rules = provision::rules(&self.target, &self.pair).await;
            rules.map_err(|error| format!("its rule was not read: {error}"))
        };
        let rules = self.rules.get_or_init(read).await;
        rules.as_deref().map_err(Clone::clone)
    }
}

fn tags(seen: Seen) -> Result<Tags, String> {
    match seen {
        Seen::Tags { tags } => Ok(tags),
        Seen::Failed(failure) => {
            let (code, message) = (failure.code, failure.message);
            Err(format!("its tags were not read: {code}: {message}"))
        }
        _ => Err("its tags are there no longer".to_owned()),
    }
}

fn asks_for_tags(rule: &Rule) -> bool {
    rule.replica_kms_key.is_some() && !rule.filter.tags.is_empty()
}

/// The key that the rules give to what an object holds, or why they give none.
fn named(plan: &Plan, rules: &[Rule], key: &str, content: Content) -> Result<String, String> {
    let written = Operation {
        label: String::new(),
        side: Side::Source,
        key: key.to_owned(),
        kind: OperationKind::Found(content),
    };
    let fate = fates(plan, rules, &Obstacles::default(), &written).remove(&Side::Destination(0));
    Err(match fate {
        Some(Fate::Replica {
            kms_key: Some(named),
            ..
        }) => match named.contains(":key/") {
            true => return Ok(named),
            false => format!("its rule names {named}, which is not the ARN of a key"),
        },
        Some(Fate::Absent { because }) => {
            format!("no enabled rule selects it and names a replica key ({because})")
        }
        Some(Fate::Fails { because, .. }) => {
            format!("the key of its rule is of no use there ({because})")
        }
        _ => "its rule sends no replica".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::Bucket;

    const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/one";
    const OTHER: &str = "arn:aws:kms:us-east-1:000000000000:key/two";

    fn plan() -> Plan {
        let bucket = |side: Side| Bucket {
            side,
            name: side.to_string(),
            region: "us-east-1".to_owned(),
        };
        Plan {
            buckets: vec![bucket(Side::Source), bucket(Side::Destination(0))],
            ..Plan::of_rules(&[])
        }
    }

    fn key_of(rules: &[Rule]) -> Result<String, String> {
        let content = Content {
            encryption: Some("aws:kms".to_owned()),
            tags: [("team".to_owned(), "a".to_owned())].into(),
            ..Content::default()
        };
        named(&plan(), rules, "logs/a", content)
    }

    fn rule(key: &str) -> Rule {
        Rule::new("rule").with_replica_kms_key(key)
    }

    #[rstest]
    #[case::of_the_highest_priority(rule(OTHER), rule(KEY).with_priority(2))]
    #[case::that_selects_the_key(rule(OTHER).with_prefix("a/").with_priority(2), rule(KEY))]
    #[case::that_selects_the_tags(rule(OTHER), rule(KEY).with_tag("team", "a").with_priority(2))]
    #[case::that_is_enabled(rule(OTHER).with_priority(2).disabled(), rule(KEY))]
    #[case::that_opts_in(Rule::new("plain").with_priority(2), rule(KEY))]
    #[case::to_this_destination(rule(OTHER).with_destination("elsewhere").with_priority(2), rule(KEY))]
    fn the_key_is_that_of_the_rule(#[case] other: Rule, #[case] rule: Rule) {
        assert_eq!(key_of(&[other, rule]), Ok(KEY.to_owned()));
    }

    #[rstest]
    #[case::no_rule(&[], "R-NOT-01")]
    #[case::no_opt_in(&[Rule::new("plain")], "R-ENC-04")]
    #[case::an_alias(&[rule("arn:aws:kms:us-east-1:000000000000:alias/a")], "not the ARN of a key")]
    #[case::another_region(&[rule("arn:aws:kms:eu-west-1:000000000000:key/one")], "R-ENC-05")]
    fn without_a_usable_key_it_is_said_why(#[case] rules: &[Rule], #[case] word: &str) {
        let why = key_of(rules).unwrap_err();
        assert!(why.contains(word), "{why}");
    }
}
