//! The policies of the verbs that call CloudFormation are what they ask of it, and no more.

use std::collections::BTreeSet;

use super::removal::standing;
use super::*;
use crate::policy::{Actions, Kind};

/// What a verb's policy allows of CloudFormation, as its operations.
fn allowed(verb: &str) -> BTreeSet<String> {
    let table = Actions::built_in();
    let is_of_cloudformation = |operation: &&String| {
        let actions = table.of_operation(operation).unwrap();
        actions
            .iter()
            .any(|action| action.starts_with("cloudformation:"))
    };
    let operations = table.verbs[verb].iter();
    operations.filter(is_of_cloudformation).cloned().collect()
}

fn asked(regions: &Regions) -> BTreeSet<String> {
    HOSTS.iter().flat_map(|host| calls(regions, host)).collect()
}

fn set(operations: &[&str]) -> BTreeSet<String> {
    operations
        .iter()
        .map(|&operation| operation.to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn stack_up_asks_what_its_policy_allows() {
    let (target, regions, _) = cloud();
    raised(&target, &request()).await.unwrap();
    for host in HOSTS {
        at(&regions, host, |region| {
            region.course =
                Course::new("UPDATE_COMPLETE", &["Rule AWS::S3::Bucket UPDATE_COMPLETE"]);
        });
    }
    raised(&target, &request()).await.unwrap();
    assert_eq!(asked(&regions), allowed("stack up"));
}

#[tokio::test(start_paused = true)]
async fn stack_status_asks_what_its_policy_allows() {
    let (target, regions, _) = cloud();
    status(&target, "archive").await.unwrap();
    assert_eq!(asked(&regions), allowed("stack status"));
}

#[tokio::test(start_paused = true)]
async fn stack_down_asks_what_its_policy_allows() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, "arn:stack/archive/0");
    down(&target, "archive", &|_| {}).await.unwrap();
    assert_eq!(asked(&regions), allowed("stack down"));
}

#[tokio::test(start_paused = true)]
async fn a_drill_asks_what_its_policy_allows_and_a_sweep_after_it_too() {
    let (target, regions, _) = cloud();
    stands(&regions, SOURCE, "CREATE_COMPLETE");
    at(&regions, SOURCE, |region| {
        let stack = region.stack.as_mut().unwrap();
        let none = |name: &str| (name.to_owned(), String::new());
        stack.parameters = ["DrillDeniedAction", "DrillPrefix"].map(none).into();
        region.course = Course::new(
            "UPDATE_COMPLETE",
            &["Rights AWS::IAM::Policy UPDATE_COMPLETE"],
        );
        // The template is only asked for where the server does not remember it.
        (region.forgets_templates, region.template) = (true, "Resources: {}");
    });
    drill::deny(&target, "archive", "s3:ReplicateObject", "run/drill/")
        .await
        .unwrap();
    let asked = asked(&regions);
    assert_eq!(asked, allowed("drill"));
    assert_eq!(asked, allowed("sweep"), "it restores by the same calls");
}

/// CloudFormation acts with the rights of its caller.
#[test]
fn a_drill_may_change_the_roles_policy_and_no_role_is_made_by_it() {
    let actions = |verb: &str| {
        let policy = Actions::built_in().of_verb(verb, &crate::policy::Scope::default());
        policy.unwrap().to_string()
    };
    assert!(actions("drill").contains("iam:PutRolePolicy"));
    assert!(!actions("drill").contains("iam:CreateRole"));
    assert!(actions("stack up").contains("iam:CreateRole"));
    let stacks = &Actions::built_in().operations[&Kind::Stack];
    assert!(
        stacks
            .keys()
            .cloned()
            .collect::<BTreeSet<_>>()
            .is_superset(&set(&["UpdateStack"]))
    );
}
