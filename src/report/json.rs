//! The report as JSON, and saved.

use std::path::Path;

use super::RunReport;
use crate::error::{Error, Result};

/// The version of the format.
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
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// Writes `report.json` into a folder.
///
/// # Errors
/// [`Error::Report`] when it cannot be written.
pub fn save(folder: &Path, report: &RunReport) -> Result<()> {
    let path = folder.join("report.json");
    let written =
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, json(report) + "\n"));
    written.map_err(|source| Error::Report { path, source })
}
