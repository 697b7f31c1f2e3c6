//! What `bucketpair stack` prints.

use std::time::Duration;

use serde_json::json;

use super::super::args::Format;
use super::say;
use crate::error::ExitCode;
use crate::report::{DryRun, dry_run, dry_run_json};
use crate::runner::stack::{Change, LeftBehind, Progress, Raised, Removed, Stack, Standing};
use crate::target::Connect;

/// In which form it is printed: as JSON it is one document, and what goes on goes to stderr.
pub(super) struct Shown(pub(super) Format);

/// The source's stack, the destination's.
type Both = (Option<Stack>, Option<Stack>);

impl Shown {
    pub(super) fn progress(&self, progress: &Progress<'_>) {
        let line = match progress {
            Progress::Event(event) => event.to_string(),
            Progress::Canaries(raised) => format!(
                "both stacks are complete; canaries go into {} until they arrive in {}",
                raised.pair.0, raised.pair.1
            ),
        };
        match self.0 {
            Format::Terminal => say(&line),
            Format::Json => eprintln!("{line}"),
        }
    }

    pub(super) fn dry_run(&self, seen: &DryRun) -> ExitCode {
        say(&match self.0 {
            Format::Terminal => dry_run(seen),
            Format::Json => dry_run_json(seen),
        });
        ExitCode::Passed
    }

    pub(super) fn raised(&self, raised: &Raised, took: Duration) {
        if self.0 == Format::Json {
            let took = took.as_secs_f64();
            return say(&format!(
                "{:#}",
                json!({"stacks": raised, "canaries_seconds": took})
            ));
        }
        let (source, destination) = &raised.pair;
        for (side, (stack, change), bucket) in [
            ("destination", &raised.destination, destination),
            ("source", &raised.source, source),
        ] {
            let (name, region, change) = (&stack.name, &stack.region, changed(*change));
            say(&format!("{side:12} {name} in {region} {change}: {bucket}"));
        }
        let (name, took) = (&raised.source.0.name, took.as_secs_f64());
        say(&format!(
            "replication is live: canaries arrived within {took:.1} s"
        ));
        say(&format!(
            "next: bucketpair run --stack {name} --accept-writes"
        ));
    }

    pub(super) fn status(&self, name: &str, connect: &Connect, stacks: &Both) {
        let (source, destination) = stacks;
        if self.0 == Format::Json {
            let document = json!({"source": source, "destination": destination});
            return say(&format!("{document:#}"));
        }
        for (side, region, stack) in [
            ("destination", &connect.destination_region, destination),
            ("source", &connect.source_region, source),
        ] {
            match stack {
                Some(stack) => one(side, stack),
                None => say(&format!("{side:12} there is no stack {name} in {region}")),
            }
        }
    }

    pub(super) fn removed(
        &self,
        name: &str,
        removed: &Removed,
        delete_data: bool,
        left: &[LeftBehind],
    ) {
        if self.0 == Format::Json {
            let lines = |left: &[LeftBehind]| -> Vec<String> {
                left.iter().map(ToString::to_string).collect()
            };
            let (stacks, retained) = (&removed.stacks, &removed.retained);
            let deleted = delete_data && left.is_empty();
            let left = lines(left);
            let document = json!({
                "removed": stacks, "retained": retained, "data_deleted": deleted, "left": left,
            });
            return say(&format!("{document:#}"));
        }
        if removed.stacks.is_empty() {
            say(&format!("there was no stack {name}"));
        }
        removed
            .stacks
            .iter()
            .for_each(|stack| say(&format!("gone: {stack}")));
        for retained in &removed.retained {
            let is_left = left.iter().any(|one| one.bucket == retained.name);
            match (delete_data, is_left) {
                (false, _) => say(&format!("kept: {retained}; --delete-data removes buckets")),
                (true, false) => say(&format!("gone: {retained}, with all that was in it")),
                (true, true) => {}
            }
        }
        left.iter().for_each(|one| eprintln!("left behind: {one}"));
    }
}

fn changed(change: Change) -> &'static str {
    match change {
        Change::Created => "was made",
        Change::Updated => "was brought up to date",
        Change::Unchanged => "was up to date",
    }
}

fn one(side: &str, stack: &Stack) {
    let (name, region, status) = (&stack.name, &stack.region, &stack.status);
    let why = match stack.reason.is_empty() {
        true => String::new(),
        false => format!(": {}", stack.reason),
    };
    say(&format!("{side:12} {name} in {region} {status}{why}"));
    for (output, value) in &stack.outputs {
        say(&format!("{:12} {output:22} {value}", ""));
    }
}

/// Whether the pair stands.
pub(super) fn exit_code((source, destination): &Both) -> ExitCode {
    let code = |stack: &Option<Stack>| match stack.as_ref().map(Stack::standing) {
        Some(Standing::Whole) => ExitCode::Passed,
        Some(Standing::Changing) => ExitCode::Inconclusive,
        Some(Standing::Behind | Standing::Dead) | None => ExitCode::SetUp,
    };
    ExitCode::worst([code(source), code(destination)])
}
