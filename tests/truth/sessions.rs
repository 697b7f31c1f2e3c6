//! Writing and looking by different processes, whose clocks have to be joined: the truth is the
//! embedded pair's, on the writer's clock.

use std::path::Path;
use std::time::Duration;

use bucketpair::emulator::{ACCESS_KEY_ID, Delay, Emulator, Listen, Listening, SECRET_ACCESS_KEY};
use bucketpair::history::{Joined, read};
use bucketpair::lag::{Caveat, Measured};
use bucketpair::runner::{ObserveSettings, Settings, lag, observe};
use bucketpair::target::{Choice, Keys};
use rstest::rstest;
use serde_json::Value;

use super::{Run, SEED, asked, intervals, misses};

const COUNT: usize = 60;

/// Changes the first session of a saved history, as if somebody else had written it.
fn change(path: &Path, change: impl Fn(&mut Value)) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let is_session = |line: &&mut String| line.contains(r#""event":"session""#);
    let line = lines.iter_mut().find(is_session).unwrap();
    let mut session: Value = serde_json::from_str(line).unwrap();
    change(&mut session);
    *line = session.to_string();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

fn another_boot(session: &mut Value) {
    session["boot"] = "another machine's".into();
    // Its wall clock is an hour behind.
    let hour = 3_600_000_000_000;
    session["wall_ns"] = (session["wall_ns"].as_u64().unwrap() - hour).into();
}

fn no_clock_in_common(session: &mut Value) {
    session["boot"] = "another machine's".into();
    session.as_object_mut().unwrap().remove("server_ns");
}

#[rstest]
#[case::the_same_boot(|_: &mut Value| {}, Joined::Boot, 20_000_000)]
#[case::another_machine(another_boot, Joined::Server, 500_000_000)]
#[case::nothing_but_wall_clocks(no_clock_in_common, Joined::Wall, 1_000_000_000)]
#[tokio::test]
async fn every_true_arrival_lies_in_its_interval_across_processes(
    #[case] changed: fn(&mut Value),
    #[case] by: Joined,
    #[case] at_most_ns: u64,
) {
    let (emulator, _listening, settings, folder) = target().await;
    let mut writes = asked(60.0, COUNT as u64, "put,delete-marker");
    writes.write_only = true;
    let never = std::future::pending;
    let written = lag(&settings, &writes, None, never()).await.unwrap();
    assert!(written.report.is_recorded_only());
    let path = folder.path().join("history.jsonl");
    change(&path, changed);
    let observing = ObserveSettings::default();
    let seen = observe(&settings, &path, &observing, None, never()).await;
    let mut seen = seen.unwrap();
    let facts = &seen.report.runs[0].facts;
    let session = &facts.sessions[1];
    assert_eq!(session.joined, Some(by));
    let off = session.uncertainty_ns;
    assert!((1..=at_most_ns).contains(&off), "{off} ns");
    let stated =
        |caveat: &Caveat| matches!(caveat, Caveat::Joined { by: stated, .. } if *stated == by);
    assert!(facts.caveats.iter().any(stated), "{:?}", facts.caveats);
    let saved = read(&path).unwrap();
    assert_eq!(saved.histories[0], seen.history);
    // The truth is on the writer's clock, which began the run.
    seen.journal = written.journal;
    let run = Run {
        samples: intervals(&seen.history),
        arrivals: emulator.arrivals(),
        measurement: seen,
    };
    let (missed, compared) = misses(&run, Duration::ZERO);
    assert_eq!(missed, Vec::<String>::new(), "seed {SEED}");
    assert_eq!(compared, COUNT);
    let unseen = |m: &Measured| m.samples.iter().any(|s| s.interval.upper_ns.is_none());
    assert!(!run.measurement.report.runs.iter().any(unseen));
}

/// A pair that outlives whoever writes, and whose arrivals are known.
async fn target() -> (Emulator, Listening, Settings, tempfile::TempDir) {
    let delay: Delay = "uniform:1s..4s".parse().unwrap();
    let settings = bucketpair::emulator::Settings::default();
    let emulator = Emulator::new(settings.with_seed(SEED).with_delay(delay));
    let listening = emulator.listen(Listen::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.seed = SEED;
    settings.choice = Choice::Urls(listening.source.clone(), listening.destination.clone());
    settings.connect.keys = Some(Keys::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    settings.report = Some(folder.path().to_owned());
    settings.ledger = Some(folder.path().join("ledger"));
    settings.deadline = Some(Duration::from_secs(60));
    (emulator, listening, settings, folder)
}
