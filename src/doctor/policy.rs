//! Policy documents of IAM, S3 and KMS, and what they decide.
//!
//! The evaluation follows AWS's logic: an explicit Deny wins, then an Allow, else nothing is
//! allowed. A condition on a key that is not known here decides nothing: the answer is then
//! [`Decision::Depends`], never a guess.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod condition;
mod parse;

use std::collections::BTreeMap;

use serde::Serialize;

use condition::Condition;

/// A policy document, or several as one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Policy {
    statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Statement {
    sid: Option<String>,
    allow: bool,
    /// Whom it is about; none in a policy that hangs on its principal.
    principals: Option<Selection<(String, String)>>,
    actions: Selection<String>,
    resources: Selection<String>,
    conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Selection<T> {
    not: bool,
    values: Vec<T>,
}

/// Who wants to do what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The ARN of the role that acts; empty where a service does.
    pub role: String,
    /// The service that acts, such as `s3.amazonaws.com`; empty where a role does.
    pub service: String,
    /// What is done (`s3:ReplicateObject`).
    pub action: String,
    /// To what.
    pub resource: String,
    /// The condition keys that are known, in lower case.
    pub context: BTreeMap<String, String>,
    /// Whether only statements count that name the one who asks, and not those that leave it to
    /// its account.
    pub by_name_only: bool,
}

impl Request {
    /// A request of a role.
    #[must_use]
    pub fn of_role(role: &str, action: &str, resource: &str) -> Self {
        let known = [
            ("aws:securetransport", "true"),
            ("aws:principalarn", role),
            ("aws:principalaccount", account(role)),
            ("aws:principalisawsservice", "false"),
        ];
        let known = known.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self {
            role: role.to_owned(),
            service: String::new(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: known.into(),
            by_name_only: false,
        }
    }

    /// A request of S3 itself, to assume a role.
    #[must_use]
    pub fn of_s3() -> Self {
        Self {
            service: "s3.amazonaws.com".to_owned(),
            action: "sts:AssumeRole".to_owned(),
            ..Self::default()
        }
    }

    /// Leaves out what is allowed to an account, for its own policies to decide.
    #[must_use]
    pub fn by_name(mut self) -> Self {
        self.by_name_only = true;
        self
    }

    /// Makes a condition key known.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.insert(key.to_ascii_lowercase(), value.into());
        self
    }
}

/// The account of an ARN; empty where it names none.
#[must_use]
pub(super) fn account(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// What policies decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed.
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it; its Sid, or its number.
    Denied(String),
    /// It depends on a condition that is not known here.
    Depends(String),
}

/// Whether a statement is about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Applies {
    Yes,
    No,
    Perhaps(String),
}

impl Policy {
    /// Puts several policies into one; it decides as they do together.
    #[must_use]
    pub fn joined(policies: impl IntoIterator<Item = Self>) -> Self {
        let statements = policies.into_iter().flat_map(|policy| policy.statements);
        Self {
            statements: statements.collect(),
        }
    }

    /// What the policy decides.
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        let denial = self.denial(request);
        if matches!(denial, Some(Decision::Denied(_))) {
            return denial.unwrap_or(Decision::NotAllowed);
        }
        let mut perhaps = None;
        for (_, applies) in self.about(true, request) {
            match applies {
                Applies::Yes => return denial.unwrap_or(Decision::Allowed),
                Applies::Perhaps(condition) => perhaps = Some(Decision::Depends(condition)),
                Applies::No => {}
            }
        }
        match perhaps {
            Some(perhaps) => denial.unwrap_or(perhaps),
            None => Decision::NotAllowed,
        }
    }

    /// Whether a statement denies it, whatever others allow: [`Decision::Denied`],
    /// [`Decision::Depends`], or nothing.
    #[must_use]
    pub fn denial(&self, request: &Request) -> Option<Decision> {
        let mut perhaps = None;
        for (name, applies) in self.about(false, request) {
            match applies {
                Applies::Yes => return Some(Decision::Denied(name)),
                Applies::Perhaps(condition) => perhaps = Some(Decision::Depends(condition)),
                Applies::No => {}
            }
        }
        perhaps
    }

    fn about(&self, allow: bool, request: &Request) -> impl Iterator<Item = (String, Applies)> {
        let statements = self.statements.iter().enumerate();
        let statements = statements.filter(move |(_, statement)| statement.allow == allow);
        statements.map(|(number, statement)| {
            let numbered = || format!("statement {}", number + 1);
            let name = statement.sid.clone().unwrap_or_else(numbered);
            (name, statement.applies(request))
        })
    }
}

impl Statement {
    fn applies(&self, request: &Request) -> Applies {
        let action = |pattern: &String| {
            matches(
                &pattern.to_ascii_lowercase(),
                &request.action.to_ascii_lowercase(),
            )
        };
        let resource = |pattern: &String| matches(pattern, &request.resource);
        let principal = |named: &(String, String)| is_principal(named, request);
        let about = self.actions.selects(action)
            && self.resources.selects(resource)
            && self
                .principals
                .as_ref()
                .is_none_or(|p| p.selects(principal));
        if !about {
            return Applies::No;
        }
        let mut applies = Applies::Yes;
        for condition in &self.conditions {
            match condition.holds(&request.context) {
                Some(true) => {}
                Some(false) => return Applies::No,
                None => applies = Applies::Perhaps(condition.to_string()),
            }
        }
        applies
    }
}

impl<T> Selection<T> {
    fn selects(&self, is: impl Fn(&T) -> bool) -> bool {
        self.values.iter().any(is) != self.not
    }
}

/// Whether a named principal is the one who asks: by ARN, by account, or everybody.
fn is_principal((kind, name): &(String, String), request: &Request) -> bool {
    if name == "*" && (kind == "AWS" || kind == "*") {
        return true;
    }
    match kind.as_str() {
        "AWS" if !request.role.is_empty() => {
            let account = account(&request.role);
            let is_root = name.ends_with(":root") && self::account(name) == account;
            let is_account = name == account || is_root;
            *name == request.role || (is_account && !request.by_name_only)
        }
        "Service" => *name == request.service,
        _ => false,
    }
}

/// `*` for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star = None;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[place] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((star_at, star_place)) = star else {
                    return false;
                };
                star = Some((star_at, star_place + 1));
                (at, place) = (star_at + 1, star_place + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests;
