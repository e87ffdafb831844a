//! What a request says that is sent again after a rate limit.

use crate::{HttpError, Request, Response};

/// Names the request that was answered by 429 first, and counts the tries since, as Okta's SDKs do: the System Log then
/// shows that they belong together.
#[derive(Debug, Default)]
pub(crate) struct RetryNote {
    first: Option<String>,
    count: u32,
}

/// Okta's ids have 27 characters.
const LONGEST_ID: usize = 100;

impl RetryNote {
    /// Takes note of a 429.
    pub(crate) fn observe(&mut self, limited: &Response) {
        self.count = self.count.saturating_add(1);
        if self.first.is_none() {
            self.first = limited.request_id().filter(|id| is_id(id)).map(str::to_owned);
        }
    }

    /// How many answers were 429.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The request with what there is to say.
    pub(crate) fn put_on(&self, request: Request) -> Result<Request, HttpError> {
        let Some(first) = &self.first else { return Ok(request) };
        let request = request.with_header("X-Okta-Retry-For", first)?;
        request.with_header("X-Okta-Retry-Count", &self.count.to_string())
    }
}

/// It comes from the server and goes into a header.
fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
