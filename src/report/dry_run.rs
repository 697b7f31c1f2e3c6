//! What a verb would do, before it may.

use std::fmt::Write;

use serde::Serialize;

use crate::cost::{Bill, Usage};

/// What a verb would do. Nothing was called to find it out.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DryRun {
    /// The verb.
    pub verb: String,
    /// Where, as whom, with what: a word, and what it is.
    pub facts: Vec<(String, String)>,
    /// What is done there, in order; a scenario's steps, a stack's resources.
    pub steps: Vec<Foreseen>,
    /// The requests, by phase and operation; empty where they were not rehearsed.
    pub requests: Vec<Requests>,
    /// How late replicas are where `most` is told.
    pub latest: std::time::Duration,
    /// What they cost; none where the target costs nothing.
    pub cost: Option<Cost>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// Something that would be done.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Foreseen {
    /// Its name.
    pub name: String,
    /// How it is done.
    pub how: String,
    /// Why it is left out, where it is.
    pub left_out: Option<String>,
}

impl Foreseen {
    /// Something that is done like this.
    #[must_use]
    pub fn new(name: impl Into<String>, how: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            how: how.into(),
            left_out: None,
        }
    }

    /// Something that is left out, and why.
    #[must_use]
    pub fn left_out(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            left_out: Some(why.into()),
            ..Self::new(name, "")
        }
    }
}

/// How often an operation would be asked of a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Requests {
    /// What for.
    pub phase: Phase,
    /// AWS's name of the operation.
    pub operation: String,
    /// The region.
    pub region: String,
    /// Where replicas are as late as usual.
    pub usual: u64,
    /// Where each is as late as it may be.
    pub most: u64,
}

/// What a request is for, as its operation tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// Makes and configures buckets, stacks and roles.
    Make,
    /// Writes, tags and deletes objects.
    Write,
    /// Changes nothing.
    Look,
    /// Removes what was made.
    Remove,
}

impl Phase {
    /// What an operation is for.
    #[must_use]
    pub fn of(operation: &str) -> Self {
        let begins = |words: &[&str]| words.iter().any(|word| operation.starts_with(word));
        match operation {
            "DeleteObject" => Self::Write,
            _ if begins(&["Get", "Head", "List", "Describe"]) => Self::Look,
            _ if begins(&["Delete", "Abort"]) => Self::Remove,
            _ if begins(&["PutObject", "CopyObject", "UploadPart"]) => Self::Write,
            _ if operation.ends_with("MultipartUpload") => Self::Write,
            _ => Self::Make,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Make => "makes and configures",
            Self::Write => "writes",
            Self::Look => "looks, and changes nothing",
            Self::Remove => "removes",
        }
    }
}

/// What the requests cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cost {
    /// Where replicas are as late as usual.
    pub usual: Bill,
    /// Where each is as late as it may be.
    pub most: Bill,
}

impl Cost {
    /// Two bills, for replicas as late as usual and as late as they may be.
    #[must_use]
    pub fn new(usual: Bill, most: Bill) -> Self {
        Self { usual, most }
    }
}

impl DryRun {
    /// A verb of which nothing is known yet.
    #[must_use]
    pub fn new(verb: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            facts: Vec::new(),
            steps: Vec::new(),
            requests: Vec::new(),
            latest: std::time::Duration::ZERO,
            cost: None,
            notes: Vec::new(),
        }
    }

    /// Adds a fact.
    pub fn fact(&mut self, word: &str, what: impl Into<String>) {
        self.facts.push((word.to_owned(), what.into()));
    }

    /// Takes over what two rehearsals have asked.
    pub fn rehearsed(&mut self, usual: &Usage, most: &Usage) {
        let mut usual = usual.clone();
        let mut requests: Vec<_> = most
            .requests
            .iter()
            .map(|asked| {
                let (source, region, operation) =
                    (asked.of_source, &asked.region, &asked.operation);
                Requests {
                    phase: Phase::of(operation),
                    operation: operation.clone(),
                    region: region.clone(),
                    usual: usual.of(source, region, operation).attempts,
                    most: asked.attempts,
                }
            })
            .filter(|requests| requests.most > 0)
            .collect();
        requests.sort_by_key(|requests| requests.phase);
        self.requests = requests;
    }
}

/// The dry run for people.
#[must_use]
pub fn dry_run(seen: &DryRun) -> String {
    let mut text = format!("dry run of {}: nothing was called\n\n", seen.verb);
    for (word, what) in &seen.facts {
        writeln!(text, "  {word:<11} {what}").expect("a String takes it");
    }
    text.push_str(&steps(seen));
    text.push_str(&requests(seen));
    if let Some(cost) = &seen.cost {
        text.push_str(&prices(cost, seen.latest));
    }
    for note in &seen.notes {
        write!(text, "\n\nnote: {note}").expect("a String takes it");
    }
    text
}

/// The dry run for programs.
///
/// # Panics
/// Never: it holds no map whose keys are no text.
#[must_use]
pub fn dry_run_json(seen: &DryRun) -> String {
    serde_json::to_string_pretty(seen).expect("every key is a text")
}

fn steps(seen: &DryRun) -> String {
    let mut text = String::new();
    for step in &seen.steps {
        let line = match &step.left_out {
            None => format!("\n  ·  {}\n       {}", step.name, step.how),
            Some(why) => format!("\n  –  {}: left out, {why}", step.name),
        };
        text.push_str(&line);
    }
    text
}

fn requests(seen: &DryRun) -> String {
    let (mut text, mut phase) = (String::new(), None);
    for asked in &seen.requests {
        if phase.replace(asked.phase) != Some(asked.phase) {
            write!(text, "\n\n  {}", asked.phase.heading()).expect("a String takes it");
        }
        let (operation, region) = (&asked.operation, &asked.region);
        let count = match asked.usual == asked.most {
            true => asked.most.to_string(),
            false => format!("{} to {}", asked.usual, asked.most),
        };
        write!(text, "\n     {operation:<36} {region:<16} {count:>16}").expect("a String takes it");
    }
    text
}

fn prices(cost: &Cost, latest: std::time::Duration) -> String {
    let mut text = String::from("\n\n  costs, in USD");
    let same = |line: &&crate::cost::Line, other: &crate::cost::Line| {
        (&line.what, &line.region) == (&other.what, &other.region)
    };
    for line in &cost.most.lines {
        let usual = cost.usual.lines.iter().find(|usual| same(usual, line));
        let usual = usual.map_or(0.0, |usual| usual.usd);
        let (what, region, most) = (&line.what, &line.region, line.usd);
        write!(
            text,
            "\n     {what:<36} {region:<16} {usual:>7.4} {most:>8.4}"
        )
        .expect("a String takes it");
    }
    let (usual, most, dates) = (cost.usual.usd, cost.most.usd, &cost.most.prices_of);
    write!(
        text,
        "\n     {:<53} {usual:>7.4} {most:>8.4}\n     by the list prices of {dates}: with replicas as \
         late as usual,\n     and where each takes {latest:?}",
        "in all"
    )
    .expect("a String takes it");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_for_what_its_name_says() {
        for (operation, phase) in [
            ("CreateBucket", Phase::Make),
            ("PutBucketReplication", Phase::Make),
            ("PutPublicAccessBlock", Phase::Make),
            ("UpdateStack", Phase::Make),
            ("PutObject", Phase::Write),
            ("CreateMultipartUpload", Phase::Write),
            ("DeleteObject", Phase::Write),
            ("HeadObject", Phase::Look),
            ("GetCallerIdentity", Phase::Look),
            ("DescribeStacks", Phase::Look),
            ("DeleteObjects", Phase::Remove),
            ("AbortMultipartUpload", Phase::Remove),
            ("DeleteBucketReplication", Phase::Remove),
        ] {
            assert_eq!(Phase::of(operation), phase, "{operation}");
        }
    }

    #[test]
    fn phases_come_in_their_order_with_both_counts() {
        let (mut usual, mut most) = (Usage::default(), Usage::default());
        for (usage, looks) in [(&mut usual, 3), (&mut most, 70)] {
            usage.of(false, "us-east-1", "HeadObject").attempts = looks;
            usage.of(true, "ap-northeast-1", "PutObject").attempts = 2;
            usage.of(true, "ap-northeast-1", "CreateBucket").attempts = 1;
        }
        let mut seen = DryRun::new("run");
        seen.fact("account", "111122223333");
        seen.steps = vec![Foreseen::left_out("tags", "the target does not offer it")];
        seen.rehearsed(&usual, &most);
        let text = dry_run(&seen);
        let place = |word: &str| {
            text.find(word)
                .unwrap_or_else(|| panic!("{word} in {text}"))
        };
        assert!(place("nothing was called") < place("111122223333"));
        assert!(place("CreateBucket") < place("PutObject"));
        assert!(place("PutObject") < place("HeadObject"));
        assert!(
            text.contains("3 to 70") && text.contains("tags: left out"),
            "{text}"
        );
        let document: serde_json::Value = serde_json::from_str(&dry_run_json(&seen)).unwrap();
        assert_eq!(document["requests"][2]["phase"], "look");
    }
}
