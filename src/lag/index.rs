//! Finding the writes that a look is about, without searching.

use std::collections::{BTreeMap, HashMap};

use super::OperationType;
use super::write::Write;
use crate::history::{ListedVersion, Page};

/// The writes of a history, by what looks name.
pub(super) struct Index<'w, 'a> {
    pub(super) writes: &'w [Write<'a>],
    by_op: HashMap<u32, usize>,
    by_version: HashMap<(&'a str, &'a str), usize>,
    of_one_version: Vec<Vec<usize>>,
    by_key: HashMap<&'a str, Vec<usize>>,
    /// What a page can show, by key, of the writes acknowledged so far. Those to come are left
    /// out, so that a page that reaches to the end does not visit them.
    so_far: BTreeMap<&'a str, Vec<usize>>,
}

impl<'w, 'a> Index<'w, 'a> {
    pub(super) fn new(writes: &'w [Write<'a>]) -> Self {
        let mut index = Self {
            writes,
            by_op: HashMap::with_capacity(writes.len()),
            by_version: HashMap::with_capacity(writes.len()),
            of_one_version: Vec::with_capacity(writes.len()),
            by_key: HashMap::with_capacity(writes.len()),
            so_far: BTreeMap::new(),
        };
        for (place, write) in writes.iter().enumerate() {
            let (key, version) = (write.operation.key.as_str(), write.version.0.as_str());
            index.by_op.insert(write.op, place);
            let next = index.of_one_version.len();
            let list = *index.by_version.entry((key, version)).or_insert(next);
            if list == next {
                index.of_one_version.push(Vec::new());
            }
            index.of_one_version[list].push(place);
            index.by_key.entry(key).or_default().push(place);
        }
        index
    }

    /// An acknowledgement goes by: pages may show the write from here on.
    pub(super) fn acknowledged(&mut self, op: u32) {
        let Some(place) = self.by_op.get(&op).copied() else {
            return;
        };
        let write = &self.writes[place];
        if write.kind != OperationType::TagChange {
            let key = write.operation.key.as_str();
            self.so_far.entry(key).or_default().push(place);
        }
    }

    pub(super) fn of_op(&self, op: u32) -> Option<usize> {
        self.by_op.get(&op).copied()
    }

    pub(super) fn of_version(&self, key: &str, version: &str) -> &[usize] {
        // What is looked up need not live as long as the answer.
        let place = self.by_version.get(&(key, version)).copied();
        place.map_or(&[], |place| &self.of_one_version[place])
    }

    pub(super) fn of_key(&self, key: &str) -> &[usize] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    /// The writes that a page would show if their effect were there, and does not.
    pub(super) fn lacked_by<'p>(&'p self, page: &'p Page) -> impl Iterator<Item = usize> + 'p {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let from = match page.after.as_deref() {
            Some(after) if after >= page.prefix.as_str() => Excluded(after),
            _ => Included(page.prefix.as_str()),
        };
        let to = page.until.as_deref().map_or(Unbounded, Excluded);
        let is_empty = matches!((from, to), (Excluded(a) | Included(a), Excluded(b)) if a >= b);
        let range = (!is_empty).then(|| self.so_far.range::<str, _>((from, to)));
        let range = range.into_iter().flatten();
        let within = range.take_while(|(key, _)| key.starts_with(&page.prefix));
        let places = within.flat_map(|(_, places)| places.iter().copied());
        places.filter(|place| {
            let write = &self.writes[*place];
            write.acknowledged <= page.sent && !page.shows(write.op)
        })
    }
}

/// Whether the listing of a write's key shows its effect; none for a change of tags.
pub(super) fn is_listed(write: &Write<'_>, versions: &[ListedVersion]) -> Option<bool> {
    let is_marker = match write.kind {
        OperationType::TagChange => return None,
        kind => kind == OperationType::DeleteMarker,
    };
    let is_it = |listed: &ListedVersion| {
        listed.marker == is_marker
            && (listed.version == *write.version || (is_marker && write.is_lone))
    };
    Some(versions.iter().any(is_it))
}
