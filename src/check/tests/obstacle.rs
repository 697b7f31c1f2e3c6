//! What is in the way of a replica, and what the reference makes of it.

use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::check::Obstacles;
use crate::check::reference::{Fate, expected};
use crate::history::Trouble;
use crate::replication::{BucketSetting, FailureReason};
use FailureReason::{
    AssumeRoleNotPermitted, DstBucketNotFound, DstDelObjNotPermitted, DstKmsKeyInvalidState,
    DstKmsKeyNotFound, DstMultipartCompleteNotPermitted, DstMultipartInitNotPermitted,
    DstMultipartUploadNotPermitted, DstPutObjectNotPermitted, SrcGetAclNotPermitted,
    SrcGetLegalHoldNotPermitted, SrcGetObjectNotPermitted, SrcGetRetentionNotPermitted,
    SrcHeadObjectNotPermitted,
};

fn set(actions: &[&str]) -> BTreeSet<String> {
    actions.iter().map(|action| (*action).to_owned()).collect()
}

fn on(side: Side, kind: OperationKind) -> Operation {
    Operation {
        label: "change".to_owned(),
        side,
        key: String::new(),
        kind,
    }
}

fn setting(setting: BucketSetting) -> OperationKind {
    OperationKind::Setting { setting }
}

fn trouble(trouble: Trouble) -> OperationKind {
    OperationKind::Trouble { trouble }
}

fn after(operations: &[(Side, OperationKind)]) -> Obstacles {
    let mut obstacles = Obstacles::default();
    for (side, kind) in operations {
        obstacles.change(&on(*side, kind.clone()));
    }
    obstacles
}

const SUSPEND: OperationKind = OperationKind::Versioning { enabled: false };
const ENABLE: OperationKind = OperationKind::Versioning { enabled: true };

#[rstest]
#[case::suspended(SUSPEND, Obstacles { suspended: [DESTINATION].into(), ..Obstacles::default() }, ENABLE)]
#[case::deleted(
    OperationKind::DeleteBucket,
    Obstacles { missing: [DESTINATION].into(), ..Obstacles::default() },
    OperationKind::CreateBucket
)]
#[case::denied(
    OperationKind::Deny { actions: set(&["a"]) },
    Obstacles { denied: set(&["a"]), ..Obstacles::default() },
    OperationKind::Restore
)]
#[case::denied_by_its_policy(
    OperationKind::DenyAt { actions: set(&["a"]) },
    Obstacles { denied_at: [(DESTINATION, set(&["a"]))].into(), ..Obstacles::default() },
    OperationKind::Restore
)]
#[case::paused(
    trouble(Trouble::Pause),
    Obstacles { paused: [DESTINATION].into(), ..Obstacles::default() },
    trouble(Trouble::Resume)
)]
#[case::away(
    trouble(Trouble::Outage),
    Obstacles { away: [DESTINATION].into(), ..Obstacles::default() },
    trouble(Trouble::Recovery)
)]
#[case::taking_customer_keys(
    setting(BucketSetting::customer_keys()),
    Obstacles { taking_customer_keys: [DESTINATION].into(), ..Obstacles::default() },
    setting(BucketSetting::encryption("AES256"))
)]
#[case::with_acls(
    setting(BucketSetting::ownership("BucketOwnerPreferred")),
    Obstacles { with_acls: [DESTINATION].into(), ..Obstacles::default() },
    setting(BucketSetting::ownership("BucketOwnerEnforced"))
)]
fn an_obstacle_is_there_until_it_is_taken_away(
    #[case] begins: OperationKind,
    #[case] there: Obstacles,
    #[case] ends: OperationKind,
) {
    let begun = (DESTINATION, begins);
    assert_eq!(after(std::slice::from_ref(&begun)), there);
    let ended = after(&[begun, (DESTINATION, ends)]);
    assert_eq!(ended, Obstacles::default());
}

#[rstest]
#[case::the_end_of_a_pause(trouble(Trouble::Resume))]
#[case::slow_downs(trouble(Trouble::SlowDown { replications: 3 }))]
#[case::a_write(OperationKind::Put(content()))]
fn what_delays_or_writes_is_in_nobodys_way(#[case] kind: OperationKind) {
    assert_eq!(after(&[(SOURCE, kind)]), Obstacles::default());
}

#[test]
fn what_is_denied_anew_takes_the_place_of_what_was() {
    let deny = |actions: &[&str]| {
        let actions = set(actions);
        (SOURCE, OperationKind::Deny { actions })
    };
    let obstacles = after(&[deny(&["a", "b"]), deny(&["b"])]);
    assert_eq!(obstacles.denied, set(&["b"]));
}

#[test]
fn object_lock_stays_with_its_default_retention() {
    let lock = |days| setting(BucketSetting::ObjectLock { days });
    let obstacles = after(&[(SOURCE, lock(None)), (DESTINATION, lock(Some(3)))]);
    let locks = [(SOURCE, None), (DESTINATION, Some(3))].into();
    assert_eq!(obstacles.locks, locks);
}

#[rstest]
#[case::out_of_what_is_paused(trouble(Trouble::Pause), SOURCE, DESTINATION, true)]
#[case::into_what_is_paused(trouble(Trouble::Pause), DESTINATION, SOURCE, false)]
#[case::into_what_is_away(trouble(Trouble::Outage), DESTINATION, SOURCE, true)]
#[case::out_of_what_is_away(trouble(Trouble::Outage), SOURCE, DESTINATION, false)]
fn a_pause_holds_what_leaves_and_an_outage_what_comes(
    #[case] kind: OperationKind,
    #[case] origin: Side,
    #[case] to: Side,
    #[case] holds: bool,
) {
    assert_eq!(after(&[(SOURCE, kind)]).hold(origin, to), holds);
}

#[rstest]
#[case::nothing(vec![], true)]
#[case::it_is_suspended(vec![(DESTINATION, SUSPEND)], false)]
#[case::the_source_is_suspended(vec![(SOURCE, SUSPEND)], true)]
#[case::an_action_is_denied(
    vec![(SOURCE, OperationKind::Deny { actions: set(&["a"]) })], false
)]
#[case::its_policy_denies(
    vec![(DESTINATION, OperationKind::DenyAt { actions: set(&["a"]) })], false
)]
#[case::the_policy_of_another_denies(
    vec![(SECOND, OperationKind::DenyAt { actions: set(&["a"]) })], true
)]
#[case::it_is_away(vec![(DESTINATION, trouble(Trouble::Outage))], false)]
fn a_way_is_open_where_nothing_is_in_it(
    #[case] operations: Vec<(Side, OperationKind)>,
    #[case] open: bool,
) {
    assert_eq!(after(&operations).leave_open(SOURCE, DESTINATION), open);
}

#[test]
fn what_a_suspended_destination_is_sent_fails() {
    let put = OperationKind::Put(content());
    let obstacles = after(&[(DESTINATION, SUSPEND)]);
    assert!(obstacles.fail(DESTINATION, &put));
    assert!(!obstacles.fail(SECOND, &put));
}

fn denied(actions: &[&str]) -> Story {
    let actions = set(actions);
    let kind = OperationKind::Deny { actions };
    Story::new().op(0, "deny", (SOURCE, ""), kind, None)
}

fn fate(story: Story, kind: OperationKind) -> Fate {
    let story = story.op(10, "w", (SOURCE, "k"), kind, Some("v1"));
    expected(&story.0)[0].fates[&DESTINATION].clone()
}

fn put() -> OperationKind {
    OperationKind::Put(content())
}

fn upload() -> OperationKind {
    OperationKind::Multipart {
        content: content(),
        part_size: 2,
    }
}

fn under_kms() -> OperationKind {
    OperationKind::Put(Content {
        encryption: Some("aws:kms".to_owned()),
        ..content()
    })
}

/// One rule that sends everything: markers too, and what is under KMS, under this key.
fn rules(mut story: Story, key: &str) -> Story {
    let rule = Rule::new("all").with_delete_markers();
    let key = format!("arn:aws:kms:us-east-1:1:key/{key}");
    story.0.plan.rules = vec![rule.with_replica_kms_key(key)];
    story
}

#[rstest]
#[case::the_role(&["sts:AssumeRole"], put(), "R-IAM-01", &[AssumeRoleNotPermitted])]
#[case::the_configuration(&["s3:GetReplicationConfiguration"], put(), "R-IAM-02", &[])]
#[case::the_list(&["s3:ListBucket"], OperationKind::Delete, "R-IAM-02", &[])]
#[case::both_reads(
    &["s3:GetObjectVersionForReplication", "s3:GetObjectVersion"], put(),
    "R-IAM-03", &[SrcGetObjectNotPermitted, SrcHeadObjectNotPermitted]
)]
#[case::the_acl(&["s3:GetObjectVersionAcl"], put(), "R-IAM-03", &[SrcGetAclNotPermitted])]
#[case::the_write(&["s3:ReplicateObject"], put(), "R-IAM-05", &[DstPutObjectNotPermitted])]
#[case::the_write_of_an_upload(
    &["s3:ReplicateObject"], upload(), "R-IAM-05",
    &[
        DstMultipartInitNotPermitted, DstMultipartUploadNotPermitted,
        DstMultipartCompleteNotPermitted, DstPutObjectNotPermitted,
    ]
)]
#[case::the_deletion(
    &["s3:ReplicateDelete"], OperationKind::Delete, "R-IAM-05", &[DstDelObjNotPermitted]
)]
#[case::the_older_read_will_not_do_under_kms(
    &["s3:GetObjectVersionForReplication"], under_kms(),
    "R-IAM-10", &[SrcGetObjectNotPermitted, SrcHeadObjectNotPermitted]
)]
#[case::decrypting(&["kms:Decrypt"], under_kms(), "R-ENC-06", &[])]
#[case::encrypting(&["kms:Encrypt"], under_kms(), "R-ENC-06", &[DstPutObjectNotPermitted])]
fn a_denied_action_fails_what_needs_it_with_its_reason(
    #[case] actions: &[&str],
    #[case] kind: OperationKind,
    #[case] because: &'static str,
    #[case] reasons: &'static [FailureReason],
) {
    let story = rules(denied(actions), "enabled");
    assert_eq!(fate(story, kind), Fate::Fails { because, reasons });
}

#[rstest]
#[case::markers_need_no_write(&["s3:ReplicateObject"], OperationKind::Delete)]
#[case::objects_need_no_deletion(&["s3:ReplicateDelete"], put())]
#[case::without_kms_no_key(&["kms:Decrypt", "kms:Encrypt"], put())]
#[case::without_object_lock_no_retention(&["s3:GetObjectRetention"], put())]
#[case::without_an_override_no_owner(&["s3:ObjectOwnerOverrideToBucketOwner"], put())]
fn a_denied_action_is_in_nobodys_way_who_does_not_need_it(
    #[case] actions: &[&str],
    #[case] kind: OperationKind,
) {
    let fate = fate(rules(denied(actions), "enabled"), kind);
    assert!(fate.arrives(), "{fate:?}");
}

#[test]
fn an_owner_that_may_not_be_given_away_fails() {
    let mut story = denied(&["s3:ObjectOwnerOverrideToBucketOwner"]);
    story.0.plan.rules = vec![Rule::new("all").with_owner_override()];
    let because = "R-OWN-02";
    let reasons = &[DstPutObjectNotPermitted];
    assert_eq!(fate(story, put()), Fate::Fails { because, reasons });
}

fn locked(story: Story, sides: &[Side]) -> Story {
    sides.iter().fold(story, |story, side| {
        let kind = setting(BucketSetting::ObjectLock { days: None });
        story.op(1, "lock", (*side, ""), kind, None)
    })
}

#[rstest]
#[case::the_retention("s3:GetObjectRetention", &[SrcGetRetentionNotPermitted])]
#[case::the_hold("s3:GetObjectLegalHold", &[SrcGetLegalHoldNotPermitted])]
fn a_source_with_object_lock_needs_more_actions(
    #[case] action: &str,
    #[case] reasons: &'static [FailureReason],
) {
    let story = locked(denied(&[action]), &[SOURCE, DESTINATION]);
    let because = "R-DATA-11";
    assert_eq!(fate(story, put()), Fate::Fails { because, reasons });
}

#[test]
fn a_marker_has_no_lock_that_its_destination_would_need() {
    let story = locked(rules(Story::new(), "enabled"), &[SOURCE]);
    assert_eq!(fate(story, OperationKind::Delete), Fate::Marker);
}

#[test]
fn a_destination_that_was_deleted_fails() {
    let kind = OperationKind::DeleteBucket;
    let story = Story::new().op(0, "delete", (DESTINATION, ""), kind, None);
    let because = "R-STATUS-09";
    let reasons = &[DstBucketNotFound];
    assert_eq!(fate(story, put()), Fate::Fails { because, reasons });
}

#[rstest]
#[case::missing("missing", &[DstKmsKeyNotFound])]
#[case::disabled("disabled", &[DstKmsKeyInvalidState])]
#[case::pending_deletion("pending-deletion", &[DstKmsKeyInvalidState])]
fn a_bad_key_has_its_reason(#[case] key: &str, #[case] reasons: &'static [FailureReason]) {
    let story = rules(Story::new(), key);
    let because = "R-ENC-05";
    assert_eq!(fate(story, under_kms()), Fate::Fails { because, reasons });
}

#[test]
fn a_key_of_another_region_is_not_found_or_not_usable() {
    let mut story = rules(Story::new(), "enabled");
    story.0.plan.buckets[1].region = "eu-west-1".to_owned();
    let because = "R-ENC-05";
    let reasons = &[DstKmsKeyNotFound, DstKmsKeyInvalidState];
    assert_eq!(fate(story, under_kms()), Fate::Fails { because, reasons });
}

#[test]
fn a_bad_key_is_in_nobodys_way_who_is_not_under_kms() {
    let fate = fate(rules(Story::new(), "missing"), put());
    assert!(fate.arrives(), "{fate:?}");
}

#[rstest]
#[case::reading_them("s3:GetObjectVersionTagging", false)]
#[case::writing_them("s3:ReplicateTags", false)]
#[case::something_else("s3:ReplicateDelete", true)]
fn tags_stay_behind_where_they_may_not_be_read_or_written(
    #[case] action: &str,
    #[case] travel: bool,
) {
    let actions = set(&[action]);
    let there = Story::new().op(
        0,
        "deny",
        (DESTINATION, ""),
        OperationKind::DenyAt { actions },
        None,
    );
    for story in [denied(&[action]), there] {
        let story = story.put(10, "w", "k", "v1");
        let tags = if travel {
            map(&[("team", "a")])
        } else {
            map(&[])
        };
        assert_eq!(expected(&story.0)[0].tags, tags);
    }
}
