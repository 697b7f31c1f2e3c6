//! Where the points of a curve lie.

use super::*;
use crate::lag::cluster::Clusters;

fn arrived(bounds: Vec<(u64, u64)>) -> Vec<(u64, usize, usize)> {
    let clusters = Clusters::apart(bounds.len());
    let points = curve(&Ordered::new(bounds, &clusters));
    let told = points.iter();
    told.map(|point| (point.by_ns, point.certainly, point.possibly))
        .collect()
}

#[test]
fn a_point_tells_how_many_were_seen_and_how_many_may_have_been_there() {
    assert_eq!(arrived(vec![]), []);
    let seen = arrived(vec![(5, UNKNOWN), (0, 7), (0, 3)]);
    assert_eq!(seen, [(0, 0, 2), (3, 1, 2), (5, 1, 3), (7, 2, 3)]);
}

/// Of 128 samples every second is a point, then the first, and in the tail the last but one.
#[test]
fn points_are_evenly_spaced_in_rank_and_closer_in_the_tail() {
    let seen = arrived((1..=128).map(|lag| (lag, lag)).collect());
    let ranks = [1].into_iter().chain((1..=63).map(|half| half * 2));
    let ranks = ranks.chain([127, 128]);
    let expected: Vec<_> = ranks.map(|rank| (rank as u64, rank, rank)).collect();
    assert_eq!(seen, expected);
}

/// Of 64,000 the last thousand is halved nine times; 64 points are even, and one is the first.
#[test]
fn the_tail_is_followed_to_the_last_sample() {
    let seen = arrived((1..=64_000).map(|lag| (lag, lag)).collect());
    let tail: Vec<_> = seen.iter().map(|(by, _, _)| 64_000 - by).rev().collect();
    let nearest = [0, 1, 3, 7, 15, 31, 62, 125, 250, 500, 1_000, 2_000, 3_000];
    assert_eq!(tail[..13], nearest);
    assert_eq!(seen.len(), 64 + 9 + 1);
}
