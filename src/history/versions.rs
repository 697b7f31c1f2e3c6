//! Which operation wrote which version, kept while a history is recorded.

use std::collections::HashMap;

use super::{Event, OperationKind, Side};

/// An entry of a versions listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEntry {
    /// The key.
    pub key: String,
    /// The version's ID.
    pub version: String,
    /// Whether it is a delete marker.
    pub is_marker: bool,
}

/// The acknowledged operations on the source by what they wrote.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// What was sent and not yet answered: its key, and whether it deletes.
    pending: HashMap<u32, (String, bool)>,
    written: HashMap<String, Vec<Written>>,
}

#[derive(Debug)]
struct Written {
    op: u32,
    version: String,
    is_marker: bool,
}

impl Versions {
    /// An event is appended.
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::Invoke { op, operation, .. } if operation.side == Side::Source => {
                let deletes = matches!(operation.kind, OperationKind::Delete);
                if deletes || operation.kind.content().is_some() {
                    let noted = (operation.key.clone(), deletes);
                    self.pending.insert(*op, noted);
                }
            }
            Event::Ok { op, outcome } => {
                let pending = self.pending.remove(op);
                if let Some(((key, is_marker), version)) = pending.zip(outcome.version.as_ref()) {
                    let written = Written {
                        op: *op,
                        version: version.0.clone(),
                        is_marker,
                    };
                    self.written.entry(key).or_default().push(written);
                }
            }
            Event::Fail { op, .. } | Event::Info { op, .. } => {
                self.pending.remove(op);
            }
            _ => {}
        }
    }

    /// The operation that wrote an entry. A replicated marker may have another ID than its
    /// original (R-DEL-05): where a key was deleted once, any marker is that delete's.
    pub(super) fn op_of(&self, entry: &ListedEntry) -> Option<u32> {
        let written = self.written.get(&entry.key)?;
        let alike = || written.iter().filter(|w| w.is_marker == entry.is_marker);
        let named = alike().find(|w| w.version == entry.version);
        let lone = || {
            let mut markers = alike();
            let first = markers.next();
            first.filter(|_| entry.is_marker && markers.next().is_none())
        };
        named.or_else(lone).map(|w| w.op)
    }
}
