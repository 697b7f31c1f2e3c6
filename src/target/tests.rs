//! Errors and connections, without a server.

use super::*;

fn connect() -> Connect {
    Connect {
        keys: Some(Keys::new("key", "secret")),
        ..Connect::default()
    }
}

async fn at(url: &str, connect: &Connect) -> crate::error::Result<Target> {
    endpoint((url.to_owned(), url.to_owned()), connect).await
}

#[tokio::test(start_paused = true)]
async fn answers_become_one_line_with_a_remedy() {
    let cases = [
        (403, "InvalidAccessKeyId", "BUCKETPAIR_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", "BUCKETPAIR_SECRET_ACCESS_KEY"),
        (400, "AuthorizationHeaderMalformed", "--source-region"),
        (301, "PermanentRedirect", "--destination-region"),
        (501, "NotImplemented", "choose another"),
        (503, "SlowDown", "--jobs"),
    ];
    for (status, code, remedy) in cases {
        let (http, _) = fake::http(move |_| (status, fake::error(code, "Some\nwords.")));
        let line = preflight(&fake::target(&http))
            .await
            .unwrap_err()
            .to_string();
        let start = format!("preflight http://source.test: {code}: Some words; ");
        assert!(line.starts_with(&start) && line.contains(remedy), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_s3s_is_said_so() {
    let (http, _) = fake::http(|_| (200, "<html>".to_owned()));
    let line = preflight(&fake::target(&http))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        line.ends_with("; is this an S3 endpoint?") && !line.contains('\n'),
        "{line}"
    );
    let (http, _) = fake::http(|_| (404, "nothing here".to_owned()));
    let line = preflight(&fake::target(&http))
        .await
        .unwrap_err()
        .to_string();
    assert!(line.contains("404: not found"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn keys_that_may_not_list_buckets_will_do() {
    let (http, _) = fake::http(|asked| match asked.method.as_str() {
        "HEAD" => (404, String::new()),
        _ => (403, fake::error("AccessDenied", "Access Denied")),
    });
    preflight(&fake::target(&http)).await.unwrap();
}

#[tokio::test]
async fn nothing_listens() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let url = format!("http://127.0.0.1:{port}");
    let target = at(&url, &connect()).await.unwrap();
    let line = preflight(&target).await.unwrap_err().to_string();
    assert!(
        line.starts_with(&format!("preflight: {url} does not answer (")),
        "{line}"
    );
    assert!(
        line.to_lowercase().contains("refused") && !line.contains('\n'),
        "{line}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_answers() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let target = at(&url, &connect()).await.unwrap();
    let began = tokio::time::Instant::now();
    let error = preflight(&target).await.unwrap_err();
    assert!(
        matches!(error, crate::error::Error::Unreachable { .. }),
        "{error}"
    );
    assert!(began.elapsed() <= std::time::Duration::from_secs(21));
}

#[tokio::test]
async fn keys_are_asked_for_and_real_ones_are_refused_here() {
    let line = at("http://127.0.0.1:1", &Connect::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(line.contains("BUCKETPAIR_ACCESS_KEY_ID"), "{line}");
    assert!(line.contains("BUCKETPAIR_SECRET_ACCESS_KEY"), "{line}");
    let real = |key: &str| Connect {
        keys: Some(Keys::new(key, "secret")),
        ..Connect::default()
    };
    let key = "AKIA0123456789ABCDEF";
    let error = at("http://localhost:1", &real(key)).await.unwrap_err();
    assert_eq!(error.exit_code() as u8, 2);
    assert!(error.to_string().contains("AWS's") && !error.to_string().contains(key));
    let elsewhere = at("http://s3.example.org", &real(key)).await.unwrap_err();
    assert!(
        elsewhere.to_string().contains("s3.example.org"),
        "{elsewhere}"
    );
    at("http://localhost:1", &real("AKIAIOSFODNN7EXAMPLE"))
        .await
        .unwrap();
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_missing_bundle_and_a_missing_profile_are_named() {
    let bundle = Connect {
        ca_bundle: Some("/nowhere/ca.pem".into()),
        ..connect()
    };
    let error = at("https://s3.example.org", &bundle).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
    let profile = Connect {
        profile: Some("bucketpair-no-such-profile".to_owned()),
        ..Connect::default()
    };
    let error = at("http://s3.example.org", &profile).await.unwrap_err();
    assert!(
        error.to_string().contains("bucketpair-no-such-profile"),
        "{error}"
    );
    assert_eq!(error.exit_code() as u8, 2);
}
