//! Saved runs of a measurement, read back to be compared, joined or followed over time.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::history::{Line, Timed, scan};
use crate::lag::Measured;

/// The folder of a joined measurement that keeps the history of every run.
const RUNS: &str = "runs";

/// The histories below a path: itself where it is a file; in a folder the `.jsonl` files, those
/// of its `runs/`, and the `history.jsonl` of each folder in it.
///
/// # Errors
/// [`Error::Usage`] when there is none, or the path cannot be read.
pub fn histories(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let cannot = |error: std::io::Error| {
        let path = path.display();
        Error::Usage(format!(
            "{path}: {error}; name a history.jsonl, or the folder of a report"
        ))
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(cannot)? {
        let entry = entry.map_err(cannot)?.path();
        found.extend(within(entry));
    }
    found.sort();
    if found.is_empty() {
        let path = path.display();
        return Err(Error::Usage(format!(
            "{path} holds no history; `bucketpair lag --report DIR` writes one"
        )));
    }
    Ok(found)
}

/// The histories that an entry of a folder is, or holds.
fn within(entry: PathBuf) -> Vec<PathBuf> {
    if !entry.is_dir() {
        return Vec::from_iter(is_history(&entry).then_some(entry));
    }
    let inner = match entry.ends_with(RUNS) {
        true => std::fs::read_dir(&entry).into_iter().flatten().flatten(),
        false => {
            return Vec::from_iter(Some(entry.join("history.jsonl")).filter(|path| path.is_file()));
        }
    };
    let inner = inner.map(|entry| entry.path());
    inner.filter(|path| is_history(path)).collect()
}

fn is_history(path: &Path) -> bool {
    path.is_file()
        && path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
}

/// The samples and the facts of a saved run.
///
/// # Errors
/// [`Error::History`] when the file is no history, [`Error::Usage`] when it holds scenarios instead
/// of a measurement.
pub fn measured(path: &Path) -> Result<Measured> {
    let scenarios = Cell::new(0);
    let go = |take: &mut dyn FnMut(&Timed)| {
        scenarios.set(0);
        let scanned = scan(path, |line| match line {
            Line::Event { scenario, .. } if scenarios.get() == 0 => {
                Err(format!("scenario {scenario:?} has not begun"))
            }
            Line::Event { timed, .. } => {
                take(&timed);
                Ok(())
            }
            Line::Scenario { .. } => {
                scenarios.set(scenarios.get() + 1);
                Ok(())
            }
            Line::Header(_) => Err("a second header".to_owned()),
        });
        scanned.map(|(header, _)| header)
    };
    let measured = Measured::of_events(go)?;
    match scenarios.get() {
        1 => Ok(measured),
        other => Err(Error::Usage(format!(
            "{} holds {other} scenarios; a measurement is one, as `bucketpair lag --report DIR` writes it",
            path.display(),
        ))),
    }
}

/// All runs below a path, each once.
///
/// # Errors
/// As of [`histories`] and [`measured`]; [`Error::Usage`] when a run is there twice.
pub fn all_measured(path: &Path) -> Result<Vec<Measured>> {
    let runs: Result<Vec<_>> = histories(path)?.iter().map(|path| measured(path)).collect();
    let runs = runs?;
    for (index, run) in runs.iter().enumerate() {
        if runs[..index]
            .iter()
            .any(|other| other.facts.run == run.facts.run)
        {
            let (path, run) = (path.display(), &run.facts.run);
            return Err(Error::Usage(format!(
                "{path} holds run {run} twice; remove one of the copies, or its samples would count twice"
            )));
        }
    }
    Ok(runs)
}

/// Copies the histories of runs into `folder/runs`, each under its run's ID, and reads them.
///
/// A run that is there already in the same words is left as it is.
///
/// # Errors
/// As of [`measured`]; [`Error::Usage`] when two histories of one run differ; [`Error::Report`] when
/// one cannot be written.
pub fn join(paths: &[PathBuf], folder: &Path) -> Result<Vec<Measured>> {
    let into = folder.join(RUNS);
    let cannot = |source| Error::Report {
        path: into.clone(),
        source,
    };
    std::fs::create_dir_all(&into).map_err(cannot)?;
    for path in paths {
        for history in histories(path)? {
            let run = measured(&history)?.facts.run;
            keep(&history, &into.join(format!("{run}.jsonl")))?;
        }
    }
    all_measured(&into)
}

fn keep(history: &Path, place: &Path) -> Result<()> {
    let cannot = |source| Error::Report {
        path: place.to_owned(),
        source,
    };
    let text = std::fs::read(history).map_err(cannot)?;
    match std::fs::read(place) {
        Ok(there) if there == text => Ok(()),
        Ok(_) => Err(Error::Usage(format!(
            "{} and {} are the same run with different events; keep the one that is whole",
            history.display(),
            place.display()
        ))),
        Err(_) => std::fs::write(place, text).map_err(cannot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, run: &str, lines: &str) -> PathBuf {
        let header = serde_json::json!({
            "bucketpair_history": 1, "bucketpair": "0", "run": run, "seed": 0, "started": 0,
            "target": {
                "name": "emulator", "source": "", "destination": "", "source_region": "",
                "destination_region": "", "engine": "",
            },
        });
        let plan = serde_json::json!({"plan": {
            "scenario": "lag", "summary": "", "rule_ids": [], "buckets": [], "rules": [],
            "deadline_ns": 0, "window_ns": 0, "checks": [],
        }});
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("{header}\n{plan}\n{lines}")).unwrap();
        path
    }

    #[test]
    fn a_folder_holds_histories_beside_reports_in_runs_and_one_level_down() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for (name, run) in [
            ("history.jsonl", "a"),
            ("runs/b.jsonl", "b"),
            ("monday/history.jsonl", "c"),
        ] {
            write(path, name, run, "");
        }
        std::fs::write(path.join("report.html"), "").unwrap();
        let runs = all_measured(path).unwrap();
        let runs: Vec<_> = runs.iter().map(|run| run.facts.run.as_str()).collect();
        assert_eq!(runs, ["a", "c", "b"]);
    }

    #[test]
    fn a_folder_without_a_history_says_what_writes_one() {
        let folder = tempfile::tempdir().unwrap();
        let error = histories(folder.path()).unwrap_err().to_string();
        assert!(error.contains("lag --report"), "{error}");
    }

    #[test]
    fn runs_are_joined_once_each_and_in_their_own_words() {
        let (folder, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let a = write(folder.path(), "a/history.jsonl", "a", "");
        let b = write(folder.path(), "b/history.jsonl", "b", "");
        let paths = [folder.path().to_owned(), a.clone(), b];
        let runs = join(&paths, into.path()).unwrap();
        assert_eq!(runs.len(), 2);
        let copy = into.path().join("runs/a.jsonl");
        assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(a).unwrap());
    }

    #[test]
    fn two_histories_of_one_run_that_differ_are_refused() {
        let (folder, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let whole = write(folder.path(), "a.jsonl", "a", "");
        let longer = write(folder.path(), "b.jsonl", "a", "\n");
        let error = join(&[whole, longer], into.path()).unwrap_err().to_string();
        assert!(
            error.contains("b.jsonl") && error.contains("different events"),
            "{error}"
        );
    }
}
