//! From looks to samples, in time linear in the events.

use super::look::{Evidence, Look, looks};
use super::write::{Write, writes};
use super::{Censoring, Interval, Measure, Sample};
use crate::history::{Event, History, Instant, Side, Suspension};
use crate::replication::ReplicationStatus;

/// The lag of every write to the source, at every destination where it was looked for, and of every
/// status that was looked at.
///
/// The lower bound is the latest *send* time among the looks that lacked the effect, the upper bound
/// the earliest *receipt* time among those that had it; looks may overlap. A look that lacked it and
/// was sent after an answer that had it had been received is an anomaly and moves no bound. Failed
/// looks say nothing and are counted. The effect of a tag change is there when the tags are equal,
/// that of a delete when the marker is listed or answered (404 or 405 with its header).
///
/// A version that was never there, and whose source says that it has nothing to replicate (no
/// status, or FAILED), has no lag and is left out; so are objects labelled [`super::PREPARED`], and what
/// somebody else wrote, since nobody here received its acknowledgement.
#[must_use]
pub fn intervals(history: &History) -> Vec<Sample> {
    let writes = writes(history);
    let mut tracks: Vec<Tracks> = writes.iter().map(|_| Tracks::default()).collect();
    // The upper bounds first: whether a look that lacked the effect is an anomaly depends on them.
    for_each(history, &writes, |look| {
        let tracks: &mut Tracks = &mut tracks[look.write];
        tracks.note_status(look);
        tracks.of(look).note_upper(look);
    });
    for_each(history, &writes, |look| {
        tracks[look.write].of(look).note_lower(look);
    });
    let asleep = suspensions(history);
    let both = writes.iter().zip(tracks);
    both.flat_map(|(write, tracks)| tracks.into_samples(write, &asleep))
        .collect()
}

/// Every look, but those that come too late to say anything.
fn for_each<'a>(history: &'a History, writes: &[Write<'a>], mut take: impl FnMut(Look)) {
    looks(history, writes, |look| {
        let write = &writes[look.write];
        if write.until.is_none_or(|until| look.received < until.0) {
            take(look);
        }
    });
}

fn suspensions(history: &History) -> Vec<Suspension> {
    let events = history.events.iter();
    let asleep = events.filter_map(|timed| match &timed.event {
        Event::Suspended(suspension) => Some(*suspension),
        _ => None,
    });
    asleep.collect()
}

/// What was seen of one write.
#[derive(Default)]
struct Tracks {
    tracks: Vec<Track>,
    /// Whether the source, when last looked at, denied that the version replicates: what did not
    /// arrive then was never to.
    denied: bool,
}

impl Tracks {
    fn of(&mut self, look: Look) -> &mut Track {
        let known = |track: &Track| track.side == look.side && track.measure == look.measure;
        let place = self.tracks.iter().position(known).unwrap_or_else(|| {
            self.tracks.push(Track::new(look.side, look.measure));
            self.tracks.len() - 1
        });
        &mut self.tracks[place]
    }

    fn note_status(&mut self, look: Look) {
        if let Evidence::Other(status) = look.evidence {
            self.denied = matches!(status, None | Some(ReplicationStatus::Failed));
        } else if look.measure == Measure::Status && look.evidence != Evidence::Failed {
            self.denied = false;
        }
    }

    fn into_samples<'a>(
        mut self,
        write: &'a Write<'_>,
        asleep: &'a [Suspension],
    ) -> impl Iterator<Item = Sample> + use<'a> {
        let denied = self.denied;
        self.tracks.sort_by_key(|track| (track.measure, track.side));
        let tracks = self.tracks.into_iter();
        let told = tracks.filter(move |track| track.first.is_some() || (track.looked && !denied));
        told.map(move |track| track.into_sample(write, asleep))
    }
}

/// What was seen of one write at one side.
struct Track {
    side: Side,
    measure: Measure,
    /// The earliest receipt of an answer that had it.
    first: Option<u64>,
    /// The latest sending of a look that lacked it, of those sent before `first`.
    last: Option<u64>,
    /// The latest receipt of any answer.
    end: u64,
    /// Whether any look was about its lag.
    looked: bool,
    anomaly: bool,
    failed: usize,
    uncertainty: u64,
}

impl Track {
    fn new(side: Side, measure: Measure) -> Self {
        Self {
            side,
            measure,
            first: None,
            last: None,
            end: 0,
            looked: false,
            anomaly: false,
            failed: 0,
            uncertainty: 0,
        }
    }

    fn note_upper(&mut self, look: Look) {
        self.end = self.end.max(look.received);
        self.looked |= !matches!(look.evidence, Evidence::Other(_));
        match look.evidence {
            Evidence::Had if self.first.is_none_or(|first| look.received < first) => {
                self.first = Some(look.received);
                self.uncertainty = self.uncertainty.max(look.uncertainty);
            }
            Evidence::Failed => self.failed += 1,
            _ => {}
        }
    }

    fn note_lower(&mut self, look: Look) {
        if look.evidence != Evidence::Lacked {
            return;
        }
        if self.first.is_some_and(|first| look.sent > first) {
            self.anomaly = true;
        } else if self.last.is_none_or(|last| look.sent > last) {
            self.last = Some(look.sent);
            self.uncertainty = self.uncertainty.max(look.uncertainty);
        }
    }

    fn censoring(&self) -> Censoring {
        match (self.last, self.first) {
            (_, None) => Censoring::Right,
            (None, Some(_)) => Censoring::Left,
            (Some(_), Some(_)) => Censoring::None,
        }
    }

    fn into_sample(self, write: &Write<'_>, asleep: &[Suspension]) -> Sample {
        let zero = write.acknowledged.0;
        let since = |moment: u64| moment.saturating_sub(zero);
        let end = Instant(self.first.unwrap_or(self.end));
        let touches = |slept: &Suspension| slept.from <= end && write.invoked <= slept.until;
        let content = write.operation.kind.content();
        Sample {
            measure: self.measure,
            operation: write.kind,
            size: content.map_or(0, |content| content.size),
            intended_ns: write.intended.0,
            sent_ns: write.invoked.0,
            acknowledged_ns: zero,
            suspended: asleep.iter().any(touches),
            clock_uncertainty_ns: self.uncertainty,
            op: write.op,
            label: write.operation.label.clone(),
            key: write.operation.key.clone(),
            side: self.side,
            interval: Interval {
                lower_ns: self.last.map_or(0, since),
                upper_ns: self.first.map(since),
                censoring: self.censoring(),
                start_uncertainty_ns: zero.saturating_sub(write.invoked.0),
            },
            anomaly: self.anomaly,
            failed: self.failed,
        }
    }
}
