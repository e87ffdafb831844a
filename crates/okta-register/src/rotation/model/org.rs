//! The org of the model: the keys of one app, and what must never be asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jwk_gen::{PublicJwk, Thumbprint};
use okta_http::{HttpError, Method, Request, Response, Transport};
use serde_json::{Value, json};

use super::Fuse;

/// The keys of one app at the org: `kid` to key.
#[derive(Debug, Default)]
pub(in crate::rotation) struct OrgState {
    pub(in crate::rotation) keys: BTreeMap<String, OrgKey>,
    next_id: u32,
    pub(super) now: u64,
    /// What was found wrong at the moment of a request.
    pub(super) violations: Vec<String>,
    pub(super) durable: BTreeSet<String>,
    /// The keys that the journal names.
    pub(super) named: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(in crate::rotation) struct OrgKey {
    id: String,
    pub(in crate::rotation) active: bool,
    jwk: Value,
    pub(in crate::rotation) thumbprint: Thumbprint,
    created: u64,
}

impl OrgState {
    pub(super) fn add(&mut self, jwk: Value) -> Value {
        let mut members = jwk.clone();
        members.as_object_mut().unwrap().remove("status");
        let thumbprint = PublicJwk::parse(&members.to_string()).unwrap().thumbprint();
        if !self.durable.contains(thumbprint.as_str()) {
            self.violations.push(format!("I2: {thumbprint} was not durable"));
        }
        self.next_id += 1;
        let kid = jwk["kid"].as_str().unwrap().to_owned();
        let id = format!("pks{}", self.next_id);
        let key = OrgKey { id, active: true, jwk, thumbprint, created: self.now };
        let shown = key.to_json();
        self.keys.insert(kid, key);
        shown
    }

    /// A key of somebody else.
    pub(in crate::rotation) fn add_foreign(&mut self, jwk: Value, now: u64) {
        self.now = now;
        drop(self.add(jwk));
        self.violations.clear();
    }

    fn delete(&mut self, id: &str) -> (u16, Value) {
        let Some((kid, key)) = self.find(id) else { return (404, json!({})) };
        if key.active {
            return refusal("can't delete an active key");
        }
        if !self.named.contains(key.thumbprint.as_str()) {
            self.violations.push(format!("I4: {kid} is not named"));
        }
        self.keys.remove(&kid);
        (204, Value::Null)
    }

    fn set_active(&mut self, id: &str, active: bool) -> (u16, Value) {
        let Some((kid, _)) = self.find(id) else { return (404, json!({})) };
        let others = self.keys.iter().any(|(other, key)| *other != kid && key.active);
        if !active && !others {
            return refusal("Can't deactivate the only active JSON Web Key");
        }
        let key = self.keys.get_mut(&kid).unwrap();
        key.active = active;
        (200, key.to_json())
    }

    fn find(&self, id: &str) -> Option<(String, OrgKey)> {
        let mut keys = self.keys.iter();
        keys.find(|(_, key)| key.id == id).map(|(kid, key)| (kid.clone(), key.clone()))
    }

    fn answer(&mut self, request: &Request) -> (u16, Value) {
        let path = request.url().strip_prefix("https://acme.okta.com").unwrap().to_owned();
        let rest = path.strip_prefix("/api/v1/apps/0oa1/credentials/jwks").unwrap();
        let words: Vec<_> = rest.split('/').skip(1).collect();
        match (request.method(), words.as_slice()) {
            (Method::Get, []) => {
                (200, Value::Array(self.keys.values().map(OrgKey::to_json).collect()))
            }
            (Method::Post, []) => {
                let jwk: Value = serde_json::from_slice(request.body().unwrap()).unwrap();
                if self.keys.contains_key(jwk["kid"].as_str().unwrap()) {
                    return refusal("kid is taken");
                }
                (201, self.add(jwk))
            }
            (Method::Delete, [id]) => self.delete(id),
            (Method::Post, [id, "lifecycle", "activate"]) => self.set_active(id, true),
            (Method::Post, [id, "lifecycle", "deactivate"]) => self.set_active(id, false),
            other => {
                self.violations.push(format!("I3: {other:?}"));
                (405, json!({}))
            }
        }
    }
}

impl OrgKey {
    fn to_json(&self) -> Value {
        let mut json = self.jwk.clone();
        json["id"] = self.id.as_str().into();
        json["status"] = if self.active { "ACTIVE" } else { "INACTIVE" }.into();
        let created =
            time::OffsetDateTime::from_unix_timestamp(i64::try_from(self.created).unwrap());
        let format = time::format_description::well_known::Rfc3339;
        json["created"] = created.unwrap().format(&format).unwrap().into();
        json
    }
}

fn refusal(why: &str) -> (u16, Value) {
    (
        400,
        json!({"errorCode": "E0000001", "errorSummary": why, "errorId": "oae1", "errorCauses": []}),
    )
}

/// The org as the client sees it.
pub(super) struct OrgTransport {
    org: Arc<Mutex<OrgState>>,
    fuse: Arc<Fuse>,
}

impl OrgTransport {
    pub(super) fn new(org: Arc<Mutex<OrgState>>, fuse: Arc<Fuse>) -> Self {
        Self { org, fuse }
    }
}

impl Transport for OrgTransport {
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError> {
        let answer = self.fuse.call(|| self.org.lock().unwrap().answer(request));
        let host = || "acme.okta.com".to_owned();
        let (status, body) =
            answer.map_err(|source| HttpError::Disconnected { host: host(), source })?;
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let body = if status == 204 { Vec::new() } else { body.to_string().into_bytes() };
        Ok(Response::new(status, headers, body))
    }
}
