//! The report as JSON, for programs: `docs/schema/report-v1.json` says what it holds.

use super::RunReport;

/// The version of the format. Fields may be added within a version; none is renamed, removed or
/// given another meaning.
pub const VERSION: u32 = 1;

/// The report as one JSON document, with its version, exit code included.
#[must_use]
pub fn json(report: &RunReport) -> String {
    let mut document = serde_json::json!({
        "bucketpair_report": VERSION,
        "exit_code": report.exit_code() as u8,
    });
    let body = serde_json::to_value(report).unwrap_or_default();
    if let (Some(document), serde_json::Value::Object(body)) = (document.as_object_mut(), body) {
        document.extend(body);
    }
    format!("{document:#}\n")
}
