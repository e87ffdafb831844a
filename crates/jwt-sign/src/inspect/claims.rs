//! The claims under Okta's rules.

use serde_json::{Map, Number, Value};

use super::{Expectations, Findings};
use crate::refusal::{RefusalReason, excerpt};

/// Okta's limit for `exp`, in seconds.
const HOUR: i64 = 3600;

/// NumericDates beyond this are milliseconds: in seconds it is the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

pub(super) fn judge(
    claims: &Map<String, Value>,
    expected: &Expectations<'_>,
    now: i64,
    findings: &mut Findings,
) {
    judge_client(claims, expected.client_id, findings);
    judge_audience(claims.get("aud"), expected.audience, findings);
    judge_expiration(claims.get("exp"), now, findings);
    for name in ["iat", "nbf"] {
        judge_start(name, claims.get(name), now, findings);
    }
    match claims.get("jti") {
        Some(Value::String(_)) => {}
        Some(_) => findings.refuse(RefusalReason::InvalidJwt, "`jti` is no text"),
        None => findings.note("`jti` is missing, so that the assertion can be replayed".to_owned()),
    }
}

fn judge_client(claims: &Map<String, Value>, client_id: Option<&str>, findings: &mut Findings) {
    let (iss, sub) = (claims.get("iss"), claims.get("sub"));
    for (name, claim, reason) in
        [("iss", iss, RefusalReason::InvalidIssuer), ("sub", sub, RefusalReason::InvalidSubject)]
    {
        match (claim, client_id) {
            (None, _) => findings.refuse(reason, format!("`{name}` is missing")),
            (Some(Value::String(found)), Some(client_id)) if found != client_id => {
                let found = excerpt(found);
                findings.refuse(reason, format!("`{name}` is `{found}`, not the client ID"));
            }
            (Some(Value::String(_)), _) => {}
            (Some(_), _) => findings.refuse(reason, format!("`{name}` is no text")),
        }
    }
    if let (Some(iss), Some(sub)) = (iss, sub)
        && iss != sub
        && client_id.is_none()
    {
        findings.refuse(RefusalReason::InvalidSubject, "`sub` differs from `iss`");
    }
}

fn judge_audience(aud: Option<&Value>, endpoint: Option<&str>, findings: &mut Findings) {
    let flaw = match aud {
        None => Some("`aud` is missing".to_owned()),
        Some(Value::String(aud)) => audience_flaw(aud, endpoint),
        Some(Value::Array(items)) => match items.as_slice() {
            [Value::String(aud)] => {
                findings.note("`aud` is an array; a plain text is safer".to_owned());
                audience_flaw(aud, endpoint)
            }
            [] => Some("`aud` is an empty array".to_owned()),
            _ => Some("`aud` names more than the endpoint".to_owned()),
        },
        Some(_) => Some("`aud` is no text".to_owned()),
    };
    if let Some(detail) = flaw {
        findings.refuse(RefusalReason::InvalidAudience, detail);
    }
}

/// Okta compares octet by octet with the URL that the request was sent to.
fn audience_flaw(aud: &str, endpoint: Option<&str>) -> Option<String> {
    if endpoint == Some(aud) {
        return None;
    }
    let shown = excerpt(aud);
    let path = aud.split_once("://").map_or(aud, |(_, rest)| rest);
    if path.contains("//") {
        return Some(format!("`aud` `{shown}` has a double slash: the org URL ended in `/`"));
    }
    if is_issuer(aud, endpoint) {
        return Some(format!("`aud` `{shown}` is an issuer; Okta wants the endpoint's URL"));
    }
    match endpoint {
        Some(endpoint) => {
            Some(format!("`aud` is `{shown}`, not the endpoint `{}`", excerpt(endpoint)))
        }
        None if is_endpoint(aud) => None,
        None => {
            Some(format!("`aud` is `{shown}`, no URL of a token, introspect or revoke endpoint"))
        }
    }
}

/// An absolute URL of an org's endpoint or, with an ID in its path, of a custom server's.
fn is_endpoint(aud: &str) -> bool {
    let rest = aud.strip_prefix("https://").or_else(|| aud.strip_prefix("http://"));
    let Some((host, path)) = rest.and_then(|it| it.split_once('/')) else { return false };
    let printable = aud.bytes().all(|it| it.is_ascii_graphic());
    let in_url = printable && !host.is_empty() && !host.contains(['@', '?', '#']);
    let segments = path.split('/').collect::<Vec<_>>();
    let endpoint = match segments.as_slice() {
        ["oauth2", "v1", endpoint] => endpoint,
        ["oauth2", server, "v1", endpoint] if !server.is_empty() => endpoint,
        _ => return false,
    };
    in_url && ["token", "introspect", "revoke"].contains(endpoint)
}

/// The org URL, or `/oauth2/{authorization server}` below it.
fn is_issuer(aud: &str, endpoint: Option<&str>) -> bool {
    let aud = aud.strip_suffix('/').unwrap_or(aud);
    if let Some(rest) = endpoint.and_then(|it| it.strip_prefix(aud)) {
        return rest.starts_with("/v1/") || rest.starts_with("/oauth2/");
    }
    let Some((_, rest)) = aud.split_once("://") else { return false };
    let mut segments = rest.split('/').skip(1);
    matches!(
        (segments.next(), segments.next(), segments.next()),
        (None, ..) | (Some("oauth2"), _, None)
    )
}

fn judge_expiration(exp: Option<&Value>, now: i64, findings: &mut Findings) {
    let required = |what: &str| format!("`exp` {what}; it must be whole seconds since 1970");
    let (reason, detail) = match exp {
        None => (RefusalReason::ExpirationRequired, required("is missing")),
        Some(Value::String(_)) => (RefusalReason::ExpirationRequired, required("is a text")),
        Some(Value::Number(number)) => match number.as_i64() {
            None => (RefusalReason::ExpirationRequired, required("is no whole number in range")),
            Some(exp) if exp >= MILLISECONDS => {
                (RefusalReason::ExpirationRequired, required("looks like milliseconds"))
            }
            Some(exp) => match judge_expiration_time(exp, now, findings) {
                Some(refusal) => refusal,
                None => return,
            },
        },
        Some(_) => (RefusalReason::ExpirationRequired, required("is no number")),
    };
    findings.refuse(reason, detail);
}

fn judge_expiration_time(
    exp: i64,
    now: i64,
    findings: &mut Findings,
) -> Option<(RefusalReason, String)> {
    let ahead = exp.saturating_sub(now);
    if ahead <= 0 {
        let detail = format!("`exp` was {} s ago", ahead.saturating_neg());
        return Some((RefusalReason::ExpiredToken, detail));
    }
    if ahead > HOUR {
        let detail = format!("`exp` is {ahead} s ahead; Okta allows {HOUR}");
        return Some((RefusalReason::ExpiresTooFarInFuture, detail));
    }
    if ahead > HOUR - 60 {
        findings.note(format!("`exp` is {ahead} s ahead: a clock that runs fast exceeds {HOUR}"));
    }
    None
}

/// `iat` and `nbf`: whole seconds, and not in Okta's future.
fn judge_start(name: &str, claim: Option<&Value>, now: i64, findings: &mut Findings) {
    let Some(claim) = claim else { return };
    let Some(start) = claim.as_number().and_then(Number::as_i128) else {
        let detail = format!("`{name}` is no whole number of seconds since 1970");
        findings.refuse(RefusalReason::InvalidJwt, detail);
        return;
    };
    // Wider than either number, so that no difference overflows.
    let ahead = start - i128::from(now);
    if ahead > 0 {
        let detail = format!("`{name}` is {ahead} s ahead; Okta allows no skew");
        findings.refuse(RefusalReason::IssuedAtInFuture, detail);
    }
}
