//! What settings and defects change in an answer that is made already.

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Uri};
use s3s::{Body, HttpError, HttpResponse};

use super::world::World;
use super::{CompletedWord, Defect};

const STATUS: &str = "x-amz-replication-status";
/// The longest listing that is changed.
const LONGEST: usize = 4 << 20;

/// Says COMPLETED in the word that is set (R-STATUS-04).
pub(super) fn word_status(world: &World, answer: &mut HttpResponse) {
    let word = match world.settings.unsure.completed {
        _ if world.has(Defect::WrongStatusWord) => "DONE",
        CompletedWord::Complete => "COMPLETE",
        CompletedWord::Completed => return,
    };
    let status = answer.headers_mut().get_mut(STATUS);
    if let Some(status) = status.filter(|status| *status == "COMPLETED") {
        *status = HeaderValue::from_static(word);
    }
}

/// Whether a defect puts a status into the versions listing that is asked for (R-STATUS-11).
pub(super) fn lists_status(world: &World, asked: &Uri) -> bool {
    let mut parts = asked.query().unwrap_or_default().split('&');
    world.has(Defect::ListsStatus) && parts.any(|part| part == "versions" || part == "versions=")
}

/// Puts a status into each entry of a versions listing.
///
/// # Errors
/// When the answer breaks off.
pub(super) async fn list_status(answer: &mut HttpResponse) -> Result<(), HttpError> {
    let body = answer.body_mut().store_all_limited(LONGEST).await;
    let body = String::from_utf8_lossy(&body.map_err(HttpError::new)?).into_owned();
    let (end, status) = (
        "</Version>",
        "<ReplicationStatus>COMPLETED</ReplicationStatus>",
    );
    *answer.body_mut() = Body::from(body.replace(end, &format!("{status}{end}")));
    answer.headers_mut().remove(CONTENT_LENGTH);
    Ok(())
}
