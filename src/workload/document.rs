//! A replication configuration as XML, element by element, so that it can be wrong.
//!
//! `{role}`, and between braces a side (`{destination}`) or `{nowhere}`, stand for ARNs that are
//! known only when there is a pair.

/// A replication configuration as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    role: Option<String>,
    rules: Vec<Elements>,
}

/// The elements of a rule, by name, with what is in them.
type Elements = Vec<(String, String)>;

/// The order that S3's schema gives to a rule's elements.
const ORDER: [&str; 8] = [
    "ID",
    "Priority",
    "Prefix",
    "Filter",
    "Status",
    "SourceSelectionCriteria",
    "Destination",
    "DeleteMarkerReplication",
];

impl Document {
    /// One enabled V2 rule for every object, to the first destination.
    #[must_use]
    pub fn v2() -> Self {
        Self::of_a_rule("Filter", "<Prefix></Prefix>")
            .with("Priority", "1")
            .with("DeleteMarkerReplication", "<Status>Disabled</Status>")
    }

    /// One enabled V1 rule for every object, to the first destination.
    #[must_use]
    pub fn v1() -> Self {
        Self::of_a_rule("Prefix", "")
    }

    fn of_a_rule(element: &str, content: &str) -> Self {
        let rule = Self {
            role: Some("{role}".to_owned()),
            rules: vec![Vec::new()],
        };
        rule.with("ID", "rule")
            .with("Status", "Enabled")
            .with(element, content)
            .to("{destination}")
    }

    /// Sets an element of the last rule.
    #[must_use]
    pub fn with(mut self, element: &str, content: impl Into<String>) -> Self {
        self = self.without(element);
        if let Some(rule) = self.rules.last_mut() {
            rule.push((element.to_owned(), content.into()));
        }
        self
    }

    /// Leaves an element out of the last rule.
    #[must_use]
    pub fn without(mut self, element: &str) -> Self {
        if let Some(rule) = self.rules.last_mut() {
            rule.retain(|(name, _)| name != element);
        }
        self
    }

    /// Sends the last rule's replicas to this ARN.
    #[must_use]
    pub fn to(self, arn: &str) -> Self {
        self.with("Destination", format!("<Bucket>{arn}</Bucket>"))
    }

    /// Adds the rules of another document.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.rules.extend(other.rules);
        self
    }

    /// Has no rule.
    #[must_use]
    pub fn without_rules(mut self) -> Self {
        self.rules.clear();
        self
    }

    /// Has no role.
    #[must_use]
    pub fn without_role(mut self) -> Self {
        self.role = None;
        self
    }

    /// Has the last rule `count` times, with IDs and priorities of their own.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        let numbered = |number: usize| {
            let rule = self.clone().with("ID", format!("rule-{number}"));
            rule.with("Priority", number.to_string())
        };
        let rules = (1..=count).flat_map(|number| numbered(number).rules);
        Self {
            role: self.role.clone(),
            rules: rules.collect(),
        }
    }

    /// The document as XML.
    #[must_use]
    pub fn xml(&self) -> String {
        let role = self.role.iter().map(|role| element("Role", role));
        let rules = self.rules.iter().map(|rule| element("Rule", &inner(rule)));
        let content: String = role.chain(rules).collect();
        format!(
            "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             {content}</ReplicationConfiguration>"
        )
    }
}

fn inner(rule: &Elements) -> String {
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut sorted: Vec<_> = rule.iter().collect();
    sorted.sort_by_key(|(name, _)| place(name).unwrap_or(ORDER.len()));
    let parts = sorted.iter().map(|(name, content)| element(name, content));
    parts.collect()
}

fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_in_the_schemas_order_and_once() {
        let xml = Document::v2().with("Priority", "7").with("ID", "a").xml();
        let wanted = "<Role>{role}</Role><Rule><ID>a</ID><Priority>7</Priority>\
                      <Filter><Prefix></Prefix></Filter><Status>Enabled</Status>\
                      <Destination><Bucket>{destination}</Bucket></Destination>\
                      <DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>\
                      </Rule>";
        assert!(xml.contains(wanted), "expected {wanted}, seen {xml}");
    }

    #[test]
    fn what_is_left_out_is_not_there() {
        let xml = Document::v1().without("Status").without_role().xml();
        assert!(!xml.contains("Status") && !xml.contains("Role>"), "{xml}");
        let xml = Document::v2().without_rules().xml();
        assert!(!xml.contains("<Rule>"), "{xml}");
    }

    #[test]
    fn a_rule_many_times_has_as_many_ids_and_priorities() {
        let xml = Document::v2().times(3).xml();
        for number in 1..=3 {
            assert!(xml.contains(&format!("<ID>rule-{number}</ID><Priority>{number}<")));
        }
        assert_eq!(xml.matches("<Rule>").count(), 3);
    }
}
