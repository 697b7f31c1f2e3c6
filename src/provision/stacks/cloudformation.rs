//! One stack at its endpoint: the calls.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, OnFailure as SdkOnFailure, Parameter, StackResourceSummary, StackStatus, Tag,
    TemplateStage,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::refusal::refused;
use super::{OnFailure, Request, Stack, StackEvent};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::target::Target;

/// Where a stack is, or will be.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) side: Side,
    pub(super) name: String,
    pub(super) region: String,
    /// Whether calls cost nothing, so that one can ask often.
    pub(super) is_near: bool,
    client: Client,
}

impl Place {
    pub(super) fn of(target: &Target, side: Side, name: &str) -> Self {
        let endpoint = crate::provision::endpoint(target, side);
        Self {
            side,
            name: name.to_owned(),
            region: endpoint.region.clone(),
            is_near: target.costs_nothing,
            client: endpoint.cloudformation(),
        }
    }

    /// How the stack is called in messages.
    pub(super) fn subject(&self) -> String {
        format!("{} in {}", self.name, self.region)
    }

    fn refused<E>(&self, actor: &str, error: &SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        refused(actor, &self.subject(), error)
    }

    /// The stack of this name, if there is one. CloudFormation says of one that is not there only
    /// that the request is not valid.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>
    pub(super) async fn find(&self) -> Result<Option<Stack>> {
        self.described(&self.name).await
    }

    /// The same by its ID, which a deleted stack keeps.
    pub(super) async fn described(&self, id: &str) -> Result<Option<Stack>> {
        let answer = self.client.describe_stacks().stack_name(id).send().await;
        match answer {
            Ok(answer) => Ok(answer.stacks().first().map(|s| Stack::read(s, self))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(self.refused("DescribeStacks", &error)),
        }
    }

    /// The IDs of the stacks of this name that were deleted, the latest first, as long as
    /// CloudFormation remembers them: 90 days.
    pub(super) async fn deleted(&self) -> Result<Vec<String>> {
        let request = self.client.list_stacks();
        let mut pages = request
            .stack_status_filter(StackStatus::DeleteComplete)
            .into_paginator()
            .send();
        let mut deleted = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.refused("ListStacks", &error))?;
            let named = page.stack_summaries().iter();
            let named = named.filter(|one| one.stack_name() == Some(&self.name));
            let at = named.filter_map(|one| Some((one.deletion_time()?.secs(), one.stack_id()?)));
            deleted.extend(at.map(|(at, id)| (at, id.to_owned())));
        }
        deleted.sort();
        Ok(deleted.into_iter().rev().map(|(_, id)| id).collect())
    }

    /// The names of the parameters that a template has. A template that makes no sense is refused
    /// here, before anything is made.
    pub(super) async fn parameters(&self, template: &str) -> Result<Vec<String>> {
        let request = self.client.get_template_summary().template_body(template);
        let answer = request.send().await;
        let answer = answer.map_err(|error| self.refused("GetTemplateSummary", &error))?;
        let names = answer
            .parameters()
            .iter()
            .filter_map(|one| one.parameter_key());
        Ok(names.map(str::to_owned).collect())
    }

    /// Begins to make the stack; answers its ID.
    pub(super) async fn create(
        &self,
        request: &Request,
        parameters: Vec<Parameter>,
    ) -> Result<String> {
        let on_failure = match request.on_failure {
            OnFailure::Rollback => SdkOnFailure::Rollback,
            OnFailure::Keep => SdkOnFailure::DoNothing,
        };
        let call = self
            .client
            .create_stack()
            .stack_name(&self.name)
            .template_body(&request.blueprint(self.side).template)
            .set_parameters(Some(parameters))
            .set_tags(Some(tags(request)))
            .set_capabilities(Some(capabilities(request)))
            .on_failure(on_failure)
            // What this very call made and cannot finish is no data that has to be retained.
            .retain_except_on_create(request.on_failure == OnFailure::Rollback)
            .client_request_token(token());
        let answer = call.send().await;
        let answer = answer.map_err(|error| self.refused("CreateStack", &error))?;
        Ok(answer.stack_id().unwrap_or(&self.name).to_owned())
    }

    /// Begins to bring the stack up to date; false when there is nothing to do, which
    /// CloudFormation says by an error.
    pub(super) async fn update(
        &self,
        request: &Request,
        parameters: Vec<Parameter>,
    ) -> Result<bool> {
        let call = self
            .client
            .update_stack()
            .stack_name(&self.name)
            .template_body(&request.blueprint(self.side).template)
            .set_parameters(Some(parameters))
            .set_capabilities(Some(capabilities(request)))
            .disable_rollback(request.on_failure == OnFailure::Keep)
            .client_request_token(token());
        // No tags at all leaves those that are there; an empty list would remove them.
        let tags = (!request.tags.is_empty()).then(|| tags(request));
        match call.set_tags(tags).send().await {
            Ok(_) => Ok(true),
            Err(error) if says(&error, "No updates are to be performed") => Ok(false),
            Err(error) => Err(self.refused("UpdateStack", &error)),
        }
    }

    /// Begins to give the stack other parameters, with the template and the tags that it has; false
    /// when there is nothing to do. A server that does not remember the template gets it again:
    /// `LocalStack` gives it out, and will not take `UsePreviousTemplate` for it.
    pub(super) async fn set_parameters(&self, parameters: Vec<Parameter>) -> Result<bool> {
        let call = self
            .client
            .update_stack()
            .stack_name(&self.name)
            .set_parameters(Some(parameters))
            .capabilities(Capability::CapabilityNamedIam)
            .client_request_token(token());
        let mut outcome = call.clone().use_previous_template(true).send().await;
        if let Err(error) = &outcome
            && says(error, "TemplateBody")
        {
            let template = self.template().await?;
            outcome = call.template_body(template).send().await;
        }
        match outcome {
            Ok(_) => Ok(true),
            Err(error) if says(&error, "No updates are to be performed") => Ok(false),
            Err(error) => Err(self.refused("UpdateStack", &error)),
        }
    }

    /// The template that the stack was made from, as it was given.
    async fn template(&self) -> Result<String> {
        let request = self.client.get_template().stack_name(&self.name);
        let answer = request.template_stage(TemplateStage::Original).send().await;
        let answer = answer.map_err(|error| self.refused("GetTemplate", &error))?;
        let none = || Error::Refused {
            actor: "GetTemplate".to_owned(),
            subject: self.subject(),
            code: "200".to_owned(),
            message: "the server gives no template".to_owned(),
            remedy: "; bring the stack up to date with `bucketpair stack up` first".to_owned(),
        };
        answer
            .template_body
            .filter(|text| !text.is_empty())
            .ok_or_else(none)
    }

    /// Begins to delete the stack.
    pub(super) async fn delete(&self, id: &str) -> Result<()> {
        let call = self.client.delete_stack().stack_name(id);
        let answer = call.client_request_token(token()).send().await;
        answer.map_err(|error| self.refused("DeleteStack", &error))?;
        Ok(())
    }

    /// What belongs to the stack, or belonged to it.
    pub(super) async fn resources(&self, id: &str) -> Result<Vec<StackResourceSummary>> {
        let request = self.client.list_stack_resources().stack_name(id);
        let mut pages = request.into_paginator().send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.refused("ListStackResources", &error))?;
            resources.extend(page.stack_resource_summaries.unwrap_or_default());
        }
        Ok(resources)
    }

    /// The newest event.
    pub(super) async fn newest_event(&self, id: &str) -> Result<Option<StackEvent>> {
        let answer = self
            .client
            .describe_stack_events()
            .stack_name(id)
            .send()
            .await;
        let answer = answer.map_err(|error| self.refused("DescribeStackEvents", &error))?;
        let newest = answer.stack_events().first();
        Ok(newest.map(|event| StackEvent::read(event, &self.region)))
    }

    /// The events until the one that is known already, the oldest first.
    pub(super) async fn events(&self, id: &str, known: Option<&str>) -> Result<Vec<StackEvent>> {
        let request = self.client.describe_stack_events().stack_name(id);
        let mut pages = request.into_paginator().send();
        let mut events = Vec::new();
        // They come newest first.
        'pages: while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.refused("DescribeStackEvents", &error))?;
            for event in page.stack_events() {
                if event.event_id().is_some() && event.event_id() == known {
                    break 'pages;
                }
                events.push(StackEvent::read(event, &self.region));
            }
        }
        events.reverse();
        Ok(events)
    }
}

fn tags(request: &Request) -> Vec<Tag> {
    let tag = |(key, value): &(String, String)| Tag::builder().key(key).value(value).build();
    request.tags.iter().map(tag).collect()
}

fn capabilities(request: &Request) -> Vec<Capability> {
    let own = request.capabilities.iter();
    let own = own.map(|name| Capability::from(name.as_str()));
    std::iter::once(Capability::CapabilityNamedIam)
        .chain(own)
        .collect()
}

/// By this CloudFormation knows a request that the SDK sends again.
fn token() -> String {
    format!("bucketpair-{}", uuid::Uuid::new_v4())
}

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    says(error, "does not exist")
}

fn says<E: ProvideErrorMetadata>(error: &SdkError<E>, words: &str) -> bool {
    let message = error.message().unwrap_or_default();
    error.code() == Some("ValidationError") && message.contains(words)
}
