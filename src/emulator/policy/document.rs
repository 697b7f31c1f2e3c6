//! A policy document as IAM's JSON has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::condition::{Condition, Conditions};
use super::{Decision, Principal, Request, fits};

/// Why a policy document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(pub(crate) String);

/// What kind of policy a document is: which elements it must and must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Who may assume a role: principals, no resources.
    Trust,
    /// What a role may do: resources, no principals.
    Identity,
    /// Who may do what on a bucket: both.
    Bucket,
}

/// A policy that was understood.
#[derive(Debug, Clone)]
pub(in super::super) struct Document {
    statements: Vec<Statement>,
}

impl Document {
    /// Reads a document.
    pub(in super::super) fn read(
        json: &serde_json::Value,
        kind: Kind,
    ) -> Result<Self, PolicyError> {
        let wrong = |error: serde_json::Error| PolicyError(format!("no policy document: {error}"));
        let raw: Raw = serde_json::from_value(json.clone()).map_err(wrong)?;
        let known = ["2012-10-17", "2008-10-17"];
        if raw
            .version
            .is_some_and(|version| !known.contains(&version.as_str()))
        {
            return Err(PolicyError("the policy's version is 2012-10-17".to_owned()));
        }
        let statements = raw.statement.into_vec().into_iter();
        let statements = statements.map(|raw| Statement::read(raw, kind));
        Ok(Self {
            statements: statements.collect::<Result<_, _>>()?,
        })
    }

    /// What it says of a request.
    pub(in super::super) fn decide(&self, request: &Request<'_>) -> Decision {
        let applying = self.statements.iter().filter(|one| one.applies(request));
        Decision::together(applying.map(|one| one.effect))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Raw {
    version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    statement: OneOrMany<RawStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawStatement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: String,
    principal: Option<RawPrincipal>,
    not_principal: Option<RawPrincipal>,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    condition: Option<Conditions>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawPrincipal {
    Everybody(String),
    Named(BTreeMap<String, OneOrMany<String>>),
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(super) fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Debug, Clone)]
struct Statement {
    effect: Decision,
    principals: Option<Named<Vec<(String, String)>>>,
    actions: Named<Vec<String>>,
    resources: Option<Named<Vec<String>>>,
    conditions: Vec<Condition>,
}

/// What is named, or everything but that.
#[derive(Debug, Clone)]
enum Named<T> {
    These(T),
    AllBut(T),
}

impl<T> Named<T> {
    /// One of an element and its `Not…`; none where there is neither.
    fn read(
        element: &str,
        these: Option<T>,
        all_but: Option<T>,
    ) -> Result<Option<Self>, PolicyError> {
        match (these, all_but) {
            (Some(_), Some(_)) => Err(PolicyError(format!(
                "a statement has {element} or Not{element}, not both"
            ))),
            (Some(these), None) => Ok(Some(Self::These(these))),
            (None, Some(others)) => Ok(Some(Self::AllBut(others))),
            (None, None) => Ok(None),
        }
    }

    fn holds(&self, fits: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::These(these) => fits(these),
            Self::AllBut(others) => !fits(others),
        }
    }
}

impl Statement {
    fn read(raw: RawStatement, kind: Kind) -> Result<Self, PolicyError> {
        let effect = match raw.effect.as_str() {
            "Allow" => Decision::Allowed,
            "Deny" => Decision::Denied,
            other => {
                return Err(PolicyError(format!(
                    "the effect {other:?} is Allow or Deny"
                )));
            }
        };
        let list = |list: Option<OneOrMany<String>>| list.map(OneOrMany::into_vec);
        let principals = (
            raw.principal.map(principals),
            raw.not_principal.map(principals),
        );
        let principals = Named::read("Principal", principals.0, principals.1)?;
        let actions = Named::read("Action", list(raw.action), list(raw.not_action))?;
        let resources = Named::read("Resource", list(raw.resource), list(raw.not_resource))?;
        must("Principal", principals.is_some(), kind != Kind::Identity)?;
        must("Resource", resources.is_some(), kind != Kind::Trust)?;
        must("Action", actions.is_some(), true)?;
        if let Some(Named::These(patterns) | Named::AllBut(patterns)) = &resources {
            no_variables(patterns)?;
        }
        Ok(Self {
            effect,
            principals,
            actions: actions.expect("a statement without an action was refused"),
            resources,
            conditions: Condition::read(raw.condition.unwrap_or_default())?,
        })
    }

    fn applies(&self, request: &Request<'_>) -> bool {
        let action = |patterns: &Vec<String>| {
            let fits = |pattern: &String| {
                fits(
                    &pattern.to_ascii_lowercase(),
                    &request.action.to_ascii_lowercase(),
                )
            };
            patterns.iter().any(fits)
        };
        let resource = |patterns: &Vec<String>| {
            let named = |name: &str| patterns.iter().any(|pattern| fits(pattern, name));
            request.resource.is_none_or(named)
        };
        let principal = |named: &Vec<(String, String)>| {
            named
                .iter()
                .any(|(kind, name)| is(request.principal, kind, name))
        };
        self.actions.holds(action)
            && self
                .resources
                .as_ref()
                .is_none_or(|named| named.holds(resource))
            && self
                .principals
                .as_ref()
                .is_none_or(|named| named.holds(principal))
            && self.conditions.iter().all(|one| one.holds(request.context))
    }
}

fn must(element: &str, is_there: bool, wanted: bool) -> Result<(), PolicyError> {
    match (is_there, wanted) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(PolicyError(format!(
            "a statement of this policy needs {element}"
        ))),
        (true, false) => Err(PolicyError(format!(
            "a statement of this policy has no {element}"
        ))),
    }
}

fn no_variables(patterns: &[String]) -> Result<(), PolicyError> {
    match patterns.iter().find(|pattern| pattern.contains("${")) {
        Some(pattern) => Err(PolicyError(format!(
            "the resource {pattern:?} holds a policy variable, and the embedded pair knows none"
        ))),
        None => Ok(()),
    }
}

/// Kind and name of each principal; `*` is everybody of every kind.
fn principals(raw: RawPrincipal) -> Vec<(String, String)> {
    match raw {
        RawPrincipal::Everybody(name) => vec![("*".to_owned(), name)],
        RawPrincipal::Named(kinds) => {
            let each = |(kind, names): (String, OneOrMany<String>)| {
                let names = names.into_vec().into_iter();
                names.map(move |name| (kind.clone(), name))
            };
            kinds.into_iter().flat_map(each).collect()
        }
    }
}

/// Whether somebody is meant. An account's ID, or its root, means every role of that account.
fn is(somebody: Principal<'_>, kind: &str, name: &str) -> bool {
    match (somebody, kind) {
        (_, "*") => name == "*",
        (Principal::Service(service), "Service") => name == service,
        (Principal::Role { arn, account }, "AWS") => {
            let root = |partition: &str| name == format!("arn:{partition}:iam::{account}:root");
            name == "*"
                || name == arn
                || name == account
                || ["aws", "aws-cn", "aws-us-gov"].into_iter().any(root)
        }
        _ => false,
    }
}
