//! Buckets that no ledger of this machine names, and that their tags call rubbish.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::Bucket;
use uuid::Uuid;

use super::by_ledger::of_bucket;
use super::{By, Fate, Find, Sweep};
use crate::history::Side;
use crate::provision::endpoint;
use crate::provision::ledger::{Found, Place, Placed, Record};
use crate::provision::remove::{Doomed, remove_all};
use crate::provision::tagging::{self, Owner};
use crate::target::{Target, refused};

/// What the ledgers of this machine know.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The buckets that they name: they are looked after there.
    buckets: BTreeSet<String>,
    /// The runs that live.
    live: BTreeSet<String>,
}

impl Known {
    pub(super) fn learn(&mut self, found: &Found) {
        let saved = match found {
            Found::Live(saved) => saved,
            Found::Dead(dead) => &dead.saved,
            Found::Unreadable(..) => return,
        };
        let named = |record: &Record| record.entry.to_string();
        self.buckets.extend(saved.records.iter().map(named));
        if matches!(found, Found::Live(_)) {
            self.live.insert(saved.header.run.clone());
        }
    }
}

/// Looks through the buckets of both endpoints.
pub(super) async fn sweep(target: &Target, known: &Known, sweep: &Sweep) -> Vec<Find> {
    let (mut finds, mut doomed, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for side in [Side::Source, Side::Destination(0)] {
        let listed = match list(&endpoint(target, side).client).await {
            Ok(listed) => listed,
            Err(why) => {
                finds.push(unlisted(target, side, why));
                continue;
            }
        };
        for bucket in listed {
            let name = bucket.name().unwrap_or_default().to_owned();
            if known.buckets.contains(&name) || seen.contains(&name) {
                continue;
            }
            let Some((suspect, expires)) = suspect(target, side, &name).await else {
                continue;
            };
            seen.insert(name);
            if known.live.contains(&suspect.run) || !sweep.is_meant(&suspect.run) {
                continue;
            }
            match is_rubbish(&bucket, &expires, sweep) {
                true => doomed.push(suspect),
                false => finds.push(find(&suspect, Fate::NotYet { until: expires })),
            }
        }
    }
    finds.extend(remove(target, doomed, sweep.removes).await);
    finds
}

async fn remove(target: &Target, doomed: Vec<Doomed>, removes: bool) -> Vec<Find> {
    if removes {
        let outcomes = remove_all(target, doomed).await.into_iter();
        let fate = |outcome: Result<(), String>| match outcome {
            Ok(()) => Fate::Removed,
            Err(why) => Fate::Stays { why },
        };
        return outcomes.map(|(doomed, o)| find(&doomed, fate(o))).collect();
    }
    let mut finds = Vec::new();
    for doomed in doomed {
        finds.push(find(&doomed, of_bucket(target, &doomed).await));
    }
    finds
}

fn find(doomed: &Doomed, fate: Fate) -> Find {
    Find {
        what: doomed.bucket.name.clone(),
        run: doomed.run.clone(),
        by: By::Tag,
        fate,
    }
}

fn unlisted(target: &Target, side: Side, why: String) -> Find {
    Find {
        what: format!("buckets at {} by tag", Place::of(target, side)),
        run: String::new(),
        by: By::Tag,
        fate: Fate::Stays { why },
    }
}

/// Whether a bucket is past the expiry in its tags, and old enough. One whose age is not told is
/// not.
fn is_rubbish(bucket: &Bucket, expires: &str, sweep: &Sweep) -> bool {
    let latest = (sweep.now as i64).saturating_sub(sweep.older_than.as_secs() as i64);
    let old = bucket
        .creation_date()
        .is_some_and(|date| date.secs() <= latest);
    sweep.run.is_some() || (old && sweep.is_over(expires))
}

async fn list(client: &Client) -> Result<Vec<Bucket>, String> {
    let mut pages = client
        .list_buckets()
        .prefix("bucketpair-")
        .max_buckets(1000);
    let mut found = Vec::new();
    loop {
        let page = pages.clone().send().await;
        let page = page.map_err(|error| refused("ListBuckets", "by tag", &error).to_string())?;
        found.extend(page.buckets.unwrap_or_default());
        match page.continuation_token {
            Some(token) => pages = pages.continuation_token(token),
            None => return Ok(found),
        }
    }
}

/// A bucket that a run of bucketpair says it made, with its expiry: by its name, and by its tags.
/// One of another region, or whose tags may not be read, is nobody's to judge.
async fn suspect(target: &Target, side: Side, name: &str) -> Option<(Doomed, String)> {
    let of_pair = side_of(name)?;
    let tags = tagging::read(&endpoint(target, side).client, name)
        .await
        .ok()?;
    let expires = tagging::value(&tags, tagging::EXPIRES)?.to_owned();
    let Owner::Run(run) = Owner::of(&tags) else {
        return None;
    };
    Uuid::parse_str(&run).ok()?;
    let bucket = Placed {
        side: of_pair,
        name: name.to_owned(),
        place: Place::of(target, side),
    };
    let doomed = Doomed {
        bucket,
        run,
        is_fresh: false,
    };
    Some((doomed, expires))
}

/// The side that a bucket's name tells: `bucketpair-…-{uuid}-{s|d|d2}`.
fn side_of(name: &str) -> Option<Side> {
    let (rest, end) = name.strip_prefix("bucketpair-")?.rsplit_once('-')?;
    let at = rest.len().checked_sub(36)?;
    Uuid::parse_str(rest.get(at..)?).ok()?;
    match end {
        "s" => Some(Side::Source),
        "d" => Some(Side::Destination(0)),
        numbered => {
            let number: u8 = numbered.strip_prefix('d')?.parse().ok()?;
            Some(Side::Destination(number.checked_sub(1)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_as_bucketpair_makes_them_tell_a_side() {
        let uuid = "7f3c1b1e-0000-4000-8000-000000000000";
        for (name, side) in [
            (format!("bucketpair-tags-{uuid}-s"), Some(Side::Source)),
            (format!("bucketpair-{uuid}-d"), Some(Side::Destination(0))),
            (format!("bucketpair-{uuid}-d2"), Some(Side::Destination(1))),
            (format!("bucketpair-{uuid}"), None),
            (format!("bucketpair-{uuid}-x"), None),
            (format!("other-{uuid}-s"), None),
            ("bucketpair-production-s".to_owned(), None),
            ("bucketpair-".to_owned(), None),
        ] {
            assert_eq!(side_of(&name), side, "{name}");
        }
    }
}
