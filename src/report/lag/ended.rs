//! How a measurement ended, besides its figures.

use serde::{Deserialize, Serialize};

use crate::cost::{Bill, Usage};
use crate::error::ExitCode;
use crate::report::Stopped;
use crate::report::wording::{cost_line, visible};

/// How a measurement ended, besides its figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Ended {
    /// Whether a signal ended it.
    pub interrupted: bool,
    /// What ended it before its end, beside a signal.
    pub stopped: Option<Stopped>,
    /// What was asked of the endpoints, canaries and teardown included.
    pub usage: Usage,
    /// What that costs at most, where the target costs something.
    pub bill: Option<Bill>,
    /// Whether something could not be written.
    pub unsaved: bool,
    /// What could not be removed.
    pub left_behind: Vec<String>,
    /// What was kept on request.
    pub kept: Vec<String>,
    /// What the user should know besides.
    pub errors: Vec<String>,
    /// How the command line ends where it could not be carried out.
    #[serde(skip)]
    pub code: Option<ExitCode>,
}

impl Ended {
    /// What it means for how the command line ends.
    pub(super) fn codes(&self) -> impl Iterator<Item = ExitCode> + use<> {
        let codes = [
            (self.interrupted, ExitCode::Interrupted),
            (self.unsaved, ExitCode::Internal),
            (!self.left_behind.is_empty(), ExitCode::LeftBehind),
        ];
        let is = |(is, code): (bool, ExitCode)| is.then_some(code);
        let stopped = self.stopped.map(Stopped::exit_code);
        codes
            .into_iter()
            .filter_map(is)
            .chain(stopped)
            .chain(self.code)
    }

    /// A line for each thing that a reader should know, with whether it is something wrong.
    pub(super) fn lines(&self) -> Vec<(bool, String)> {
        let interrupted = "interrupted: what was measured until then is in this report";
        let interrupted = self
            .interrupted
            .then(|| (true, interrupted.to_owned()))
            .into_iter();
        let named = |what: &str, name: &String| format!("{what}: {}", visible(name));
        let errors = self.errors.iter().map(|e| (true, visible(e)));
        let left = self.left_behind.iter();
        let left = left.map(|name| (true, named("left behind", name)));
        let kept = self.kept.iter().map(|name| (false, named("kept", name)));
        let cost = cost_line(&self.usage, self.bill.as_ref()).map(|line| (false, line));
        let wrong = interrupted.chain(errors).chain(left);
        wrong.chain(kept).chain(cost).collect()
    }
}
