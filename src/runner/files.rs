//! The user's own files as a scenario: each is uploaded, and each replica is asserted.

use std::path::{Path, PathBuf};

use crate::check::{Check, CheckKind};
use crate::error::{Error, Result};
use crate::scenario::Scenario;
use crate::workload::{Object, Step};

/// Files from here on are uploaded in parts of [`PART`] bytes.
const LARGE: u64 = 64 << 20;
const PART: u64 = 16 << 20;

/// A scenario that uploads these files, and every file of these folders.
///
/// # Errors
/// [`Error::Usage`] for a path that cannot be read, or when there is no file at all.
pub(super) fn scenario(paths: &[PathBuf]) -> Result<Scenario> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, path.parent().unwrap_or(Path::new("")), &mut files)?;
    }
    if files.is_empty() {
        return Err(Error::Usage("--files: the folders hold no file".to_owned()));
    }
    let steps = files.iter().map(|(key, path, size)| step(key, path, *size));
    let kinds = [
        CheckKind::Arrives,
        CheckKind::Bytes,
        CheckKind::VersionId,
        CheckKind::Encryption,
        CheckKind::SourceStatus,
        CheckKind::ReplicaStatus,
    ];
    Ok(Scenario::new(
        "files",
        &format!("{} files of yours arrive unchanged", files.len()),
    )
    .proves([
        "R-DATA-01",
        "R-DATA-02",
        "R-ENC-03",
        "R-STATUS-01",
        "R-STATUS-03",
    ])
    .steps(steps)
    .checks(kinds.map(Check::new)))
}

fn step(key: &str, path: &Path, size: u64) -> Step {
    match size {
        ..LARGE => Step::put(key, key, Object::file(path)),
        _ => Step::multipart(key, key, Object::file(path), PART),
    }
}

fn collect(path: &Path, base: &Path, files: &mut Vec<(String, PathBuf, u64)>) -> Result<()> {
    let unreadable = |error: std::io::Error| {
        Error::Usage(format!(
            "cannot read {}: {error}; check the path",
            path.display()
        ))
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_dir() {
        std::fs::File::open(path).map_err(unreadable)?;
        files.push((key(path, base), path.to_owned(), metadata.len()));
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    entries
        .iter()
        .try_for_each(|entry| collect(entry, base, files))
}

/// The path below the folder that was named, with `/` between its parts.
fn key(path: &Path, base: &Path) -> String {
    let below = path.strip_prefix(base).unwrap_or(path);
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_folder_keep_their_paths_below_it() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("photos/2026");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::write(below.join("a.jpg"), "a").unwrap();
        let scenario = scenario(&[folder.path().join("photos")]).unwrap();
        let Step::Write(write) = &scenario.steps[0] else {
            panic!("{:?}", scenario.steps)
        };
        assert_eq!(write.key, "photos/2026/a.jpg");
    }

    #[test]
    fn an_unreadable_path_is_named() {
        let error = scenario(&["no/such/folder".into()]).unwrap_err();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
    }
}
