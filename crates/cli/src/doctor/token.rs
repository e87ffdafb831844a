//! A real token: past the cache, and not kept.

use okta_http::HttpError;
use okta_token::TokenError;

use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;

/// Tells of the token, or of a failure that no check before was about.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    let answer = exam.token()?;
    let error = match answer.as_ref() {
        Ok(token) => {
            let secs = token.lifetime().as_secs();
            let message = format!("{} for {secs} s with {}", token.token_type(), token.scopes());
            let verdict = Verdict::ok(message).with("token_type", token.token_type().as_str());
            let verdict = verdict.with("expires_in", secs);
            return Ok(verdict.with("scope", token.scopes().to_string()));
        }
        Err(error) => error,
    };
    if let Some(blame) = Blame::of(error) {
        exam.passed(blame.check())?;
    }
    let told = exam.told(error);
    let hint = match error {
        TokenError::Http(HttpError::RateLimited { retry_after, server }) => {
            Some(exam.again_after(*retry_after, server))
        }
        TokenError::Http(HttpError::TimedOut { .. }) => Some(exam.again_with("--timeout", "60")),
        _ if told.hint().is_none() => Some(exam.context.command_line.clone()),
        _ => None,
    };
    Ok(Verdict::failure(match hint {
        Some(hint) => told.with_hint(hint),
        None => told,
    }))
}
