//! An org that answers from a script and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jwk_gen::{JwkSet, PublicJwk};
use okta_http::{
    ApiCredential, Clock, HttpClient, HttpError, OrgUrl, Request, Response, RetryPolicy, Secret,
    Transport,
};
use serde_json::Value;

use crate::{AppId, Registrar};

pub(crate) type Outcome = Result<Response, HttpError>;

/// The script; it must be used up.
#[derive(Clone)]
pub(crate) struct Org(Arc<Mutex<Script>>);

struct Script {
    outcomes: Vec<Outcome>,
    requests: Vec<Request>,
}

impl Org {
    pub(crate) fn new(outcomes: Vec<Outcome>) -> Self {
        Self(Arc::new(Mutex::new(Script { outcomes, requests: Vec::new() })))
    }

    pub(crate) fn registrar(&self) -> Registrar {
        let policy = RetryPolicy { backoffs: vec![Duration::ZERO; 3], ..RetryPolicy::default() };
        let http = HttpClient::new(Arc::new(self.clone()), Arc::new(StoppedClock), policy);
        let credential = ApiCredential::ApiToken(Secret::new("00admin-token"));
        Registrar::new(http, OrgUrl::parse("https://acme.okta.com").unwrap(), credential)
    }

    /// Method, path and body of every request, in order. Each must have gone to the org with the credential.
    pub(crate) fn requests(&self) -> Vec<String> {
        let script = self.0.lock().unwrap();
        assert!(script.outcomes.is_empty(), "{} answers were not asked for", script.outcomes.len());
        script.requests.iter().map(line).collect()
    }
}

fn line(request: &Request) -> String {
    assert_eq!(request.credential().map(ApiCredential::scheme), Some("SSWS"));
    let path = request.url().strip_prefix("https://acme.okta.com").unwrap();
    let body = request
        .body()
        .map_or(String::new(), |it| format!(" {}", String::from_utf8(it.to_vec()).unwrap()));
    format!("{} {path}{body}", request.method())
}

impl Transport for Org {
    fn round_trip(&self, request: &Request) -> Outcome {
        let mut script = self.0.lock().unwrap();
        script.requests.push(request.clone());
        assert!(!script.outcomes.is_empty(), "not in the script: {}", line(request));
        script.outcomes.remove(0)
    }
}

/// A clock at the beginning of time, which nobody waits for.
pub(crate) struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _duration: Duration) {}
}

/// An answer with a JSON body.
pub(crate) fn answer(status: u16, body: &Value) -> Outcome {
    answer_with(status, &[], body)
}

pub(crate) fn answer_with(status: u16, headers: &[(&str, &str)], body: &Value) -> Outcome {
    let json = ("content-type", "application/json");
    let headers = headers
        .iter()
        .chain([&json])
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Ok(Response::new(status, headers.collect(), body.to_string().into_bytes()))
}

pub(crate) fn empty(status: u16) -> Outcome {
    Ok(Response::new(status, Vec::new(), Vec::new()))
}

/// A refusal in the shape of the management API.
pub(crate) fn refusal(status: u16, code: &str) -> Outcome {
    answer(
        status,
        &serde_json::json!({"errorCode": code, "errorSummary": "no", "errorId": "oae1", "errorCauses": []}),
    )
}

/// The server took the request and was not heard of again.
pub(crate) fn cut() -> Outcome {
    Err(HttpError::Disconnected { host: "acme.okta.com".to_owned(), source: "cut".into() })
}

pub(crate) fn app_id() -> AppId {
    AppId::new("0oa1").unwrap()
}

/// RFC 7517 appendix A.1.
pub(crate) const EC_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}"#;

/// RFC 7638 section 3.1, with its thumbprint.
pub(crate) const RSA_KEY: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
pub(crate) const RSA_THUMBPRINT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

pub(crate) fn jwk_set(key: &str) -> JwkSet {
    JwkSet::new(vec![PublicJwk::parse(key).unwrap()]).unwrap()
}

/// An app as the Apps API shows it, with the RSA key.
pub(crate) fn app_json(id: &str, label: &str) -> Value {
    let mut key: Value = serde_json::from_str(RSA_KEY).unwrap();
    key["id"] = "pks1".into();
    key["status"] = "ACTIVE".into();
    key["use"] = Value::Null;
    serde_json::json!({
        "id": id, "name": "oidc_client", "label": label, "status": "ACTIVE", "created": "2026-08-21T10:00:00.000Z",
        "credentials": {"oauthClient": {"client_id": id, "token_endpoint_auth_method": "private_key_jwt"}, "signing": {}},
        "settings": {"oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
            "dpop_bound_access_tokens": false, "jwks": {"keys": [key]},
        }},
    })
}
