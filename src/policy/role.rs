//! The policies around the replication role: its own, its trust, and what another account's bucket
//! and key have to say (R-IAM-01 to R-IAM-07, R-OWN-02, R-ENC-06).

use serde_json::{Value, json};

use super::{Actions, policy, statement};
use crate::error::{Error, Result};

/// The two buckets, by name or pattern.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'a str,
    /// The source bucket.
    pub source: &'a str,
    /// The destination bucket.
    pub destination: &'a str,
}

/// What goes beyond replicating plain objects within one account.
#[derive(Debug, Clone, Default)]
pub struct Replication {
    /// The keys, where objects are encrypted by KMS.
    pub kms: Option<Kms>,
    /// Whether replicas are handed over to the destination's owner.
    pub owner_override: bool,
    /// Whether retention and legal holds travel.
    pub object_lock: bool,
}

/// The keys of a pair whose objects KMS encrypts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kms {
    source: Key,
    replica: Key,
    bucket_keys: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    arn: String,
    region: String,
}

impl Key {
    /// A permission is given on a key itself, so that an alias will not do.
    fn parse(arn: &str) -> Result<Self> {
        let parts: Vec<_> = arn.split(':').collect();
        match parts[..] {
            ["arn", _, "kms", region, _, key] if key.starts_with("key/") => Ok(Self {
                arn: arn.to_owned(),
                region: region.to_owned(),
            }),
            _ => Err(Error::Usage(format!(
                "{arn:?} is no key; write arn:aws:kms:REGION:ACCOUNT:key/ID"
            ))),
        }
    }
}

impl Kms {
    /// The keys by their ARNs, the source's and the replicas'; whether the buckets use S3 Bucket
    /// Keys.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is no key's ARN.
    pub fn new(source: &str, replica: &str, bucket_keys: bool) -> Result<Self> {
        Ok(Self {
            source: Key::parse(source)?,
            replica: Key::parse(replica)?,
            bucket_keys,
        })
    }

    fn rights(&self) -> &'static str {
        match self.bucket_keys {
            true => "replica key with bucket keys",
            false => "replica key",
        }
    }
}

impl Actions {
    /// The policy of the replication role.
    #[must_use]
    pub fn of_role(&self, pair: Pair<'_>, replication: &Replication) -> Value {
        let (source, destination) = (pair.arn(pair.source), pair.arn(pair.destination));
        let mut at_source = self.rights("source objects");
        if replication.object_lock {
            at_source.extend(self.rights("locked source objects"));
        }
        let objects = |bucket: &str| vec![format!("{bucket}/*")];
        let mut statements = vec![
            statement(
                "SourceBucket",
                &self.rights("source bucket"),
                std::slice::from_ref(&source),
            ),
            statement("SourceObjects", &at_source, &objects(&source)),
            statement(
                "DestinationObjects",
                &self.at_destination(replication),
                &objects(&destination),
            ),
        ];
        if let Some(kms) = &replication.kms {
            let sides = [
                ("DecryptObjects", "source key", &kms.source, &source),
                ("EncryptReplicas", kms.rights(), &kms.replica, &destination),
            ];
            for (sid, rights, key, bucket) in sides {
                let mut under_key =
                    statement(sid, &self.rights(rights), std::slice::from_ref(&key.arn));
                under_key["Condition"] = through_s3(pair.partition, key, bucket, kms.bucket_keys);
                statements.push(under_key);
            }
        }
        policy(&statements)
    }

    /// The policy of a destination bucket in another account than the role's (R-IAM-07), and the
    /// statement that the key of its replicas needs, where KMS encrypts them.
    #[must_use]
    pub fn of_destination(&self, pair: Pair<'_>, replication: &Replication, role: &str) -> Value {
        let objects = [format!("{}/*", pair.arn(pair.destination))];
        let actions = self.at_destination(replication);
        let mut write = statement("LetTheReplicationRoleWrite", &actions, &objects);
        write["Principal"] = json!({"AWS": role});
        policy(&[write])
    }

    /// The statement that the key of the replicas needs in another account than the role's; none
    /// where KMS encrypts nothing.
    #[must_use]
    pub fn of_replica_key(
        &self,
        pair: Pair<'_>,
        replication: &Replication,
        role: &str,
    ) -> Option<Value> {
        let kms = replication.kms.as_ref()?;
        let rights = self.rights(kms.rights());
        let mut encrypt = statement("LetTheReplicationRoleEncrypt", &rights, &["*".to_owned()]);
        encrypt["Principal"] = json!({"AWS": role});
        let service = service(pair.partition, &kms.replica);
        encrypt["Condition"] = json!({"StringEquals": {"kms:ViaService": service}});
        Some(encrypt)
    }

    /// Who may assume the replication role: S3 (R-IAM-01).
    #[must_use]
    pub fn trust() -> Value {
        policy(&[json!({
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sts:AssumeRole",
        })])
    }

    fn at_destination(&self, replication: &Replication) -> std::collections::BTreeSet<String> {
        let mut rights = self.rights("destination objects");
        if replication.owner_override {
            rights.extend(self.rights("owner override"));
        }
        rights
    }
}

impl Pair<'_> {
    fn arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition)
    }
}

/// A key is used by S3 in the key's region alone, for this bucket's objects; with Bucket Keys the
/// encryption context is the bucket (R-ENC-06).
fn through_s3(partition: &str, key: &Key, bucket: &str, bucket_keys: bool) -> Value {
    let context = match bucket_keys {
        true => bucket.to_owned(),
        false => format!("{bucket}/*"),
    };
    json!({"StringLike": {
        "kms:ViaService": service(partition, key),
        "kms:EncryptionContext:aws:s3:arn": context,
    }})
}

fn service(partition: &str, key: &Key) -> String {
    let domain = match partition {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    format!("s3.{}.{domain}", key.region)
}
