//! From looks to samples, in time linear in the events.

use std::convert::Infallible;

use super::look::{Evidence, Look, Looks};
use super::write::{Write, writes};
use super::{Censoring, Interval, Measure, Sample};
use crate::history::{Event, History, Instant, Side, Suspension, Timed};
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
    let events = &history.events;
    let in_memory = |take: &mut dyn FnMut(&Timed)| {
        events.iter().for_each(take);
        Ok::<_, Infallible>(())
    };
    let Ok(samples) = samples(events, in_memory);
    samples
}

/// The samples of events that `each` goes through, as often as it is called; `known` holds at least
/// those that are no looks.
pub(super) fn samples<E>(
    known: &[Timed],
    each: impl Fn(&mut dyn FnMut(&Timed)) -> Result<(), E>,
) -> Result<Vec<Sample>, E> {
    let writes = writes(known);
    let mut tracks: Vec<Tracks> = writes.iter().map(|_| Tracks::default()).collect();
    let go = |tracks: &mut [Tracks], note: fn(&mut Tracks, Look)| {
        let mut looks = Looks::new(&writes);
        let mut take = |look: Look| {
            // Those that come too late say nothing.
            let until = writes[look.write].until;
            if until.is_none_or(|until| look.received < until.0) {
                note(&mut tracks[look.write], look);
            }
        };
        each(&mut |timed| looks.event(timed, &mut take))
    };
    go(&mut tracks, Tracks::note)?;
    if tracks.iter().any(Tracks::is_out_of_order) {
        // Every upper bound is final by now.
        tracks.iter_mut().for_each(Tracks::forget_lower);
        go(&mut tracks, |tracks, look| tracks.of(look).note_lower(look))?;
    }
    let asleep = suspensions(known);
    let both = writes.iter().zip(tracks);
    let samples = both.flat_map(|(write, tracks)| tracks.into_samples(write, &asleep));
    Ok(samples.collect())
}

fn suspensions(known: &[Timed]) -> Vec<Suspension> {
    let asleep = known.iter().filter_map(|timed| match &timed.event {
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

    /// The bounds in one pass, as long as answers are recorded in the order of their receipt.
    fn note(&mut self, look: Look) {
        self.note_status(look);
        let track = self.of(look);
        track.note_upper(look);
        track.note_lower(look);
    }

    fn is_out_of_order(&self) -> bool {
        self.tracks.iter().any(|track| track.out_of_order)
    }

    fn forget_lower(&mut self) {
        for track in &mut self.tracks {
            (track.last, track.anomaly) = (None, false);
            track.uncertainty = track.uncertainty_of_first;
        }
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
    uncertainty_of_first: u64,
    /// Whether an answer that had it was received before one that was recorded earlier, so that
    /// what lacked it has to be gone through again.
    out_of_order: bool,
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
            uncertainty_of_first: 0,
            out_of_order: false,
        }
    }

    fn note_upper(&mut self, look: Look) {
        self.end = self.end.max(look.received);
        self.looked |= !matches!(look.evidence, Evidence::Other(_));
        match look.evidence {
            Evidence::Had if self.first.is_none_or(|first| look.received < first) => {
                self.first = Some(look.received);
                self.uncertainty_of_first = self.uncertainty_of_first.max(look.uncertainty);
                self.uncertainty = self.uncertainty.max(look.uncertainty);
                // What was sent later than this was taken for a lower bound.
                self.out_of_order |= self.last.is_some_and(|last| last > look.received);
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
