//! The files of a folder of lag reports.

use std::path::Path;

use super::{LagReport, csv, hdr, html, json, junit, markdown, prometheus};
use crate::error::Result;
use crate::report::save::replace;

/// A report as text.
type Render = fn(&LagReport) -> String;

/// The files of a folder, and what writes each.
const FILES: [(&str, Render); 7] = [
    ("lag.json", json),
    ("lag.html", html),
    ("lag.md", markdown),
    ("lag.junit.xml", junit),
    ("lag.csv", csv),
    ("lag.prom", prometheus),
    ("lag.hlog", hdr),
];

/// Writes the report in every form into a folder.
///
/// # Errors
/// [`Error::Report`](crate::error::Error::Report) when one cannot be written.
pub fn save(folder: &Path, report: &LagReport) -> Result<()> {
    for (name, render) in FILES {
        replace(&folder.join(name), &render(report))?;
    }
    Ok(())
}
