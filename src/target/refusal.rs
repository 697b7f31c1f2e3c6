//! From the SDK's errors to one line for people.

mod remedy;

use std::error::Error as StdError;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::error::{Error, causes};

const LONGEST: usize = 300;

/// Maps an SDK error: no answer becomes [`Error::Unreachable`], an answer [`Error::Refused`] with
/// S3's code and message, and what can be done about that code.
pub fn refused<E>(actor: &str, subject: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let unreachable = |cause: String| Error::Unreachable {
        actor: actor.to_owned(),
        endpoint: subject.to_owned(),
        cause,
    };
    match error {
        SdkError::TimeoutError(_) => unreachable("no answer in time".to_owned()),
        SdkError::DispatchFailure(_) if is_about_keys(error) => {
            answered(actor, subject, "Credentials", &innermost(error))
        }
        SdkError::DispatchFailure(_) => unreachable(innermost(error)),
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let code = service.err().code().filter(|code| !code.is_empty());
            let message = service.err().message().filter(|text| !text.is_empty());
            match code {
                None if status < 300 => not_s3(actor, subject, error),
                None => answered(actor, subject, &status.to_string(), phrase(status)),
                Some(code) => answered(actor, subject, code, message.unwrap_or(phrase(status))),
            }
        }
        SdkError::ResponseError(_) => not_s3(actor, subject, error),
        _ => answered(actor, subject, "RequestError", &innermost(error)),
    }
}

fn not_s3(actor: &str, subject: &str, error: &(dyn StdError + 'static)) -> Error {
    let cause = format!("the answer is not S3's ({})", innermost(error));
    answered(actor, subject, "ResponseError", &cause)
}

fn answered(actor: &str, subject: &str, code: &str, message: &str) -> Error {
    Error::Refused {
        actor: actor.to_owned(),
        subject: subject.to_owned(),
        code: code.to_owned(),
        message: one_line(message),
        remedy: remedy::of(actor, code, message),
    }
}

fn is_about_keys(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|error| {
        let text = error.to_string().to_lowercase();
        text.contains("credential") || text.contains("identity")
    })
}

/// What a status says where S3 says nothing, as to HEAD.
fn phrase(status: u16) -> &'static str {
    match status {
        301 | 307 => "moved to another endpoint",
        400 => "bad request",
        401 | 403 => "forbidden",
        404 => "not found",
        405 => "method not allowed",
        409 => "conflict",
        412 => "precondition failed",
        501 => "not implemented",
        500..=599 => "the server failed",
        _ => "no message",
    }
}

/// The remedy for a refusal of an operation, where the SDK's error is gone: `; …`, or empty.
#[must_use]
pub fn remedy(operation: &str, code: &str, message: &str) -> String {
    remedy::of(operation, code, message)
}

/// The last cause of an error, in one line.
pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let text = causes(error).last().map(ToString::to_string);
    one_line(&text.unwrap_or_default())
}

/// The text on one line of bearable length.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
