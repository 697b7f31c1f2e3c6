//! The figures as JSON, for programs: `docs/schema/profile-v1.json` says what it holds. The samples
//! are in the CSV and in the history.

use super::LagReport;

/// The profile as one JSON document, with how the command line ends and whether it is partial.
#[must_use]
pub fn json(report: &LagReport) -> String {
    let mut document = serde_json::to_value(&report.profile).unwrap_or_default();
    if let Some(document) = document.as_object_mut() {
        document.insert("exit_code".to_owned(), (report.exit_code() as u8).into());
        document.insert("partial".to_owned(), report.partial.into());
    }
    format!("{document:#}\n")
}
