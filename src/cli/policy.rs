//! `bucketpair policy`.

use std::io::Write;

use clap::Args;
use serde_json::json;

use crate::config;
use crate::error::{Error, ExitCode, Result};
use crate::policy::{Actions, Kms, Pair, Replication, Scope};

const POLICY_EXAMPLES: &str = "\
Examples:
  bucketpair policy                            what `run` needs on AWS, for pairs of its own
  bucketpair policy run --pair my-source,my-replica
  bucketpair policy stack up --stack archive   what `stack up` needs, CloudFormation's part too
  bucketpair policy --replication-role         what the replication role needs
  bucketpair policy --replication-role --pair my-source,my-replica \\
      --source-key ARN --replica-key ARN       … where KMS encrypts
  bucketpair policy --destination-bucket --pair my-source,my-replica --role ARN
                                               what a destination in another account has to say
  bucketpair policy --trust                    who may assume that role

Verbs: run, lag, observe, check, doctor, explain, sweep, drill, stack up, stack status,
stack down.

Ends with 0; with 2 for a verb that has no policy.";

/// Prints the least-privilege IAM policies: the harness's, or the replication role's.
///
/// Nothing is called. The harness's policy covers the pair that is named, or the buckets that it
/// makes, whose names begin with bucketpair-.
#[derive(Debug, Args)]
#[command(after_help = POLICY_EXAMPLES)]
pub(super) struct Policy {
    /// The verb that the harness's policy is for
    #[arg(value_name = "VERB", default_value = "run", num_args = 1..=2)]
    pub(super) verb: Vec<String>,

    /// The replication role's permissions instead
    #[arg(long, group = "instead")]
    pub(super) replication_role: bool,

    /// The replication role's trust policy instead
    #[arg(long, group = "instead")]
    pub(super) trust: bool,

    /// The policy of a destination bucket in another account than the role's instead
    #[arg(long, group = "instead")]
    pub(super) destination_bucket: bool,

    /// The ARN of the replication role
    #[arg(
        long,
        value_name = "ARN",
        default_value = "arn:aws:iam::*:role/bucketpair-*"
    )]
    pub(super) role: String,

    /// A pair that is there
    #[arg(long, value_name = "SOURCE,DESTINATION", value_parser = pair)]
    pub(super) pair: Option<(String, String)>,

    /// The name of the stacks that make the pair
    #[arg(long, value_name = "NAME")]
    pub(super) stack: Option<String>,

    /// The source bucket's name or pattern, for the replication role
    #[arg(long, value_name = "BUCKET", default_value = "bucketpair-*")]
    pub(super) source: String,

    /// The destination bucket's name or pattern, for the replication role
    #[arg(long, value_name = "BUCKET", default_value = "bucketpair-*")]
    pub(super) destination: String,

    #[command(flatten)]
    pub(super) objects: Objects,

    /// aws, aws-cn or aws-us-gov
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub(super) partition: String,
}

/// What the pair's objects need beyond plain ones.
#[derive(Debug, Args)]
pub(super) struct Objects {
    /// The ARN of the KMS key of the source's objects
    #[arg(long, value_name = "ARN", requires = "replica_key")]
    pub(super) source_key: Option<String>,

    /// The ARN of the KMS key of the replicas
    #[arg(long, value_name = "ARN", requires = "source_key")]
    pub(super) replica_key: Option<String>,

    /// The buckets use S3 Bucket Keys
    #[arg(long, requires = "replica_key")]
    pub(super) bucket_keys: bool,

    /// Replicas are handed over to the destination's owner
    #[arg(long)]
    pub(super) owner_override: bool,

    /// Retention and legal holds travel
    #[arg(long)]
    pub(super) object_lock: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    config::pair(text).ok_or_else(|| "write SOURCE,DESTINATION".to_owned())
}

impl Policy {
    fn buckets(&self) -> Pair<'_> {
        let (source, destination) = match &self.pair {
            Some((source, destination)) => (source, destination),
            None => (&self.source, &self.destination),
        };
        Pair {
            partition: &self.partition,
            source,
            destination,
        }
    }

    fn replication(&self) -> Result<Replication> {
        let objects = &self.objects;
        let keys = objects
            .source_key
            .as_ref()
            .zip(objects.replica_key.as_ref());
        let kms = keys.map(|(source, replica)| Kms::new(source, replica, objects.bucket_keys));
        Ok(Replication {
            kms: kms.transpose()?,
            owner_override: objects.owner_override,
            object_lock: objects.object_lock,
        })
    }

    /// The verb as the table knows it: `run` on a pair that is there does not make one.
    fn verb(&self, table: &Actions) -> String {
        let verb = self.verb.join(" ");
        let on_a_pair = format!("{verb} --pair");
        let is_there = self.pair.is_some() || self.stack.is_some();
        match is_there && table.verbs.contains_key(&on_a_pair) {
            true => on_a_pair,
            false => verb,
        }
    }

    fn scope(&self) -> Scope {
        let mut scope = Scope::default();
        let pair = self.buckets();
        scope.buckets = vec![pair.source.to_owned(), pair.destination.to_owned()];
        scope.buckets.dedup();
        scope.partition.clone_from(&self.partition);
        scope.role.clone_from(&self.role);
        scope.by_stack = self.stack.is_some();
        scope.stack = self.stack.clone().unwrap_or(scope.stack);
        let (source, replica) = (&self.objects.source_key, &self.objects.replica_key);
        scope.keys = source.iter().chain(replica).cloned().collect();
        scope
    }
}

/// Prints a policy as JSON.
pub(super) fn policy(arguments: &Policy) -> Result<ExitCode> {
    let table = Actions::built_in();
    let (pair, replication) = (arguments.buckets(), arguments.replication()?);
    let document = if arguments.replication_role {
        table.of_role(pair, &replication)
    } else if arguments.trust {
        Actions::trust()
    } else if arguments.destination_bucket {
        if arguments.role.contains('*') {
            return Err(Error::Usage(
                "the destination lets one role in; name it with --role ARN".to_owned(),
            ));
        }
        let bucket = table.of_destination(pair, &replication, &arguments.role);
        match table.of_replica_key(pair, &replication, &arguments.role) {
            None => bucket,
            Some(key) => json!({"bucket policy": bucket, "statement of the key policy": key}),
        }
    } else {
        table.of_verb(&arguments.verb(&table), &arguments.scope())?
    };
    // A reader that has gone away is no failure.
    writeln!(std::io::stdout(), "{document:#}").ok();
    Ok(ExitCode::Passed)
}
