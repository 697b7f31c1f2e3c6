//! The conditions of a statement.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::document::{OneOrMany, PolicyError};
use super::fits;

/// By operator and context key, as the JSON has them.
pub(super) type Conditions = BTreeMap<String, BTreeMap<String, OneOrMany<Value>>>;

/// Values are strings; IAM takes a bare boolean or number for one.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Value {
    Text(String),
    Bool(bool),
    Number(serde_json::Number),
}

impl Value {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Bool(is) => is.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// One operator on one context key.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    compare: Compare,
    negated: bool,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Compare {
    Equal,
    EqualIgnoringCase,
    Like,
    Null,
}

const OPERATORS: [(&str, Compare, bool); 11] = [
    ("StringEquals", Compare::Equal, false),
    ("StringNotEquals", Compare::Equal, true),
    ("StringEqualsIgnoreCase", Compare::EqualIgnoringCase, false),
    ("StringLike", Compare::Like, false),
    ("StringNotLike", Compare::Like, true),
    // On ARNs, AWS says, the two are the same.
    ("ArnEquals", Compare::Like, false),
    ("ArnLike", Compare::Like, false),
    ("ArnNotEquals", Compare::Like, true),
    ("ArnNotLike", Compare::Like, true),
    ("Bool", Compare::EqualIgnoringCase, false),
    ("Null", Compare::Null, false),
];

impl Condition {
    /// Reads a statement's conditions.
    pub(super) fn read(raw: Conditions) -> Result<Vec<Self>, PolicyError> {
        let mut all = Vec::new();
        for (operator, keys) in raw {
            let (name, if_exists) = match operator.strip_suffix("IfExists") {
                Some(name) => (name, true),
                None => (operator.as_str(), false),
            };
            let known = OPERATORS.iter().find(|(known, _, _)| *known == name);
            let (_, compare, negated) = *known.ok_or_else(|| {
                PolicyError(format!(
                    "the embedded pair does not evaluate the condition {operator}"
                ))
            })?;
            for (key, values) in keys {
                let values = values.into_vec().into_iter().map(Value::text).collect();
                all.push(Self {
                    compare,
                    negated,
                    if_exists,
                    key,
                    values,
                });
            }
        }
        Ok(all)
    }

    /// Whether it holds. A key that is not there fails every operator but the negated ones, `Null`,
    /// and those that end in `IfExists`.
    pub(super) fn holds(&self, context: &[(&str, &str)]) -> bool {
        let known = context
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(&self.key));
        let any = |fits: &dyn Fn(&str) -> bool| self.values.iter().any(|value| fits(value));
        match (self.compare, known) {
            (Compare::Null, known) => any(&|value| (value == "true") == known.is_none()),
            (_, None) => self.if_exists || self.negated,
            (compare, Some((_, actual))) => {
                let fits = any(&|value| match compare {
                    Compare::Equal => value == *actual,
                    Compare::Like => fits(value, actual),
                    _ => value.eq_ignore_ascii_case(actual),
                });
                fits != self.negated
            }
        }
    }
}
