//! What S3 answers to calls that were only asked: refusals, and configurations as they are shown.

use super::Check;
use super::tally::{Judged, Tally};
use super::view::{Op, View};
use crate::history::{Answered, Ask, Failure, Instant, OperationKind, Outcome, Reply};

/// Whether an answer is the one that was expected.
#[must_use]
pub fn is_answered(expected: &Reply, answer: Result<&Outcome, &Failure>) -> bool {
    matches!(judge(expected, answer, Instant::default()), Judged::Pass)
}

/// Judges the last answer to each ask: one that was repeated until it settled counts once.
pub(super) fn answers(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for (place, op) in view.ops.iter().enumerate() {
        let label = op.operation.label.as_str();
        let (OperationKind::Ask(ask), true) = (&op.operation.kind, check.selects(label)) else {
            continue;
        };
        let mut later = view.ops.iter().skip(place + 1);
        if later.any(|later| later.operation.label == label) {
            continue;
        }
        let subject = format!("{label}: {}", ask.call);
        tally.add(label, subject, judged(ask, op));
    }
    tally
}

fn judged(ask: &Ask, op: &Op<'_>) -> Judged {
    match (op.answer, op.failure) {
        (Some((at, outcome)), _) => judge(&ask.expected, Ok(outcome), at),
        (None, Some((at, failure))) => judge(&ask.expected, Err(failure), at),
        (None, None) => Judged::unknown(ask.expected.to_string(), "no answer"),
    }
}

fn judge(expected: &Reply, answer: Result<&Outcome, &Failure>, at: Instant) -> Judged {
    match answer {
        Ok(outcome) => accepted(expected, outcome.answered.as_ref(), at),
        Err(failure) => refused(expected, failure, at),
    }
}

fn accepted(expected: &Reply, answered: Option<&Answered>, at: Instant) -> Judged {
    let Some(answered) = answered else {
        return Judged::unknown(expected.to_string(), "an answer that was not kept");
    };
    let Answered { status, body } = answered;
    let fits = match expected {
        Reply::Refused { .. } => false,
        Reply::Accepted {
            status: wanted,
            shows,
            lacks,
        } => {
            let holds = |xml: &String| body.contains(xml.as_str());
            status == wanted && shows.iter().all(holds) && !lacks.iter().any(holds)
        }
    };
    match fits {
        true => Judged::Pass,
        false => Judged::fail(
            expected.to_string(),
            format!("accepted with {status} {body}"),
            at,
        ),
    }
}

/// Who may not ask, is asked to slow down or meets a server that fails learns nothing about rules.
fn refused(expected: &Reply, failure: &Failure, at: Instant) -> Judged {
    let Failure {
        status,
        code,
        message,
    } = failure;
    let seen = format!("refused with {status} {code}: {message}");
    let fits = match expected {
        Reply::Accepted { .. } => false,
        Reply::Refused {
            status: wanted,
            codes,
        } => status == wanted && (codes.is_empty() || codes.contains(code)),
    };
    match (fits, status) {
        (true, _) => Judged::Pass,
        (false, 0 | 401 | 403 | 429 | 500 | 502..) => Judged::unknown(expected.to_string(), seen),
        (false, _) => Judged::fail(expected.to_string(), seen, at),
    }
}
