//! What a random history writes, deletes and tags.

use bucketpair::history::{Content, OperationKind, Outcome, Side};
use bucketpair::replication::VersionId;
use s3s::S3;
use s3s::dto;

use crate::observe;
use crate::operations::ask;
use crate::pair::{Pair, Written};
use crate::words::{content, header, outcome, tag_map};

impl<S: S3> Pair<S> {
    pub(super) fn body(&self) -> Vec<u8> {
        format!("body {}", self.ops).into_bytes()
    }

    pub(super) async fn put(&mut self, key: &'static str, tags: &[&str], class: Option<&str>) {
        let body = self.body();
        let content = content(&body, tags, class);
        let op = self.invoke(Side::Source, key, OperationKind::Put(content.clone()));
        let put = dto::PutObjectInput::builder()
            .bucket("source".to_owned())
            .key(key.to_owned())
            .body(Some(dto::StreamingBlob::from(s3s::Body::from(body))))
            .tagging(header(tags))
            .storage_class(class.map(|class| dto::StorageClass::from(class.to_owned())))
            .build()
            .unwrap();
        let answer = self.s3.put_object(ask(put)).await.unwrap().output;
        let outcome = outcome(answer.version_id, answer.e_tag.as_ref());
        self.wrote(op, key, Some(content), outcome);
    }

    /// One part, which may be small.
    pub(super) async fn multipart(&mut self, key: &'static str, tags: &[&str]) {
        let body = self.body();
        let content = content(&body, tags, None);
        let (bucket, name) = ("source".to_owned(), key.to_owned());
        let kind = OperationKind::Multipart {
            content: content.clone(),
            part_size: content.size,
        };
        let op = self.invoke(Side::Source, key, kind);
        let create = dto::CreateMultipartUploadInput::builder()
            .bucket(bucket.clone())
            .key(name.clone())
            .tagging(header(tags))
            .build()
            .unwrap();
        let created = self
            .s3
            .create_multipart_upload(ask(create))
            .await
            .unwrap()
            .output;
        let upload = created.upload_id.unwrap();
        let part = dto::UploadPartInput::builder()
            .bucket(bucket.clone())
            .key(name.clone())
            .upload_id(upload.clone())
            .part_number(1)
            .body(Some(dto::StreamingBlob::from(s3s::Body::from(body))))
            .build()
            .unwrap();
        let e_tag = self.s3.upload_part(ask(part)).await.unwrap().output.e_tag;
        let part = dto::CompletedPart {
            e_tag,
            part_number: Some(1),
            ..Default::default()
        };
        let complete = dto::CompleteMultipartUploadInput::builder()
            .bucket(bucket)
            .key(name)
            .upload_id(upload)
            .multipart_upload(Some(dto::CompletedMultipartUpload {
                parts: Some(vec![part]),
            }))
            .build()
            .unwrap();
        let answer = self
            .s3
            .complete_multipart_upload(ask(complete))
            .await
            .unwrap()
            .output;
        let outcome = outcome(answer.version_id, answer.e_tag.as_ref());
        self.wrote(op, key, Some(content), outcome);
    }

    /// The current version of a key, where it is an object.
    pub(super) fn current(&self, key: &str) -> Option<&Written> {
        self.written
            .iter()
            .rfind(|written| written.key == key && !written.deleted)
    }

    pub(super) async fn copy(&mut self, from: &'static str, to: &'static str) {
        let original = self
            .current(from)
            .and_then(|written| written.content.clone());
        let Some(content) = original.filter(|_| from != to) else {
            return;
        };
        // A copy is STANDARD where its request names no class.
        let content = Content {
            storage_class: None,
            ..content
        };
        let kind = OperationKind::Copy {
            from: from.to_owned(),
            content: content.clone(),
        };
        let op = self.invoke(Side::Source, to, kind);
        let source = dto::CopySource::Bucket {
            bucket: "source".into(),
            key: from.into(),
            version_id: None,
        };
        let copy = dto::CopyObjectInput::builder()
            .bucket("source".to_owned())
            .key(to.to_owned())
            .copy_source(source)
            .build()
            .unwrap();
        let answer = self.s3.copy_object(ask(copy)).await.unwrap().output;
        let e_tag = answer.copy_object_result.and_then(|result| result.e_tag);
        self.wrote(
            op,
            to,
            Some(content),
            outcome(answer.version_id, e_tag.as_ref()),
        );
    }

    pub(super) async fn delete(&mut self, key: &'static str) {
        let op = self.invoke(Side::Source, key, OperationKind::Delete);
        let answer = self.delete_object(key, None).await;
        self.wrote(op, key, None, outcome(answer.version_id, None));
    }

    pub(super) async fn delete_object(
        &self,
        key: &str,
        version: Option<&VersionId>,
    ) -> dto::DeleteObjectOutput {
        let delete = dto::DeleteObjectInput::builder()
            .bucket("source".to_owned())
            .key(key.to_owned())
            .version_id(version.map(|id| id.0.clone()))
            .build()
            .unwrap();
        self.s3.delete_object(ask(delete)).await.unwrap().output
    }

    pub(super) async fn undelete(&mut self, key: &'static str) {
        let current = |written: &&Written| written.key == key && !written.deleted;
        let newest = self.written.iter().rposition(|written| current(&written));
        if let Some(place) = newest.filter(|place| self.written[*place].content.is_none()) {
            self.delete_version(place).await;
        }
    }

    /// The n-th version that was written, counted round.
    pub(crate) fn place(&self, nth: u8) -> Option<usize> {
        (usize::from(nth)).checked_rem(self.written.len())
    }

    pub(super) async fn delete_nth(&mut self, nth: u8) {
        if let Some(place) = self
            .place(nth)
            .filter(|place| !self.written[*place].deleted)
        {
            self.delete_version(place).await;
        }
    }

    /// What is deleted before it was copied may be lost (R-NOT-11), so everything arrives first that is
    /// not held up.
    pub(super) async fn delete_version(&mut self, place: usize) {
        self.settle().await;
        observe::nth(self, place as u8).await;
        let written = self.written[place].clone();
        let kind = OperationKind::DeleteVersion {
            version: written.id.clone(),
        };
        let op = self.invoke(Side::Source, written.key, kind);
        let answer = self.delete_object(written.key, Some(&written.id)).await;
        self.written[place].deleted = true;
        self.ok(op, outcome(answer.version_id, None));
    }

    pub(super) async fn tag(&mut self, nth: u8, tags: &[&str]) {
        let Some(place) = self.place(nth) else { return };
        let written = self.written[place].clone();
        let Some(mut content) = written.content.filter(|_| !written.deleted) else {
            return;
        };
        content.tags = tag_map(tags);
        let kind = OperationKind::Tag {
            version: written.id.clone(),
            tags: content.tags.clone(),
        };
        let op = self.invoke(Side::Source, written.key, kind);
        let tag = |(key, value): (&String, &String)| dto::Tag {
            key: Some(key.clone()),
            value: Some(value.clone()),
        };
        let put = dto::PutObjectTaggingInput::builder()
            .bucket("source".to_owned())
            .key(written.key.to_owned())
            .version_id(Some(written.id.0.clone()))
            .tagging(dto::Tagging {
                tag_set: content.tags.iter().map(tag).collect(),
            })
            .build()
            .unwrap();
        self.s3.put_object_tagging(ask(put)).await.unwrap();
        self.written[place].content = Some(content);
        self.ok(
            op,
            Outcome {
                version: Some(written.id),
                etag: None,
                ..Outcome::default()
            },
        );
    }
}
