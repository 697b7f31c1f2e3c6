//! Where the parts of a large multipart upload go: one temporary file an upload.
//!
//! A part is at most a few MiB, so that none of them alone is too large for memory; together they
//! are. One file, and not one a part, because there may be 10,000 parts and a process has fewer
//! file descriptors.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::body::{Body, IN_MEMORY};

/// The bytes of an upload that memory does not hold.
#[derive(Debug, Default)]
pub(super) struct Spool {
    in_memory: u64,
    file: Option<Arc<File>>,
    end: u64,
}

/// A place in the upload's file.
#[derive(Debug)]
pub(super) struct Place {
    file: Arc<File>,
    start: u64,
}

impl Spool {
    /// Gives a part its place in the file, or none while the upload is small enough for memory.
    pub(super) fn admit(&mut self, part: &Body) -> io::Result<Option<Place>> {
        let in_memory = self.in_memory + part.in_memory();
        if part.in_memory() == 0 || in_memory <= IN_MEMORY as u64 {
            self.in_memory = in_memory;
            return Ok(None);
        }
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(self.file.insert(Arc::new(tempfile::tempfile()?))),
        };
        let start = self.end;
        self.end += part.size();
        Ok(Some(Place { file, start }))
    }
}

impl Place {
    /// Writes the part, and returns it as it is in the file.
    pub(super) fn keep(self, part: &Body) -> io::Result<Body> {
        part.write_to(&self.file, self.start)?;
        Ok(Body::in_file(self.file, self.start, part.size()))
    }
}
