//! Objects that somebody else wrote.

use rstest::rstest;

use super::*;
use Verdict::{Fail, Pass, Unknown};

fn found() -> Story {
    let kind = OperationKind::Found(content());
    Story::new().op(0, "w", (SOURCE, "k"), kind, Some("v1"))
}

fn source(sha256: &str) -> Seen {
    present(ObjectSeen {
        sha256: Some(sha256.to_owned()),
        status: Some(ReplicationStatus::Completed),
        ..object("v1")
    })
}

#[rstest]
#[case::both_hold_the_file(Some("abc"), Some("abc"), Pass)]
#[case::the_source_holds_something_else(Some("abd"), Some("abd"), Fail)]
#[case::the_replica_holds_something_else(Some("abc"), Some("abd"), Fail)]
#[case::the_source_was_not_read(None, Some("abc"), Unknown)]
#[case::the_replica_was_not_read(Some("abc"), None, Unknown)]
fn source_and_replica_hold_the_file(
    #[case] at_source: Option<&str>,
    #[case] at_destination: Option<&str>,
    #[case] verdict: Verdict,
) {
    let story = at_source.into_iter().fold(found(), |story, sha256| {
        story.look(10, SOURCE, "k", "v1", source(sha256))
    });
    let replica = ObjectSeen {
        sha256: at_destination.map(str::to_owned),
        ..replica("v1")
    };
    let story = story.look(20, DESTINATION, "k", "v1", present(replica));
    assert_eq!(story.verdict(CheckKind::Bytes), verdict);
}

#[rstest]
#[case::nothing(Seen::Absent, "no such object")]
#[case::marker(Seen::DeleteMarker { version: None }, "a delete marker")]
#[case::forbidden(Seen::Failed(crate::history::Failure { status: 403, code: "AccessDenied".to_owned(), message: "no".to_owned() }), "AccessDenied")]
#[case::there_and_not_to_be_judged(present(object("v1")), "its key is not known")]
fn an_object_that_cannot_be_judged_is_unknown(#[case] seen: Seen, #[case] word: &str) {
    let mut story = Story::new().look(0, SOURCE, "k", "", seen);
    let operation = Operation {
        label: "w".to_owned(),
        side: SOURCE,
        key: "k".to_owned(),
        kind: OperationKind::Found(content()),
    };
    let failure = crate::history::Failure {
        message: "its key is not known".to_owned(),
        ..crate::history::Failure::default()
    };
    for event in [
        Event::Invoke {
            op: 0,
            operation: Box::new(operation),
            intended: None,
        },
        Event::Info { op: 0, failure },
    ] {
        story.0.events.push(Timed { at: ms(2), event });
    }
    let finding = story.finding(Check::new(CheckKind::Arrives));
    assert_eq!(finding.verdict, Unknown);
    let seen = &finding.evidence[0].seen;
    assert!(seen.contains(word), "expected {word:?} in {seen:?}");
}

#[test]
fn what_somebody_else_wrote_has_no_lag() {
    let story = found().replica(20, "k", "v1");
    let judgement = story.judged(&[PlannedCheck::required(Check::new(CheckKind::Arrives))]);
    assert_eq!((judgement.verdict, judgement.lag), (Pass, None));
}
