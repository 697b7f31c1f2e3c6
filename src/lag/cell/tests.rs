//! Cells of a few samples, worked out by hand.

use super::*;
use crate::lag::tests::{DESTINATION, sample};
use crate::lag::{Band, Slo, SloVerdict, Units};

fn kind(mut sample: Sample, operation: OperationType, size: u64) -> Sample {
    (sample.operation, sample.size) = (operation, size);
    sample
}

fn at(mut sample: Sample, intended: u64, acknowledged: u64, start_uncertainty_ns: u64) -> Sample {
    (sample.intended_ns, sample.acknowledged_ns) = (intended, acknowledged);
    sample.interval.start_uncertainty_ns = start_uncertainty_ns;
    sample
}

/// Two objects that arrived, one that never came, one whose clock stood still, and a status.
fn samples() -> Vec<Sample> {
    let put = |sample| kind(sample, OperationType::Put, 10);
    let mut arrived = put(at(sample(Some(25)), 70, 100, 5));
    arrived.interval.lower_ns = 10;
    let mut at_once = put(at(sample(Some(15)), 200, 200, 7));
    at_once.interval.censoring = Censoring::Left;
    let mut never = kind(at(sample(None), 250, 300, 9), OperationType::Overwrite, 20);
    (never.interval.lower_ns, never.anomaly) = (50, true);
    let mut slept = put(at(sample(Some(9)), 400, 400, 3));
    (slept.interval.lower_ns, slept.suspended, slept.failed) = (5, true, 2);
    let mut status = put(at(sample(Some(60)), 70, 100, 5));
    (status.measure, status.side) = (Measure::Status, Side::Source);
    status.failed = 1;
    vec![slept, never, status, at_once, arrived]
}

fn asked() -> Asked {
    Asked {
        quantiles: vec![0.5],
        confidence: 0.5,
        slo: Slo {
            share: 0.5,
            within_ns: 20,
        },
    }
}

/// The median of four at an even chance: between the smallest and the largest.
fn band(observed: (u64, Option<u64>)) -> Quantile {
    Quantile::Band(Band {
        quantile: 0.5,
        lower_ns: 0,
        upper_ns: None,
        observed_lower_ns: observed.0,
        observed_upper_ns: observed.1,
        confidence: 0.5,
        effective_n: 4.0,
        units: Units::Samples,
    })
}

fn spread(median: u64, p99: u64, max: u64) -> Spread {
    Spread {
        median_ns: Some(median),
        p99_ns: Some(p99),
        max_ns: Some(max),
    }
}

#[test]
fn a_total_holds_every_figure_of_its_samples() {
    let samples = samples();
    let cells = cells(&pooled(&[&samples]), &asked());
    let arrived = [(0, 0, 2), (10, 0, 3), (15, 1, 3), (25, 2, 3), (50, 2, 4)];
    let arrived = arrived.map(|(by_ns, certainly, possibly)| Arrived {
        by_ns,
        certainly,
        possibly,
    });
    let expected = Cell {
        measure: Measure::Visible,
        side: DESTINATION,
        operation: None,
        size: None,
        n: 4,
        left_censored: 1,
        right_censored: 1,
        anomalies: 1,
        suspended: 1,
        failed_looks: 2,
        start_uncertainty: spread(5, 9, 9),
        // Of the two whose ends were both seen.
        width: spread(4, 15, 15),
        // The bounds are 10 to 25, 0 to 15, 50 to never, and 0 to never.
        service: vec![band((0, Some(25)))],
        // The first was sent 30 before its acknowledgement, the third 50.
        intended: vec![band((0, Some(55)))],
        arrived: arrived.to_vec(),
    };
    assert_eq!(cells[0], expected);
}

#[test]
fn totals_come_first_and_then_each_operation_and_size() {
    let samples = samples();
    let cells = cells(&pooled(&[&samples]), &asked());
    let told: Vec<_> = cells
        .iter()
        .map(|cell| (cell.measure, cell.operation.zip(cell.size), cell.n))
        .collect();
    let (put, overwrite) = (OperationType::Put, OperationType::Overwrite);
    let expected = [
        (Measure::Visible, None, 4),
        (Measure::Status, None, 1),
        (Measure::Visible, Some((put, 10)), 3),
        (Measure::Visible, Some((overwrite, 20)), 1),
        (Measure::Status, Some((put, 10)), 1),
    ];
    assert_eq!(told, expected);
    let totals: Vec<_> = cells.iter().map(Cell::is_total).collect();
    assert_eq!(totals, [true, true, false, false, false]);
}

#[test]
fn a_cell_of_one_size_of_all_operations_is_no_total() {
    let samples = samples();
    let mut cell = cells(&pooled(&[&samples]), &asked()).remove(0);
    cell.size = Some(10);
    assert!(!cell.is_total());
}

#[test]
fn a_service_level_is_judged_for_each_lag_and_a_delete_marker_does_not_count() {
    let mut samples = samples();
    samples.push(kind(sample(Some(5)), OperationType::DeleteMarker, 0));
    let slos = pooled(&[&samples]).slos(&asked());
    let told: Vec<_> = slos
        .iter()
        .map(|slo| (slo.measure, slo.side, slo.n, slo.in_time, slo.late))
        .collect();
    let expected = [
        (Measure::Visible, DESTINATION, 4, 1, 1),
        (Measure::Status, Side::Source, 1, 0, 0),
    ];
    assert_eq!(told, expected);
    assert_eq!(slos[0].slo, asked().slo);
    assert_eq!(slos[1].verdict, SloVerdict::Undecided);
}

#[test]
fn a_pool_knows_how_many_samples_each_run_has() {
    let put = |acknowledged| at(sample(Some(5)), 0, acknowledged, 0);
    let marker = |acknowledged| kind(put(acknowledged), OperationType::DeleteMarker, 0);
    let runs = [
        vec![put(30), marker(20), put(10)],
        vec![marker(15), marker(5)],
        vec![put(1)],
    ];
    let runs: Vec<_> = runs.iter().map(Vec::as_slice).collect();
    let pools = pooled(&runs);
    let runs_of = |kind| pools.0[&(Measure::Visible, DESTINATION, kind)].runs.clone();
    assert_eq!(runs_of(None), [3, 2, 1]);
    assert_eq!(runs_of(Some((OperationType::DeleteMarker, 0))), [1, 2]);
    assert_eq!(runs_of(Some((OperationType::Put, 0))), [2, 0, 1]);
    let total = &pools.0[&(Measure::Visible, DESTINATION, None)];
    let objects = total.without_markers();
    assert_eq!(objects.runs, [2, 0, 1]);
    let order: Vec<_> = objects.samples.iter().map(|s| s.acknowledged_ns).collect();
    assert_eq!(order, [10, 30, 1], "run after run, in the order of time");
}

#[test]
fn a_spread_is_by_nearest_rank() {
    assert_eq!(Spread::of(Vec::new()), Spread::default());
    assert_eq!(Spread::of(vec![7]), spread(7, 7, 7));
    assert_eq!(Spread::of((1..=200).rev().collect()), spread(100, 198, 200));
    assert_eq!(Spread::of((1..=201).collect()), spread(101, 199, 201));
}

#[test]
fn a_lower_bound_beyond_the_upper_one_is_drawn_back_to_it() {
    let mut crossed = sample(Some(5));
    crossed.interval.lower_ns = 8;
    assert_eq!(bounds(&crossed), (5, 5));
    assert_eq!(bounds(&sample(None)), (0, UNKNOWN));
    crossed.suspended = true;
    assert_eq!(bounds(&crossed), (0, UNKNOWN));
}
