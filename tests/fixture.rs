//! What a user writes to assert replication in a test of their own.

use std::time::Duration;

use bucketpair::check::{CheckKind, Verdict};
use bucketpair::fixture::BucketPair;
use bucketpair::runner::Settings;
use bucketpair::workload::Object;

#[tokio::test]
async fn an_invoice_is_replicated_with_its_metadata() {
    let mut pair = BucketPair::start().await.unwrap();
    let object = Object::bytes("total: 42").with_metadata("customer", "7");
    let invoice = pair
        .put_object("invoices/2026/1.txt", object)
        .await
        .unwrap();
    pair.assert_replicated(&invoice, Duration::from_secs(10))
        .await;
    pair.tear_down().await.unwrap();
}

#[tokio::test]
async fn a_replica_with_a_wrong_byte_is_not_accepted() {
    let mut settings = Settings::default();
    settings.defects = vec!["wrong-byte".to_owned()];
    let mut pair = BucketPair::start_with(&settings).await.unwrap();
    let put = pair.put("key", "value").await.unwrap();
    let findings = pair.judge(&put, Duration::from_secs(10)).await.unwrap();
    let failed: Vec<_> = findings
        .iter()
        .filter(|f| f.verdict == Verdict::Fail)
        .map(|f| f.check.kind)
        .collect();
    assert_eq!(failed, [CheckKind::Bytes], "{findings:#?}");
    pair.tear_down().await.unwrap();
}

#[cfg(feature = "rstest")]
mod with_rstest {
    use bucketpair::fixture::{BucketPair, bucket_pair};
    use rstest::rstest;
    use std::time::Duration;

    #[rstest]
    #[case("empty", "")]
    #[case("hello", "hello")]
    #[tokio::test]
    async fn it_is_replicated(
        #[future] bucket_pair: BucketPair,
        #[case] key: &str,
        #[case] body: &str,
    ) {
        let mut pair = bucket_pair.await;
        let put = pair.put(key, body).await.unwrap();
        pair.assert_replicated(&put, Duration::from_secs(10)).await;
        pair.tear_down().await.unwrap();
    }
}
