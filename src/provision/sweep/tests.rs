//! Sweeps of the little S3: what goes, and above all what stays.

use tempfile::TempDir;

use super::*;
use crate::history::Side;
use crate::provision::fake::{self, World};
use crate::provision::ledger::{Entry, Ledger, Place, Placed, State};
use crate::target::Target;

const RUN: &str = "7f3c1b1e-0000-4000-8000-000000000001";
const OTHER: &str = "7f3c1b1e-0000-4000-8000-000000000002";
const PAST: &str = "2020-01-01T00:00:00Z";
const FUTURE: &str = "2999-01-01T00:00:00Z";

struct Set {
    target: Target,
    world: World,
    folder: TempDir,
}

fn set() -> Set {
    let (target, world, _) = fake::s3(|_| None);
    Set {
        target,
        world,
        folder: tempfile::tempdir().unwrap(),
    }
}

fn name(end: &str) -> String {
    format!("bucketpair-tags-7f3c1b1e-0000-4000-8000-00000000000a-{end}")
}

impl Set {
    fn placed(&self, side: Side, name: &str) -> Placed {
        Placed {
            side,
            name: name.to_owned(),
            place: Place::of(&self.target, side),
        }
    }

    /// A bucket with a version in it, and with these tags.
    fn bucket(&self, name: &str, tags: &[(&str, &str)]) {
        let mut bucket = fake::Bucket {
            versions: vec![("k".to_owned(), "v1".to_owned())],
            ..fake::Bucket::default()
        };
        let tag = |(key, value): &(&str, &str)| {
            format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")
        };
        if !tags.is_empty() {
            let tags: String = tags.iter().map(tag).collect();
            let text = format!("<Tagging><TagSet>{tags}</TagSet></Tagging>");
            bucket.documents.insert("tagging".to_owned(), text);
        }
        self.world.lock().unwrap().insert(name.to_owned(), bucket);
    }

    /// The ledger of a run that dies at once.
    async fn dead(&self, run: &str, expires: &str, entries: &[(Entry, State)]) {
        let ledger = Ledger::on_disk(self.folder.path(), run, expires);
        for (entry, state) in entries {
            ledger.intend(entry.clone()).await.unwrap();
            ledger.note(entry, *state).await.unwrap();
        }
    }

    async fn sweep(&self, removes: bool) -> Swept {
        let sweep = Sweep {
            removes,
            ..Sweep::dry()
        };
        self.sweep_as(&sweep).await
    }

    async fn sweep_as(&self, sweep: &Sweep) -> Swept {
        super::sweep(&self.target, self.folder.path(), sweep)
            .await
            .unwrap()
    }

    fn there(&self) -> Vec<String> {
        self.world.lock().unwrap().keys().cloned().collect()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }
}

fn fates(swept: &Swept) -> Vec<(String, Fate)> {
    let fate = |find: &Find| (find.what.clone(), find.fate.clone());
    swept.finds.iter().map(fate).collect()
}

fn stays(swept: &Swept, word: &str) {
    let stays = |find: &Find| matches!(&find.fate, Fate::Stays { why } if why.contains(word));
    assert!(swept.finds.iter().any(stays), "{word:?}: {swept:?}");
    assert_eq!(swept.exit_code(), ExitCode::LeftBehind);
}

#[tokio::test]
async fn a_dead_runs_pair_goes_with_yes_and_not_before() {
    let set = set();
    let (source, destination) = (name("s"), name("d"));
    for name in [&source, &destination] {
        set.bucket(name, &[("bucketpair:run", RUN)]);
    }
    let entries = [
        (Side::Destination(0), &destination),
        (Side::Source, &source),
    ]
    .map(|(side, name)| (Entry::Bucket(set.placed(side, name)), State::Tagged));
    set.dead(RUN, FUTURE, &entries).await;
    let dry = set.sweep(false).await;
    assert_eq!(dry.exit_code(), ExitCode::LeftBehind);
    let expected = [&destination, &source].map(|name| (name.clone(), Fate::WouldGo));
    assert_eq!(fates(&dry), expected);
    assert_eq!(set.there().len(), 2);
    let swept = set.sweep(true).await;
    assert_eq!(swept.exit_code(), ExitCode::Passed);
    let expected = [&source, &destination].map(|name| (name.clone(), Fate::Removed));
    assert_eq!(fates(&swept), expected);
    assert_eq!((set.there().len(), set.files()), (0, 0));
}

#[tokio::test]
async fn a_bucket_that_is_intended_and_not_tagged_is_named_and_never_touched() {
    for tags in [
        &[][..],
        &[("team", "b")],
        &[("bucketpair:run", OTHER), ("bucketpair:expires", FUTURE)],
    ] {
        let set = set();
        set.bucket(&name("s"), tags);
        let entry = Entry::Bucket(set.placed(Side::Source, &name("s")));
        set.dead(RUN, PAST, &[(entry, State::Intended)]).await;
        let before = set.world.lock().unwrap().clone();
        stays(&set.sweep(true).await, "left alone");
        let after = set.world.lock().unwrap().clone();
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
        assert_eq!(set.files(), 1);
    }
}

#[tokio::test]
async fn an_untagged_bucket_stays_even_when_it_is_empty() {
    let set = set();
    let bucket = fake::Bucket::default();
    set.world.lock().unwrap().insert(name("s"), bucket);
    let entry = Entry::Bucket(set.placed(Side::Source, &name("s")));
    set.dead(RUN, PAST, &[(entry, State::Intended)]).await;
    stays(&set.sweep(true).await, "delete it by hand");
    assert_eq!(set.there(), [name("s")]);
}

#[tokio::test]
async fn a_run_that_lives_is_left_alone_by_ledger_and_by_tag() {
    let set = set();
    set.bucket(
        &name("s"),
        &[("bucketpair:run", RUN), ("bucketpair:expires", PAST)],
    );
    let ledger = Ledger::on_disk(set.folder.path(), RUN, PAST);
    // It has noted another bucket: this one only its tags give away.
    let entry = Entry::Bucket(set.placed(Side::Source, "another"));
    ledger.intend(entry).await.unwrap();
    let swept = set.sweep(true).await;
    assert_eq!(fates(&swept), [(format!("run {RUN}"), Fate::Lives)]);
    assert_eq!(set.there(), [name("s")]);
}

#[tokio::test]
async fn tags_alone_give_away_what_is_past_its_expiry_and_old_enough() {
    let set = set();
    let of = |run, expires| [("bucketpair:run", run), ("bucketpair:expires", expires)];
    set.bucket(&name("s"), &of(RUN, PAST));
    set.bucket(&name("d"), &of(RUN, FUTURE));
    set.bucket("bucketpair-production", &of(RUN, PAST));
    set.bucket(&name("d2"), &of("not-a-run", PAST));
    set.bucket(&name("d3"), &[("bucketpair:run", RUN)]);
    set.bucket(&name("d4"), &[("bucketpair:expires", PAST)]);
    set.bucket(&name("d5"), &of(RUN, "soon"));
    let young = Sweep {
        removes: true,
        older_than: Duration::from_hours(24 * 365 * 100),
        ..Sweep::dry()
    };
    set.sweep_as(&young).await;
    assert_eq!(set.there().len(), 7);
    let swept = set.sweep(true).await;
    assert_eq!(swept.exit_code(), ExitCode::Passed, "{swept:?}");
    let mut kept = set.there();
    kept.sort();
    let mut expected = vec!["bucketpair-production".to_owned()];
    expected.extend(["d", "d2", "d3", "d4", "d5"].map(name));
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn a_run_that_is_named_goes_whatever_its_age_and_no_other() {
    let set = set();
    let of = |run| [("bucketpair:run", run), ("bucketpair:expires", FUTURE)];
    set.bucket(&name("s"), &of(RUN));
    set.bucket(&name("d"), &of(OTHER));
    let sweep = Sweep {
        removes: true,
        run: Some(RUN.to_owned()),
        ..Sweep::dry()
    };
    set.sweep_as(&sweep).await;
    assert_eq!(set.there(), [name("d")]);
}

#[tokio::test]
async fn what_its_user_keeps_stays_until_it_expires() {
    for (expires, left) in [(FUTURE, 1), (PAST, 0)] {
        let set = set();
        set.bucket(&name("s"), &[("bucketpair:run", RUN)]);
        let entry = Entry::Bucket(set.placed(Side::Source, &name("s")));
        set.dead(RUN, expires, &[(entry, State::Kept)]).await;
        assert_eq!(set.sweep(true).await.exit_code(), ExitCode::Passed);
        assert_eq!(set.there().len(), left, "{expires}");
    }
}

#[tokio::test]
async fn below_a_prefix_only_the_runs_own_versions_go() {
    let set = set();
    set.bucket("theirs", &[]);
    let own = format!("bucketpair-{RUN}/tags/");
    let versions = [(format!("{own}a"), "v2"), (format!("{own}b"), "marker-3")];
    {
        let mut world = set.world.lock().unwrap();
        let bucket = world.get_mut("theirs").unwrap();
        let versions = versions.map(|(key, id)| (key, id.to_owned()));
        bucket.versions.extend(versions);
    }
    let entry = |prefix: &str| Entry::Prefix {
        prefix: prefix.to_owned(),
        buckets: vec![set.placed(Side::Source, "theirs")],
    };
    let entries = ["", "k", &own].map(|prefix| (entry(prefix), State::Intended));
    set.dead(RUN, FUTURE, &entries).await;
    stays(&set.sweep(true).await, "is no prefix of the run");
    let world = set.world.lock().unwrap();
    assert_eq!(
        world["theirs"].versions,
        [("k".to_owned(), "v1".to_owned())]
    );
}

#[tokio::test]
async fn what_is_elsewhere_is_said_and_counts_where_nothing_else_is_asked_for() {
    let set = set();
    let mut placed = set.placed(Side::Source, &name("s"));
    placed.place.url = "http://elsewhere:9000".to_owned();
    set.bucket(&name("s"), &[("bucketpair:run", RUN)]);
    let entry = Entry::Bucket(placed);
    set.dead(RUN, PAST, &[(entry, State::Tagged)]).await;
    let swept = set.sweep(true).await;
    assert!(
        matches!(swept.finds[0].fate, Fate::Elsewhere { .. }),
        "{swept:?}"
    );
    assert_eq!(swept.exit_code(), ExitCode::Passed);
    let listed = listed(set.folder.path()).unwrap();
    assert_eq!(listed.exit_code(), ExitCode::LeftBehind);
    assert_eq!(set.there(), [name("s")]);
}

#[tokio::test]
async fn an_intention_that_came_to_nothing_is_struck_off_once_nothing_can_come_of_it() {
    let set = set();
    let entry = Entry::Bucket(set.placed(Side::Source, &name("s")));
    set.dead(RUN, PAST, &[(entry, State::Intended)]).await;
    let mut sweep = Sweep::dry();
    let swept = set.sweep_as(&sweep).await;
    assert_eq!(fates(&swept), [(name("s"), Fate::NotThere)]);
    assert_eq!(set.files(), 1, "its request may still be on its way");
    sweep.now += 120;
    set.sweep_as(&sweep).await;
    assert_eq!(set.files(), 0);
}

#[tokio::test]
async fn a_stack_and_a_denial_that_is_not_ours_are_named_with_what_takes_them_away() {
    let set = set();
    let place = Place::of(&set.target, Side::Source);
    let stack = Entry::Stack {
        name: "s3-replication".to_owned(),
        place: place.clone(),
    };
    let on = "roles/theirs/policies/theirs".to_owned();
    let denial = Entry::Denial { on, place };
    let entries = [stack, denial].map(|entry| (entry, State::Intended));
    set.dead(RUN, PAST, &entries).await;
    let swept = set.sweep(true).await;
    stays(&swept, "stack down");
    stays(&swept, "none that bucketpair put on a role");
}

#[tokio::test]
async fn a_ledger_that_cannot_be_read_is_named_and_the_others_are_swept() {
    let set = set();
    std::fs::write(set.folder.path().join("broken.jsonl"), "{]\n").unwrap();
    set.bucket(&name("s"), &[("bucketpair:run", RUN)]);
    let entry = Entry::Bucket(set.placed(Side::Source, &name("s")));
    set.dead(RUN, PAST, &[(entry, State::Tagged)]).await;
    stays(&set.sweep(true).await, "line 1");
    assert!(set.there().is_empty());
}
