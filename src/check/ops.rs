//! The operations of a history and what they wrote, found without searching: a history may be long.

use std::collections::HashMap;
use std::ops::Deref;

use super::reference::Expected;
use super::view::Op;

/// The operations, in the order they were sent.
#[derive(Default)]
pub(super) struct Ops<'a> {
    all: Vec<Op<'a>>,
    by_number: HashMap<u32, usize>,
    by_key: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Ops<'a> {
    pub(super) fn push(&mut self, op: Op<'a>) {
        let place = self.all.len();
        self.by_number.entry(op.number).or_insert(place);
        let key = op.operation.key.as_str();
        self.by_key.entry(key).or_default().push(place);
        self.all.push(op);
    }

    /// The operation of this number.
    pub(super) fn number(&self, number: u32) -> Option<&Op<'a>> {
        Some(&self.all[*self.by_number.get(&number)?])
    }

    pub(super) fn number_mut(&mut self, number: u32) -> Option<&mut Op<'a>> {
        Some(&mut self.all[*self.by_number.get(&number)?])
    }

    /// The operations on a key, at either side.
    pub(super) fn on(&self, key: &str) -> impl Iterator<Item = &Op<'a>> {
        let places = self.by_key.get(key).into_iter().flatten();
        places.map(|place| &self.all[*place])
    }
}

impl<'a> Deref for Ops<'a> {
    type Target = [Op<'a>];

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

/// What each key should hold, by its place among everything expected.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, Vec<usize>>);

impl Keys {
    pub(super) fn of(expected: &[Expected]) -> Self {
        let mut keys = Self::default();
        for (place, version) in expected.iter().enumerate() {
            keys.0.entry(version.key.clone()).or_default().push(place);
        }
        keys
    }

    pub(super) fn at(&self, key: &str) -> impl DoubleEndedIterator<Item = usize> {
        self.0.get(key).into_iter().flatten().copied()
    }
}
