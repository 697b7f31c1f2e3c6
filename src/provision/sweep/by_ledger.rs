//! What the ledger of one run names.

use aws_sdk_s3::error::ProvideErrorMetadata;

use super::{By, Fate, Find, Sweep};
use crate::provision::denial::take_back;
use crate::provision::ledger::{DeadLedger, Entry, Found, Placed, Record, State};
use crate::provision::remove::{Doomed, Whose, client, remove_all, remove_prefix, whose};
use crate::target::{Target, refused};

/// How long a request may still be carried out that was sent before the kill, in seconds: an
/// intention that is younger, and whose bucket is not there, is looked for again next time.
const LATE: u64 = 60;

/// Goes through the ledger of one run.
pub(super) async fn sweep(target: &Target, found: Found, sweep: &Sweep) -> Vec<Find> {
    let Found::Dead(mut dead) = found else {
        return not_dead(&found);
    };
    let run = dead.saved.header.run.clone();
    if !sweep.is_meant(&run) {
        return Vec::new();
    }
    let left: Vec<Record> = dead.left().cloned().collect();
    let mut finds = Vec::new();
    let mut doomed = Vec::new();
    for record in left {
        match fate(target, &dead, &record, sweep).await {
            Fate::WouldGo if sweep.removes => match &record.entry {
                Entry::Bucket(bucket) => doomed.push(of(bucket, &run)),
                entry => finds.push(remove_other(target, &run, entry).await),
            },
            fate => finds.push(find(&run, &record.entry, fate)),
        }
        strike_if_absent(&mut dead, &record, &mut finds, sweep.now);
    }
    for (doomed, outcome) in remove_all(target, doomed).await {
        let fate = outcome.map_or_else(|why| Fate::Stays { why }, |()| Fate::Removed);
        finds.push(find(&run, &Entry::Bucket(doomed.bucket), fate));
    }
    close(dead, &mut finds);
    finds
}

/// Strikes off what is gone, and the file where that was all. What cannot be written down is found
/// absent by the next sweep.
fn close(mut dead: DeadLedger, finds: &mut Vec<Find>) {
    let left: Vec<Record> = dead.left().cloned().collect();
    let is_gone = |record: &&Record| {
        let what = record.entry.to_string();
        let of = |find: &Find| find.what == what && find.fate == Fate::Removed;
        finds.iter().any(of)
    };
    let gone: Vec<Entry> = left
        .iter()
        .filter(is_gone)
        .map(|r| r.entry.clone())
        .collect();
    let run = dead.saved.header.run.clone();
    let struck = gone.iter().try_for_each(|entry| dead.removed(entry));
    if let Err(error) = struck.and_then(|()| dead.close()) {
        let why = error.to_string();
        finds.push(Find {
            what: "the ledger of this run".to_owned(),
            run,
            by: By::Ledger,
            fate: Fate::Stays { why },
        });
    }
}

/// An intention that came to nothing is struck off once nothing can come of it any more.
fn strike_if_absent(dead: &mut DeadLedger, record: &Record, finds: &mut [Find], now: u64) {
    let absent = finds
        .last()
        .is_some_and(|find| find.fate == Fate::NotThere && find.what == record.entry.to_string());
    let settled = record.state != State::Intended || record.at + LATE < now;
    if absent
        && settled
        && let Err(error) = dead.removed(&record.entry)
    {
        tracing::warn!("{error}");
    }
}

/// A find of a ledger.
pub(super) fn find(run: &str, entry: &Entry, fate: Fate) -> Find {
    Find {
        what: entry.to_string(),
        run: run.to_owned(),
        by: By::Ledger,
        fate,
    }
}

/// What is said of a file that is no dead run's: it lives, or it cannot be read.
pub(super) fn not_dead(found: &Found) -> Vec<Find> {
    let (what, run, fate) = match found {
        Found::Live(saved) => {
            let run = saved.header.run.clone();
            (format!("run {run}"), run, Fate::Lives)
        }
        Found::Unreadable(path, why) => {
            let what = format!("ledger {}", path.display());
            (what, String::new(), Fate::Stays { why: why.clone() })
        }
        Found::Dead(_) => return Vec::new(),
    };
    vec![Find {
        what,
        run,
        by: By::Ledger,
        fate,
    }]
}

fn of(bucket: &Placed, run: &str) -> Doomed {
    Doomed {
        bucket: bucket.clone(),
        run: run.to_owned(),
        is_fresh: false,
    }
}

/// What is to become of a record's thing; [`Fate::WouldGo`] where it may be removed.
async fn fate(target: &Target, dead: &DeadLedger, record: &Record, sweep: &Sweep) -> Fate {
    let header = &dead.saved.header;
    let until = header.expires.clone();
    if record.state == State::Kept && sweep.run.is_none() && !sweep.is_over(&until) {
        return Fate::Kept { until };
    }
    let places = record.entry.places();
    if let Some(place) = places.iter().find(|place| client(target, place).is_err()) {
        let at = place.to_string();
        return Fate::Elsewhere { at };
    }
    match &record.entry {
        Entry::Bucket(bucket) => of_bucket(target, &of(bucket, &header.run)).await,
        Entry::Prefix { prefix, buckets } => of_prefix(target, &header.run, prefix, buckets).await,
        Entry::Stack { name, .. } => stays(format!(
            "it is a stack; `bucketpair stack down --stack {name}` removes it"
        )),
        Entry::Denial { .. } => Fate::WouldGo,
    }
}

fn stays(why: String) -> Fate {
    Fate::Stays { why }
}

/// What is to become of a bucket: its tags decide.
pub(super) async fn of_bucket(target: &Target, doomed: &Doomed) -> Fate {
    let client = match client(target, &doomed.bucket.place) {
        Ok(client) => client,
        Err(why) => return stays(why),
    };
    match whose(&client, doomed).await {
        Ok(Whose::Ours) => Fate::WouldGo,
        Ok(Whose::Gone) => Fate::NotThere,
        Ok(Whose::Untagged) => stays("it carries no tag".to_owned()),
        Err(why) => stays(why),
    }
}

/// What is to become of what lies below a prefix: it has to be the run's own.
async fn of_prefix(target: &Target, run: &str, prefix: &str, buckets: &[Placed]) -> Fate {
    if run.is_empty() || !prefix.starts_with(&format!("bucketpair-{run}/")) {
        return stays(format!("{prefix:?} is no prefix of the run {run}"));
    }
    let mut fate = Fate::NotThere;
    for bucket in buckets {
        match is_something_below(target, bucket, prefix).await {
            Ok(true) => fate = Fate::WouldGo,
            Ok(false) => {}
            Err(why) => return stays(why),
        }
    }
    fate
}

async fn is_something_below(
    target: &Target,
    bucket: &Placed,
    prefix: &str,
) -> Result<bool, String> {
    let client = client(target, &bucket.place)?;
    let name = bucket.name.as_str();
    let versions = client.list_object_versions().bucket(name).prefix(prefix);
    let versions = match versions.max_keys(1).send().await {
        Ok(listing) => !(listing.versions().is_empty() && listing.delete_markers().is_empty()),
        Err(error) if error.code() == Some("NoSuchBucket") => return Ok(false),
        Err(error) => return Err(refused("ListObjectVersions", name, &error).to_string()),
    };
    let uploads = client.list_multipart_uploads().bucket(name).prefix(prefix);
    let uploads = uploads.send().await;
    let uploads = uploads.map_err(|e| refused("ListMultipartUploads", name, &e).to_string())?;
    Ok(versions || !uploads.uploads().is_empty())
}

/// Removes what is no bucket.
async fn remove_other(target: &Target, run: &str, entry: &Entry) -> Find {
    let why: Vec<String> = match entry {
        Entry::Prefix { prefix, buckets } => {
            let left = remove_prefix(target, prefix, buckets).await;
            left.iter().map(ToString::to_string).collect()
        }
        Entry::Denial { on, .. } => {
            let taken = take_back(target, on).await;
            taken.err().iter().map(ToString::to_string).collect()
        }
        _ => vec!["nothing here removes it".to_owned()],
    };
    let fate = match why.is_empty() {
        true => Fate::Removed,
        false => stays(why.join("; ")),
    };
    find(run, entry, fate)
}
