//! The lag as Prometheus text. No histogram: its buckets would hide the errors that the bands state.

use super::LagReport;
use super::wording::measure;
use crate::lag::{Band, Cell, Quantile, SloJudgement, SloVerdict};
use crate::report::exposition::{Exposition, Metric};

const INFO: Metric = Metric::stable(
    "bucketpair_lag_info",
    "1",
    "What ran, in its labels; always 1.",
);
const PARTIAL: Metric = Metric::stable(
    "bucketpair_lag_partial",
    "1",
    "1 while the run goes on, and for ever where it was killed.",
);
const SAMPLES: Metric = Metric::stable(
    "bucketpair_lag_samples",
    "replicas",
    "How many replicas were looked for.",
);
const NEVER: Metric = Metric::stable(
    "bucketpair_lag_samples_not_seen",
    "replicas",
    "How many had not come at the last look.",
);
const AT_ONCE: Metric = Metric::stable(
    "bucketpair_lag_samples_seen_at_once",
    "replicas",
    "How many were there at the first look.",
);
const LOWER: Metric = Metric::stable(
    "bucketpair_lag_quantile_lower_seconds",
    "seconds",
    "The quantile of all replicas is at least this.",
);
const UPPER: Metric = Metric::stable(
    "bucketpair_lag_quantile_upper_seconds",
    "seconds",
    "The quantile of all replicas is at most this; absent where nobody knows.",
);
const LEVEL: Metric = Metric::stable(
    "bucketpair_lag_slo_state",
    "1",
    "1 for the verdict over the service level, 0 for the others.",
);
const AT_LEAST: Metric = Metric::stable(
    "bucketpair_lag_slo_share_lower_ratio",
    "ratio",
    "At least this share is in time, at the confidence.",
);
const REQUESTS: Metric = Metric::stable(
    "bucketpair_lag_requests",
    "requests",
    "How many requests the measurement took.",
);

/// The metrics of a lag, in the order they are written.
pub const LAG_METRICS: [Metric; 10] = [
    INFO, PARTIAL, SAMPLES, NEVER, AT_ONCE, LOWER, UPPER, LEVEL, AT_LEAST, REQUESTS,
];

/// Labels of a sample.
type Labels = Vec<(&'static str, String)>;

/// The report in Prometheus' text format.
#[must_use]
pub fn prometheus(report: &LagReport) -> String {
    let profile = &report.profile;
    let mut text = Exposition::default();
    metric(
        &mut text,
        INFO,
        profile.runs.iter().map(|run| {
            let target = run.target.as_ref();
            let of = |value: Option<&String>| value.cloned().unwrap_or_default();
            let labels = vec![
                ("version", run.bucketpair.clone()),
                ("target", of(target.map(|target| &target.name))),
                ("engine", of(target.map(|target| &target.engine))),
                ("run", run.run.clone()),
            ];
            (labels, 1.0)
        }),
    );
    text.plain(PARTIAL, f64::from(report.partial));
    let totals: Vec<_> = profile.totals().collect();
    let counted = |of: fn(&Cell) -> usize| {
        totals
            .iter()
            .map(move |cell| (labels(cell), of(cell) as f64))
    };
    metric(&mut text, SAMPLES, counted(|cell| cell.n));
    metric(&mut text, NEVER, counted(|cell| cell.right_censored));
    metric(&mut text, AT_ONCE, counted(|cell| cell.left_censored));
    metric(
        &mut text,
        LOWER,
        bounds(&totals, |band| Some(band.lower_ns)),
    );
    metric(&mut text, UPPER, bounds(&totals, |band| band.upper_ns));
    metric(&mut text, LEVEL, profile.slos.iter().flat_map(states));
    metric(
        &mut text,
        AT_LEAST,
        profile
            .slos
            .iter()
            .map(|slo| (level(slo), slo.share_at_least)),
    );
    let requests: u64 = profile.runs.iter().map(|run| run.requests.total()).sum();
    text.plain(REQUESTS, requests as f64);
    text.into_text()
}

fn metric(text: &mut Exposition, metric: Metric, samples: impl Iterator<Item = (Labels, f64)>) {
    let samples: Vec<_> = samples.collect();
    let borrowed = samples.iter().map(|(labels, value)| {
        let labels = labels.iter().map(|(name, value)| (*name, value.as_str()));
        (labels.collect::<Vec<_>>(), *value)
    });
    text.metric(metric, borrowed);
}

fn labels(cell: &Cell) -> Labels {
    let lag = measure(cell.measure).to_owned();
    vec![("lag", lag), ("destination", cell.side.to_string())]
}

fn bounds(
    totals: &[&Cell],
    bound: fn(&Band) -> Option<u64>,
) -> impl Iterator<Item = (Labels, f64)> {
    totals.iter().flat_map(move |cell| {
        let bands = cell.service.iter().filter_map(Quantile::band);
        bands.filter_map(move |band| {
            let mut labels = labels(cell);
            labels.push(("quantile", band.quantile.to_string()));
            Some((labels, bound(band)? as f64 / 1e9))
        })
    })
}

fn level(slo: &SloJudgement) -> Labels {
    let (lag, level) = (measure(slo.measure).to_owned(), slo.slo.to_string());
    vec![
        ("lag", lag),
        ("destination", slo.side.to_string()),
        ("level", level),
    ]
}

fn states(slo: &SloJudgement) -> impl Iterator<Item = (Labels, f64)> {
    let all = [SloVerdict::Met, SloVerdict::Missed, SloVerdict::Undecided];
    all.into_iter().map(move |state| {
        let mut labels = level(slo);
        labels.push(("state", super::wording::verdict(state).to_owned()));
        (labels, f64::from(slo.verdict == state))
    })
}
