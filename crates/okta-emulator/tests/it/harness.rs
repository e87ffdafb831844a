//! One org, one HTTP client, and the keys that tests sign with.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwtk::ecdsa::{EcdsaAlgorithm, EcdsaPrivateKey};
use jwtk::rsa::{RsaAlgorithm, RsaPrivateKey};
use jwtk::{PublicKeyToJwk as _, SigningKey};
use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::{Map, Value, json};
use ureq::http::Request;

pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The management envelope with this code; its cause contains `fragment`.
    #[track_caller]
    pub(crate) fn fails(self, status: u16, code: &str, fragment: &str) -> Self {
        let answer = self.is(status);
        let body = answer.json();
        assert_eq!(body["errorCode"], code, "{answer}");
        assert_eq!(body["errorLink"], code);
        assert!(body["errorId"].as_str().is_some_and(|id| id.len() == 20));
        let text = format!("{} {}", body["errorSummary"], body["errorCauses"]);
        assert!(text.contains(fragment), "{answer}");
        answer
    }

    /// The OAuth error object; its description contains the fragments in this order.
    #[track_caller]
    pub(crate) fn fails_oauth(self, status: u16, error: &str, fragments: &[&str]) -> Self {
        let answer = self.is(status);
        let body = answer.json();
        assert_eq!(body["error"], error, "{answer}");
        let mut rest = body["error_description"].as_str().unwrap();
        for fragment in fragments {
            let at = rest.find(fragment).unwrap_or_else(|| panic!("no `{fragment}` in {answer}"));
            rest = &rest[at + fragment.len()..];
        }
        answer
    }

    /// Paths of the `Link` header with this relation.
    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let suffix = format!(">; rel=\"{relation}\"");
        let link = self.all("link").find_map(|value| value.strip_suffix(&suffix))?;
        Some(link.strip_prefix('<').unwrap().to_owned())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?} {}", self.status, self.headers, self.body)
    }
}

pub(crate) struct Org {
    pub(crate) emulator: Emulator,
    agent: ureq::Agent,
}

impl Org {
    pub(crate) fn start() -> Self {
        Self::with(EmulatorConfig::default())
    }

    pub(crate) fn with(config: EmulatorConfig) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build()
            .new_agent();
        Self { emulator: Emulator::start(config).unwrap(), agent }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.org_url())
    }

    /// Sends anything; an `Err` is a connection that broke.
    pub(crate) fn try_send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body: Vec<u8> = body.into();
        let response = if body.is_empty() && !["POST", "PUT"].contains(&method) {
            self.agent.run(request.body(()).unwrap())?
        } else {
            self.agent.run(request.body(body).unwrap())?
        };
        let (parts, mut body) = response.into_parts();
        let text = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(text).collect(),
            body: body.read_to_string()?,
        })
    }

    #[track_caller]
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.try_send(method, &self.url(path), headers, body).unwrap()
    }

    /// Calls the management API with any `Authorization`.
    #[track_caller]
    pub(crate) fn call(
        &self,
        authorization: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        let mut headers = vec![("authorization", authorization)];
        if body.is_null() {
            return self.send(method, path, &headers, "");
        }
        headers.push(("content-type", "application/json"));
        self.send(method, path, &headers, body.to_string())
    }

    #[track_caller]
    pub(crate) fn admin(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call(&format!("SSWS {}", self.emulator.admin_token()), method, path, body)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.admin("GET", path, &Value::Null)
    }

    /// Seconds since the epoch by the org's clock, read from a `Date` header.
    pub(crate) fn now(&self) -> i64 {
        let answer = self.send("GET", "/.well-known/okta-organization", &[], "");
        let date = httpdate::parse_http_date(answer.header("date").unwrap()).unwrap();
        i64::try_from(date.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
    }

    /// Registers a service app with these public keys by the Apps API; returns its id.
    #[track_caller]
    pub(crate) fn app(&self, keys: &[Value]) -> String {
        let answer = self.admin("POST", "/api/v1/apps", &app_body(keys)).is(200);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn grant(&self, app: &str, scope: &str) {
        let body = json!({ "scopeId": scope, "issuer": self.emulator.org_url() });
        self.admin("POST", &format!("/api/v1/apps/{app}/grants"), &body).is(201);
    }

    #[track_caller]
    pub(crate) fn assign(&self, app: &str, role: &str) {
        let path = format!("/oauth2/v1/clients/{app}/roles");
        self.admin("POST", &path, &json!({ "type": role })).is(201);
    }

    /// A service app with one ES256 key, this role and these scopes.
    #[track_caller]
    pub(crate) fn provisioned(&self, role: &str, scopes: &[&str]) -> String {
        let app = self.app(&[key("a").public()]);
        self.assign(&app, role);
        scopes.iter().for_each(|scope| self.grant(&app, scope));
        app
    }

    /// An assertion that the token endpoint takes; change it before signing.
    pub(crate) fn assertion(&self, client_id: &str) -> Jwt {
        self.assertion_for(client_id, "/oauth2/v1/token")
    }

    pub(crate) fn assertion_for(&self, client_id: &str, path: &str) -> Jwt {
        let now = self.now();
        Jwt::new(
            json!({ "alg": "ES256", "kid": "a" }),
            json!({
                "iss": client_id, "sub": client_id, "aud": self.url(path),
                "iat": now - 30, "exp": now + 270, "jti": fresh("jti"),
            }),
        )
    }

    #[track_caller]
    pub(crate) fn form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body)
    }

    #[track_caller]
    pub(crate) fn token_with(&self, assertion: &str, scope: &str) -> Answer {
        self.form("/oauth2/v1/token", &token_fields(assertion, scope), &[])
    }

    /// The token for these scopes, which must be granted.
    #[track_caller]
    pub(crate) fn token(&self, client_id: &str, scope: &str) -> String {
        let assertion = self.assertion(client_id).sign(&key("a"));
        let answer = self.token_with(&assertion, scope).is(200);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn token_fields<'a>(assertion: &'a str, scope: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ]
}

/// What `POST /api/v1/apps` takes for a service app.
pub(crate) fn app_body(keys: &[Value]) -> Value {
    let mut body = json!({
        "name": "oidc_client",
        "label": "Nightly export",
        "signOnMode": "OPENID_CONNECT",
        "credentials": { "oauthClient": { "token_endpoint_auth_method": "private_key_jwt" } },
        "settings": { "oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
        } },
    });
    if !keys.is_empty() {
        body["settings"]["oauthClient"]["jwks"] = json!({ "keys": keys });
    }
    body
}

/// What `POST /oauth2/v1/clients` takes for a service app.
pub(crate) fn client_body(keys: &[Value]) -> Value {
    json!({
        "client_name": "Nightly export",
        "application_type": "service",
        "grant_types": ["client_credentials"],
        "response_types": ["token"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": { "keys": keys },
    })
}

/// A string that no other call returns.
pub(crate) fn fresh(prefix: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!("{prefix}-{}", COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// A key pair and the members of its public JWK.
pub(crate) struct TestKey {
    signer: Box<dyn SigningKey>,
    jwk: Value,
}

impl TestKey {
    pub(crate) fn public(&self) -> Value {
        self.jwk.clone()
    }

    /// The public JWK with one member changed.
    pub(crate) fn with(&self, member: &str, value: impl Into<Value>) -> Value {
        let mut jwk = self.public();
        jwk[member] = value.into();
        jwk
    }

    /// Only what a DPoP proof carries.
    pub(crate) fn bare(&self) -> Value {
        let mut jwk = self.public();
        ["kid", "use", "alg"]
            .iter()
            .for_each(|name| drop(jwk.as_object_mut().unwrap().remove(*name)));
        jwk
    }

    pub(crate) fn sign(&self, input: &[u8]) -> Vec<u8> {
        self.signer.sign(input).unwrap().to_vec()
    }
}

/// The P-256 key with this `kid`; the same key for the same `kid`.
pub(crate) fn key(kid: &str) -> TestKey {
    static PEMS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
        let pem = || {
            let key = EcdsaPrivateKey::generate(EcdsaAlgorithm::ES256).unwrap();
            key.private_key_to_pem_pkcs8().unwrap()
        };
        ["a", "b", "c", "proof", "other"].into_iter().map(|kid| (kid, pem())).collect()
    });
    let (_, pem) = PEMS.iter().find(|(it, _)| *it == kid).unwrap();
    let key = EcdsaPrivateKey::from_pem(pem.as_bytes()).unwrap();
    let mut jwk = json!(key.public_key_to_jwk().unwrap());
    jwk["kid"] = json!(kid);
    TestKey { signer: Box::new(key), jwk }
}

pub(crate) fn ec_key(algorithm: EcdsaAlgorithm, kid: &str) -> TestKey {
    let key = EcdsaPrivateKey::generate(algorithm).unwrap();
    let mut jwk = json!(key.public_key_to_jwk().unwrap());
    jwk["kid"] = json!(kid);
    TestKey { signer: Box::new(key), jwk }
}

/// One 2048-bit key for all tests, since making one takes a moment.
pub(crate) fn rsa_key(algorithm: RsaAlgorithm, kid: &str) -> TestKey {
    static PEM: LazyLock<String> = LazyLock::new(|| {
        let key = RsaPrivateKey::generate(2048, RsaAlgorithm::RS256).unwrap();
        key.private_key_to_pem_pkcs8().unwrap()
    });
    let key = RsaPrivateKey::from_pem(PEM.as_bytes(), algorithm).unwrap();
    let mut jwk = json!(key.public_key_to_jwk().unwrap());
    jwk["kid"] = json!(kid);
    jwk.as_object_mut().unwrap().remove("alg");
    TestKey { signer: Box::new(key), jwk }
}

/// A JWT in the making.
#[derive(Clone)]
pub(crate) struct Jwt {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
}

impl Jwt {
    pub(crate) fn new(header: Value, claims: Value) -> Self {
        let [header, claims] = [header, claims].map(|part| part.as_object().unwrap().clone());
        Self { header, claims }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        assert!(self.header.remove(name).or(self.claims.remove(name)).is_some(), "{name}");
        self
    }

    pub(crate) fn signing_input(&self) -> String {
        let part = |members: &Map<String, Value>| {
            URL_SAFE_NO_PAD.encode(serde_json::to_string(members).unwrap())
        };
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    pub(crate) fn sign(&self, key: &TestKey) -> String {
        let input = self.signing_input();
        compact(&input, &key.sign(input.as_bytes()))
    }
}

pub(crate) fn compact(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
