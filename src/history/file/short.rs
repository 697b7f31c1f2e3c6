//! Lines read the short way: the looks, writes and acknowledgements that nearly all lines of a large
//! run are.
//!
//! Tagged and flattened lines are kept aside by serde before they are read. Here they are read
//! straight from their text; what this way does not know is read by the way that all lines can take,
//! which also says whatever is wrong.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};

use super::super::{
    Content, Event, Instant, ObjectSeen, Operation, OperationKind, Outcome, Page, Seen, Side, Timed,
};
use super::Line;
use crate::replication::VersionId;

/// The line; none where it has to be read the long way.
pub(super) fn read(line: &[u8]) -> Option<Line> {
    // Nothing else is written in the first place of an event.
    let line = line.starts_with(b"{\"scenario\":").then_some(line)?;
    serde_json::from_slice::<Short>(line).ok()?.into_line()
}

/// An event of the kinds that are many.
#[derive(Deserialize)]
struct Short {
    scenario: String,
    at: Instant,
    event: Kind,
    op: Option<u32>,
    operation: Option<Kindly<Operation>>,
    intended: Option<Instant>,
    outcome: Option<Outcome>,
    side: Option<Side>,
    sent: Option<Instant>,
    received: Option<Instant>,
    key: Option<String>,
    version: Option<VersionId>,
    seen: Option<Kindly<Seen>>,
    prefix: Option<String>,
    after: Option<String>,
    until: Option<String>,
    shown: Option<Vec<(u32, u32)>>,
    #[serde(default)]
    others: u32,
}

/// An event of another kind ends the short way where its kind is read.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Invoke,
    Ok,
    Observation,
    Page,
}

impl Short {
    /// None where something is missing.
    fn into_line(self) -> Option<Line> {
        let event = match self.event {
            Kind::Invoke => Event::Invoke {
                op: self.op?,
                operation: Box::new(self.operation?.0),
                intended: self.intended,
            },
            Kind::Ok => Event::Ok {
                op: self.op?,
                outcome: self.outcome?,
            },
            Kind::Observation => Event::Observation {
                side: self.side?,
                key: self.key?,
                version: self.version,
                sent: self.sent?,
                received: self.received?,
                seen: self.seen?.0,
            },
            Kind::Page => Event::Page(Page {
                side: self.side?,
                prefix: self.prefix?,
                after: self.after,
                until: self.until,
                sent: self.sent?,
                received: self.received?,
                shown: self.shown?,
                others: self.others,
            }),
        };
        let (scenario, at) = (self.scenario, self.at);
        let timed = Timed { at, event };
        Some(Line::Event { scenario, timed })
    }
}

/// Something whose kind is written before what depends on it, so that nothing is kept aside.
struct Kindly<T>(T);

/// Reads it in the order it is written in.
trait KindFirst: Sized {
    fn read<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

impl<'de, T: KindFirst> Deserialize<'de> for Kindly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = deserializer.deserialize_map(InOrder(PhantomData));
        read.map(Self)
    }
}

struct InOrder<T>(PhantomData<T>);

impl<'de, T: KindFirst> Visitor<'de> for InOrder<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("something with its kind before the rest")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

/// The value of the next field, which has to be this one.
fn next<'de, A: MapAccess<'de>, V: DeserializeOwned>(
    map: &mut A,
    name: &'static str,
) -> Result<V, A::Error> {
    match map.next_key::<&str>()? {
        Some(key) if key == name => map.next_value(),
        _ => Err(A::Error::custom(format_args!("{name} is not next"))),
    }
}

/// The rest of a map, now that its kind is known.
fn rest<'de, A: MapAccess<'de>, V: DeserializeOwned>(map: A) -> Result<V, A::Error> {
    V::deserialize(MapAccessDeserializer::new(map))
}

/// What most looks see: an object, or nothing.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Saw {
    Absent,
    Present,
}

impl KindFirst for Seen {
    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        match next(&mut map, "seen")? {
            Saw::Absent => Ok(Self::Absent),
            Saw::Present => Ok(Self::Present(Box::new(rest::<A, ObjectSeen>(map)?))),
        }
    }
}

/// What most operations are.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    Put,
}

impl KindFirst for Operation {
    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let (label, side) = (next(&mut map, "label")?, next(&mut map, "side")?);
        let key = next(&mut map, "key")?;
        let Does::Put = next(&mut map, "kind")?;
        Ok(Self {
            label,
            side,
            key,
            kind: OperationKind::Put(rest::<A, Content>(map)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::replication::ReplicationStatus;

    fn observation(seen: Seen) -> Event {
        Event::Observation {
            side: Side::Destination(1),
            key: "k\"\u{e9}\n".to_owned(),
            version: Some("v".into()),
            sent: Instant(1),
            received: Instant(2),
            seen,
        }
    }

    fn object() -> Seen {
        Seen::Present(Box::new(ObjectSeen {
            version: Some("v".into()),
            size: 7,
            status: Some(ReplicationStatus::Replica),
            metadata: [("seen".to_owned(), "absent".to_owned())].into(),
            ..ObjectSeen::default()
        }))
    }

    fn page() -> Event {
        Event::Page(Page {
            side: Side::Source,
            prefix: "p/".to_owned(),
            after: None,
            until: Some("p/z".to_owned()),
            sent: Instant(1),
            received: Instant(2),
            shown: vec![(1, 3), (5, 5)],
            others: 2,
        })
    }

    fn invoke(kind: OperationKind) -> Event {
        let operation = Box::new(Operation {
            label: "a label".to_owned(),
            side: Side::Source,
            key: "kind".to_owned(),
            kind,
        });
        Event::Invoke {
            op: 7,
            operation,
            intended: Some(Instant(1)),
        }
    }

    fn put() -> OperationKind {
        OperationKind::Put(Content {
            size: 7,
            tags: [("kind".to_owned(), "put".to_owned())].into(),
            ..Content::default()
        })
    }

    fn ok() -> Event {
        let outcome = Outcome {
            version: Some("v".into()),
            etag: Some("e".to_owned()),
            answered: None,
        };
        Event::Ok { op: 7, outcome }
    }

    fn line(event: Event) -> (Line, Vec<u8>) {
        let at = Instant(3);
        let line = Line::Event {
            scenario: "lag".to_owned(),
            timed: Timed { at, event },
        };
        let text = serde_json::to_vec(&line).unwrap();
        (line, text)
    }

    #[rstest]
    #[case::an_object(observation(object()))]
    #[case::nothing(observation(Seen::Absent))]
    #[case::a_page(page())]
    #[case::a_put(invoke(put()))]
    #[case::its_acknowledgement(ok())]
    fn what_is_read_the_short_way_is_what_was_written(#[case] event: Event) {
        let (line, text) = line(event);
        assert_eq!(read(&text), Some(line));
    }

    #[rstest]
    #[case::a_marker(observation(Seen::DeleteMarker { version: None }))]
    #[case::tags(observation(Seen::Tags { tags: [("a".to_owned(), "b".to_owned())].into() }))]
    #[case::a_delete(invoke(OperationKind::Delete))]
    #[case::a_failure(Event::Fail { op: 7, failure: crate::history::Failure::default() })]
    #[case::a_session(Event::Session(crate::history::Session::default()))]
    fn everything_else_is_read_the_long_way(#[case] event: Event) {
        let (line, text) = line(event);
        assert_eq!(read(&text), None);
        assert_eq!(super::super::parse(&text), Ok(line));
    }

    #[test]
    fn a_kind_that_comes_last_is_read_too() {
        let text = br#"{"scenario":"lag","at":3,"event":"observation","side":"source","key":"k","version":null,"sent":1,"received":2,"seen":{"size":7,"seen":"present"}}"#;
        assert_eq!(read(text), None);
        let Ok(Line::Event { timed, .. }) = super::super::parse(text) else {
            panic!("it is an event");
        };
        assert!(matches!(
            timed.event,
            Event::Observation { seen: Seen::Present(object), .. } if object.size == 7
        ));
    }
}
