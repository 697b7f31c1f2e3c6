//! The looks of a history, found by their key without searching: a history may be long.

use std::collections::HashMap;

use super::view::Look;

/// The looks, those at one key together.
#[derive(Default)]
pub(super) struct Looks<'a> {
    /// In the order in which the keys were first looked at.
    keys: Vec<Vec<Look<'a>>>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Looks<'a> {
    /// The looks of a history, those at each key in the order their answers came.
    pub(super) fn new(looks: impl IntoIterator<Item = Look<'a>>) -> Self {
        let mut all = Self::default();
        for look in looks {
            let next = all.keys.len();
            let place = *all.places.entry(look.key).or_insert(next);
            if place == next {
                all.keys.push(Vec::new());
            }
            all.keys[place].push(look);
        }
        for looks in &mut all.keys {
            looks.sort_by_key(|look| look.received);
        }
        all
    }

    /// The looks at one key, oldest first.
    pub(super) fn at(&self, key: &str) -> &[Look<'a>] {
        let place = self.places.get(key);
        place.map_or(&[], |place| &self.keys[*place])
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Look<'a>> {
        self.keys.iter().flatten()
    }
}
