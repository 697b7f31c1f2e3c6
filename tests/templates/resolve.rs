//! As much of CloudFormation's language as the two templates speak: what a template becomes under
//! given parameters, and which of its rules refuse them.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A template in its long form: `!Ref x` is `{"Ref": "x"}`.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) document: Value,
    region: &'static str,
    account: &'static str,
}

/// What a template becomes.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) resources: Value,
    pub(crate) outputs: Value,
}

impl Resolved {
    pub(crate) fn properties(&self, resource: &str) -> &Value {
        &self.resources[resource]["Properties"]
    }
}

impl Template {
    pub(crate) fn read(text: &str, region: &'static str, account: &'static str) -> Self {
        let yaml: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).unwrap();
        let document = long_form(yaml);
        Self {
            document,
            region,
            account,
        }
    }

    pub(crate) fn resolve(&self, given: &[(&str, &str)]) -> Resolved {
        let scope = self.scope(given);
        let section = |name: &str| {
            let entries = self.document[name].as_object().unwrap().iter();
            let there = entries.filter(|(_, body)| match &body["Condition"] {
                Value::String(name) => scope.condition(name),
                _ => true,
            });
            let resolved = there.map(|(name, body)| (name.clone(), scope.value(body).unwrap()));
            Value::Object(resolved.collect())
        };
        Resolved {
            resources: section("Resources"),
            outputs: section("Outputs"),
        }
    }

    /// The descriptions of the assertions that do not hold.
    pub(crate) fn refusals(&self, given: &[(&str, &str)]) -> Vec<String> {
        let scope = self.scope(given);
        let rules = self.document["Rules"].as_object().unwrap().values();
        let in_force = rules.filter(|rule| scope.holds(&rule["RuleCondition"]));
        let assertions = in_force.flat_map(|rule| rule["Assertions"].as_array().unwrap());
        let broken = assertions.filter(|assertion| !scope.holds(&assertion["Assert"]));
        broken
            .map(|assertion| text(&assertion["AssertDescription"]))
            .collect()
    }

    fn scope(&self, given: &[(&str, &str)]) -> Scope<'_> {
        let declared = self.document["Parameters"].as_object().unwrap();
        let mut parameters: BTreeMap<_, _> = declared
            .iter()
            .map(|(name, body)| (name.clone(), plain(&body["Default"])))
            .collect();
        for (name, value) in given {
            let before = parameters.insert((*name).to_owned(), (*value).to_owned());
            assert!(before.is_some(), "the template has no parameter {name}");
            let allowed = &declared[*name]["AllowedValues"];
            let is_allowed = allowed
                .as_array()
                .is_none_or(|allowed| allowed.iter().any(|one| plain(one) == *value));
            assert!(is_allowed, "{name}={value} is none of {allowed}");
        }
        Scope {
            template: self,
            parameters,
        }
    }
}

struct Scope<'a> {
    template: &'a Template,
    parameters: BTreeMap<String, String>,
}

impl Scope<'_> {
    /// A value with its functions carried out; nothing where it is `AWS::NoValue`.
    fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(all) => Some(all.iter().filter_map(|one| self.value(one)).collect()),
            Value::Object(map) => match function(map) {
                Some(("Ref", name)) => self.reference(&text(name)).map(Value::String),
                Some(("Fn::GetAtt", of)) => Some(json!(self.arn(&text(&of[0])))),
                Some(("Fn::Sub", sub)) => Some(json!(self.substituted(sub))),
                Some(("Fn::If", branches)) => {
                    let branch = if self.condition(&text(&branches[0])) {
                        1
                    } else {
                        2
                    };
                    self.value(&branches[branch])
                }
                _ => {
                    let each = map
                        .iter()
                        .filter_map(|(key, one)| Some((key.clone(), self.value(one)?)));
                    Some(Value::Object(each.collect()))
                }
            },
            other => Some(other.clone()),
        }
    }

    fn condition(&self, name: &str) -> bool {
        let condition = &self.template.document["Conditions"][name];
        assert!(!condition.is_null(), "there is no condition {name}");
        self.holds(condition)
    }

    fn holds(&self, condition: &Value) -> bool {
        let map = condition.as_object().unwrap();
        let each = |all: &Value| -> Vec<bool> {
            let all = all.as_array().unwrap().iter();
            all.map(|one| self.holds(one)).collect()
        };
        match function(map).unwrap() {
            ("Condition", name) => self.condition(&text(name)),
            ("Fn::Equals", both) => self.value(&both[0]) == self.value(&both[1]),
            ("Fn::Not", one) => !self.holds(&one[0]),
            ("Fn::And", all) => each(all).into_iter().all(|holds| holds),
            ("Fn::Or", all) => each(all).into_iter().any(|holds| holds),
            (other, _) => panic!("{other} is no condition"),
        }
    }

    fn reference(&self, name: &str) -> Option<String> {
        let pseudo = match name {
            "AWS::NoValue" => return None,
            "AWS::Region" => self.template.region,
            "AWS::AccountId" => self.template.account,
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::StackName" => "s3-replication",
            "AWS::StackId" => "the-stack-id",
            _ => "",
        };
        let parameter = self.parameters.get(name).cloned();
        let known = (!pseudo.is_empty()).then(|| pseudo.to_owned());
        known.or(parameter).or_else(|| self.physical_id(name))
    }

    fn physical_id(&self, resource: &str) -> Option<String> {
        let properties = &self.template.document["Resources"][resource]["Properties"];
        assert!(!properties.is_null(), "nothing is called {resource}");
        let named = ["BucketName", "RoleName"].into_iter();
        let name = named.map(|name| &properties[name]).find(|v| !v.is_null());
        name.and_then(|name| self.value(name))
            .map(|name| text(&name))
    }

    fn arn(&self, resource: &str) -> String {
        let body = &self.template.document["Resources"][resource];
        let (account, region) = (self.template.account, self.template.region);
        match body["Type"].as_str().unwrap() {
            "AWS::IAM::Role" => {
                let path = text(&self.value(&body["Properties"]["Path"]).unwrap());
                let name = self.physical_id(resource).unwrap();
                format!("arn:aws:iam::{account}:role{path}{name}")
            }
            "AWS::KMS::Key" => format!("arn:aws:kms:{region}:{account}:key/{resource}"),
            other => panic!("{other} has no ARN here"),
        }
    }

    fn substituted(&self, sub: &Value) -> String {
        let (mut rest, own) = match sub {
            Value::String(pattern) => (pattern.as_str(), &Value::Null),
            both => (both[0].as_str().unwrap(), &both[1]),
        };
        let mut done = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').unwrap();
            let value = match &own[name] {
                Value::Null => self.reference(name),
                own => self.value(own).map(|own| text(&own)),
            };
            done = done + before + &value.unwrap();
            rest = after;
        }
        done + rest
    }
}

/// The only key of a map that is a function.
fn function(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, value) = map.iter().next().filter(|_| map.len() == 1)?;
    let is_function = name.starts_with("Fn::") || name == "Ref" || name == "Condition";
    // A policy statement has a `Condition` too, and that is a map.
    (is_function && !(name == "Condition" && value.is_object())).then_some((name, value))
}

fn long_form(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Tagged(tagged) => {
            let (tag, value) = (tagged.tag.to_string(), long_form(tagged.value));
            let name = match tag.trim_start_matches('!') {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            let value = match (name.as_str(), value.as_str()) {
                ("Fn::GetAtt", Some(path)) => path.split('.').collect(),
                _ => value,
            };
            json!({ name: value })
        }
        Yaml::Mapping(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| (key.as_str().unwrap().to_owned(), long_form(value)))
                .collect(),
        ),
        Yaml::Sequence(all) => all.into_iter().map(long_form).collect(),
        plain => serde_json::to_value(plain).unwrap(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A parameter's value as CloudFormation has it, which is always text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
