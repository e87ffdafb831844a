//! One answer whose body is read while it arrives.

use std::fmt;
use std::io::{self, Read};

use crate::{HttpError, Response, ServerError};

/// An answer of which status and headers are there and the body of a success is still to be read.
///
/// The body of any other status was read whole and is part of [`Self::head`]. Reading gives the body either way.
/// An [`io::Error`] of reading holds the [`HttpError`], which [`io::Error::downcast`] takes out of it.
pub struct StreamedResponse {
    head: Response,
    /// What follows the body within `head`, which then is empty.
    stream: Option<Box<dyn Read + Send>>,
    /// How much of the body within `head` was read.
    position: usize,
}

impl StreamedResponse {
    /// Puts an answer together, for a [`crate::Transport`]. The body of `head` is not looked at.
    pub fn new(head: Response, body: impl Read + Send + 'static) -> Self {
        Self { head, stream: Some(Box::new(body)), position: 0 }
    }

    /// Status, headers and, unless the status is a success, the whole body.
    pub fn head(&self) -> &Response {
        &self.head
    }

    /// Separates success (2xx) from every other status.
    ///
    /// # Errors
    ///
    /// [`ServerError`] with the server's own words.
    pub fn into_success(self) -> Result<Self, ServerError> {
        if self.head.is_success() { Ok(self) } else { Err(ServerError::from_response(&self.head)) }
    }

    pub(crate) fn head_mut(&mut self) -> &mut Response {
        &mut self.head
    }

    pub(crate) fn into_head(self) -> Response {
        self.head
    }
}

/// A whole answer, from which reading gives its body.
impl From<Response> for StreamedResponse {
    fn from(head: Response) -> Self {
        Self { head, stream: None, position: 0 }
    }
}

impl Read for StreamedResponse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(stream) = &mut self.stream {
            return stream.read(buffer);
        }
        let mut rest = self.head.body().get(self.position..).unwrap_or_default();
        let count = rest.read(buffer)?;
        self.position += count;
        Ok(count)
    }
}

impl fmt::Debug for StreamedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedResponse").field("head", &self.head).finish_non_exhaustive()
    }
}

/// Ends with an error once more than `limit` bytes came.
pub(crate) struct Limited<R> {
    inner: R,
    limit: u64,
    left: u64,
}

impl<R> Limited<R> {
    pub(crate) fn new(inner: R, limit: u64) -> Self {
        Self { inner, limit, left: limit }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(HttpError::BodyTooLarge { limit: self.limit })),
        }
        Ok(count)
    }
}
