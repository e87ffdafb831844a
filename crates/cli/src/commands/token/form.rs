//! The forms in which other programs take a token.

use std::time::SystemTime;

use clap::ValueEnum;
use okta_token::AccessToken;
use serde::Serialize;
use serde_json::json;

use crate::error::CliError;
use crate::timestamp::rfc3339;

/// A form of the result.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Form {
    /// The bare token
    Token,
    /// An Authorization header
    Header,
    /// A JSON object with everything about it
    Json,
    /// Assignments for a shell
    Env,
    /// An ExecCredential of client.authentication.k8s.io/v1
    K8sExec,
    /// A JSON object with Version, AccessToken, TokenType and Expiration
    CredentialProcess,
    /// A configuration file for curl --config
    CurlConfig,
}

/// What the result says besides the token.
#[derive(Debug)]
pub(crate) struct TokenFacts {
    pub(crate) client_id: String,
    pub(crate) issuer: String,
    pub(crate) cached: bool,
}

#[derive(Serialize)]
struct TokenJson<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_at: String,
    expires_in: u64,
    scope: String,
    client_id: &'a str,
    issuer: &'a str,
    cached: bool,
}

impl Form {
    /// Writes `token` in this form, `now` being the time that `expires_in` counts from.
    pub(crate) fn render(
        self,
        token: &AccessToken,
        facts: &TokenFacts,
        now: SystemTime,
    ) -> Result<String, CliError> {
        let secret = token.expose();
        let scheme = token.token_type().as_str();
        let expiry = rfc3339(token.expires_at())?;
        Ok(match self {
            Self::Token => secret.to_owned(),
            Self::Header => format!("Authorization: {scheme} {secret}"),
            Self::Json => to_json(token, facts, now)?,
            Self::Env => format!(
                "OKTA_M2M_ACCESS_TOKEN={}\nOKTA_M2M_TOKEN_TYPE={scheme}\nOKTA_M2M_EXPIRES_AT={expiry}",
                shell_quoted(secret)
            ),
            Self::K8sExec => json!({
                "apiVersion": "client.authentication.k8s.io/v1",
                "kind": "ExecCredential",
                "status": {"expirationTimestamp": expiry, "token": secret},
            })
            .to_string(),
            Self::CredentialProcess => json!({
                "Version": 1,
                "AccessToken": secret,
                "TokenType": scheme,
                "Expiration": expiry,
            })
            .to_string(),
            Self::CurlConfig => {
                let escaped = secret.replace('\\', "\\\\").replace('"', "\\\"");
                format!("header = \"Authorization: {scheme} {escaped}\"")
            }
        })
    }
}

fn to_json(token: &AccessToken, facts: &TokenFacts, now: SystemTime) -> Result<String, CliError> {
    let left = token.expires_at().duration_since(now).unwrap_or_default();
    let result = TokenJson {
        access_token: token.expose(),
        token_type: token.token_type().as_str(),
        expires_at: rfc3339(token.expires_at())?,
        // The answer took a part of a second; a whole lifetime is what the server said.
        expires_in: left.as_secs_f64().round() as u64,
        scope: token.scopes().to_string(),
        client_id: &facts.client_id,
        issuer: &facts.issuer,
        cached: facts.cached,
    };
    serde_json::to_string(&result)
        .map_err(|cause| CliError::failed("the token cannot be written as JSON", cause))
}

/// In single quotes, where the shell changes nothing.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
