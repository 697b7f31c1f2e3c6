//! The figures as JSON, for programs: `docs/schema/profile-v1.json` says what it holds. The samples
//! are in the CSV and in the history.

use serde::Serialize;

use super::LagReport;
use crate::error::ExitCode;

/// The profile as one JSON document, with how the command line ends and whether it is partial.
#[must_use]
pub fn json(report: &LagReport) -> String {
    let mut document = serde_json::to_value(&report.profile).unwrap_or_default();
    if let Some(document) = document.as_object_mut() {
        document.insert("exit_code".to_owned(), (report.exit_code() as u8).into());
        document.insert("partial".to_owned(), report.partial.into());
        let ended = serde_json::to_value(&report.ended).unwrap_or_default();
        document.insert("ended".to_owned(), ended);
    }
    format!("{document:#}\n")
}

/// A document with its version and how the command line ends.
pub(super) fn versioned(name: &str, version: u32, code: ExitCode, body: &impl Serialize) -> String {
    let mut document = serde_json::to_value(body).unwrap_or_default();
    if let Some(document) = document.as_object_mut() {
        document.insert(name.to_owned(), version.into());
        document.insert("exit_code".to_owned(), (code as u8).into());
    }
    format!("{document:#}\n")
}
