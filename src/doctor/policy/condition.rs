//! The conditions of a statement.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::matches;

/// One operator on one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Condition {
    pub(super) operator: String,
    pub(super) key: String,
    pub(super) values: Vec<String>,
}

impl Condition {
    /// Whether it holds; none where the key's value, or the operator, is not known here.
    pub(super) fn holds(&self, context: &BTreeMap<String, String>) -> Option<bool> {
        let operator = self.operator.strip_suffix("IfExists");
        let operator = operator.unwrap_or(&self.operator);
        let value = context.get(&self.key.to_ascii_lowercase())?;
        let any = |is: &dyn Fn(&str) -> bool| self.values.iter().any(|wanted| is(wanted));
        Some(match operator {
            "StringEquals" | "ArnEquals" if !self.has_wildcard() => any(&|wanted| wanted == value),
            "StringNotEquals" | "ArnNotEquals" if !self.has_wildcard() => {
                !any(&|wanted| wanted == value)
            }
            "StringEqualsIgnoreCase" | "Bool" => any(&|wanted| wanted.eq_ignore_ascii_case(value)),
            "StringNotEqualsIgnoreCase" => !any(&|wanted| wanted.eq_ignore_ascii_case(value)),
            "StringLike" | "ArnLike" | "ArnEquals" => any(&|wanted| matches(wanted, value)),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => {
                !any(&|wanted| matches(wanted, value))
            }
            "StringEquals" => any(&|wanted| wanted == value),
            "StringNotEquals" => !any(&|wanted| wanted == value),
            _ => return None,
        })
    }

    fn has_wildcard(&self) -> bool {
        self.values
            .iter()
            .any(|value| value.contains(['*', '?', '$']))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.operator,
            self.key,
            self.values.join(", ")
        )
    }
}
