//! The drill on pairs that are broken, each in one way, and on one that is not.

use std::time::Duration;

use aws_sdk_s3::types::builders::ReplicationRuleBuilder;
use aws_sdk_s3::types::{
    BucketVersioningStatus, CreateBucketConfiguration, Destination, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleStatus, VersioningConfiguration,
};
use bucketpair::emulator::{Role, RolePolicy};
use bucketpair::error::ExitCode;
use bucketpair::provision::DEFAULT_ROLE;
use bucketpair::replication::Capability;
use bucketpair::runner::{Drill, DrillReport, Settings, drill_on, open_in_process};
use rstest::rstest;

fn settings(defects: &[&str]) -> Settings {
    let mut settings = Settings::default();
    settings.deadline = Some(Duration::from_secs(5));
    settings.defects = defects.iter().map(|name| (*name).to_owned()).collect();
    settings
}

async fn drilled(settings: &Settings, action: &str) -> DrillReport {
    let opened = open_in_process(settings).unwrap();
    let never = std::future::pending();
    drill_on(&opened, settings, &Drill::new(action), never)
        .await
        .unwrap()
}

#[rstest]
#[case::write("s3:ReplicateObject", "DstPutObjectNotPermitted")]
#[case::acl("s3:GetObjectVersionAcl", "SrcGetAclNotPermitted")]
#[case::read("s3:GetObjectVersionForReplication", "SrcGetObjectNotPermitted")]
#[case::configuration("s3:GetReplicationConfiguration", "SrcBucketReplicationConfigMissing")]
#[tokio::test(start_paused = true)]
async fn a_denial_makes_failed_with_its_reason_and_its_end_recovers(
    #[case] action: &str,
    #[case] reason: &str,
) {
    let found = drilled(&settings(&[]), action).await;
    assert_eq!(found.report.exit_code(), ExitCode::Passed, "{found:#?}");
    assert_eq!(
        (found.reasons.as_slice(), found.written),
        (&[reason.to_owned()][..], (1, 1))
    );
    for turn in [found.to_failed, found.to_completed] {
        let turn = turn.unwrap();
        assert!(
            turn.lower_ns <= turn.upper_ns && turn.upper_ns > 0,
            "{turn:?}"
        );
    }
}

#[rstest]
#[case::an_alarm_that_never_rings("never-fails")]
#[case::a_role_that_is_ignored("ignores-role")]
#[case::another_reason("wrong-failure-reason")]
#[case::a_failure_that_mends_itself("retries-failed")]
#[case::a_denial_that_cannot_be_taken_back("remembers-policies")]
#[tokio::test(start_paused = true)]
async fn the_drill_fails_on_a_pair_with(#[case] defect: &str) {
    let found = drilled(&settings(&[defect]), "s3:ReplicateObject").await;
    assert_eq!(
        found.report.exit_code(),
        ExitCode::Failed,
        "{defect}: {found:#?}"
    );
}

/// The denial is a policy beside those that the role has, on this pair's objects alone.
#[tokio::test(start_paused = true)]
async fn a_signal_gives_back_what_is_denied_and_the_role_is_as_it_was() {
    let settings = settings(&["never-fails"]);
    let opened = open_in_process(&settings).unwrap();
    let (emulator, _) = opened.emulator.as_ref().unwrap();
    let own = RolePolicy::new("own", serde_json::json!({"Statement": []}));
    emulator
        .put_role(DEFAULT_ROLE, Role::default().with_policy(own))
        .unwrap();
    let before = emulator.role(DEFAULT_ROLE);
    let signal = tokio::time::sleep(Duration::from_secs(2));
    let drill = Drill::new("s3:ReplicateObject");
    let found = drill_on(&opened, &settings, &drill, signal).await.unwrap();
    assert_eq!(
        found.report.exit_code(),
        ExitCode::Interrupted,
        "{found:#?}"
    );
    let role = emulator.role(&found.role).unwrap();
    assert_eq!(role, Role::default(), "{found:#?}");
    assert_eq!(emulator.role(DEFAULT_ROLE), before);
}

#[rstest]
#[case("s3:ReplicateDelete")]
#[case("s3:GetObjectVersionTagging")]
#[case("iam:PassRole")]
#[tokio::test(start_paused = true)]
async fn an_action_that_fails_no_object_is_refused(#[case] action: &str) {
    let settings = settings(&[]);
    let opened = open_in_process(&settings).unwrap();
    let never = std::future::pending();
    let error = drill_on(&opened, &settings, &Drill::new(action), never)
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Usage);
    assert!(error.to_string().contains(action), "{error}");
}

/// On a server that is no emulator, what stays FAILED is somebody's.
#[tokio::test(start_paused = true)]
async fn a_pair_that_bucketpair_did_not_make_is_refused_unless_it_is_ones_own() {
    let settings = settings(&[]);
    let mut opened = open_in_process(&settings).unwrap();
    opened.target.capabilities.remove(&Capability::Expendable);
    let (here, there) = (&opened.target.source, &opened.target.destination);
    let pair = [(here, "theirs"), (there, "their-replica")];
    for (endpoint, bucket) in pair {
        let region = (endpoint.region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(endpoint.region.as_str().into())
                .build()
        });
        let create = endpoint.client.create_bucket().bucket(bucket);
        create
            .set_create_bucket_configuration(region)
            .send()
            .await
            .unwrap();
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
        let put = endpoint.client.put_bucket_versioning().bucket(bucket);
        put.versioning_configuration(enabled.build())
            .send()
            .await
            .unwrap();
    }
    let to = Destination::builder()
        .bucket("arn:aws:s3:::their-replica")
        .build()
        .unwrap();
    let rule = ReplicationRule::builder()
        .id("all")
        .status(ReplicationRuleStatus::Enabled)
        .destination(to);
    let rules = ReplicationConfiguration::builder().role("arn:aws:iam::000000000000:role/theirs");
    let rules = rules.rules(v1(rule)).build().unwrap();
    let put = here.client.put_bucket_replication().bucket("theirs");
    put.replication_configuration(rules).send().await.unwrap();
    opened.pair = Some(("theirs".to_owned(), "their-replica".to_owned()));

    let drill = Drill::new("s3:ReplicateObject");
    let refused = drill_on(&opened, &settings, &drill, std::future::pending())
        .await
        .unwrap_err();
    assert_eq!(refused.exit_code(), ExitCode::Usage);
    assert!(
        refused.to_string().contains("--i-own-this-pair"),
        "{refused}"
    );
    let drill = drill.with_own_pair(true);
    let found = drill_on(&opened, &settings, &drill, std::future::pending())
        .await
        .unwrap();
    assert_eq!(found.report.exit_code(), ExitCode::Passed, "{found:#?}");
    assert!(found.role.ends_with("role/theirs"), "{found:#?}");
}

#[expect(deprecated, reason = "V1's prefix is at the top")]
fn v1(rule: ReplicationRuleBuilder) -> ReplicationRule {
    rule.prefix("").build().unwrap()
}
