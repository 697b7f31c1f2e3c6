//! Two endpoints, one world: redirects, signatures, and buckets named by host. Real sockets.

use aws_sdk_s3::Client;
use bucketpair::emulator::{
    ACCESS_KEY_ID, Emulator, Listen, Listening, SECRET_ACCESS_KEY, Settings,
};

use super::{HERE, THERE, bucket, client, config, put, refusal};

async fn served() -> Listening {
    Emulator::new(Settings::default())
        .listen(Listen::default())
        .await
        .unwrap()
}

fn at(url: &str, region: &str, secret: &str) -> Client {
    Client::from_conf(config(url, region, secret).build())
}

#[tokio::test]
async fn a_bucket_of_the_other_region_is_a_redirect_that_names_its_region() {
    let served = served().await;
    bucket(&at(&served.source, HERE, SECRET_ACCESS_KEY), "bucket", HERE).await;
    let wrong = at(&served.destination, THERE, SECRET_ACCESS_KEY);
    let answer = wrong.list_objects_v2().bucket("bucket").send().await;
    let headers = answer
        .as_ref()
        .unwrap_err()
        .raw_response()
        .unwrap()
        .headers();
    assert_eq!(headers.get("x-amz-bucket-region"), Some(HERE));
    assert_eq!(refusal(answer), (301, "PermanentRedirect".to_owned()));
}

#[tokio::test]
async fn a_request_signed_for_another_region_is_malformed() {
    let served = served().await;
    let answer = at(&served.source, THERE, SECRET_ACCESS_KEY)
        .list_buckets()
        .send()
        .await;
    assert_eq!(
        refusal(answer),
        (400, "AuthorizationHeaderMalformed".to_owned())
    );
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_key_are_told_apart() {
    let served = served().await;
    let answer = at(&served.source, HERE, "wrong")
        .list_buckets()
        .send()
        .await;
    assert_eq!(refusal(answer), (403, "SignatureDoesNotMatch".to_owned()));
    let keys =
        aws_sdk_s3::config::Credentials::new("nobody", SECRET_ACCESS_KEY, None, None, "test");
    let config = config(&served.source, HERE, SECRET_ACCESS_KEY).credentials_provider(keys);
    let answer = Client::from_conf(config.build())
        .list_buckets()
        .send()
        .await;
    assert_eq!(refusal(answer), (403, "InvalidAccessKeyId".to_owned()));
    assert_ne!(ACCESS_KEY_ID, "nobody");
}

/// Without a socket, since not every machine resolves names below `localhost`.
#[tokio::test]
async fn a_bucket_can_be_named_by_the_host() {
    let emulator = Emulator::new(Settings::default());
    let path_style = client(&emulator, HERE);
    bucket(&path_style, "by-host", HERE).await;
    put(&path_style, "by-host", "k", "body").await;
    let config = config("http://localhost", HERE, SECRET_ACCESS_KEY)
        .http_client(emulator.http_client(HERE))
        .force_path_style(false);
    let get = Client::from_conf(config.build())
        .get_object()
        .bucket("by-host")
        .key("k");
    let body = get.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(body.to_vec(), b"body");
}
