//! Asking, and recording the answer, whatever it is.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::types::{
    BucketVersioningStatus, ReplicationConfiguration, VersioningConfiguration,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use super::Document;
use super::driver::Driver;
use super::step::Step;
use super::wire::Wire;
use crate::history::{Answered, Ask, Call, Failure, OperationKind, Outcome, Reply, Side};

/// How much of a document a history keeps.
const KEPT: usize = 2_000;

impl Ask {
    /// `PutBucketReplication` with this document.
    #[must_use]
    pub fn put(document: &Document) -> Self {
        let document = document.xml();
        Self::of(Call::PutReplication { document })
    }

    /// `GetBucketReplication`.
    #[must_use]
    pub fn get() -> Self {
        Self::of(Call::GetReplication)
    }

    /// `DeleteBucketReplication`, which answers 204.
    #[must_use]
    pub fn delete() -> Self {
        Self::of(Call::DeleteReplication).accepted(204)
    }

    /// `PutBucketVersioning` with `Suspended`.
    #[must_use]
    pub fn suspend() -> Self {
        Self::of(Call::PutVersioning { enabled: false })
    }

    /// `GetBucketEncryption`.
    #[must_use]
    pub fn encryption() -> Self {
        Self::of(Call::GetEncryption)
    }

    /// `ListObjectVersions` of the whole bucket.
    #[must_use]
    pub fn list_versions() -> Self {
        Self::of(Call::ListVersions)
    }

    /// `HeadObject` of the version that an earlier step wrote; its key is known when it is played.
    #[must_use]
    pub fn head(of: &str) -> Self {
        let (key, version) = (of.to_owned(), String::new());
        Self::of(Call::HeadVersion { key, version })
    }

    fn of(call: Call) -> Self {
        Self {
            call,
            of_nowhere: false,
            expected: accepted(200),
        }
    }

    /// Asks a bucket that nobody made.
    #[must_use]
    pub fn of_nowhere(mut self) -> Self {
        self.of_nowhere = true;
        self
    }

    /// Has to be refused with one of these codes; with any code where there are none.
    #[must_use]
    pub fn refused<const N: usize>(mut self, status: u16, codes: [&str; N]) -> Self {
        let codes = codes.map(str::to_owned).to_vec();
        self.expected = Reply::Refused { status, codes };
        self
    }

    /// Has to be accepted with this status.
    #[must_use]
    pub fn accepted(mut self, status: u16) -> Self {
        self.expected = accepted(status);
        self
    }

    /// The answer has to hold this XML.
    #[must_use]
    pub fn shows(mut self, xml: &str) -> Self {
        if let Reply::Accepted { shows, .. } = &mut self.expected {
            shows.push(xml.to_owned());
        }
        self
    }

    /// The answer must not hold this XML.
    #[must_use]
    pub fn lacks(mut self, xml: &str) -> Self {
        if let Reply::Accepted { lacks, .. } = &mut self.expected {
            lacks.push(xml.to_owned());
        }
        self
    }

    /// As a step, of the source.
    #[must_use]
    pub fn step(self, label: &str) -> Step {
        self.step_at(Side::Source, label)
    }

    /// As a step, of another side.
    #[must_use]
    pub fn step_at(self, side: Side, label: &str) -> Step {
        let (label, ask) = (label.to_owned(), self);
        Step::Ask { label, side, ask }
    }
}

fn accepted(status: u16) -> Reply {
    Reply::Accepted {
        status,
        shows: Vec::new(),
        lacks: Vec::new(),
    }
}

impl Driver {
    /// Asks, and records the question and the answer. The bucket is the one named.
    ///
    /// # Errors
    /// The failure that was recorded: a refusal, or no answer.
    pub async fn ask(
        &self,
        label: &str,
        side: Side,
        bucket: &str,
        ask: &Ask,
    ) -> Result<Outcome, Failure> {
        let op = self.invoke(label, side, "", OperationKind::Ask(shortened(ask)));
        let sent = self.put_to(side, bucket, &ask.call).await;
        let at = self.recorder().now();
        match sent {
            Ok(answered) => {
                let outcome = Outcome {
                    answered: Some(answered),
                    ..Outcome::default()
                };
                self.recorder().ok(at, op, outcome.clone());
                Ok(outcome)
            }
            Err(wire) => {
                let (failure, indeterminate) = wire.told();
                self.recorder()
                    .not_ok(at, op, failure.clone(), indeterminate);
                Err(failure)
            }
        }
    }

    async fn put_to(&self, side: Side, bucket: &str, call: &Call) -> Result<Answered, Wire> {
        let client = self.client(side);
        let document = match call {
            Call::PutReplication { document } => Some(document.clone()),
            _ => None,
        };
        let exchange = Exchange {
            document,
            seen: Arc::default(),
        };
        let by = exchange.clone();
        match call {
            Call::PutReplication { .. } => {
                let put = client.put_bucket_replication().bucket(bucket);
                let put = put.replication_configuration(in_its_place());
                drop(
                    put.customize()
                        .interceptor(by)
                        .send()
                        .await
                        .map_err(Wire::sdk)?,
                );
            }
            Call::GetReplication => {
                let get = client.get_bucket_replication().bucket(bucket);
                drop(
                    get.customize()
                        .interceptor(by)
                        .send()
                        .await
                        .map_err(Wire::sdk)?,
                );
            }
            Call::DeleteReplication => {
                let delete = client.delete_bucket_replication().bucket(bucket);
                drop(
                    delete
                        .customize()
                        .interceptor(by)
                        .send()
                        .await
                        .map_err(Wire::sdk)?,
                );
            }
            Call::GetEncryption => {
                let get = client.get_bucket_encryption().bucket(bucket).customize();
                drop(get.interceptor(by).send().await.map_err(Wire::sdk)?);
            }
            Call::ListVersions => {
                let list = client.list_object_versions().bucket(bucket);
                drop(
                    list.customize()
                        .interceptor(by)
                        .send()
                        .await
                        .map_err(Wire::sdk)?,
                );
            }
            Call::HeadVersion { key, version } => {
                let head = client.head_object().bucket(bucket).key(key);
                let head = head.version_id(version).customize();
                drop(head.interceptor(by).send().await.map_err(Wire::sdk)?);
            }
            Call::PutVersioning { enabled } => {
                let put = client.put_bucket_versioning().bucket(bucket);
                let put = put.versioning_configuration(versioning(*enabled));
                drop(
                    put.customize()
                        .interceptor(by)
                        .send()
                        .await
                        .map_err(Wire::sdk)?,
                );
            }
        }
        Ok(exchange.answered())
    }
}

/// The ask as a history keeps it: documents of a thousand rules are cut off.
fn shortened(ask: &Ask) -> Ask {
    let mut ask = ask.clone();
    if let Call::PutReplication { document } = &mut ask.call
        && let Some((end, _)) = document.char_indices().nth(KEPT)
    {
        let whole = document.len();
        document.truncate(end);
        *document = format!("{document}… ({whole} bytes)");
    }
    ask
}

/// What the SDK serializes before the document takes its place.
fn in_its_place() -> ReplicationConfiguration {
    let empty = ReplicationConfiguration::builder()
        .role("")
        .set_rules(Some(Vec::new()));
    empty.build().expect("role and rules are set")
}

fn versioning(enabled: bool) -> VersioningConfiguration {
    let status = match enabled {
        true => BucketVersioningStatus::Enabled,
        false => BucketVersioningStatus::Suspended,
    };
    VersioningConfiguration::builder().status(status).build()
}

/// Puts a document in the place of the request's body, before it is signed, and keeps the answer.
#[derive(Debug, Clone)]
struct Exchange {
    document: Option<String>,
    seen: Arc<Mutex<Answered>>,
}

impl Exchange {
    fn answered(&self) -> Answered {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

impl Intercept for Exchange {
    fn name(&self) -> &'static str {
        "Exchange"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(document) = &self.document else {
            return Ok(());
        };
        let request = context.request_mut();
        let length = document.len().to_string();
        request.headers_mut().insert("content-length", length);
        *request.body_mut() = SdkBody::from(document.clone());
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Answered {
            status: response.status().as_u16(),
            body: plain(&String::from_utf8_lossy(body)),
        };
        Ok(())
    }
}

/// XML on one line, with `<A/>` as `<A></A>`.
fn plain(xml: &str) -> String {
    let mut parts = xml.split('<');
    let before = parts.next().unwrap_or_default().trim().to_owned();
    std::iter::once(before).chain(parts.map(tag)).collect()
}

/// One tag, without its `<`, and the text behind it.
fn tag(part: &str) -> String {
    let (tag, text) = part.split_once('>').unwrap_or((part, ""));
    let text = text.trim();
    let Some(empty) = tag.strip_suffix('/') else {
        return format!("<{tag}>{text}");
    };
    let name = empty.split_whitespace().next().unwrap_or_default();
    format!("<{}></{name}>{text}", empty.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_elements_are_written_as_two_tags_and_lines_are_joined() {
        let xml = "<?xml version=\"1.0\"?>\n<A x=\"1\">\n  <Filter/>\n  <B />t<C>d e</C>\n</A>";
        let seen = plain(xml);
        assert!(
            seen.ends_with("<A x=\"1\"><Filter></Filter><B></B>t<C>d e</C></A>"),
            "{seen}"
        );
    }

    #[test]
    fn a_document_of_a_thousand_rules_is_cut_off_in_the_history_only() {
        let ask = Ask::put(&Document::v2().times(1_000));
        let Call::PutReplication { document } = shortened(&ask).call else {
            panic!("another call");
        };
        assert!(document.len() < KEPT + 40, "{} bytes", document.len());
        assert!(document.ends_with("bytes)"), "{document}");
    }
}
