//! Which parameters a stack gets, and from whom.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::Parameter;

use super::{Request, Stack};
use crate::error::{Error, Result};
use crate::history::Side;

/// The parameters that a template has, by side.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) source: Vec<String>,
    pub(super) destination: Vec<String>,
}

impl Declared {
    fn of(&self, side: Side) -> &[String] {
        match side {
            Side::Source => &self.source,
            Side::Destination(_) => &self.destination,
        }
    }

    /// Refuses what no template has, before anything is made.
    ///
    /// # Errors
    /// [`Error::Usage`] with the names that there are.
    pub(super) fn check(&self, request: &Request) -> Result<()> {
        for (name, _) in &request.parameters {
            let (source, destination) = (&self.source, &self.destination);
            if !source.contains(name) && !destination.contains(name) {
                let both = source.iter().chain(destination);
                return Err(unknown(name, "--parameter", both));
            }
        }
        for (side, flag) in [
            (Side::Source, "--source-parameter"),
            (Side::Destination(0), "--destination-parameter"),
        ] {
            let own = request.blueprint(side).parameters.iter();
            let mut missing = own.filter(|(name, _)| !self.of(side).contains(name));
            if let Some((name, _)) = missing.next() {
                return Err(unknown(name, flag, self.of(side)));
            }
        }
        Ok(())
    }
}

fn unknown<'a>(name: &str, flag: &str, there: impl IntoIterator<Item = &'a String>) -> Error {
    let near = there
        .into_iter()
        .map(|one| (strsim::damerau_levenshtein(name, one), one.as_str()))
        .min();
    let near = near.map_or("none", |(_, near)| near);
    Error::Usage(format!(
        "{flag} {name}: no template has a parameter of this name; did you mean {near}?"
    ))
}

/// The parameters of a side's stack: its own come first, then those for both, then what follows
/// from the other stack and the accounts, then what the stack has already.
pub(super) fn of(
    request: &Request,
    side: Side,
    declared: &Declared,
    derived: &BTreeMap<String, String>,
    before: Option<&Stack>,
) -> Vec<Parameter> {
    let declared = declared.of(side).iter();
    let parameter = |name: &String| {
        let parameter = Parameter::builder().parameter_key(name);
        let own = &request.blueprint(side).parameters;
        // Of two the later counts, as everywhere on a command line.
        let given = own.iter().rfind(|(key, _)| key == name);
        let given = given.or_else(|| request.parameters.iter().rfind(|(key, _)| key == name));
        let given = given.map(|(_, value)| value);
        match given.or_else(|| derived.get(name)) {
            Some(value) => Some(parameter.parameter_value(value).build()),
            None if before.is_some_and(|stack| stack.parameters.contains_key(name)) => {
                Some(parameter.use_previous_value(true).build())
            }
            None => None,
        }
    };
    declared.filter_map(parameter).collect()
}

/// What the destination's stack has to know of the source.
pub(super) fn from_the_source(request: &Request, region: &str) -> BTreeMap<String, String> {
    let mut derived = BTreeMap::from([("SourceRegion".to_owned(), region.to_owned())]);
    if let Some((source, destination)) = &request.accounts
        && source != destination
    {
        derived.insert("SourceAccountId".to_owned(), source.clone());
    }
    derived
}

/// What the source's stack has to know of the destination: every output of its stack. The account
/// is left out where it is the same, since it says that there are two.
pub(super) fn from_the_destination(request: &Request, stack: &Stack) -> BTreeMap<String, String> {
    let mut derived = stack.outputs.clone();
    let same = |(source, destination): &(String, String)| source == destination;
    if request.accounts.as_ref().is_none_or(same) {
        derived.remove("DestinationAccountId");
    }
    derived
}
