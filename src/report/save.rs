//! The files of a folder of reports.

use std::path::{Path, PathBuf};

use super::{RunReport, html, json, junit, markdown, prometheus};
use crate::error::{Error, Result};

/// A report as text.
type Render = fn(&RunReport) -> String;

/// The files of a folder, and what writes each.
const FILES: [(&str, Render); 5] = [
    ("report.json", json),
    ("report.html", html),
    ("report.md", markdown),
    ("report.junit.xml", junit),
    ("report.prom", prometheus),
];

/// Writes the report in every form into a folder.
///
/// # Errors
/// [`Error::Report`] when one cannot be written.
pub fn save(folder: &Path, report: &RunReport) -> Result<()> {
    for (name, render) in FILES {
        replace(&folder.join(name), &render(report))?;
    }
    Ok(())
}

/// Replaces a file in one step, so that a reader, and a kill, finds a whole one.
///
/// # Errors
/// [`Error::Report`] when it cannot be written.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = beside(path);
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        std::fs::write(&beside, text)?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|source| Error::Report {
        path: path.to_owned(),
        source,
    })
}

/// `out/report.json` → `out/.report.json.new`.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}
