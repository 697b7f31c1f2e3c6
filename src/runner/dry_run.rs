//! What a verb would do, told before it may: nothing is called.

#[cfg(feature = "stacks")]
pub mod stacks;
mod steps;

use super::rehearsal::{Late, Rehearsed, Verb, latest, rehearse};
use super::{Settings, budget, role, select};
use crate::cost::{Bill, Prices};
use crate::error::{Error, Result};
use crate::report::{Cost, DryRun, Row, State};
use crate::scenario::Scenario;
use crate::target::Choice;

/// Looks ahead at a verb that writes. What the guard refuses without a call, it refuses here too.
///
/// # Errors
/// [`Error::Usage`] for whatever would be refused before the first call.
pub async fn dry_run(settings: &Settings, verb: &Verb) -> Result<DryRun> {
    may_begin(settings).await?;
    let scenarios = scenarios(settings, verb)?;
    let (usual, most) = tokio::join!(
        rehearse(settings, verb, Late::Usual),
        rehearse(settings, verb, Late::Most)
    );
    let (usual, mut most) = (usual?, most?);
    // Of what is late, a measurement lists fewer pages than of what comes soon.
    most.usage.raise(&usual.usage);
    let mut seen = DryRun::new(verb.name());
    told(&mut seen, settings);
    pairs(&mut seen, settings, verb, &scenarios);
    seen.fact("replicas", times(settings));
    seen.steps = steps::foreseen(verb, &scenarios, &usual.rows);
    seen.rehearsed(&usual.usage, &most.usage);
    seen.latest = latest(settings, verb);
    if settings.choice == Choice::Aws {
        seen.cost = Some(Cost::new(
            bill(settings, &scenarios, &usual),
            bill(settings, &scenarios, &most),
        ));
    }
    seen.notes = notes(settings, verb, &most.rows);
    Ok(seen)
}

/// What a verb costs on AWS with replicas that are as late as usual, before the first call; none
/// where the target costs nothing.
///
/// # Errors
/// As [`dry_run`]; [`Error::Budget`] where it is more than the cap.
pub async fn estimate(settings: &Settings, verb: &Verb) -> Result<Option<Bill>> {
    if settings.choice != Choice::Aws {
        return Ok(None);
    }
    may_begin(settings).await?;
    let scenarios = scenarios(settings, verb)?;
    let usual = rehearse(settings, verb, Late::Usual).await?;
    let bill = bill(settings, &scenarios, &usual);
    must_fit(&bill, settings)?;
    Ok(Some(bill))
}

/// Refuses what costs more than the cap even if all goes well.
///
/// # Errors
/// [`Error::Budget`] with both amounts.
pub fn must_fit(bill: &Bill, settings: &Settings) -> Result<()> {
    match settings.max_usd {
        Some(cap) if bill.usd > cap => Err(Error::Budget(format!(
            "the estimate is {:.4} USD, and --max-usd {cap} allows less: nothing was called; allow \
             more, or do less (--dry-run shows what costs how much)",
            bill.usd
        ))),
        _ => Ok(()),
    }
}

/// What can be refused without a call.
pub(super) async fn may_begin(settings: &Settings) -> Result<()> {
    if settings.choice != Choice::Aws {
        return Ok(());
    }
    #[cfg(feature = "aws")]
    {
        let environment: Vec<_> = super::open::environment().collect();
        crate::target::may_call_aws(&settings.connect, &environment).await?;
    }
    let account = settings.connect.accounts.source.as_deref();
    match (settings.names_a_pair(), account) {
        (false, Some(account)) => role::of_account(settings, account).map(|_| ()),
        _ => Ok(()),
    }
}

fn scenarios(settings: &Settings, verb: &Verb) -> Result<Vec<Scenario>> {
    match verb {
        Verb::Run => select::select(settings),
        _ => Ok(Vec::new()),
    }
}

fn bill(settings: &Settings, scenarios: &[Scenario], seen: &Rehearsed) -> Bill {
    let terms = budget::terms(settings, scenarios);
    Bill::new(&Prices::built_in(), &seen.usage, &terms)
}

/// Where, as whom, and how much.
pub(super) fn told(seen: &mut DryRun, settings: &Settings) {
    let connect = &settings.connect;
    seen.fact("target", target(&settings.choice));
    if settings.choice == Choice::Aws {
        let source = connect.accounts.source.as_deref().unwrap_or_default();
        let accounts = match connect.accounts.destination.as_deref() {
            Some(other) if other != source => format!("{source} → {other}"),
            _ => source.to_owned(),
        };
        seen.fact("account", format!("{accounts}; STS has to agree first"));
        if !connect.accounts.never.is_empty() {
            seen.fact("never", connect.accounts.never.join(", "));
        }
        seen.fact("keys", keys(settings));
    }
    let (here, there) = (&connect.source_region, &connect.destination_region);
    seen.fact("regions", format!("{here} → {there}"));
    if let Some(cap) = settings.max_usd {
        let shared = settings.spent.as_ref();
        let of = shared.map_or_else(String::new, |file| {
            format!(", together with what {} names", file.display())
        });
        seen.fact("cap", format!("{cap} USD{of}"));
    }
}

fn target(choice: &Choice) -> String {
    match choice {
        Choice::Emulator => "the embedded pair, in this process".to_owned(),
        Choice::Localstack => "LocalStack".to_owned(),
        Choice::Aws => "Amazon S3".to_owned(),
        Choice::Url(url) => url.clone(),
        Choice::Urls(source, destination) => format!("{source} → {destination}"),
    }
}

fn keys(settings: &Settings) -> String {
    let profile = |is_source| match settings.connect.profile_of(is_source) {
        Some(profile) => format!("the profile {profile}"),
        None if settings.connect.keys.is_some() => "BUCKETPAIR_ACCESS_KEY_ID".to_owned(),
        None => "whatever AWS's tools would use here".to_owned(),
    };
    let (source, destination) = (profile(true), profile(false));
    match source == destination {
        true => source,
        false => format!("{source} → {destination}"),
    }
}

/// The pair that is there, or those that would be made.
fn pairs(seen: &mut DryRun, settings: &Settings, verb: &Verb, scenarios: &[Scenario]) {
    let there = match (&settings.pair, &settings.stack) {
        (_, Some(stack)) => Some(format!("the buckets of the stacks {stack}")),
        (Some((source, destination)), None) => Some(format!("{source} → {destination}")),
        (None, None) => None,
    };
    if let Some(there) = there {
        let own = matches!(verb, Verb::Drill(drill) if drill.own_pair);
        let writes = match settings.accept_writes || own {
            true => "objects below bucketpair-RUN/ alone, removed by version ID",
            false => "refused unless bucketpair made it: --accept-writes is not given",
        };
        seen.fact("pair", there);
        seen.fact("writes", writes);
        return;
    }
    let buckets: u32 = scenarios
        .iter()
        .map(|s| 1 + u32::from(s.destinations))
        .sum();
    let buckets = match scenarios.len() {
        0 => 2,
        _ => buckets,
    };
    let end = match settings.keep {
        true => "kept",
        false => "removed at the end",
    };
    seen.fact(
        "pair",
        format!("fresh ones: at most {buckets} buckets and those of the canaries, {end}"),
    );
    seen.fact(
        "names",
        "bucketpair-SCENARIO-UUID-{s,d,d2}, tagged with run and expiry",
    );
    let role = settings.role.as_deref().unwrap_or("the emulator's own");
    seen.fact("role", role);
}

fn times(settings: &Settings) -> String {
    let pace = super::rehearsal::pace(settings);
    format!(
        "looked for until {} after the write; fresh pairs rest {} first; canaries in a row: {}",
        time(pace.deadline),
        time(pace.settle),
        pace.canaries
    )
}

fn notes(settings: &Settings, verb: &Verb, rows: &[Row]) -> Vec<String> {
    let mut notes = vec![
        "the requests are those of a rehearsal on the embedded pair in virtual time; retries, and \
         canaries that are written again, come on top"
            .to_owned(),
    ];
    if settings.names_a_pair() {
        notes.push(
            "the pair's own rules were not asked for: what they do not suit will be left out"
                .to_owned(),
        );
    }
    if matches!(verb, Verb::Drill(_)) && settings.stack.is_some() {
        notes
            .push("denying and restoring are an UpdateStack of the source's stack each".to_owned());
    }
    // What was not rehearsed to its end is not counted to its end either.
    let short = rows.iter().filter(|row| row.state() == State::Errored);
    notes.extend(short.map(|row| {
        let why = row.reason().unwrap_or_default();
        format!(
            "{} could not be rehearsed to its end: {why}",
            row.scenario()
        )
    }));
    notes
}

/// `20 min`, `90 s`.
fn time(time: std::time::Duration) -> String {
    match time.as_secs() {
        seconds if seconds > 0 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{time:?}"),
    }
}

impl Verb {
    /// How it is called.
    fn name(&self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Lag(_) => "lag",
            Self::Drill(_) => "drill",
        }
    }
}
