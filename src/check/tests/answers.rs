//! Answers to what was only asked.

use rstest::rstest;

use super::*;
use crate::history::{Answered, Ask, Call, Failure, Reply};
use Verdict::{Fail, Pass, Unknown};

fn refusal() -> Reply {
    Reply::Refused {
        status: 400,
        codes: vec!["InvalidRequest".to_owned(), "InvalidArgument".to_owned()],
    }
}

fn shown() -> Reply {
    Reply::Accepted {
        status: 200,
        shows: vec!["<Filter>".to_owned()],
        lacks: vec!["<ID></ID>".to_owned()],
    }
}

fn asked(expected: Reply) -> Story {
    let ask = Ask {
        call: Call::GetReplication,
        of_nowhere: false,
        expected,
    };
    Story::new().invoke(0, "asked", (SOURCE, ""), OperationKind::Ask(ask))
}

fn answered(expected: Reply, status: u16, body: &str) -> Verdict {
    let body = body.to_owned();
    let outcome = Outcome {
        answered: Some(Answered { status, body }),
        ..Outcome::default()
    };
    let ok = Event::Ok { op: 0, outcome };
    asked(expected).event(ms(1), ok).verdict(CheckKind::Answers)
}

fn refused(expected: Reply, status: u16, code: &str) -> Verdict {
    let failure = Failure {
        status,
        code: code.to_owned(),
        message: String::new(),
    };
    let fail = Event::Fail { op: 0, failure };
    asked(expected)
        .event(ms(1), fail)
        .verdict(CheckKind::Answers)
}

#[rstest]
#[case::one_code(400, "InvalidRequest", Pass)]
#[case::the_other_code(400, "InvalidArgument", Pass)]
#[case::another_code(400, "MalformedXML", Fail)]
#[case::another_status(409, "InvalidRequest", Fail)]
#[case::not_implemented(501, "NotImplemented", Fail)]
#[case::not_allowed(403, "AccessDenied", Unknown)]
#[case::slow_down(503, "SlowDown", Unknown)]
#[case::no_answer(0, "Timeout", Unknown)]
fn a_refusal_has_its_status_and_one_of_its_codes(
    #[case] status: u16,
    #[case] code: &str,
    #[case] verdict: Verdict,
) {
    assert_eq!(refused(refusal(), status, code), verdict);
}

#[test]
fn what_should_be_refused_and_is_accepted_fails() {
    assert_eq!(answered(refusal(), 200, ""), Fail);
}

#[test]
fn where_s3_documents_no_code_any_will_do() {
    let (status, codes) = (400, Vec::new());
    let refusal = Reply::Refused { status, codes };
    assert_eq!(refused(refusal, 400, "Anything"), Pass);
}

#[rstest]
#[case::shown(200, "<Filter></Filter>", Pass)]
#[case::not_shown(200, "<Prefix></Prefix>", Fail)]
#[case::too_much(200, "<ID></ID><Filter></Filter>", Fail)]
#[case::another_status(204, "<Filter></Filter>", Fail)]
fn an_acceptance_has_its_status_and_shows_what_it_should(
    #[case] status: u16,
    #[case] body: &str,
    #[case] verdict: Verdict,
) {
    assert_eq!(answered(shown(), status, body), verdict);
}

#[test]
fn what_should_be_accepted_and_is_refused_fails() {
    assert_eq!(refused(shown(), 400, "InvalidRequest"), Fail);
}

#[test]
fn without_an_ask_and_without_its_answer_it_is_unknown() {
    assert_eq!(Story::new().verdict(CheckKind::Answers), Unknown);
    assert_eq!(asked(refusal()).verdict(CheckKind::Answers), Unknown);
    let of_another = Check::new(CheckKind::Answers).of(["another"]);
    assert_eq!(asked(refusal()).finding(of_another).verdict, Unknown);
}

#[test]
fn of_an_ask_that_is_repeated_the_last_answer_counts() {
    let failure = Failure {
        status: 400,
        code: "InvalidRequest".to_owned(),
        message: String::new(),
    };
    let kind = |story: &Story| match &story.0.events[0].event {
        Event::Invoke { operation, .. } => operation.kind.clone(),
        _ => unreachable!("the first event is the ask"),
    };
    let first = asked(refusal());
    let kind = kind(&first);
    let outcome = Outcome {
        answered: Some(Answered::default()),
        ..Outcome::default()
    };
    let again = first
        .event(ms(1), Event::Ok { op: 0, outcome })
        .invoke(2, "asked", (SOURCE, ""), kind)
        .event(ms(3), Event::Fail { op: 1, failure });
    let finding = again.finding(Check::new(CheckKind::Answers));
    assert_eq!((finding.verdict, finding.examined), (Pass, 1));
}

#[test]
fn an_answer_fits_where_it_is_the_one_that_was_expected() {
    let outcome = |status| Outcome {
        answered: Some(Answered {
            status,
            body: "<Filter></Filter>".to_owned(),
        }),
        ..Outcome::default()
    };
    assert!(is_answered(&shown(), Ok(&outcome(200))));
    assert!(!is_answered(&shown(), Ok(&outcome(204))));
    let failure = |status| Failure {
        status,
        code: "InvalidRequest".to_owned(),
        message: String::new(),
    };
    assert!(is_answered(&refusal(), Err(&failure(400))));
    assert!(!is_answered(&refusal(), Err(&failure(403))));
    assert!(!is_answered(&refusal(), Ok(&Outcome::default())));
}
