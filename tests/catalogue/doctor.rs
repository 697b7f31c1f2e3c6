//! A doctor on a pair of `LocalStack`, whose IAM is real: the role of the pair was never made.

use bucketpair::doctor::{FindingKind, Severity, findings, read};
use bucketpair::history::Side;
use bucketpair::runner::{Settings, Stage, open};
use bucketpair::scenario::Scenario;
use libtest_mimic::Failed;

/// With the feature `grants` the role is missing; without it, it is what could not be read. Of the
/// buckets everything can be.
pub(super) async fn reads_a_pair(settings: Settings) -> Result<(), Failed> {
    let opened = open(&settings).await?;
    let scenario = Scenario::new("doctor", "a pair that a doctor looks at");
    let mut stage = Stage::set(&opened, &settings, &scenario).await?;
    let (source, destination) = (
        stage.bucket(Side::Source),
        stage.bucket(Side::Destination(0)),
    );
    let facts = Box::pin(read(&opened.target, source, destination)).await;
    let left = stage.remove().await;
    let found = findings(&facts?);
    let grave = found
        .iter()
        .filter(|f| matches!(f.severity, Severity::Error | Severity::Unknown));
    let kinds: Vec<_> = grave.map(|finding| finding.kind).collect();
    let expected = match cfg!(feature = "grants") {
        true => FindingKind::RoleMissing,
        false => FindingKind::NotRead,
    };
    match kinds == [expected] && left.is_empty() {
        true => Ok(()),
        false => Err(format!("expected {expected} alone, found {found:#?}; left {left:?}").into()),
    }
}
