//! The bytes of an object: in memory while small, in a temporary file when large, and shared.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use s3s::dto::StreamingBlob;

/// Larger bodies live in temporary files.
pub(super) const IN_MEMORY: usize = 8 << 20;
/// How much of a file is read at a time.
const CHUNK: u64 = 256 << 10;
/// Below this a chunk is copied: a slice would keep hyper's whole read buffer alive.
const COPIED: usize = 4 << 10;

/// Bytes that never change. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    /// Pieces in order; an upload in parts has one or more for each.
    pieces: Arc<[Piece]>,
    size: u64,
}

#[derive(Debug, Clone)]
enum Piece {
    Memory(Bytes),
    /// A file, where in it the piece starts, and how long it is.
    File(Arc<File>, u64, u64),
    /// A byte in place of another, for the defects.
    Patched(Box<Piece>, u64),
    /// The first bytes of a piece.
    Cut(Box<Piece>, u64),
}

impl Body {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// How many of its bytes are in memory.
    pub(super) fn in_memory(&self) -> u64 {
        let sizes = self.pieces.iter().map(|piece| match piece {
            Piece::Memory(bytes) => bytes.len() as u64,
            _ => 0,
        });
        sizes.sum()
    }

    /// The bytes that `file` holds from `start` on.
    pub(super) fn in_file(file: Arc<File>, start: u64, size: u64) -> Self {
        Self {
            pieces: Arc::new([Piece::File(file, start, size)]),
            size,
        }
    }

    /// Writes the bytes into a file.
    pub(super) fn write_to(&self, file: &File, start: u64) -> std::io::Result<()> {
        let mut at = 0;
        while at < self.size {
            let bytes = self.read(at, self.size)?;
            file.write_all_at(&bytes, start + at)?;
            at += bytes.len() as u64;
        }
        Ok(())
    }

    /// The bodies one after the other.
    pub(super) fn concat<'a>(bodies: impl Iterator<Item = &'a Self>) -> Self {
        let mut pieces = Vec::new();
        let mut size = 0;
        for body in bodies {
            pieces.extend(body.pieces.iter().cloned());
            size += body.size;
        }
        Self {
            pieces: pieces.into(),
            size,
        }
    }

    /// Some bytes of it, as S3 streams them.
    pub(super) fn stream(&self, range: std::ops::Range<u64>) -> StreamingBlob {
        if let ([Piece::Memory(bytes)], true) = (&*self.pieces, range.end <= self.size) {
            let part = bytes.slice(range.start as usize..range.end as usize);
            return StreamingBlob::from(s3s::Body::from(part));
        }
        let body = self.clone();
        let next = move |at: u64| {
            let (body, end) = (body.clone(), range.end);
            async move {
                if at >= end {
                    return None;
                }
                let read = body.read(at, end);
                let next = at + read.as_ref().map_or(end, |bytes| bytes.len() as u64);
                Some((read, next))
            }
        };
        StreamingBlob::wrap(Box::pin(stream::unfold(range.start, next).fuse()))
    }

    /// The next bytes from `at`, at most up to `end`, and at least one.
    fn read(&self, at: u64, end: u64) -> std::io::Result<Bytes> {
        let mut start = 0;
        for piece in self.pieces.iter() {
            let size = piece.size();
            if at < start + size {
                let offset = at - start;
                let length = (size - offset).min(end - at).min(CHUNK);
                return piece.read(offset, length);
            }
            start += size;
        }
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }

    /// The same with another byte at the end.
    pub(super) fn with_a_wrong_byte(&self) -> Self {
        self.with_last_piece(|piece, size| Piece::Patched(Box::new(piece), size - 1))
    }

    /// The same with another byte where its last part begins.
    pub(super) fn with_a_wrong_byte_in_its_last_part(&self) -> Self {
        self.with_last_piece(|piece, _| Piece::Patched(Box::new(piece), 0))
    }

    /// The same without its last byte.
    pub(super) fn without_its_tail(&self) -> Self {
        let mut cut = self.with_last_piece(|piece, size| Piece::Cut(Box::new(piece), size - 1));
        cut.size = self.size.saturating_sub(1);
        cut
    }

    /// The same without the second half of its last piece.
    pub(super) fn first_half(&self) -> Self {
        let last = self.pieces.last().map_or(0, Piece::size);
        let mut cut = self.with_last_piece(|piece, size| Piece::Cut(Box::new(piece), size / 2));
        cut.size = self.size - (last - last / 2);
        cut
    }

    fn with_last_piece(&self, change: impl FnOnce(Piece, u64) -> Piece) -> Self {
        let mut pieces = self.pieces.to_vec();
        if let Some(last) = pieces.pop() {
            let size = last.size();
            pieces.push(if size == 0 { last } else { change(last, size) });
        }
        Self {
            pieces: pieces.into(),
            size: self.size,
        }
    }
}

impl Piece {
    fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(_, _, size) | Self::Cut(_, size) => *size,
            Self::Patched(piece, _) => piece.size(),
        }
    }

    fn read(&self, offset: u64, length: u64) -> std::io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes.slice(offset as usize..(offset + length) as usize)),
            Self::File(file, start, _) => {
                let mut buffer = vec![0; length as usize];
                file.read_exact_at(&mut buffer, start + offset)?;
                Ok(buffer.into())
            }
            Self::Cut(piece, _) => piece.read(offset, length),
            Self::Patched(piece, at) => {
                let mut bytes = piece.read(offset, length)?.to_vec();
                if let Some(byte) = at
                    .checked_sub(offset)
                    .and_then(|i| bytes.get_mut(i as usize))
                {
                    *byte = !*byte;
                }
                Ok(bytes.into())
            }
        }
    }
}

/// Takes a body in, chunk by chunk.
#[derive(Debug, Default)]
pub(super) struct Intake {
    memory: Vec<u8>,
    single: Option<Bytes>,
    file: Option<(File, u64)>,
}

impl Intake {
    /// Appends a chunk.
    pub(super) fn push(&mut self, chunk: Bytes) -> std::io::Result<()> {
        if let Some((file, size)) = &mut self.file {
            file.write_all_at(&chunk, *size)?;
            *size += chunk.len() as u64;
            return Ok(());
        }
        let fits = (COPIED + 1..=IN_MEMORY).contains(&chunk.len());
        if self.memory.is_empty() && self.single.is_none() && fits {
            self.single = Some(chunk);
            return Ok(());
        }
        if let Some(first) = self.single.take() {
            self.memory.extend_from_slice(&first);
        }
        self.memory.extend_from_slice(&chunk);
        if self.memory.len() > IN_MEMORY {
            let memory = std::mem::take(&mut self.memory);
            let file = tempfile::tempfile()?;
            file.write_all_at(&memory, 0)?;
            self.file = Some((file, memory.len() as u64));
        }
        Ok(())
    }

    /// What was taken in.
    pub(super) fn finish(mut self) -> Body {
        let piece = match (self.file, self.single) {
            (Some((file, size)), _) => Piece::File(Arc::new(file), 0, size),
            (None, Some(bytes)) => Piece::Memory(Bytes::from(bytes.to_vec())),
            (None, None) => {
                self.memory.shrink_to_fit();
                Piece::Memory(Bytes::from(self.memory.into_boxed_slice()))
            }
        };
        let size = piece.size();
        Body {
            pieces: Arc::new([piece]),
            size,
        }
    }
}

/// Drains a request's body: each chunk goes to `see`, and all of them into a [`Body`].
///
/// # Errors
/// What the stream or the disk says.
pub(super) async fn take(
    blob: Option<StreamingBlob>,
    mut see: impl FnMut(&[u8]) + Send,
) -> s3s::S3Result<Body> {
    let mut intake = Intake::default();
    if let Some(mut blob) = blob {
        while let Some(chunk) = blob.next().await {
            let chunk = chunk.map_err(|error| s3s::S3Error::with_source(incomplete(), error))?;
            see(&chunk);
            intake.push(chunk).map_err(s3s::S3Error::internal_error)?;
        }
    }
    Ok(intake.finish())
}

fn incomplete() -> s3s::S3ErrorCode {
    s3s::S3ErrorCode::IncompleteBody
}
