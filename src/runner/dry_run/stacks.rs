//! What would be made by two stacks, or removed.

use super::{may_begin, told};
use crate::error::Result;
use crate::provision::stacks::{Blueprint, OnFailure, Request};
use crate::report::{DryRun, Foreseen};
use crate::runner::Settings;

/// Looks ahead at `stack up`.
///
/// # Errors
/// [`Error::Usage`](crate::error::Error::Usage) for whatever would be refused before the first
/// call.
pub async fn up(settings: &Settings, request: &Request) -> Result<DryRun> {
    let mut seen = begun("stack up", settings, &request.name).await?;
    let parameters = request.parameters.iter();
    let parameters: Vec<_> = parameters
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    seen.fact("parameters", listed(&parameters));
    seen.fact(
        "capability",
        "CAPABILITY_NAMED_IAM: the source's stack names a role",
    );
    for (side, region, blueprint) in [
        (
            "destination",
            &settings.connect.destination_region,
            &request.destination,
        ),
        ("source", &settings.connect.source_region, &request.source),
    ] {
        let how = format!("CreateStack or UpdateStack: {}", made(blueprint));
        seen.steps.push(Foreseen::new(
            format!("the {side}'s stack in {region}"),
            how,
        ));
    }
    let canaries = "small objects below bucketpair-RUN/ until they arrive; removed by version ID";
    seen.steps.push(Foreseen::new("canaries", canaries));
    let failure = match request.on_failure {
        OnFailure::Rollback => "what was made is removed again, what was changed is changed back",
        OnFailure::Keep => "the stack stays as it is",
    };
    seen.steps.push(Foreseen::new("on a failure", failure));
    seen.notes.push(
        "CloudFormation, IAM and the policies cost nothing; a KMS key (Encryption=aws:kms) costs 1 \
         USD a month, and the buckets what is put into them"
            .to_owned(),
    );
    Ok(seen)
}

/// Looks ahead at `stack down`.
///
/// # Errors
/// As [`up`].
pub async fn down(settings: &Settings, name: &str, delete_data: bool) -> Result<DryRun> {
    let mut seen = begun("stack down", settings, name).await?;
    let (here, there) = (
        &settings.connect.source_region,
        &settings.connect.destination_region,
    );
    for (side, region) in [("source", here), ("destination", there)] {
        let how = "DeleteStack, and wait; buckets, their policies and keys are retained";
        seen.steps.push(Foreseen::new(
            format!("the {side}'s stack in {region}"),
            how,
        ));
    }
    let data = match delete_data {
        true => Foreseen::new(
            "the data",
            "DeleteBucketReplication, drain what is in flight, DeleteObjects of every version, \
             DeleteBucket: of the buckets whose tags say that these stacks made them",
        ),
        false => Foreseen::left_out("the data", "--delete-data is not given"),
    };
    seen.steps.push(data);
    Ok(seen)
}

async fn begun(verb: &str, settings: &Settings, name: &str) -> Result<DryRun> {
    may_begin_stacks(settings).await?;
    let mut seen = DryRun::new(verb);
    told(&mut seen, settings);
    seen.fact("stacks", format!("{name}, one in each region"));
    let first = "DescribeStacks in both regions: one that is being changed is refused";
    seen.steps.push(Foreseen::new("look", first));
    Ok(seen)
}

/// A role for fresh pairs is not asked for: the stacks make one.
async fn may_begin_stacks(settings: &Settings) -> Result<()> {
    let settings = Settings {
        stack: Some(String::new()),
        ..settings.clone()
    };
    may_begin(&settings).await
}

fn listed(parts: &[String]) -> String {
    match parts.is_empty() {
        true => "as they are, or the templates' defaults".to_owned(),
        false => parts.join(", "),
    }
}

/// The resources of a template, as its lines name them.
fn made(blueprint: &Blueprint) -> String {
    let own: Vec<_> = blueprint
        .parameters
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let with = match own.is_empty() {
        true => String::new(),
        false => format!(" with {}", own.join(", ")),
    };
    let resources = resources(&blueprint.template);
    match resources.is_empty() {
        true => format!("the resources of a template of your own{with}"),
        false => format!("{}{with}", resources.join(", ")),
    }
}

/// `NAME (TYPE)`, and `if CONDITION` where it has one, of a template in YAML with two spaces a
/// level; none of any other.
fn resources(template: &str) -> Vec<String> {
    let lines = template
        .lines()
        .skip_while(|line| *line != "Resources:")
        .skip(1);
    let section = lines.take_while(|line| !line.starts_with(|c: char| c.is_alphabetic()));
    let (mut found, mut name): (Vec<String>, _) = (Vec::new(), "");
    for line in section {
        if let Some(kind) = line.strip_prefix("    Type: AWS::") {
            found.push(format!("{name} (AWS::{kind})"));
        } else if let Some(condition) = line.strip_prefix("    Condition: ") {
            let last = found.last_mut().into_iter();
            last.for_each(|last| *last = format!("{last} if {condition}"));
        } else if line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':') {
            name = line.trim().trim_end_matches(':');
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Side;

    #[test]
    fn the_resources_of_both_templates_are_named() {
        let source = resources(&Blueprint::of(Side::Source).template).join("\n");
        for word in [
            "(AWS::S3::Bucket)",
            "(AWS::IAM::Role)",
            "(AWS::IAM::Policy)",
            "if ",
        ] {
            assert!(source.contains(word), "expected {word} in\n{source}");
        }
        let destination = resources(&Blueprint::of(Side::Destination(0)).template).join("\n");
        assert!(
            destination.contains("DestinationBucketPolicy"),
            "{destination}"
        );
        assert_eq!(resources("{\"Resources\": {}}"), Vec::<String>::new());
    }
}
