//! The one-way doors between the modules: who may import whom.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a module may import besides `error`, `replication` and `span`, which everyone may.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let everything_below_runner = vec![
        "check",
        "cost",
        // What a write into a pair that is somebody's sets off, a doctor reads.
        "doctor",
        "emulator",
        "history",
        "lag",
        "probe",
        "provision",
        "report",
        "scenario",
        "target",
        "workload",
    ];
    BTreeMap::from([
        (
            "cli",
            vec![
                "runner", "emulator", "target", "history", "check", "lag", "report", "config",
                "policy", "scenario", "doctor", "explain",
            ],
        ),
        // A pair for a user's test: a second composition root beside the command line.
        (
            "fixture",
            vec![
                "runner", "config", "check", "history", "target", "scenario", "workload",
            ],
        ),
        ("runner", everything_below_runner),
        ("scenario", vec!["workload", "check", "lag"]),
        // A fresh pair across accounts needs the policy that the command line prints.
        ("provision", vec!["target", "history", "policy"]),
        // It reads rules as provisioning does, and judges them by itself.
        ("doctor", vec!["target", "provision"]),
        // It looks as a probe does, and asks a doctor for causes.
        ("explain", vec!["target", "history", "probe", "doctor"]),
        ("workload", vec!["target", "history"]),
        ("probe", vec!["target", "history"]),
        ("check", vec!["history", "lag"]),
        ("lag", vec!["history"]),
        (
            "report",
            vec!["check", "lag", "history", "doctor", "explain", "cost"],
        ),
        // Validated settings are the runner's; the variables become them here.
        ("config", vec!["runner", "target"]),
        ("emulator", vec![]),
        // The meter stops a target's clients at a cap, so that it has to know prices; a refusal
        // names the action that would have to be granted.
        ("target", vec!["cost", "policy"]),
        ("cost", vec![]),
        // A table of IAM actions, printed by the command line.
        ("policy", vec![]),
        ("history", vec![]),
        ("error", vec![]),
        // Durations as they are typed: flags, delays of the embedded pair, service levels.
        ("span", vec![]),
        ("replication", vec![]),
    ])
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The top-level module that a file belongs to.
fn module_of(path: &Path, root: &Path) -> String {
    let below = path.strip_prefix(root).unwrap();
    below
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .replace(".rs", "")
}

/// The top-level modules that a file names after `crate::`, outside comments.
fn imports(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let named = |line: &str| {
        let after = line.split("crate::").skip(1);
        let word = |rest: &str| {
            rest.chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect::<String>()
        };
        after
            .map(word)
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
    };
    code.flat_map(named).collect()
}

#[test]
fn every_module_imports_only_what_the_architecture_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (allowed, mut files, mut wrong) = (allowed(), Vec::new(), Vec::new());
    sources(&root, &mut files);
    assert!(files.len() > 30, "only {} sources found", files.len());
    for file in files {
        let module = module_of(&file, &root);
        if module == "lib" || module == "main" {
            continue;
        }
        let may = allowed.get(module.as_str()).unwrap_or_else(|| {
            panic!("the module {module:?} is not in the table; give it a place there")
        });
        let imported = imports(&file);
        let free = [module.as_str(), "error", "replication", "span"];
        let is_wrong = |name: &&String| {
            allowed.contains_key(name.as_str())
                && !free.contains(&name.as_str())
                && !may.contains(&name.as_str())
        };
        wrong.extend(
            imported
                .iter()
                .filter(is_wrong)
                .map(|name| format!("{file:?} imports {name}")),
        );
    }
    assert!(
        wrong.is_empty(),
        "one-way doors taken the wrong way:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn check_and_lag_know_no_tokio_no_aws_no_clock_and_no_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let pure = |file: &PathBuf| ["check", "lag"].contains(&module_of(file, &root).as_str());
    for file in files.into_iter().filter(pure) {
        let text = std::fs::read_to_string(&file).unwrap();
        for impure in [
            "tokio",
            "aws_",
            "std::time::Instant",
            "SystemTime",
            "std::env",
        ] {
            assert!(!text.contains(impure), "{file:?} knows {impure}");
        }
    }
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        sources(&root.join(folder), &mut files);
    }
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= 500,
            "{file:?} has {lines} lines; split it where a second idea begins"
        );
    }
}

#[test]
fn the_emulator_and_the_reference_model_match_rules_apart() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root.join("emulator"), &mut files);
    assert!(files.iter().all(|file| !imports(file).contains("check")));
    let mut files = Vec::new();
    sources(&root.join("check"), &mut files);
    assert!(files.iter().all(|file| !imports(file).contains("emulator")));
}

/// A lock in compliance mode cannot be removed by anybody until its time has come. What acts on
/// buckets never asks for one; what a run really sends is looked at in `tests/aws/stand_in.rs`.
#[test]
fn what_acts_on_buckets_never_asks_for_compliance() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let acts = ["workload", "provision", "runner", "scenario", "lag"];
    let acting = found
        .iter()
        .filter(|path| acts.contains(&module_of(path, &root).as_str()));
    let acting: Vec<_> = acting.collect();
    assert!(acting.len() > 50, "{acting:?}");
    for path in acting {
        let text = std::fs::read_to_string(path).unwrap();
        let asks = text.contains("COMPLIANCE") || text.contains("Mode::Compliance");
        assert!(!asks, "{} names the compliance mode", path.display());
    }
}

/// Waiting is for a condition, or for a time that data says.
#[test]
fn nothing_sleeps_for_a_fixed_time() {
    let fixed = [
        "thread::sleep(",
        "sleep(Duration::",
        "sleep(std::time::Duration::",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.retain(|file| !file.to_string_lossy().contains("tests"));
    assert!(files.len() > 30, "only {} sources found", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let call = fixed.iter().find(|call| code.contains(**call));
        assert!(
            call.is_none(),
            "{file:?} sleeps for a fixed time; wait for a condition"
        );
    }
}

/// The wall clock says when something was, never how long it took: it may be set while a run goes on.
/// Where it is read is listed here, with what for.
#[test]
fn the_wall_clock_is_read_for_dates_alone() {
    let dates = BTreeMap::from([
        ("runner/lag/clock.rs", "when a session began"),
        ("runner/saved.rs", "when a run began"),
        ("explain/read.rs", "the age of an object"),
        ("workload/lock.rs", "until when an object is kept"),
        ("provision/ledger.rs", "when what was made expires"),
    ]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut reading = BTreeSet::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_string_lossy();
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_ours = !name.contains("tests") && !name.starts_with("emulator");
        if is_ours && code.contains("SystemTime::now") {
            reading.insert(name.into_owned());
        }
    }
    let listed: BTreeSet<String> = dates.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(reading, listed);
}
