//! As much of CloudFormation as the tests need: a stack a region, which goes as it is told to.
//!
//! The answers have the form of the Query protocol, errors that of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html>.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use crate::provision::fake::{self, World};
use crate::target::Target;
use crate::target::fake::Asked;

/// How CloudFormation goes on after a call that begins something.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Course {
    /// Events as `RESOURCE KIND STATUS REASON`, the oldest first.
    pub(in super::super) events: Vec<&'static str>,
    /// The status at the end.
    pub(in super::super) status: &'static str,
}

impl Course {
    pub(in super::super) fn new(status: &'static str, events: &[&'static str]) -> Self {
        Self {
            events: events.to_vec(),
            status,
        }
    }
}

/// A stack there.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct FakeStack {
    pub(in super::super) id: String,
    pub(in super::super) status: String,
    pub(in super::super) outputs: Vec<(&'static str, &'static str)>,
    pub(in super::super) parameters: BTreeMap<String, String>,
    /// Resources as `NAME KIND STATUS PHYSICAL`.
    pub(in super::super) resources: Vec<String>,
    pub(in super::super) events: Vec<String>,
    /// What its status becomes once somebody has looked at it.
    pub(in super::super) next: Option<&'static str>,
}

/// What stands in one region.
#[derive(Debug, Default)]
pub(in super::super) struct Region {
    pub(in super::super) stack: Option<FakeStack>,
    pub(in super::super) deleted: Vec<FakeStack>,
    /// The course of the next creation, update or deletion.
    pub(in super::super) course: Course,
    /// The outputs that a new stack has.
    pub(in super::super) outputs: Vec<(&'static str, &'static str)>,
    /// Refusals, by the call.
    pub(in super::super) refusals: BTreeMap<&'static str, (u16, &'static str, &'static str)>,
    /// The parameters of the last creation or update.
    pub(in super::super) given: BTreeMap<String, String>,
    /// Whether it knows no template but one that is in the call.
    pub(in super::super) forgets_templates: bool,
    /// The template that it gives out.
    pub(in super::super) template: &'static str,
    /// The template of the last update; empty where it was the one before.
    pub(in super::super) updated_to: String,
    /// The calls, in order.
    pub(in super::super) calls: Vec<String>,
    made: usize,
}

pub(in super::super) const HOSTS: [&str; 2] = ["source.test", "destination.test"];

/// Both regions, by host.
pub(in super::super) type Regions = Arc<Mutex<BTreeMap<&'static str, Region>>>;

/// A target with both regions, in which stacks come up, and with S3.
pub(in super::super) fn cloud() -> (Target, Regions, World) {
    let regions = Regions::default();
    for (host, outputs) in HOSTS.into_iter().zip([
        vec![
            ("SourceBucketName", "primary"),
            ("SourceRegion", "ap-northeast-1"),
        ],
        vec![
            ("DestinationBucketName", "secondary"),
            ("DestinationRegion", "us-east-1"),
            ("DestinationAccountId", "222222222222"),
        ],
    ]) {
        let region = Region {
            course: Course::new(
                "CREATE_COMPLETE",
                &["Bucket AWS::S3::Bucket CREATE_COMPLETE"],
            ),
            outputs,
            ..Region::default()
        };
        regions.lock().unwrap().insert(host, region);
    }
    let shared = Arc::clone(&regions);
    let (target, world, _) = fake::s3(move |asked| answer(&shared, asked));
    (target, regions, world)
}

/// Something in the region of this host.
pub(in super::super) fn at<T>(
    regions: &Regions,
    host: &str,
    then: impl FnOnce(&mut Region) -> T,
) -> T {
    then(regions.lock().unwrap().get_mut(host).unwrap())
}

fn answer(regions: &Regions, asked: &Asked) -> Option<(u16, String)> {
    let form: BTreeMap<String, String> = asked
        .body
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect();
    let action = form.get("Action")?.clone();
    let mut regions = regions.lock().unwrap();
    let region = regions.get_mut(asked.host.as_str())?;
    region.calls.push(action.clone());
    if let Some((status, code, message)) = region.refusals.get(action.as_str()) {
        return Some((*status, error(code, message)));
    }
    // <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html>; the
    // words are LocalStack's.
    if region.forgets_templates && form.contains_key("UsePreviousTemplate") {
        let message = "Specify exactly one of 'TemplateBody' or 'TemplateUrl'";
        return Some((400, error("ValidationError", message)));
    }
    let name = form.get("StackName").cloned().unwrap_or_default();
    let Some(result) = region.answer(&action, &name, &form) else {
        let message = format!("Stack with id {name} does not exist");
        return Some((400, error("ValidationError", &message)));
    };
    let result = format!("<{action}Result>{result}</{action}Result>");
    Some((
        200,
        format!("<{action}Response>{result}</{action}Response>"),
    ))
}

fn decoded(text: &str) -> String {
    urlencoding::decode(&text.replace('+', " "))
        .unwrap()
        .into_owned()
}

fn error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
}

impl Region {
    fn answer(
        &mut self,
        action: &str,
        name: &str,
        form: &BTreeMap<String, String>,
    ) -> Option<String> {
        Some(match action {
            "GetTemplateSummary" => summary(&form["TemplateBody"]),
            "ListStacks" => self.listing(),
            "CreateStack" => {
                self.made += 1;
                let id = format!("arn:stack/{name}/{}", self.made);
                self.given = parameters(form);
                let stack = FakeStack {
                    id: id.clone(),
                    outputs: self.outputs.clone(),
                    ..FakeStack::default()
                };
                self.stack = Some(self.course.begin(stack, "CREATE_IN_PROGRESS"));
                format!("<StackId>{id}</StackId>")
            }
            "UpdateStack" => {
                let stack = self.stack.take()?;
                self.updated_to = form.get("TemplateBody").cloned().unwrap_or_default();
                self.given = parameters(form);
                self.stack = Some(self.course.begin(stack, "UPDATE_IN_PROGRESS"));
                String::new()
            }
            "DeleteStack" => {
                let mut stack = self.course.begin(self.stack.take()?, "DELETE_IN_PROGRESS");
                if self.course.status != "DELETE_COMPLETE" {
                    self.stack = Some(stack);
                    return Some(String::new());
                }
                for resource in &mut stack.resources {
                    *resource = resource.replace("CREATE_COMPLETE", "DELETE_SKIPPED");
                }
                self.deleted.push(stack);
                String::new()
            }
            "DescribeStacks" => {
                let stack = self.find(name)?;
                let description = description(stack);
                if let Some(next) = stack.next.take() {
                    next.clone_into(&mut stack.status);
                }
                description
            }
            "GetTemplate" => format!("<TemplateBody>{}</TemplateBody>", self.template),
            "DescribeStackEvents" => events(self.find(name)?),
            "ListStackResources" => resources(self.find(name)?),
            other => panic!("nobody answers {other}"),
        })
    }

    fn find(&mut self, name: &str) -> Option<&mut FakeStack> {
        let is_meant = |stack: &&mut FakeStack| stack.id == name;
        match &mut self.stack {
            Some(stack) if stack.id == name || !name.starts_with("arn:") => Some(stack),
            _ => self.deleted.iter_mut().find(is_meant),
        }
    }

    fn listing(&self) -> String {
        let mut members = String::new();
        for (number, stack) in self.deleted.iter().enumerate() {
            write!(
                members,
                "<member><StackName>archive</StackName><StackId>{}</StackId>\
                 <StackStatus>DELETE_COMPLETE</StackStatus>\
                 <CreationTime>2026-11-24T10:00:00Z</CreationTime>\
                 <DeletionTime>2026-11-24T10:00:0{number}Z</DeletionTime></member>",
                stack.id
            )
            .unwrap();
        }
        format!("<StackSummaries>{members}</StackSummaries>")
    }
}

impl Course {
    fn begin(&self, mut stack: FakeStack, status: &'static str) -> FakeStack {
        let own = format!("archive AWS::CloudFormation::Stack {status} User Initiated");
        stack.events.push(own);
        stack
            .events
            .extend(self.events.iter().map(|&event| event.to_owned()));
        status.clone_into(&mut stack.status);
        stack.next = Some(self.status);
        stack
    }
}

fn parameters(form: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut given = BTreeMap::new();
    for number in 1.. {
        let part = |part: &str| form.get(&format!("Parameters.member.{number}.{part}"));
        let Some(key) = part("ParameterKey") else {
            break;
        };
        let value = part("ParameterValue").cloned();
        given.insert(
            key.clone(),
            value.unwrap_or_else(|| "(as before)".to_owned()),
        );
    }
    given
}

/// The names under `Parameters:`, by their indentation.
fn summary(template: &str) -> String {
    let below = template
        .lines()
        .skip_while(|line| *line != "Parameters:")
        .skip(1);
    let section = below.take_while(|line| line.is_empty() || line.starts_with(' '));
    let names = section.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let mut members = String::new();
    for name in names.map(|line| line.trim().trim_end_matches(':')) {
        write!(
            members,
            "<member><ParameterKey>{name}</ParameterKey></member>"
        )
        .unwrap();
    }
    format!("<Parameters>{members}</Parameters>")
}

fn description(stack: &FakeStack) -> String {
    let member = |kind: &str, key: &str, value: &str| {
        format!("<member><{kind}Key>{key}</{kind}Key><{kind}Value>{value}</{kind}Value></member>")
    };
    let outputs = stack.outputs.iter();
    let outputs: String = outputs
        .map(|(key, value)| member("Output", key, value))
        .collect();
    let parameters = stack.parameters.iter();
    let parameters: String = parameters
        .map(|(key, value)| member("Parameter", key, value))
        .collect();
    format!(
        "<Stacks><member><StackName>archive</StackName><StackId>{}</StackId>\
         <StackStatus>{}</StackStatus><CreationTime>2026-11-24T10:00:00Z</CreationTime>\
         <Outputs>{outputs}</Outputs><Parameters>{parameters}</Parameters></member></Stacks>",
        stack.id, stack.status
    )
}

/// The newest first, as CloudFormation has them.
fn events(stack: &FakeStack) -> String {
    let mut members = String::new();
    for (number, event) in stack.events.iter().enumerate().rev() {
        let mut words = event.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default();
        write!(
            members,
            "<member><StackId>{}</StackId><EventId>event-{number}</EventId>\
             <StackName>archive</StackName><Timestamp>2026-11-24T10:00:00Z</Timestamp>\
             <LogicalResourceId>{}</LogicalResourceId><ResourceType>{}</ResourceType>\
             <ResourceStatus>{}</ResourceStatus>\
             <ResourceStatusReason>{}</ResourceStatusReason></member>",
            stack.id,
            word(),
            word(),
            word(),
            word()
        )
        .unwrap();
    }
    format!("<StackEvents>{members}</StackEvents>")
}

fn resources(stack: &FakeStack) -> String {
    let mut members = String::new();
    for resource in &stack.resources {
        let words: Vec<_> = resource.split(' ').collect();
        write!(
            members,
            "<member><LogicalResourceId>{}</LogicalResourceId><ResourceType>{}</ResourceType>\
             <ResourceStatus>{}</ResourceStatus><PhysicalResourceId>{}</PhysicalResourceId>\
             <LastUpdatedTimestamp>2026-11-24T10:00:00Z</LastUpdatedTimestamp></member>",
            words[0], words[1], words[2], words[3]
        )
        .unwrap();
    }
    format!("<StackResourceSummaries>{members}</StackResourceSummaries>")
}
