//! ACLs and ownership controls, through the SDK.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    ObjectCannedAcl, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration,
};
use bucketpair::emulator::{Emulator, Settings};

use super::{THERE, bucket, client, put, refusal};

const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

async fn there() -> Client {
    let client = client(&Emulator::new(Settings::default()), THERE);
    bucket(&client, "buc", THERE).await;
    put(&client, "buc", "k", "x").await;
    client
}

async fn owned(client: &Client, ownership: ObjectOwnership) {
    let rule = OwnershipControlsRule::builder().object_ownership(ownership);
    let controls = OwnershipControls::builder().rules(rule.build().unwrap());
    let put = client.put_bucket_ownership_controls().bucket("buc");
    put.ownership_controls(controls.build().unwrap())
        .send()
        .await
        .unwrap();
}

/// The groups that something is granted to.
async fn groups(client: &Client) -> Vec<String> {
    let acl = client
        .get_object_acl()
        .bucket("buc")
        .key("k")
        .send()
        .await
        .unwrap();
    let uri = |grant: &aws_sdk_s3::types::Grant| grant.grantee()?.uri().map(str::to_owned);
    acl.grants().iter().filter_map(uri).collect()
}

#[tokio::test]
async fn a_new_bucket_has_no_acls() {
    let client = there().await;
    let put = client.put_object_acl().bucket("buc").key("k");
    let answer = put.acl(ObjectCannedAcl::PublicRead).send().await;
    assert_eq!(
        refusal(answer),
        (400, "AccessControlListNotSupported".to_owned())
    );
    assert!(groups(&client).await.is_empty());
}

#[tokio::test]
async fn an_acl_is_put_where_the_writer_owns_and_shown_no_more_when_the_owner_is_enforced() {
    let client = there().await;
    owned(&client, ObjectOwnership::ObjectWriter).await;
    let put = client.put_object_acl().bucket("buc").key("k");
    put.grant_read(format!("uri=\"{LOGS}\""))
        .send()
        .await
        .unwrap();
    assert_eq!(groups(&client).await, [LOGS]);
    owned(&client, ObjectOwnership::BucketOwnerEnforced).await;
    assert!(groups(&client).await.is_empty());
}

#[tokio::test]
async fn a_public_acl_is_denied_where_they_are_blocked() {
    let client = there().await;
    owned(&client, ObjectOwnership::ObjectWriter).await;
    let block = PublicAccessBlockConfiguration::builder().block_public_acls(true);
    let put = client.put_public_access_block().bucket("buc");
    put.public_access_block_configuration(block.build())
        .send()
        .await
        .unwrap();
    let put = client.put_object_acl().bucket("buc").key("k");
    let answer = put.acl(ObjectCannedAcl::PublicRead).send().await;
    assert_eq!(refusal(answer), (403, "AccessDenied".to_owned()));
    let put = client.put_object_acl().bucket("buc").key("k");
    let answer = put.grant_read("uri=\"http://example.com/\"").send().await;
    assert_eq!(refusal(answer), (400, "InvalidArgument".to_owned()));
}

#[tokio::test]
async fn without_ownership_controls_the_writer_owns() {
    let client = there().await;
    let delete = client.delete_bucket_ownership_controls().bucket("buc");
    delete.send().await.unwrap();
    let get = client
        .get_bucket_ownership_controls()
        .bucket("buc")
        .send()
        .await;
    assert_eq!(
        refusal(get),
        (404, "OwnershipControlsNotFoundError".to_owned())
    );
    let put = client.put_object_acl().bucket("buc").key("k");
    put.acl(ObjectCannedAcl::PublicRead).send().await.unwrap();
    assert_eq!(groups(&client).await.len(), 1);
}
