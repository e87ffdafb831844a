//! What the server says about a token (RFC 7662), and taking one back (RFC 7009).

use std::sync::Arc;

use okta_http::{HttpError, Request, Response, Secret};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::TokenClient;
use crate::error::TokenError;
use crate::laps::Laps;
use crate::{request, response};

/// The answer about one token. For a token that is unknown, expired, revoked or another client's it
/// says no more than that it is not active.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Introspection {
    /// Whether the token can be used.
    pub active: bool,
    /// Everything else, such as `scope`, `exp` and `cnf`, as it came.
    #[serde(flatten)]
    pub claims: Map<String, Value>,
}

impl TokenClient {
    /// Asks the server about `token`, which is the only way to learn what an Okta access token of
    /// the org authorization server says (RFC 7662 section 2).
    ///
    /// # Errors
    ///
    /// [`TokenError`], as for a token request; [`TokenError::InvalidAnswer`] if the answer names another client, because
    /// to this one the server says of such a token no more than that it is not active: the answer is to somebody else.
    pub fn introspect(&self, token: &str) -> Result<Introspection, TokenError> {
        let answer = self.ask(&self.endpoint().introspection_url(), token)?;
        let answer: Introspection = answer.json()?;
        let named = answer.claims.get("client_id").and_then(Value::as_str);
        if named.is_some_and(|named| named != self.client_id().as_str()) {
            return Err(TokenError::InvalidAnswer { what: "it is about another client's token" });
        }
        Ok(answer)
    }

    /// Ends the life of `token` (RFC 7009 section 2). The server says the same to a token that it
    /// does not know.
    ///
    /// # Errors
    ///
    /// [`TokenError`], as for a token request; [`TokenError::InvalidAnswer`] or [`HttpError::Malformed`] if the answer is
    /// no success of this server's: the token may be good for as long as before.
    pub fn revoke(&self, token: &str) -> Result<(), TokenError> {
        revoked(&self.ask(&self.endpoint().revocation_url(), token)?)
    }

    /// The audience of the assertion is the endpoint that is asked, whichever it is.
    fn ask(&self, url: &str, token: &str) -> Result<Response, TokenError> {
        let laps = Laps::new(self.dpop(), self.http().clone());
        let http = self.http().clone().authorized(Arc::new(laps));
        let answer = http.send::<TokenError>(|| self.question(url, token))?;
        answer.into_success().map_err(response::refused)
    }

    fn question(&self, url: &str, token: &str) -> Result<Request, TokenError> {
        let token = Secret::new(token);
        let form = request::about_token(&token);
        self.auth().credential()?.request(self.client_id(), url, &form, self.server_time())
    }
}

/// RFC 7009 section 2.2: 200 says it all, whatever the body, unless somebody else has answered or the body says otherwise.
fn revoked(answer: &Response) -> Result<(), TokenError> {
    let invalid = |what| Err(TokenError::InvalidAnswer { what });
    if answer.status != 200 {
        return invalid("its status is not 200");
    }
    if is_page(answer) {
        let page = answer.json::<IgnoredAny>().err();
        let other = || HttpError::Malformed { what: "a page".to_owned() };
        return Err(page.unwrap_or_else(other).into());
    }
    match serde_json::from_slice::<Map<String, Value>>(answer.body()) {
        Ok(members) if members.contains_key("error") => {
            invalid("it has a member `error` in a success")
        }
        _ => Ok(()),
    }
}

/// A captive portal's or a proxy's, whatever it says of its type.
fn is_page(answer: &Response) -> bool {
    let body = answer.body().trim_ascii_start();
    let is_html = answer.content_type().is_some_and(|it| it.contains("html"));
    !body.is_empty() && (is_html || body.starts_with(b"<"))
}
