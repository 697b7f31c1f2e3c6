//! What is the embedded pair's own, beside S3: its roles, what it knows of failures, and trouble.
//!
//! `/_bucketpair` names no bucket that S3 could have. Requests are signed like all others:
//!
//! | request | what it does |
//! |---|---|
//! | `GET /_bucketpair/about` | says that this is an embedded pair |
//! | `GET /_bucketpair/failures/BUCKET` | the failed replications of a source bucket, as S3's event records |
//! | `GET, PUT /_bucketpair/buckets/BUCKET` | what holds replication up (`paused`, `away`, `slow-downs`); `advance-days` carries lifecycle out |
//! | `GET, PUT, DELETE /_bucketpair/roles/NAME` | a role, as JSON |
//! | `PUT, DELETE /_bucketpair/roles/NAME/policies/POLICY` | one policy of a role |
//! | `PUT, DELETE /_bucketpair/roles/NAME/trust` | its trust policy; without one S3 may assume it |

use std::sync::Arc;

use http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use s3s::route::S3Route;
use s3s::validation::{AwsNameValidation, NameValidation};
use s3s::{Body, S3Request, S3Response, S3Result, s3_error};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::Defect;
use super::super::policy::PolicyError;
use super::super::roles::{Role, RolePolicy};
use super::super::trouble::Change;
use super::super::world::World;
use super::refusal;

/// What every path begins with; the bucket that an S3 client names.
const OWN: &str = "_bucketpair";
/// The longest document that is taken, in bytes: twice what IAM takes for all policies of a role.
const LONGEST: usize = 20_480;

/// Bucket names as S3 has them, and the one that is ours.
#[derive(Debug)]
pub(super) struct Names;

impl NameValidation for Names {
    fn validate_bucket_name(&self, name: &str) -> bool {
        name == OWN || AwsNameValidation::new().validate_bucket_name(name)
    }
}

/// Answers what begins with `/_bucketpair`.
#[derive(Debug)]
pub(super) struct Own(pub(super) Arc<World>);

#[async_trait::async_trait]
impl S3Route for Own {
    fn is_match(&self, _: &Method, uri: &Uri, _: &HeaderMap, _: &mut Extensions) -> bool {
        uri.path().split('/').nth(1) == Some(OWN)
    }

    async fn call(&self, mut request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let path = urlencoding::decode(request.uri.path())
            .map_err(|_| not_found())?
            .into_owned();
        let body = request.input.store_all_limited(LONGEST).await;
        let body = body.map_err(|_| {
            s3_error!(
                EntityTooLarge,
                "a role's document is at most {LONGEST} bytes"
            )
        })?;
        let parts: Vec<&str> = path
            .split('/')
            .skip(2)
            .filter(|part| !part.is_empty())
            .collect();
        let answer = match (request.method.as_str(), parts.as_slice()) {
            ("GET", [] | ["about"]) => Some(self.about()),
            ("GET", ["failures", bucket]) => Some(self.failures(bucket)),
            ("GET", ["buckets", bucket]) => Some(self.trouble(bucket)?),
            ("PUT", ["buckets", bucket]) => self.put_trouble(bucket, read_change(&body)?)?,
            ("GET", ["roles", role]) => Some(self.role(role)?),
            ("PUT", ["roles", role]) => self.put_role(role, read(&body)?)?,
            ("DELETE", ["roles", role]) => self.delete_role(role),
            ("PUT", ["roles", role, "trust"]) => self.put_trust(role, read(&body)?)?,
            ("DELETE", ["roles", role, "trust"]) => {
                self.put_trust(role, Role::default().assume_role_policy_document)?
            }
            ("PUT", ["roles", role, "policies", policy]) => {
                self.put_policy(role, policy, read(&body)?)?
            }
            ("DELETE", ["roles", role, "policies", policy]) => self.delete_policy(role, policy)?,
            _ => return Err(not_found()),
        };
        Ok(response(answer))
    }
}

impl Own {
    fn about(&self) -> Value {
        json!({
            "emulator": "bucketpair",
            "version": env!("CARGO_PKG_VERSION"),
            "pending": self.0.pending(),
        })
    }

    fn failures(&self, bucket: &str) -> Value {
        let state = self.0.lock();
        let region = state
            .buckets
            .get(bucket)
            .map_or("", |bucket| bucket.region.as_str());
        let of_bucket = state
            .failures
            .iter()
            .filter(|failure| failure.bucket == bucket);
        let records: Vec<_> = of_bucket.map(|failure| failure.record(region)).collect();
        json!({ "Records": records })
    }

    fn trouble(&self, bucket: &str) -> S3Result<Value> {
        let state = self.0.lock();
        let trouble = super::bucket(&state, bucket)?.trouble;
        serde_json::to_value(trouble).map_err(|error| s3_error!(InternalError, "{error}"))
    }

    fn put_trouble(&self, bucket: &str, change: Change) -> S3Result<Option<Value>> {
        let markers = self.0.control(bucket, change);
        let markers = markers.ok_or_else(super::no_such_bucket)?;
        if self.0.has(Defect::LifecycleMarkerTravels) {
            for (key, id) in markers {
                super::delete::send_marker(&self.0, bucket, &key, &id);
            }
        }
        Ok(None)
    }

    fn role(&self, name: &str) -> S3Result<Value> {
        let role = self.0.lock().roles.get(name).ok_or_else(no_such_role)?;
        serde_json::to_value(role).map_err(|error| s3_error!(InternalError, "{error}"))
    }

    fn put_role(&self, name: &str, role: Role) -> S3Result<Option<Value>> {
        self.0
            .lock()
            .roles
            .put(name, role)
            .map_err(|error| malformed(&error))?;
        Ok(None)
    }

    fn delete_role(&self, name: &str) -> Option<Value> {
        self.0.lock().roles.delete(name);
        None
    }

    fn put_trust(&self, role: &str, document: Value) -> S3Result<Option<Value>> {
        let mut state = self.0.lock();
        let known = state.roles.get(role).ok_or_else(no_such_role)?;
        let known = known.with_trust(document);
        state
            .roles
            .put(role, known)
            .map_err(|error| malformed(&error))?;
        Ok(None)
    }

    fn put_policy(&self, role: &str, policy: &str, document: Value) -> S3Result<Option<Value>> {
        let mut state = self.0.lock();
        let known = state.roles.get(role).ok_or_else(no_such_role)?;
        let known = known.with_policy(RolePolicy::new(policy, document));
        state
            .roles
            .put(role, known)
            .map_err(|error| malformed(&error))?;
        Ok(None)
    }

    fn delete_policy(&self, role: &str, policy: &str) -> S3Result<Option<Value>> {
        if self.0.has(Defect::RemembersPolicies) {
            return Ok(None);
        }
        let mut state = self.0.lock();
        let mut known = state.roles.get(role).ok_or_else(no_such_role)?;
        known.policies.retain(|other| other.policy_name != policy);
        state
            .roles
            .put(role, known)
            .map_err(|error| malformed(&error))?;
        Ok(None)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> S3Result<T> {
    serde_json::from_slice(body).map_err(|error| malformed(&PolicyError(error.to_string())))
}

fn read_change(body: &[u8]) -> S3Result<Change> {
    serde_json::from_slice(body).map_err(|error| s3_error!(InvalidRequest, "{error}"))
}

/// IAM's word for a document that it refuses.
fn malformed(error: &PolicyError) -> s3s::S3Error {
    let mut refused = refusal("MalformedPolicyDocument", StatusCode::BAD_REQUEST, "");
    refused.set_message(error.to_string());
    refused
}

fn no_such_role() -> s3s::S3Error {
    refusal(
        "NoSuchEntity",
        StatusCode::NOT_FOUND,
        "The role has been deleted.",
    )
}

fn not_found() -> s3s::S3Error {
    refusal(
        "NoSuchKey",
        StatusCode::NOT_FOUND,
        "The embedded pair has nothing of that name.",
    )
}

fn response(answer: Option<Value>) -> S3Response<Body> {
    let Some(answer) = answer else {
        return S3Response::with_status(Body::empty(), StatusCode::NO_CONTENT);
    };
    let mut response = S3Response::new(Body::from(answer.to_string()));
    let json = http::HeaderValue::from_static("application/json");
    response.headers.insert(http::header::CONTENT_TYPE, json);
    response
}
