//! Prometheus' text format, written metric by metric.

use std::fmt::Write as _;

/// A metric that is exported: a gauge of the last run.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name, with the unit as Prometheus writes it.
    pub name: &'static str,
    /// `seconds`, `replicas`, …; `1` for what has none.
    pub unit: &'static str,
    /// Whether it may change within a major version.
    pub stability: Stability,
    /// What it says.
    pub help: &'static str,
}

/// Whether a metric may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// Name, unit and labels stay as they are within a major version.
    Stable,
    /// It may change with any release; the changelog says so.
    Experimental,
}

impl Metric {
    /// A metric whose name, unit and labels stay.
    pub(super) const fn stable(name: &'static str, unit: &'static str, help: &'static str) -> Self {
        let stability = Stability::Stable;
        Self {
            name,
            unit,
            stability,
            help,
        }
    }
}

/// The text while it is written.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
}

impl Exposition {
    /// A metric with its samples; nothing where there are none.
    pub(super) fn metric<'a>(
        &mut self,
        metric: Metric,
        samples: impl IntoIterator<Item = (Vec<(&'static str, &'a str)>, f64)>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        let Metric { name, help, .. } = metric;
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} gauge"));
        for (labels, value) in samples {
            self.line(format_args!("{name}{} {value}", label_set(&labels)));
        }
    }

    /// A metric with one sample, and no label.
    pub(super) fn plain(&mut self, metric: Metric, value: f64) {
        self.metric(metric, [(Vec::new(), value)]);
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").expect("a String takes every write");
    }
}

fn label_set(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let labels = labels.iter();
    let labels: Vec<_> = labels
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    format!("{{{}}}", labels.join(","))
}

/// A label's value, as the format escapes it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
