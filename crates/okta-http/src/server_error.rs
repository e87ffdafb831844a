//! What the server said when it did not succeed.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::untrusted::{display_untrusted, excerpt};
use crate::{Challenge, Response, rate_limit};

/// An answer that is no success, with the server's own words.
///
/// `Display` is one line, safe to print; the fields hold the text as it came.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerError {
    /// The status code.
    pub status: u16,
    /// Okta's id of the request, which finds it in the System Log.
    pub request_id: Option<String>,
    /// The body, boxed to keep results small.
    pub body: Box<ErrorBody>,
    /// The `WWW-Authenticate` challenges; often the only explanation, with an empty body.
    pub challenges: Vec<Challenge>,
    /// How long the server wants to be left alone, boxed to keep results small.
    pub waits: Box<Waits>,
}

/// How long a server that did not succeed wants to be left alone, and what that means for the one that asks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Waits {
    /// What `Retry-After` says.
    pub asked: Option<Duration>,
    /// The [`crate::RetryPolicy::max_wait`] with which the request would have been sent again, if that is why it was not.
    pub sufficient: Option<Duration>,
}

/// The two shapes of Okta's error bodies, and everything else.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorBody {
    /// RFC 6749 section 5.2 and RFC 7591 section 3.2.2.
    OAuth {
        /// The error code.
        error: String,
        /// The explanation.
        error_description: Option<String>,
    },
    /// The envelope of Okta's management API.
    Okta {
        /// The code, such as `E0000006`.
        error_code: String,
        /// The explanation.
        error_summary: String,
        /// Okta's id of this error.
        error_id: Option<String>,
        /// The explanations of the causes; for `E0000001` the real reason is here.
        causes: Vec<String>,
    },
    /// Neither, such as a page of a proxy.
    Other {
        /// The `Content-Type`.
        content_type: Option<String>,
        /// The first 80 characters, already safe to print.
        excerpt: String,
    },
    /// No body.
    Empty,
}

impl ServerError {
    /// Reads an answer. Nothing is refused: what has neither shape becomes [`ErrorBody::Other`].
    pub fn from_response(response: &Response) -> Self {
        Self {
            status: response.status,
            request_id: response.request_id().map(str::to_owned),
            body: Box::new(ErrorBody::parse(response)),
            challenges: Challenge::all(response),
            waits: Box::new(Waits {
                asked: rate_limit::told_wait(response),
                sufficient: response.sufficient_wait,
            }),
        }
    }

    /// The OAuth error code, from the body or else from a challenge.
    pub fn oauth_error(&self) -> Option<&str> {
        match &*self.body {
            ErrorBody::OAuth { error, .. } => Some(error),
            _ => self.challenges.iter().find_map(|it| it.error.as_deref()),
        }
    }

    /// The explanation that belongs to [`Self::oauth_error`].
    pub fn description(&self) -> Option<&str> {
        match &*self.body {
            ErrorBody::OAuth { error_description, .. } => error_description.as_deref(),
            _ => self.challenges.iter().find_map(|it| it.error_description.as_deref()),
        }
    }

    /// Okta's error code, such as `E0000006`.
    pub fn error_code(&self) -> Option<&str> {
        match &*self.body {
            ErrorBody::Okta { error_code, .. } => Some(error_code),
            _ => None,
        }
    }

    /// The explanation that belongs to [`Self::error_code`].
    pub fn error_summary(&self) -> Option<&str> {
        match &*self.body {
            ErrorBody::Okta { error_summary, .. } => Some(error_summary),
            _ => None,
        }
    }

    /// Okta's id of this error.
    pub fn error_id(&self) -> Option<&str> {
        match &*self.body {
            ErrorBody::Okta { error_id, .. } => error_id.as_deref(),
            _ => None,
        }
    }

    /// The explanations of the causes.
    pub fn causes(&self) -> &[String] {
        match &*self.body {
            ErrorBody::Okta { causes, .. } => causes,
            _ => &[],
        }
    }

    /// The scope that the access token lacks, if that is the reason.
    pub fn missing_scope(&self) -> Option<&str> {
        let challenge =
            self.challenges.iter().find(|it| it.error.as_deref() == Some("insufficient_scope"))?;
        challenge.scope.as_deref()
    }

    fn code_and_text(&self) -> (Option<&str>, String) {
        match &*self.body {
            ErrorBody::OAuth { error, error_description } => {
                (Some(error), error_description.clone().unwrap_or_default())
            }
            ErrorBody::Okta { error_code, error_summary, causes, .. } => {
                let words: Vec<&str> = std::iter::once(error_summary.as_str())
                    .chain(causes.iter().map(String::as_str))
                    .filter(|it| !it.is_empty())
                    .collect();
                (Some(error_code), words.join("; "))
            }
            ErrorBody::Other { content_type, excerpt } => (
                None,
                format!("{}: {excerpt}", content_type.as_deref().unwrap_or("no content type")),
            ),
            ErrorBody::Empty => match self.oauth_error() {
                Some(error) => (Some(error), self.description().unwrap_or_default().to_owned()),
                None => (None, "empty body".to_owned()),
            },
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, text) = self.code_and_text();
        write!(f, "HTTP {}", self.status)?;
        if let Some(code) = code {
            write!(f, " `{}`", excerpt(code, 80))?;
        }
        if !text.is_empty() {
            write!(f, ": {}", display_untrusted(&text))?;
        }
        if let Some(scope) = self.missing_scope() {
            write!(f, " (missing scope `{}`)", excerpt(scope, 160))?;
        }
        if let Some(id) = self.error_id() {
            write!(f, " (error id `{}`)", excerpt(id, 80))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request id `{}`)", excerpt(id, 80))?;
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}

impl ErrorBody {
    /// The content type is not trusted here: Okta's words must reach the user whatever a proxy did to the headers.
    fn parse(response: &Response) -> Self {
        if response.body().is_empty() {
            return Self::Empty;
        }
        let json = serde_json::from_slice::<Value>(response.body()).ok();
        json.as_ref().and_then(|it| Self::oauth(it).or_else(|| Self::okta(it))).unwrap_or_else(
            || Self::Other {
                content_type: response.header("content-type").map(str::to_owned),
                excerpt: excerpt(&String::from_utf8_lossy(response.body()), 80),
            },
        )
    }

    fn oauth(json: &Value) -> Option<Self> {
        let error = json.get("error")?.as_str()?.to_owned();
        // With both shapes in one body, the code of OAuth decides and no explanation is lost.
        let description =
            text_of(json, "error_description").or_else(|| text_of(json, "errorSummary"));
        Some(Self::OAuth { error, error_description: description })
    }

    fn okta(json: &Value) -> Option<Self> {
        Some(Self::Okta {
            error_code: text_of(json, "errorCode")?,
            error_summary: text_of(json, "errorSummary").unwrap_or_default(),
            error_id: text_of(json, "errorId"),
            causes: causes_of(json),
        })
    }
}

fn text_of(json: &Value, member: &str) -> Option<String> {
    json.get(member)?.as_str().map(str::to_owned)
}

fn causes_of(json: &Value) -> Vec<String> {
    let causes = json.get("errorCauses").and_then(Value::as_array);
    causes.into_iter().flatten().filter_map(|it| text_of(it, "errorSummary")).collect()
}

#[cfg(test)]
mod tests;
