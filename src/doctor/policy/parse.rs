//! From JSON to a [`Policy`]. A list may stand as a single value everywhere.

use serde_json::{Map, Value};

use super::{Condition, Policy, Selection, Statement};

impl Policy {
    /// Reads a policy document.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON ({error})"))?;
        let statements = document.get("Statement").ok_or("it has no Statement")?;
        let statements = one_or_more(statements).into_iter().map(statement);
        Ok(Self {
            statements: statements.collect::<Result<_, _>>()?,
        })
    }
}

fn one_or_more(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        value => vec![value],
    }
}

fn statement(value: &Value) -> Result<Statement, String> {
    let value = value.as_object().ok_or("a Statement is no object")?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let everything = || Selection {
        not: false,
        values: vec!["*".to_owned()],
    };
    Ok(Statement {
        sid: text("Sid").filter(|sid| !sid.is_empty()).map(str::to_owned),
        allow: match text("Effect") {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err("a Statement has neither Allow nor Deny as its Effect".to_owned()),
        },
        principals: selection(value, "Principal", principals),
        actions: selection(value, "Action", texts).ok_or("a Statement has no Action")?,
        // A trust policy names no resource: it is about its own role.
        resources: selection(value, "Resource", texts).unwrap_or_else(everything),
        conditions: value.get("Condition").map(conditions).unwrap_or_default(),
    })
}

fn selection<T>(
    value: &Map<String, Value>,
    name: &str,
    read: fn(&Value) -> Vec<T>,
) -> Option<Selection<T>> {
    let negated = value.get(&format!("Not{name}"));
    let plain = value.get(name).map(|values| (false, values));
    let (not, values) = plain.or(negated.map(|values| (true, values)))?;
    let values = read(values);
    Some(Selection { not, values })
}

/// Numbers and booleans stand for their text.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    one_or_more(value).into_iter().map(text).collect()
}

fn principals(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(kinds) => {
            let named = |(kind, names): (&String, &Value)| {
                let names = texts(names).into_iter();
                names.map(|name| (kind.clone(), name)).collect::<Vec<_>>()
            };
            kinds.iter().flat_map(named).collect()
        }
        other => texts(other)
            .into_iter()
            .map(|name| ("*".to_owned(), name))
            .collect(),
    }
}

fn conditions(value: &Value) -> Vec<Condition> {
    let operators = value.as_object().into_iter().flatten();
    let of_operator = |(operator, keys): (&String, &Value)| {
        let keys = keys.as_object().into_iter().flatten();
        let condition = |(key, values): (&String, &Value)| Condition {
            operator: operator.clone(),
            key: key.clone(),
            values: texts(values),
        };
        keys.map(condition).collect::<Vec<_>>()
    };
    operators.flat_map(of_operator).collect()
}
