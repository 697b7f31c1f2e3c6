//! KMS, customer keys and default encryption, through the SDK.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use bucketpair::emulator::{Emulator, KeyState, Settings};
use rstest::rstest;

use super::{HERE, THERE, bucket, client, put, refusal};

const ENABLED: &str = "arn:aws:kms:us-east-1:000000000000:key/enabled";
/// 32 bytes and their MD5, in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const KEY_MD5: &str = "KYvwGXoFFJ42a2u2GDWhwQ==";

async fn there() -> (Emulator, Client) {
    let emulator = Emulator::new(Settings::default());
    let client = client(&emulator, THERE);
    bucket(&client, "buc", THERE).await;
    (emulator, client)
}

fn body() -> ByteStream {
    ByteStream::from_static(b"hello")
}

async fn encrypt(client: &Client, algorithm: &str, key: Option<&str>, blocked: EncryptionType) {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(algorithm.into())
        .set_kms_master_key_id(key.map(str::to_owned))
        .build()
        .unwrap();
    let blocked = BlockedEncryptionTypes::builder().encryption_type(blocked);
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(true)
        .blocked_encryption_types(blocked.build());
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build());
    let put = client.put_bucket_encryption().bucket("buc");
    let put = put.server_side_encryption_configuration(configuration.build().unwrap());
    put.send().await.unwrap();
}

#[tokio::test]
async fn an_object_under_kms_names_its_key_and_has_no_md5_for_an_etag() {
    let (_, client) = there().await;
    let put = client.put_object().bucket("buc").key("k").body(body());
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
    let answer = put.ssekms_key_id(ENABLED).bucket_key_enabled(true).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.ssekms_key_id(), Some(ENABLED));
    let head = client
        .head_object()
        .bucket("buc")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(
        head.server_side_encryption(),
        Some(&ServerSideEncryption::AwsKms)
    );
    assert_eq!(
        (head.ssekms_key_id(), head.bucket_key_enabled()),
        (Some(ENABLED), Some(true))
    );
    assert_eq!(head.e_tag(), answer.e_tag());
    assert_ne!(head.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
}

#[tokio::test]
async fn kms_without_a_key_is_the_aws_managed_one() {
    let (_, client) = there().await;
    let put = client.put_object().bucket("buc").key("k").body(body());
    let answer = put
        .server_side_encryption(ServerSideEncryption::AwsKms)
        .send();
    let key = answer.await.unwrap().ssekms_key_id;
    let managed = "arn:aws:kms:us-east-1:000000000000:key/aws-s3";
    assert_eq!(key.as_deref(), Some(managed));
}

#[rstest]
#[case::disabled("disabled", "KMS.DisabledException")]
#[case::pending_deletion("pending-deletion", "KMS.KMSInvalidStateException")]
#[case::missing("missing", "KMS.NotFoundException")]
#[case::of_another_region(
    "arn:aws:kms:ap-northeast-1:000000000000:key/enabled",
    "KMS.NotFoundException"
)]
#[tokio::test]
async fn a_key_that_does_not_encrypt_is_refused(#[case] key: &str, #[case] code: &str) {
    let (_, client) = there().await;
    let put = client.put_object().bucket("buc").key("k").body(body());
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
    let answer = put.ssekms_key_id(key).send().await;
    assert_eq!(refusal(answer), (400, code.to_owned()));
}

#[tokio::test]
async fn what_is_under_a_key_that_is_disabled_later_is_not_read() {
    let (emulator, client) = there().await;
    let put = client.put_object().bucket("buc").key("k").body(body());
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
    put.ssekms_key_id(ENABLED).send().await.unwrap();
    emulator.put_key(ENABLED, KeyState::Disabled);
    let get = client.get_object().bucket("buc").key("k").send().await;
    assert_eq!(refusal(get), (400, "KMS.DisabledException".to_owned()));
}

#[tokio::test]
async fn the_bucket_encrypts_what_asks_for_nothing() {
    let (_, client) = there().await;
    encrypt(&client, "aws:kms", Some(ENABLED), EncryptionType::SseC).await;
    put(&client, "buc", "k", "hello").await;
    let head = client
        .head_object()
        .bucket("buc")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (head.ssekms_key_id(), head.bucket_key_enabled()),
        (Some(ENABLED), Some(true))
    );
    let get = client
        .get_bucket_encryption()
        .bucket("buc")
        .send()
        .await
        .unwrap();
    let rule = &get.server_side_encryption_configuration().unwrap().rules()[0];
    let default = rule.apply_server_side_encryption_by_default().unwrap();
    assert_eq!(default.kms_master_key_id(), Some(ENABLED));
    let blocked = rule.blocked_encryption_types().unwrap();
    assert_eq!(blocked.encryption_type(), [EncryptionType::SseC]);
}

#[tokio::test]
async fn a_new_bucket_blocks_customer_keys() {
    let (_, client) = there().await;
    let put = client.put_object().bucket("buc").key("k").body(body());
    let put = put.sse_customer_algorithm("AES256").sse_customer_key(KEY);
    let answer = put.sse_customer_key_md5(KEY_MD5).send().await;
    assert_eq!(refusal(answer), (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn what_is_under_a_customer_key_is_read_with_it_alone() {
    let (_, client) = there().await;
    encrypt(&client, "AES256", None, EncryptionType::None).await;
    let put = client.put_object().bucket("buc").key("k").body(body());
    let put = put.sse_customer_algorithm("AES256").sse_customer_key(KEY);
    put.sse_customer_key_md5(KEY_MD5).send().await.unwrap();
    let get = || client.get_object().bucket("buc").key("k");
    assert_eq!(
        refusal(get().send().await),
        (400, "InvalidRequest".to_owned())
    );
    let shown = get().sse_customer_algorithm("AES256").sse_customer_key(KEY);
    let answer = shown.sse_customer_key_md5(KEY_MD5).send().await.unwrap();
    assert_eq!(answer.sse_customer_key_md5(), Some(KEY_MD5));
    assert_eq!(answer.server_side_encryption(), None);
    let other = "MTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let shown = get()
        .sse_customer_algorithm("AES256")
        .sse_customer_key(other);
    let answer = shown.sse_customer_key_md5(KEY_MD5).send().await;
    assert_eq!(refusal(answer), (400, "InvalidArgument".to_owned()));
}

#[tokio::test]
async fn a_bucket_of_another_region_is_not_asked_for_its_encryption_here() {
    let (emulator, _) = there().await;
    let here = client(&emulator, HERE);
    let get = here.get_bucket_encryption().bucket("buc").send().await;
    assert_eq!(refusal(get), (301, "PermanentRedirect".to_owned()));
}
