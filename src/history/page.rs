//! One page of a versions listing, as a look at many versions at once.

use serde::{Deserialize, Serialize};

use super::{Instant, Side};

/// One page of `ListObjectVersions`: a look at every version of the run whose key lies within it.
///
/// It names operations, not versions: keys and version IDs are in the history already, and
/// neighbours fold into ranges, so that a page of a thousand versions takes a line of some 200
/// bytes. What lies within the page and is not shown was lacking when the request was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Of which bucket.
    pub side: Side,
    /// Only keys that start with this were asked for.
    pub prefix: String,
    /// The page begins behind this key; none for the first key of the prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The last key of a page that was full, some of whose versions may be on the next one; none
    /// where the page reaches to the end of the prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// When the request was sent.
    pub sent: Instant,
    /// When the answer was received.
    pub received: Instant,
    /// The operations whose versions or delete markers it shows: closed ranges, in order.
    pub shown: Vec<(u32, u32)>,
    /// How many entries it shows that no operation known by then wrote.
    #[serde(default)]
    pub others: u32,
}

impl Page {
    /// Whether every version of `key` would be on the page.
    #[must_use]
    pub fn covers(&self, key: &str) -> bool {
        key.starts_with(&self.prefix)
            && self.after.as_deref().is_none_or(|after| after < key)
            && self.until.as_deref().is_none_or(|until| key < until)
    }

    /// Whether the page shows what this operation wrote.
    #[must_use]
    pub fn shows(&self, op: u32) -> bool {
        let place = self.shown.partition_point(|(_, last)| *last < op);
        self.shown.get(place).is_some_and(|(first, _)| *first <= op)
    }

    /// Folds operations into closed ranges.
    #[must_use]
    pub fn ranges(mut ops: Vec<u32>) -> Vec<(u32, u32)> {
        ops.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for op in ops {
            match ranges.last_mut() {
                Some((_, last)) if op <= last.saturating_add(1) => *last = op,
                _ => ranges.push((op, op)),
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn page() -> Page {
        Page {
            side: Side::Destination(0),
            prefix: "p/".to_owned(),
            after: Some("p/b".to_owned()),
            until: Some("p/y".to_owned()),
            sent: Instant(1),
            received: Instant(2),
            shown: Page::ranges(vec![7, 3, 4, 5, 5]),
            others: 0,
        }
    }

    #[rstest]
    #[case::the_key_it_begins_behind("p/b", false)]
    #[case::the_next_key("p/ba", true)]
    #[case::the_last_key_whose_versions_may_go_on("p/y", false)]
    #[case::behind_the_page("p/z", false)]
    #[case::another_prefix("q/c", false)]
    fn absence_counts_only_within_the_page(#[case] key: &str, #[case] covered: bool) {
        assert_eq!(page().covers(key), covered);
    }

    #[test]
    fn neighbours_fold_into_ranges() {
        assert_eq!(page().shown, [(3, 5), (7, 7)]);
        let shown: Vec<u32> = (0..10).filter(|op| page().shows(*op)).collect();
        assert_eq!(shown, [3, 4, 5, 7]);
    }
}
